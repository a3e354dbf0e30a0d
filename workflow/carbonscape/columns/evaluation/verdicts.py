"""What a number of a run says about a reported one of XCO2: difference, interval and verdict.

Intervals are over TCCON sites, drawn with replacement, because months of a site are alike. Where
none is known, a number counts as the reported one within a tolerance (deviation D68).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carbonscape.evaluation.scorecards import (
    FAILS,
    HOLDS,
    NOT_RUN,
    UNRESOLVED,
    UNTESTABLE,
    Outcome,
)

#: What a run says of something that it did not compute.
NOTHING = Outcome(NOT_RUN, verdict=UNTESTABLE)

#: Half of the last digit of reported scores.
ROUNDING = 0.005

#: How far a score may lie from the reported one, and an interval reach beyond it: R2 and ppm.
REACH_R2, REACH_PPM = 0.05, 0.25

#: The same of annual means and other numbers of maps, ppm: the bias that the paper calls small.
REACH_MAP = 0.4

#: The same of a growth rate, ppm yr-1.
REACH_GROWTH = 0.1

#: Fewest sites from which an interval is drawn.
FEWEST_SITES = 3


@dataclass(frozen=True)
class Interval:
    """A number and its 95 % interval, NaN where there is none."""

    value: float
    low: float = float("nan")
    high: float = float("nan")

    @property
    def known(self) -> bool:
        """Whether there is an interval."""
        return isfinite(self.low) and isfinite(self.high)

    def less(self, reported: float) -> Interval:
        """Return the difference from a reported number."""
        return Interval(self.value - reported, self.low - reported, self.high - reported)

    def text(self, *, digits: int, signed: bool = False) -> str:
        """Return ``1.58 (1.41 to 1.76)``, or the number alone without an interval."""
        form = f"{'+' if signed else ''}.{digits}f"
        if not self.known:
            return f"{self.value:{form}}"
        return f"{self.value:{form}} ({self.low:{form}} to {self.high:{form}})"


def equals(found: Interval, low: float, high: float, *, reach: float) -> str:
    """Judge whether a number is a reported one, of which the paper may give two.

    With an interval: it fails where the interval lies outside (even if better), and holds where it
    overlaps and reaches at most ``reach`` beyond. Without: it holds within ``reach``.
    """
    low, high = low - ROUNDING, high + ROUNDING
    if not found.known:
        return HOLDS if low - reach <= found.value <= high + reach else FAILS
    if found.low > high or found.high < low:
        return FAILS
    narrow = found.low >= low - reach and found.high <= high + reach
    return HOLDS if narrow else UNRESOLVED


def beyond(found: Interval, limit: float, *, above: bool) -> str:
    """Judge whether a number is above (or below) a reported limit.

    Without an interval, what lies within half a digit of the limit is not resolved.
    """
    sign = 1 if above else -1
    gap = found.less(limit)
    ends = (gap.low, gap.high) if gap.known else (gap.value - ROUNDING, gap.value + ROUNDING)
    low, high = sorted(sign * end for end in ends)
    if low > 0:
        return HOLDS
    return FAILS if high < 0 else UNRESOLVED


def near_reported(
    found: Interval, low: float, high: float, *, reach: float, digits: int = 2
) -> Outcome:
    """Return the outcome of a number that the paper reports as one, or as two in two places.

    The difference is from the nearest of what the paper gives.
    """
    nearest = min(max(found.value, low), high)
    return Outcome(
        found.text(digits=digits),
        found.less(nearest).text(digits=digits, signed=True),
        equals(found, low, high, reach=reach),
    )


def count_of(found: int, reported: int) -> Outcome:
    """Return the outcome of a count, which is the reported one or not."""
    same = found == reported
    return Outcome(str(found), "" if same else f"{found - reported:+d}", HOLDS if same else FAILS)


def numbers_near(
    text: str, found: Sequence[float], reported: Sequence[float], reach: Sequence[float], form: str
) -> Outcome:
    """Return the outcome of several numbers, each of which has to lie within its tolerance.

    Args:
        text: the run's numbers.
        found, reported, reach: of one length; a missing number fails.
        form: format of differences, such as ``+.2f``.
    """
    gaps = np.subtract(found, reported)
    met = np.abs(gaps) <= np.add(reach, ROUNDING)
    said = ", ".join("none" if np.isnan(gap) else f"{gap:{form}}" for gap in gaps)
    return Outcome(text, said, HOLDS if met.all() else FAILS)


class SiteDraws:
    """Scores of pairs with TCCON, and what they would be had other sites been there.

    Args:
        pairs: a TCCON_PAIRS table.
        seed: of the draws.
        draws: number of them.
    """

    def __init__(self, pairs: pd.DataFrame, *, seed: int, draws: int = 2000) -> None:
        self._pairs, self._seed, self._draws = pairs, seed, draws

    def score(self, product: str, name: str) -> Interval | None:
        """Return r2, rmse, mae or bias over all pairs of a product; None without a pair."""
        table = self._pairs[self._pairs["product"] == product]
        if table.empty:
            return None
        # Sums of squares about a fixed value keep their digits.
        observed = table["observed"] - table["observed"].mean()
        error = table["predicted"] - table["observed"]
        sums = pd.DataFrame(
            {
                "n": 1.0,
                "o": observed,
                "oo": observed**2,
                "e": error,
                "ee": error**2,
                "a": error.abs(),
            }
        )
        by_site = sums.groupby(table["site"], sort=True).sum()
        columns = list(by_site.columns)

        def of(weights: NDArray[np.float64]) -> NDArray[np.float64]:
            total = dict(zip(columns, (weights @ by_site.to_numpy()).T, strict=True))
            return _SCORES[name](total)

        return self._interval(of, len(by_site))

    def mean(self, values: pd.Series) -> Interval:
        """Return the mean over sites of a number of each, (site,) without missing values."""
        array = values.to_numpy(float)
        return self._interval(lambda weights: weights @ array / weights.sum(axis=1), len(array))

    def _interval(
        self, of: Callable[[NDArray[np.float64]], NDArray[np.float64]], sites: int
    ) -> Interval:
        """Return a number of weighted sites with every site once, and its interval over draws."""
        value = float(of(np.ones((1, sites)))[0])
        if sites < FEWEST_SITES:
            return Interval(value)
        drawn = np.random.default_rng(self._seed).multinomial(
            sites, np.full(sites, 1 / sites), size=self._draws
        )
        low, high = np.nanquantile(of(drawn.astype(float)), [0.025, 0.975])
        return Interval(value, float(low), float(high))


def _r2(total: dict[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return 1 - SSE / SST; NaN without variation."""
    spread = total["oo"] - total["o"] ** 2 / total["n"]
    return 1.0 - total["ee"] / np.where(spread > 0, spread, np.nan)


_SCORES = {
    "r2": _r2,
    "rmse": lambda total: np.sqrt(total["ee"] / total["n"]),
    "mae": lambda total: total["a"] / total["n"],
    "bias": lambda total: total["e"] / total["n"],
}
