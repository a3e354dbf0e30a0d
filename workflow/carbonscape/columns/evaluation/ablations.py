"""What the gases of TROPOMI are worth to a model of XCO2, and what stands for them before 2018.

The model that figures show is trained with other inputs on the same folds, and scored on the same
held-out samples: differences are paired. Two trainings with the same inputs differ too, so that
the difference that another seed makes stands beside those of inputs.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carbonscape.columns.evaluation.truth import tropomi_observed
from carbonscape.columns.features.ablations import OTHER_SEED
from carbonscape.columns.tables import XCO2_ABLATED, XCO2_SCORES
from carbonscape.columns.training.folds import block_number
from carbonscape.core.errors import ResultError
from carbonscape.core.tables import Column, TableSchema

#: Periods of a run, by whether the gases of TROPOMI are observed in the whole window of a month.
PERIODS = ("all", "before", "since")

#: What a difference of RMSE tells, and when.
VERDICTS = {
    "worse": "the whole interval lies above 0",
    "better": "the whole interval lies below 0",
    "as another seed": "it does, but the difference is no larger than that of other_seed",
    "not told apart": "the interval holds 0",
    "no interval": "there are too few blocks",
}

#: Fewest blocks of the globe with an interval.
FEWEST_BLOCKS = 3

#: Draws of blocks with replacement.
DRAWS = 2000

_PPM = "ppm"

XCO2_ABLATIONS = TableSchema(
    "ablations of XCO2",
    (
        *(c for c in XCO2_SCORES.columns if c.name in ("scheme", "time_input", "model")),
        XCO2_ABLATED.columns[0],
        Column(
            "period",
            "text",
            "all months; before: months in whose window a gas of TROPOMI is not yet observed; "
            "since: the others",
        ),
        Column("samples", "integer", "held-out samples, the same of both trainings", "1"),
        Column("blocks", "integer", "blocks of the globe that they lie in", "1"),
        Column("rmse_run", "number", "root mean square error with the inputs of the run", _PPM),
        Column("rmse", "number", "the same with the inputs of the setting", _PPM),
        Column("rmse_difference", "number", "rmse - rmse_run: above 0 the setting is worse", _PPM),
        Column("rmse_low", "number", "lower end of its 95 % interval over blocks", _PPM, True),
        Column("rmse_high", "number", "upper end of it", _PPM, True),
        Column("r2_run", "number", "R2 with the inputs of the run", "1", True),
        Column("r2", "number", "the same with the inputs of the setting", "1", True),
        Column("r2_difference", "number", "r2 - r2_run: below 0 the setting is worse", "1", True),
        Column("r2_low", "number", "lower end of its 95 % interval over blocks", "1", True),
        Column("r2_high", "number", "upper end of it", "1", True),
        Column(
            "verdict",
            "text",
            "of RMSE: " + "; ".join(f"{word} where {when}" for word, when in VERDICTS.items()),
        ),
    ),
    key=("scheme", "time_input", "model", "setting", "period"),
)


def ablation_table(
    predictions: pd.DataFrame,
    ablated: pd.DataFrame,
    *,
    named: Mapping[str, str],
    block_km: float,
    tropomi_first_month: Mapping[str, str],
    steps: int,
    window: str,
    seed: int,
    origin: str,
) -> pd.DataFrame:
    """Return paired differences of every setting from the run, by period (XCO2_ABLATIONS).

    Intervals are over blocks of the globe drawn with replacement, the same draws for all settings:
    errors of neighbours and of the months of a place are alike. They say how far the held-out
    places tell two trained models apart, not what other seeds would give. Periods without a
    sample have no row.

    Args:
        predictions: XCO2_PREDICTIONS of the model with the inputs of the run.
        ablated: XCO2_ABLATED, some of these samples in the same folds.
        named: scheme, time_input and model of both.
        block_km: edge of a block, km.
        tropomi_first_month, steps, window: as in
            :func:`carbonscape.columns.evaluation.truth.tropomi_observed`.
        seed: of the draws.
        origin: file of ``ablated``, for messages.

    Raises:
        ResultError: the tables hold other samples or folds.
    """
    keys = ["sample", "fold"]
    own = predictions[[*keys, "observed", "predicted"]].rename(columns={"predicted": "run"})
    both = ablated.merge(own, on=keys, suffixes=("", "_run"), validate="m:1")
    if len(both) != len(ablated) or (both["observed"] != both["observed_run"]).any():
        raise ResultError(
            f"{origin}: {len(both)} of its {len(ablated)} predictions are of a sample that the "
            "cross-validation of the run holds out in the same fold, with the same observation; "
            "expected all: delete both and run again."
        )
    months = list(zip(both["year"].tolist(), both["month"].tolist(), strict=True))
    since = tropomi_observed(months, first_month=tropomi_first_month, steps=steps, window=window)
    chosen = {"all": np.ones(len(both), bool), "before": ~since, "since": since}
    both["block"] = block_number(both["lat"], both["lon"], block_km)
    rows = []
    for setting in dict.fromkeys(ablated["setting"]):
        of_setting = (both["setting"] == setting).to_numpy()
        for period in PERIODS:
            table = both[of_setting & chosen[period]]
            if len(table):
                found = paired_differences(table, seed=seed)
                rows.append({**named, "setting": setting, "period": period, **found})
    table = pd.DataFrame(rows, columns=XCO2_ABLATIONS.names)
    return XCO2_ABLATIONS.check(table.assign(verdict=_verdicts(table)), "ablations of XCO2")


def paired_differences(table: pd.DataFrame, *, seed: int) -> dict[str, float | int]:
    """Return scores of two predictions of the same samples, and their differences.

    Args:
        table: block, observed, run and predicted [sample]; ppm.
        seed: of the draws.

    Returns:
        The numbers of XCO2_ABLATIONS from ``samples`` on; ends of intervals are NaN below
        ``FEWEST_BLOCKS`` blocks.
    """
    # Sums of squares about a fixed value keep their digits.
    observed = (table["observed"] - table["observed"].mean()).to_numpy()
    sums = pd.DataFrame(
        {
            "n": 1.0,
            "o": observed,
            "oo": observed**2,
            "run": (table["run"] - table["observed"]).to_numpy() ** 2,
            "other": (table["predicted"] - table["observed"]).to_numpy() ** 2,
        }
    )
    by_block = sums.groupby(table["block"].to_numpy(), sort=True).sum()
    blocks = len(by_block)
    whole = _scores(np.ones((1, blocks)), by_block)
    found = {"samples": len(table), "blocks": blocks}
    found |= {name: float(values[0]) for name, values in whole.items()}
    ends = {f"{name}_{end}": np.nan for name in ("rmse", "r2") for end in ("low", "high")}
    if blocks >= FEWEST_BLOCKS:
        drawn = np.random.default_rng(seed).multinomial(
            blocks, np.full(blocks, 1 / blocks), size=DRAWS
        )
        scores = _scores(drawn.astype(float), by_block)
        for name in ("rmse", "r2"):
            low, high = np.nanquantile(scores[f"{name}_difference"], [0.025, 0.975])
            ends |= {f"{name}_low": float(low), f"{name}_high": float(high)}
    return found | ends


def _scores(weights: NDArray[np.float64], sums: pd.DataFrame) -> dict[str, NDArray[np.float64]]:
    """Return scores of weighted blocks: weights (draw, block), sums by block."""
    total = dict(zip(sums.columns, (weights @ sums.to_numpy()).T, strict=True))
    spread = total["oo"] - total["o"] ** 2 / total["n"]
    spread = np.where(spread > 1e-9 * total["n"], spread, np.nan)
    found = {}
    for name, key in (("rmse_run", "run"), ("rmse", "other")):
        found[name] = np.sqrt(total[key] / total["n"])
        found[name.replace("rmse", "r2")] = 1 - total[key] / spread
    for name in ("rmse", "r2"):
        found[f"{name}_difference"] = found[name] - found[f"{name}_run"]
    return found


def _verdicts(table: pd.DataFrame) -> list[str]:
    """Return what each difference of RMSE tells, a word of ``VERDICTS``."""
    other = table[table["setting"] == OTHER_SEED].set_index("period")["rmse_difference"]
    said = []
    for row in table.itertuples():
        seeds = abs(other.get(row.period, 0.0)) if row.setting != OTHER_SEED else 0.0
        if np.isnan(row.rmse_low):
            said.append("no interval")
        elif row.rmse_low <= 0 <= row.rmse_high:
            said.append("not told apart")
        elif abs(row.rmse_difference) <= seeds:
            said.append("as another seed")
        else:
            said.append("worse" if row.rmse_difference > 0 else "better")
    return said
