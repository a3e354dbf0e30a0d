"""Networks that differ in their seed alone, whose spread a map of XCO2 has.

They leave the map itself as it is, whose model has a seed of its own. To know how much of the
errors their spread covers, they are trained without some folds too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from carbonscape.training.experiment import Experiment
from carbonscape.training.seeds import child_seed


def member_training(options: Mapping[str, Any], *, members: int, seed: int) -> dict[str, Any]:
    """Return options and seed of the trainings of members.

    Args:
        options: of the network.
        members: number of networks.
        seed: of the configuration.
    """
    # Members of a flux have their number of epochs, which is never zero, as the key.
    return {"options": {**options, "members": members}, "seed": child_seed(seed, "spread", 0)}


def first_folds(experiment: Experiment, folds: int) -> Experiment:
    """Return an experiment that holds out its first folds alone; all other samples are trained on.

    A fold has the training samples that it has in the whole experiment.
    """
    return replace(experiment, fold=np.where(experiment.fold < folds, experiment.fold, -1))
