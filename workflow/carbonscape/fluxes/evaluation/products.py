"""Every product of a flux against the towers, in the cells of its own grid (figure 15)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carbonscape.core.classes import CLIMATES
from carbonscape.core.errors import ResultError
from carbonscape.core.findings import left_out
from carbonscape.core.tables import Column, TableSchema
from carbonscape.evaluation.grids import MapFiles, grid_of, open_year
from carbonscape.fluxes.evaluation.crossval import mean_seasonal_cycle, with_site_classes
from carbonscape.fluxes.evaluation.maps import PRODUCT_COLUMN
from carbonscape.fluxes.evaluation.other_maps import NO_OTHERS
from carbonscape.fluxes.evaluation.other_towers import other_columns
from carbonscape.fluxes.evaluation.product_differences import PRODUCT_DIFFERENCES, difference_rows
from carbonscape.fluxes.evaluation.resampling import SiteSums, draw_sites
from carbonscape.fluxes.tables import FLUX, PREDICTIONS, SAMPLES

#: Where the values of a product come from.
SERIES = ("published", "out_of_fold")

#: What is scored.
QUANTITIES = ("monthly", "seasonal_cycle")

PRODUCT_SCORES = TableSchema(
    "scores of products at the towers",
    (
        PRODUCT_COLUMN,
        Column(
            "series",
            "text",
            "published: the map, whose training may have had the towers; out_of_fold: predictions "
            "of models that never saw the tower",
        ),
        Column("quantity", "text", "monthly, or seasonal_cycle (mean over at least two years)"),
        Column("climate", "text", "main Koppen-Geiger class of the tower, or 'all'"),
        Column("first_year", "integer", "first year that every product has"),
        Column("last_year", "integer", "last such year"),
        Column("sites", "integer", "towers, the same for all products", "1"),
        Column("samples", "integer", "site-months, the same for all products", "1"),
        Column("r2", "number", "1 - SSE / SST; missing where no observation varies", "1", True),
        Column("r2_low", "number", "2.5 % quantile of r2 over resampled sites", "1", True),
        Column("r2_high", "number", "97.5 % quantile of r2 over resampled sites", "1", True),
        Column("rmse", "number", "root mean square error", FLUX),
        Column("rmse_low", "number", "2.5 % quantile of rmse over resampled sites", FLUX, True),
        Column("rmse_high", "number", "97.5 % quantile of rmse over resampled sites", FLUX, True),
    ),
    key=("product", "series", "quantity", "climate"),
)

_KEY = ["site", "year", "month"]


@dataclass(frozen=True)
class Comparison:
    """Products against the same tower months.

    Attributes:
        scores: of each product (PRODUCT_SCORES).
        differences: of each pair of products of one series (PRODUCT_DIFFERENCES).
    """

    scores: pd.DataFrame
    differences: pd.DataFrame


def compare_products(
    name: str,
    files: MapFiles,
    predictions: Mapping[str, pd.DataFrame],
    samples: pd.DataFrame,
    sites: pd.DataFrame,
    *,
    draws: int,
    seed: int,
    others: MapFiles = NO_OTHERS,
    asked: Sequence[str] = (),
) -> Comparison:
    """Score every product against the same tower months, and take differences between products.

    Args:
        name: variable of the maps, gC m-2 d-1.
        files: files of every product by year; each may have a grid of its own. The years that all
            of them have are compared.
        predictions: PREDICTIONS out of fold, by product; may be empty.
        samples: SAMPLES, of which the scored months are compared.
        sites: TOWER_SITES.
        draws: bootstrap draws of the sites.
        seed: of the draws.
        others: files of products of others, which are scored in the cells of their own grids.
        asked: names of those that the run compares with; what is left out of them is stated.

    Returns:
        Scores and differences; without a row where no scored tower month has a value in every
        product, which is stated (``core.findings``): maps of later years than the towers are no
        error.

    Raises:
        InputError, ResultError: a file is absent, damaged or of no global grid, products have no
            common year, or a tower has no place.

    Source: the GPP paper, figure 15.
    """
    months = _tower_months(files, samples)
    months = with_site_classes(months, sites, origin="scored tower months").drop(columns="lat")
    columns: dict[tuple[str, str], pd.Series] = {}
    for product, years in files.items():
        columns[product, "published"] = sample_towers(name, years, months, sites)
    for product, table in predictions.items():
        table = PREDICTIONS.check(table, f"predictions of {product}").set_index(_KEY)
        found = table["predicted"].reindex(pd.MultiIndex.from_frame(months[_KEY]))
        columns[product, "out_of_fold"] = pd.Series(found.to_numpy(), index=months.index)
    kept = np.logical_and.reduce([np.isfinite(values) for values in columns.values()])
    beside = other_columns(name, others, months, sites, asked=asked, kept=kept)
    for product, values in beside.items():
        columns[product, "published"] = values
        kept &= np.isfinite(values.to_numpy())
    compared = [*files.values(), *(others[product] for product in beside)]
    common = sorted(set.intersection(*(set(years) for years in compared)))
    ends = {"first_year": common[0], "last_year": common[-1]}
    if kept.any():
        _state_lost_towers(months, columns, kept)
    else:
        reason = (
            f"no scored tower month from {common[0]} to {common[-1]} has a value in every product"
        )
        left_out("figure 15", reason, source="maps", kind="variable")
    rows: dict[TableSchema, list[dict[str, object]]] = {PRODUCT_SCORES: [], PRODUCT_DIFFERENCES: []}
    for climate in ("all", *CLIMATES):
        inside = kept & ((months["climate"] == climate) | (climate == "all")).to_numpy()
        if not inside.any():
            continue
        tables = {
            key: months.loc[inside, [*_KEY, "observed"]].assign(predicted=values[inside])
            for key, values in columns.items()
        }
        for quantity in QUANTITIES:
            if quantity == "seasonal_cycle":
                tables = {key: mean_seasonal_cycle(table) for key, table in tables.items()}
            scored, paired = _scores(tables, draws=draws, seed=seed)
            part = {"quantity": quantity, "climate": climate}
            rows[PRODUCT_SCORES] += [{**part, **ends, **row} for row in scored]
            rows[PRODUCT_DIFFERENCES] += [{**part, **row} for row in paired]
    return Comparison(
        *(
            schema.check(pd.DataFrame(found, columns=schema.names), schema.name)
            for schema, found in rows.items()
        )
    )


def sample_towers(
    name: str, years: Mapping[int, Path], months: pd.DataFrame, sites: pd.DataFrame
) -> pd.Series:
    """Return a product in the cells of its grid in which the towers lie, gC m-2 d-1.

    One month is read at a time. A value is NaN where the cell has none.

    Args:
        name: variable of the map.
        years: its file of each year.
        months: site, year and month; all years are among ``years``.
        sites: site, lat and lon (degrees north and east).

    Raises:
        InputError, ResultError: a file is absent, damaged or of no global grid.
    """
    places = sites.set_index("site")
    values = pd.Series(np.nan, index=months.index)
    for year, of_year in months.groupby("year"):
        with open_year(str(years[year]), name, int(year)) as flux:
            grid = grid_of(flux, str(years[year]))
            for month, part in of_year.groupby("month"):
                place = places.loc[part["site"]]
                field = flux.isel(time=int(month) - 1).values
                values[part.index] = field[grid.locate(place["lat"], place["lon"])]
    return values


def _tower_months(files: MapFiles, samples: pd.DataFrame) -> pd.DataFrame:
    """Return the scored tower months in the years that every product has."""
    if not files:
        raise ResultError("there is no product to compare with towers; set the 'product' section.")
    common = set.intersection(*(set(years) for years in files.values()))
    if not common:
        raise ResultError(
            f"products {', '.join(files)} have no year in common; compare those that have."
        )
    samples = SAMPLES.check(samples, "samples")
    inside = samples["scored"] & samples["year"].isin(common)
    return samples.loc[inside, [*_KEY, "observed"]].reset_index(drop=True)


def _state_lost_towers(
    months: pd.DataFrame, columns: Mapping[tuple[str, str], pd.Series], kept: NDArray[np.bool_]
) -> None:
    """State the towers that no comparison holds, and which products have no value there."""
    for site in sorted(set(months["site"]) - set(months.loc[kept, "site"])):
        here = (months["site"] == site).to_numpy()
        absent = [
            f"{product} ({series})"
            for (product, series), values in columns.items()
            if not np.isfinite(values[here]).any()
        ]
        reason = f"no value in {', '.join(absent)}" if absent else "no month with all products"
        left_out(site, f"{reason}; it is in no score of figure 15", source="maps", kind="tower")


def _scores(
    tables: Mapping[tuple[str, str], pd.DataFrame], *, draws: int, seed: int
) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Return one row a product, its scores, and one a pair of products, their difference.

    Both have intervals over sites where there are two.
    """
    first = next(iter(tables.values()))
    if first.empty:
        return [], []
    codes, sites = pd.factorize(first["site"], sort=True)
    observed = first["observed"].to_numpy() - first["observed"].mean()
    errors = [((table["predicted"] - table["observed"]) ** 2) for table in tables.values()]
    sums = SiteSums(
        settings=(),
        splits=(0,),
        sites=tuple(sites),
        samples=np.bincount(codes).astype(float),
        observed=np.bincount(codes, weights=observed),
        squares=np.bincount(codes, weights=observed**2),
        errors=np.array([[np.bincount(codes, weights=error) for error in errors]]),
    )
    whole = sums.scores(np.ones((1, len(sites))))
    drawn = sums.scores(draw_sites(len(sites), draws=draws, seed=seed)) if len(sites) > 1 else {}
    rows = []
    for at, (product, series) in enumerate(tables):
        row = {"product": product, "series": series, "sites": len(sites), "samples": len(first)}
        for metric, values in whole.items():
            row[metric] = values[0, at]
            spread = drawn[metric][:, at] if drawn else np.array([np.nan])
            spread = spread[np.isfinite(spread)]
            for end, share in (("low", 0.025), ("high", 0.975)):
                row[f"{metric}_{end}"] = np.quantile(spread, share) if spread.size else np.nan
        rows.append(row)
    return rows, difference_rows([*tables], whole, drawn, sites=len(sites))
