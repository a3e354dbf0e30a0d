"""Small final trainings of every model of the registry, in both wings, and blocks to predict."""

from __future__ import annotations

from typing import Any

import numpy as np

from carbonscape.fluxes.features.calendar import MONTHLY
from carbonscape.fluxes.training.blocks import schedule_of
from carbonscape.models.block import Block
from carbonscape.models.registry import get_model, models_of
from carbonscape.products.registry import get_product
from carbonscape.training.final_training import FinalTraining, prepare_training
from helpers.project_config import load

VARIABLES = ["LAI", "T2M"]
CLASSES = {"igbp": 3, "esa_cci": 4}

#: What makes each model small; the rest is that of the configuration.
SMALL = {
    "trees": 12, "depth": 3, "width": 8, "heads": 2, "layers": 1, "feedforward": 8, "hidden": 8,
    "context_hidden": 4, "context_width": 2, "units": 8, "epochs": 2, "epochs_all_months": 1,
    "batch_size": 16, "members": 2, "min_leaf": 1, "min_child_weight": 1,
}  # fmt: skip

#: (wing's product, model, window) of every model that is trained.
CASES = [
    (product, name, window)
    for product, wing, windows in (
        ("gpp", "fluxes", ("jan_to_m", "12m")),
        ("xco2", "columns", ("3 months",)),
    )
    for name, entry in models_of(wing).items()
    for window in (("jan_to_m",) if entry.yearly else windows)
    if entry.kind != "blend"
]


def options_of(product: str, name: str) -> dict[str, Any]:
    """Return a model's options, small."""
    options = load("config.yaml")[product]["models"][name]
    return options | {key: value for key, value in SMALL.items() if key in options}


def block_of(product: str, name: str, *, seed: int, number: int = 96, gaps: bool = False) -> Block:
    """Return samples of twelve steps (three of XCO2) of all months.

    Args:
        product: ``gpp`` or ``xco2``.
        name: model in the registry.
        seed: of the numbers.
        number: samples, twelve a year.
        gaps: whether some predictors are missing.
    """
    random = np.random.default_rng(seed)
    steps = 12 if product == "gpp" else 3
    month, year_row = np.arange(number) % 12 + 1, np.arange(number) // 12
    series = random.normal(size=(number, steps, 2)).astype(np.float32)
    if get_model(name).yearly:
        series = series[12 * year_row]
        series[np.arange(12) > month[:, None] - 1] = np.nan
    target = random.normal(size=number) + np.nan_to_num(series).sum(axis=(1, 2))
    where = random.uniform([-60, -180, 2015], [80, 180, 2021], size=(number, 3))
    classes = CLASSES if product == "gpp" else {}
    if gaps:
        series[random.random(series.shape) < 0.1] = np.nan
    return Block(
        series=series,
        context={
            source: random.dirichlet(np.ones(n), number).astype(np.float32)
            for source, n in classes.items()
        },
        month=month,
        target=target,
        year_row=year_row,
        where=where,
    )


def training_of(product: str, name: str, window: str, *, time_input: str = "none") -> FinalTraining:
    """Return a small final training of a model."""
    schedule = schedule_of(MONTHLY, window, name) if product == "gpp" else {}
    return prepare_training(
        block_of(product, name, seed=1),
        model=name,
        options=options_of(product, name),
        variables=VARIABLES,
        pft="igbp_esa_cci" if product == "gpp" else "none",
        window=window,
        seed=3,
        product=get_product(product),
        time_input=time_input,
        **schedule,
    )
