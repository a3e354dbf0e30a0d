"""How well the spread of a model's members tells its errors."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from carbonscape.core.errors import ResultError
from carbonscape.core.tables import Column, TableSchema
from carbonscape.fluxes.settings import PFT_SETTINGS, WINDOWS
from carbonscape.fluxes.tables import PREDICTIONS

#: Share of a Gaussian within one standard deviation, and within two.
WITHIN_ONE, WITHIN_TWO = 0.683, 0.954

_FLUX = "gC m-2 d-1"

SPREAD = TableSchema(
    "spread of members",
    (
        Column("window", "text", "window of the predictors: " + ", ".join(WINDOWS)),
        Column("pft", "text", "plant functional types: " + ", ".join(PFT_SETTINGS)),
        Column("model", "text", "model of the registry that has members"),
        Column("splits", "integer", "site splits averaged", "1"),
        Column("samples", "integer", "pairs scored in a split (the fewest)", "1"),
        Column("sites", "integer", "sites among them (the fewest)", "1"),
        Column("spread", "number", "mean standard deviation of the members", _FLUX),
        Column("rmse", "number", "root mean square error of their mean", _FLUX),
        Column(
            "within_1",
            "number",
            f"share of errors within one spread; {WITHIN_ONE} if errors were Gaussian with this "
            "standard deviation",
            "1",
        ),
        Column(
            "within_2", "number", f"share within two spreads; {WITHIN_TWO} if they were so", "1"
        ),
        Column(
            "rank_correlation",
            "number",
            "Spearman correlation of the spread with the absolute error",
            "1",
            missing=True,
        ),
        Column(
            "factor",
            "number",
            f"smallest factor of the spread within which lie {100 * WITHIN_ONE:.1f} % of the "
            "errors; missing where there is none",
            "1",
            missing=True,
        ),
    ),
    key=("window", "pft", "model"),
)


def cover_of_spread(predictions: pd.DataFrame, *, origin: str) -> dict[str, float] | None:
    """Compare the spread of members with the errors of their mean.

    The spread of members says how much the outcome of a training varies. It holds nothing of
    what all members miss alike, such as what the predictors do not tell of a site, and so it
    is smaller than the errors; the factor says by how much.

    Args:
        predictions: a PREDICTIONS table.

    Returns:
        samples, sites and the numbers of SPREAD, or None for a model without members.

    Raises:
        ResultError: some predictions have a spread and others have none, or one is negative.
    """
    table = PREDICTIONS.check(predictions, origin)
    spread = table["spread"].to_numpy()
    known = np.isfinite(spread)
    if not known.any():
        return None
    if not known.all() or (spread < 0).any():
        raise ResultError(
            f"{origin}: {int((~known).sum())} of {len(spread)} predictions have no spread and "
            f"{int((spread < 0).sum())} a negative one; a model has members everywhere or nowhere."
        )
    error = np.abs(table["predicted"] - table["observed"]).to_numpy()
    # An error of zero is within any spread, even of zero.
    ratio = np.divide(error, spread, out=np.where(error > 0, np.inf, 0.0), where=spread > 0)
    factor = float(np.quantile(ratio, WITHIN_ONE, method="inverted_cdf"))
    varies = len(np.unique(spread)) > 1 and len(np.unique(error)) > 1
    ranks = pd.DataFrame({"spread": spread, "error": error}).rank()
    return {
        "samples": len(table),
        "sites": table["site"].nunique(),
        "spread": float(spread.mean()),
        "rmse": float(np.sqrt(np.mean(error**2))),
        "within_1": float(np.mean(error <= spread)),
        "within_2": float(np.mean(error <= 2 * spread)),
        "rank_correlation": float(ranks["spread"].corr(ranks["error"])) if varies else np.nan,
        "factor": factor if np.isfinite(factor) else np.nan,
    }


def summarise_spread(experiments: Iterable[dict]) -> pd.DataFrame:
    """Average the numbers of :func:`cover_of_spread` over splits (SPREAD).

    Args:
        experiments: split, window, pft, model and the numbers, one an experiment with members.
    """
    table = pd.DataFrame(experiments, columns=["split", *SPREAD.names]).drop(columns="splits")
    numbers = [c.name for c in SPREAD.columns if c.kind == "number"]
    summary = table.groupby(list(SPREAD.key), as_index=False, sort=False).agg(
        splits=("split", "nunique"),
        samples=("samples", "min"),
        sites=("sites", "min"),
        **{name: (name, "mean") for name in numbers},
    )
    return SPREAD.check(summary, "spread of members")
