"""The spread of a tile: networks of other seeds predict it beside the map."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carbonscape.core.io import read_json
from carbonscape.training.saved_model import ProductModel, load_model


@dataclass(frozen=True)
class Members:
    """The networks whose spread a map has.

    Attributes:
        model: the networks.
        factor: of their standard deviation, so that it is one of errors.
    """

    model: ProductModel
    factor: float

    def std(
        self, spread_of: Callable[[Sequence[ProductModel]], NDArray[np.float32]]
    ) -> NDArray[np.float32]:
        """Return the calibrated standard deviation (month, cell), ppm.

        Args:
            spread_of: predicts a tile and returns the standard deviation of members, ddof 1.
        """
        return (self.factor * spread_of([self.model])).astype(np.float32)


def read_members(
    paths: Sequence[str], runs: Sequence[str], calibrated: Sequence[str]
) -> Members | None:
    """Read the members of a map; None where it has none.

    Args:
        paths: file of the members, or none.
        runs: its provenance record.
        calibrated: the file of ``calibrate_xco2_spread``.

    Raises:
        InputError: a file is absent, damaged or not the one that the training made.
    """
    if not paths:
        return None
    return Members(load_model(paths[0], runs[0]), float(read_json(calibrated[0])["factor"]))
