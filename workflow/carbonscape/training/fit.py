"""Training one model of the registry, in cross-validation and for the product alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carbonscape.features.samples import Block
from carbonscape.models.registry import Entry, Shape

#: Stands for "all months" where a window setting has one model for the whole year.
ALL_MONTHS = 0


@dataclass(frozen=True)
class FittedModel:
    """A trained model: one estimator, or the members of a network, whose mean it predicts.

    Attributes:
        kind: ``network`` or ``estimator``.
        members: the estimator, or the trained networks.
    """

    kind: str
    members: Sequence[Any]

    def predict(self, block: Block) -> NDArray[np.float64]:
        """Return predictions (sample,) in the unit of the target."""
        if len(self.members) == 1:
            return self.members[0].predict(block)
        return np.mean([member.predict(block) for member in self.members], axis=0)


def shape_of(block: Block) -> Shape:
    """Return the shape that a model needs to fit samples."""
    return Shape(
        steps=block.series.shape[1],
        variables=block.series.shape[2],
        classes={source: values.shape[1] for source, values in block.context.items()},
    )


def fit_model(
    entry: Entry,
    training: Block,
    *,
    variables: Sequence[str],
    options: Mapping[str, Any],
    seed_of: Callable[[int], int],
) -> FittedModel:
    """Train a model on samples, in one thread.

    Args:
        entry: the model.
        training: the samples.
        variables: names of the predictors.
        options: the model's configuration.
        seed_of: seed of each member, by its number.
    """
    if entry.kind != "network":
        estimator = entry.build(shape_of(training), options)
        estimator.fit(training, seed_of(0))
        return FittedModel(entry.kind, [estimator])
    # Imported here, because a job that grows trees should not wait for torch.
    import torch

    from carbonscape.training.network import fit_network

    # One thread a model: sums then have one order, and the cores one job each.
    torch.set_num_threads(1)
    return FittedModel(
        entry.kind,
        [
            fit_network(
                entry, training, variables=list(variables), options=options, seed=seed_of(member)
            )
            for member in range(options["members"])
        ],
    )
