"""Months and steps of one product lie on one grid."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.archives.same_grid import require_same_grid
from carbonscape.core.errors import InputError

GRID = {"lat": np.array([45.0, -45.0]), "lon": np.array([-90.0, 0.0, 90.0])}


def test_single_precision_is_the_same_grid() -> None:
    moved = {axis: centres + 1e-5 for axis, centres in GRID.items()}
    require_same_grid(moved, GRID, origin="b.nc", first="a.nc")


@pytest.mark.parametrize(
    "changed",
    [
        {"lat": np.array([45.0, 0.0, -45.0])},
        {"lon": np.array([-90.0, 0.0, 90.1])},
        {"lon": np.array([0.0, 90.0, 180.0])},
    ],
)
def test_another_number_or_place_of_centres_is_refused(changed) -> None:
    (axis,) = changed
    with pytest.raises(InputError, match=rf"b\.nc: {axis} has 3 .* as in a\.nc; keep the files"):
        require_same_grid({**GRID, **changed}, GRID, origin="b.nc", first="a.nc")
