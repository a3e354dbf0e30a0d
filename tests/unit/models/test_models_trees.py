"""Random forest and boosted trees: what they read, what they learn and what their options do."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.models.block import Block
from carbonscape.models.entry import Shape
from carbonscape.models.flat import flatten
from carbonscape.models.random_forest import RandomForest
from carbonscape.models.registry import get_model
from carbonscape.models.xgboost import BoostedTrees
from carbonscape.models.xgboost_annual import AnnualBoostedTrees, steps_back
from carbonscape.training.array_archive import state_of_members, state_to_members
from helpers.made_samples import block

# --- random forest -------------------------------------------------------------------------------

FOREST = {"trees": 20, "max_features": 1.0, "min_leaf": 1}


def steps_and_classes(n=300, seed=0) -> Block:
    """GPP is 5 where the last step of variable 0 is above zero, and 2 more in class 2."""
    random = np.random.default_rng(seed)
    series = random.normal(size=(n, 2, 2))
    classes = random.integers(0, 3, n)
    target = 5.0 * (series[:, -1, 0] > 0) + 2.0 * (classes == 2)
    return block(series, classes=classes, target=target)


def test_a_forest_learns_a_step():
    forest = RandomForest(**FOREST)
    forest.fit(steps_and_classes(), 1)
    held_out = steps_and_classes(seed=1)
    error = np.abs(forest.predict(held_out) - held_out.target)
    assert np.mean(error < 0.5) > 0.95


def test_a_forest_reads_every_step_and_every_class():
    one = block([[[1, 2], [3, 4]]], classes=[2])
    assert flatten(one).tolist() == [[1, 2, 3, 4, 0, 0, 1]]
    without = Block(one.series, {}, one.month, one.target)
    assert flatten(without).tolist() == [[1, 2, 3, 4]]


def test_the_same_seed_grows_the_same_forest():
    def grown(seed):
        forest = RandomForest(trees=5, max_features=0.5, min_leaf=3)
        forest.fit(steps_and_classes(), seed)
        return forest.predict(steps_and_classes(seed=1))

    np.testing.assert_array_equal(grown(1), grown(1))
    assert not np.array_equal(grown(1), grown(2))


@pytest.mark.parametrize(
    ("change", "attribute"),
    [
        ({"trees": 7}, ("n_estimators", 7)),
        ({"max_features": 0.4}, ("max_features", 0.4)),
        ({"min_leaf": 40}, ("min_samples_leaf", 40)),
    ],
)
def test_every_option_of_the_forest_changes_it(change, attribute):
    first = get_model("random_forest").build(None, FOREST)
    other = get_model("random_forest").build(None, FOREST | change)
    for forest in (first, other):
        forest.fit(steps_and_classes(), 1)
    assert getattr(other.forest, attribute[0]) == attribute[1]
    held_out = steps_and_classes(seed=1)
    assert not np.array_equal(first.predict(held_out), other.predict(held_out))


def test_leaves_hold_at_least_as_many_samples_as_asked():
    # With half of ten samples in every leaf there can be no more than two values a tree.
    forest = RandomForest(trees=1, max_features=1.0, min_leaf=5)
    data = block(np.arange(10).reshape(10, 1, 1), target=np.arange(10))
    forest.fit(data, 0)
    assert len(np.unique(forest.predict(data))) <= 2


def test_a_forest_that_was_not_grown_predicts_nothing():
    with pytest.raises(RuntimeError, match="before fit"):
        RandomForest(**FOREST).predict(steps_and_classes())


# --- XGBoost -------------------------------------------------------------------------------------

BOOSTED = {
    "trees": 60,
    "depth": 3,
    "learning_rate": 0.2,
    "subsample": 1.0,
    "column_share": 1.0,
    "min_child_weight": 1,
}


def interaction(n=600, seed=0) -> Block:
    """GPP is 6 where the last step of variable 0 is above zero in class 2, and 1 elsewhere."""
    random = np.random.default_rng(seed)
    series = random.normal(size=(n, 2, 2))
    classes = random.integers(0, 3, n)
    target = 1.0 + 5.0 * ((series[:, -1, 0] > 0) & (classes == 2))
    return block(series, classes=classes, target=target)


def test_boosted_trees_learn_an_interaction():
    trees = BoostedTrees(**BOOSTED)
    trees.fit(interaction(), 1)
    held_out = interaction(seed=1)
    found = trees.predict(held_out)
    assert found.shape == (600,)
    assert found.dtype == np.float64
    assert np.mean(np.abs(found - held_out.target) < 0.3) > 0.98


def test_one_split_by_hand():
    # Five samples of 0 and five of 10: the trees start at the mean, 5. XGBoost shrinks a leaf's
    # mean residual by n / (n + 1): 5 -+ 25 / 6 after one tree; half of that at the rate 0.5.
    data = block(np.repeat([0.0, 1.0], 5).reshape(10, 1, 1), target=np.repeat([0.0, 10.0], 5))
    for rate, expected in ((1.0, 25 / 6), (0.5, 12.5 / 6)):
        trees = BoostedTrees(**BOOSTED | {"trees": 1, "depth": 1, "learning_rate": rate})
        trees.fit(data, 0)
        np.testing.assert_allclose(trees.predict(data)[[0, 9]], [5 - expected, 5 + expected], 1e-5)


def test_leaves_of_boosted_trees_hold_as_many_samples_as_asked():
    data = block(np.arange(10).reshape(10, 1, 1), target=np.arange(10))
    for smallest, leaves in ((5, 2), (6, 1)):
        trees = BoostedTrees(**BOOSTED | {"trees": 1, "min_child_weight": smallest})
        trees.fit(data, 0)
        assert len(np.unique(trees.predict(data))) == leaves


@pytest.mark.parametrize("model", ["xgboost", "xgboost_annual"])
@pytest.mark.parametrize(
    ("change", "parameter"),
    [
        ({"trees": 7}, "n_estimators"),
        ({"depth": 1}, "max_depth"),
        ({"learning_rate": 0.1}, "learning_rate"),
        ({"subsample": 0.5}, "subsample"),
        ({"column_share": 0.4}, "colsample_bytree"),
        ({"min_child_weight": 40}, "min_child_weight"),
    ],
)
def test_every_option_of_boosted_trees_changes_them(model, change, parameter):
    data, held_out = yearly(), yearly(seed=1)
    shape = Shape(6, 2, {"igbp": 3}, ENDS)
    first = get_model(model).build(shape, BOOSTED)
    other = get_model(model).build(shape, BOOSTED | change)
    for trees in (first, other):
        trees.fit(data, 1)
    assert other.trees.get_params()[parameter] == next(iter(change.values()))
    assert other.trees.get_params()["n_jobs"] == 1
    assert not np.array_equal(first.predict(held_out), other.predict(held_out))


def test_the_same_seed_boosts_the_same_trees():
    def boosted(seed):
        trees = BoostedTrees(**BOOSTED | {"subsample": 0.5, "column_share": 0.5})
        trees.fit(interaction(), seed)
        return trees.predict(interaction(seed=1))

    np.testing.assert_array_equal(boosted(1), boosted(1))
    assert not np.array_equal(boosted(1), boosted(2))
    boosted(2**32 - 1)  # the largest seed that the workflow draws


def test_boosted_trees_predict_each_sample_alone():
    trees = BoostedTrees(**BOOSTED)
    trees.fit(interaction(), 1)
    held_out = interaction(5, seed=1)
    alone = [trees.predict(held_out.take(np.array([row])))[0] for row in range(5)]
    np.testing.assert_array_equal(alone, trees.predict(held_out))


def test_every_source_of_land_cover_reaches_the_trees():
    random = np.random.default_rng(0)
    classes = random.integers(0, 3, 300)
    data = block(
        random.normal(size=(300, 1, 1)), classes=classes, target=classes, sources=("igbp", "esa")
    )
    data.context["igbp"] = np.roll(data.context["igbp"], 7, axis=0)  # says nothing
    trees = BoostedTrees(**BOOSTED)
    trees.fit(data, 0)
    np.testing.assert_allclose(trees.predict(data), classes, atol=0.05)


def test_boosted_trees_that_were_not_grown_predict_nothing():
    with pytest.raises(RuntimeError, match="before fit"):
        BoostedTrees(**BOOSTED).predict(interaction())


# --- annual XGBoost ------------------------------------------------------------------------------

#: Three months of two, one and two steps; the sixth step of the year belongs to none.
ENDS = (1, 2, 4)


def yearly(n=600, seed=0) -> Block:
    """GPP is 5 where the month's last step of variable 0 is above zero, plus month and class."""
    random = np.random.default_rng(seed)
    series = random.normal(size=(n, 6, 2))
    month, classes = random.integers(1, 4, n), random.integers(0, 3, n)
    last = series[np.arange(n), np.array(ENDS)[month - 1], 0]
    for row, number in enumerate(month):
        series[row, ENDS[number - 1] + 1 :] = np.nan
    target = 5.0 * (last > 0) + month + 2.0 * (classes == 2)
    return block(series, classes=classes, month=month, target=target)


