"""MCD12Q1: IGBP codes of cells and towers."""

from __future__ import annotations

import netCDF4
import numpy as np
import pytest

from carbonscape.archives.mcd12q1 import decode_igbp, read_igbp_grid, read_igbp_sites
from carbonscape.core.errors import InputError


def write(path, codes):
    with netCDF4.Dataset(path, "w") as file:
        for name, values in (("time", [0]), ("lat", [45.0, -45.0]), ("lon", [-90.0, 90.0])):
            file.createDimension(name, len(values))
            file.createVariable(name, "f8", (name,))[:] = values
        file["time"].units = "days since 2001-01-01"
        variable = file.createVariable("LC_Type1", "u1", ("time", "lat", "lon"), fill_value=255)
        variable.set_auto_mask(False)
        variable[0] = codes
    return path


def test_codes_are_kept_and_fill_becomes_zero(tmp_path):
    path = write(tmp_path / "a.nc", [[1, 17], [255, 10]])
    igbp = read_igbp_grid(path)
    assert igbp.dtype == np.uint8
    assert igbp.values.tolist() == [[1, 17], [0, 10]]
    assert read_igbp_grid(path, rows=slice(1, 2), cols=slice(0, 1)).values.tolist() == [[0]]


def test_water_as_zero_is_another_product(tmp_path):
    with pytest.raises(InputError, match="code 0 .1 times.*MCD12C1"):
        read_igbp_grid(write(tmp_path / "a.nc", [[1, 0], [2, 3]]))


@pytest.mark.parametrize("code", [18, 100, 254])
def test_other_codes_are_refused(code):
    with pytest.raises(InputError, match=f"holds the code {code}.*another legend"):
        decode_igbp(np.array([1, code], dtype=np.uint8), "a.nc")


def write_sites(path, *rows):
    path.write_text("\n".join(["system:index,site,LC_Type1", *rows]) + "\n")
    return path


def test_codes_at_towers(tmp_path):
    path = write_sites(tmp_path / "a.csv", "2001_01_01,B,4", "2001_01_01,A,17", "2001_01_01,C,")
    table = read_igbp_sites(path, 2001)
    assert table["site"].tolist() == ["A", "B", "C"]
    assert table["igbp_code"].tolist() == [17, 4, 0]
    assert table["igbp_code"].dtype == np.uint8


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("2002_01_01,B,4", "line 3, column system:index: found '2002_01_01', expected 2001_01_01"),
        ("2001_01_01,A,4", "line 3, column site: A is doubled"),
        ("2001_01_01,B,0", "code 0"),
        ("2001_01_01,B,GRA", "column LC_Type1: found 'GRA', expected a number"),
    ],
)
def test_bad_rows_are_refused(tmp_path, row, message):
    with pytest.raises(InputError, match=message):
        read_igbp_sites(write_sites(tmp_path / "a.csv", "2001_01_01,A,4", row), 2001)
