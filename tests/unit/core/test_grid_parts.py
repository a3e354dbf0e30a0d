"""Where the cells of a tile lie in a file of the globe, or of a region."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.core.errors import InputError
from carbonscape.core.grid import Grid
from carbonscape.core.grid_parts import part_in_file

GRID = Grid(10.0)
TILE = {"rows": slice(3, 6), "cols": slice(18, 20)}


def test_a_file_of_the_globe_is_counted_from_its_corner() -> None:
    assert part_in_file(GRID, (GRID.lat, GRID.lon), **TILE, origin="a.nc") == (
        TILE["rows"], TILE["cols"],
    )  # fmt: skip


def test_a_file_of_a_region_is_counted_from_its_own_corner() -> None:
    axes = (GRID.lat[2:7].astype(np.float32), GRID.lon[17:21])
    assert part_in_file(GRID, axes, **TILE, origin="a.nc") == (slice(1, 4), slice(1, 3))
    single = (GRID.lat[3:6], GRID.lon[18:19])
    assert part_in_file(GRID, single, rows=slice(3, 6), cols=slice(18, 19), origin="a.nc") == (
        slice(0, 3), slice(0, 1),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("axes", "said"),
    [
        ((GRID.lat[4:7], GRID.lon[17:21]), "it is the file of another region"),
        ((GRID.lat[2:5], GRID.lon[17:21]), "at least 0 to 20 and 30 to 60 .*'region'"),
        ((GRID.lat[2:7] + 2, GRID.lon[17:21]), "expected 18 cell centres"),
        ((GRID.lat[2:7:2], GRID.lon[17:21]), "config key 'grid.cell'"),
        ((Grid(5.0).lat, Grid(5.0).lon), "36 values"),
    ],
)
def test_files_of_other_regions_and_grids_are_refused(axes: tuple, said: str) -> None:
    with pytest.raises(InputError, match=said):
        part_in_file(GRID, axes, **TILE, origin="a.nc")
