"""Simulated TROPOSIF files: groups, thresholds, undeclared fill, the signal and its noise."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import netCDF4
import numpy as np
import pytest
import xarray as xr

from carbonscape.simulate.tropomi_sif import write_tropomi_sif

CLOUDS = "SUPPORT_DATA/INPUT_DATA/cloud_fraction_L2"
LAT, LON = 90 - 20 * (np.arange(9) + 0.5), -180 + 20 * (np.arange(18) + 0.5)


def truth(cloud: float = 0.3) -> xr.Dataset:
    """Return a world whose SIF is 0.1 times the month, on land west of Greenwich only."""
    time = np.arange("2018-01", "2020-01", dtype="M8[M]").astype("M8[ns]")
    month = np.arange(24) % 12 + 1
    sif = np.broadcast_to(0.1 * month[:, None, None], (24, 9, 18)).copy()
    sif[:, :, 9:] = np.nan
    return xr.Dataset(
        {
            "sif": (("time", "lat", "lon"), sif),
            "cloud": (("year", "step", "lat", "lon"), np.full((2, 46, 9, 18), cloud)),
        },
        coords={"time": time, "year": [2018, 2019], "lat": LAT, "lon": LON},
    )


def write(folder: Path, first: str, last: str, every: int = 4, seed: int = 1, cloud: float = 0.3):
    span = {"first_day": first, "last_day": last, "every_days": every}
    return write_tropomi_sif(folder, grid=truth(cloud), seed=seed, **span)


def read(path: Path, name: str) -> np.ndarray:
    with netCDF4.Dataset(path) as data:
        data.set_auto_mask(False)
        return data["PRODUCT"][name][:]


def pooled(paths: list[Path], *names: str) -> list[np.ndarray]:
    return [np.concatenate([read(path, name) for path in paths]) for name in names]


def test_a_file_every_so_many_days(tmp_path: Path) -> None:
    paths = write(tmp_path, "2018-12-28", "2019-01-08")
    assert [path.name for path in paths] == [
        f"TROPOSIF_L2B_{day}.nc" for day in ("2018-12-28", "2019-01-01", "2019-01-05")
    ]
    assert sorted(tmp_path.iterdir()) == paths


def test_groups_types_and_units_are_those_of_the_product(tmp_path: Path) -> None:
    path = write(tmp_path, "2018-05-01", "2018-05-01")[0]
    with netCDF4.Dataset(path) as data:
        product = data["PRODUCT"]
        for name in ("SIF_743", "SIF_Corr_743", "SIF_ERROR_743"):
            assert product[name].dimensions == ("n_elem",)
            assert product[name].units == "mW m-2 sr-1 nm-1"
        for name in ("SIF_Corr_743", "latitude", "longitude", CLOUDS):
            assert product[name].dtype == np.float32
            assert "_FillValue" not in product[name].ncattrs()
        settings = data["METADATA/ALGORITHM_SETTINGS"]
        assert settings.getncattr("Cloud fraction threshold") == 0.8
        assert product["time"][:].tolist() == [3042 * 86400]  # days from 2010 to 2018-05-01
        assert product["time"].units == "seconds since 2010-01-01 00:00:00"
        assert product["delta_time"].units == "milliseconds since 2018-05-01T00:00:00 UTC"
        assert product["delta_time"].dtype == np.int32


def test_soundings_pass_at_half_past_one_of_the_local_sun(tmp_path: Path) -> None:
    path = write(tmp_path, "2018-05-01", "2018-05-01")[0]
    hour, lon = read(path, "delta_time") / 3.6e6, read(path, "longitude")
    assert (np.diff(hour) >= 0).all()
    assert hour.min() > 0
    assert hour.max() < 24.1
    assert np.abs((hour + lon / 15 - 13.5 + 12) % 24 - 12).max() < 0.81


def test_soundings_lie_on_land_evenly_by_area(tmp_path: Path) -> None:
    paths = write(tmp_path, "2018-03-21", "2018-09-21", every=2)
    lat, lon, sun, cloud = pooled(
        paths, "latitude", "longitude", "SUPPORT_DATA/GEOLOCATIONS/solar_zenith_angle", CLOUDS
    )
    assert lon.min() >= -180
    assert lon.max() < 0.001
    assert sun.max() <= 70
    assert cloud.min() >= 0
    assert cloud.max() <= 0.8
    tropics = [(np.abs(lat) < 10).sum(), ((lat > 20) & (lat < 40)).sum()]
    assert tropics[1] / tropics[0] == pytest.approx(np.cos(np.pi / 6), rel=0.1)


def test_no_sounding_of_the_polar_night(tmp_path: Path) -> None:
    winter = read(write(tmp_path, "2018-12-21", "2018-12-21")[0], "latitude")
    summer = read(write(tmp_path, "2018-06-21", "2018-06-21")[0], "latitude")
    assert winter.max() < 50
    assert winter.min() < -70
    assert summer.max() > 70
    assert summer.min() > -50


def test_the_signal_is_that_of_the_month_and_clouds_hide_it(tmp_path: Path) -> None:
    for month in (4, 8):
        paths = write(tmp_path, f"2019-{month:02d}-01", f"2019-{month:02d}-28", every=1)
        sif, cloud = pooled(paths, "SIF_Corr_743", CLOUDS)
        seen = sif < 1e30
        clear, thick = (seen & (cloud < 0.05)), (seen & (cloud > 0.7))
        assert sif[clear].mean() == pytest.approx(0.1 * month, abs=0.03)
        assert sif[clear].std() == pytest.approx(0.4, abs=0.03)
        assert sif[thick].mean() == pytest.approx(0.1 * month * 0.62, abs=0.08)
        assert sif[thick].std() > 0.6


def test_cloud_fractions_follow_the_clouds_of_the_truth(tmp_path: Path) -> None:
    share = []
    for cloud in (0.1, 0.9):
        paths = write(tmp_path / str(cloud), "2019-04-01", "2019-04-28", every=1, cloud=cloud)
        share.append((pooled(paths, CLOUDS)[0] < 0.2).mean())
    assert share[0] > 0.7
    assert share[1] < 0.4


def test_the_instant_is_brighter_than_the_day(tmp_path: Path) -> None:
    path = write(tmp_path, "2018-03-21", "2018-03-21")[0]
    now, day, lat = (read(path, n) for n in ("SIF_743", "SIF_Corr_743", "latitude"))
    # On the equator at an equinox: (1 / pi) over cos 22.5 degrees at 13:30.
    near = (np.abs(lat) < 12) & (day < 1e30)
    assert np.median(day[near] / now[near]) == pytest.approx(0.345, abs=0.02)


def test_missing_values_carry_an_undeclared_fill(tmp_path: Path) -> None:
    sif, other = pooled(
        write(tmp_path, "2019-04-01", "2019-04-28", every=1), "SIF_Corr_743", "SIF_Corr_735"
    )
    assert 0 < (sif > 1e30).mean() < 0.005
    assert sif[sif > 1e30][0] == np.float32(9.96921e36)
    assert (other > 1e30).mean() == pytest.approx(0.01, abs=0.005)


def test_same_seed_same_bytes_and_other_days_leave_a_day_as_it_is(tmp_path: Path) -> None:
    paths = write(tmp_path / "a", "2019-04-01", "2019-04-02", every=1)
    again = write(tmp_path / "b", "2019-04-02", "2019-04-02")
    other = write(tmp_path / "c", "2019-04-02", "2019-04-02", seed=2)
    assert paths[1].read_bytes() == again[0].read_bytes()
    assert paths[1].read_bytes() != other[0].read_bytes()


def test_dates_of_a_config_file_are_taken_as_they_come(tmp_path: Path) -> None:
    day = dt.date(2019, 4, 1)
    options = {"grid": truth(), "every_days": 4, "seed": 1}
    a = write_tropomi_sif(tmp_path / "a", first_day=day, last_day=day, **options)
    b = write_tropomi_sif(tmp_path / "b", first_day="2019-04-01", last_day="2019-04-01", **options)
    assert a[0].read_bytes() == b[0].read_bytes()
