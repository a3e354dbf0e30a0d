"""How every product, of this run and of others, goes together with fluorescence (figure 14)."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from carbonscape.core.findings import left_out
from carbonscape.evaluation.grids import (
    MapFiles,
    Month,
    grid_of_maps,
    month_text,
    months_of,
    open_grid,
    require_grid,
)
from carbonscape.fluxes.evaluation.other_maps import ToGrid, open_other
from carbonscape.fluxes.evaluation.sif import (
    SifNumbers,
    correlate,
    numbers_of,
    sif_numbers,
)
from carbonscape.products.product import Product


def other_sif_numbers(
    product: Product,
    files: MapFiles,
    others: MapFiles,
    sif_path: str | os.PathLike[str],
    classes_path: str | os.PathLike[str],
    *,
    asked: Sequence[str],
    min_months: int,
) -> SifNumbers:
    """Correlate the monthly flux of every product with SIF, cell by cell of the run's grid.

    A product of others is brought to that grid month by month, weighted by area; it keeps its own
    mask and its own months. One with too few months for any correlation is left out, with a line
    that says so.

    Args:
        product: the flux that is mapped.
        files: files of the maps of the run.
        others: files of the products of others.
        sif_path: netCDF of ``quality.sif.grid_sif``.
        classes_path: netCDF of the class maps, of which the climates are used.
        asked: names of the products of others that the run compares with.
        min_months: fewest months with flux and SIF for the correlation of a cell.

    Raises:
        InputError, ResultError: a file is absent, damaged or of another grid, or a map of the run
            lacks a year.

    Source: the GPP paper, figure 14; the correlation is that of figure 8.
    """
    own = sif_numbers(product, files, sif_path, classes_path, min_months=min_months)
    grid = grid_of_maps(files, product.name)
    found: dict[str, list[NDArray[np.floating]]] = {
        name: [*own.maps[name].values] for name in ("r", "months")
    }
    names, to_grid = [*files], ToGrid(grid)
    with open_grid(sif_path, "sif", "time", "lat", "lon") as dataset:
        require_grid(dataset, grid, str(sif_path))
        sif, months = dataset["sif"].transpose("time", "lat", "lon"), months_of(dataset)
        for name in asked:
            years = others.get(name, {})
            if not _has_months(name, years, months, min_months):
                continue
            open_map = partial(_open_other, name=product.name, to_grid=to_grid)
            r, seen = correlate(sif, months, years, open_map, min_months=min_months)
            for key, field in (("r", r), ("months", seen)):
                found[key].append(field)
            names.append(name)
    return numbers_of(product, names, found, months, grid, classes_path)


@contextlib.contextmanager
def _open_other(
    path: Path, year: int, *, name: str, to_grid: ToGrid
) -> Iterator[Callable[[int], NDArray[np.floating]]]:
    """Open a year of a product of others: a function that reads a month on the run's grid."""
    with open_other(path, name, year) as (flux, own):
        yield lambda month: to_grid.apply(flux.isel(time=month - 1).values, own, origin=str(path))


def _has_months(
    name: str, years: Mapping[int, Path], months: Sequence[Month], min_months: int
) -> bool:
    """Say whether a product has enough months of SIF; state it where not."""
    there = sum(year in years for year, _ in months)
    if there >= min_months:
        return True
    span = f"{month_text(months[0])} to {month_text(months[-1])}"
    reason = (
        f"figure 14 needs {min_months} months with fluorescence ({span}), and its files have "
        f"{there}; it is left out of that figure"
    )
    left_out(name, reason, source=name, kind="variable")
    return False
