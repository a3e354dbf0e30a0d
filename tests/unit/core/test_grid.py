"""The product's grid."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.core.errors import InputError
from carbonscape.core.grid import Grid
from helpers.promises import cites


def test_tenth_of_a_degree_starts_at_89_95_north_and_179_95_west() -> None:
    grid = Grid(0.1)
    assert (grid.n_lat, grid.n_lon) == (1800, 3600)
    assert grid.lat[0] == 89.95
    assert grid.lat[-1] == -89.95
    assert grid.lon[0] == -179.95
    assert grid.lon[-1] == 179.95
    # No accumulated rounding anywhere: every centre is the nearest double of its decimal.
    np.testing.assert_allclose(
        grid.lat, [round(89.95 - 0.1 * i, 2) for i in range(1800)], atol=1e-13
    )


@pytest.mark.parametrize("cell", [0.1, 4.0, 30.0])
def test_bounds_touch_and_enclose_the_centres(cell: float) -> None:
    grid = Grid(cell)
    for centres, bounds, ends in (
        (grid.lat, grid.lat_bounds, (90, -90)),
        (grid.lon, grid.lon_bounds, (-180, 180)),
    ):
        np.testing.assert_array_equal(bounds[1:, 0], bounds[:-1, 1])
        np.testing.assert_allclose(bounds.mean(axis=1), centres, atol=1e-12)
        assert (bounds[0, 0], bounds[-1, 1]) == ends


def test_poles_and_the_date_line_fall_into_one_cell_each() -> None:
    cites(
        "A sounding on the edge of cells belongs to the one south and east of it; 90 S to "
        "the last row, +180 to the last column, -180 to the first.",
    )
    lat = np.float32([90, -90, 0, 0, 86, -86.0001])
    lon = np.float32([-180, 0, 180, -180, 179.99, 180])
    rows, columns = Grid(4.0).locate(lat, lon)
    assert rows.tolist() == [0, 44, 22, 22, 1, 44]
    assert columns.tolist() == [0, 45, 89, 0, 89, 89]


def test_the_centre_of_each_cell_of_the_paper_lies_in_it() -> None:
    grid = Grid(0.05)
    rows = np.arange(grid.n_lat)
    found = grid.locate(grid.lat.astype(np.float32), np.float32(grid.lon[rows]))
    np.testing.assert_array_equal(found[0], rows)
    np.testing.assert_array_equal(found[1], rows)


@pytest.mark.parametrize("cell", [0.05, 0.1, 0.25, 0.5, 4.0])
def test_every_place_of_two_decimals_lies_in_the_cell_of_exact_arithmetic(cell: float) -> None:
    # In hundredths of a degree, where nothing is rounded; edges belong to the south and east.
    grid = Grid(cell)
    lat, lon = np.arange(-9000, 9001), np.arange(-18000, 18001)
    rows = np.minimum((9000 - lat) * grid.n_lat // 18000, grid.n_lat - 1)
    columns = np.minimum((lon + 18000) * grid.n_lon // 36000, grid.n_lon - 1)
    np.testing.assert_array_equal(grid.locate(lat / 100, 0 * lat)[0], rows)
    np.testing.assert_array_equal(grid.locate(0 * lon, lon / 100)[1], columns)


def test_another_grid_is_refused_with_the_key_to_change() -> None:
    grid = Grid(4.0)
    grid.require(grid.lat, grid.lon, "here.nc")
    with pytest.raises(InputError, match=r"here\.nc: lat has 45 values.*grid\.cell.* is 4"):
        grid.require(grid.lat[::-1], grid.lon, "here.nc")
    with pytest.raises(InputError, match="lon has 90 values from 2 to 358"):
        grid.require(grid.lat, grid.lon + 180, "here.nc")
    with pytest.raises(InputError, match="lat has 1800 values"):
        grid.require(Grid(0.1).lat, grid.lon, "here.nc")
