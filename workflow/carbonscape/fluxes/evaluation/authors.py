"""The map of the run beside that of the paper's authors, cell by cell and month by month."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from carbonscape.archives.fluxformer_maps import AuthorsMonth, authors_months
from carbonscape.core import findings
from carbonscape.core.errors import InputError
from carbonscape.core.grid import Grid
from carbonscape.core.sphere import cell_areas
from carbonscape.evaluation.areas import month_days, petagrams
from carbonscape.evaluation.grids import (
    areas_of,
    grid_in,
    labelled,
    month_text,
    open_year,
    require_grid,
)
from carbonscape.evaluation.regrid import AreaRegridder
from carbonscape.fluxes.evaluation.authors_table import AUTHORS_COMPARISON
from carbonscape.products.product import Product

#: Fewest months from which a cell has a correlation.
FEWEST_MONTHS = 12

_TOTALS = ("ours", "theirs", "ours_own", "theirs_own")


@dataclass(frozen=True)
class AuthorsNumbers:
    """What the comparison with the authors' own map shows.

    Attributes:
        maps: on the coarser of both grids, over the months that both have: ours, theirs, bias,
            rmse (lat, lon), g m-2 day-1, and r (lat, lon); NaN where either has no value.
        table: AUTHORS_COMPARISON.
    """

    maps: xr.Dataset
    table: pd.DataFrame


@dataclass
class Moments:
    """Weighted sums of pairs of values, of single cells or over many.

    Attributes:
        weight: sum of the weights; the others are sums of weight times the values.
        x, y: the values of ours and of theirs.
        xx, yy, xy, dd: their squares, their product and the square of their difference.
    """

    weight: NDArray[np.float64]
    x: NDArray[np.float64] = field(init=False)
    y: NDArray[np.float64] = field(init=False)
    xx: NDArray[np.float64] = field(init=False)
    yy: NDArray[np.float64] = field(init=False)
    xy: NDArray[np.float64] = field(init=False)
    dd: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        for name in ("x", "y", "xx", "yy", "xy", "dd"):
            setattr(self, name, np.zeros_like(self.weight))

    @classmethod
    def of(cls, shape: tuple[int, ...] = ()) -> Moments:
        """Return empty sums of a shape."""
        return cls(np.zeros(shape))

    def add(self, x: ArrayLike, y: ArrayLike, weight: ArrayLike) -> None:
        """Add pairs; a shape of ``()`` sums over all of them, and pairs with NaN add nothing."""
        x, y, weight = np.broadcast_arrays(*(np.asarray(a, np.float64) for a in (x, y, weight)))
        known = np.isfinite(x) & np.isfinite(y)
        x, y, weight = (np.where(known, values, 0.0) for values in (x, y, weight))
        parts = {"weight": 1.0, "x": x, "y": y, "xx": x * x, "yy": y * y, "xy": x * y}
        for name, values in {**parts, "dd": (x - y) ** 2}.items():
            product = weight * values
            total = getattr(self, name)
            setattr(self, name, total + (product if total.shape else product.sum()))

    def mean(self, name: str) -> NDArray[np.float64]:
        """Return the mean of a sum, NaN without any pair."""
        empty = np.full(self.weight.shape, np.nan)
        return np.divide(getattr(self, name), self.weight, out=empty, where=self.weight > 0)

    @property
    def bias(self) -> NDArray[np.float64]:
        """Mean of ours minus theirs."""
        return self.mean("x") - self.mean("y")

    @property
    def rmse(self) -> NDArray[np.float64]:
        """Root of the mean square difference."""
        return np.sqrt(self.mean("dd"))

    @property
    def r(self) -> NDArray[np.float64]:
        """Pearson correlation; NaN where either does not vary."""
        var_x = self.mean("xx") - self.mean("x") ** 2
        var_y = self.mean("yy") - self.mean("y") ** 2
        # What is left of constant values after rounding.
        varies = (var_x > 1e-12 * self.mean("xx")) & (var_y > 1e-12 * self.mean("yy"))
        scale = np.sqrt(np.where(varies, var_x * var_y, 1.0))
        found = (self.mean("xy") - self.mean("x") * self.mean("y")) / scale
        return np.where(varies, np.clip(found, -1, 1), np.nan)


def authors_numbers(
    product: Product,
    name: str,
    files: Mapping[int, Path],
    paths: Iterable[str | os.PathLike[str]],
) -> AuthorsNumbers:
    """Compare a map of the run with the authors' own, on the coarser of both grids.

    Both are brought to it by area, so that a cell that one of them fills by less than half counts
    in neither. One month of both is in memory at a time.

    Args:
        product: the flux that is mapped.
        name: of the map of the run, ``<model>-<pft>``.
        files: its yearly files.
        paths: netCDF files or archives of the authors' map.

    Raises:
        InputError, ResultError: a file is absent, damaged, of another unit or grid, or both have
            no month, or no cell, in common.
    """
    paths = [*paths]
    comparison: _Comparison | None = None
    for theirs in authors_months(paths, files):
        if comparison is None:
            comparison = _Comparison(grid_in(files[theirs.year]), theirs)
        with open_year(files[theirs.year], product.name, theirs.year) as flux:
            require_grid(flux, comparison.ours, str(files[theirs.year]))
            comparison.add(flux.isel(time=theirs.month - 1).values, theirs)
    if comparison is None:
        raise InputError(
            f"{', '.join(map(str, paths[:3]))}: no month of {min(files)} to {max(files)}, the years"
            " of the map; expected some of the authors' map; give other files, or set "
            "'gpp.authors_map' to null."
        )
    if not comparison.cells.weight.any():
        raise InputError(
            f"{paths[0]}: no cell has a value in a month in which {name} has one; expected the land"
            " of the globe; fetch the files again, or set 'gpp.authors_map' to null."
        )
    comparison.state(paths, files)
    table = comparison.table(name)
    return AuthorsNumbers(comparison.dataset(product, name), table)


class _Comparison:
    """The sums of a comparison, to which months are added in any order."""

    def __init__(self, ours: Grid, theirs: AuthorsMonth) -> None:
        self.ours = ours
        steps = [
            abs(axis[-1] - axis[0]) / max(axis.size - 1, 1) for axis in (theirs.lat, theirs.lon)
        ]
        self.their_cell = float(max(steps))
        # The coarser one; cells of others need not divide the globe.
        rows = max(int(180 / max(self.their_cell, ours.cell) + 1e-6), 1)
        self.grid = ours if self.their_cell <= ours.cell else Grid(180 / rows)
        self.areas = areas_of(self.grid)
        self.to_common = (
            AreaRegridder(ours.lat, ours.lon, self.grid, origin="the map of the run"),
            AreaRegridder(theirs.lat, theirs.lon, self.grid, origin=theirs.origin),
        )
        # Of the four totals of a year: two on the common grid, two on the own ones.
        self.places = (self.areas, self.areas, areas_of(ours), _areas(theirs, *steps))
        shape = (self.grid.n_lat, self.grid.n_lon)
        self.cells, self.pooled, self.months = Moments.of(shape), Moments.of(), np.zeros(shape, int)
        self.by_year: dict[int, _Year] = {}

    def add(self, ours: NDArray[np.floating], theirs: AuthorsMonth) -> None:
        """Add a month of both, each on its own grid."""
        fields = (ours, theirs.values)
        pairs = zip(self.to_common, fields, strict=True)
        common = [regridder.apply(values) for regridder, values in pairs]
        both = np.isfinite(common[0]) & np.isfinite(common[1])
        days = int(month_days(theirs.year)[theirs.month - 1])
        self.cells.add(*common, 1.0)
        self.pooled.add(*common, self.areas)
        self.months += both
        year = self.by_year.setdefault(theirs.year, _Year())
        masked = [np.where(both, values, np.nan) for values in common]
        year.pooled.add(*common, self.areas)
        year.some = year.some | both
        year.add([*masked, *fields], days=days, month=theirs.month, places=self.places)

    def state(self, paths: Sequence[str | os.PathLike[str]], files: Mapping[int, Path]) -> None:
        """State which files are used, and which years of ours theirs lack, whole or in part."""
        for path in paths:
            findings.used(path, source="fluxformer_maps")
        folder = os.path.commonpath([os.path.dirname(path) or "." for path in paths])
        for year in files:
            months = self.by_year[year].months if year in self.by_year else []
            if len(months) < 12:
                text = "is not compared" if not months else "has no annual totals"
                findings.incomplete(
                    folder,
                    f"the authors' map has {len(months)} of 12 months of {year}, which {text}",
                    source="fluxformer_maps",
                )

    def table(self, name: str) -> pd.DataFrame:
        """Return AUTHORS_COMPARISON."""
        rows = []
        for year, found in sorted(self.by_year.items()):
            scores = self._scores(found.pooled, found.some, len(found.months))
            rows.append({"product": name, "period": str(year), **scores, **found.totals})
        whole = [row for row in rows if np.isfinite(row["ours"])]
        means = {
            key: float(np.mean([row[key] for row in whole])) if whole else np.nan for key in _TOTALS
        }
        months = sum(row["months"] for row in rows)
        scores = self._scores(self.pooled, self.months > 0, months)
        rows.insert(0, {"product": name, "period": "all", **scores, **means})
        return AUTHORS_COMPARISON.check(
            pd.DataFrame(rows, columns=AUTHORS_COMPARISON.names), AUTHORS_COMPARISON.name
        )

    def _scores(self, pooled: Moments, some: NDArray[np.bool_], months: int) -> dict[str, float]:
        """Return what a row says of the months of a period."""
        return {
            "months": months,
            "cells": int(some.sum()),
            "area": float(self.areas[some].sum() / 1e12),
            **{key: float(getattr(pooled, key)) for key in ("bias", "rmse", "r")},
        }

    def dataset(self, product: Product, name: str) -> xr.Dataset:
        """Return the maps of the comparison."""
        months = sorted((year, one) for year, found in self.by_year.items() for one in found.months)
        cells, dims, unit = self.cells, ("lat", "lon"), "g m-2 day-1"
        enough = self.months >= FEWEST_MONTHS
        meaning = f"{product.label}, mean of the months that both maps have, mass of carbon"
        return labelled(
            {
                "ours": (dims, cells.mean("x"), f"{meaning}: this run", unit),
                "theirs": (dims, cells.mean("y"), f"{meaning}: the authors' map", unit),
                "bias": (dims, cells.bias, "this run minus the authors' map", unit),
                "rmse": (dims, cells.rmse, "root mean square difference of months", unit),
                "r": (dims, np.where(enough, cells.r, np.nan), "correlation of months", "1"),
            },
            self.grid,
            title=f"{product.long_name.capitalize()}: this run and the authors' own map",
            product=name,
            first_month=month_text(months[0]),
            last_month=month_text(months[-1]),
            months=len(months),
            our_cell=self.ours.cell,
            their_cell=round(self.their_cell, 6),
        )


class _Year:
    """The sums of one year; a year that is not whole has no annual totals."""

    def __init__(self) -> None:
        self.months: list[int] = []
        self.pooled = Moments.of()
        self.some: NDArray[np.bool_] = np.zeros((), dtype=bool)
        self.totals = dict.fromkeys(_TOTALS, np.nan)
        self._sums: list[NDArray[np.float64]] = []

    def add(
        self,
        fields: Sequence[NDArray[np.floating]],
        *,
        days: int,
        month: int,
        places: Sequence[NDArray[np.float64]],
    ) -> None:
        """Add a month to the sums of the year; the twelfth one gives the totals, PgC yr-1."""
        self.months.append(month)
        # NaN stays NaN: a cell needs all twelve months.
        parts = [np.asarray(values, np.float64) * days for values in fields]
        sums = self._sums or [np.zeros_like(part) for part in parts]
        self._sums = [total + part for total, part in zip(sums, parts, strict=True)]
        if len(self.months) == 12:
            pairs = zip(_TOTALS, self._sums, places, strict=True)
            self.totals = {key: petagrams(annual, areas) for key, annual, areas in pairs}
            self._sums = []


def _areas(theirs: AuthorsMonth, high: float, wide: float) -> NDArray[np.float64]:
    """Return the areas (lat, lon) of the cells of the authors' grid, m2."""
    lat = np.clip(np.column_stack([theirs.lat + high / 2, theirs.lat - high / 2]), -90, 90)
    lon = np.column_stack([theirs.lon - wide / 2, theirs.lon + wide / 2])
    return cell_areas(lat, lon)
