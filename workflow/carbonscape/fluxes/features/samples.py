"""Samples: which tower months can be modelled, with which windows, and the arrays of a model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from carbonscape.core.errors import InputError, ResultError
from carbonscape.fluxes.features.calendar import Calendar
from carbonscape.fluxes.features.landcover import sources_of
from carbonscape.fluxes.features.windows import gather, get_window, last_own_steps, window_index
from carbonscape.fluxes.settings import WINDOWS
from carbonscape.fluxes.tables import TRAIN_ONLY
from carbonscape.models.block import Block


def windows_of(
    series: xr.Dataset,
    calendar: Calendar,
    window: str,
    samples: pd.DataFrame,
) -> NDArray[np.float64]:
    """Return the predictor windows of samples, (sample, step, variable), NaN where missing.

    Missing steps after the predicted month are those of :func:`carry_forward`.
    """
    position = {site: row for row, site in enumerate(series["site"].values.tolist())}
    unknown = sorted(set(samples["site"]) - set(position))
    if unknown:
        raise InputError(
            f"the predictors have no series for the sites {', '.join(unknown[:5])}"
            f"{' and more' if len(unknown) > 5 else ''}."
        )
    years, months = samples["year"].to_numpy(), samples["month"].to_numpy()
    first_year, n_steps = int(series["year"].values[0]), series.sizes["step"]
    setting = get_window(window)
    index = window_index(calendar, setting, years, months, first_year=first_year, n_steps=n_steps)
    rows = samples["site"].map(position).to_numpy(dtype=np.int64)
    windows = gather(series["series_filled"].values, rows, index)
    if setting.ahead:
        own = last_own_steps(calendar, years, months) - first_year * calendar.steps_per_year
        here = index == own[:, None]
        # Of a month after the end of the series nothing is carried on.
        windows[~here.any(axis=1)] = np.nan
        carry_forward(windows, here.argmax(axis=1))
    return windows


def carry_forward(windows: NDArray[np.float64], own: NDArray[np.integer]) -> None:
    """Fill missing steps after the predicted month with the last known one before, in place.

    The predictors of a tower end with its record, so that without this its last five months
    would have no window that holds them in its middle. Where the month itself is not known, nor
    are the steps after it: a window without it stays incomplete.

    Args:
        windows: (sample, step, variable), NaN where missing.
        own: (sample,) position of the last step of the predicted month.
    """
    rows = np.arange(len(windows))
    unknown = np.isnan(windows[rows, own])
    for step in range(1, windows.shape[1]):
        later = (own < step)[:, None]
        missing = later & np.isnan(windows[:, step])
        windows[:, step] = np.where(missing, windows[:, step - 1], windows[:, step])
        windows[:, step] = np.where(later & unknown, np.nan, windows[:, step])


def pad_windows(windows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fill missing steps of a window with the next later step that has a value.

    The last step, the predicted month's own, is never filled: a window without it stays
    incomplete.

    Args:
        windows: (sample, step, variable), NaN where missing.
    """
    padded = windows.copy()
    for step in range(windows.shape[1] - 2, -1, -1):
        padded[:, step] = np.where(np.isnan(padded[:, step]), padded[:, step + 1], padded[:, step])
    return padded


