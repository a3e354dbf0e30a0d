"""Mean and spread of members: by hand, and what one and two members give."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.training.members import mean_and_spread


def test_the_variance_is_divided_by_the_members_less_one() -> None:
    mean, spread = mean_and_spread(np.array([[1.0, 3.0], [2.0, 3.0], [6.0, 3.0]]))
    assert mean.tolist() == [3.0, 3.0]
    assert spread.tolist() == [np.sqrt((4 + 1 + 9) / 2), 0.0]


def test_two_members_lie_0_71_of_their_difference_apart() -> None:
    _, spread = mean_and_spread(np.array([[1.0], [2.0]]))
    assert spread[0] == pytest.approx(np.sqrt(0.5))


def test_the_spread_of_two_members_is_that_of_the_seeds_in_the_mean_of_variances() -> None:
    drawn = np.random.default_rng(0).normal(scale=0.8, size=(2, 100_000))
    assert np.sqrt(np.mean(mean_and_spread(drawn)[1] ** 2)) == pytest.approx(0.8, rel=0.01)


def test_one_member_has_a_mean_and_no_spread() -> None:
    mean, spread = mean_and_spread(np.array([[4.0, 5.0]], dtype=np.float32))
    assert mean.tolist() == [4.0, 5.0]
    assert np.isnan(spread).all()
    assert spread.shape == (2,)
