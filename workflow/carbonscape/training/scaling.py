"""Standardisation of predictors, fitted on training rows only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carbonscape.core.errors import ResultError
from carbonscape.products.product import Product


@dataclass(frozen=True)
class Standardiser:
    """Mean and standard deviation of each variable over training samples and steps.

    Attributes:
        mean: (variable,) in the unit of the variable.
        std: (variable,) in the unit of the variable; infinite for a variable that is left out,
            which makes it zero wherever it is applied.
    """

    mean: NDArray[np.float64]
    std: NDArray[np.float64]

    @classmethod
    def fit(
        cls,
        series: NDArray[np.floating],
        variables: Sequence[str],
        *,
        product: Product,
    ) -> Standardiser:
        """Fit on training windows.

        Args:
            series: (sample, step, variable) without missing values.
            variables: names, for the message.
            product: what is predicted; it says whether a variable that never varies is left out.

        Raises:
            ResultError: a variable has a missing value, or never varies and is not left out.
        """
        mean = series.mean(axis=(0, 1), dtype=np.float64)
        std = series.std(axis=(0, 1), dtype=np.float64)
        missing = np.isnan(series).sum(axis=(0, 1))
        for name, centre, spread, gaps in zip(variables, mean, std, missing, strict=True):
            if not np.isfinite(centre):
                raise ResultError(
                    f"predictor {name} has missing values in {gaps} places "
                    f"of the training windows; {product.window_hint}."
                )
            if spread <= 1e-12 * max(1.0, abs(centre)) and not product.leave_out_constant:
                raise ResultError(
                    f"predictor {name} is {centre:g} in every training window, so a model can "
                    f"learn nothing from it; {product.variables_hint}."
                )
        if product.leave_out_constant:
            # Rounding of single precision is no variation.
            std = np.where(std > 1e-7 * np.abs(mean), std, np.inf)
        return cls(mean=mean, std=std)

    def apply(self, series: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return (sample, step, variable) in units of standard deviations, as float32."""
        return ((series - self.mean) / self.std).astype(np.float32)
