"""The finished maps of XCO2: annual means, trend, anomalies (figures 9 to 12, second table 4).

A year of the product is the mean of its twelve months; of the soundings, the unweighted mean of
the months that a cell has. Statistics leave out what lies south of 60 degrees south and weight
cells by their area; the paper says neither.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from carbonscape.archives.continents import CONTINENTS, continents_of
from carbonscape.columns.evaluation.tables import XCO2_TOTALS
from carbonscape.core.errors import InputError
from carbonscape.core.grid import Grid
from carbonscape.core.tables import Column, TableSchema, read_table
from carbonscape.evaluation.grids import areas_of, grid_in, labelled, monthly_fields
from carbonscape.evaluation.metrics import regression
from carbonscape.evaluation.trends import slope_interval
from carbonscape.products.product import Product

logger = logging.getLogger(__name__)

#: What the row of all cells is called in the table by continent.
GLOBAL = "Global"

#: Statistics leave out what lies south of here (Antarctica), degrees north.
SOUTH = -60.0

#: What stands for the Middle East and North Africa: latitudes and longitudes, degrees.
DRY_BELT = ((15.0, 38.0), (-17.0, 60.0))

#: The three ways of taking the global value away, and what each is.
ANOMALIES = {
    "median": "XCO2 minus the median of all cells of that year (Hakkarainen et al. 2016)",
    "area_weighted": "XCO2 minus the median of that year weighted by the area of cells",
    "north_of_60s": "XCO2 minus the median of the cells north of 60 S, which alone are shown",
}


@dataclass(frozen=True)
class AnnualMeans:
    """Annual means of the product and of the soundings.

    Attributes:
        years: (year,) calendar years.
        months: months that every year has: 12, or fewer where the run has no full year.
        product, oco: (year, lat, lon) ppm; NaN where there is none.
        grid: their grid.
    """

    years: list[int]
    months: int
    product: NDArray[np.float32]
    oco: NDArray[np.float32]
    grid: Grid


def annual_table_schema(years: Sequence[int]) -> TableSchema:
    """Return the schema of the annual means by continent: a column a year."""
    return TableSchema(
        "annual XCO2 by continent",
        (
            Column("continent", "text", f"one of the six continents, or '{GLOBAL}'"),
            *(
                Column(str(year), "number", f"mean of {year}, weighted by area", "ppm", True)
                for year in years
            ),
            Column("increase", "number", "last year minus first year", "ppm", missing=True),
        ),
        key=("continent",),
    )


def read_annual_table(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Read the annual means by continent, whatever their years.

    Raises:
        InputError, ResultError: the file is absent, damaged or another table.
    """
    try:
        names = pd.read_csv(path, nrows=0).columns
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as a table ({error}); run again.") from error
    return read_table(path, annual_table_schema([int(name) for name in names if name.isdigit()]))


def annual_means(
    product: Product, files: Mapping[int, Path], oco: Sequence[str | os.PathLike[str]]
) -> AnnualMeans:
    """Average the product and the soundings over calendar years, one month in memory at a time.

    Only years with twelve months of the product count. A run that has none (a quick test) shows
    the years that it has, each the mean of its months, and says so.

    Args:
        product: the column that is mapped.
        files: the map's file of each year.
        oco: gridded soundings of each instrument.

    Raises:
        InputError, ResultError: a file is absent, damaged or of another grid.
    """
    grid = grid_in(files[min(files)])
    means, counts = {}, {}
    for year, path in sorted(files.items()):
        means[year], counts[year] = _mean_of_months([path], product.name, year, grid)
    full = [year for year, count in counts.items() if count == 12]
    years = full or sorted(means)
    if not full:
        logger.warning("the product has no full calendar year: its years are means of fewer months")
    seen = [_mean_of_months(oco, product.name, year, grid, every=False)[0] for year in years]
    return AnnualMeans(
        years=years,
        months=min(counts[year] for year in years),
        product=np.stack([means[year] for year in years]),
        oco=np.stack(seen),
        grid=grid,
    )


