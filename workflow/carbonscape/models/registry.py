"""The registry: every model by name, how it is trained, and where it lives.

A model module offers ``build(shape, options)``. For a ``network`` it returns a torch module
that maps (series, context) to (sample,) predictions; for an ``estimator`` an object with
``fit(block, seed)`` and ``predict(block)``. Modules are imported by name, only when used: a
workflow job that trains a forest does not load torch, and does not rerun when FluxFormer's
file changes.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from carbonscape.errors import ConfigError


@dataclass(frozen=True)
class Shape:
    """What a model has to fit.

    Attributes:
        steps: steps of a window.
        variables: predictors at each step.
        classes: number of classes of each land-cover source, by source.
    """

    steps: int
    variables: int
    classes: Mapping[str, int]


@dataclass(frozen=True)
class Entry:
    """One model of the registry: its kind (network or estimator) and its label in figures."""

    name: str
    kind: str
    label: str

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


#: Every model, in the order in which tables and figures show them.
MODELS = {
    entry.name: entry
    for entry in (
        Entry("fluxformer", "network", "FluxFormer"),
        Entry("random_forest", "estimator", "Random forest"),
        Entry("climatology", "estimator", "Climatology"),
    )
}


def get_model(name: str) -> Entry:
    """Return the registry's entry of that name.

    Raises:
        ConfigError: there is no such model.
    """
    if name not in MODELS:
        raise ConfigError(f"no model is called '{name}'; the registry has {', '.join(MODELS)}.")
    return MODELS[name]
