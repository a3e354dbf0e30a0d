"""XGBoost's regression trees as plain arrays, and back.

XGBoost's own file formats run no code, but its readers believe them: of 400 files with one or two
bytes changed, 58 ended the process with a segmentation fault and 7 never ended. Trees are
therefore kept as arrays, each of whose nodes is checked here, and the UBJSON that XGBoost reads
is written from them: byte for byte what it writes itself of the same trees.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Arrays of nodes: XGBoost's name, type, and the mark of that type in UBJSON.
_FIELDS = {
    "base_weights": (np.float32, b"d"),
    "default_left": (np.uint8, b"U"),
    "left_children": (np.int32, b"l"),
    "loss_changes": (np.float32, b"d"),
    "right_children": (np.int32, b"l"),
    "split_conditions": (np.float32, b"d"),
    "split_indices": (np.int32, b"l"),
    "sum_hessian": (np.float32, b"d"),
}

#: What a leaf has in the place of its children, and the first node in that of its parent.
_LEAF, _NO_PARENT = -1, 2**31 - 1

#: The text of a number as XGBoost writes the prediction that its trees start from.
_NUMBER = re.compile(r"\[-?\d(?:\.\d{1,12})?(?:E-?\d{1,2})?\]")


def boosted_to_arrays(booster: Any) -> dict[str, Any]:
    """Return boosted trees for one number and the squared error as arrays.

    Returns:
        ``nodes`` (tree,) number of nodes of each tree; the arrays of XGBoost's trees (node,)
        under XGBoost's names; ``base_score``, the text of the prediction that trees start from;
        ``inputs``, the number of features.
    """
    learner = json.loads(bytes(booster.save_raw("json")))["learner"]
    trees = learner["gradient_booster"]["model"]["trees"]
    arrays: dict[str, Any] = {
        name: np.concatenate([np.array(tree[name], dtype=kind) for tree in trees])
        for name, (kind, _) in _FIELDS.items()
    }
    arrays["nodes"] = np.array([len(tree["left_children"]) for tree in trees], dtype=np.int64)
    of_all = learner["learner_model_param"]
    return arrays | {"base_score": of_all["base_score"], "inputs": int(of_all["num_feature"])}


def boosted_of_arrays(state: Mapping[str, Any], *, version: str) -> bytearray:
    """Return the trees of :func:`boosted_to_arrays` as the UBJSON that XGBoost reads.

    Args:
        state: the arrays.
        version: of XGBoost.

    Raises:
        ValueError: the arrays are no boosted trees.
    """
    inputs, score, nodes = state["inputs"], state["base_score"], state["nodes"]
    if type(inputs) is not int or not 0 < inputs < 1 << 31:
        raise ValueError(f"boosted trees of {inputs!r} inputs")
    if not isinstance(score, str) or not _NUMBER.fullmatch(score):
        raise ValueError("the trees do not start from a number")
    _require_trees(state, inputs)
    ends = np.cumsum(nodes).tolist()
    trees = [
        _tree(number, {name: state[name][end - size : end] for name in _FIELDS}, inputs)
        for number, (size, end) in enumerate(zip(nodes.tolist(), ends, strict=True))
    ]
    whole = np.zeros(0, dtype=np.int32)
    model = {
        "cats": {"enc": [], "feature_segments": whole, "sorted_idx": whole},
        "gbtree_model_param": {"num_parallel_tree": "1", "num_trees": str(len(trees))},
        "iteration_indptr": list(range(len(trees) + 1)),
        "tree_info": [0] * len(trees),
        "trees": trees,
    }
    learner = {
        "attributes": {},
        "feature_names": [],
        "feature_types": [],
        "gradient_booster": {"model": model, "name": "gbtree"},
        "learner_model_param": {
            "base_score": score,
            "boost_from_average": "1",
            "num_class": "0",
            "num_feature": str(inputs),
            "num_target": "1",
        },
        "objective": {"name": "reg:squarederror", "reg_loss_param": {"scale_pos_weight": "1"}},
    }
    numbers = [int(part) for part in version.split(".")[:3]]
    return bytearray(b"".join(_ubjson({"learner": learner, "version": numbers})))


def _require_trees(state: Mapping[str, Any], inputs: int) -> None:
    """Refuse arrays of another length or type, and nodes that no tree has."""
    nodes = state["nodes"]
    if nodes.dtype != np.int64 or nodes.ndim != 1 or not len(nodes) or (nodes < 1).any():
        raise ValueError("the numbers of nodes are no whole numbers above zero")
    total = int(nodes.sum(dtype=object))
    for name, (kind, _) in _FIELDS.items():
        if state[name].shape != (total,) or state[name].dtype != kind:
            raise ValueError(f"'{name}' is no {np.dtype(kind)} for each of {total:,} nodes")
    left, right = state["left_children"], state["right_children"]
    first = np.repeat(np.cumsum(nodes) - nodes, nodes)
    own = np.arange(total) - first
    last = np.repeat(nodes, nodes)
    # A child stands after its parent: a walk can neither leave the tree nor go in circles.
    # XGBoost takes the node behind the left child for the right one.
    inside = (left > own) & (right == left + np.int64(1)) & (right < last)
    feature = state["split_indices"]
    known = (feature >= 0) & (feature < inputs) & (state["default_left"] <= 1)
    if not (np.where(left == _LEAF, right == _LEAF, inside) & known).all():
        raise ValueError("a node has a child or a feature that its trees have not")
    split = left != _LEAF
    children = np.concatenate([left[split] + first[split], right[split] + first[split]])
    if (np.bincount(children, minlength=total) != (own > 0)).any():
        raise ValueError("a node has a child or a feature that its trees have not: two parents")


def _tree(number: int, arrays: Mapping[str, NDArray[Any]], inputs: int) -> dict[str, Any]:
    """Return one tree as XGBoost's document has it."""
    left, right = arrays["left_children"], arrays["right_children"]
    size = len(left)
    parents = np.full(size, _NO_PARENT, dtype=np.int32)
    split = np.flatnonzero(left != _LEAF).astype(np.int32)
    parents[left[split]] = parents[right[split]] = split
    short, long = np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int64)
    tree = {
        **arrays,
        "categories": short,
        "categories_nodes": short,
        "categories_segments": long,
        "categories_sizes": long,
        "id": number,
        "parents": parents,
        "split_type": np.zeros(size, dtype=np.uint8),
        "tree_param": {
            "num_deleted": "0",
            "num_feature": str(inputs),
            "num_nodes": str(size),
            "size_leaf_vector": "1",
        },
    }
    return dict(sorted(tree.items()))


