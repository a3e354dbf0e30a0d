"""Which cross-validations a configuration asks for, and which models make up another.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from carbonscape.models.registry import get_model


def cells(crossval: Mapping[str, Any]) -> list[str]:
    """Return the cells of the matrix, as ``<window>-<pft>-<model>``.

    A yearly model has cells of the window January to month alone.
    """
    return [
        f"{window}-{pft}-{model}"
        for model in crossval["models"]
        for pft in crossval["pfts"]
        for window in crossval["windows"]
        if get_model(model).runs_in(window)
    ]


def holdout_cells(crossval: Mapping[str, Any], *, window: str, pft: str) -> list[str]:
    """Return the cells that are cross-validated under every hold-out scheme.

    Args:
        crossval: configuration of the cross-validation.
        window, pft: setting that the figures show.
    """
    models = [name for name in crossval["holdouts"]["models"] if get_model(name).runs_in(window)]
    return [f"{window}-{pft}-{model}" for model in models]


def experiment_paths(folder: str, schemes: Sequence[str], cells_: Sequence[str]) -> list[str]:
    """Return the paths of results without their ending: ``<folder>/<scheme>/<cell>``."""
    return [f"{folder}/{scheme}/{cell}" for scheme in schemes for cell in cells_]
