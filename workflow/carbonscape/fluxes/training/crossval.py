"""Cross-validation of a flux: samples, windows and folds as an experiment; costs as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from carbonscape.fluxes.features.calendar import Calendar
from carbonscape.fluxes.tables import COSTS, PREDICTIONS
from carbonscape.fluxes.training.blocks import month_ends, window_lengths
from carbonscape.fluxes.training.folds import folds_of_samples
from carbonscape.models.block import Block
from carbonscape.models.registry import get_model
from carbonscape.products.product import Product
from carbonscape.training.experiment import Experiment, Part


def prepare_experiment(
    samples: pd.DataFrame,
    block: Block,
    folds: dict[str, Any],
    *,
    calendar: Calendar,
    window: str,
    model: str,
    options: Mapping[str, Any],
    variables: Sequence[str],
    seed: int,
    product: Product,
    device: str = "cpu",
) -> Experiment:
    """Bind samples to folds and window settings.

    Raises:
        ResultError: a sample is in no fold, or in two.
    """
    entry = get_model(model)
    fold, excluded = folds_of_samples(folds, samples)
    held_out = samples.loc[fold >= 0, "month"]
    return Experiment(
        block=block,
        fold=fold,
        excluded=excluded,
        model=model,
        options=dict(options),
        variables=list(variables),
        seed=seed,
        split=int(folds["split"]),
        lengths={} if entry.yearly else window_lengths(calendar, window, held_out),
        product=product,
        site=samples["site"].to_numpy(dtype=str),
        month_ends=month_ends(calendar) if entry.yearly else (),
        device=device,
    )


def cost_table(
    experiment: Experiment, part: Part, *, window: str, pft: str, model: str, **_: str
) -> pd.DataFrame:
    """Return what a cross-validation cost, in one row (COSTS)."""
    tasks = experiment.tasks()
    training_s, prediction_s, samples = part.cost
    row = {
        "window": window,
        "pft": pft,
        "model": model,
        "models": len(tasks),
        "members": experiment.training(tasks[0]).members,
        "samples": int(samples),
        "training_core_s": round(float(training_s), 2),
        "prediction_core_s": round(float(prediction_s), 3),
        "predicted": int((experiment.fold >= 0).sum()),
    }
    return COSTS.check(pd.DataFrame([row]), "costs of a cross-validation")


def prediction_table(samples: pd.DataFrame, experiment: Experiment, part: Part) -> pd.DataFrame:
    """Return the out-of-fold predictions of the samples that were held out (PREDICTIONS)."""
    table = samples[["site", "year", "month"]].assign(
        fold=experiment.fold,
        observed=experiment.block.target,
        predicted=part.predicted,
        spread=part.spread,
    )
    table = table[table["fold"] >= 0]
    return PREDICTIONS.check(table, "out-of-fold predictions")