def annual(data: Block, **options) -> AnnualBoostedTrees:
    trees = AnnualBoostedTrees(ENDS, **(BOOSTED | options))
    trees.fit(data, 1)
    return trees


def test_steps_are_counted_back_from_the_month():
    year = np.arange(12, dtype=np.float32).reshape(1, 6, 2).repeat(3, axis=0)
    found = steps_back(year, np.array([1, 2, 3]), ENDS)
    nan = np.nan
    np.testing.assert_array_equal(
        found,
        [
            [[nan, nan], [nan, nan], [nan, nan], [0, 1], [2, 3]],
            [[nan, nan], [nan, nan], [0, 1], [2, 3], [4, 5]],
            [[0, 1], [2, 3], [4, 5], [6, 7], [8, 9]],
        ],
    )
    assert found.dtype == np.float32


def test_an_annual_model_reads_steps_month_and_classes():
    one = block(np.arange(6).reshape(1, 6, 1), classes=[2], month=[2])
    found = AnnualBoostedTrees(ENDS, **BOOSTED).inputs(one)
    np.testing.assert_array_equal(found, [[np.nan, np.nan, 0, 1, 2, 2, 0, 0, 1]])


def test_one_annual_model_learns_every_month():
    held_out = yearly(seed=1)
    found = annual(yearly()).predict(held_out)
    error = np.abs(found - held_out.target)
    for month in (1, 2, 3):
        assert np.mean(error[held_out.month == month] < 0.5) > 0.95


def test_an_annual_model_does_not_read_what_lies_after_the_month():
    data = yearly()
    trees = annual(data)
    later = np.where(np.isnan(data.series), 1e6, data.series)
    np.testing.assert_array_equal(trees.predict(data.with_series(later)), trees.predict(data))


def test_an_annual_model_survives_storage():
    trees = annual(yearly())
    kept = state_of_members(state_to_members(trees.state()))
    again = AnnualBoostedTrees(ENDS, **BOOSTED)
    again.restore(kept)
    held_out = yearly(seed=1)
    np.testing.assert_array_equal(again.predict(held_out), trees.predict(held_out))
