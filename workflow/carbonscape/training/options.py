"""How a network is trained: the keys of its configuration that belong to the loop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

#: Keys of a network's options that belong to the loop and not to the architecture.
TRAINING_KEYS = (
    "epochs",
    "batch_size",
    "learning_rate",
    "optimiser",
    "weight_decay",
    "clip_norm",
    "schedule",
    "members",
)

#: Keys of the loop that have a default here; of the schedule ``step`` alone.
OPTIONAL_KEYS = ("step_factor", "step_epochs")


@dataclass(frozen=True)
class TrainingOptions:
    """How a network is trained (defaults: deviation D5).

    Attributes:
        epochs: passes over the training rows.
        batch_size: rows of a step; a last batch of one joins the batch before it, because
            batch normalisation cannot work on one sample.
        learning_rate: of the optimiser.
        optimiser: ``radam``, ``adamw`` or ``adam``.
        weight_decay: of the optimiser.
        clip_norm: largest norm of the gradient of a step; None for no limit.
        schedule: ``constant``, ``one_cycle`` (rises to the rate, then falls to almost zero) or
            ``step`` (the rate is divided by ``step_factor`` after every ``step_epochs`` epochs).
        members: networks trained from different seeds and averaged.
        step_factor, step_epochs: of the schedule ``step``.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    optimiser: str
    weight_decay: float
    clip_norm: float | None
    schedule: str
    members: int
    step_factor: float = 10.0
    step_epochs: int = 50

    def rate(self, step: int, steps: int) -> float:
        """Return the learning rate of a step, counted from 0, of ``steps`` in all."""
        if self.schedule == "constant":
            return self.learning_rate
        if self.schedule == "step":
            epoch = step // max(steps // self.epochs, 1)
            return float(self.learning_rate / self.step_factor ** (epoch // self.step_epochs))
        rise = max(int(0.3 * steps), 1)
        if step < rise:
            share = 0.5 * (1 - np.cos(np.pi * step / rise))
            factor = 0.04 + 0.96 * share
        else:
            share = (step - rise) / max(steps - rise, 1)
            factor = 0.5 * (1 + np.cos(np.pi * share)) + 1e-4
        # A number of Python: a checkpoint holds no other.
        return float(self.learning_rate * factor)


def split_options(options: Mapping[str, Any]) -> tuple[TrainingOptions, dict[str, Any]]:
    """Split a model's configuration into that of the loop and that of the architecture."""
    given = {key: options[key] for key in OPTIONAL_KEYS if key in options}
    loop = TrainingOptions(**{key: options[key] for key in TRAINING_KEYS}, **given)
    ours = (*TRAINING_KEYS, *OPTIONAL_KEYS)
    return loop, {key: value for key, value in options.items() if key not in ours}
