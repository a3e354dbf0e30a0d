"""XCO2 of products and satellites beside that of TCCON, by site and month (figures 6 to 8).

A site is compared with the cell that holds it; where that has no value (a coast, an island), with
the nearest cell that has one, up to a distance. A product has values at the same cells in every
month, and keeps one cell a site; the soundings of OCO lie elsewhere each month, and are looked for
month by month. No averaging kernel is applied: the paper applies none.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carbonscape.archives.xco2_fields import read_xco2_fields
from carbonscape.columns.tables import TCCON_MONTHS, TCCON_PAIRS, TCCON_SITES
from carbonscape.core.errors import ResultError
from carbonscape.core.grid import Grid
from carbonscape.core.sphere import KM_PER_DEGREE, arc_degrees
from carbonscape.evaluation.grids import MapFiles, Month, monthly_fields, open_grid, parse_month
from carbonscape.products.product import Product

logger = logging.getLogger(__name__)

#: Names of the satellites and of the reanalysis among the products.
OCO, EGG4 = "oco", "egg4"

Values = dict[Month, NDArray[np.float64]]


@dataclass(frozen=True)
class Candidates:
    """The cells at which a site may be compared.

    Attributes:
        site: (candidate,) position of the site in its table; candidates of a site follow each
            other: the cell that holds it, then the others from near to far.
        rows, cols: (candidate,) positions on the grid.
        km: (candidate,) distance from the site to the centre of the cell.
    """

    site: NDArray[np.intp]
    rows: NDArray[np.intp]
    cols: NDArray[np.intp]
    km: NDArray[np.float64]

    def first(self, valid: NDArray[np.bool_], sites: int) -> NDArray[np.intp]:
        """Return the first valid candidate of each site, -1 where there is none, (site,)."""
        found = np.full(sites, -1, dtype=np.intp)
        places = np.flatnonzero(valid)[::-1]
        found[self.site[places]] = places  # backwards, so that the nearest is written last
        return found


@dataclass(frozen=True)
class Series:
    """A product at the sites.

    Attributes:
        values: (month, site) ppm, NaN where there is none.
        km: (month, site) distance to the cell or node.
        rows, cols: (month, site) the cell, on the product's grid.
    """

    values: NDArray[np.float64]
    km: NDArray[np.float64]
    rows: NDArray[np.intp]
    cols: NDArray[np.intp]


def find_candidates(sites: pd.DataFrame, *, grid: Grid, max_distance: float) -> Candidates:
    """Return the cells at which each site may be compared.

    Args:
        sites: lat and lon, degrees.
        grid: cells.
        max_distance: how far the centre of another cell may be, degrees of arc; at least one cell.
    """
    reach = max(max_distance, grid.cell)
    parts = []
    for number, (lat, lon) in enumerate(zip(sites["lat"], sites["lon"], strict=True)):
        # As the soundings are gridded: the cell of a site is that of the soundings above it.
        row, col = map(int, grid.locate(lat, lon))
        near = np.flatnonzero(np.abs(grid.lat - lat) <= reach)
        rows = np.union1d(near, [row])
        # Meridians run together towards the poles: there, any column may be near.
        width = np.cos(np.radians(min(abs(lat) + reach, 90.0)))
        half = grid.n_lon if width <= 0 else int(np.ceil(reach / grid.cell / width)) + 1
        cols = np.unique(np.arange(col - half, col + half + 1) % grid.n_lon)
        table = pd.MultiIndex.from_product([rows, cols], names=["row", "col"]).to_frame(index=False)
        table["degrees"] = arc_degrees(lat, lon, grid.lat[table["row"]], grid.lon[table["col"]])
        own = (table["row"] == row) & (table["col"] == col)
        table = table.assign(own=own)[own | (table["degrees"] <= reach)]
        table = table.sort_values(["own", "degrees"], ascending=[False, True], kind="stable")
        parts.append(table.assign(site=number))
    whole = pd.concat(parts, ignore_index=True)
    return Candidates(
        site=whole["site"].to_numpy(np.intp),
        rows=whole["row"].to_numpy(np.intp),
        cols=whole["col"].to_numpy(np.intp),
        km=whole["degrees"].to_numpy(float) * KM_PER_DEGREE,
    )


def gather(
    paths: Iterable[str | os.PathLike[str]], *names: str, near: Candidates, grid: Grid
) -> dict[str, Values]:
    """Read variables at the candidates, month by month: name -> month -> (candidate,)."""
    found: dict[str, Values] = {name: {} for name in names}
    for month, fields in monthly_fields(paths, *names, grid=grid):
        for name, field in zip(names, fields, strict=True):
            found[name][month] = field[near.rows, near.cols].astype(np.float64)
    return found


def gather_oco(
    paths: Iterable[str | os.PathLike[str]], name: str, *, near: Candidates, grid: Grid
) -> tuple[Values, Values]:
    """Read the gridded soundings of all instruments at the candidates: XCO2 and counts.

    Where two instruments saw a cell in one month, their means are weighted by their soundings.
    """
    sums: Values = {}
    counts: Values = {}
    for path in paths:
        found = gather([path], name, "count", near=near, grid=grid)
        for month, values in found[name].items():
            count = np.where(np.isfinite(values), found["count"][month], 0)
            sums[month] = sums.get(month, 0) + np.where(count > 0, values, 0) * count
            counts[month] = counts.get(month, 0) + count
    with np.errstate(invalid="ignore", divide="ignore"):
        means = {month: np.where(counts[month] > 0, sums[month] / counts[month], np.nan)
                 for month in sums}  # fmt: skip
    return means, counts


def _at(values: Values, months: Sequence[Month], near: Candidates) -> NDArray[np.float64]:
    """Return values as (month, candidate), NaN where there is none."""
    nothing = np.full(len(near.site), np.nan)
    return np.array([values.get(month, nothing) for month in months])


def product_series(at: NDArray[np.float64], near: Candidates, sites: int) -> Series:
    """Return a product at one cell a site: the first that has a value in any month.

    Args:
        at: (month, candidate) ppm.
        near: the candidates.
        sites: number of sites.
    """
    chosen = near.first(np.isfinite(at).any(axis=0), sites)
    return _series(at, np.tile(chosen, (len(at), 1)), near)


def oco_series(at: NDArray[np.float64], near: Candidates, sites: int) -> Series:
    """Return the soundings at the first cell of each site that has any in the month.

    Args:
        at, near, sites: as in :func:`product_series`.
    """
    chosen = np.array([near.first(np.isfinite(row), sites) for row in at], dtype=np.intp)
    return _series(at, chosen.reshape(len(at), sites), near)


def _series(at: NDArray[np.float64], chosen: NDArray[np.intp], near: Candidates) -> Series:
    """Return values of the chosen candidates (month, site); -1 chooses nothing."""
    there = chosen >= 0
    safe = np.where(there, chosen, 0)
    values = np.take_along_axis(at, safe, axis=1)
    return Series(
        values=np.where(there, values, np.nan),
        km=np.where(there, near.km[safe], np.nan),
        rows=np.where(there, near.rows[safe], -1),
        cols=np.where(there, near.cols[safe], -1),
    )


def egg4_series(
    paths: Iterable[str | os.PathLike[str]],
    sites: pd.DataFrame,
    months: Sequence[Month],
    *,
    home: Series,
) -> Series:
    """Return CAMS-EGG4 at the node nearest to each site; it ends in 2020.

    Args:
        home: the series of the shown product, whose cells say which months were training samples.
    """
    values = np.full((len(months), len(sites)), np.nan)
    km = np.full(values.shape, np.nan)
    position = {month: number for number, month in enumerate(months)}
    lat, lon = sites["lat"].to_numpy(float), sites["lon"].to_numpy(float)
    names = [f"{year}-{number:02d}" for year, number in months]
    for field in read_xco2_fields(paths, months=names):
        rows = np.abs(field["lat"].values[:, None] - lat).argmin(axis=0)
        east = np.abs((field["lon"].values[:, None] - lon + 180) % 360 - 180).argmin(axis=0)
        far = arc_degrees(lat, lon, field["lat"].values[rows], field["lon"].values[east])
        time = field["time"].dt
        for number, month in enumerate(zip(time.year.values, time.month.values, strict=True)):
            if (key := (int(month[0]), int(month[1]))) in position:
                values[position[key]] = field.values[number][rows, east]
                km[position[key]] = far * KM_PER_DEGREE
    return Series(values, km, home.rows, home.cols)


@dataclass(frozen=True)
class Colocated:
    """TCCON and everything that is compared with it.

    Attributes:
        months: of the run.
        sites: TCCON_SITES.
        tccon: (month, site) ppm, NaN where a month has too few spectra.
        series: Series of every product, and of 'oco' and 'egg4'.
        soundings: (month, site) by product: OCO soundings in its cell.
        in_sample: (month, site) by product: whether its cell-month was a training sample.
    """

    months: list[Month]
    sites: pd.DataFrame
    tccon: NDArray[np.float64]
    series: dict[str, Series]
    soundings: dict[str, NDArray[np.int64]]
    in_sample: dict[str, NDArray[np.bool_]]


def colocate(
    product: Product,
    months_table: pd.DataFrame,
    sites: pd.DataFrame,
    *,
    products: MapFiles,
    oco: Sequence[str | os.PathLike[str]],
    egg4: Sequence[str | os.PathLike[str]],
    sampled: pd.DataFrame,
    months: Sequence[str],
    cell: float,
    max_distance: float,
    shown: str,
) -> Colocated:
    """Find the value of everything at every site and month.

    Args:
        product: the column that is mapped.
        months_table: TCCON_MONTHS, of which the kept ones count.
        sites: TCCON_SITES.
        products: files of each product.
        oco: gridded soundings of each instrument.
        egg4: files of CAMS-EGG4; none where it is not compared.
        sampled: row, col, year, month of the training samples.
        months: the run's months, YYYY-MM.
        cell: size of the product's cells, degrees.
        max_distance: how far another cell may be, degrees; at least one cell.
        shown: product of the figures.

    Raises:
        InputError, ResultError: a file is absent, damaged or of another grid, or there is no such
            product.
    """
    if shown not in products:
        raise ResultError(
            f"there is no product {shown} (the run has {', '.join(products) or 'none'}); set "
            "'xco2.figures.model' and 'xco2.figures.time_input' to one of 'xco2.product'."
        )
    sites = TCCON_SITES.check(sites, "TCCON sites")
    table = TCCON_MONTHS.check(months_table, "TCCON months")
    if sites.empty:
        raise ResultError(
            "no TCCON site has spectra in the months of the run, so nothing can be compared; look "
            "at the files of the archive and at 'xco2.tccon'."
        )
    grid, wanted = Grid(cell), [parse_month(month) for month in months]
    near = find_candidates(sites, grid=grid, max_distance=max_distance)
    series: dict[str, Series] = {}
    for name, years in products.items():
        values = gather(years.values(), product.name, near=near, grid=grid)[product.name]
        series[name] = product_series(_at(values, wanted, near), near, len(sites))
    means, counts = gather_oco(oco, product.name, near=near, grid=grid)
    series[OCO] = oco_series(_at(means, wanted, near), near, len(sites))
    if egg4:
        series[EGG4] = egg4_series(egg4, sites, wanted, home=series[shown])
    lost = ~np.isfinite(series[shown].values).any(axis=0)
    for name in sites["site"][lost]:
        logger.warning("%s: no cell of %s within reach has a value", name, shown)
    counted = _by_cell(counts, near, wanted)
    known = _sampled_near(sampled, near, grid)
    return Colocated(
        months=wanted,
        sites=sites,
        tccon=_tccon_matrix(table[table["kept"]], sites, wanted),
        series=series,
        soundings={name: _look_up(one, wanted, counted) for name, one in series.items()},
        in_sample={
            name: _look_up(one, wanted, known).astype(bool) for name, one in series.items()
        },
    )  # fmt: skip


def read_sampled(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Read where and when the training samples lie: row, col, year, month (one row a sample).

    Raises:
        InputError, ResultError: the file is absent, damaged or lacks one of them.
    """
    names = ("row", "col", "year", "month")
    with open_grid(path, *names) as dataset:
        return pd.DataFrame({name: dataset[name].values.astype(np.int32) for name in names})


