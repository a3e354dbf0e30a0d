"""Forests of scikit-learn as plain arrays, and back.

A forest is its nodes, tree after tree. The trees that come back are scikit-learn's own and
predict by the same code, so that every bit of a prediction stays. Their code checks no bounds:
every node is therefore checked here, which also ensures that each walk down a tree ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.ensemble import ExtraTreesRegressor, RandomForestRegressor

# No public name of scikit-learn builds a tree from its nodes. A model is read only with the
# version that kept it, and a test compares predictions.
from sklearn.tree._tree import NODE_DTYPE, Tree

#: What a leaf has in the place of its children.
LEAF = -1

#: Arrays of nodes: our name, that of scikit-learn, type.
_FIELDS = (
    ("left", "left_child", np.int32),
    ("right", "right_child", np.int32),
    ("feature", "feature", np.int32),
    ("threshold", "threshold", np.float64),
    ("missing_left", "missing_go_to_left", np.uint8),
)


def forest_to_arrays(forest: RandomForestRegressor | ExtraTreesRegressor) -> dict[str, Any]:
    """Return a grown forest with one output as arrays.

    Returns:
        ``nodes`` (tree,) number of nodes of each tree; ``left`` and ``right`` (node,) children,
        counted within the tree, -1 in a leaf; ``feature``, ``threshold`` (node,) of the split: a
        sample goes left where the feature is at most the threshold; ``missing_left`` (node,)
        whether a missing value goes left; ``value`` (node,) mean target; ``inputs``, the number
        of features.
    """
    trees = [tree.tree_ for tree in forest.estimators_]
    states = [tree.__getstate__() for tree in trees]
    arrays: dict[str, Any] = {
        ours: np.concatenate([state["nodes"][theirs] for state in states]).astype(kind)
        for ours, theirs, kind in _FIELDS
    }
    arrays["nodes"] = np.array([tree.node_count for tree in trees], dtype=np.int64)
    arrays["value"] = np.concatenate([state["values"][:, 0, 0] for state in states])
    return arrays | {"inputs": int(forest.n_features_in_)}


def forest_of_arrays(
    forest: RandomForestRegressor | ExtraTreesRegressor, state: Mapping[str, Any]
) -> RandomForestRegressor | ExtraTreesRegressor:
    """Give a forest that was not grown the trees of another, and return it.

    Args:
        forest: of the class and options of the other.
        state: from :func:`forest_to_arrays`.

    Raises:
        ValueError: the arrays are no forest.
    """
    inputs, nodes = state["inputs"], state["nodes"]
    if type(inputs) is not int or not 0 < inputs < 1 << 31:
        raise ValueError(f"a forest of {inputs!r} inputs")
    _require_trees(state, inputs)
    ends = np.cumsum(nodes)
    forest.estimators_ = [
        _tree(forest, state, slice(int(end - number), int(end)), inputs)
        for number, end in zip(nodes, ends, strict=True)
    ]
    forest.n_features_in_, forest.n_outputs_ = inputs, 1
    return forest


def _require_trees(state: Mapping[str, Any], inputs: int) -> None:
    """Refuse arrays of another length or type, and nodes that no tree has."""
    nodes = state["nodes"]
    if nodes.dtype != np.int64 or nodes.ndim != 1 or not len(nodes) or (nodes < 1).any():
        raise ValueError("the numbers of nodes are no whole numbers above zero")
    total = int(nodes.sum(dtype=object))
    kinds = {ours: np.dtype(kind) for ours, _, kind in _FIELDS} | {"value": np.dtype(np.float64)}
    for name, kind in kinds.items():
        if state[name].shape != (total,) or state[name].dtype != kind:
            raise ValueError(f"'{name}' is no {kind} for each of {total:,} nodes")
    left, right, feature = state["left"], state["right"], state["feature"]
    own = _number_in_tree(nodes, total)
    leaf = left == LEAF
    # A child stands after its parent: a walk can neither leave the tree nor go in circles.
    last = np.repeat(nodes, nodes)
    inside = (left > own) & (right > own) & (left < last) & (right < last)
    splits = inside & (feature >= 0) & (feature < inputs)
    if not np.where(leaf, right == LEAF, splits).all():
        raise ValueError("a node has a child or a feature that its forest has not")


def _number_in_tree(nodes: NDArray[np.int64], total: int) -> NDArray[np.int64]:
    """Return the number of each node in its own tree."""
    return np.arange(total) - np.repeat(np.cumsum(nodes) - nodes, nodes)


def _tree(forest: Any, state: Mapping[str, Any], part: slice, inputs: int) -> Any:
    """Return one tree of a forest."""
    number = part.stop - part.start
    # How pure and how large a node was in training is not kept: no prediction reads it.
    content = np.zeros(number, dtype=NODE_DTYPE)
    for ours, theirs, _ in _FIELDS:
        content[theirs] = state[ours][part]
    inner = Tree(inputs, np.array([1], dtype=np.intp), 1)
    inner.__setstate__(
        {
            "max_depth": number,  # at most; only the room for a path is taken from it
            "node_count": number,
            "nodes": content,
            "values": np.ascontiguousarray(state["value"][part]).reshape(-1, 1, 1),
        }
    )
    tree = clone(forest.estimator)
    tree.tree_, tree.n_features_in_, tree.n_outputs_ = inner, inputs, 1
    return tree
