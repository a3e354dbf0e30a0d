"""How much of the land, of the flux and of the errors lies inside the area of applicability."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from carbonscape.archives.tables import FLUX
from carbonscape.core.classes import CLIMATES
from carbonscape.core.tables import Column, TableSchema
from carbonscape.evaluation.comparison import Fields
from carbonscape.evaluation.grids import (
    MapFiles,
    areas_of,
    grid_in,
    labelled,
    monthly_fields,
    open_grid,
)
from carbonscape.fluxes.evaluation.classes import Classes
from carbonscape.fluxes.evaluation.maps import PRODUCT_COLUMN
from carbonscape.products.product import Product

_LAYERS = ("dissimilarity", "applicable")

APPLICABILITY = TableSchema(
    "area of applicability",
    (
        PRODUCT_COLUMN,
        Column("year", "integer", "year of the map"),
        Column("climate", "text", "main climate; 'all' for all cells of the map"),
        Column("cells", "integer", "cells with a value in some month", "1"),
        Column("area", "number", "their area", "1e6 km2"),
        Column(
            "area_inside",
            "number",
            "share of their area and months that lies inside",
            "1",
            missing=True,
        ),
        Column("flux_inside", "number", "share of their flux that lies inside", "1", missing=True),
        Column(
            "dissimilarity",
            "number",
            "mean over area and months",
            "1",
            missing=True,
        ),
        Column("threshold", "number", "dissimilarity from which on a month lies outside", "1"),
    ),
    key=("product", "climate"),
)

TRUTH_APPLICABILITY = TableSchema(
    "errors inside and outside the area of applicability",
    (
        PRODUCT_COLUMN,
        Column("part", "text", "inside or outside the area of applicability"),
        Column("cell_months", "integer", "months of cells with map and truth", "1"),
        Column("share", "number", "their share of area and months", "1", missing=True),
        Column("rmse", "number", "root mean square error, weighted by area", FLUX, missing=True),
        Column("bias", "number", "mean of map minus truth, weighted by area", FLUX, missing=True),
    ),
    key=("product", "part"),
)


def applicability_numbers(
    product: Product,
    path: str | os.PathLike[str],
    classes: Classes,
    *,
    name: str,
    year: int,
) -> tuple[xr.Dataset, pd.DataFrame]:
    """Sum what lies inside the area of applicability in one year of a map.

    Args:
        product: the flux.
        path: file of the year.
        classes: climates of the cells.
        name: the map.
        year: its year.

    Returns:
        Maps (lat, lon) of the mean dissimilarity over the months with a value and of the share of
        these months inside; and APPLICABILITY.

    Raises:
        InputError, ResultError: the file is damaged, or lacks the variables.
    """
    grid = grid_in(path)
    with open_grid(path, *_LAYERS) as dataset:
        threshold = float(dataset.attrs["applicability_threshold"])
    shape = (grid.n_lat, grid.n_lon)
    months, inside, total, flux, flux_in = np.zeros((5, *shape))
    for _, fields in monthly_fields([path], product.name, *_LAYERS, grid=grid):
        value, index, flag = (np.asarray(field, dtype=np.float64) for field in fields)
        known = np.isfinite(value) & np.isfinite(index)
        months += known
        inside += known & (flag == 1)
        total += np.where(known, index, 0)
        flux += np.where(known, value, 0)
        flux_in += np.where(known & (flag == 1), value, 0)
    areas, some = areas_of(grid), months > 0
    rows = []
    for code, climate in enumerate(("all", *CLIMATES)):
        part = some & ((classes.climate == code) | (climate == "all"))
        weight = areas[part]
        row = {"product": name, "year": year, "climate": climate, "cells": int(part.sum())}
        row |= {"area": float(weight.sum() / 1e12), "threshold": threshold}
        row["area_inside"] = _share(weight, inside[part], months[part])
        row["flux_inside"] = _share(weight, flux_in[part], flux[part])
        row["dissimilarity"] = _share(weight, total[part], months[part])
        rows.append(row)
    table = pd.DataFrame(rows, columns=APPLICABILITY.names)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean, share = total / months, inside / months
    maps = labelled(
        {
            "dissimilarity": (("lat", "lon"), mean, f"mean dissimilarity of {year}", "1"),
            "inside": (("lat", "lon"), share, f"share of the months of {year} inside", "1"),
        },
        grid,
        title=f"Area of applicability of {name}",
        year=year,
        map=name,
        threshold=threshold,
    )
    return maps, APPLICABILITY.check(table, "area of applicability")


def _share(
    weight: NDArray[np.float64], part: NDArray[np.float64], whole: NDArray[np.float64]
) -> float:
    """Return the weighted sum of a part over that of the whole; NaN for nothing."""
    below = float((weight * whole).sum())
    return float((weight * part).sum()) / below if below > 0 else float("nan")


def errors_by_applicability(fields: Fields, files: MapFiles) -> pd.DataFrame:
    """Score each map against the truth inside and outside its area (TRUTH_APPLICABILITY).

    Args:
        fields: truth and maps over all months.
        files: files of every map; one without the variables has no row.
    """
    rows = []
    for name, values in fields.products.items():
        flags = _read_flags(files[name], fields)
        if flags is None:
            continue
        error = values.astype(np.float64) - fields.truth
        area = np.broadcast_to(fields.areas, error.shape)
        known = np.isfinite(error) & np.isfinite(flags)
        for part, code in {"inside": 1, "outside": 0}.items():
            chosen = known & (flags == code)
            weight = area[chosen]
            row = {"product": name, "part": part, "cell_months": int(chosen.sum())}
            row |= dict.fromkeys(("share", "rmse", "bias"), np.nan)
            if chosen.any():
                row["share"] = float(weight.sum() / area[known].sum())
                row["rmse"] = float(np.sqrt(np.average(error[chosen] ** 2, weights=weight)))
                row["bias"] = float(np.average(error[chosen], weights=weight))
            rows.append(row)
    table = pd.DataFrame(rows, columns=TRUTH_APPLICABILITY.names)
    return TRUTH_APPLICABILITY.check(table, "errors inside and outside the area of applicability")


def _read_flags(years: Mapping[int, Path], fields: Fields) -> NDArray[np.float32] | None:
    """Return whether months lie inside, (time, lat, lon), NaN where unknown; None if not said."""
    paths = [years[year] for year in sorted(years)]
    with open_grid(paths[0]) as dataset:
        if "applicable" not in dataset:
            return None
    found = monthly_fields(paths, "applicable", grid=fields.grid)
    flags = np.stack([np.asarray(field, dtype=np.float32) for _, (field,) in found])
    return np.where(np.isin(flags, (0, 1)), flags, np.float32(np.nan))
