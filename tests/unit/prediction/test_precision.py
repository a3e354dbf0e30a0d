"""The precision of a map: what its networks are told, and what its files say."""

from __future__ import annotations

from types import SimpleNamespace
from unittest.mock import Mock

from carbonscape.prediction.precision import precision_attributes, use_precision


def model(kind: str, number: int) -> SimpleNamespace:
    """Return a model of two months with some members."""
    months = {
        month: SimpleNamespace(members=[Mock(spec=["use_precision"]) for _ in range(number)])
        for month in (1, 2)
    }
    return SimpleNamespace(entry=SimpleNamespace(kind=kind), months=months)


def test_every_network_is_told_and_no_estimator() -> None:
    network, trees = model("network", 3), model("estimator", 1)
    use_precision([network, trees], "bfloat16")
    for month in network.months.values():
        for member in month.members:
            member.use_precision.assert_called_once_with("bfloat16")
    for month in trees.months.values():
        month.members[0].use_precision.assert_not_called()


def test_files_say_bfloat16_alone() -> None:
    assert precision_attributes("float32", "network") == {}
    assert precision_attributes("bfloat16", "estimator") == {}
    assert precision_attributes("bfloat16", "network") == {"network_precision": "bfloat16"}
    assert precision_attributes("bfloat16", "blend") == {"network_precision": "bfloat16"}
