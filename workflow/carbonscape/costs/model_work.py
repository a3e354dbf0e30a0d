"""How much work a training and predictions of a model are, in units that have measured rates.

| unit | what |
|---|---|
| ``gflop`` | 10^9 floating-point operations of the matrix products of a network |
| ``gvalue`` | 10^9 values that its layers write between these products |
| ``batches`` | steps of the optimiser |
| ``fits`` | models that are fitted, each from its own start |
| ``gsplits`` | 10^9 samples x inputs tried x trees (x log2 of the samples, where trees sort) |
| ``trees`` | trees that are grown |
| ``mtrees`` | 10^6 samples x trees that are read in a prediction |
| ``samples`` | samples read |

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

from carbonscape.models.registry import get_model

#: A backward pass is two forward passes.
TRAINING_PASSES = 3
_GIGA = 1e9


def forward(model: str, options: Mapping[str, Any], *, steps: int, variables: int) -> Counter:
    """Return ``gflop`` and ``gvalue`` of one sample read by a network.

    Matrix products alone are counted, a product and a sum as two operations. A network that is not
    known here counts as a recurrent one that reads both ways.

    Args:
        model: name in the registry.
        options: its section of the configuration.
        steps, variables: of a sample.
    """
    if model in ("fluxformer", "fluxformer_annual"):
        flop, values = _transformer(options, steps, variables)
    elif model == "mlp":
        width, hidden, layers = options["width"], options["hidden"], options["layers"]
        flop = 2 * steps * width * (variables + hidden) + 2 * (layers - 1) * hidden**2
        values = 2 * steps * width + 6 * hidden * layers
    elif model == "at_bilstm":
        flop, values = _recurrent(steps, variables, options["units"], options["layers"], ways=2)
    else:
        width = options.get("width", options.get("units", 64))
        layers = options.get("layers", 1)
        ways = 1 if model == "lstm" else 2
        flop, values = _recurrent(steps, width, width, layers, ways=ways)
        flop += 2 * steps * variables * width
    return Counter({"gflop": flop / _GIGA, "gvalue": values / _GIGA})


def _transformer(options: Mapping[str, Any], steps: int, variables: int) -> tuple[float, float]:
    """Return operations and written values of a transformer for one sample."""
    width, layers, inner = options["width"], options["layers"], options["feedforward"]
    block = steps * (8 * width**2 + 4 * width * inner) + 4 * steps**2 * width
    written = steps * (10 * width + 2 * inner + 2 * options["heads"] * steps)
    return 2 * steps * variables * width + layers * block, layers * written


def _recurrent(
    steps: int, inputs: int, units: int, layers: int, *, ways: int
) -> tuple[float, float]:
    """Return operations and written values of stacked LSTM layers for one sample."""
    first = 8 * units * (inputs + units)
    further = 8 * units * (ways * units + units) * (layers - 1)
    return steps * ways * (first + further), steps * ways * layers * 16 * units


def training(
    model: str,
    options: Mapping[str, Any],
    *,
    windows: Mapping[int, float],
    variables: int,
    fits: int = 1,
    epochs: float | None = None,
) -> Counter:
    """Return the work of training a model.

    Args:
        model: name in the registry.
        options: its section of the configuration.
        windows: samples that are read in each epoch by all fits together, by their steps.
        variables: of a step.
        fits: models that are fitted, by which the samples are shared out.
        epochs: of a network; None for those of the options.
    """
    entry = get_model(model)
    samples = sum(windows.values())
    if entry.role == "baseline" or entry.kind == "blend":
        return Counter({"samples": samples})
    members = options.get("members", 1)
    work = Counter({"fits": fits * members})
    if entry.kind == "network":
        reads = (options["epochs"] if epochs is None else epochs) * members
        for steps, count in windows.items():
            one = forward(model, options, steps=steps, variables=variables)
            for unit, amount in one.items():
                work[unit] += TRAINING_PASSES * amount * count * reads
        work["batches"] = samples * reads / options["batch_size"]
        return work
    trees = options["trees"]
    tried = options.get("max_features", options.get("column_share", 1))
    # Forests sort the samples at every level of a tree; boosted trees read histograms.
    depth = math.log2(max(2, samples / fits)) if "min_leaf" in options else 1
    for steps, count in windows.items():
        work["gsplits"] += count * steps * variables * tried * trees * depth / _GIGA
    work["trees"] = trees * fits
    return work


def prediction(
    model: str, options: Mapping[str, Any], *, windows: Mapping[int, float], variables: int
) -> Counter:
    """Return the work of predictions by a model.

    Args:
        model, options, variables: see :func:`training`.
        windows: samples by their steps.
    """
    entry, samples = get_model(model), sum(windows.values())
    work = Counter({"samples": samples})
    if entry.role == "baseline" or entry.kind == "blend":
        return work
    members = options.get("members", 1)
    if entry.kind == "network":
        for steps, count in windows.items():
            one = forward(model, options, steps=steps, variables=variables)
            work.update({unit: amount * count * members for unit, amount in one.items()})
    else:
        work["mtrees"] = samples * options["trees"] / 1e6
    return work


def scaled(work: Mapping[str, float], factor: float) -> Counter:
    """Return some work several times."""
    return Counter({unit: amount * factor for unit, amount in work.items()})
