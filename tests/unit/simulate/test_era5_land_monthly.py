"""Simulated monthly ERA5-Land: the two stamps, signs and units, the daily files' own weather."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path
from types import SimpleNamespace

import netCDF4
import numpy as np
import pytest

from carbonscape.core.errors import ConfigError
from carbonscape.simulate.era5_land import write_era5_land
from carbonscape.simulate.era5_land_monthly import heights, pressure, wind, write_era5_land_monthly
from carbonscape.simulate.xco2_places import require_years
from helpers import simulated

SPACING, YEARS = 10.0, [2003, 2004]  # 2004 is a leap year
STATES, TOTALS = "data_stream-moda_stepType-avgua.nc", "data_stream-moda_stepType-avgad.nc"


def name(year: int) -> str:
    return f"era5_land_monthly_{year}.nc"


def write(folder: Path, years: list[int] = YEARS, **options: object) -> Path:
    earth = simulated.earth(**options)
    files = [folder / name(year) for year in years]
    write_era5_land_monthly(files, earth=earth, years=years, spacing=SPACING)
    return folder


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("monthly"))


def members(path: Path) -> dict[str, dict[str, np.ndarray]]:
    """Return the variables of each member of a ZIP, or of a file alone."""
    contents = {path.name: path.read_bytes()}
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            contents = {member: archive.read(member) for member in archive.namelist()}
    found = {}
    for member, content in contents.items():
        with netCDF4.Dataset(member, memory=content) as data:
            data.set_auto_mask(False)
            found[member] = {key: data[key][...] for key in data.variables}
    return found


def fields(path: Path) -> dict[str, np.ndarray]:
    found = members(path)
    return {**found[TOTALS], **found[STATES]}


def test_a_year_is_a_zip_of_two_members(archive: Path) -> None:
    assert sorted(path.name for path in archive.iterdir()) == [name(2003), name(2004)]
    found = members(archive / name(2004))
    assert list(found) == [STATES, TOTALS]
    axes = {"number", "valid_time", "latitude", "longitude", "expver"}
    assert set(found[STATES]) == axes | {"t2m", "sp", "u10", "v10"}
    assert set(found[TOTALS]) == axes | {"tp", "e"}
    for part in found.values():
        assert part["latitude"].tolist() == [90.0 - 10 * n for n in range(19)]
        assert part["longitude"].tolist() == [10.0 * n for n in range(36)]
        assert part["number"] == 0
        assert part["expver"].tolist() == ["0001"] * 12
        for key in set(part) - axes:
            assert part[key].shape == (12, 19, 36)
            assert part[key].dtype == np.float32


def test_totals_are_stamped_six_hours_after_states(archive: Path) -> None:
    found = members(archive / name(2004))
    for member, hour in ((STATES, 0), (TOTALS, 6)):
        stamps = found[member]["valid_time"]
        assert stamps.dtype == np.int64
        times = [dt.datetime(1970, 1, 1) + dt.timedelta(seconds=int(s)) for s in stamps]
        assert times == [dt.datetime(2004, month, 1, hour) for month in range(1, 13)]
    assert not set(found[STATES]["valid_time"]) & set(found[TOTALS]["valid_time"])


def test_units_and_attributes(archive: Path) -> None:
    with zipfile.ZipFile(archive / name(2003)) as packed:
        for member, step, units in (
            (STATES, "avgua", {"t2m": "K", "sp": "Pa", "u10": "m s**-1", "v10": "m s**-1"}),
            (TOTALS, "avgad", {"tp": "m", "e": "m of water equivalent"}),
        ):
            with netCDF4.Dataset(member, memory=packed.read(member)) as data:
                assert data["valid_time"].units == "seconds since 1970-01-01"
                for key, unit in units.items():
                    assert data[key].dimensions == ("valid_time", "latitude", "longitude")
                    assert (data[key].units, data[key].GRIB_stepType) == (unit, step)
                    assert data[key].GRIB_cfVarName == key
                    assert np.isnan(data[key]._FillValue)


def test_months_are_the_means_of_the_daily_files(archive: Path, tmp_path: Path) -> None:
    # The daily files may be of any span: here of one year.
    write_era5_land(
        tmp_path, earth=simulated.earth(), first_year=2004, last_year=2004, spacing=SPACING, seed=3
    )
    monthly = fields(archive / name(2004))
    for month, length in ((2, 29), (7, 31)):
        daily = members(tmp_path / f"era5_land_daily_mean_2004_{month:02d}.nc")
        t2m = next(iter(daily.values()))["t2m"]
        assert len(t2m) == length
        assert np.isnan(t2m[0]).tolist() == np.isnan(monthly["t2m"][month - 1]).tolist()
        difference = t2m.mean(axis=0) - monthly["t2m"][month - 1]
        assert np.nanmax(np.abs(difference)) < 0.003
        # Totals: of the day before their stamp.
        parts = [
            next(iter(members(tmp_path / f"era5_land_accum_2004_{m:02d}.nc").values()))
            for m in (month, month + 1)
        ]
        for key in ("tp", "e"):
            totals = np.concatenate([parts[0][key][1:], parts[1][key][:1]])
            assert len(totals) == length
            difference = totals.mean(axis=0) - monthly[key][month - 1]
            assert np.nanmax(np.abs(difference)) < 2e-7


def test_signs_and_sizes(archive: Path) -> None:
    found = fields(archive / name(2003))
    land = ~np.isnan(found["t2m"][0])
    assert 0.15 < land.mean() < 0.4
    for key in ("t2m", "sp", "u10", "v10", "tp", "e"):
        assert (np.isnan(found[key]) == ~land).all(), key
    values = {key: found[key][:, land] for key in ("t2m", "sp", "u10", "v10", "tp", "e")}
    assert 200 < values["t2m"].min() < values["t2m"].max() < 320
    assert 45_000 < values["sp"].min() < 90_000 < np.median(values["sp"])
    assert values["sp"].max() < 104_000
    assert values["e"].max() <= 0
    assert -0.008 < values["e"].min() < -0.003  # metres a day: some mm
    assert -2e-9 < values["tp"].min() < 0  # packing leaves tiny negative numbers
    assert 0.001 < values["tp"].mean() < 0.005
    for key in ("u10", "v10"):
        assert 2 < np.abs(values[key]).max() < 15


def test_heights_and_pressure() -> None:
    # The warmest month at 30 degrees: 31 degC at sea level, 26 K colder at 4000 m.
    months = np.stack([np.full(3, -20.0), np.array([31.0, 5.0, -40.0])])
    maps = SimpleNamespace(climatology=lambda lat, lon: (months, None))
    found = heights(maps, np.array([30.0, -30.0, 30.0]), np.zeros(3))
    assert found.tolist() == pytest.approx([0, 4000, 5500])
    equator = pressure(np.array([0.0, 8000.0]), np.zeros(2))
    assert equator[:, 0] == pytest.approx(101_325.0)
    assert equator[0, 1] == pytest.approx(101_325 / np.e)
    north, south = pressure(np.zeros(2), np.array([60.0, -60.0])).T
    assert north[0] > north[6]
    assert south[0] < south[6]


def test_belts_of_wind() -> None:
    lat = np.array([-48.0, -12.0, 12.0, 48.0])
    east, north = wind(lat).mean(axis=1)
    assert (np.sign(east) == [1, -1, -1, 1]).all()
    assert north[1] > 1  # the trades meet
    assert north[2] < -1
    january, july = wind(np.array([4.0]))[1, [0, 6], 0]
    assert january < 0 < july  # the belts follow the sun


def test_a_month_does_not_depend_on_the_years_asked_for(archive: Path, tmp_path: Path) -> None:
    write(tmp_path, [2004])
    assert (tmp_path / name(2004)).read_bytes() == (archive / name(2004)).read_bytes()


def test_same_seed_same_bytes(archive: Path, tmp_path: Path) -> None:
    again = write(tmp_path / "a")
    other = write(tmp_path / "b", seed=simulated.SEED + 1)
    for year in YEARS:
        content = (archive / name(year)).read_bytes()
        assert content == (again / name(year)).read_bytes()
        assert content != (other / name(year)).read_bytes()
    years = [fields(archive / name(year))["u10"] for year in YEARS]
    assert np.nanmax(np.abs(years[0] - years[1])) > 0.5


def test_years_are_those_of_the_truth() -> None:
    require_years([2003, 2004], 2003, 2004)
    with pytest.raises(ConfigError, match=r"simulation\.first_year: found 2003.*2002"):
        require_years([2002, 2003], 2003, 2004)
    with pytest.raises(ConfigError, match=r"simulation\.last_year: found 2004.*2005"):
        require_years([2004, 2005], 2003, 2004)
