"""The maps of XCO2 beside CAMS-EGG4 over every land cell, not at TCCON alone.

EGG4 is brought to the cells of the run by area, month by month, so that memory holds one month
whatever the years; all scores come from sums. EGG4 is a reanalysis, not the truth: its own
monthly means lie within about 1 ppm of TCCON (Agusti-Panareda et al. 2023,
doi 10.5194/acp-23-3829-2023).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from carbonscape.archives.continents import CONTINENTS, continents_of
from carbonscape.archives.xco2_fields import read_xco2_fields
from carbonscape.columns.evaluation.skill import decimal_year
from carbonscape.columns.evaluation.tccon import OCO
from carbonscape.columns.tables import SKILL, TCCON_PAIRS
from carbonscape.core.grid import Grid
from carbonscape.core.tables import Column, TableSchema
from carbonscape.evaluation.grids import (
    MapFiles,
    Month,
    areas_of,
    grid_of_maps,
    labelled,
    month_text,
    monthly_fields,
)
from carbonscape.evaluation.regrid import AreaRegridder
from carbonscape.evaluation.seasons import ALL, SEASONS

XCO2_EGG4_SCORES = TableSchema(
    "XCO2 against CAMS-EGG4",
    (
        *(column for column in TCCON_PAIRS.columns if column.name == "product"),
        Column("scope", "text", "global, year, season or continent"),
        Column("group", "text", "the year, the season, ...; 'all' for the global scope"),
        *SKILL,
    ),
    key=("product", "scope", "group"),
)

#: Variables of the map: meaning and unit.
EGG4_VARIABLES = {
    "difference": ("mean of product minus CAMS-EGG4, all common months", "ppm"),
    "rmse": ("root mean square difference from CAMS-EGG4, all common months", "ppm"),
}

#: Values are kept as differences to this, and years to that, lest squares lose their last digits.
_SHIFT, _YEAR = 400.0, 2015.0

#: Cells whose continents are looked up at a time.
_BAND = 1 << 20

#: Sums of a group: weights, EGG4, product, time, their squares and products, absolute differences.
_SUMS = ("n", "w", "o", "p", "t", "oo", "tt", "to", "ee", "a")


class _Group:
    """Sums over the cell-months of a group, from which every score follows."""

    def __init__(self) -> None:
        self.sums = dict.fromkeys(_SUMS, 0.0)

    def add(self, month: Month, weight: NDArray, egg4: NDArray, product: NDArray) -> None:
        """Take cells of a month in, all arrays (cell,)."""
        time = float(decimal_year(*month)) - _YEAR
        o, e = egg4 - _SHIFT, product - egg4
        total, sum_o = float(weight.sum()), float(weight @ o)
        found = (len(weight), total, sum_o, float(weight @ (o + e)), time * total,
                 float(weight @ o**2), time**2 * total, time * sum_o, float(weight @ e**2),
                 float(weight @ np.abs(e)))  # fmt: skip
        for name, value in zip(_SUMS, found, strict=True):
            self.sums[name] += value

    def scores(self) -> dict[str, float | int]:
        """Return the columns ``SKILL``, EGG4 taken as what is observed."""
        s = {name: value / self.sums["w"] for name, value in self.sums.items()}
        spread, time = s["oo"] - s["o"] ** 2, s["tt"] - s["t"] ** 2
        line = (s["to"] - s["t"] * s["o"]) ** 2 / time if time > 0 else np.nan
        r2 = 1 - s["ee"] / spread if spread > 0 else np.nan
        trend = line / spread if spread > 0 else np.nan
        left = spread - line
        return {
            "samples": int(self.sums["n"]),
            "r2": r2,
            "rmse": np.sqrt(s["ee"]),
            "mae": s["a"],
            "bias": s["p"] - s["o"],
            "r2_trend": trend,
            "trend_share": trend / r2 if r2 > 0 else np.nan,
            "r2_detrended": 1 - s["ee"] / left if left > 1e-12 * spread else np.nan,
        }


def compare_reanalysis(
    name: str,
    *,
    products: MapFiles,
    oco: Sequence[str | os.PathLike[str]],
    egg4: Iterable[str | os.PathLike[str]],
    months: Sequence[str],
    continents_path: str | os.PathLike[str],
    shown: str,
) -> tuple[pd.DataFrame, xr.Dataset]:
    """Score every product, and the gridded soundings, against EGG4 on all cells that both have.

    Cell-months are weighted by area. Soundings count once a cell and month, however many.

    Args:
        name: the column: variable of the maps.
        products: files of each product by year.
        oco: gridded soundings of each instrument.
        egg4: files of CAMS-EGG4, one a year; without any, nothing is compared.
        months: the run's, YYYY-MM; those count that EGG4 and the map have.
        continents_path: the map of continents.
        shown: the product whose differences are mapped.

    Returns:
        XCO2_EGG4_SCORES, and a map of ``EGG4_VARIABLES`` (lat, lon), NaN without a common month.

    Raises:
        InputError, ResultError: a file is absent, damaged or of another grid.
    """
    grid = grid_of_maps(products, name)
    area, reference = areas_of(grid), Reference(egg4, months, grid)
    continents = _continents(grid, continents_path)
    rows, sums = [], np.zeros((3, *area.shape))
    sources: dict[str, list] = {key: list(years.values()) for key, years in products.items()}
    for product, paths in {**sources, OCO: list(oco)}.items():
        groups: dict[tuple[str, str], _Group] = {}
        for month, (field,) in monthly_fields(paths, name, grid=grid):
            known = reference.at(month)
            if known is None:
                continue
            there = np.isfinite(known) & np.isfinite(field)
            _add(groups, month, area[there], known[there], field[there], continents[there])
            if product == shown:
                gap = np.where(there, field - known, 0.0).astype(np.float64)
                for part, values in zip(sums, (there, gap, gap**2), strict=True):
                    part += values
        rows += [
            {"product": product, "scope": scope, "group": group, **groups[scope, group].scores()}
            for scope, group in _order(groups)
        ]
    table = pd.DataFrame(rows, columns=XCO2_EGG4_SCORES.names)
    found = XCO2_EGG4_SCORES.check(table, "XCO2 against CAMS-EGG4")
    return found, _map(sums, grid, shown, sorted(reference.fields))


class Reference:
    """The months of EGG4, on its own grid in memory and on that of the run when asked for."""

    def __init__(self, paths: Iterable, months: Sequence[str], grid: Grid) -> None:
        self._grid = grid
        self._regrid: dict[tuple[int, int], AreaRegridder] = {}
        self.fields: dict[Month, NDArray[np.float32]] = {}
        for field in read_xco2_fields(paths, months=months):
            axes = field["lat"].values, field["lon"].values
            shape = axes[0].size, axes[1].size
            if shape not in self._regrid:
                self._regrid[shape] = AreaRegridder(*axes, grid, origin="CAMS-EGG4")
            for stamp, values in zip(field["time"].values, field.values, strict=True):
                text = str(stamp)[:7]
                if text in months:
                    self.fields[int(text[:4]), int(text[5:])] = values

    def at(self, month: Month) -> NDArray[np.float32] | None:
        """Return a month on the cells of the run, (lat, lon) ppm; None where EGG4 lacks it."""
        field = self.fields.get(month)
        return None if field is None else self._regrid[field.shape].apply(field)


def _continents(grid: Grid, path: str | os.PathLike[str]) -> NDArray[np.int8]:
    """Return the number of each cell's continent in ``CONTINENTS``, -1 for none (lat, lon)."""
    codes = np.full((grid.n_lat, grid.n_lon), -1, dtype=np.int8)
    # By bands of rows: the names of all cells of a fine grid would take a gigabyte.
    rows = max(1, _BAND // grid.n_lon)
    for top in range(0, grid.n_lat, rows):
        lat, lon = np.meshgrid(grid.lat[top : top + rows], grid.lon, indexing="ij")
        names = continents_of(lat, lon, path=path)
        for code, name in enumerate(CONTINENTS):
            codes[top : top + rows][names == name] = code
    return codes


def _add(
    groups: dict[tuple[str, str], _Group],
    month: Month,
    area: NDArray,
    egg4: NDArray,
    product: NDArray,
    continents: NDArray[np.int8],
) -> None:
    """Add the cells of a month to the groups that they belong to."""
    if not area.size:
        return
    egg4, product = egg4.astype(np.float64), product.astype(np.float64)
    season = next(name for name, members in SEASONS.items() if month[1] in members)
    for key in (("global", ALL), ("year", str(month[0])), ("season", season)):
        groups.setdefault(key, _Group()).add(month, area, egg4, product)
    for code, name in enumerate(CONTINENTS):
        inside = continents == code
        if inside.any():
            group = groups.setdefault(("continent", name), _Group())
            group.add(month, area[inside], egg4[inside], product[inside])


def _order(groups: Mapping[tuple[str, str], _Group]) -> list[tuple[str, str]]:
    """Return the groups that there are, in a fixed order."""
    years = sorted(key for key in groups if key[0] == "year")
    seasons = [("season", name) for name in SEASONS]
    wanted = [("global", ALL), *years, *seasons, *(("continent", name) for name in CONTINENTS)]
    return [key for key in wanted if key in groups]


def _map(sums: NDArray, grid: Grid, shown: str, months: Sequence[Month]) -> xr.Dataset:
    """Return mean and root mean square of the differences of each cell."""
    count, total, squares = sums
    with np.errstate(invalid="ignore", divide="ignore"):
        values = {"difference": total / count, "rmse": np.sqrt(squares / count)}
    return labelled(
        {
            name: (("lat", "lon"), np.where(count > 0, values[name], np.nan), meaning, unit)
            for name, (meaning, unit) in EGG4_VARIABLES.items()
        },
        grid,
        title="XCO2 beside CAMS-EGG4",
        product=shown,
        first_month=month_text(months[0]) if months else "none",
        last_month=month_text(months[-1]) if months else "none",
    )
