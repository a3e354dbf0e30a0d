"""How far the members of a map differ: its uncertainty by setting of the PFT (figure 9)."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from carbonscape.core.classes import CLIMATES, IGBP_CLASSES
from carbonscape.core.tables import Column, TableSchema
from carbonscape.evaluation.grids import (
    MapFiles,
    areas_of,
    grid_of_maps,
    labelled,
    open_grid,
    require_grid,
)
from carbonscape.fluxes.evaluation.classes import Classes, read_classes
from carbonscape.fluxes.evaluation.maps import PRODUCT_COLUMN
from carbonscape.fluxes.evaluation.variability import cells_of, summary_of
from carbonscape.products.product import Product

#: Cover of the tropical forests in which the paper sees the lowest uncertainty.
FOREST = "EBF"

#: Groups of cells in the table.
SPREAD_GROUPS = ("all", *CLIMATES, "desert", FOREST)

_ANNUAL, _TOTAL = "gC m-2 yr-1", "PgC yr-1"

MEMBER_TOTALS = TableSchema(
    "annual totals of members",
    (
        PRODUCT_COLUMN,
        Column("year", "integer", "calendar year"),
        Column("epochs", "integer", "epochs of the member, as in the configuration", "1"),
        Column("total", "number", "sum over the cells that the map has in all months", _TOTAL),
    ),
    key=("product", "year", "epochs"),
)

MAP_SPREAD = TableSchema(
    "spread of maps",
    (
        PRODUCT_COLUMN,
        Column(
            "group",
            "text",
            "main Koppen-Geiger class of the cell, 'all', 'desert' (arid cells of the IGBP classes "
            f"BSV and OSH) or '{FOREST}' (evergreen broadleaf forest of IGBP)",
        ),
        Column("year", "integer", "year of the map"),
        Column("members", "integer", "networks, one a number of epochs", "1"),
        Column("cells", "integer", "cells with a spread", "1"),
        Column("area", "number", "their area", "1e6 km2"),
        Column(
            "median",
            "number",
            "standard deviation (ddof 1) of the members' annual sums, median over the cells",
            _ANNUAL,
            True,
        ),
        Column("mean", "number", "the same, mean over the area of the cells", _ANNUAL, True),
        Column("common_cells", "integer", "cells in which every product has a spread", "1"),
        Column("common_median", "number", "median over those cells", _ANNUAL, True),
        Column("common_mean", "number", "mean over the area of those cells", _ANNUAL, True),
        Column(
            "total_spread",
            "number",
            "standard deviation (ddof 1) of the members' totals of the whole map, mean over all "
            "years; for all cells alone",
            _TOTAL,
            True,
        ),
    ),
    key=("product", "group"),
)


def member_totals(product: Product, tiles: Iterable[str | os.PathLike[str]]) -> pd.DataFrame:
    """Add up the annual sums of the members over the tiles of each map (MEMBER_TOTALS).

    Args:
        product: the flux.
        tiles: tile files ``.../<map>/tiles/<tile>.nc`` of every map.

    Raises:
        InputError, ResultError: a tile is absent, damaged or has no members.
    """
    found: dict[str, pd.Series] = {}
    name = f"{product.name}_member_total"
    for path in map(Path, tiles):
        with open_grid(path, name) as dataset:
            part = dataset[name].to_series()
        map_name = path.parent.parent.name
        found[map_name] = found[map_name] + part if map_name in found else part
    rows = [part.rename("total").reset_index().assign(product=one) for one, part in found.items()]
    table = pd.concat(rows) if rows else pd.DataFrame(columns=MEMBER_TOTALS.names)
    table = table.sort_values(["product", "year", "epochs"], kind="stable")
    return MEMBER_TOTALS.check(table[MEMBER_TOTALS.names], "annual totals of members")


def spread_numbers(
    product: Product,
    files: MapFiles,
    totals: pd.DataFrame,
    classes_path: str | os.PathLike[str],
    *,
    year: int,
) -> tuple[xr.Dataset, pd.DataFrame]:
    """Gather the spread of each map in one year, and sum it up by climate.

    The spread is that of the members as they are, not calibrated: the paper's measure.

    Args:
        product: the flux.
        files: files of every map, with ``year``.
        totals: a MEMBER_TOTALS table of the same maps.
        classes_path: netCDF of the class maps.
        year: the year of the maps.

    Returns:
        ``annual_std`` (product, lat, lon), gC m-2 yr-1, with cell bounds and the attribute
        ``year``; and a MAP_SPREAD table.

    Raises:
        InputError, ResultError: a file is absent, damaged, of another grid or has no spread.

    Source: the GPP paper, section 3.2.2 and figure 9 (a).
    """
    grid, name = grid_of_maps(files, product.name), f"{product.name}_annual_std"
    maps = {}
    for map_name, years in files.items():
        with open_grid(years[year], name) as dataset:
            require_grid(dataset, grid, str(years[year]))
            maps[map_name] = dataset[name].transpose("lat", "lon").values
    found = labelled(
        {
            "annual_std": (
                ("product", "lat", "lon"),
                np.stack([*maps.values()]),
                f"standard deviation (ddof 1) of annual {product.label} over the members, as mass "
                "of carbon",
                "g m-2 year-1",
            )
        },
        grid,
        title=f"Spread of {product.long_name} over networks with several numbers of epochs",
        coordinates={"product": np.array([*maps], dtype=object)},
        year=year,
    )
    table = spread_table(maps, totals, read_classes(classes_path, grid), areas_of(grid), year=year)
    return found, table


def spread_table(
    maps: dict[str, NDArray[np.floating]],
    totals: pd.DataFrame,
    classes: Classes,
    areas: NDArray[np.float64],
    *,
    year: int,
) -> pd.DataFrame:
    """Summarise the spread over the cells of each climate (MAP_SPREAD).

    Args:
        maps: spread (lat, lon) by product, NaN where there is none.
        totals: a MEMBER_TOTALS table.
        classes: climate and land cover of the cells.
        areas: (lat, lon) m2.
        year: of the maps.
    """
    common = np.all([np.isfinite(values) for values in maps.values()], axis=0)
    rows = []
    for name, values in maps.items():
        own = totals[totals["product"] == name]
        by_year = own.groupby("year")["total"].std(ddof=1)
        for group in SPREAD_GROUPS:
            inside = _cells(group, classes)
            beside = summary_of(values, areas, inside & common)
            rows.append(
                {"product": name, "group": group, "year": year}
                | {"members": own["epochs"].nunique()}
                | summary_of(values, areas, inside & np.isfinite(values))
                | {f"common_{key}": beside[key] for key in ("cells", "median", "mean")}
                | {"total_spread": float(by_year.mean()) if group == "all" else np.nan}
            )
    return MAP_SPREAD.check(pd.DataFrame(rows, columns=MAP_SPREAD.names), "spread of maps")


def _cells(group: str, classes: Classes) -> NDArray[np.bool_]:
    """Return the cells (lat, lon) of a group of the table."""
    if group == FOREST:
        return classes.igbp == IGBP_CLASSES.index(FOREST) + 1
    return cells_of(group, classes)
