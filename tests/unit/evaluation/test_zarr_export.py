"""Finished maps as Zarr, read by hand as the specification says."""

from __future__ import annotations

import json
import zipfile
import zlib
from pathlib import Path

import netCDF4
import numpy as np
import pytest
import xarray as xr
import zarr

from carbonscape.core.errors import InputError, ResultError
from carbonscape.evaluation import zarr_export
from carbonscape.evaluation.zarr_export import export_zarr
from helpers.synthetic_maps import write_years

VALUES = np.arange(24 * 6 * 12, dtype=np.float32).reshape(24, 6, 12)


@pytest.fixture
def years(tmp_path: Path) -> dict[int, Path]:
    """Two years of a map with a flag and a field of the year."""
    paths = write_years(tmp_path / "mlp-igbp", VALUES, [2015, 2016], 30.0)
    for number, path in enumerate(paths):
        with netCDF4.Dataset(path, "a") as file:
            # Finished maps count from one day in all years.
            days = file["time"]
            dates = netCDF4.num2date(days[:], days.units)
            days.units = "days since 2000-01-01"
            days[:] = netCDF4.date2num(dates, days.units)
            flag = file.createVariable("inside", "i2", ("time", "lat", "lon"), fill_value=False)
            flag.flag_values = np.array([0, 1, 255], "i2")
            flag[:] = number
            file.createVariable("annual", "f4", ("lat", "lon"), fill_value=-1.0)[:] = number
            file.setncatts({"time_coverage_start": f"{2015 + number}-01-01", "id": "a"})
            file.time_coverage_end = f"{2015 + number}-12-31"
            if number:
                file.createVariable("of_2016", "f4", ("lat", "lon"))[:] = 0
    return {2015: Path(paths[0]), 2016: Path(paths[1])}


def read(store: zipfile.ZipFile, name: str) -> np.ndarray:
    """Return an array of a store, from its chunks."""
    said = json.loads(store.read(f"{name}/.zarray"))
    assert (said["zarr_format"], said["order"], said["filters"]) == (2, "C", None)
    numbers = [-(-n // c) for n, c in zip(said["shape"], said["chunks"], strict=True)]
    found = np.zeros([n * c for n, c in zip(numbers, said["chunks"], strict=True)])
    for at in np.ndindex(*numbers):
        raw = zlib.decompress(store.read(f"{name}/{'.'.join(map(str, at))}"))
        place = tuple(slice(i * c, (i + 1) * c) for i, c in zip(at, said["chunks"], strict=True))
        found[place] = np.frombuffer(raw, said["dtype"]).reshape(said["chunks"])
    return found[tuple(slice(size) for size in said["shape"])]


def test_all_years_lie_in_one_store(years: dict, tmp_path: Path, monkeypatch) -> None:
    # Chunks that divide neither the months nor the grid.
    monkeypatch.setattr(zarr_export, "CHUNKS", (5, 4, 7))
    path = tmp_path / "out" / "gpp.zarr.zip"
    export_zarr(years, path)
    with zipfile.ZipFile(path) as store:
        np.testing.assert_array_equal(read(store, "gpp"), VALUES)
        assert read(store, "year").tolist() == [2015, 2016]
        assert read(store, "annual")[:, 0, 0].tolist() == [0, 1]
        np.testing.assert_array_equal(read(store, "lat"), 75 - 30 * np.arange(6))
        said = {
            name: json.loads(store.read(f"{name}/.zattrs")) for name in ("gpp", "annual", "time")
        }
        assert said["gpp"]["_ARRAY_DIMENSIONS"] == ["time", "lat", "lon"]
        assert said["annual"]["_ARRAY_DIMENSIONS"] == ["year", "lat", "lon"]
        assert said["gpp"]["units"] == "g m-2 d-1"
        # A flag without a fill value stays whole numbers.
        flag = json.loads(store.read("inside/.zarray"))
        assert (flag["dtype"], flag["fill_value"]) == ("<i2", None)
        assert json.loads(store.read("annual/.zarray"))["fill_value"] == -1
        told = json.loads(store.read(".zattrs"))
        assert (told["time_coverage_start"], told["time_coverage_end"]) == (
            "2015-01-01", "2016-12-31",
        )  # fmt: skip
        assert told["time_coverage_duration"] == "P24M"
        assert "id" not in told
        assert "of_2016/.zarray" not in store.namelist()
        every = json.loads(store.read(".zmetadata"))["metadata"]
        assert every["gpp/.zattrs"] == said["gpp"]
        assert {name for name in store.namelist() if "/.z" in name} <= every.keys()
    with zarr.storage.ZipStore(path, mode="r") as store, xr.open_zarr(store) as opened:
        np.testing.assert_array_equal(opened["gpp"].values, VALUES)
        assert opened["inside"].dtype == np.int16
        assert opened["annual"].dims == ("year", "lat", "lon")
        assert [str(day)[:7] for day in opened["time"].values[[0, -1]]] == ["2015-01", "2016-12"]
    again = tmp_path / "again.zip"
    export_zarr(years, again)
    export_zarr(years, path)
    assert again.read_bytes() == path.read_bytes()


def test_years_of_two_runs_are_refused(years: dict, tmp_path: Path) -> None:
    with netCDF4.Dataset(years[2016], "a") as file:
        file.model_sha256 = "another"
    with pytest.raises(ResultError, match=r"gpp_2016.nc: its attribute model_sha256 is not that"):
        export_zarr(years, tmp_path / "gpp.zarr.zip")
    assert not (tmp_path / "gpp.zarr.zip").exists()
    with netCDF4.Dataset(years[2016], "a") as file:
        file.delncattr("model_sha256")
        file["time"].units = "days since 2016-01-01"
    with pytest.raises(ResultError, match=r"gpp_2016.nc: its time counts 'days since 2016-01-01'"):
        export_zarr(years, tmp_path / "gpp.zarr.zip")
    years[2016].write_bytes(b"cut")
    with pytest.raises(InputError, match=r"gpp_2016.nc: cannot be read as netCDF"):
        export_zarr(years, tmp_path / "gpp.zarr.zip")
