"""Simulated TCCON files: sites, names, layouts of both versions, errors and days."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from functools import cache
from pathlib import Path

import netCDF4
import numpy as np
import pytest

from carbonscape.core.errors import ConfigError
from carbonscape.simulate.tccon import write_tccon
from carbonscape.simulate.tccon_sites import STATIONS, tccon_files, tccon_sites
from carbonscape.simulate.xco2 import Atmosphere
from helpers.simulated_air import breathing


@cache
def atmosphere() -> Atmosphere:
    return Atmosphere(breathing())


def write(folder: Path, *names: str, seed: int = 1) -> list[Path]:
    return write_tccon([folder / name for name in names], atmosphere=atmosphere(), seed=seed)


def read(path: Path, *names: str) -> list[np.ndarray]:
    with netCDF4.Dataset(path) as data:
        data.set_auto_mask(False)
        return [data[name][:] for name in names]


def test_the_table_has_the_sites_where_they_are() -> None:
    assert len(STATIONS) == 23
    assert len({station.code for station in STATIONS}) == 23
    sites = {station.site: station for station in STATIONS}
    assert (sites["lauder03"].lat, sites["lauder03"].lon) == (-45.04, 169.68)
    assert (sites["lamont01"].lat, sites["lamont01"].lon) == (36.60, -97.49)
    assert (sites["hefei01"].lat, sites["hefei01"].lon) == (31.90, 117.17)
    old = {station.site for station in STATIONS if station.version == "GGG2014"}
    assert old == {"manaus01", "darwin01", "wollongong01"}


def test_names_tell_the_days_that_a_run_and_a_site_share() -> None:
    names = tccon_files("2014-12", "2021-12")
    assert len(names) == 23
    assert "pa20141201_20201229.public.qc.nc" in names
    assert "ma20141201_20150727.public.nc" in names
    assert "lr20181002_20211231.public.qc.nc" in names
    short = tccon_files("2015-07", "2015-12")
    assert "ma20150701_20150727.public.nc" in short
    assert not [name for name in short if name.startswith(("xh", "hw", "lr", "ni", "et", "bu"))]
    hefei = next(site for site in tccon_sites("2015-07", "2015-12") if site["code"] == "hf")
    assert (hefei["first"], hefei["last"]) == ("2015-11-02", "2015-12-31")


def test_the_list_of_sites_needs_the_standard_library_only() -> None:
    """Every cluster job parses the rules again."""
    code = (
        "import sys; before = set(sys.modules); import carbonscape.simulate.tccon_sites; "
        "new = {name.split('.')[0] for name in set(sys.modules) - before}; "
        "print(sorted(new - set(sys.stdlib_module_names)))"
    )
    folder = Path(__file__).parents[3] / "workflow"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=folder, check=True
    )
    assert found.stdout.strip() == "['carbonscape']"


def test_layout_of_ggg2020(tmp_path: Path) -> None:
    path = write(tmp_path, "pa20150701_20151231.public.qc.nc")[0]
    with netCDF4.Dataset(path) as data:
        assert data.data_model == "NETCDF4"
        assert data.long_name == "parkfalls01"
        sizes = {name: len(dimension) for name, dimension in data.dimensions.items()}
        assert sizes.pop("time") > 300
        assert sizes == {"prior_altitude": 51, "ak_altitude": 51}
        assert "flag" not in data.variables
        kinds = {"time": "f8", "lat": "f4", "long": "f4", "xco2": "f4", "xco2_error": "f4",
                 "xco2_x2019": "f4", "xco2_error_x2019": "f4"}  # fmt: skip
        assert {name: data[name].dtype.str[1:] for name in kinds} == kinds
        assert data["time"].units == "seconds since 1970-01-01"
        assert data["xco2"].wmo_or_analogous_scale == "WMO CO2 X2007"
        assert np.abs(data["lat"][:] - 45.94).max() < 1e-4
        more = data["xco2_x2019"][:] - data["xco2"][:]
        assert 0.15 < more.min() < more.max() < 0.2
        assert (data["solzen"][:] <= 82).all()


def test_layout_of_ggg2014(tmp_path: Path) -> None:
    path = write(tmp_path, "wg20150101_20151231.public.nc")[0]
    with netCDF4.Dataset(path) as data:
        data.set_auto_mask(False)
        assert data.data_model == "NETCDF3_CLASSIC"
        assert {"xco2", "lat", "long", "xco2_x2019"}.isdisjoint(data.variables)
        time, xco2 = data["time"][:], data["xco2_ppm"][:]
        assert data["time"].dtype == np.float64
        assert data["time"].units.startswith("days since 1970-01-01")
        assert 16436 <= time.min() < time.max() < 16801  # days of 2015
        assert data["lat_deg"][0] == np.float32(-34.41)
        assert data["long_deg"][0] == np.float32(150.88)
        lost = xco2 == np.float32(-1e38)
        assert 0 < lost.sum() < 0.03 * lost.size
        assert "_FillValue" not in data["xco2_ppm"].ncattrs()
        assert ((xco2[~lost] > 380) & (xco2[~lost] < 420)).all()
        assert (data["year"][:][lost] == -32768).all()
        assert (data["xco2_ppm_error"][:][lost] == np.float32(-1e38)).all()


def test_days_and_spectra_of_a_month(tmp_path: Path) -> None:
    path = write(tmp_path, "oc20140101_20161231.public.qc.nc")[0]
    (time,) = read(path, "time")
    days, spectra = np.unique(np.floor(time / 86400), return_counts=True)
    months = days.astype("int64").astype("M8[D]").astype("M8[M]")
    found, number = np.unique(months, return_counts=True)
    assert 27 <= len(found) <= 36  # outages take whole months
    assert 10 < number.mean() < 14
    assert 10 <= spectra.min() <= spectra.max() <= 20
    local = (time / 3600 - 97.49 / 15) % 24
    assert 8.9 < local.min() < local.max() < 15.1


def test_noise_and_bias_have_their_sizes(tmp_path: Path) -> None:
    names = tccon_files("2014-12", "2016-12")
    biases = []
    for path in write(tmp_path, *[name for name in names if name.endswith(".qc.nc")]):
        time, lat, lon, xco2 = read(path, "time", "lat", "long", "xco2")
        truth = atmosphere().at(lat, lon, time.astype("int64").astype("M8[s]"))
        biases.append(np.mean(xco2 - truth))
        assert np.std(xco2 - truth) == pytest.approx(0.4, abs=0.05)
    assert 0.15 < np.std(biases) < 0.5
    assert len(set(np.round(biases, 3))) == len(biases)


def test_days_in_the_name_are_those_of_utc(tmp_path: Path) -> None:
    """Noon in New Zealand is midnight in Greenwich."""
    (time,) = read(write(tmp_path, "lr20150101_20151231.public.qc.nc")[0], "time")
    days = np.floor(time / 86400).astype("int64").astype("M8[D]")
    assert days.min() >= np.datetime64("2015-01-01")
    assert days.max() <= np.datetime64(dt.date(2015, 12, 31))


def test_a_longer_file_begins_with_the_same_spectra(tmp_path: Path) -> None:
    short, long = write(
        tmp_path, "pr20150101_20150630.public.qc.nc", "pr20150101_20151231.public.qc.nc"
    )
    (a,), (b,) = read(short, "xco2"), read(long, "xco2")
    assert len(a) < len(b)
    assert np.array_equal(a, b[: len(a)])


def test_equal_seeds_give_equal_bytes(tmp_path: Path) -> None:
    names = ("ka20150701_20151231.public.qc.nc", "db20150701_20151231.public.nc")
    first = [path.read_bytes() for path in write(tmp_path / "a", *names)]
    assert [path.read_bytes() for path in write(tmp_path / "b", *names)] == first
    other = [path.read_bytes() for path in write(tmp_path / "c", *names, seed=2)]
    assert all(x != y for x, y in zip(first, other, strict=True))


def test_a_name_of_no_site_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="tells no site and days"):
        write(tmp_path, "zz20150701_20151231.public.qc.nc")