def _mean_of_months(
    paths: Sequence[str | os.PathLike[str]],
    name: str,
    wanted: int,
    grid: Grid,
    *,
    every: bool = True,
) -> tuple[NDArray[np.float32], int]:
    """Return the mean of a year's months, (lat, lon), and how many months there are.

    Args:
        paths: the files.
        name: their variable.
        wanted: the year.
        grid: the grid.
        every: whether a cell needs all of them; else any month will do.
    """
    total = np.zeros((grid.n_lat, grid.n_lon))
    count = np.zeros(total.shape, dtype=np.int16)
    months = set()
    for path in paths:
        for (year, month), (field,) in monthly_fields([path], name, grid=grid):
            if year != wanted:
                continue
            there = np.isfinite(field)
            total[there] += field[there]
            count += there
            months.add(month)
    enough = count == len(months) if every else count > 0
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(enough & (count > 0), total / count, np.nan)
    return mean.astype(np.float32), len(months)


def annual_dataset(annual: AnnualMeans) -> xr.Dataset:
    """Return the annual means as labelled maps: product and oco (year, lat, lon).

    Source: the XCO2 paper, figures 9 and 10.
    """
    dims = ("year", "lat", "lon")
    of = "twelve months" if annual.months == 12 else "the months of the run"
    return labelled(
        {
            "product": (dims, annual.product, f"XCO2 of the product, mean of {of}", "ppm"),
            "oco": (dims, annual.oco, "XCO2 of OCO soundings, mean of the months seen", "ppm"),
        },
        annual.grid,
        title="Annual means of XCO2: product and soundings",
        coordinates=_years(annual),
        months=annual.months,
    )


def _years(annual: AnnualMeans) -> dict[str, NDArray[np.int32]]:
    """Return the values of the dimension ``year``."""
    return {"year": np.asarray(annual.years, dtype=np.int32)}


