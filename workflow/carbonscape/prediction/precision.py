"""Maps in another precision than float32: every network of a map, and what its files say of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

#: What maps are computed in unless the configuration says otherwise.
EXACT = "float32"


def use_precision(models: Iterable[Any], precision: str) -> None:
    """Have the networks of some models predict in a precision; other models know one alone.

    Args:
        models: of :class:`carbonscape.training.saved_model.ProductModel`, which change. The type
            is not imported, because mosaics are made without torch.
        precision: one of :data:`carbonscape.training.precision.KINDS`.
    """
    for model in models:
        if model.entry.kind == "network":
            for fitted in model.months.values():
                for member in fitted.members:
                    member.use_precision(precision)


def precision_attributes(precision: str, kind: str) -> dict[str, str]:
    """Return what the files of a map say of its precision; nothing for float32.

    Args:
        precision: of the configuration.
        kind: of the model; a blend may have networks among its parts, an estimator is none.
    """
    return {} if precision == EXACT or kind == "estimator" else {"network_precision": precision}
