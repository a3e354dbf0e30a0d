"""Checks of a finished map of a column: those of every map, and its growth."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from carbonscape.core.errors import ResultError
from carbonscape.core.grid import Grid
from carbonscape.evaluation.grids import (
    Month,
    areas_of,
    grid_in,
    open_grid,
    parse_month,
    require_grid,
)
from carbonscape.evaluation.map_checks import check_maps, within_region
from carbonscape.evaluation.metrics import regression
from carbonscape.products.product import Product

logger = logging.getLogger(__name__)

#: Growth of the global mean of CO2 that is plausible, ppm yr-1.
PLAUSIBLE_GROWTH = (0.0, 5.0)


def check_product(
    product: Product,
    years: Mapping[int, str | os.PathLike[str]],
    *,
    tiles: Sequence[str | os.PathLike[str]],
    composites: Sequence[str | os.PathLike[str]],
    months: Sequence[str],
    strict: bool,
    region: Sequence[float] | None = None,
) -> list[str]:
    """Check the yearly files of one map as :func:`check_maps` does, and its growth.

    Args:
        product: the column that is mapped.
        years: file of each year.
        tiles: tile files.
        composites: yearly composites, which say what is land.
        months: the run's months, YYYY-MM.
        strict: refuse growth that is not plausible; else it is only said.
        region: west, south, east and north of what is mapped, degrees; None for the globe.

    Returns:
        Sentences on coverage and growth.

    Raises:
        InputError: a file is absent or damaged.
        ResultError: a promise is broken.
    """
    grid = grid_in(years[min(years)])
    areas, folder = areas_of(grid), Path(years[min(years)]).parent
    land = within_region(_land(composites, grid), grid, region)
    covered = np.ones(land.shape, dtype=bool)
    means: dict[Month, float] = {}
    wanted = [parse_month(month) for month in months]
    for month, field in check_maps(product, years, tiles=tiles, land=land, months=wanted):
        there = np.isfinite(field)
        covered &= there
        means[month] = float(np.average(field[there].astype(float), weights=areas[there]))
    share = areas[covered & land].sum() / areas[land].sum()
    said = [f"{folder.name}: {share:.1%} of the land has {product.label} in every month"]
    said += _judge_growth(product, means, folder, strict=strict)
    for sentence in said:
        logger.info("%s", sentence)
    return said


def _land(composites: Sequence[str | os.PathLike[str]], grid: Grid) -> NDArray[np.bool_]:
    """Return the cells that are land in any year, (lat, lon)."""
    land = np.zeros((grid.n_lat, grid.n_lon), dtype=bool)
    for path in composites:
        with open_grid(path, "land", "lat", "lon") as dataset:
            require_grid(dataset, grid, str(path))
            land |= dataset["land"].transpose("lat", "lon").values > 0
    if not land.any():
        raise ResultError("the composites have no land at all; look at their variable 'land'.")
    return land


def _judge_growth(
    product: Product, means: Mapping[Month, float], folder: Path, *, strict: bool
) -> list[str]:
    """Return a sentence on the growth of the global mean; refuse implausible growth if strict.

    Of the annual means of full years only, since the season would pass for growth otherwise.
    """
    by_year: dict[int, list[float]] = {}
    for (year, _), mean in means.items():
        by_year.setdefault(year, []).append(mean)
    full = {year: np.mean(values) for year, values in by_year.items() if len(values) == 12}
    if len(full) < 2:
        return []
    growth = regression([*full], [*full.values()])[0]
    sentence = f"{folder.name}: {product.label} grows by {growth:.2f} {product.unit} yr-1"
    low, high = PLAUSIBLE_GROWTH
    if not low < growth < high:
        sentence += f", outside {low:g} to {high:g}"
        if strict:
            raise ResultError(
                f"{folder}: {sentence}, which the atmosphere did not in these years: the model "
                f"does not know the time (config key '{product.name}.product.time_inputs')."
            )
    return [sentence]
