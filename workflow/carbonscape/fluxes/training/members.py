"""Members of a network that differ in their number of epochs, whose spread a map has.

The paper trains each product with 150, 250, 350, 450 and 550 epochs, each in a training of its
own, and takes their standard deviation as uncertainty (section 3.2.2). So do these members: one
network a number of epochs, with a seed of its own. They leave the map itself as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carbonscape.archives.tables import FLUX, MONTH, SITE, YEAR
from carbonscape.core.errors import ResultError
from carbonscape.core.tables import Column, TableSchema
from carbonscape.training.seeds import child_seed

_SAMPLE = ["site", "year", "month", "fold", "observed"]

MEMBER_PREDICTIONS = TableSchema(
    "out-of-fold predictions of members",
    (
        SITE,
        YEAR,
        MONTH,
        Column("fold", "integer", "fold in which the sample was held out, from 0"),
        Column("observed", "number", "observed flux", FLUX),
        Column("epochs", "integer", "epochs of the training, as in the configuration", "1"),
        Column("predicted", "number", "flux predicted by a network that never saw the site", FLUX),
    ),
    key=("site", "year", "month", "epochs"),
)


def member_options(options: Mapping[str, Any], epochs: int) -> dict[str, Any]:
    """Return a network's options for one member.

    A model of all months has twelve times the samples, and its own number of epochs
    (``epochs_all_months``): that changes in the same ratio, and is at least 1.

    Args:
        options: of the network.
        epochs: of the member.
    """
    changed = {**options, "epochs": epochs, "members": 1}
    if options.get("epochs_all_months") is not None:
        ratio = options["epochs_all_months"] / options["epochs"]
        changed["epochs_all_months"] = max(1, round(epochs * ratio))
    return changed


def member_seed(seed: int, epochs: int) -> int:
    """Return the seed of the trainings of one member, which no other member has."""
    return child_seed(seed, "spread", epochs)


def member_table(parts: Mapping[int, pd.DataFrame]) -> pd.DataFrame:
    """Put the out-of-fold predictions of members below one another (MEMBER_PREDICTIONS).

    Args:
        parts: PREDICTIONS of each member, by its number of epochs.
    """
    table = pd.concat(
        [part[[*_SAMPLE, "predicted"]].assign(epochs=number) for number, part in parts.items()]
    )
    names = MEMBER_PREDICTIONS.names
    return MEMBER_PREDICTIONS.check(table[names], "out-of-fold predictions of members")


def predictions_of_members(
    predictions: pd.DataFrame,
    members: Mapping[str, pd.DataFrame],
    *,
    parts: Mapping[str, pd.DataFrame] | None = None,
    weights: Sequence[float] | None = None,
) -> dict[int, NDArray[np.float64]]:
    """Return what each member predicts for the held-out samples of a map's model.

    A member of a blend is the mean of the members of its parts with that number of epochs; a part
    without members stands in all of them as it is.

    Args:
        predictions: PREDICTIONS of the model of the map.
        members: MEMBER_PREDICTIONS of its networks, by ``<model>-<pft>-<window>``.
        parts: PREDICTIONS of the parts of a blend by the same names, in its order; None for one
            model alone.
        weights: (part,) of a blend; None for equal ones.

    Returns:
        (sample,) by number of epochs, gC m-2 d-1, in the order of ``predictions``.

    Raises:
        ResultError: the tables hold other samples, or members other numbers of epochs.
    """
    keys = pd.MultiIndex.from_frame(predictions[_SAMPLE[:4]])
    tables = {
        name: {int(epochs): rows for epochs, rows in table.groupby("epochs")}
        for name, table in members.items()
    }
    numbers = sorted(next(iter(tables.values())))
    names = list(parts) if parts is not None else list(tables)
    found = {}
    for number in numbers:
        each = []
        for name in names:
            if name not in tables:
                each.append(_aligned(parts[name], keys, name))
            elif sorted(tables[name]) == numbers:
                each.append(_aligned(tables[name][number], keys, name))
            else:
                raise ResultError(
                    f"{name}: its members have {sorted(tables[name])} epochs, expected {numbers} "
                    "as the other parts of the blend; delete its members and run again."
                )
        found[number] = np.average(each, axis=0, weights=weights)
    return found


def _aligned(table: pd.DataFrame, keys: pd.MultiIndex, name: str) -> NDArray[np.float64]:
    """Return the predictions of a table in the order of some samples."""
    values = table.set_index(_SAMPLE[:4])["predicted"]
    if len(values) != len(keys) or not values.index.isin(keys).all():
        raise ResultError(
            f"{name}: its members and the model of the map hold other samples or folds than each "
            "other, so that no spread belongs to an error; delete both and run again."
        )
    return values.reindex(keys).to_numpy(dtype=float)
