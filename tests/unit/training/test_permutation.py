"""Predictors are permuted among held-out samples."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.models.block import Block
from carbonscape.training.fit import FittedModel
from carbonscape.training.permutation import (
    groups_of,
    importance_rows,
    permute_group,
    predict_permuted,
)


class FirstVariable:
    """Predicts the last step of the first variable."""

    def predict(self, block: Block) -> np.ndarray:
        return block.series[:, -1, 0].astype(float)


def block() -> Block:
    series = np.arange(48, dtype=np.float32).reshape(8, 3, 2)
    return Block(
        series=series, context={"igbp": np.eye(8, dtype=np.float32)},
        month=np.repeat([1, 7], 4), target=series[:, -1, 0].astype(float),
        year_row=np.zeros(8, dtype=np.int64),
    )  # fmt: skip


def test_only_the_group_is_permuted_and_only_within_its_month() -> None:
    before, after = block(), permute_group(block(), 0, seed=3)
    np.testing.assert_array_equal(after.series[:, :, 1], before.series[:, :, 1])
    np.testing.assert_array_equal(after.context["igbp"], before.context["igbp"])
    assert not np.array_equal(after.series, before.series)
    for rows in (slice(0, 4), slice(4, 8)):
        # Whole series change places.
        assert sorted(map(tuple, after.series[rows, :, 0])) == sorted(
            map(tuple, before.series[rows, :, 0])
        )
    assert after.year_row.tolist() == list(range(8))


def test_land_cover_is_one_group() -> None:
    assert groups_of(block(), ["LAI", "VPD"]) == ["LAI", "VPD", "pft"]
    after = permute_group(block(), 2, seed=3)
    np.testing.assert_array_equal(after.series, block().series)
    assert not np.array_equal(after.context["igbp"], block().context["igbp"])


def test_what_a_model_does_not_read_is_worth_nothing() -> None:
    held_out = block()
    fitted = FittedModel("estimator", [FirstVariable()])

    def permuted() -> np.ndarray:
        return predict_permuted(
            fitted, held_out, groups=3, repeats=2, seed_of=lambda repeat: repeat
        )

    np.testing.assert_array_equal(permuted(), permuted())
    predicted = fitted.predict(held_out) + 1
    rows = importance_rows(["LAI", "VPD", "pft"], held_out.target, predicted, permuted() + 1)
    assert [row["rmse"] for row in rows] == pytest.approx([1.0] * 6)
    assert [row["group"] for row in rows] == ["LAI"] * 2 + ["VPD"] * 2 + ["pft"] * 2
    assert all(row["permuted_rmse"] > 1 for row in rows[:2])
    assert [row["permuted_rmse"] for row in rows[2:]] == pytest.approx([1.0] * 4)
