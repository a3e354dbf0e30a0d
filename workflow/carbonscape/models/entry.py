"""What a model module says of itself, and the shape that it is built for."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

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
        kind: ``network`` (trained by the loop of :mod:`carbonscape.training.network`),
            ``estimator`` (trains itself) or ``blend`` (the mean of other models).
        label: name in figures.
        role: ``paper`` (one of the six models compared in the paper on GPP, or the model of the
            paper on XCO2), ``beyond`` or ``baseline``.
        yearly: whether one model reads the year from January on and predicts every month of
            it; it belongs to the window January to month alone.
        wings: the wings (``fluxes``, ``columns``) whose products may be made with the model.
        name: key in the configuration and in file names: the module's name, which the registry
            adds.
    """

    kind: str
    label: str
    role: str
    yearly: bool = False
    wings: tuple[str, ...] = ("fluxes",)
    name: str = ""

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
