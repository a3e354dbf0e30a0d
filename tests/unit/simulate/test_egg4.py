"""Simulated EGG4: lattice, archive, smoothing and bias."""

from __future__ import annotations

import zipfile
from functools import cache
from pathlib import Path

import netCDF4
import numpy as np
import pytest
import xarray as xr

from carbonscape.core.errors import ConfigError
from carbonscape.simulate.egg4 import spacing_for, write_egg4


@cache
def truth(cell: float = 4.0) -> xr.Dataset:
    """Return a column that is 400 ppm, 2 ppm more in one cell, and grows by a tenth a month."""
    rows = round(180 / cell)
    lat = 90 - cell * (np.arange(rows) + 0.5)
    lon = -180 + cell * (np.arange(2 * rows) + 0.5)
    time = np.arange("2019-11", "2021-03", dtype="M8[M]").astype("M8[ns]")
    xco2 = 400 + 0.1 * np.arange(len(time))[:, None, None] + np.zeros((1, rows, 2 * rows))
    xco2[:, rows // 4, rows // 2] += 2
    return xr.Dataset(
        {"xco2": (("time", "lat", "lon"), xco2.astype("float32"))},
        coords={"time": time, "lat": lat, "lon": lon},
    )


def write(folder: Path, *years: int, cell: float = 4.0, seed: int = 1) -> list[Path]:
    folder.mkdir(exist_ok=True)
    paths = [folder / f"egg4_{year}.nc" for year in years]
    return write_egg4(paths, truth=truth(cell), cell=cell, seed=seed)


def read(path: Path) -> tuple[np.ndarray, ...]:
    with zipfile.ZipFile(path) as archive:
        content = archive.read(archive.namelist()[0])
    with netCDF4.Dataset("memory", memory=content) as data:
        data.set_auto_mask(False)
        return tuple(data[name][:] for name in ("valid_time", "latitude", "longitude", "tcco2"))


@pytest.mark.parametrize(
    ("cell", "expected"), [(4.0, 3.0), (30.0, 22.5), (0.05, 0.75), (1.0, 0.75), (2.0, 1.5)]
)
def test_lattice_divides_the_globe(cell: float, expected: float) -> None:
    assert spacing_for(cell) == pytest.approx(expected)
    assert 180 / spacing_for(cell) == pytest.approx(round(180 / spacing_for(cell)))


def test_a_zip_under_the_name_of_a_netcdf(tmp_path: Path) -> None:
    path = write(tmp_path, 2020)[0]
    assert zipfile.is_zipfile(path)
    time, lat, lon, xco2 = read(path)
    assert xco2.dtype == np.float32
    assert xco2.shape == (12, 61, 120)
    assert lat[[0, -1]].tolist() == [90, -90]
    assert lon[[0, -1]].tolist() == [0, 357]
    months = time.astype("M8[s]")
    assert str(months[0]) == "2020-01-01T00:00:00"
    assert str(months[11]) == "2020-12-01T00:00:00"
    assert np.isfinite(xco2).all()


def test_a_year_has_the_months_of_the_truth(tmp_path: Path) -> None:
    time = read(write(tmp_path, 2019)[0])[0]
    assert [str(month)[:7] for month in time.astype("M8[s]")] == ["2019-11", "2019-12"]


def test_bias_of_about_one_ppm_that_turns_with_the_year(tmp_path: Path) -> None:
    xco2 = read(write(tmp_path, 2020)[0])[3] - 400 - 0.1 * np.arange(2, 14)[:, None, None]
    xco2 = xco2[:, :, 10:50]  # apart from the plume and its other side
    assert 0.2 < np.std(xco2) < 0.8
    assert 0.7 < np.abs(xco2).max() < 1.25
    assert 0.02 < np.std(xco2, axis=0).mean() < 0.4


def test_a_plume_is_smeared_but_not_moved(tmp_path: Path) -> None:
    """What is 2 ppm in a cell of 4 degrees is less than 1 there, and a little around."""
    cell = truth()
    with_plume = read(write(tmp_path, 2020)[0])
    flat = cell.copy(deep=True)
    flat["xco2"] = cell["xco2"].isel(lat=0, lon=0, drop=True).broadcast_like(cell["xco2"])
    path = write_egg4([tmp_path / "egg4_2020.nc"], truth=flat, cell=4.0, seed=1)[0]
    more = (with_plume[3] - read(path)[3])[0]
    row, column = np.unravel_index(more.argmax(), more.shape)
    assert abs(with_plume[1][row] - float(cell["lat"][11])) <= 3
    east = (with_plume[2][column] - float(cell["lon"][22]) + 180) % 360 - 180
    assert abs(east) <= 3
    assert 0.2 < more.max() < 1.0
    assert (more > 0.05).sum() > 4


def test_coarse_cells_work_too(tmp_path: Path) -> None:
    assert read(write(tmp_path, 2020, cell=30.0)[0])[3].shape == (12, 9, 16)


def test_equal_seeds_give_equal_bytes(tmp_path: Path) -> None:
    first = write(tmp_path / "a", 2020)[0].read_bytes()
    assert write(tmp_path / "b", 2020)[0].read_bytes() == first
    assert write(tmp_path / "c", 2020, seed=2)[0].read_bytes() != first


@pytest.mark.parametrize("year", [2018, 2021])
def test_years_without_egg4_or_truth_are_refused(tmp_path: Path, year: int) -> None:
    with pytest.raises(ConfigError, match="expected one such as egg4_2019.nc, up to 2020"):
        write(tmp_path, year)
