"""Seeds of tasks: stable for ever, and no two alike."""

from __future__ import annotations

from itertools import product

import pytest

from carbonscape.training.seeds import STAGES, child_seed


def test_seeds_never_change():
    # Published results rest on these numbers.
    assert child_seed(42, "folds", 0) == 1174127800
    assert child_seed(42, "crossval", 0, 1, 7, 0) == 2648308998


def test_stages_keep_their_numbers():
    assert STAGES == {
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


def test_no_two_tasks_share_a_seed():
    seeds = [
        child_seed(seed, "crossval", *keys)
        for seed in (0, 1, 42)
        for keys in product(range(3), range(5), range(13), range(2))
    ]
    seeds += [child_seed(seed, stage, k) for seed in (0, 42) for stage in STAGES for k in range(9)]
    assert len(set(seeds)) == len(seeds)


def test_the_order_of_keys_counts():
    assert child_seed(42, "crossval", 1, 2) != child_seed(42, "crossval", 2, 1)
    assert child_seed(42, "crossval", 1) != child_seed(42, "crossval", 1, 0)


def test_seeds_have_thirty_two_bits():
    seeds = [child_seed(7, "final", key) for key in range(200)]
    assert all(0 <= seed < 2**32 for seed in seeds)
    assert max(seeds) > 2**31


def test_an_unknown_stage_is_an_error():
    with pytest.raises(KeyError):
        child_seed(42, "coffee", 0)
