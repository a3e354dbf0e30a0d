"""Forests and boosted trees as arrays: the same bits of every prediction, and no other nodes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xgboost
from sklearn.ensemble import ExtraTreesRegressor, RandomForestRegressor

from carbonscape.models.boosted_arrays import boosted_of_arrays, boosted_to_arrays
from carbonscape.models.forest_arrays import forest_of_arrays, forest_to_arrays

FORESTS = [RandomForestRegressor, ExtraTreesRegressor]


def samples(seed: int, number: int = 300, *, gaps: bool = False) -> np.ndarray:
    """Return (sample, 10) inputs."""
    random = np.random.default_rng(seed)
    inputs = random.normal(size=(number, 10)).astype(np.float32)
    if gaps:
        inputs[random.random(inputs.shape) < 0.2] = np.nan
    return inputs


def forest(kind: Any, *, gaps: bool = False) -> Any:
    inputs = samples(0, gaps=gaps)
    target = np.nan_to_num(inputs).astype(float).sum(axis=1) * np.pi
    return kind(n_estimators=25, random_state=1, n_jobs=1).fit(inputs, target)


def boosted(*, trees: int = 20, depth: int = 4, offset: float = 0.0, number: int = 300) -> Any:
    inputs = samples(0, number, gaps=True)
    target = np.nan_to_num(inputs).sum(axis=1) / 3 + offset
    grown = xgboost.XGBRegressor(
        n_estimators=trees, max_depth=depth, subsample=0.8, n_jobs=1, random_state=1
    )
    return grown.fit(inputs, target)


# --- forests -------------------------------------------------------------------------------------


@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("kind", FORESTS)
def test_a_forest_of_arrays_predicts_the_same_bits(kind, gaps: bool) -> None:
    grown = forest(kind, gaps=gaps)
    again = forest_of_arrays(kind(n_jobs=1), forest_to_arrays(grown))
    assert isinstance(again, kind)
    assert type(again.estimators_[0]) is type(grown.estimators_[0])
    for seen in (samples(0), samples(1, 5000), samples(2, gaps=gaps)):
        expected = grown.predict(seen)
        assert again.predict(seen).tobytes() == expected.tobytes()
        assert np.unique(expected).size > 100


def test_a_forest_of_arrays_sums_trees_in_their_order() -> None:
    """Another order rounds otherwise: the test above would notice it."""
    grown = forest(RandomForestRegressor)
    state = forest_to_arrays(grown)
    again = forest_of_arrays(RandomForestRegressor(n_jobs=1), state)
    again.estimators_.reverse()
    assert again.predict(samples(1, 5000)).tobytes() != grown.predict(samples(1, 5000)).tobytes()


def test_a_tree_of_one_leaf_is_kept() -> None:
    grown = RandomForestRegressor(n_estimators=2, n_jobs=1).fit(samples(0, 4), np.full(4, 2.5))
    state = forest_to_arrays(grown)
    assert state["nodes"].tolist() == [1, 1]
    again = forest_of_arrays(RandomForestRegressor(n_jobs=1), state)
    assert again.predict(samples(1, 3)).tolist() == [2.5, 2.5, 2.5]


def test_other_inputs_than_those_of_the_forest_are_refused() -> None:
    again = forest_of_arrays(
        RandomForestRegressor(), forest_to_arrays(forest(RandomForestRegressor))
    )
    with pytest.raises(ValueError, match="expecting 10 features"):
        again.predict(np.zeros((1, 9), dtype=np.float32))


#: Nodes that would lead a walk out of its tree, round in circles, or to inputs that are not there.
CHANGES = {
    "a child before its parent": ("left", 0, 0),
    "a circle": ("right", 1, 0),
    "a child of another tree": ("left", 0, 10_000),
    "a child far away": ("right", 0, 2**31 - 1),
    "a child before the tree": ("left", 0, -2),
    "a leaf on one side": ("left", 0, -1),
    "no such input": ("feature", 0, 10),
    "an input far away": ("feature", 0, 2**31 - 1),
    "an input before the first": ("feature", 0, -1),
}


@pytest.mark.parametrize("name", list(CHANGES))
def test_a_node_that_no_forest_has_is_refused(name: str) -> None:
    state = forest_to_arrays(forest(RandomForestRegressor))
    field, place, value = CHANGES[name]
    assert state["nodes"][0] < 10_000
    state[field][place] = value
    with pytest.raises(ValueError, match="a node has a child or a feature"):
        forest_of_arrays(RandomForestRegressor(), state)


FORMS = {
    "lengths": ("threshold", lambda values: values[:-1], "'threshold' is no float64 for each"),
    "types": ("left", lambda values: values.astype(np.int64), "'left' is no int32 for each"),
    "axes": ("value", lambda values: values[:, None], "'value' is no float64 for each"),
    "a tree too many": ("nodes", lambda values: np.append(values, 1), "for each of"),
    "an empty tree": ("nodes", lambda values: np.append(values, 0), "no whole numbers above"),
    "a negative tree": ("nodes", lambda values: np.append(values, [5, -5]), "no whole numbers"),
    "overflow": ("nodes", lambda values: np.full(4, 2**62), "for each of"),
    "no trees": ("nodes", lambda values: values[:0], "no whole numbers above zero"),
    "fractions": ("nodes", lambda values: values.astype(float), "no whole numbers above zero"),
    "no inputs": ("inputs", lambda values: 0, "a forest of 0 inputs"),
    "inputs in words": ("inputs", lambda values: "10", "a forest of '10' inputs"),
    "true inputs": ("inputs", lambda values: True, "a forest of True inputs"),
}


@pytest.mark.parametrize("name", list(FORMS))
def test_arrays_of_another_form_are_refused(name: str) -> None:
    state = forest_to_arrays(forest(RandomForestRegressor))
    field, change, message = FORMS[name]
    state[field] = change(state[field])
    with pytest.raises(ValueError, match=message):
        forest_of_arrays(RandomForestRegressor(), state)


# --- boosted trees -------------------------------------------------------------------------------

BOOSTED = {
    "small": {"trees": 2, "depth": 2},
    "many": {"trees": 300, "depth": 3},
    "deep": {"trees": 10, "depth": 8, "number": 3000},
    "far from zero": {"offset": 410.5},
    "one leaf": {"trees": 3, "number": 2, "depth": 1},
}


@pytest.mark.parametrize("name", list(BOOSTED))
def test_boosted_trees_of_arrays_are_written_as_xgboost_writes_them(name: str) -> None:
    grown = boosted(**BOOSTED[name])
    booster = grown.get_booster()
    written = boosted_of_arrays(boosted_to_arrays(booster), version=xgboost.__version__)
    assert bytes(written) == bytes(booster.save_raw("ubj"))
    again = xgboost.XGBRegressor(n_jobs=1)
    again.load_model(written)
    for seen in (samples(1, 5000), samples(2, gaps=True)):
        assert again.predict(seen).tobytes() == grown.predict(seen).tobytes()


BOOSTED_CHANGES = {
    "a child before its parent": ("left_children", 0),
    "a child of another tree": ("left_children", 10_000),
    "a leaf on one side": ("right_children", -1),
    "no such input": ("split_indices", 10),
    "an input before the first": ("split_indices", -1),
    "a deleted node": ("split_indices", 2**31 - 1),
    "a third side": ("default_left", 2),
    "a child of two nodes": (["left_children", "right_children"], [3, 4]),
    "a right child that is not behind the left": ("right_children", 3),
}


@pytest.mark.parametrize("name", list(BOOSTED_CHANGES))
def test_a_node_that_no_boosted_tree_has_is_refused(name: str) -> None:
    state = boosted_to_arrays(boosted().get_booster())
    fields, values = (np.atleast_1d(part).tolist() for part in BOOSTED_CHANGES[name])
    for field, value in zip(fields, values, strict=True):
        state[field][0] = value
    with pytest.raises(ValueError, match="a node has a child or a feature"):
        boosted_of_arrays(state, version="3.2.0")


BOOSTED_FORMS = {
    "lengths": ("sum_hessian", lambda values: values[:-1], "'sum_hessian' is no float32"),
    "types": ("split_conditions", lambda values: values.astype(float), "is no float32 for each"),
    "an empty tree": ("nodes", lambda values: np.append(values, 0), "no whole numbers above"),
    "no inputs": ("inputs", lambda values: 0, "boosted trees of 0 inputs"),
    "no score": ("base_score", lambda values: "x", "do not start from a number"),
    "a long score": ("base_score", lambda values: "[" + "1" * 99 + "]", "do not start from"),
    "two scores": ("base_score", lambda values: "[1E0,2E0]", "do not start from a number"),
}


@pytest.mark.parametrize("name", list(BOOSTED_FORMS))
def test_boosted_arrays_of_another_form_are_refused(name: str) -> None:
    state = boosted_to_arrays(boosted().get_booster())
    field, change, message = BOOSTED_FORMS[name]
    state[field] = change(state[field])
    with pytest.raises(ValueError, match=message):
        boosted_of_arrays(state, version="3.2.0")
