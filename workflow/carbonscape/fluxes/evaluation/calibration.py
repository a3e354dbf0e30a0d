"""The spread of a flux's members calibrated at held-out sites."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carbonscape.evaluation.calibration import calibrate_spread, factor_attributes
from carbonscape.training.members import mean_and_spread


def calibrate(
    predictions: pd.DataFrame, members: Mapping[int, NDArray[np.float64]], *, origin: str
) -> dict[str, Any]:
    """Fit the factors of a spread on errors at held-out sites, which weigh alike.

    Args:
        predictions: PREDICTIONS of the model of the map.
        members: (sample,) predictions of each member, by its number of epochs, in the same order.
        origin: file of the predictions, for messages.

    Returns:
        What :func:`carbonscape.evaluation.calibration.calibrate_spread` returns (gC m-2 d-1) by
        ``sites``, and ``epochs``.

    Raises:
        ResultError: members hardly differ, or there is a single fold.
    """
    found = calibrate_spread(
        (predictions["predicted"] - predictions["observed"]).to_numpy(dtype=float),
        mean_and_spread(np.stack([*members.values()]))[1],
        group=predictions["site"].to_numpy(),
        fold=predictions["fold"].to_numpy(),
        origin=origin,
        groups="sites",
        remedy="Set 'product.spread_epochs' to numbers that lie further apart.",
    )
    return found | {"epochs": [int(number) for number in members]}


def layer_attributes(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes of ``<flux>_std`` that say how it was calibrated."""
    return factor_attributes(found) | {"member_epochs": ", ".join(map(str, found["epochs"]))}
