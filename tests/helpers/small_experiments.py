"""Small cross-validations for tests of the training, and what their models learnt."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from carbonscape.fluxes.features.calendar import MONTHLY
from carbonscape.fluxes.training.crossval import prepare_experiment
from carbonscape.models.block import Block
from carbonscape.models.registry import get_model
from carbonscape.products.gpp import PRODUCT as GPP
from carbonscape.training import experiment as experiments
from carbonscape.training import network
from carbonscape.training.experiment import Experiment

SITES = ("AA", "BB", "CC", "DD", "EE", "FF")
FOLDS = {"split": 3, "folds": {"0": ["AA", "DD"], "1": ["BB", "EE"], "2": ["CC", "FF"]}}
VARIABLES = ["LAI", "T2M"]
NETWORK = {
    "width": 4,
    "heads": 2,
    "layers": 1,
    "feedforward": 4,
    "dropout": 0.1,
    "context": "projection",
    "context_hidden": 4,
    "context_width": 2,
    "epochs": 2,
    "batch_size": 16,
    "learning_rate": 0.003,
    "optimiser": "radam",
    "weight_decay": 0.0,
    "clip_norm": 4.0,
    "schedule": "constant",
    "members": 2,
}
OPTIONS = {
    "fluxformer": NETWORK,
    "random_forest": {"trees": 5, "max_features": 0.5, "min_leaf": 2},
    "climatology": {},
    "fluxformer_annual": {**NETWORK, "batch_size": 4},
    "xgboost_annual": {
        "trees": 20,
        "depth": 3,
        "learning_rate": 0.3,
        "subsample": 0.8,
        "column_share": 0.5,
        "min_child_weight": 1,
    },
}
MONTHLY_MODELS = ("fluxformer", "random_forest", "climatology")
YEARLY_MODELS = ("fluxformer_annual", "xgboost_annual")


def sample_table(months=range(1, 13), years=(2001, 2002)) -> pd.DataFrame:
    """Return the samples of six sites, with made-up GPP."""
    rows = [(site, year, month) for site in SITES for year in years for month in months]
    table = pd.DataFrame(rows, columns=["site", "year", "month"])
    observed = np.random.default_rng(0).gamma(2, 2, len(table))
    return table.assign(observed=observed, scored=True, weight=1.0)


def experiment_of(
    model="climatology", *, window="6m", samples=None, folds=FOLDS, split=None, seed=42, **options
) -> Experiment:
    """Six sites with random predictors of twelve steps, of which the first is the sample's row.

    It stands in the last step of the sample's month. The samples of a yearly model share the
    predictors of their year, those after the month being NaN.
    """
    samples = sample_table() if samples is None else samples
    entry = get_model(model)
    random, n = np.random.default_rng(1), len(samples)
    month = samples["month"].to_numpy()
    year_row = samples.groupby(["site", "year"], sort=False).ngroup().to_numpy()
    if entry.yearly:
        years = random.normal(size=(year_row.max() + 1, 12, 2)).astype(np.float32)
        years[year_row, month - 1, 0] = np.arange(n)
        series = years[year_row]
        series[np.arange(12) > month[:, None] - 1] = np.nan
    else:
        series = random.normal(size=(n, 12, 2)).astype(np.float32)
        series[:, -1, 0] = np.arange(n)
    classes = samples["site"].map({site: row % 3 for row, site in enumerate(SITES)})
    return prepare_experiment(
        samples,
        Block(
            series=series,
            context={"igbp": np.eye(3, dtype=np.float32)[classes.to_numpy()]},
            month=month,
            target=samples["observed"].to_numpy(),
            year_row=year_row if entry.yearly else None,
            weight=None if samples["scored"].all() else samples["weight"].to_numpy(),
        ),
        folds if split is None else folds | {"split": split},
        calendar=MONTHLY,
        window="jan_to_m" if entry.yearly else window,
        model=model,
        options=OPTIONS[model] | options,
        variables=VARIABLES,
        seed=seed,
        product=GPP,
    )


def with_block(experiment: Experiment, **changes: Any) -> Experiment:
    """Return the same experiment with other arrays in its block."""
    return replace(experiment, block=replace(experiment.block, **changes))


def rows_of(block: Block) -> np.ndarray:
    """Return the positions of a block's samples among all samples (not of a yearly model)."""
    return block.series[:, -1, 0].astype(float)


def site_of(row: float) -> str:
    """Return the site of a sample."""
    return sample_table()["site"].iloc[int(row)]


def use_estimator(monkeypatch, *, predict, fit=lambda block, seed: None) -> None:
    """Put an estimator of two functions in the place of every model."""
    entry = SimpleNamespace(
        name="spy",
        label="Spy",
        kind="estimator",
        yearly=False,
        build=lambda shape, options: SimpleNamespace(fit=fit, predict=predict),
    )
    monkeypatch.setattr(experiments, "get_model", lambda name: entry)


def fake_entry(build, *, yearly: bool = False) -> SimpleNamespace:
    """Return an entry of the registry whose network a function of the shape builds."""
    return SimpleNamespace(
        name="fake", label="Fake", kind="network", yearly=yearly,
        build=lambda shape, options: build(shape),
    )  # fmt: skip


def learnt(model: Any) -> np.ndarray:
    """Return all numbers that a trained model holds."""
    if isinstance(model, network.TrainedNetwork):
        parts = [value.double().numpy().ravel() for value in model.module.state_dict().values()]
        parts += [model.scaler.mean, model.scaler.std, [model.offset, model.scale]]
    elif hasattr(model, "forest"):
        trees = [tree.tree_ for tree in model.forest.estimators_]
        parts = [part.ravel() for t in trees for part in (t.feature, t.threshold, t.value)]
    elif hasattr(model, "trees"):
        parts = [np.frombuffer(bytes(model.trees.get_booster().save_raw("ubj")), np.uint8)]
    else:
        parts = [list(model.table.values()), list(model.by_month.values()), [model.overall]]
    return np.concatenate(parts)
