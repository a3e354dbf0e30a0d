"""Products of others on their own grids: where a place lies, sums, and the way to our grid."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from carbonscape.core import findings
from carbonscape.core.errors import ResultError
from carbonscape.core.grid import Grid
from carbonscape.core.own_grid import OwnGrid
from carbonscape.core.sphere import MODIS_RADIUS
from carbonscape.evaluation.grids import areas_of
from carbonscape.fluxes.evaluation.other_maps import (
    ToGrid,
    locate,
    other_annual,
    own_areas,
    state_unshown,
)
from helpers.other_products_made import centres, write_other


def own(cell: float, **edges: float) -> OwnGrid:
    return OwnGrid.of(*centres(cell, **edges), "test")


def test_a_place_lies_in_the_cell_that_holds_it() -> None:
    grid = own(2.0, north=80, south=-60)
    rows, columns, inside = locate(grid, [79.9, 78.0, -59.9, 80.1, -60.1], [-180, -178, 180, 0, 0])
    assert inside.tolist() == [True, True, True, False, False]
    # A place on an edge belongs to the cell south and east of it; +180 is -180.
    assert rows.tolist() == [0, 1, 69, 0, 0]
    assert columns.tolist() == [0, 1, 0, 0, 0]


def test_cells_over_the_180th_meridian_and_regional_grids() -> None:
    turned = OwnGrid.of(np.array([45.0, -45.0]), np.array([-180.0, -90, 0, 90]), "test")
    _, columns, inside = locate(turned, [10, 10], [170, -170])
    assert inside.all()
    assert columns.tolist() == [0, 0]
    regional = OwnGrid.of(np.array([50.0, 40]), np.array([0.0, 10]), "test")
    _, _, inside = locate(regional, [45, 45, 45], [14.9, 15.1, -5.1])
    assert inside.tolist() == [True, False, False]


def test_areas_and_the_sum_of_a_year(tmp_path: Path) -> None:
    lat, lon = centres(10.0)
    values = np.ones((12, 18, 36))
    values[3, 0, 0] = np.nan
    (path,) = write_other(tmp_path, "nies", {2012: values}, lat, lon)
    annual, grid = other_annual(path, "gpp", 2012)
    assert np.isnan(annual[0, 0])
    assert np.nanmin(annual) == np.nanmax(annual) == 366
    assert own_areas(grid).sum() == pytest.approx(4 * np.pi * MODIS_RADIUS**2)
    with pytest.raises(ResultError, match="expected January to December of 2013"):
        other_annual(path, "gpp", 2013)


def test_the_way_to_our_grid_keeps_mass_and_mask() -> None:
    fine, to_grid = own(2.0), ToGrid(Grid(6.0))
    values = np.random.default_rng(0).random((90, 180))
    brought = to_grid.apply(values, fine, origin="test")

    total = (brought * areas_of(Grid(6.0))).sum()
    assert total == pytest.approx((values * own_areas(fine)).sum(), rel=1e-6)
    values[:, :90] = np.nan
    assert np.isnan(to_grid.apply(values, fine, origin="test")[:, :30]).all()


def test_a_product_without_the_years_of_a_figure_is_stated(monkeypatch, caplog) -> None:
    said = []
    monkeypatch.setattr(findings, "_state", said.append)
    state_unshown("figure 11", ["nies", "vpm_gpp"], {"nies": {2016: Path("x")}}, [2016])
    (line,) = said
    assert line.item == "vpm_gpp"
    assert "no file of 2016, so that figure 11" in line.reason
