"""The registry: every model by name, in the order in which tables and figures show them.

A model is one module of this folder. It says of itself what it is in a constant ``ENTRY`` and
offers ``build(shape, options)``: for a ``network`` a torch module that maps (series, context) to
(sample,) predictions, or to (sample, month) ones if it is yearly; for an ``estimator`` an object
with ``fit(block, seed)`` and ``predict(block)`` and, to be kept for maps, ``state()`` and
``restore(state)``. A ``blend`` builds nothing: it is the mean of other models.

Entries are read from the source text and modules imported only when used: the Snakefile loads
no torch, and a job does not rerun because another model's file changed, or because a model was
added here.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from carbonscape.core.errors import ConfigError
from carbonscape.models.entry import Entry

#: The order of tables and figures; models that it does not name follow by name.
ORDER = (
    "fluxformer",
    "lstm",
    "bilstm",
    "mlp",
    "random_forest",
    "xgboost",
    "at_bilstm",
    "fluxformer_annual",
    "xgboost_annual",
    "extra_trees",
    "blend",
    "linear_regression",
    "climatology",
    "latitude_month_year",
    "growth_persistence",
    "lasso_harmonics",
)


def read_entries(folder: Path) -> dict[str, Entry]:
    """Return the entry of every module of a folder that has one, by name, in order."""
    found = {}
    for path in sorted(folder.glob("*.py")):
        _, begun, rest = path.read_text(encoding="utf-8").partition("\nENTRY = ")
        if begun:
            # Up to the next empty line: every job reads all entries, and whole modules take longer.
            statement, *_ = ast.parse(rest.split("\n\n")[0], filename=str(path)).body
            assert isinstance(statement, ast.Expr)
            found[path.stem] = replace(_evaluate(statement.value), name=path.stem)
    listed = [name for name in ORDER if name in found]
    return {name: found[name] for name in [*listed, *sorted(set(found) - set(listed))]}


def _evaluate(call: ast.expr) -> Entry:
    """Return the entry that a call of ``Entry`` with literal keywords makes."""
    assert isinstance(call, ast.Call)
    return Entry(**{keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords})


#: Every model.
MODELS = read_entries(Path(__file__).parent)


def models_of(wing: str) -> dict[str, Entry]:
    """Return the models that may make products of a wing, by name, in the registry's order."""
    return {name: entry for name, entry in MODELS.items() if wing in entry.wings}


def get_model(name: str) -> Entry:
    """Return the registry's entry of that name.

    Raises:
        ConfigError: there is no such model.
    """
    if name not in MODELS:
        raise ConfigError(f"no model is called '{name}'; the registry has {', '.join(MODELS)}.")
    return MODELS[name]


def parts_of(model: str, models: Mapping[str, Any]) -> list[str]:
    """Return the models that are trained for a model: its parts if it is a blend, or itself.

    Args:
        model: name in the registry.
        models: configuration of every model.
    """
    if get_model(model).kind != "blend":
        return [model]
    return list(dict.fromkeys(part_of(text)[0] for text in models[model]["parts"]))


def parts_of_window(model: str, window: str, models: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the models that are trained for a model, each with the window that it reads.

    Args:
        model: name in the registry.
        window: of the model; parts of a blend may have one of their own.
        models: the options of every model, as in the configuration.
    """
    if get_model(model).kind != "blend":
        return [(model, window)]
    return [(name, own or window) for name, own in map(part_of, models[model]["parts"])]


def part_of(text: str) -> tuple[str, str | None]:
    """Return the model of a part of a blend, and the window that it has of its own.

    Args:
        text: ``<model>``, or ``<model>@<window>`` where it reads another window than the blend.
    """
    model, _, window = text.partition("@")
    return model, window or None


def threads_of(model: str, tasks: int, *, gpu: bool = False) -> int:
    """Return how many one-thread processes a training can use.

    Args:
        model: name in the registry.
        tasks: models that can be trained side by side.
        gpu: whether they are trained on an accelerator, which one process has for itself.
    """
    # Means and least squares take no time: starting a process would take more.
    return 1 if gpu or get_model(model).role == "baseline" else tasks


def models_of_run(section: Mapping[str, Any]) -> set[str]:
    """Return the models that a product's section of the configuration uses, parts of blends too.

    Args:
        section: the product's section: ``crossval``, ``product`` and ``models``.
    """
    crossval = section["crossval"]
    held_out = crossval.get("holdouts", {}).get("models", [])
    named = {*crossval["models"], *held_out, *section["product"]["models"]}
    return named | {part for name in named for part in parts_of(name, section["models"])}
