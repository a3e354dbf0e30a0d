"""The authors' own map of GPP: files found, months read, and what is refused in a sentence."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from carbonscape.archives.fluxformer_files import find_authors_files
from carbonscape.archives.fluxformer_maps import authors_months
from carbonscape.core.errors import InputError
from carbonscape.core.findings import collected

LAT, LON = np.arange(80.0, -81.0, -20.0), np.arange(-170.0, 171.0, 20.0)


def write(
    path: Path, *, year: int = 2001, months: int = 12, unit: str = "gC m-2 d-1", **kw
) -> Path:
    """Write a file whose value is the number of the month, plus one over the eastern half."""
    time = np.array([f"{year}-{month:02d}-15" for month in range(1, months + 1)], "M8[ns]")
    values = np.arange(1.0, months + 1)[:, None, None] + (LON > 0) * np.ones((LAT.size, 1))
    values = values * kw.get("factor", 1.0)
    values[:, 0, 0] = -9999
    dataset = xr.Dataset(
        {kw.get("name", "GPP"): (("time", "lat", "lon"), values)},
        coords={"time": time, "lat": LAT, "lon": LON},
    )
    dataset[kw.get("name", "GPP")].attrs = {"units": unit} if unit else {}
    dataset = kw.get("change", lambda same: same)(dataset)
    dataset.to_netcdf(path)
    return path


def read(*paths: Path, years=(2001,)):
    return list(authors_months(paths, years))


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d,
        lambda d: d.isel(lat=slice(None, None, -1)),
        lambda d: d.transpose("lon", "lat", "time"),
        lambda d: d.assign_coords(lon=d["lon"] % 360).sortby("lon"),
        lambda d: d.rename(lat="latitude", lon="longitude", GPP="gpp"),
    ],
    ids=["plain", "flipped", "transposed", "east", "names"],
)
def test_every_layout_gives_the_same_months(tmp_path: Path, change) -> None:
    found = read(write(tmp_path / "a.nc", change=change))
    assert [(one.year, one.month) for one in found] == [(2001, m) for m in range(1, 13)]
    assert found[2].lat.tolist() == LAT.tolist()
    assert found[2].lon.tolist() == LON.tolist()
    assert np.argwhere(np.isnan(found[2].values)).tolist() == [[0, 0]]
    assert found[2].values[3, 2] == 3
    assert found[2].values[3, -1] == 4


def test_sums_of_a_month_become_means_of_its_days(tmp_path: Path) -> None:
    path = write(tmp_path / "a.nc", unit="g C m-2 month-1", factor=28.0)
    february = read(path)[1]
    assert february.values[3, 2] == pytest.approx(2.0)


def test_factor_and_fill_are_those_that_the_file_declares(tmp_path: Path) -> None:
    path = tmp_path / "a.nc"
    packed = {"dtype": "int16", "scale_factor": 0.01, "add_offset": 0.0, "_FillValue": -32768}

    def keep(dataset: xr.Dataset) -> xr.Dataset:
        dataset["GPP"] = dataset["GPP"].where(dataset["GPP"] > -9999)
        dataset["GPP"].encoding = packed
        return dataset

    found = read(write(path, change=keep))[4].values
    assert found[3, 2] == pytest.approx(5.0)
    assert np.isnan(found[0, 0])


def test_other_years_are_passed_over(tmp_path: Path) -> None:
    assert read(write(tmp_path / "a.nc", year=1999)) == []


def test_a_unit_that_is_not_stated_is_said(tmp_path: Path) -> None:
    with collected() as found:
        assert len(read(write(tmp_path / "a.nc", unit=""))) == 12
    assert "states no unit of GPP" in found[0].reason


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"unit": "kg m-2 s-1"}, r"a\.nc: GPP is in 'kg m-2 s-1', expected gC m-2 d-1"),
        ({"name": "RECO"}, r"a\.nc: no variable GPP .* found RECO; fetch"),
        ({"factor": 300.0, "unit": ""}, r"2001-01: values reach from .*another unit"),
        ({"change": lambda d: d.isel(lat=0, drop=True)}, r"a\.nc: no variable lat"),
    ],
)
def test_what_is_no_such_map_is_refused(tmp_path: Path, told: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(write(tmp_path / "a.nc", **told))


def test_a_month_twice_and_another_grid_are_refused(tmp_path: Path) -> None:
    one = write(tmp_path / "a.nc")
    with pytest.raises(InputError, match=r"b\.nc: holds 2001-01, which .*a\.nc holds too"):
        read(one, write(tmp_path / "b.nc"))
    other = write(tmp_path / "c.nc", year=2002, change=lambda d: d.isel(lat=slice(1, None)))
    with pytest.raises(InputError, match=r"c\.nc: lat has 8 values .* expected 9"):
        read(one, other, years=(2001, 2002))


def test_files_are_found_below_a_folder_alone_and_in_archives(tmp_path: Path) -> None:
    folder = tmp_path / "maps" / "below"
    folder.mkdir(parents=True)
    path = write(folder / "a.nc")
    (folder / "notes.txt").write_text("x")
    assert find_authors_files(tmp_path / "maps") == [path] == find_authors_files(path)
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(path, "a.nc")
    assert len(read(*find_authors_files(tmp_path / "all.zip"))) == 12


def test_an_absent_folder_and_an_empty_one_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'gpp.authors_map': .*none does not exist"):
        find_authors_files(tmp_path / "none")
    with pytest.raises(InputError, match="'gpp.authors_map': the folder .* holds none"):
        find_authors_files(tmp_path)
