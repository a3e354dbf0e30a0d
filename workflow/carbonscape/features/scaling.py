"""Standardisation of predictors, fitted on training rows only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carbonscape.errors import ResultError


@dataclass(frozen=True)
class Standardiser:
    """Mean and standard deviation of each variable over training samples and steps.

    Attributes:
        mean: (variable,) in the unit of the variable.
        std: (variable,) in the unit of the variable.
    """

    mean: NDArray[np.float64]
    std: NDArray[np.float64]

    @classmethod
    def fit(cls, series: NDArray[np.floating], variables: Sequence[str]) -> Standardiser:
        """Fit on training windows.

        Args:
            series: (sample, step, variable) without missing values.
            variables: names, for the message.

        Raises:
            ResultError: a variable has a missing value or never varies.
        """
        mean = series.mean(axis=(0, 1), dtype=np.float64)
        std = series.std(axis=(0, 1), dtype=np.float64)
        missing = np.isnan(series).sum(axis=(0, 1))
        for name, centre, spread, gaps in zip(variables, mean, std, missing, strict=True):
            if not np.isfinite(centre):
                raise ResultError(
                    f"predictor {name} has missing values in {gaps} places "
                    "of the training windows; incomplete windows should have been dropped or "
                    "padded (config key 'gpp.features.incomplete_windows')."
                )
            if spread <= 1e-12 * max(1.0, abs(centre)):
                raise ResultError(
                    f"predictor {name} is {centre:g} in every training window, so a model can "
                    "learn nothing from it; take it out of 'gpp.features.variables' or use more "
                    "sites."
                )
        return cls(mean=mean, std=std)

    def apply(self, series: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return (sample, step, variable) in units of standard deviations, as float32."""
        return ((series - self.mean) / self.std).astype(np.float32)
