"""Samples as each model of the registry reads them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import xarray as xr

from carbonscape.fluxes.features.calendar import Calendar
from carbonscape.fluxes.features.samples import build_block, build_year_block
from carbonscape.fluxes.features.windows import get_window, month_steps
from carbonscape.models.block import Block
from carbonscape.models.registry import get_model


def model_block(
    samples: pd.DataFrame,
    series: xr.Dataset,
    *,
    calendar: Calendar,
    window: str,
    pft: str,
    model: str,
    **_: str,
) -> Block:
    """Return the arrays of samples as a model reads them: a window, or a year up to the month."""
    if get_model(model).yearly:
        return build_year_block(samples, series, calendar=calendar, pft=pft)
    return build_block(samples, series, calendar=calendar, window=window, pft=pft)


def month_ends(calendar: Calendar) -> list[int]:
    """Return the position of the last step of each month in the window of December."""
    return [length - 1 for length in calendar.window_lengths()]


def window_lengths(calendar: Calendar, window: str, months: Sequence[int]) -> dict[int, int]:
    """Return the steps of the windows of monthly models; none for one model a year."""
    setting = get_window(window)
    if not setting.monthly_models:
        return {}
    # A common year stands for all: a month's window has the same length in every year.
    return {
        month: len(month_steps(calendar, setting, 2001, month))
        for month in sorted({int(month) for month in months})
    }


def schedule_of(calendar: Calendar, window: str, model: str) -> dict[str, Any]:
    """Return ``lengths`` and ``month_ends`` of the models of a product, for its final training."""
    if get_model(model).yearly:
        return {"month_ends": month_ends(calendar)}
    return {"lengths": window_lengths(calendar, window, range(1, 13))}