def select_samples(
    months: pd.DataFrame,
    series: xr.Dataset,
    *,
    calendar: Calendar,
    windows: Sequence[str],
    incomplete_windows: str,
    learnt: Sequence[str] = (),
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Join qualified tower months with their predictor windows and count what is lost.

    Args:
        months: tower months, of which those with ``dropped_by == 'kept'`` are scored and those
            with ``'train_only'`` only trained on, each with its QC as its weight.
        series: site series.
        calendar: calendar of the series.
        windows: window settings that the run compares; ``common`` is set where all are complete.
        incomplete_windows: ``drop`` leaves incomplete windows incomplete, ``pad`` completes
            them by :func:`pad_windows`.
        learnt: columns of ``months`` whose mean models are fitted to; none for the target. Where
            one of them is missing, the target serves.

    Returns:
        The samples and their counts (SAMPLES and COUNTS of carbonscape.fluxes.tables), of which
        each but the last, where some samples are only trained on, is of scored ones.

    Raises:
        ResultError: no scored sample is left.
    """
    kept = months[months["dropped_by"].isin(["kept", TRAIN_ONLY])].reset_index(drop=True)
    scored = kept["dropped_by"] == "kept"
    estimate = kept[list(learnt)].mean(axis=1, skipna=False) if learnt else kept["target"]
    samples = kept[["site", "year", "month"]].assign(
        observed=kept["target"],
        learnt=estimate.fillna(kept["target"]),
        scored=scored,
        weight=kept["qc"].where(~scored, 1.0),
    )
    rows = [_count("qualified", "tower months after quality control", samples[scored])]
    own_month = windows_of(series, calendar, "1m", samples)
    rows.append(
        _count(
            "predictors",
            "every predictor known in the month itself",
            samples[scored & ~np.isnan(own_month).any(axis=(1, 2))],
        )
    )
    for window in WINDOWS:
        values = windows_of(series, calendar, window, samples)
        complete = ~np.isnan(values).any(axis=(1, 2))
        rows.append(
            _count(
                window,
                f"every predictor known in the whole {window} window",
                samples[scored & complete],
            )
        )
        if incomplete_windows == "pad":
            complete = ~np.isnan(pad_windows(values)).any(axis=(1, 2))
        samples[f"complete_{window}"] = complete
    samples["common"] = samples[[f"complete_{window}" for window in windows]].all(axis=1)
    used = samples[samples["common"] & scored]
    rows.append(
        _count(
            "common",
            f"usable with every window compared ({', '.join(windows)}; incomplete windows: "
            f"{incomplete_windows})",
            used,
        )
    )
    if not scored.all():
        others = samples[samples["common"] & ~scored]
        meaning = "beside these, only trained on: usable with every window"
        rows.append(_count(TRAIN_ONLY, meaning, others))
    if used.empty:
        raise ResultError(
            f"no sample is left: of {scored.sum()} qualified tower months none has complete "
            f"predictors for the windows {', '.join(windows)}; use shorter windows, set "
            "'features.incomplete_windows: pad', or supply predictors for the tower years."
        )
    return samples, pd.DataFrame(rows)


def _count(step: str, meaning: str, table: pd.DataFrame) -> dict[str, object]:
    """Return one row of the counts table."""
    return {
        "step": step,
        "meaning": meaning,
        "rows": len(table),
        "sites": table["site"].nunique(),
        "paper_rows": np.nan,
    }


def usable_samples(
    samples: pd.DataFrame, window: str, *, common: bool, train_all: bool = False
) -> pd.DataFrame:
    """Return the samples that a window setting is trained on; those ``scored`` it is scored on.

    Args:
        samples: table of :func:`select_samples`.
        window: the window setting.
        common: whether all windows of the run use the same samples.
        train_all: whether, beside the common ones, those complete for this window alone are
            trained on; they are then not ``scored``.
    """
    complete = samples[f"complete_{window}"]
    if not common:
        return samples[complete].reset_index(drop=True)
    used = samples["common"] | complete if train_all else samples["common"]
    scored = samples["scored"] & samples["common"]
    return samples.assign(scored=scored)[used].reset_index(drop=True)


def build_block(
    samples: pd.DataFrame,
    series: xr.Dataset,
    *,
    calendar: Calendar,
    window: str,
    pft: str,
) -> Block:
    """Return the arrays of samples for one window and one PFT setting.

    Raises:
        InputError: the site series have no land cover of a source that the setting needs.
    """
    return _block(samples, series, windows_of(series, calendar, window, samples), pft)


def build_year_block(
    samples: pd.DataFrame, series: xr.Dataset, *, calendar: Calendar, pft: str
) -> Block:
    """Return the arrays of samples for a yearly model.

    Its series are the steps of the calendar year that a month owns, (sample, step, variable),
    those after the sample's month NaN: a sample shows what its January-to-month window shows.

    Raises:
        InputError: the site series have no land cover of a source that the setting needs.
    """
    values = windows_of(series, calendar, "jan_to_m", samples.assign(month=12))
    hide_later_steps(values, samples["month"].to_numpy(), calendar)
    block = _block(samples, series, values, pft)
    pairs = pd.MultiIndex.from_frame(samples[["site", "year"]])
    return replace(block, year_row=pairs.factorize()[0].astype(np.int64))


def hide_later_steps(
    values: NDArray[np.floating], months: NDArray[np.integer], calendar: Calendar
) -> None:
    """Set the steps of a year that come after each sample's month to NaN, in place.

    Args:
        values: (sample, step, variable), the steps of a year that a month owns.
        months: (sample,) calendar months.
        calendar: of the series.
    """
    known = np.array(calendar.window_lengths())[months - 1]
    values[np.arange(values.shape[1]) >= known[:, None]] = np.nan


def _block(
    samples: pd.DataFrame, series: xr.Dataset, windows: NDArray[np.float64], pft: str
) -> Block:
    """Return the arrays of samples whose windows are known."""
    position = {name: row for row, name in enumerate(series["site"].values.tolist())}
    rows = samples["site"].map(position).to_numpy(dtype=np.int64)
    return Block(
        series=pad_windows(windows).astype(np.float32),
        context=_context(series, rows, samples["year"].to_numpy(), sources_of(pft)),
        month=samples["month"].to_numpy(dtype=np.int64),
        target=samples["observed"].to_numpy(dtype=np.float64),
        weight=_weight(samples),
        learnt=_learnt(samples),
    )


def _learnt(samples: pd.DataFrame) -> NDArray[np.float64] | None:
    """Return what models are fitted to, or None where it is what was observed."""
    if "learnt" not in samples:
        return None
    learnt = samples["learnt"].to_numpy(dtype=np.float64)
    return None if np.array_equal(learnt, samples["observed"].to_numpy()) else learnt


def _weight(samples: pd.DataFrame) -> NDArray[np.float64] | None:
    """Return the weights of samples, or None where all count alike."""
    weight = samples["weight"].to_numpy(dtype=np.float64)
    return None if (weight == 1).all() else weight


def _context(
    series: xr.Dataset,
    rows: NDArray[np.int64],
    years: NDArray[np.integer],
    sources: Iterable[str],
) -> dict[str, NDArray[np.float32]]:
    """Return the PFT vectors of samples by source, each (sample, class)."""
    context = {}
    for source in sources:
        name = f"pft_{source}"
        if name not in series:
            offered = [str(n)[4:] for n in series.data_vars if str(n).startswith("pft_")]
            raise InputError(
                f"the site series hold no '{source}' land cover (they hold: "
                f"{', '.join(offered) or 'none'}); take this PFT setting out of "
                "'crossval.pfts'."
            )
        values = series[name].values
        if "cover_year" in series[name].dims:
            context[source] = values[rows, _cover_rows(series, years)].astype(np.float32)
        else:
            context[source] = values[rows].astype(np.float32)
    return context


def _cover_rows(series: xr.Dataset, years: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return the positions of the samples' years among those of the land cover."""
    position = {int(year): row for row, year in enumerate(series["cover_year"].values)}
    absent = sorted(set(np.unique(years).tolist()) - set(position))
    if absent:
        raise InputError(
            f"the site series hold no land cover of {', '.join(map(str, absent))}; set "
            "'features.first_year' and 'last_year' to span the years of the samples."
        )
    return np.array([position[int(year)] for year in years], dtype=np.int64)
