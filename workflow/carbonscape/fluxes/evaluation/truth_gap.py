"""Why the cross-validated score is not the score of the map (simulated Earth only).

One step after another leads from the score at towers, which is all that a real run can know, to
the score over the globe, which only a simulated Earth tells. R2 is 1 - (RMSE / spread)2, where the
spread is the standard deviation of the reference: two scores may differ because the errors differ
or because there is more, or less, to explain.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carbonscape.archives.tables import TOWER_SITES
from carbonscape.core.classes import CLIMATES
from carbonscape.core.errors import ResultError
from carbonscape.core.tables import Column, TableSchema
from carbonscape.evaluation.comparison import Fields, compare
from carbonscape.evaluation.grids import month_rows, open_grid
from carbonscape.evaluation.metrics import score
from carbonscape.fluxes.evaluation.classes import Classes
from carbonscape.fluxes.evaluation.maps import PRODUCT_COLUMN
from carbonscape.fluxes.evaluation.truth import spread
from carbonscape.fluxes.tables import PREDICTIONS, SAMPLES
from carbonscape.products.product import Product

_FLUX = "gC m-2 d-1"

#: The steps: short name and meaning, with a place for the label of the flux.
STEPS = {
    "a": (
        "cross-validation",
        "out-of-fold predictions against observed {flux}, at towers that the models had not seen: "
        "all that a real run can know",
    ),
    "b": (
        "without flux noise",
        "the same predictions against the true {flux} of the towers: what the noise of the flux "
        "measurements costs (a)",
    ),
    "c": (
        "map at the towers",
        "the map against the true {flux} of the cells that hold towers, in the tower months: "
        "predictors and truth of the cell, and a final model that has seen all towers",
    ),
    "d": (
        "all cells, alike",
        "the map against the truth over all land cells and months: also where no tower stands; "
        "cells of high latitudes are many and small",
    ),
    "e": (
        "all cells, by area",
        "the same, weighted by area: the score of the map",
    ),
    "f": (
        "cross-validation, by area",
        "(a) with each climate weighted by its land area: what cross-validation would say if "
        "towers stood where the land is",
    ),
}

TRUTH_GAP = TableSchema(
    "from the towers to the globe",
    (
        PRODUCT_COLUMN,
        Column("step", "text", ", ".join(f"{key}: {name}" for key, (name, _) in STEPS.items())),
        Column("name", "text", "short name of the step"),
        Column("samples", "integer", "pairs scored", "1"),
        Column("r2", "number", "R2", "1", missing=True),
        Column("rmse", "number", "root mean square error", _FLUX),
        Column("spread", "number", "standard deviation of the reference", _FLUX),
        Column("bias", "number", "mean of predicted minus reference", _FLUX),
        Column("meaning", "text", "what is compared with what"),
    ),
    key=("product", "step"),
)


def gap_table(
    product: Product,
    fields: Fields,
    classes: Classes,
    *,
    predictions: Mapping[str, pd.DataFrame],
    samples: pd.DataFrame,
    sites: pd.DataFrame,
    true_sites: str | os.PathLike[str],
) -> pd.DataFrame:
    """Score the steps from the towers to the globe for every product (TRUTH_GAP).

    Steps a, b and f need out-of-fold predictions of the product's model and PFT setting, and have
    no row where the run has none.

    Args:
        product: the flux that is mapped.
        fields: truth and products.
        classes: class maps of the features.
        predictions: a PREDICTIONS table for those products that were cross-validated.
        samples: SAMPLES, of which the common ones that are scored are the tower months of step c.
        sites: TOWER_SITES.
        true_sites: netCDF of the true fluxes at the towers, (site, time).

    Raises:
        ResultError: a tower or month of the predictions is not in the truth.
    """
    data = compare(fields)
    sites = TOWER_SITES.check(sites, "tower sites")
    samples = SAMPLES.check(samples, "samples")
    rows = []
    for mapped in fields.products:
        steps: dict[str, dict[str, float | int] | None] = {}
        if mapped in predictions:
            table = PREDICTIONS.check(predictions[mapped], f"predictions of {mapped}")
            steps["a"] = _score(table["observed"], table["predicted"])
            true = true_values(table, true_sites, product.name)
            steps["b"] = _score(true, table["predicted"])
            weights = climate_weights(table, sites, fields, classes)
            steps["f"] = _score(table["observed"], table["predicted"], weights)
        steps["c"] = _score(
            *_at_towers(fields, mapped, samples[samples["common"] & samples["scored"]], sites)
        )
        pairs = np.isfinite(data.truth)
        areas = np.broadcast_to(data.areas, data.truth.shape)[pairs]
        both = data.truth[pairs], data.products[mapped][pairs]
        steps["d"], steps["e"] = _score(*both), _score(*both, areas)
        for step, (name, meaning) in STEPS.items():
            if found := steps.get(step):
                said = meaning.format(flux=product.label)
                rows.append(
                    {"product": mapped, "step": step, "name": name, "meaning": said, **found}
                )
    return TRUTH_GAP.check(pd.DataFrame(rows, columns=TRUTH_GAP.names), "gap")


def _score(
    reference: NDArray[np.float64],
    predicted: NDArray[np.float64],
    weights: NDArray[np.float64] | None = None,
) -> dict[str, float | int] | None:
    """Return the scores of one step, or None if no pair has all values (and a weight)."""
    reference, predicted = np.asarray(reference, float), np.asarray(predicted, float)
    kept = np.isfinite(reference) & np.isfinite(predicted)
    if weights is not None:
        kept &= weights > 0
        weights = weights[kept]
    if not kept.any():
        return None
    found = score(reference[kept], predicted[kept], weights=weights)
    return {
        **{name: found[name] for name in ("samples", "r2", "rmse", "bias")},
        "spread": spread(reference[kept], weights),
    }


def true_values(
    table: pd.DataFrame, path: str | os.PathLike[str], name: str
) -> NDArray[np.float64]:
    """Return the true flux of site-months, gC m-2 d-1, in the order of the rows of a table.

    Args:
        table: site, year and month.
        path: netCDF with the flux (site, time).
        name: variable of the flux.

    Raises:
        ResultError: a site or month is not there.
    """
    with open_grid(path, name, "site", "time") as truth:
        position = {str(site): row for row, site in enumerate(truth["site"].values.tolist())}
        unknown = sorted(set(table["site"]) - set(position))
        if unknown:
            raise ResultError(
                f"{path}: has no site {unknown[0]} ({len(unknown)} are absent); predictions and "
                "truth must come from the same run."
            )
        rows = table["site"].map(position).to_numpy(dtype=np.int64)
        months = list(zip(table["year"].tolist(), table["month"].tolist(), strict=True))
        times = month_rows(truth, months, str(path))
        return truth[name].transpose("site", "time").values[rows, times].astype(np.float64)


def climate_weights(
    table: pd.DataFrame, sites: pd.DataFrame, fields: Fields, classes: Classes
) -> NDArray[np.float64]:
    """Weight site-months so that each climate counts by its land area in the truth.

    Climates without a tower cannot count; towers of a climate share its area alike, month by
    month. A tower's climate is that of the site list, the land's that of the map features.

    Args:
        table: one row a site-month, with site.
        sites: TOWER_SITES.
        fields: truth and products.
        classes: class maps of the features.

    Returns:
        (site-month,) weights that sum to the share of the land whose climate has a tower.
    """
    land = np.isfinite(fields.truth).any(axis=0)
    areas = fields.areas
    share = {
        name: float(areas[land & (classes.climate == code)].sum() / areas[land].sum())
        for code, name in enumerate(CLIMATES, start=1)
    }
    climate = table["site"].map(sites.set_index("site")["climate"])
    counts = climate.map(climate.value_counts())
    return (climate.map(share).fillna(0.0) / counts).to_numpy(dtype=np.float64)


def _at_towers(
    fields: Fields, product: str, samples: pd.DataFrame, sites: pd.DataFrame
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return truth and product in the cells of towers, in the tower months inside the map's years.

    Months of a tower whose cell is sea in either are NaN there.
    """
    years = np.unique(fields.years)
    inside = samples[samples["year"].isin(years)]
    place = sites.set_index("site").loc[inside["site"], ["lat", "lon"]]
    row = cell_of(place["lat"].to_numpy(), fields.grid.lat_bounds)
    column = cell_of(place["lon"].to_numpy(), fields.grid.lon_bounds)
    time = np.searchsorted(years, inside["year"]) * 12 + inside["month"].to_numpy() - 1
    at = (time, row, column)
    return fields.truth[at].astype(float), fields.products[product][at].astype(float)


def cell_of(positions: NDArray[np.float64], bounds: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return in which cell of an axis each position lies; the globe's last edge counts as inside.

    Args:
        positions: degrees.
        bounds: (cell, 2) edges, ascending or descending.

    Raises:
        ResultError: a position lies in no cell.
    """
    low, high = bounds.min(axis=1), bounds.max(axis=1)
    inside = (positions[:, None] >= low) & (positions[:, None] < high)
    inside |= (positions[:, None] == high.max()) & (high == high.max())
    if not inside.any(axis=1).all():
        lost = positions[~inside.any(axis=1)][0]
        raise ResultError(f"a tower at {lost:g} degrees lies in no cell of the product.")
    return inside.argmax(axis=1)
