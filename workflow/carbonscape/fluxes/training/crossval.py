"""Cross-validation of a flux: samples, windows and folds as an experiment; costs as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import pandas as pd

from carbonscape.core.io import read_json
from carbonscape.core.tables import read_table
from carbonscape.fluxes.features.calendar import Calendar, get_calendar
from carbonscape.fluxes.features.samples import usable_samples
from carbonscape.fluxes.features.series import read_series
from carbonscape.fluxes.tables import COSTS, PREDICTIONS, SAMPLES
from carbonscape.fluxes.training.blocks import model_block, month_ends, window_lengths
from carbonscape.fluxes.training.folds import folds_of_samples
from carbonscape.models.block import Block
from carbonscape.models.registry import get_model
from carbonscape.products.product import Product
from carbonscape.products.registry import get_product
from carbonscape.training.devices import choose_device
from carbonscape.training.experiment import Experiment, Part


class Opened(NamedTuple):
    """An experiment of the workflow, read from its files.

    Attributes:
        samples: the samples that it predicts (SAMPLES).
        experiment: what the models share.
        setting: ``scheme``, ``model``, ``pft`` and ``window``.
        config: what identifies it in a provenance record.
        content: what decides its results beside its files, for the name of its scratch folder.
        label: for the progress lines.
    """

    samples: pd.DataFrame
    experiment: Experiment
    setting: Mapping[str, str]
    config: Mapping[str, Any]
    content: Mapping[str, Any]
    label: str


def open_experiment(files: Any, wildcards: Any, params: Any) -> Opened:
    """Read the experiment of a job of the workflow.

    Args:
        files: the job's inputs: ``samples``, ``series`` and ``folds``.
        wildcards: the job's wildcards: ``product`` and the setting.
        params: the job's parameters: ``step``, ``options``, ``search``, ``common_samples``,
            ``train_all``, ``seed``, ``device`` and, for permuted predictors, ``repeats``.
    """
    setting = dict(wildcards.items())
    product = get_product(setting.pop("product"))
    calendar, device = get_calendar(params.step), choose_device(params.device, setting["model"])
    series = read_series(files.series)
    samples = read_table(files.samples, SAMPLES)
    chosen = {"common": params.common_samples, "train_all": params.train_all}
    samples = usable_samples(samples, setting["window"], **chosen)
    experiment = prepare_experiment(
        samples,
        model_block(samples, series, calendar=calendar, **setting),
        read_json(files.folds),
        calendar=calendar,
        window=setting["window"],
        model=setting["model"],
        options=params.options,
        variables=series["variable"].values.tolist(),
        seed=params.seed,
        product=product,
        device=device,
    )
    experiment = replace(experiment, repeats=params.get("repeats", 0))
    config = {**setting, "step": params.step, "options": params.options, "search": params.search}
    config["common_samples"] = params.common_samples
    config["train_all"] = params.train_all
    if experiment.repeats:
        config["importance_repeats"] = experiment.repeats
    content = {"config": config, "seed": params.seed, "device": device}
    label = " ".join((product.label, *setting.values()))
    return Opened(samples, experiment, setting, config, content, label)


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
    experiment: Experiment,
    part: Part,
    *,
    window: str,
    pft: str,
    model: str,
    search_core_s: float = 0,
    **_: str,
) -> pd.DataFrame:
    """Return what a cross-validation cost, in one row (COSTS).

    Args:
        experiment, part: the cross-validation and what came of it.
        window, pft, model: its setting.
        search_core_s: seconds of one core for choices inside the training sites.
    """
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
        "search_core_s": round(float(search_core_s), 2),
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
