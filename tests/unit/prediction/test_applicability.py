"""Area of applicability, by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from carbonscape.core.errors import InputError, ResultError
from carbonscape.prediction.applicability import (
    dissimilarity,
    make_reference,
    read_reference,
    upper_whisker,
    write_reference,
)

NONE = np.empty((4, 0))


def reference(**changes):
    """Four samples at 0, 2, 4 and 6 of one predictor, alternating between two folds."""
    given = {"variables": ["LAI"], "weights": {"LAI": 1.0}, **changes}
    return make_reference(np.array([[0.0], [2], [4], [6]]), NONE, np.array([0, 1, 0, 1]), **given)


def test_distances_are_counted_by_hand():
    found = reference()
    deviation = 5**0.5
    # Pairs are 2, 2, 2, 4, 4 and 6 apart: 20 / 6 in the mean.
    assert found.mean_distance == pytest.approx(20 / 6 / deviation)
    # Every sample has one of the other fold at a distance of 2.
    assert found.threshold == pytest.approx(2 / (20 / 6))
    points = found.features(np.array([[6.0], [7], [11]]), NONE[:3])
    assert dissimilarity(found, points) == pytest.approx([0, 0.3, 1.5], abs=1e-6)


def test_the_scale_of_all_weights_is_of_no_account():
    one, ten = reference(), reference(weights={"LAI": 10.0})
    assert ten.threshold == pytest.approx(one.threshold)


def test_a_predictor_without_weight_and_one_that_never_varies_tell_nothing():
    values = np.array([[0.0, 9, 1], [2, 5, 1], [4, 7, 1], [6, 1, 1]])
    found = make_reference(
        values, NONE, np.array([0, 1, 0, 1]), variables=["LAI", "VPD", "TP"],
        weights={"LAI": 1.0, "TP": 1.0},
    )  # fmt: skip
    assert found.threshold == pytest.approx(reference().threshold)


def test_classes_have_together_the_variance_of_one_predictor():
    context = np.array([[1.0, 0], [1, 0], [0, 1], [0, 1]])
    found = make_reference(
        np.zeros((4, 1)), context, np.array([0, 1, 0, 1]), variables=["LAI"],
        weights={"LAI": 0.5, "pft": 1.0},
    )  # fmt: skip
    assert found.points.var(axis=0).sum() == pytest.approx(1)


def test_the_whisker_leaves_outliers_out():
    assert upper_whisker(np.array([1.0, 2, 3, 4, 100])) == 4


def test_a_reference_is_read_as_it_was_written(tmp_path: Path):
    write_reference(reference(), tmp_path / "one.npz")
    write_reference(reference(), tmp_path / "two.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    found = read_reference(tmp_path / "one.npz")
    assert found.threshold == reference().threshold
    np.testing.assert_array_equal(found.points, reference().points)


def test_what_gives_no_scale_is_refused(tmp_path: Path):
    with pytest.raises(ResultError, match="mean distance of 0"):
        reference(weights={})
    (tmp_path / "bad.npz").write_bytes(b"no archive")
    with pytest.raises(InputError, match=r"bad\.npz: cannot be read"):
        read_reference(tmp_path / "bad.npz")
