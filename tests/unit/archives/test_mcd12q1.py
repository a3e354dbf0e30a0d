"""MCD12Q1: IGBP codes of cells and towers."""

from __future__ import annotations

import netCDF4
import numpy as np
import pytest

from carbonscape.archives.mcd12q1 import (
    decode_igbp,
    read_class_cells,
    read_igbp_grid,
    read_igbp_sites,
)
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


CELLS = {"igbp": 12, "winner_share": 50, "land_share": 75, "vegetated_share": 60}


def write_cells(path, **changes):
    """The layout of the fetch step: 2 x 2 cells, alike unless given."""
    write(path, 1)
    with netCDF4.Dataset(path, "a") as file:
        for name, values in (CELLS | changes).items():
            variable = file.createVariable(name, "u1", ("time", "lat", "lon"), fill_value=255)
            variable.set_auto_mask(False)
            variable[0] = np.broadcast_to(values, (2, 2))
    return path


def test_cells_of_the_fetch_step(tmp_path):
    none = [[12, 12], [12, 255]]
    fields = {name: np.where(np.array(none) == 255, 255, value) for name, value in CELLS.items()}
    found = read_class_cells(write_cells(tmp_path / "a.nc", **fields))
    assert found["igbp"].values.tolist() == [[12, 12], [12, 0]]
    assert found["land_share"].values.tolist() == [[75, 75], [75, 255]]
    part = read_class_cells(tmp_path / "a.nc", rows=slice(1, 2), cols=slice(1, 2))
    assert part["winner_share"].values.tolist() == [[255]]
    assert read_igbp_grid(tmp_path / "a.nc").values[0].tolist() == [12, 12]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"igbp": 255}, "a class without its shares, or shares without a class in 4 of 4"),
        ({"land_share": 255}, "a class without its shares"),
        ({"winner_share": 101}, "a share above 100 percent"),
        ({"winner_share": 0}, "a class that none of the pixels has"),
        ({"vegetated_share": 76}, "more vegetated than land pixels"),
        ({"land_share": 40, "vegetated_share": 40}, "more pixels of a class of land than of land"),
        ({"igbp": 0}, "igbp holds the code 0 .4 times.*MCD12C1"),
    ],
)
def test_impossible_shares_are_refused(tmp_path, changes, message):
    with pytest.raises(InputError, match=message):
        read_class_cells(write_cells(tmp_path / "a.nc", **changes))


def test_pixels_that_fill_a_cell_give_it_the_most_frequent_class(tmp_path):
    path = write(tmp_path / "a.nc", [[10, 17], [10, 255]])
    with netCDF4.Dataset(path, "a") as file:
        file["lon"][:] = [-45.0, 45.0]
    found = read_class_cells(path, cell=180.0)
    assert found.sizes == {"lat": 1, "lon": 1}
    assert [int(found[name].values.item()) for name in CELLS] == [10, 67, 67, 67]


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
