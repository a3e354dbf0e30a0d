"""Predictors of the gridded experiment on the 8-day calendar: the same code at sites and cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carbonscape.core.errors import ConfigError
from carbonscape.fluxes.features.calendar import Calendar
from carbonscape.fluxes.features.gaps import MISSING, OBSERVED, fill_gaps

#: Series that are filled at a time: bounds the memory of a tile.
_CHUNK = 4096


@dataclass(frozen=True)
class Filled:
    """Predictor series after the gap rule.

    Attributes:
        values: (place, step, variable) float32, NaN where still missing.
        code: (place, step, variable) 0 observed, 1 interpolated, 2 climatology, 3 missing,
            4 lowest.
    """

    values: NDArray[np.float32]
    code: NDArray[np.uint8]

    @property
    def filled_share(self) -> NDArray[np.float32]:
        """(place, step) share of the variables whose value the gap rule made."""
        made = (self.code != OBSERVED) & (self.code != MISSING)
        return made.mean(axis=2, dtype=np.float32)


def stack_predictors(
    by_name: Mapping[str, NDArray[np.floating]], variables: Sequence[str]
) -> NDArray[np.float32]:
    """Return predictors in the order in which models read them.

    Args:
        by_name: (place, step) values of every predictor that the archive offers.
        variables: names asked for.

    Returns:
        (place, step, variable) float32.

    Raises:
        ConfigError: a predictor is not among those offered.
    """
    absent = [name for name in variables if name not in by_name]
    if absent:
        raise ConfigError(
            f"config key 'features.variables': the gridded archives have no "
            f"{', '.join(absent)}; they offer {', '.join(by_name)}."
        )
    return np.stack([np.asarray(by_name[name], dtype=np.float32) for name in variables], axis=2)


def fill_predictors(
    values: NDArray[np.float32],
    *,
    present: NDArray[np.bool_],
    calendar: Calendar,
    max_gap_steps: int,
    climatology: bool,
    lowest: bool,
) -> Filled:
    """Apply the gap rule to many places (deviation D2).

    Steps before the first and after the last composite that MODIS ever delivered are no gaps:
    they stay missing, so that a window that reaches before the mission is incomplete.

    Args:
        values: (place, step, variable), NaN where missing; the first step is the first of a year.
        present: (step,) whether the archive holds a composite of that step anywhere.
        calendar: the 8-day calendar.
        max_gap_steps, climatology, lowest: :func:`carbonscape.fluxes.features.gaps.fill_gaps`.
    """
    filled = np.empty_like(values)
    code = np.empty(values.shape, dtype=np.uint8)
    for start in range(0, len(values), _CHUNK):
        places = slice(start, start + _CHUNK)
        # fill_gaps works along the first dimension.
        chunk, chunk_code = fill_gaps(
            np.moveaxis(values[places], 1, 0),
            steps_per_year=calendar.steps_per_year,
            max_gap_steps=max_gap_steps,
            climatology=climatology,
            lowest=lowest,
        )
        filled[places] = np.moveaxis(chunk, 0, 1)
        code[places] = np.moveaxis(chunk_code, 0, 1)
    known = np.flatnonzero(present)
    before = np.arange(len(present)) < (known[0] if known.size else len(present))
    outside = before | (np.arange(len(present)) > (known[-1] if known.size else -1))
    made = (code != OBSERVED) & outside[None, :, None]
    filled[made] = np.nan
    code[made] = MISSING
    return Filled(filled, code)
