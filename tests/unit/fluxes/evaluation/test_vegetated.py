"""Totals over the vegetated part of cells."""

from __future__ import annotations

from pathlib import Path

import netCDF4
import numpy as np
import pytest

from carbonscape.core.errors import ResultError
from carbonscape.fluxes.evaluation.vegetated import read_vegetated, vegetated_total
from carbonscape.fluxes.features.cell_shares import read_cell_shares


def write(path: Path, name: str, values: list[list[int]], *, months: int = 2) -> Path:
    """A file with shares of cells in percent, 255 where none is known."""
    with netCDF4.Dataset(path, "w") as file:
        for dim, size in {"time": months, "lat": 1, "lon": len(values[0])}.items():
            file.createDimension(dim, size)
        variable = file.createVariable(name, "i2", ("time", "lat", "lon"), fill_value=255)
        variable.set_auto_mask(False)
        variable[:] = np.tile(np.array(values), (months, 1, 1))
    return path


def test_a_total_counts_the_vegetated_part_of_each_cell_alone(tmp_path: Path) -> None:
    share = read_vegetated(write(tmp_path / "gpp_2011.nc", "vegetated_fraction", [[50, 100, 255]]))
    np.testing.assert_array_equal(share, [[0.5, 1.0, np.nan]])
    annual, areas = np.array([[1000.0, 2000.0, 3000.0]]), np.array([[2e12, 1e12, 1e12]])
    # 1000 g on half of 2e12 m2 and 2000 g on 1e12 m2 are 1 Pg and 2 Pg; no share, no area.
    assert vegetated_total(annual, areas, share) == pytest.approx(3.0)


def test_a_map_without_the_variable_has_no_such_total(tmp_path: Path) -> None:
    share = read_vegetated(write(tmp_path / "gpp_2011.nc", "other", [[1]]))
    assert share is None
    assert np.isnan(vegetated_total(np.ones((1, 1)), np.ones((1, 1)), share))


def test_cover_without_shares_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "grid_2011.nc", "land_share", [[100]])
    with pytest.raises(ResultError, match="no variable vegetated_share"):
        read_cell_shares(path)