#: Marks of the types of arrays in UBJSON.
_MARKS = {np.dtype(kind): mark for kind, mark in _FIELDS.values()} | {np.dtype(np.int64): b"L"}


def _ubjson(value: Any) -> list[bytes]:
    """Return the pieces of a value as XGBoost writes UBJSON: lengths of eight bytes, big-endian.

    The format: https://ubjson.org, draft 12.
    """
    if isinstance(value, dict):
        inner = [piece for k, v in value.items() for piece in (*_text(k), *_ubjson(v))]
        return [b"{", *inner, b"}"]
    if isinstance(value, list):
        return [b"[#", _length(value), *(piece for each in value for piece in _ubjson(each))]
    if isinstance(value, np.ndarray):
        content = value.astype(value.dtype.newbyteorder(">")).tobytes()
        return [b"[$", _MARKS[value.dtype], b"#", _length(value), content]
    if isinstance(value, str):
        return [b"S", *_text(value)]
    for mark, size in ((b"i", 1), (b"I", 2), (b"l", 4)):
        if 0 <= value < (1 << 8 * size - 1) - 1:  # XGBoost writes the largest one longer
            return [mark, int(value).to_bytes(size, "big", signed=True)]
    raise ValueError(f"{value} is too large a number")


def _text(value: str) -> tuple[bytes, bytes]:
    """Return a text with its length before it."""
    content = value.encode()
    return _length(content), content


def _length(value: Any) -> bytes:
    """Return the length of a value."""
    return b"L" + len(value).to_bytes(8, "big")
