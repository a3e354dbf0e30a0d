"""Importance of predictors: how much worse held-out samples are predicted without one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carbonscape.models.block import Block
from carbonscape.training.fit import FittedModel

#: The group of all classes of the land cover, of every source.
CONTEXT = "pft"


def groups_of(block: Block, variables: Sequence[str]) -> list[str]:
    """Return the groups of predictors of samples: each variable, and the land cover if read."""
    return [*variables, CONTEXT] if block.context else [*variables]


def permute_group(block: Block, number: int, seed: int) -> Block:
    """Return samples that have one group of predictors of one another.

    Samples trade with those of the same calendar month alone, so that no season is lost with the
    predictor and models of single months compare with those of all months.

    Args:
        block: the samples.
        number: position of a variable, which is traded with all its steps; the number of
            variables stands for the land cover, traded as a whole.
        seed: of the permutation.
    """
    random = np.random.default_rng(seed)
    order = np.arange(len(block))
    for month in np.unique(block.month):
        rows = np.flatnonzero(block.month == month)
        order[rows] = random.permutation(rows)
    # Samples of one site and year no longer share their predictors.
    own = None if block.year_row is None else np.arange(len(block))
    if number == block.series.shape[2]:
        context = {source: values[order] for source, values in block.context.items()}
        return replace(block, context=context, year_row=own)
    series = block.series.copy()
    series[:, :, number] = block.series[order][:, :, number]
    return replace(block, series=series, year_row=own)


def predict_permuted(
    fitted: FittedModel,
    held_out: Block,
    *,
    groups: int,
    repeats: int,
    seed_of: Callable[[int], int],
) -> NDArray[np.float64]:
    """Return predictions of held-out samples with each group permuted: (group, repeat, sample).

    Args:
        fitted: a model that never saw the samples.
        held_out: the samples.
        groups: how many groups of predictors they have (:func:`groups_of`).
        repeats: permutations of each group; 0 for none.
        seed_of: seed of a repeat; every group is permuted in the same order.
    """
    found = np.empty((groups, repeats, len(held_out)))
    for number in range(groups):
        for repeat in range(repeats):
            found[number, repeat] = fitted.predict(permute_group(held_out, number, seed_of(repeat)))
    return found


def importance_rows(
    groups: Sequence[str],
    observed: NDArray[np.float64],
    predicted: NDArray[np.float64],
    permuted: NDArray[np.float64],
) -> list[Mapping[str, Any]]:
    """Return the error with every group permuted, a row a group and repeat.

    Args:
        groups: names of the groups.
        observed: (sample,) target.
        predicted: (sample,) out-of-fold predictions, NaN for samples that were not held out.
        permuted: (group, repeat, sample) the same with a group permuted.

    Returns:
        Rows with ``group``, ``repeat``, ``samples``, ``rmse`` and ``permuted_rmse``, in the unit
        of the target.
    """
    held = np.isfinite(predicted)
    rmse = _rmse(predicted[held], observed[held])
    return [
        {
            "group": group,
            "repeat": repeat,
            "samples": int(held.sum()),
            "rmse": rmse,
            "permuted_rmse": _rmse(permuted[number, repeat, held], observed[held]),
        }
        for number, group in enumerate(groups)
        for repeat in range(permuted.shape[1])
    ]


def _rmse(predicted: NDArray[np.float64], observed: NDArray[np.float64]) -> float:
    """Return the root mean square error."""
    return float(np.sqrt(np.mean((predicted - observed) ** 2)))
