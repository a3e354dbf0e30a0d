"""The product's grid."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.core.errors import InputError
from carbonscape.core.grid import Grid


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


def test_another_grid_is_refused_with_the_key_to_change() -> None:
    grid = Grid(4.0)
    grid.require(grid.lat, grid.lon, "here.nc")
    with pytest.raises(InputError, match=r"here\.nc: lat has 45 values.*grid\.cell.* is 4"):
        grid.require(grid.lat[::-1], grid.lon, "here.nc")
    with pytest.raises(InputError, match="lon has 90 values from 2 to 358"):
        grid.require(grid.lat, grid.lon + 180, "here.nc")
    with pytest.raises(InputError, match="lat has 1800 values"):
        grid.require(Grid(0.1).lat, grid.lon, "here.nc")
