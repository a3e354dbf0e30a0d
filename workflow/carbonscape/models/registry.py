"""The registry: every model by name, how it is trained, and where it lives.

A model module offers ``build(shape, options)``. For a ``network`` it returns a torch module
that maps (series, context) to (sample,) predictions, or to (sample, month) ones if it is
yearly; for an ``estimator`` an object with ``fit(block, seed)`` and ``predict(block)``. A
``blend`` has no module: it is the mean of other models. Modules are imported by name, only when
used: a workflow job that trains a forest does not load torch, and does not rerun when
FluxFormer's file changes.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from carbonscape.errors import ConfigError

#: The window setting of models that read a whole year.
YEARLY_WINDOW = "jan_to_m"


@dataclass(frozen=True)
class Shape:
    """What a model has to fit.

    Attributes:
        steps: steps of a window; of a year for a yearly model.
        variables: predictors at each step.
        classes: number of classes of each land-cover source, by source.
        month_ends: position of the last step of each calendar month in the year, for a yearly
            model; empty for the others.
    """

    steps: int
    variables: int
    classes: Mapping[str, int]
    month_ends: tuple[int, ...] = ()


@dataclass(frozen=True)
class Entry:
    """One model of the registry.

    Attributes:
        name: key in the configuration and in file names.
        kind: ``network`` (trained by the loop of :mod:`carbonscape.training.network`),
            ``estimator`` (trains itself) or ``blend`` (the mean of other models).
        label: name in figures.
        role: ``paper`` (one of the six models compared in the paper on GPP, or the model of the
            paper on XCO2), ``beyond`` or ``baseline``.
        yearly: whether one model reads the year from January on and predicts every month of
            it; it belongs to the window January to month alone.
        products: the products (:mod:`carbonscape.products`) that may be made with the model.
    """

    name: str
    kind: str
    label: str
    role: str
    yearly: bool = False
    products: tuple[str, ...] = ("gpp",)

    @property
    def module_name(self) -> str:
        """Dotted name of the module that builds the model."""
        return f"carbonscape.models.{self.name}"

    def module(self) -> ModuleType:
        """Import and return that module."""
        return importlib.import_module(self.module_name)

    def build(self, shape: Shape, options: Mapping[str, Any]) -> Any:
        """Return an untrained model of the given shape."""
        return self.module().build(shape, options)

    def runs_in(self, window: str) -> bool:
        """Say whether the model can be trained on a window setting."""
        return not self.yearly or window == YEARLY_WINDOW


_BOTH = ("gpp", "xco2")

#: Every model, in the order in which tables and figures show them.
MODELS = {
    entry.name: entry
    for entry in (
        Entry("fluxformer", "network", "FluxFormer", "paper"),
        Entry("lstm", "network", "LSTM", "paper", products=_BOTH),
        Entry("bilstm", "network", "BiLSTM", "paper"),
        Entry("mlp", "network", "MLP", "paper", products=_BOTH),
        Entry("random_forest", "estimator", "Random forest", "paper", products=_BOTH),
        Entry("xgboost", "estimator", "XGBoost", "paper", products=_BOTH),
        Entry("at_bilstm", "network", "At-BiLSTM", "paper", products=("xco2",)),
        Entry("fluxformer_annual", "network", "Annual FluxFormer", "beyond", yearly=True),
        Entry("xgboost_annual", "estimator", "Annual XGBoost", "beyond", yearly=True),
        Entry("blend", "blend", "Blend", "beyond", yearly=True),
        Entry("linear_regression", "estimator", "Linear regression", "baseline"),
        Entry("climatology", "estimator", "Climatology", "baseline"),
        Entry(
            "latitude_month_year",
            "estimator",
            "Latitude, month, year",
            "baseline",
            products=("xco2",),
        ),
        Entry(
            "growth_persistence",
            "estimator",
            "Growth persistence",
            "baseline",
            products=("xco2",),
        ),
    )
}


def models_of(product: str) -> dict[str, Entry]:
    """Return the models that may make a product, by name, in the registry's order."""
    return {name: entry for name, entry in MODELS.items() if product in entry.products}


def get_model(name: str) -> Entry:
    """Return the registry's entry of that name.

    Raises:
        ConfigError: there is no such model.
    """
    if name not in MODELS:
        raise ConfigError(f"no model is called '{name}'; the registry has {', '.join(MODELS)}.")
    return MODELS[name]
