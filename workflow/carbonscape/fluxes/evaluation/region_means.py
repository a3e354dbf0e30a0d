"""Means of the maps of figures over the SREX regions, which the paper's claims speak of."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from itertools import product

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from carbonscape.core.errors import ResultError
from carbonscape.core.tables import Column, TableSchema
from carbonscape.evaluation.grids import areas_of, grid_of, open_grid, require_grid
from carbonscape.fluxes.evaluation.classes import read_classes
from carbonscape.fluxes.evaluation.variability import cells_of

#: Variables of the file of each figure that claims are about. Those that a file lacks are left out.
VARIABLES: Mapping[str, tuple[str, ...]] = {
    "fig07": ("variability",),
    "fig08": ("r",),
    "fig09": ("annual_std",),
    "fig10": ("flux_difference", "cover_difference"),
    "fig13": ("variability",),
    "fig14": ("r",),
}

#: Cells of a region that are averaged: all, or those of arid climates, of which claims about
#: deserts speak: the forests of the same region would hide them.
GROUPS = ("all", "arid")

REGION_MEANS = TableSchema(
    "means by region",
    (
        Column("figure", "text", "figure whose map it is, such as fig07"),
        Column("variable", "text", "variable of the figure's file"),
        Column(
            "name",
            "text",
            "map (<model>-<pft>, or the product of others) or kind of cover; 'all' for neither",
        ),
        Column("region", "text", "abbreviation of the SREX region"),
        Column("group", "text", "its cells that count: all, or those of arid climates"),
        Column("cells", "integer", "such cells with a value", "1"),
        Column("mean", "number", "mean over their area, in the unit of the variable", "", True),
        Column(
            "common_cells",
            "integer",
            "cells in which every name of the figure that has any value in the region has one",
            "1",
        ),
        Column("common_mean", "number", "mean over the area of those cells", "", True),
    ),
    key=("figure", "variable", "name", "region", "group"),
)


def region_means(
    figures: Mapping[str, str | os.PathLike[str]],
    mask: str | os.PathLike[str],
    classes_path: str | os.PathLike[str],
) -> pd.DataFrame:
    """Return the means of maps over the SREX regions (REGION_MEANS).

    A cell belongs, whole, to the region of its centre, as in figures 12 and A1.

    Args:
        figures: netCDF of each figure, by ``VARIABLES``; maps are (…, lat, lon).
        mask: netCDF of figure A1: the region of each cell.
        classes_path: netCDF of the class maps.

    Raises:
        InputError, ResultError: a file is absent, damaged or of another grid, or holds none of the
            variables of its figure.
    """
    with open_grid(mask, "region", "lat", "lon", "abbreviation") as dataset:
        grid = grid_of(dataset, str(mask))
        places = dataset["region"].values
        regions = map(str, dataset["abbreviation"].values)
        named = dict(zip(dataset["number"].values.tolist(), regions, strict=True))
    areas, classes = areas_of(grid), read_classes(classes_path, grid)
    groups = {group: cells_of(group, classes) for group in GROUPS}
    rows = []
    for figure, path in figures.items():
        with open_grid(path, "lat", "lon") as dataset:
            require_grid(dataset, grid, str(path))
            wanted = [name for name in VARIABLES[figure] if name in dataset]
            if not wanted:
                raise ResultError(
                    f"{path}: holds none of {', '.join(VARIABLES[figure])}, found "
                    f"{', '.join(map(str, dataset.data_vars))}; it was made by another version of "
                    "the workflow: delete it and run again."
                )
            for variable in wanted:
                maps = dict(_maps(dataset[variable]))
                for (number, region), group in product(named.items(), GROUPS):
                    found = _rows(maps, areas, (places == number) & groups[group])
                    said = {"figure": figure, "variable": variable}
                    rows += [said | {"region": region, "group": group} | row for row in found]
    table = pd.DataFrame(rows, columns=REGION_MEANS.names)
    return REGION_MEANS.check(table, "means by region")


def _maps(values: xr.DataArray) -> Iterator[tuple[str, NDArray[np.floating]]]:
    """Yield the maps (lat, lon) of a variable, one in memory at a time, by product or cover."""
    others = [str(dim) for dim in values.dims if dim not in ("lat", "lon")]
    if not others:
        yield "all", values.transpose("lat", "lon").values
        return
    for at, name in enumerate(values[others[0]].values):
        yield str(name), values.isel({others[0]: at}).transpose("lat", "lon").values


def _rows(
    maps: Mapping[str, NDArray[np.floating]],
    areas: NDArray[np.float64],
    inside: NDArray[np.bool_],
) -> list[dict[str, object]]:
    """Return the means of maps over a region: over the cells of each, and over those of all."""
    area = areas[inside]
    values = {name: one[inside] for name, one in maps.items()}
    known = {name: np.isfinite(one) for name, one in values.items()}
    common = np.ones(area.size, dtype=bool)
    for mask in known.values():
        # A product that has nothing here, as one of other latitudes, leaves the others theirs.
        common &= mask if mask.any() else True
    rows = []
    for name, one in values.items():
        both = common & known[name]
        rows.append(
            {
                "name": name,
                "cells": int(known[name].sum()),
                "mean": _mean(one, area, known[name]),
                "common_cells": int(both.sum()),
                "common_mean": _mean(one, area, both),
            }
        )
    return rows


def _mean(values: NDArray[np.floating], area: NDArray[np.float64], at: NDArray[np.bool_]) -> float:
    """Return the mean of some cells over their area, NaN without any."""
    return float(np.average(values[at], weights=area[at])) if at.any() else np.nan
