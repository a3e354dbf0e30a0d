"""What ESA-CCI in place of IGBP changes on the maps of a flux, and in land cover (figure 10)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from carbonscape.core.classes import CLIMATES, IGBP_CLASSES
from carbonscape.core.errors import ResultError
from carbonscape.core.findings import left_out
from carbonscape.core.grid import Grid
from carbonscape.core.tables import Column, TableSchema
from carbonscape.evaluation.areas import annual_sum
from carbonscape.evaluation.grids import (
    areas_of,
    grid_in,
    labelled,
    open_grid,
    open_year,
    require_grid,
)
from carbonscape.fluxes.evaluation.classes import read_classes
from carbonscape.products.map_name import MapName
from carbonscape.products.product import Product

#: The paper's three groups of plant functional types: how names of ESA-CCI classes begin, and
#: IGBP classes. Source: the GPP paper, section 4.2. Its needleleaved and broadleaved forests are
#: the classes ENF, EBF, DNF, DBF and MF. What it does not name (wetland, mosaics of crops and
#: natural vegetation, urban land, snow, barren land, water) is in none of the groups.
ESA_CCI_GROUPS = {"tree": "TREES-", "shrub": "SHRUBS-", "grass": "GRASS-"}
IGBP_GROUPS = {
    "tree": ("ENF", "EBF", "DNF", "DBF", "MF"),
    "shrub": ("CSH",),
    "grass": ("OSH", "WSA", "SAV", "GRA", "CRO"),
}

COVER_DIFFERENCES = TableSchema(
    "ESA-CCI minus IGBP",
    (
        Column("quantity", "text", "the flux (g m-2 year-1), or tree, shrub or grass (share)"),
        Column("climate", "text", "main Koppen-Geiger class of the cell, or 'all'"),
        Column("cells", "integer", "cells of land with both", "1"),
        Column("area", "number", "their area", "1e6 km2"),
        Column("esa_cci", "number", "with ESA-CCI, mean over the area", "", True),
        Column("igbp", "number", "with IGBP, mean over the area", "", True),
        Column("difference", "number", "ESA-CCI minus IGBP, mean over the area", "", True),
    ),
    key=("quantity", "climate"),
)


@dataclass(frozen=True)
class CoverNumbers:
    """What figure 10 shows.

    Attributes:
        maps: cover_difference (cover, lat, lon), share of the cell, and, where there are maps with
            both sources, flux_difference (lat, lon), g m-2 year-1; NaN off the land.
        table: COVER_DIFFERENCES.
    """

    maps: xr.Dataset
    table: pd.DataFrame


def cover_numbers(
    product: Product,
    files: Mapping[str, Mapping[int, Path]],
    cover_path: str | os.PathLike[str],
    classes_path: str | os.PathLike[str],
    *,
    year: int,
) -> CoverNumbers:
    """Subtract IGBP from ESA-CCI: in the annual flux, and in tree, shrub and grass cover.

    Args:
        product: the flux that is mapped.
        files: of the map with ESA-CCI and then of that with IGBP, or none, in which case the flux
            is left out with a line that says so.
        cover_path: netCDF of ``features.cover_files.write_land_cover`` of that year.
        classes_path: netCDF of the class maps, of which land and climates are used.
        year: the year of all of them.

    Raises:
        InputError, ResultError: a file is absent, damaged or of another grid.

    Source: the GPP paper, section 4.2 and figure 10.
    """
    grid = grid_in(classes_path)
    classes = read_classes(classes_path, grid)
    covers = read_covers(cover_path, grid)
    pairs = {
        name: tuple(np.where(classes.land, part, np.nan) for part in pair)
        for name, pair in covers.items()
    }
    fluxes: dict[str, tuple[NDArray[np.float64], ...]] = {}
    if files:
        fluxes[product.name] = tuple(
            _annual(product, name, years, grid, year) for name, years in files.items()
        )
    else:
        left_out(
            f"{product.name}_fig10",
            f"the difference in {product.label} needs a map of one model with esa_cci and one with "
            f"igbp: name both in '{product.name}.product.pfts' or 'compared_pfts'",
            source="maps",
            kind="variable",
        )
    said = {"model": MapName.parse(next(iter(files))).model} if files else {}
    return CoverNumbers(
        _dataset(product, fluxes, pairs, grid, year=year, **said),
        differences_table({**fluxes, **pairs}, classes.climate, areas_of(grid)),
    )


def read_covers(
    path: str | os.PathLike[str], grid: Grid
) -> dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Return tree, shrub and grass cover (lat, lon) by ESA-CCI and by IGBP, shares of the cell.

    IGBP has one class a cell, so that its shares are 0 or 1. NaN where a source is not known.

    Raises:
        InputError, ResultError: the file is absent, damaged or of another grid.
    """
    found = {}
    with open_grid(path, "pft_esa_cci", "igbp", "pft_class", "lat", "lon") as dataset:
        require_grid(dataset, grid, str(path))
        codes = np.nan_to_num(dataset["igbp"].transpose("lat", "lon").values)
        fractions = dataset["pft_esa_cci"].transpose("pft_class", "lat", "lon")
        names = [str(name) for name in dataset["pft_class"].values]
        for group, begin in ESA_CCI_GROUPS.items():
            parts = [at for at, name in enumerate(names) if name.startswith(begin)]
            if not parts:
                raise ResultError(
                    f"{path}: no class of plant functional types begins with {begin} (it has "
                    f"{', '.join(names)}); delete it and run again."
                )
            # One class after the other: all of them at 0.1 degree would be 0.4 GB.
            esa_cci = sum(fractions[at].values.astype(np.float64) for at in parts)
            inside = np.isin(codes, [IGBP_CLASSES.index(name) + 1 for name in IGBP_GROUPS[group]])
            found[group] = (esa_cci, np.where(codes > 0, inside.astype(np.float64), np.nan))
    return found


