"""Checks of a finished map of a flux: those of every map, and its annual total."""

from __future__ import annotations

import itertools
import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from carbonscape.core.errors import ResultError
from carbonscape.evaluation.areas import annual_sum, petagrams
from carbonscape.evaluation.grids import areas_of, grid_in, month_text, months_of, open_grid
from carbonscape.evaluation.map_checks import check_maps, within_region
from carbonscape.fluxes.evaluation.classes import read_classes
from carbonscape.products.product import Product

logger = logging.getLogger(__name__)


def check_product(
    product: Product,
    years: Mapping[int, str | os.PathLike[str]],
    *,
    tiles: Sequence[str | os.PathLike[str]],
    classes_path: str | os.PathLike[str],
    plausible: tuple[float, float],
    strict: bool,
    region: Sequence[float] | None = None,
) -> list[str]:
    """Check one map as :func:`check_maps` does, its layers and its annual totals.

    Args:
        product: the flux that is mapped.
        years: file of each year.
        tiles: tile files.
        classes_path: netCDF of the class maps, which say what is land.
        plausible: lowest and highest total that a year may have, PgC yr-1.
        strict: refuse a total outside ``plausible``; else it is only said.
        region: west, south, east and north of what is mapped, degrees; its total is said and not
            judged. None for the globe.

    Returns:
        Sentences on total and coverage, one a year.

    Raises:
        InputError: a file is absent or damaged.
        ResultError: a promise is broken.
    """
    grid = grid_in(years[min(years)])
    land, areas = read_classes(classes_path, grid).land, areas_of(grid)
    land = within_region(land, grid, region)
    months = [(year, month) for year in sorted(years) for month in range(1, 13)]
    fields = check_maps(product, years, tiles=tiles, land=land, months=months)
    said, bounds = [], (0.0, np.inf) if region else plausible
    for year, inside in itertools.groupby(fields, key=lambda found: found[0][0]):
        _check_quality(product, years[year])
        _check_applicability(product, years[year])
        annual = annual_sum((field for _, field in inside), year=year)
        share = areas[np.isfinite(annual) & land].sum() / areas[land].sum()
        total = petagrams(annual, areas)
        said.append(_judge(years[year], year, total, share, bounds, strict=strict))
    return said


def _check_quality(product: Product, path: str | os.PathLike[str]) -> None:
    """Refuse quality layers that lack a value where the flux has one, or have one out of range."""
    with open_grid(path, product.name) as dataset:
        layers = {
            name: layer.attributes["valid_range"]
            for name, layer in product.layers.items()
            if name in dataset and "valid_range" in layer.attributes
        }
        if (spread := f"{product.name}_std") in dataset:
            layers[spread] = (0, np.inf)
        # Month by month, so that one field is the most that is in memory.
        for row, month in enumerate(months_of(dataset)):
            known = np.isfinite(dataset[product.name].isel(time=row).values)
            for name, (low, high) in layers.items():
                values = dataset[name].isel(time=row).values
                origin = f"{path}, {month_text(month)}"
                if (np.isfinite(values) != known).any():
                    raise ResultError(
                        f"{origin}: {name} does not have a value in the cells where "
                        f"{product.name} has one, and there alone; delete it and run again."
                    )
                if known.any() and not low <= values[known].min() <= values[known].max() <= high:
                    raise ResultError(
                        f"{origin}: {name} is {values[known].min():g} to {values[known].max():g}, "
                        f"expected {low:g} to {high:g}; delete it and run again."
                    )


def _check_applicability(product: Product, path: str | os.PathLike[str]) -> None:
    """Refuse an area of applicability that is not what the dissimilarity and its threshold say."""
    with open_grid(path) as dataset:
        if "dissimilarity" not in dataset:
            return
        if "applicable" not in dataset or "applicability_threshold" not in dataset.attrs:
            raise ResultError(
                f"{path}: has a dissimilarity without the variable applicable or the global "
                "attribute applicability_threshold; delete it and run again."
            )
        threshold = np.float32(dataset.attrs["applicability_threshold"])
        for row, month in enumerate(months_of(dataset)):
            mapped = np.isfinite(dataset[product.name].isel(time=row).values)
            values = dataset["dissimilarity"].isel(time=row).values
            flags = dataset["applicable"].isel(time=row).values
            known = np.isfinite(values)
            inside, outside = known & (values <= threshold), known & (values > threshold)
            origin = f"{path}, {month_text(month)}"
            if (mapped & ~known).any() or (values[known] < 0).any():
                raise ResultError(
                    f"{origin}: dissimilarity has {int((mapped & ~known).sum())} cells without a "
                    f"value where {product.name} has one, and {int((values[known] < 0).sum())} "
                    "values below zero, expected none of either; delete it and run again."
                )
            if not np.array_equal(flags == 1, inside) or not np.array_equal(flags == 0, outside):
                raise ResultError(
                    f"{origin}: applicable is not 1 where the dissimilarity is at most "
                    f"{threshold:g} and 0 where it is more, and there alone; delete it and run "
                    "again."
                )


def _judge(
    path: str | os.PathLike[str],
    year: int,
    total: float,
    share: float,
    plausible: tuple[float, float],
    *,
    strict: bool,
) -> str:
    """Return a sentence on total and coverage of a year; refuse an implausible total if strict."""
    low, high = plausible
    sentence = f"{Path(path).parent.name}, {year}: {total:.1f} PgC over {share:.1%} of the land"
    if not low <= total <= high:
        sentence += f"; a total outside {low:g} to {high:g} PgC yr-1"
        if strict:
            raise ResultError(
                f"{path}: {sentence} is not plausible: look at the maps and at the units of the "
                "gridded predictors."
            )
        sentence += ", which a simulated Earth may have"
    logger.info("%s", sentence)
    return sentence
