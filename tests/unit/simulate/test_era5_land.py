"""Simulated ERA5-Land files: stamps, signs, units, layout of the CDS."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import netCDF4
import numpy as np
import pytest

from carbonscape.simulate.era5_land import write_era5_land

EPOCH = dt.date(1970, 1, 1)
# Dry but for 3 mm on this day, which is in the file of January.
RAINY = dt.date(2011, 12, 31)


class Earth:
    """A world with land between 50 W and 50 E, 40 N and 40 S; its weather is known by heart.

    t2m is 280 K plus a tenth of a degree of latitude plus a hundredth of the day of the month.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[int, int]] = []
        # Cells of 10 degrees; of those that count as land, one is an island between nodes.
        self.lat, self.lon = 85.0 - 10 * np.arange(18), -175.0 + 10 * np.arange(36)
        self.land = np.zeros((18, 36), bool)
        self.land[9, 18] = self.land[15, 35] = True  # 5 S 5 E and 65 S 175 E

    def is_land(self, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
        assert lon.min() >= -180
        assert lon.max() < 180
        return (np.abs(lat) <= 40) & (np.abs(lon) <= 50)

    def weather(self, lat: np.ndarray, lon: np.ndarray, first: int, last: int) -> dict:
        self.asked.append((first, last))
        days = np.arange(f"{first}-01-01", f"{last + 1}-01-01", dtype="M8[D]")
        of_month = (days - days.astype("M8[M]")).astype(int) + 1
        shape = (len(lat), len(days))
        t2m = 280 + 0.1 * lat[:, None] + 0.01 * of_month
        rain = np.where(days == np.datetime64(RAINY), 3.0, 0.0)
        sun = np.where(lat[:, None] == 40, 0.0, 200.0)  # polar night at the northern edge
        return {
            "t2m": t2m,
            "d2m": t2m - 5,
            "ssrd": np.broadcast_to(sun, shape),
            "tp": np.broadcast_to(rain, shape),
            "evap": np.broadcast_to(1.0 + of_month, shape),
        }


def write(folder: Path, seed: int = 1, last_year: int = 2012) -> list[Path]:
    years = {"first_year": 2012, "last_year": last_year}
    return write_era5_land(folder, earth=Earth(), spacing=10.0, seed=seed, **years)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("era5")
    write(folder)
    return folder


def members(path: Path) -> dict[str, bytes]:
    if not zipfile.is_zipfile(path):
        return {path.name: path.read_bytes()}
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def read(path: Path) -> dict[str, np.ndarray]:
    """Return the variables of a file or of the members of a zip."""
    found = {}
    for name, content in members(path).items():
        with netCDF4.Dataset(name, memory=content) as data:
            data.set_auto_mask(False)
            found |= {key: data[key][...] for key in data.variables}
    return found


def dates(path: Path) -> list[dt.date]:
    content = next(iter(members(path).values()))
    with netCDF4.Dataset("x", memory=content) as data:
        stamp = data["valid_time"]
        found = netCDF4.num2date(stamp[:], stamp.units, stamp.calendar)
    assert {(t.hour, t.minute) for t in found} == {(0, 0)}
    return [dt.date(t.year, t.month, t.day) for t in found]


def test_files_of_every_month_and_of_one_january_more(archive: Path) -> None:
    names = {path.name for path in archive.iterdir()}
    months = [f"2012_{month:02d}" for month in range(1, 13)]
    assert names == {
        *(f"era5_land_daily_mean_{month}.nc" for month in months),
        *(f"era5_land_accum_{month}.nc" for month in [*months, "2013_01"]),
    }


def test_every_file_has_all_days_of_its_month_at_midnight(archive: Path) -> None:
    for name in ("daily_mean", "accum"):
        for month, length in ((1, 31), (2, 29), (4, 30)):  # 2012 is a leap year
            found = dates(archive / f"era5_land_{name}_2012_{month:02d}.nc")
            assert found == [dt.date(2012, month, day + 1) for day in range(length)]
    assert dates(archive / "era5_land_accum_2013_01.nc")[0] == dt.date(2013, 1, 1)


def test_the_total_of_a_day_is_stamped_at_the_next_midnight(archive: Path) -> None:
    january = read(archive / "era5_land_accum_2012_01.nc")
    wet = january["tp"][0][~np.isnan(january["tp"][0])]
    assert wet == pytest.approx(0.003, abs=1e-7)  # the rain of 31 December, in m
    later = january["tp"][1:]
    assert np.nanmax(later) == 0.0
    assert np.nanmin(later) > -1e-8
    # Evaporation is the day of the month plus one: 32 mm on the 31st, 2 mm on the 1st.
    assert january["e"][:3, 9, 0].tolist() == pytest.approx([-0.032, -0.002, -0.003], abs=1e-7)
    march = read(archive / "era5_land_accum_2012_03.nc")
    assert march["e"][0, 9, 0] == pytest.approx(-0.030, abs=1e-7)  # 29 February
    ahead = read(archive / "era5_land_accum_2013_01.nc")
    assert ahead["e"][0, 9, 0] == pytest.approx(-0.032, abs=1e-7)


def test_light_is_energy_a_day_and_evaporation_is_negative(archive: Path) -> None:
    june = read(archive / "era5_land_accum_2012_06.nc")
    assert june["ssrd"][4, 9, 0] == 17_280_000.0  # 200 W m-2 times 86,400 s
    assert np.nanmax(june["e"]) < 0
    assert june["ssrd"].dtype == june["tp"].dtype == june["e"].dtype == np.float32


def test_daily_means_are_those_of_their_own_day(archive: Path) -> None:
    may = read(archive / "era5_land_daily_mean_2012_05.nc")
    assert may["t2m"].shape == (31, 19, 36)
    for day in (1, 31):
        assert may["t2m"][day - 1, 6, 0] == pytest.approx(280 + 3.0 + 0.01 * day, abs=0.001)
    assert np.nanmax(np.abs(may["t2m"] - may["d2m"] - 5)) < 0.003
    assert may["t2m"].dtype == np.float32


def test_nodes_run_from_the_pole_and_from_greenwich(archive: Path) -> None:
    for path in archive.iterdir():
        found = read(path)
        assert found["latitude"].tolist() == list(range(90, -91, -10))
        assert found["longitude"].tolist() == list(range(0, 360, 10))
    field = read(archive / "era5_land_daily_mean_2012_01.nc")["t2m"][0]
    west, east = np.arange(31, 36), np.arange(0, 6)  # 310 to 350, 0 to 50
    land = np.zeros(field.shape, bool)
    land[5:14, [*west, *east]] = True
    land[15:17, 17:19] = True  # 60 and 70 south, 170 and 180 east: around the island
    assert (~np.isnan(field) == land).all()


def test_the_layout_is_that_of_the_cds(archive: Path) -> None:
    mean = archive / "era5_land_daily_mean_2012_02.nc"
    total = archive / "era5_land_accum_2012_02.nc"
    with netCDF4.Dataset(mean) as data:
        assert set(data.variables) == {
            "number", "valid_time", "latitude", "longitude", "expver", "t2m", "d2m"
        }  # fmt: skip
        assert data["valid_time"].units == "days since 2012-02-01"
        assert data["expver"].dimensions == ()
        assert data["t2m"].units == "K"
    with netCDF4.Dataset(total) as data:
        assert data["tp"].dimensions == ("valid_time", "latitude", "longitude")
        assert data["valid_time"].units == "seconds since 1970-01-01"
        assert data["valid_time"].dtype == np.int64
        assert data["valid_time"][0] == 86400 * (dt.date(2012, 2, 1) - EPOCH).days
        assert data["expver"].dimensions == ("valid_time",)
        assert set(data["expver"][:]) == {"0001"}
        assert data["number"].dimensions == ()
        assert {n: data[n].units for n in ("tp", "e", "ssrd")} == {
            "tp": "m",
            "e": "m of water equivalent",
            "ssrd": "J m**-2",
        }
        assert data["tp"].GRIB_stepType == "accum"
        assert data["latitude"].stored_direction == "decreasing"
        assert np.isnan(data["tp"]._FillValue)
        assert "history" not in data.ncattrs()  # where the CDS writes a clock


def test_january_is_a_zip_with_the_name_of_a_netcdf_file(archive: Path) -> None:
    for year in (2012, 2013):
        path = archive / f"era5_land_accum_{year}_01.nc"
        assert zipfile.is_zipfile(path)
        found = members(path)
        assert list(found) == ["data_0.nc", "data_1.nc"]
        for name, variables in (("data_0.nc", {"tp", "e"}), ("data_1.nc", {"ssrd"})):
            with netCDF4.Dataset(name, memory=found[name]) as data:
                assert set(data.variables) - {
                    "number", "valid_time", "latitude", "longitude", "expver"
                } == variables  # fmt: skip
        with zipfile.ZipFile(path) as archive_:
            assert {entry.date_time for entry in archive_.infolist()} == {(2025, 1, 1, 0, 0, 0)}
    assert not zipfile.is_zipfile(archive / "era5_land_accum_2012_02.nc")
    assert not zipfile.is_zipfile(archive / "era5_land_daily_mean_2012_01.nc")


def test_packing_leaves_tiny_negative_numbers_where_there_is_nothing(archive: Path) -> None:
    found = [read(archive / f"era5_land_accum_2012_{month:02d}.nc") for month in range(2, 13)]
    for name in ("tp", "ssrd"):
        values = np.concatenate([fields[name].ravel() for fields in found])
        below = values[values < 0]
        assert 0.005 < len(below) / (np.abs(values) < 1).sum() < 0.05
        assert below == pytest.approx(-1e-9, abs=0.6e-9)


def test_the_weather_is_asked_a_few_nodes_at_a_time_for_all_years(tmp_path: Path) -> None:
    earth = Earth()
    write_era5_land(tmp_path, earth=earth, first_year=2012, last_year=2012, spacing=5.0, seed=1)
    assert set(earth.asked) == {(2011, 2013)}
    assert len(earth.asked) == 3  # 17 x 21 + 1 nodes, 128 at a time
    assert not list(tmp_path.glob(".*"))


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    first, again, other = (
        write(tmp_path / name, seed=seed) for name, seed in (("a", 4), ("b", 4), ("c", 5))
    )
    assert [path.name for path in first[:2]] == [
        "era5_land_daily_mean_2012_01.nc",
        "era5_land_daily_mean_2012_02.nc",
    ]
    assert first[-1].name == "era5_land_accum_2013_01.nc"
    for a, b in zip(first, again, strict=True):
        assert a.read_bytes() == b.read_bytes()
    assert first[-1].read_bytes() != other[-1].read_bytes()
