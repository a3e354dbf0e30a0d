"""Values of files that are read only where they are asked for, and what makes them unreadable."""

from __future__ import annotations

from pathlib import Path

import netCDF4
import numpy as np
import pytest

from carbonscape.archives.netcdf import normalise_axes, open_netcdf
from carbonscape.core.errors import InputError


def write(path: Path, kind: str = "f4", **attributes: object) -> Path:
    """Write a variable of a type with attributes, beside one of plain numbers."""
    with netCDF4.Dataset(path, "w") as file:
        for axis, values in (("lat", (45.0, -45.0)), ("lon", (0.0, 120.0))):
            file.createDimension(axis, 2)
            file.createVariable(axis, "f8", (axis,))[:] = values
        file.createVariable("plain", "f4", ("lat", "lon"))[:] = 2
        other = file.createVariable("other", kind, ("lat", "lon"))
        other.setncatts(attributes)
        other.set_auto_maskandscale(False)
        other[:] = np.full((2, 2), "1", dtype=object) if kind is str else 1
    return path


def test_what_nobody_reads_may_be_of_any_type_and_with_any_attribute(tmp_path: Path) -> None:
    for number, made in enumerate(({"kind": str}, {"scale_factor": "one"})):
        with open_netcdf(write(tmp_path / f"{number}.nc", **made)) as (dataset,):
            grid = normalise_axes(dataset, with_time=False)
            np.testing.assert_array_equal(grid["plain"].values, 2)


@pytest.mark.parametrize(
    ("made", "found"),
    [
        ({"kind": str}, "other holds .* values, expected numbers; delete the file"),
        ({"scale_factor": "one"}, "the values cannot be decoded: a variable holds no plain"),
        ({"add_offset": "one"}, "the values cannot be decoded: a variable holds no plain"),
    ],
    ids=["text", "scale", "offset"],
)
def test_it_is_refused_where_it_is_read(tmp_path: Path, made, found: str) -> None:
    with open_netcdf(write(tmp_path / "a.nc", **made)) as (dataset,):
        grid = normalise_axes(dataset, with_time=False)
        with pytest.raises(InputError, match=rf"a\.nc: {found}"):
            grid["other"].load()


def test_a_scale_of_two_numbers_is_refused_at_once(tmp_path: Path) -> None:
    path = write(tmp_path / "a.nc", scale_factor=[1.0, 2.0])
    with pytest.raises(InputError, match=r"a\.nc: the values cannot be decoded"), open_netcdf(path):
        pass
