"""Windows: which steps a model reads to predict the GPP of a month (section 3.2.1).

``jan_to_m`` reads from January of the same year to the month itself and has one model for each
calendar month, because the number of steps grows from January to December. The fixed windows
``1m``, ``6m`` and ``12m`` read that many months, the month itself being the last, and have one
model for all months. ``12m_monthly`` is a control that the paper lacks: twelve months, and a
model for each calendar month. ``12m_centred``, beyond the paper as well, reads the six months
before the predicted one and the five after it: leaf area of the months around it tells its noise
from a change of the leaves. Where the series end before that, it repeats their last step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carbonscape.core.errors import ConfigError
from carbonscape.fluxes.features.calendar import Calendar

#: Marks a place of a window that lies outside the series.
NO_STEP = -1


@dataclass(frozen=True)
class Window:
    """A window setting.

    Attributes:
        name: key of the setting in the configuration.
        months: months read, the predicted one included; None for January to the month.
        monthly_models: whether each calendar month has a model of its own.
        ahead: months read after the predicted one, of ``months``.
    """

    name: str
    months: int | None
    monthly_models: bool
    ahead: int = 0


_WINDOWS = {
    window.name: window
    for window in (
        Window("jan_to_m", None, monthly_models=True),
        Window("1m", 1, monthly_models=False),
        Window("6m", 6, monthly_models=False),
        Window("12m", 12, monthly_models=False),
        Window("12m_monthly", 12, monthly_models=True),
        Window("12m_centred", 12, monthly_models=False, ahead=5),
    )
}


def get_window(name: str) -> Window:
    """Return the window setting of that name.

    Raises:
        ConfigError: there is no such window.
    """
    if name not in _WINDOWS:
        raise ConfigError(f"no window is called '{name}'; choose one of {', '.join(_WINDOWS)}.")
    return _WINDOWS[name]


def month_steps(calendar: Calendar, window: Window, year: int, month: int) -> list[int]:
    """Return the steps that a window reads, oldest first, as year * steps_per_year + step.

    The 8-day window of ``jan_to_m`` has 4, 8, 12, 15, 18, 22, 26, 30, 34, 37, 40, 44 steps for
    January to December; those of 6 and 12 months always have 22 and 44.
    """
    count = month if window.months is None else window.months
    steps: list[int] = []
    for back in range(count - 1, -1, -1):
        total = year * 12 + month - 1 + window.ahead - back
        owner, owned_month = divmod(total, 12)
        for step in calendar.steps_of_month(owned_month + 1):
            steps.append(owner * calendar.steps_per_year + step)
    return steps


def longest_window(calendar: Calendar, window: Window) -> int:
    """Return the steps of the longest window that a setting has: 4 of ``1m`` with 8-day steps."""
    # A common year stands for all: a month's window has the same length in every year.
    return max(len(month_steps(calendar, window, 2001, month)) for month in range(1, 13))


def window_index(
    calendar: Calendar,
    window: Window,
    years: NDArray[np.integer],
    months: NDArray[np.integer],
    *,
    first_year: int,
    n_steps: int,
) -> NDArray[np.int64]:
    """Return where on the step axis of a site series the windows of many samples lie.

    Where months own different numbers of steps (a one-month window of the 8-day calendar has 3
    or 4) the shorter windows repeat their oldest step on the left, so that one model fits all.
    Where one model serves all months, the length is that of the setting's longest window,
    whichever months are asked for: a model is given what it was trained on. Else it is that of
    the longest window asked for.

    Args:
        calendar: the calendar of the series.
        window: the window setting.
        years, months: (sample,) of the predicted months.
        first_year: year of the first step of the series.
        n_steps: steps of the series.

    Returns:
        (sample, step) positions, oldest first; ``NO_STEP`` where the series has no such step. Steps
        after the predicted month that lie beyond the series are the last of the series.
    """
    origin = first_year * calendar.steps_per_year
    known: dict[tuple[int, int], list[int]] = {}
    for pair in set(zip(years.tolist(), months.tolist(), strict=True)):
        known[pair] = month_steps(calendar, window, *pair)
    if window.monthly_models:
        longest = max((len(steps) for steps in known.values()), default=0)
    else:
        longest = longest_window(calendar, window)
    index = np.full((len(years), longest), NO_STEP, dtype=np.int64)
    for row, pair in enumerate(zip(years.tolist(), months.tolist(), strict=True)):
        steps = known[pair]
        padding = [steps[0]] * (longest - len(steps))
        index[row] = np.asarray(padding + steps) - origin
    if window.ahead:
        # A series must end somewhere: only a month that it does not hold has no window.
        own = last_own_steps(calendar, years, months) - origin
        held = (own < n_steps)[:, None] & (index > own[:, None])
        index = np.where(held, np.minimum(index, n_steps - 1), index)
    index[(index < 0) | (index >= n_steps)] = NO_STEP
    return index


def last_own_steps(
    calendar: Calendar, years: NDArray[np.integer], months: NDArray[np.integer]
) -> NDArray[np.int64]:
    """Return the last step of months themselves, as year * steps_per_year + step: (sample,)."""
    last = np.array([calendar.steps_of_month(month)[-1] for month in range(1, 13)], dtype=np.int64)
    return years.astype(np.int64) * calendar.steps_per_year + last[months - 1]


def gather(
    series: NDArray[np.floating],
    sites: NDArray[np.integer],
    index: NDArray[np.integer],
) -> NDArray[np.floating]:
    """Return the windows of many samples.

    Args:
        series: (site, step, variable).
        sites: (sample,) positions on the site dimension.
        index: (sample, step) from :func:`window_index`.

    Returns:
        (sample, step, variable), NaN where the window has no step.
    """
    values = series[sites[:, None], np.maximum(index, 0)]
    values[index == NO_STEP] = np.nan
    return values
