"""Grids of maps of others: edges counted by hand, and what is no grid."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.core.errors import InputError
from carbonscape.core.own_grid import OwnGrid

LON = np.array([-135.0, -45.0, 45.0, 135.0])


def test_edges_lie_half_a_cell_from_the_centres() -> None:
    grid = OwnGrid.of(np.array([75.0, 45.0, 15.0]), LON, "a.nc")
    assert (grid.n_lat, grid.n_lon) == (3, 4)
    assert grid.lat_bounds.tolist() == [[90, 60], [60, 30], [30, 0]]
    assert grid.lon_bounds[0].tolist() == [-180, -90]
    assert grid.lon_bounds[-1].tolist() == [90, 180]


def test_cells_at_a_pole_end_there() -> None:
    grid = OwnGrid.of(np.array([90.0, 0.0, -90.0]), LON, "a.nc")
    assert grid.lat_bounds.tolist() == [[90, 45], [45, -45], [-45, -90]]


def test_single_precision_makes_no_other_grid() -> None:
    lat = (89.975 - 0.05 * np.arange(3600)).astype("float32")
    lon = (-179.975 + 0.05 * np.arange(7200)).astype("float32")
    assert OwnGrid.of(lat, lon, "a.nc").lat.dtype == np.float64


@pytest.mark.parametrize(
    ("lat", "lon", "message"),
    [
        ([-45.0, 45.0], LON, "2 latitudes from -45 to 45.*that descend"),
        ([45.0], LON, "1 latitudes"),
        ([60.0, 30.0, 10.0], LON, "3 latitudes.*unequal distances"),
        ([45.0, -45.0], LON[::-1], "4 longitudes from 135 to -135.*that ascend"),
    ],
)
def test_what_is_no_regular_grid_is_refused(lat: list, lon: np.ndarray, message: str) -> None:
    with pytest.raises(InputError, match=rf"a.nc.*{message}"):
        OwnGrid.of(np.array(lat), lon, "a.nc")
