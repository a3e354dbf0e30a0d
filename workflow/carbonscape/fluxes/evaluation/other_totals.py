"""Yearly sums of products of others, for figures 11 and 16."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from carbonscape.core.grid import Grid
from carbonscape.evaluation.areas import petagrams
from carbonscape.evaluation.grids import MapFiles, areas_of
from carbonscape.fluxes.evaluation.other_maps import (
    ToGrid,
    other_annual,
    own_areas,
    state_unshown,
)

#: Maps (lat, lon) by product, gC m-2 yr-1, and rows of annual totals.
Sums = tuple[dict[str, NDArray[np.floating]], list[dict[str, float | int | str]]]


def other_sums(
    name: str,
    others: MapFiles,
    *,
    asked: Sequence[str],
    land: NDArray[np.bool_],
    grid: Grid,
    map_year: int,
    map_years: Sequence[int],
) -> Sums:
    """Return maps of one year and annual totals of products of others.

    A total is over the product's own grid, mask and years. What the map shows, and the share of
    the land that the total covers, are on the grid of the run.

    Args:
        name: variable of the maps.
        others: files of products of others.
        asked: names of those that the run compares with, in order; those without a file of
            ``map_year`` or of any year are stated.
        land: (lat, lon) whether a cell of the run's grid is land.
        grid: of the run.
        map_year: year of the map.
        map_years: years of the maps of the run.

    Raises:
        InputError, ResultError: a file is absent, damaged, of another year or of no regular grid.
    """
    to_grid, areas = ToGrid(grid), areas_of(grid)
    maps: dict[str, NDArray[np.floating]] = {}
    rows: list[dict[str, float | int | str]] = []
    for other in asked:
        for year, path in sorted(others.get(other, {}).items()):
            annual, own = other_annual(path, name, year)
            brought = to_grid.apply(annual, own, origin=str(path))
            own_area, valid = own_areas(own), np.isfinite(annual)
            covered = areas[np.isfinite(brought) & land].sum()
            row = {"product": other, "year": year, "total": petagrams(annual, own_area)}
            row |= {"cells": int(valid.sum()), "area": float(own_area[valid].sum() / 1e12)}
            rows.append(row | {"coverage": float(covered / areas[land].sum())})
            if year == map_year:
                maps[other] = brought
    there = {other: years for other, years in others.items() if years}
    state_unshown("figure 16", asked, others, map_years)
    state_unshown("figure 11", [other for other in asked if other in there], others, [map_year])
    return maps, rows