def _tccon_matrix(
    table: pd.DataFrame, sites: pd.DataFrame, months: Sequence[Month]
) -> NDArray[np.float64]:
    """Return TCCON's monthly means as (month, site), NaN where there is none."""
    values = np.full((len(months), len(sites)), np.nan)
    column = {name: number for number, name in enumerate(sites["site"])}
    row = {month: number for number, month in enumerate(months)}
    for site, year, month, xco2 in table[["site", "year", "month", "xco2"]].itertuples(index=False):
        if site not in column:
            raise ResultError(
                f"the TCCON months name {site}, which is not among the sites; delete both tables "
                "of tccon/ and run again."
            )
        if (year, month) in row:
            values[row[year, month], column[site]] = xco2
    return values


def _sampled_near(
    sampled: pd.DataFrame, near: Candidates, grid: Grid
) -> dict[tuple[int, int, int, int], int]:
    """Return the training samples at the candidates: (row, col, year, month) -> 1."""
    # A published run has tens of millions of samples, and some hundred candidates.
    cells = sampled["row"].to_numpy(np.int64) * grid.n_lon + sampled["col"].to_numpy(np.int64)
    part = sampled[np.isin(cells, near.rows * grid.n_lon + near.cols)]
    names = ("row", "col", "year", "month")
    return dict.fromkeys(zip(*(part[name].tolist() for name in names), strict=True), 1)


