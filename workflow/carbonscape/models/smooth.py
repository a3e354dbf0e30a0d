"""Smooth functions of latitude, season and time, fitted by least squares.

The background of XCO2 (:mod:`carbonscape.training.time_input`) and the baseline of latitude,
month and year are made of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carbonscape.models.weighted import times_weight, weighted_mean, weighted_std

#: Directions of the centred columns with a smaller share of the largest singular value are left
#: out: a run of few months cannot tell growth from season, and would otherwise invent both.
RCOND = 1e-3


def legendre(lat: NDArray[np.floating], degree: int) -> NDArray[np.float64]:
    """Return Legendre polynomials 0 to ``degree`` of the sine of latitudes in degrees.

    They are orthogonal on the sphere, so that each adds what the lower ones lack: (sample,
    polynomial).
    """
    sine = np.sin(np.deg2rad(np.asarray(lat, dtype=np.float64)))
    return np.polynomial.legendre.legvander(sine, degree)


def harmonics(decimal_year: NDArray[np.floating], number: int) -> NDArray[np.float64]:
    """Return cosine and sine of the first harmonics of the year: (sample, 2 x number)."""
    angle = 2 * np.pi * np.asarray(decimal_year)[:, None] * np.arange(1, number + 1)
    return np.concatenate([np.cos(angle), np.sin(angle)], axis=1)


def products(left: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return every column of one matrix times every column of another."""
    return (left[:, :, None] * right[:, None, :]).reshape(len(left), -1)


@dataclass(frozen=True)
class LeastSquares:
    """A linear function of columns with an intercept.

    Attributes:
        centre, spread: (column,) mean and standard deviation over the training samples; the
            spread of a column that never varies is infinite, which leaves it out.
        coefficients: (column,) of the standardised columns.
        intercept: mean of the training target.
    """

    centre: NDArray[np.float64]
    spread: NDArray[np.float64]
    coefficients: NDArray[np.float64]
    intercept: float

    @classmethod
    def fit(
        cls,
        columns: NDArray[np.float64],
        target: NDArray[np.float64],
        weight: NDArray[np.float64] | None = None,
    ) -> LeastSquares:
        """Fit by least squares, of the shortest solution where several are as good.

        Args:
            columns: (sample, column) without an intercept.
            target: (sample,).
            weight: (sample,) of the squared errors, or None where all weigh the same.
        """
        centre, spread = weighted_mean(columns, weight), weighted_std(columns, weight)
        spread = np.where(spread > 1e-9 * (1 + np.abs(centre)), spread, np.inf)
        intercept = float(weighted_mean(target, weight))
        standard = (columns - centre) / spread
        # The normal equations of some dozens of columns, which stay small however many samples.
        values, vectors = np.linalg.eigh(standard.T @ times_weight(standard, weight))
        kept = values > RCOND**2 * max(float(values.max(initial=0.0)), 1e-300)
        vectors = vectors[:, kept]
        departure = times_weight(target - intercept, weight)
        along = vectors.T @ (standard.T @ departure) / values[kept]
        return cls(centre, spread, vectors @ along, intercept)

    def predict(self, columns: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the function's value for each row: (sample,)."""
        return (columns - self.centre) / self.spread @ self.coefficients + self.intercept

    def numbers(self) -> dict[str, NDArray[np.float64]]:
        """Return all numbers of the function by name."""
        return {
            "centre": self.centre,
            "spread": self.spread,
            "coefficients": self.coefficients,
            "intercept": np.array([self.intercept]),
        }

    @classmethod
    def of_numbers(cls, numbers: Mapping[str, NDArray[np.float64]]) -> LeastSquares:
        """Return the function that :meth:`numbers` was asked of."""
        return cls(
            numbers["centre"],
            numbers["spread"],
            numbers["coefficients"],
            float(numbers["intercept"][0]),
        )
