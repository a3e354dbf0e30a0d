"""Whether XCO2 steps where OCO-3 follows OCO-2, which would be read as growth or as its lack.

A month has one instrument (deviation D47), so the two rarely see the same cells at once. What is
there is tested in up to four ways, each with its 95 % interval, or with why nothing can be told:

- months that both have, on the cells that both have;
- the months around the change, against CAMS-EGG4 in the same cells: a line, a yearly wave, a step;
- the same of the soundings alone, by bands of latitude: a curve, two waves, and a step;
- the overpasses of TCCON sites that both instruments made, site by site.

Source: the XCO2 paper, section 4.2, counts on a difference of about 0.2 ppm over land (Taylor et
al. 2023, doi 10.5194/amt-16-3173-2023) and calls it negligible.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from carbonscape.columns.evaluation.effective_sample import FEWEST_ENDS, interval_of_mean
from carbonscape.columns.evaluation.reanalysis import Reference
from carbonscape.core.grid import Grid
from carbonscape.core.tables import Column, TableSchema
from carbonscape.evaluation.grids import (
    Month,
    areas_of,
    grid_in,
    monthly_fields,
    months_of,
    open_grid,
    read_months,
)

#: Ways of telling the step, in the order in which the first that tells anything is shown.
METHODS = ("overlap", "egg4", "growth", "tccon")

#: Months before and after the change that are looked at, and the fewest on each side.
_AROUND, _FEWEST = 36, 12

#: Latitudes beyond which OCO-3 sees nothing, and the height of a band, degrees.
_LIMIT, _BAND = 50.0, 10.0

XCO2_STEP = TableSchema(
    "step from OCO-2 to OCO-3",
    (
        Column("method", "text", "overlap, egg4, growth or tccon"),
        Column("before", "integer", "months (tccon: overpasses) of OCO-2 that count", "1"),
        Column("after", "integer", "months (tccon: overpasses) of OCO-3 that count", "1"),
        Column("step", "number", "OCO-3 minus OCO-2", "ppm", True),
        Column("low", "number", "lower end of its 95 % interval, months as AR(1)", "ppm", True),
        Column("high", "number", "upper end of it; of tccon over sites", "ppm", True),
        Column("finding", "text", "what that says, as a sentence"),
    ),
    key=("method",),
)


@dataclass(frozen=True)
class Step:
    """A step and its interval, NaN where there is none."""

    value: float = np.nan
    low: float = np.nan
    high: float = np.nan


def step_in(index: NDArray[np.integer], values: NDArray[np.float64], *, curve: bool) -> Step:
    """Fit a step at month 0 to monthly values, residuals taken as AR(1).

    Args:
        index: (month,) running number, 0 for the first month after the step.
        values: (month,) ppm.
        curve: whether growth may bend and the year has two waves; else a line and one.

    Returns:
        The step; without an interval where too few months are left. In simulated series of 24 to
        60 months with autocorrelations up to 0.7 the interval holds the true step in 90 to 96 of
        100.

    Source: Santer et al. (2000), doi 10.1029/1999JD901105, for the effective number of months.
    """
    order = np.argsort(index)
    index, values = np.asarray(index)[order], np.asarray(values, dtype=np.float64)[order]
    years = index / 12.0
    turn = 2 * np.pi * years
    columns = [np.ones(len(index)), years, np.cos(turn), np.sin(turn)]
    if curve:
        columns += [years**2, np.cos(2 * turn), np.sin(2 * turn)]
    matrix = np.column_stack([*columns, index >= 0])
    count, terms = matrix.shape
    if count < terms + 3 or np.linalg.matrix_rank(matrix) < terms:
        return Step()
    inverse = np.linalg.inv(matrix.T @ matrix)
    fitted = inverse @ matrix.T @ (values - values.mean())
    rest = values - values.mean() - matrix @ fitted
    squares, next_ = float(rest @ rest), np.diff(index) == 1
    found = float(rest[1:][next_] @ rest[:-1][next_]) / squares if squares > 1e-18 * count else 0.0
    correlation = float(np.clip(found + (1 + 3 * found) / count, 0.0, 0.95))
    worth = max(count * (1 - correlation) / (1 + correlation), terms + 2.0)
    error = np.sqrt(squares / (worth - terms) * inverse[-1, -1])
    half = float(stdtrit(worth - terms, 0.975) * error)
    value = float(fitted[-1])
    return Step(value, value - half, value + half)


def step_table(
    soundings: Mapping[str, str | os.PathLike[str]],
    overpasses: pd.DataFrame,
    *,
    egg4: Sequence[str | os.PathLike[str]],
    months: Sequence[str],
    name: str,
) -> pd.DataFrame:
    """Test the step in every way that the run allows (XCO2_STEP), one row each.

    Args:
        soundings: gridded soundings of oco2 and oco3.
        overpasses: XCO2_OVERPASSES.
        egg4: files of CAMS-EGG4; none where it is not compared.
        months: of the run, YYYY-MM.
        name: the variable of the soundings.

    Raises:
        InputError, ResultError: a file is absent, damaged or of another grid.
    """
    grid = grid_in(soundings["oco2"])
    reference = Reference(egg4, months, grid)
    series = {
        instrument: _series(path, name, grid, reference) for instrument, path in soundings.items()
    }
    rows = [
        _row("overlap", *_overlap(soundings, name, grid)),
        _row("egg4", *_around(series, "egg4", curve=False)),
        _row("growth", *_around(series, "growth", curve=True)),
        _row("tccon", *_at_sites(overpasses)),
    ]
    return XCO2_STEP.check(pd.DataFrame(rows), "step from OCO-2 to OCO-3")


def told(table: pd.DataFrame) -> pd.Series | None:
    """Return the row of the first method with an interval, by the order of ``METHODS``."""
    rows = table.set_index("method")
    known = [name for name in METHODS if name in rows.index and np.isfinite(rows.loc[name, "low"])]
    return rows.loc[known[0]] if known else None


def _series(
    path: str | os.PathLike[str], name: str, grid: Grid, reference: Reference
) -> dict[str, dict[int, NDArray]]:
    """Return, by month's running number, soundings less EGG4, and soundings by band.

    Returns:
        ``egg4``: month -> mean over cells by area, (1,); ``growth``: month -> (band,), NaN for a
        band without soundings.
    """
    area = areas_of(grid)
    inside = np.abs(grid.lat) <= _LIMIT
    band = np.floor((grid.lat + _LIMIT) / _BAND).astype(int)
    found: dict[str, dict[int, NDArray]] = {"egg4": {}, "growth": {}}
    for month, (field,) in monthly_fields([path], name, grid=grid):
        there = np.isfinite(field) & inside[:, None]
        if not there.any():
            continue
        numbers = np.arange(int(2 * _LIMIT / _BAND))
        weights = np.where(there, area, 0.0)
        sums = np.where(there, field, 0.0).astype(np.float64) * weights
        rows = [band == number for number in numbers]
        total = np.array([weights[row].sum() for row in rows])
        sum_ = np.array([sums[row].sum() for row in rows])
        with np.errstate(invalid="ignore", divide="ignore"):
            found["growth"][_number(month)] = np.where(total > 0, sum_ / total, np.nan)
        known = reference.at(month)
        if known is not None:
            both = there & np.isfinite(known)
            if both.any():
                gap = field[both].astype(np.float64) - known[both]
                mean = np.average(gap, weights=area[both])
                found["egg4"][_number(month)] = np.array([mean])
    return found


def _around(
    series: Mapping[str, Mapping[str, Mapping[int, NDArray]]], part: str, *, curve: bool
) -> tuple[int, int, Step, str]:
    """Fit the step to the months around the change; return months before, after, step, lack."""
    before, after = series["oco2"][part], series["oco3"][part]
    if not after or not before:
        return len(before), len(after), Step(), f"no months of {'OCO-3' if before else 'OCO-2'}"
    change = min(series["oco3"]["growth"])
    chosen = [
        {m: v for m, v in one.items() if -_AROUND <= m - change < _AROUND}
        for one in (
            {m: v for m, v in before.items() if m < change},
            {m: v for m, v in after.items() if m >= change},
        )
    ]
    if part == "growth":
        chosen = _common_bands(chosen)
    counts = [len(one) for one in chosen]
    if min(counts) < _FEWEST:
        return *counts, Step(), f"fewer than {_FEWEST} months on a side"
    index = np.array([m - change for one in chosen for m in one])
    values = np.array([float(np.mean(v)) for one in chosen for v in one.values()])
    found = step_in(index, values, curve=curve)
    return *counts, found, "" if np.isfinite(found.low) else "too few months for its terms"


def _common_bands(chosen: Sequence[Mapping[int, NDArray]]) -> list[dict[int, NDArray]]:
    """Return the months with the mean of those bands that most months have, of months with all.

    A band that comes and goes would be a step of its own.
    """
    every = np.array([values for one in chosen for values in one.values()])
    if not len(every):
        return [{}, {}]
    kept = np.isfinite(every).mean(axis=0) >= 0.9
    if not kept.any():
        return [{}, {}]
    return [{m: v[kept] for m, v in one.items() if np.isfinite(v[kept]).all()} for one in chosen]


def _overlap(
    soundings: Mapping[str, str | os.PathLike[str]], name: str, grid: Grid
) -> tuple[int, int, Step, str]:
    """Compare the cells that both instruments have in one month."""
    area, gaps = areas_of(grid), {}
    months = [set(_months(soundings[one])) for one in ("oco2", "oco3")]
    for month in sorted(months[0] & months[1]):
        first, other = (_month(soundings[one], name, grid, month) for one in ("oco2", "oco3"))
        both = np.isfinite(first) & np.isfinite(other)
        if both.any():
            gap = other[both].astype(np.float64) - first[both]
            gaps[_number(month)] = float(np.average(gap, weights=area[both]))
    if not gaps:
        return 0, 0, Step(), "no month has soundings of both in one cell"
    value, low, high = interval_of_mean(np.array(list(gaps)), np.array(list(gaps.values())))
    lack = "" if np.isfinite(low) else f"fewer than {FEWEST_ENDS} such months"
    return len(gaps), len(gaps), Step(value, low, high), lack


def _months(path: str | os.PathLike[str]) -> list[Month]:
    """Return the months of a file."""
    with open_grid(path, "time") as dataset:
        return months_of(dataset)


def _month(path: str | os.PathLike[str], name: str, grid: Grid, wanted: Month) -> NDArray:
    """Return one month of a file, (lat, lon)."""
    return read_months(path, name, [wanted], grid=grid)[0]


def _at_sites(overpasses: pd.DataFrame) -> tuple[int, int, Step, str]:
    """Compare the instruments' differences from TCCON at sites that both passed over."""
    with_kernels = overpasses["oco_kernels"].notna() & overpasses["tccon_kernels"].notna()
    gap = (overpasses["oco"] - overpasses["tccon"]).where(
        ~with_kernels, overpasses["oco_kernels"] - overpasses["tccon_kernels"]
    )
    table = overpasses[["site", "instrument"]].assign(gap=gap)
    means = table.pivot_table(index="site", columns="instrument", values="gap", aggfunc="mean")
    means = means.reindex(columns=["oco2", "oco3"]).dropna()
    used = overpasses[overpasses["site"].isin(means.index)]
    counts = [int((used["instrument"] == name).sum()) for name in ("oco2", "oco3")]
    if means.empty:
        return *counts, Step(), "no site was passed over by both"
    steps = (means["oco3"] - means["oco2"]).to_numpy(float)
    value = float(steps.mean())
    if len(steps) < FEWEST_ENDS:
        return *counts, Step(value), f"fewer than {FEWEST_ENDS} sites were passed over by both"
    half = float(stdtrit(len(steps) - 1, 0.975) * steps.std(ddof=1) / np.sqrt(len(steps)))
    return *counts, Step(value, value - half, value + half), ""


def _row(method: str, before: int, after: int, step: Step, lack: str) -> dict:
    """Return the row of a way of telling the step."""
    if lack:
        finding = f"It cannot be told: {lack}."
    elif step.low > 0 or step.high < 0:
        way = "above" if step.low > 0 else "below"
        finding = f"OCO-3 lies {way} OCO-2: a trend over the change holds this step."
    else:
        reach = max(abs(step.low), abs(step.high))
        finding = f"No step is found; one of up to {reach:.2f} ppm would not be seen."
    return {
        "method": method,
        "before": before,
        "after": after,
        "step": step.value,
        "low": step.low,
        "high": step.high,
        "finding": finding,
    }


def _number(month: Month) -> int:
    """Return the running number of a month."""
    return 12 * month[0] + month[1] - 1
