"""Small tables of scores, as the figures draw them: of the smallest run, the paper's and all."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd

from carbonscape.core.classes import CLIMATES, IGBP_CLASSES
from carbonscape.fluxes.evaluation.costs import COSTS_AND_SCORES
from carbonscape.fluxes.evaluation.crossval import SCORE_SUMMARY
from carbonscape.fluxes.evaluation.crossval_figures import (
    SCATTER,
    SEASONAL_CYCLES,
    SITE_DISTRIBUTION,
)
from carbonscape.fluxes.evaluation.difference_figures import DIFFERENCE_ROWS
from carbonscape.fluxes.evaluation.holdouts import HOLDOUT_ROWS, RANDOM
from carbonscape.fluxes.evaluation.towers import TOWER_CLASSES, TOWER_MAP
from carbonscape.fluxes.figures import crossval as gpp_crossval
from carbonscape.fluxes.settings import CROSSVAL_SCHEMES, PAPER_WINDOWS, PFT_SETTINGS, WINDOWS
from carbonscape.models import registry

#: Every model of the registry, and all that a run can do of them.
MODELS = tuple(registry.models_of("fluxes"))
FULL = {"models": MODELS, "pfts": PFT_SETTINGS, "windows": WINDOWS}
PAPER = {
    "models": tuple(name for name in MODELS if registry.MODELS[name].role == "paper"),
    "pfts": PFT_SETTINGS,
    "windows": PAPER_WINDOWS,
}
SMALL = {"models": ("fluxformer", "random_forest"), "pfts": ("igbp",), "windows": ("jan_to_m",)}
SHOWN = {"split": 0, "window": "jan_to_m", "pft": "igbp"}


def summary(
    *,
    models,
    pfts,
    windows,
    groups=("all",),
    scope="global",
    splits=3,
    start=0.5,
    quantity="monthly",
) -> pd.DataFrame:
    """A score summary in which every row has another R2."""
    cells = list(itertools.product(models, pfts, windows, groups))
    r2 = start + 0.4 * np.arange(len(cells)) * 7 % len(cells) / len(cells)
    table = pd.DataFrame(cells, columns=["model", "pft", "window", "group"])
    table = table.assign(quantity=quantity, scope=scope, splits=splits, samples=100, sites=12)
    table = table.assign(r2=r2, r2_min=r2 - 0.02, r2_max=r2 + 0.01)
    table = table.assign(rmse=3 - 2 * r2, rmse_min=2.9 - 2 * r2, rmse_max=3.1 - 2 * r2)
    return SCORE_SUMMARY.check(table, "test")


def by_climate(**matrix) -> pd.DataFrame:
    matrix = {key: value for key, value in matrix.items() if key != "windows"}
    return summary(**matrix, windows=("jan_to_m",), groups=CLIMATES, scope="climate")


def by_month(models) -> pd.DataFrame:
    months = [str(month) for month in range(1, 13)]
    return summary(
        models=models, pfts=("igbp",), windows=("jan_to_m",), groups=months, scope="month"
    )


def by_quantity(**matrix) -> pd.DataFrame:
    matrix = matrix | {"windows": matrix["windows"][:1]}
    return pd.concat(
        summary(**matrix, quantity=quantity, start=0.1 + 0.1 * number)
        for number, quantity in enumerate(gpp_crossval.QUANTITIES)
    )


def differences(*, models, pfts, windows) -> pd.DataFrame:
    """The rows that a matrix has: models, PFT settings and windows less their references."""
    cells = [("proposed", model, model, "fluxformer") for model in models if model != "fluxformer"]
    cells += [("best", model, model, "blend") for model in models if model != "blend"]
    cells += [("pft", m, pft, "none") for m in models for pft in pfts if len(pfts) > 1]
    cells += [("window", m, w, "jan_to_m") for m in models for w in windows if len(windows) > 1]
    table = pd.DataFrame(cells, columns=["panel", "model", "series", "reference"])
    table = table[table["series"] != table["reference"]]
    middle = 0.03 * np.sin(np.arange(len(table)))
    far = table["model"].isin(["climatology", "linear_regression"]) & (table["panel"] == "best")
    table = table.assign(window="jan_to_m", pft="igbp", difference=np.where(far, -0.9, middle))
    for low, high, half in (("low", "high", 0.01), ("low_simultaneous", "high_simultaneous", 0.02)):
        table = table.assign(**{low: table["difference"] - half, high: table["difference"] + half})
    table["resolved"] = (table["low_simultaneous"] > 0) | (table["high_simultaneous"] < 0)
    counts = {"comparisons": 55, "sites": 206, "samples": 10509, "splits": 3, "draws": 5000}
    return DIFFERENCE_ROWS.check(table.assign(**counts), "test")


def holdouts(models, *, groups=("all", *CLIMATES)) -> pd.DataFrame:
    cells = list(itertools.product(models, (RANDOM, *CROSSVAL_SCHEMES), groups))
    table = pd.DataFrame(cells, columns=["model", "scheme", "group"])
    r2 = 0.3 + 0.4 * np.arange(len(table)) * 7 % max(len(table), 1) / max(len(table), 1)
    table = table.assign(window="jan_to_m", pft="igbp", sites=12, r2=r2, rmse=3 - r2)
    return HOLDOUT_ROWS.check(table, "test")


def costs(models) -> pd.DataFrame:
    number = np.arange(len(models))
    table = pd.DataFrame({"model": models, "r2": 0.78 - 0.004 * number, "rmse": 2.0})
    table = table.assign(
        training_core_s=10.0 ** (number % 4), prediction_core_s=0.3 + number, search_core_s=0.0
    )
    table.loc[table["model"] == "climatology", "r2"] = 0.1
    table = table.assign(window="jan_to_m", pft="igbp", splits=3, models=60, members=3, samples=99)
    return COSTS_AND_SCORES.check(table, "test")


def scatter(models) -> pd.DataFrame:
    cells = itertools.product(models, range(-1, 20, 2), range(0, 16, 3))
    table = pd.DataFrame(cells, columns=["model", "observed", "predicted"])
    table = table.assign(**SHOWN, width=0.5, count=np.arange(len(table)) % 50 + 1)
    return SCATTER.check(table.assign(samples=1234, r2=0.768, rmse=1.9, bias=-0.004), "test")


def cycles(models, *, climates=CLIMATES) -> pd.DataFrame:
    cells = itertools.product(climates, ("observed", *models), range(1, 13))
    table = pd.DataFrame(cells, columns=["climate", "series", "month"])
    mean = 5 - 4 * np.cos(2 * np.pi * (table["month"] - 1) / 12) + table["series"].str.len() / 20
    table = table.assign(**SHOWN, sites=table["month"] + 3, mean=mean)
    return SEASONAL_CYCLES.check(table.assign(q25=mean - 1, q75=mean + 1), "test")


def distribution(models) -> pd.DataFrame:
    table = pd.DataFrame(itertools.product(models, range(20)), columns=["model", "rank"])
    share = (table["rank"] + 1) / 20
    table = table.assign(site=table["rank"].astype(str), igbp="GRA", climate="arid", samples=24)
    table = table.assign(**SHOWN, r2=3 * share - 2, r2_share=share, rmse=share, rmse_share=share)
    return SITE_DISTRIBUTION.check(table.assign(bias=0.0).drop(columns="rank"), "test")


def towers(*, igbp=IGBP_CLASSES) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Forty sites, half of them in Europe, two without samples."""
    number = np.arange(40)
    table = pd.DataFrame(
        {
            "site": [f"AA-{n:03d}" for n in number],
            "lat": np.where(number < 20, 40 + number, 3.0 * number - 90),
            "lon": np.where(number < 20, number, 8.0 * number - 160),
            "igbp": [igbp[n % len(igbp)] for n in number],
            "koppen": "Dfb",
            "climate": [CLIMATES[n % 5] for n in number],
            "samples": np.where(number < 2, 0, 12 * number),
        }
    )
    classes = pd.DataFrame(
        [("climate", name) for name in CLIMATES] + [("igbp", name) for name in igbp],
        columns=["scope", "group"],
    ).assign(samples=10_000, sites=100)
    return TOWER_MAP.check(table, "test"), TOWER_CLASSES.check(classes, "test")
