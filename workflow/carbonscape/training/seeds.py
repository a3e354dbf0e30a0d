"""Seeds: every random draw descends from the one seed of the configuration."""

from __future__ import annotations

import numpy as np

#: Stages that draw random numbers. A number is never given twice, nor changed.
STAGES = {
    "folds": 1,
    "crossval": 2,
    "final": 3,
    "selection": 4,
    "bootstrap": 5,
    "xco2_folds": 6,
    "xco2_samples": 7,
    "spread": 9,
    "importance": 12,
    "ablation": 21,
}


def child_seed(seed: int, stage: str, *keys: int) -> int:
    """Return a 32-bit seed for one task, independent of every other task's.

    Args:
        seed: the configuration's seed.
        stage: a key of ``STAGES``.
        keys: numbers that identify the task, such as split, fold, month and member.
    """
    sequence = np.random.SeedSequence(seed, spawn_key=(STAGES[stage], *keys))
    return int(sequence.generate_state(1, dtype=np.uint32)[0])