def differences_table(
    pairs: Mapping[str, tuple[NDArray[np.float64], ...]],
    climate: NDArray[np.integer],
    areas: NDArray[np.float64],
) -> pd.DataFrame:
    """Average what both sources give over the cells of each climate (COVER_DIFFERENCES).

    Args:
        pairs: by quantity, the values (lat, lon) with ESA-CCI and with IGBP.
        climate: (lat, lon) main Koppen-Geiger class 1..5, 0 none.
        areas: (lat, lon) m2.
    """
    rows = []
    for quantity, (esa_cci, igbp) in pairs.items():
        both = np.isfinite(esa_cci) & np.isfinite(igbp)
        for code, name in enumerate(("all", *CLIMATES)):
            inside = both & ((climate == code) | (name == "all"))
            row = {"quantity": quantity, "climate": name, "cells": int(inside.sum())}
            row |= {"area": float(areas[inside].sum() / 1e12)}
            row |= dict.fromkeys(("esa_cci", "igbp", "difference"), np.nan)
            if inside.any():
                for key, values in (("esa_cci", esa_cci), ("igbp", igbp)):
                    row[key] = float(np.average(values[inside], weights=areas[inside]))
                row["difference"] = row["esa_cci"] - row["igbp"]
            rows.append(row)
    table = pd.DataFrame(rows, columns=COVER_DIFFERENCES.names)
    return COVER_DIFFERENCES.check(table, "ESA-CCI minus IGBP")


def _annual(
    product: Product, name: str, years: Mapping[int, Path], grid: Grid, year: int
) -> NDArray[np.float64]:
    """Return the flux of a map summed over the year."""
    if year not in years:
        raise ResultError(f"product {name} has no year {year}; delete its folder and run again.")
    with open_year(years[year], product.name, year) as flux:
        require_grid(flux, grid, str(years[year]))
        return annual_sum((month.values for month in flux), year=year)


def _dataset(
    product: Product,
    fluxes: Mapping[str, tuple[NDArray[np.float64], ...]],
    covers: Mapping[str, tuple[NDArray[np.float64], ...]],
    grid: Grid,
    **attributes: object,
) -> xr.Dataset:
    """Return the differences as a labelled dataset."""
    shares = np.stack([esa_cci - igbp for esa_cci, igbp in covers.values()])
    meaning = "cover by ESA-CCI minus cover by IGBP, share of the cell"
    variables = {"cover_difference": (("cover", "lat", "lon"), shares, meaning, "1")}
    for esa_cci, igbp in fluxes.values():
        meaning = f"{product.label} of the year with ESA-CCI minus that with IGBP, mass of carbon"
        variables["flux_difference"] = (("lat", "lon"), esa_cci - igbp, meaning, "g m-2 year-1")
    return labelled(
        variables,
        grid,
        title=f"{product.long_name.capitalize()} and land cover: ESA-CCI minus IGBP",
        coordinates={"cover": [*covers]},
        **attributes,
    )
