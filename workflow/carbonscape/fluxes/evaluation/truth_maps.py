"""The finished map against the true one, cell by cell and year by year (simulated Earth only)."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from carbonscape.core.errors import ResultError
from carbonscape.core.tables import Column, TableSchema
from carbonscape.evaluation.areas import annual_sum, petagrams
from carbonscape.evaluation.comparison import Comparison, Fields, compare
from carbonscape.evaluation.grids import labelled
from carbonscape.evaluation.trends import fit_line
from carbonscape.evaluation.variability import anomalies, mean_cycle
from carbonscape.fluxes.evaluation.maps import PRODUCT_COLUMN
from carbonscape.products.product import Product

TRUTH_TOTALS = TableSchema(
    "annual totals beside the truth",
    (
        PRODUCT_COLUMN,
        Column("year", "integer", "calendar year"),
        Column(
            "total", "number", "sum over the product's cells, where there is a truth", "PgC yr-1"
        ),
        Column("truth", "number", "true sum over the same cells", "PgC yr-1"),
        Column("truth_land", "number", "true sum over all land", "PgC yr-1"),
    ),
    key=("product", "year"),
)

TRUTH_GROWTH = TableSchema(
    "growth beside the truth",
    (
        PRODUCT_COLUMN,
        Column("years", "integer", "years", "1"),
        Column("total", "number", "mean of the product's annual totals", "PgC yr-1"),
        Column("truth", "number", "mean of the true totals over the same cells", "PgC yr-1"),
        Column("growth", "number", "slope of the product's totals (OLS)", "PgC yr-2", True),
        Column("growth_truth", "number", "slope of the true totals (OLS)", "PgC yr-2", True),
        Column(
            "r_years",
            "number",
            "Pearson correlation of the totals with the true ones, both less their slope; none "
            "below four years, or where totals vary by less than a thousandth",
            "1",
            missing=True,
        ),
    ),
    key=("product",),
)

#: Totals that vary by less than this share of their mean do not vary.
_STILL = 1e-3


def map_variables(product: Product) -> dict[str, tuple[str, str, str]]:
    """Return dimensions, meaning and unit of each variable of the maps."""
    name, label, year, day = product.name, product.label, "g m-2 year-1", "g m-2 day-1"
    return {
        "truth": ("lat lon", f"true {label} summed over the year of the map", year),
        name: ("product lat lon", f"{label} of the product summed over that year", year),
        "difference": ("product lat lon", "product minus truth of that year", year),
        "bias": ("product lat lon", "mean of product minus truth, all months", day),
        "rmse": ("product lat lon", "root mean square error, all months", day),
        "r2": ("product lat lon", "1 - SSE / SST over all months of the cell", "1"),
        "r_anomaly": ("product lat lon", "Pearson correlation of monthly anomalies", "1"),
        "zonal_truth": ("lat", "mean of truth over the cells that all products have", year),
        f"zonal_{name}": ("product lat", f"mean of {name} over the cells that all have", year),
    }


def annual_totals(fields: Fields) -> pd.DataFrame:
    """Sum products and truth over each year, area-exact (TRUTH_TOTALS).

    A product is summed over its own cells with twelve months, as in figure 16a, but only where
    there is a truth; the truth over these cells and over all land.
    """
    areas = fields.areas
    rows = []
    for year in sorted(set(fields.years.tolist())):
        inside = fields.years == year
        truth = annual_sum(fields.truth[inside], year=year)
        for product, values in fields.products.items():
            annual = annual_sum(values[inside], year=year)
            both = np.isfinite(annual) & np.isfinite(truth)
            rows.append(
                {
                    "product": product,
                    "year": year,
                    "total": petagrams(annual[both], areas[both]),
                    "truth": petagrams(truth[both], areas[both]),
                    "truth_land": petagrams(truth, areas),
                }
            )
    table = pd.DataFrame(rows).sort_values(["product", "year"], kind="stable")
    order = {name: number for number, name in enumerate(fields.products)}
    table = table.sort_values("product", key=lambda names: names.map(order), kind="stable")
    return TRUTH_TOTALS.check(table, "annual totals beside the truth")


def growth_table(totals: pd.DataFrame) -> pd.DataFrame:
    """Compare level, slope and single years of the annual totals with the true ones (TRUTH_GROWTH).

    Args:
        totals: a TRUTH_TOTALS table.
    """
    rows = []
    for product, table in totals.groupby("product", sort=False):
        year, total, truth = (table[name].to_numpy(float) for name in ("year", "total", "truth"))
        growth, growth_truth = fit_line(year, total)[0], fit_line(year, truth)[0]
        rows.append(
            {
                "product": product,
                "years": len(table),
                "total": total.mean(),
                "truth": truth.mean(),
                "growth": growth,
                "growth_truth": growth_truth,
                "r_years": _detrended_r(year, total, truth, slopes=(growth, growth_truth)),
            }
        )
    table = pd.DataFrame(rows, columns=TRUTH_GROWTH.names)
    return TRUTH_GROWTH.check(table, "growth beside the truth")


def _detrended_r(
    year: NDArray[np.float64],
    one: NDArray[np.float64],
    two: NDArray[np.float64],
    *,
    slopes: tuple[float, float],
) -> float:
    """Return Pearson's r of two series less their lines; NaN for fewer than four years."""
    if len(year) < 4:
        return float("nan")
    rest = [
        values - values.mean() - slope * (year - year.mean())
        for values, slope in zip((one, two), slopes, strict=True)
    ]
    # A product that is the same every year still has the 29th of February.
    if any(
        part.std() < _STILL * values.mean() for part, values in zip(rest, (one, two), strict=True)
    ):
        return float("nan")
    return float(np.sum(rest[0] * rest[1]) / np.sqrt(np.sum(rest[0] ** 2) * np.sum(rest[1] ** 2)))


