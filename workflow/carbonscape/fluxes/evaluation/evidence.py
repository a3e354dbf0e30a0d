"""What the cross-validation of a run says about scores and their differences, with intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.util import hash_pandas_object

from carbonscape.fluxes.evaluation.crossval import (
    climate_cycles,
    mean_seasonal_cycle,
    northern_month,
    with_site_classes,
)
from carbonscape.fluxes.evaluation.differences import simultaneous
from carbonscape.fluxes.evaluation.resampling import draw_sites, draw_splits, sum_by_site
from carbonscape.fluxes.settings import Setting

_LEVEL = 0.95

_SAMPLE = ["site", "year", "month", "observed"]


@dataclass(frozen=True)
class Interval:
    """A number and the 95 % interval that the choice of sites and splits leaves to it."""

    value: float
    low: float
    high: float

    def text(self, *, digits: int = 3, signed: bool = False) -> str:
        """Return ``0.731 (0.702 to 0.755)``."""
        form = f"{'+' if signed else ''}.{digits}f"
        return f"{self.value:{form}} ({self.low:{form}} to {self.high:{form}})"


@dataclass(frozen=True)
class Part:
    """Of which pairs a score is: a quantity, of all sites or of those of a climate.

    Attributes:
        quantity: monthly, seasonal_cycle or climate_cycle, as ``score_predictions`` has them.
        climate: main Koppen-Geiger class; None for all sites.
    """

    quantity: str = "monthly"
    climate: str | None = None


#: Every site-month.
ALL = Part()


class Evidence:
    """R2 of settings under resampled sites and splits.

    Sites are drawn among those of the part (a climate, or all) with replacement, splits too; the
    draws are the same for all settings, so that differences are paired. R2 is pooled over the
    drawn sites and averaged over the drawn splits, as the scores of the run are over all.

    Args:
        predictions: a PREDICTIONS table for each split and setting.
        sites: a TOWER_SITES table with all of their sites.
        seed: of the draws.
        draws: number of them.
        min_years: fewest years of a month in a mean seasonal cycle.
    """

    def __init__(
        self,
        predictions: Mapping[tuple[int, Setting], pd.DataFrame],
        sites: pd.DataFrame,
        *,
        seed: int,
        draws: int = 2000,
        min_years: int = 2,
    ) -> None:
        self.settings = tuple(dict.fromkeys(setting for _, setting in predictions))
        self._predictions = predictions
        self._sites = sites
        self._seed, self._draws, self._min_years = seed, draws, min_years
        self._weight: dict[tuple[int, int], tuple[NDArray[np.float64], NDArray[np.float64]]] = {}
        self._scores: dict[tuple[Setting, Part], tuple[float, NDArray[np.float64]]] = {}
        # The sum of the rows' hashes tells tables apart whatever the order of their rows.
        self._samples = {
            setting: int(hash_pandas_object(table[_SAMPLE], index=False).sum())
            for (_, setting), table in predictions.items()
        }

    def comparable(self, settings: Sequence[Setting]) -> bool:
        """Say whether all settings were run, on the same site-months."""
        return (
            all(setting in self.settings for setting in settings)
            and len({self._samples[setting] for setting in settings}) == 1
        )

    def score(self, setting: Setting, part: Part = ALL) -> Interval | None:
        """Return R2 of a setting; None if it was not run or has no two sites in the part."""
        found = self._drawn(setting, part)
        if found is None:
            return None
        low, high = np.nanquantile(found[1], [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
        return Interval(found[0], float(low), float(high))

    def differences(
        self, pairs: Sequence[tuple[Setting, Setting]], part: Part = ALL
    ) -> list[Interval] | None:
        """Return R2 of the first minus that of the second of each pair.

        The intervals hold for all pairs at once (``differences.simultaneous``).

        Returns:
            None if a setting was not run, their samples differ, or the part has no two sites.
        """
        named = [setting for pair in pairs for setting in pair]
        if not pairs or not self.comparable(named):
            return None
        found = {setting: self._drawn(setting, part) for setting in named}
        if any(one is None for one in found.values()):
            return None
        points = np.array([found[a][0] - found[b][0] for a, b in pairs])
        drawn = np.stack([found[a][1] - found[b][1] for a, b in pairs], axis=1)
        ends = simultaneous(points, drawn[np.isfinite(drawn).all(axis=1)])
        return [
            Interval(float(value), float(low), float(high))
            for value, low, high in zip(
                points, ends.low_simultaneous, ends.high_simultaneous, strict=True
            )
        ]

    def _drawn(self, setting: Setting, part: Part) -> tuple[float, NDArray[np.float64]] | None:
        """Return R2 of all sites of a part, and that of every draw (draw,); None without any."""
        if setting not in self.settings:
            return None
        key = (setting, part)
        if key not in self._scores:
            tables = self._tables(setting, part)
            usable = min(table["site"].nunique() for table in tables.values()) > 1
            if part.quantity != "monthly":
                usable = usable and all(len(self._cycle(table)) for table in tables.values())
            self._scores[key] = self._resample(setting, part, tables) if usable else None
        return self._scores[key]

    def _tables(self, setting: Setting, part: Part) -> dict[int, pd.DataFrame]:
        """Return the predictions of the sites of a part by split."""
        known = self._sites
        chosen = known if part.climate is None else known[known["climate"] == part.climate]
        names = set(chosen["site"])
        return {
            split: table[table["site"].isin(names)]
            for (split, one), table in self._predictions.items()
            if one == setting
        }

    def _cycle(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the mean seasonal cycles of sites."""
        return mean_seasonal_cycle(table, min_years=self._min_years)

    def _resample(
        self, setting: Setting, part: Part, tables: Mapping[int, pd.DataFrame]
    ) -> tuple[float, NDArray[np.float64]] | None:
        """Return R2 of the sites and splits themselves, and of every draw."""
        if part.quantity == "climate_cycle":
            point, drawn = self._climate_cycle(tables)
        else:
            reduce = {} if part.quantity == "monthly" else {"reduce": self._cycle}
            sums = sum_by_site({(s, setting): table for s, table in tables.items()}, **reduce)
            if len(sums.sites) < 2:
                return None
            whole = sums.scores(np.ones((1, len(sums.sites))))["r2"]
            drawn = sums.scores(*self._weights(len(sums.sites), len(tables)))["r2"][:, 0]
            point = float(whole[0, 0])
        return (point, drawn) if np.isfinite(point) and np.isfinite(drawn).any() else None

    def _weights(self, sites: int, splits: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return how often each site (draw, site) and each split (draw, split) counts."""
        key = (sites, splits)
        if key not in self._weight:
            self._weight[key] = (
                draw_sites(sites, draws=self._draws, seed=self._seed),
                draw_splits(splits, draws=self._draws, seed=self._seed),
            )
        return self._weight[key]

    def _climate_cycle(
        self, tables: Mapping[int, pd.DataFrame]
    ) -> tuple[float, NDArray[np.float64]]:
        """Return R2 of the mean over sites of their seasonal cycles, which needs no site's sums."""
        whole, drawn = [], []
        for table in tables.values():
            cycle = with_site_classes(self._cycle(table), self._sites, origin="seasonal cycles")
            pairs = climate_cycles(cycle.assign(climate="all"))
            whole.append(_r2(pairs["observed"].to_numpy(), pairs["predicted"].to_numpy()))
            codes, names = pd.factorize(cycle["site"], sort=True)
            months = northern_month(cycle["month"], cycle["lat"]).to_numpy() - 1
            sums = np.zeros((3, len(names), 12))
            ones = np.ones(len(cycle))
            for at, values in enumerate((ones, cycle["observed"], cycle["predicted"])):
                np.add.at(sums[at], (codes, months), values)
            weights, shares = self._weights(len(names), len(tables))
            count, observed, predicted = (weights @ one for one in sums)
            with np.errstate(invalid="ignore", divide="ignore"):
                drawn.append(_r2(observed / count, predicted / count))
        shares = shares / shares.sum(axis=1, keepdims=True)
        return float(np.mean(whole)), np.sum(np.stack(drawn, axis=1) * shares, axis=1)


def _r2(observed: NDArray[np.float64], predicted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return R2 over the last axis, whose missing pairs do not count; NaN without variation."""
    known = np.isfinite(observed)
    number = known.sum(axis=-1)
    observed = np.where(known, observed, 0.0)
    mean = observed.sum(axis=-1, keepdims=True) / np.maximum(number, 1)[..., None]
    spread = np.sum(np.where(known, observed - mean, 0.0) ** 2, axis=-1)
    errors = np.sum(np.where(known, observed - np.where(known, predicted, 0.0), 0.0) ** 2, axis=-1)
    return 1.0 - errors / np.where(spread > 0, spread, np.nan)