def trend_maps(annual: AnnualMeans) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the mean of the annual means, ppm, and their least-squares slope, ppm yr-1.

    Both (lat, lon), NaN where any year has no value; the slope is NaN all over with one year.

    Source: the XCO2 paper, figure 11.
    """
    years = np.array(annual.years, dtype=np.float64) - np.mean(annual.years)
    mean = np.zeros(annual.product.shape[1:])
    slope = np.zeros(mean.shape)
    for offset, field in zip(years, annual.product, strict=True):
        mean += field / len(years)
        slope += offset * field
    scale = float(np.sum(years**2))
    slope = slope / scale if scale > 0 else np.full(mean.shape, np.nan)
    return mean.astype(np.float32), slope.astype(np.float32)


def trend_dataset(annual: AnnualMeans) -> xr.Dataset:
    """Return the mean over the years and the trend as labelled maps: mean7 and trend."""
    mean, slope = trend_maps(annual)
    first, last = annual.years[0], annual.years[-1]
    dims = ("lat", "lon")
    return labelled(
        {
            "mean7": (dims, mean, f"mean XCO2 of {first} to {last}", "ppm"),
            "trend": (dims, slope, "slope of the annual means (OLS)", "ppm year-1"),
        },
        annual.grid,
        title="Mean and trend of XCO2",
        first_year=first,
        last_year=last,
    )


def weighted_median(values: ArrayLike, weights: ArrayLike) -> float:
    """Return the value below and above which half of the weight lies.

    The mean of two values where the weight splits evenly between them, as the common median.

    Args:
        values, weights: of one shape, all finite, weights positive.
    """
    values, weights = np.ravel(values).astype(float), np.ravel(weights).astype(float)
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weights[order])
    half = below[-1] / 2
    at = int(np.searchsorted(below, half * (1 - 1e-12)))
    even = at + 1 < len(order) and np.isclose(below[at], half, rtol=1e-12, atol=0)
    return float(values[order[at : at + 1 + even]].mean())


def anomaly_dataset(annual: AnnualMeans, *, shown: str = "north_of_60s") -> xr.Dataset:
    """Return the anomalies of every year in three ways, ppm (year, lat, lon): ``ANOMALIES``.

    Args:
        annual: the annual means.
        shown: which of the ways the figure draws; an attribute of the same name says it.

    Source: the XCO2 paper, figure 12 (the first way: Hakkarainen et al. 2016,
        doi:10.1002/2016GL070885); cells count alike there, although those of high latitudes are
        small and those of Antarctica many.
    """
    areas = areas_of(annual.grid)
    north = np.broadcast_to(annual.grid.lat[:, None] > SOUTH, areas.shape)
    maps = {name: np.full(annual.product.shape, np.nan, dtype=np.float32) for name in ANOMALIES}
    for number, field in enumerate(annual.product):
        there = np.isfinite(field)
        if there.any():
            maps["median"][number] = field - np.median(field[there].astype(float))
            middle = weighted_median(field[there], areas[there])
            maps["area_weighted"][number] = field - middle
        if (there & north).any():
            middle = np.median(field[there & north].astype(float))
            maps["north_of_60s"][number] = np.where(north, field - middle, np.nan)
    dims = ("year", "lat", "lon")
    return labelled(
        {name: (dims, maps[name], meaning, "ppm") for name, meaning in ANOMALIES.items()},
        annual.grid,
        title="Anomalies of annual mean XCO2",
        coordinates=_years(annual),
        shown=shown,
    )


def annual_table(annual: AnnualMeans, *, continents_path: str | os.PathLike[str]) -> pd.DataFrame:
    """Return annual means by continent and over all cells, weighted by area.

    'Global' is the mean of all cells north of 60 S: every land cell that the product has, also on
    no continent. Of the schema that :func:`annual_table_schema` gives.

    Source: the XCO2 paper, second table 4, whose Global row exceeds every continent in two years,
        which no mean of them can.
    """
    grid, areas = annual.grid, areas_of(annual.grid)
    names = _continents(annual, continents_path)
    north = np.broadcast_to(grid.lat[:, None] > SOUTH, names.shape)
    rows = []
    for group in (*CONTINENTS, GLOBAL):
        inside = north if group == GLOBAL else (names == group) & north
        values = [_area_mean(field, areas, inside) for field in annual.product]
        row = dict(zip(map(str, annual.years), values, strict=True))
        rows.append({"continent": group, **row, "increase": values[-1] - values[0]})
    schema = annual_table_schema(annual.years)
    return schema.check(pd.DataFrame(rows), "annual XCO2 by continent")


def _continents(annual: AnnualMeans, path: str | os.PathLike[str]) -> NDArray[np.str_]:
    """Return the continent of each cell that has a value, (lat, lon); 'none' elsewhere."""
    there = np.isfinite(annual.product).any(axis=0)
    rows, cols = np.nonzero(there)
    names = np.full(there.shape, "none", dtype="U13")
    names[there] = continents_of(annual.grid.lat[rows], annual.grid.lon[cols], path=path)
    return names


def _area_mean(
    field: NDArray[np.floating], areas: NDArray[np.float64], inside: NDArray[np.bool_]
) -> float:
    """Return the mean of the valid cells inside, weighted by area; NaN if there are none."""
    there = np.isfinite(field) & inside
    return float(np.average(field[there], weights=areas[there])) if there.any() else float("nan")


def totals_table(annual: AnnualMeans, table: pd.DataFrame) -> pd.DataFrame:
    """Return the numbers that the paper's text gives of the maps (XCO2_TOTALS).

    Args:
        annual: the annual means.
        table: what :func:`annual_table` returns.

    Growth has its interval from the annual means of the same cells, whose slope it is.

    Source: the XCO2 paper, section 3.2; intervals :func:`carbonscape.evaluation.trends`.
    """
    mean, slope = trend_maps(annual)
    areas = areas_of(annual.grid)
    north = np.broadcast_to(annual.grid.lat[:, None] > SOUTH, areas.shape)
    southern = np.broadcast_to(annual.grid.lat[:, None] < 0, areas.shape) & north
    cells = mean[np.isfinite(mean) & north].astype(float)
    south = mean[np.isfinite(mean) & southern]
    middle = _area_mean(mean, areas, north)
    there = np.isfinite(mean) & north
    spread = np.sqrt(_area_mean((mean - middle) ** 2, areas, north)) if there.any() else np.nan
    yearly = table.set_index("continent").loc[GLOBAL, [str(year) for year in annual.years]]
    yearly = yearly.to_numpy(float)
    line = regression(annual.years, yearly)[0] if np.isfinite(yearly).all() else np.nan
    nothing = float("nan")
    steps = np.diff(yearly)
    lat, lon = annual.grid.lat[:, None], annual.grid.lon
    low = np.broadcast_to((lat >= 0) & (lat <= 30), areas.shape)
    (south_edge, north_edge), (west, east) = DRY_BELT
    dry = (lat >= south_edge) & (lat <= north_edge) & (lon >= west) & (lon <= east)
    rows = [
        ("mean", middle, "ppm", "mean over years and cells north of 60 S, by area"),
        ("spread", spread, "ppm", "standard deviation over cells, by area"),
        ("mean_of_cells", cells.mean() if cells.size else nothing, "ppm", "mean, cells alike"),
        ("spread_of_cells", cells.std() if cells.size else nothing, "ppm", "spread, cells alike"),
        ("growth", _area_mean(slope, areas, north), "ppm yr-1", "mean slope of cells, by area"),
        ("growth_low_latitudes", _area_mean(slope, areas, low), "ppm yr-1",
         "mean slope of cells from the equator to 30 N, by area"),
        ("growth_dry_belt", _area_mean(slope, areas, dry), "ppm yr-1",
         "mean slope of cells of the Middle East and North Africa (15-38 N, 17 W-60 E), by area"),
        ("growth_of_mean", line, "ppm yr-1", "slope of the global annual means"),
        ("southern_minimum", south.min() if south.size else nothing, "ppm",
         "lowest mean over years of a cell between the equator and 60 S"),
        ("increase", yearly[-1] - yearly[0], "ppm", "global mean of the last year minus the first"),
        ("last_step", steps[-1] if steps.size else nothing, "ppm",
         "global mean of the last year minus the year before"),
        ("last_year", yearly[-1], "ppm", "global mean of the last year"),
        ("years", float(len(annual.years)), "1", "years averaged"),
        ("months", float(annual.months), "1", "months of each year; 12 unless the run is short"),
    ]  # fmt: skip
    totals = pd.DataFrame(rows, columns=["name", "value", "unit", "meaning"])
    series = {"growth_of_mean": yearly}
    for name, inside in (
        ("growth", north),
        ("growth_low_latitudes", low),
        ("growth_dry_belt", dry),
    ):
        # Of the cells that have a slope: the slope of their means is the mean of their slopes.
        known = inside & np.isfinite(mean)
        series[name] = np.array([_area_mean(field, areas, known) for field in annual.product])
    ends = {name: _ends(annual.years, values) for name, values in series.items()}
    for place, column in enumerate(("low", "high")):
        totals[column] = [ends.get(name, (nothing, nothing))[place] for name in totals["name"]]
    return XCO2_TOTALS.check(totals[XCO2_TOTALS.names], "numbers of the XCO2 maps")


def _ends(years: Sequence[int], values: NDArray[np.float64]) -> tuple[float, float]:
    """Return the 95 % interval of the slope of yearly values; NaN where it cannot be told."""
    if not np.isfinite(values).all():
        return float("nan"), float("nan")
    found = slope_interval(years, values)
    return found.low, found.high