def truth_maps(product: Product, fields: Fields, *, map_year: int) -> xr.Dataset:
    """Return the maps behind the comparison: of one year, and scores of each cell over all years.

    Args:
        product: the flux that is mapped.
        fields: truth and products.
        map_year: year of the maps of truth, flux and difference.

    Returns:
        A dataset with the variables of :func:`map_variables`.

    Raises:
        ResultError: the products have no such year.
    """
    inside = fields.years == map_year
    if not inside.any():
        raise ResultError(
            f"the products have no year {map_year}; set 'figures.map_year' to one of their years."
        )
    truth = annual_sum(fields.truth[inside], year=map_year)
    flux = np.stack([annual_sum(v[inside], year=map_year) for v in fields.products.values()])
    everywhere = np.isfinite(truth) & np.isfinite(flux).all(axis=0)
    maps = {
        "truth": truth,
        product.name: flux,
        "difference": flux - truth,
        "zonal_truth": _zonal(np.where(everywhere, truth, np.nan)),
        f"zonal_{product.name}": _zonal(np.where(everywhere, flux, np.nan)),
        **_cell_scores(compare(fields)),
    }
    name = product.long_name.capitalize()
    return labelled(
        {
            variable: (dims.split(), maps[variable], meaning, unit)
            for variable, (dims, meaning, unit) in map_variables(product).items()
        },
        fields.grid,
        title=f"{name} of a simulated Earth: products against the truth",
        coordinates={"product": [*fields.products]},
        year=map_year,
    )


def _zonal(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of each row of cells, (..., lat): the cells of a row have one area."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # rows without land
        return np.nanmean(values, axis=-1)


def _cell_scores(data: Comparison) -> dict[str, NDArray[np.float32]]:
    """Return bias, rmse, r2 and r_anomaly of every cell over all months, (product, lat, lon)."""
    month = data.calendar - 1
    rest = anomalies(data.truth, mean_cycle(data.truth, data.calendar)[month], data.years)
    # A cell whose truth does not vary has no R2.
    sst = np.nansum((data.truth - np.nanmean(data.truth, axis=0)) ** 2, axis=0)
    found: dict[str, list[NDArray[np.float64]]] = {}
    for values in data.products.values():
        error = values - data.truth
        own = anomalies(values, mean_cycle(values, data.calendar)[month], data.years)
        with np.errstate(divide="ignore", invalid="ignore"):
            scores = {
                "bias": np.nanmean(error, axis=0),
                "rmse": np.sqrt(np.nanmean(error**2, axis=0)),
                "r2": np.where(sst > 0, 1 - np.nansum(error**2, axis=0) / sst, np.nan),
                "r_anomaly": _correlate(rest, own),
            }
        for name, cells in scores.items():
            found.setdefault(name, []).append(cells)
    return {name: data.on_grid(np.stack(cells)) for name, cells in found.items()}


def _correlate(one: NDArray[np.float64], two: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return Pearson's r of anomalies (time, cell) in each cell; NaN where one does not vary."""
    top = np.nansum(one * two, axis=0)
    scale = np.sqrt(np.nansum(one**2, axis=0) * np.nansum(two**2, axis=0))
    return np.where(scale > 1e-12, top / scale, np.nan)
