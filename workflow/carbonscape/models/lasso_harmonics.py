"""A linear baseline of XCO2: harmonics of time by place, of which a lasso keeps those that tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from carbonscape.models.entry import Entry, Shape
from carbonscape.models.smooth import harmonics, legendre, products
from carbonscape.models.weighted import times_weight

if TYPE_CHECKING:
    from carbonscape.models.block import Block

ENTRY = Entry(kind="estimator", label="Lasso on harmonics", role="baseline", wings=("columns",))

#: Harmonics of the year (down to three months), Legendre polynomials of the sine of latitude, and
#: waves around the globe.
HARMONICS, DEGREE, WAVES = 4, 5, 2

#: Rows whose columns are in memory at a time: a published run has ten million.
_ROWS = 2**16

#: A sweep that changes no coefficient by more than this, ppm, is the last; so is this one.
_TOLERANCE, _SWEEPS = 1e-6, 20_000


class LassoHarmonics:
    """Least squares with an L1 penalty on products of functions of time and of place.

    Time: one, years, and cosine and sine of the first harmonics of the year. Place: Legendre
    polynomials of the sine of latitude, and waves in longitude that vanish at the poles. Columns
    are each of one times each of the other, and the square of the years. The coefficients b
    minimise mean((y - mean(y) - Z b)^2) / 2 + penalty sum |b|, with Z the columns in units of their
    training standard deviation (Tibshirani 1996, doi:10.1111/j.2517-6161.1996.tb02080.x), found by
    coordinate descent (Friedman et al. 2010, doi:10.18637/jss.v033.i01).

    Args:
        penalty: of a coefficient, ppm: a column that tells less of the target is left out.
    """

    def __init__(self, *, penalty: float) -> None:
        self.penalty = penalty
        #: What a reader of its scores should know of a fit.
        self.warnings: list[str] = []
        self.coefficients: NDArray[np.float64] | None = None

    def fit(self, block: Block, seed: int) -> None:
        """Fit to the samples of ``block``; ``seed`` is not needed."""
        del seed
        weight = np.ones(len(block)) if block.weight is None else np.asarray(block.weight, float)
        total = float(weight.sum())
        self.middle = float(np.average(block.place_and_time[:, 2], weights=weight))
        self.offset = float(np.average(block.target, weights=weight))
        parts = [*_slices(len(block))]
        self.centre = sum(weight[p] @ self._columns(block, p) for p in parts) / total
        square = sum(weight[p] @ (self._columns(block, p) - self.centre) ** 2 for p in parts)
        spread = np.sqrt(square / total)
        # A column that never varies is left out.
        self.spread = np.where(spread > 1e-9 * (1 + np.abs(self.centre)), spread, np.inf)
        normal = np.zeros((len(spread), len(spread)))
        along = np.zeros(len(spread))
        for part in parts:
            inputs = (self._columns(block, part) - self.centre) / self.spread
            weighted = times_weight(inputs, weight[part])
            normal += weighted.T @ inputs
            along += weighted.T @ (block.target[part] - self.offset)
        self.coefficients, change = coordinate_descent(normal / total, along / total, self.penalty)
        self.warnings = [] if change <= _TOLERANCE else [_unsettled(change, self.penalty)]

    def predict(self, block: Block) -> NDArray[np.float64]:
        """Return predictions (sample,) in the unit of the target."""
        if self.coefficients is None:
            raise RuntimeError("predict() was called before fit()")
        found = np.empty(len(block))
        for part in _slices(len(block)):
            inputs = (self._columns(block, part) - self.centre) / self.spread
            found[part] = inputs @ self.coefficients + self.offset
        return found

    def state(self) -> dict[str, Any]:
        """Return the coefficients and the standardisation of the columns."""
        return {
            "centre": self.centre,
            "spread": self.spread,
            "coefficients": self.coefficients,
            "offset": self.offset,
            "middle": self.middle,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take the coefficients of another baseline's :meth:`state`."""
        self.centre, self.spread = state["centre"], state["spread"]
        self.coefficients, self.offset = state["coefficients"], state["offset"]
        self.middle = state["middle"]

    def _columns(self, block: Block, part: slice) -> NDArray[np.float64]:
        """Return the columns of some samples, (sample, column)."""
        where = block.place_and_time[part]
        time = (where[:, 2] - self.middle)[:, None]
        of_time = np.concatenate([np.ones_like(time), time, harmonics(where[:, 2], HARMONICS)], 1)
        lat, lon = np.deg2rad(where[:, 0]), np.deg2rad(where[:, 1])
        order = np.arange(1, WAVES + 1)
        wide = np.cos(lat)[:, None] ** order
        angle = lon[:, None] * order
        of_place = np.concatenate(
            [legendre(where[:, 0], DEGREE), wide * np.cos(angle), wide * np.sin(angle)], 1
        )
        # The first product is one everywhere, as the offset is.
        return np.concatenate([products(of_time, of_place)[:, 1:], time**2], axis=1)


def coordinate_descent(
    normal: NDArray[np.float64], along: NDArray[np.float64], penalty: float
) -> tuple[NDArray[np.float64], float]:
    """Return the coefficients b that minimise b' A b / 2 - b' c + penalty sum |b|.

    Args:
        normal: A (column, column), the second moments of the columns.
        along: c (column,), their moments with the target.
        penalty: in the unit of ``along``, at least zero.

    Returns:
        b (column,), and the largest change of a coefficient in the last sweep, in the unit of
        ``along`` for columns of variance one: above ``_TOLERANCE`` where the sweeps were too few.
    """
    found, largest = np.zeros(len(along)), 0.0
    # What is left of c after all columns but their own: kept up to date, not computed anew.
    left = np.array(along, dtype=float)
    varies = np.flatnonzero(np.diag(normal) > 0)
    for _ in range(_SWEEPS):
        largest = 0.0
        for column in varies:
            size, old = normal[column, column], found[column]
            tells = left[column] + size * old
            new = np.sign(tells) * max(abs(tells) - penalty, 0.0) / size
            if new != old:
                left -= normal[column] * (new - old)
                found[column] = new
                largest = max(largest, abs(new - old))
        if largest <= _TOLERANCE:
            break
    return found, largest


def _unsettled(change: float, penalty: float) -> str:
    """Say that coordinate descent stopped before its coefficients had settled."""
    return (
        f"the lasso on harmonics had not settled after {_SWEEPS:,} sweeps of its columns with the "
        f"penalty {penalty:g} ppm (a coefficient still changed by {change:.1g} ppm a sweep, "
        f"expected at most {_TOLERANCE:g}); its scores are those of a fit that was stopped: set "
        "'xco2.models.lasso_harmonics.penalty' higher."
    )


def _slices(number: int) -> Iterator[slice]:
    """Return pieces of some samples, in order."""
    return (slice(start, start + _ROWS) for start in range(0, number, _ROWS))


def build(shape: Shape, options: Mapping[str, Any]) -> LassoHarmonics:
    """Return an unfitted baseline; ``options`` are keywords of :class:`LassoHarmonics`."""
    del shape  # it reads place and time alone
    return LassoHarmonics(**options)