def _by_cell(
    counts: Values, near: Candidates, months: Sequence[Month]
) -> dict[tuple[int, int, int, int], int]:
    """Return the soundings of cell-months that have any: (row, col, year, month) -> number."""
    return {
        (int(near.rows[at]), int(near.cols[at]), *month): int(counts[month][at])
        for month in months
        if month in counts
        for at in np.flatnonzero(counts[month])
    }


def _look_up(
    series: Series, months: Sequence[Month], found: dict[tuple[int, int, int, int], int]
) -> NDArray[np.int64]:
    """Return the number of each cell-month of a series, 0 where there is none: (month, site)."""
    values = np.zeros(series.values.shape, dtype=np.int64)
    for at, month in enumerate(months):
        for site in range(values.shape[1]):
            key = (int(series.rows[at, site]), int(series.cols[at, site]), *month)
            values[at, site] = found.get(key, 0)
    return values


def pair_table(data: Colocated) -> pd.DataFrame:
    """Return every pair of TCCON and a product (TCCON_PAIRS)."""
    parts = []
    year, month = (np.array(part, dtype=np.int64) for part in zip(*data.months, strict=True))
    names = data.sites["site"].to_numpy(str)
    for product, series in data.series.items():
        at, site = np.nonzero(np.isfinite(data.tccon) & np.isfinite(series.values))
        part = {
            "site": names[site],
            "year": year[at],
            "month": month[at],
            "observed": data.tccon[at, site],
            "predicted": series.values[at, site],
            "distance_km": series.km[at, site],
            "soundings": data.soundings[product][at, site],
            "in_sample": data.in_sample[product][at, site],
        }
        parts.append(pd.DataFrame(part).assign(product=product))
    return TCCON_PAIRS.check(pd.concat(parts), "pairs of TCCON and products")
