"""Checks of loaded slices of ERA5-Land: single values, whole fields, and holes.

A hole is a grid point that has a value on other days, or of another variable, and lacks this one:
the sea lacks all of them always. Holes are told before anything is filled or averaged.
"""

from __future__ import annotations

import os
from collections.abc import Collection

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from carbonscape.archives.era5_land_rules import broken
from carbonscape.archives.era5_land_variables import ACCUMULATIONS, STATE, Step, Variable
from carbonscape.core import findings
from carbonscape.core.errors import InputError

#: Share of the land of the other variables that a variable must have a value on.
_SHARE = 0.5


def check_range(
    dataset: xr.Dataset,
    path: str | os.PathLike[str],
    *,
    variables: Collection[Variable] = (*STATE, *ACCUMULATIONS),
    step: Step | None = None,
    part: bool = False,
    accept: bool = False,
    accept_implausible: bool = False,
    source: str = "era5_land",
) -> xr.Dataset:
    """Return a loaded slice of a dataset; refuse what is impossible, implausible or incomplete.

    Args:
        dataset: as a reader of ERA5-Land opens it, loaded: (time, lat, lon) or one time.
        path: its file, for messages.
        variables: what can be in it.
        step: what one value stands for; by default what the reader noted.
        part: the slice is a part of a file, which may lie in the sea altogether.
        accept: state absent values and hand them on as NaN, in place of a refusal
            (``inputs.accept_incomplete``).
        accept_implausible: warn of a field that looks wrong as a whole, in place of a refusal
            (``inputs.accept_implausible``).
        source: name of the source in the registry.

    Raises:
        InputError: a value lies outside what its variable can be (its unit may be wrong, or a
            fill value undeclared), with the first place where that is so; a whole field breaks a
            rule of ``era5_land_rules``; or a variable has no value where it must have one.
    """
    step = step or dataset.encoding.get("step", "day")
    for variable in variables:
        if variable.name in dataset.data_vars:
            _refuse_impossible(dataset[variable.name], variable, step, path)
    _check_holes(dataset, path, step=step, part=part, accept=accept, source=source)
    for rule, value, mistake in broken(dataset, step):
        sentence = (
            f"{rule.statistic} is {value:.3g} {_when(dataset, step)}, expected "
            f"{_interval(rule.low, rule.high)}"
        )
        hint = f" ({mistake}?)" if mistake else ""
        if accept_implausible:
            findings.warn(path, sentence + hint, source=source)
            continue
        raise InputError(
            f"{path}: {sentence}{hint}; give the original file, or name {source} in the config "
            "key 'inputs.accept_implausible' if the values are right."
        )
    return dataset


def _interval(low: float, high: float) -> str:
    """Return bounds for a message."""
    if np.isinf(high):
        return f"at least {low:g}"
    return f"at most {high:g}" if np.isinf(low) else f"{low:g} to {high:g}"


def _when(dataset: xr.Dataset, step: Step) -> str:
    """Return the times of a slice for a message."""
    unit = "M" if step == "month" else "D"
    times = np.atleast_1d(dataset["time"].values)
    first, last = (np.datetime_as_string(times[index], unit=unit) for index in (0, -1))
    return f"in {first}" if first == last else f"in {first} to {last}"


def _refuse_impossible(
    array: xr.DataArray, variable: Variable, step: Step, path: str | os.PathLike[str]
) -> None:
    """Refuse a value outside what its variable can be."""
    values = np.asarray(array.values)
    low, high = variable.bounds(step)
    # NaN (the sea) compares as neither.
    bad = (values < low) | (values > high)
    if not bad.any():
        return
    place = np.unravel_index(int(np.argmax(bad)), bad.shape)
    where = ", ".join(
        f"{dim} {show(array[dim].values[index])}"
        for dim, index in zip(array.dims, place, strict=True)
        if dim in array.coords
    )
    if "time" in array.coords and "time" not in array.dims:
        where = f"time {np.datetime_as_string(array['time'].values, unit='M')}, {where}"
    mean = "" if step == "day" else f" for the mean of {_STEPS[step]}"
    total = " (mean per day, not the total of the month)" if step == "month" else ""
    total = total if variable.name in ("tp", "e", "ssrd") else ""
    raise InputError(
        f"{path}: {variable.name} is {values[place]:g} {variable.units} at {where}, outside the "
        f"possible {low:g} to {high:g}{mean} ({int(bad.sum())} of {values.size} values); is its "
        f"unit {variable.file_units[0]}{total}, and is its fill value declared?"
    )


_STEPS = {"8day": "eight days", "month": "a month"}


def show(value: np.generic) -> str:
    """Return a coordinate for a message."""
    if np.issubdtype(value.dtype, np.datetime64):
        return str(np.datetime_as_string(value, unit="D"))
    return f"{value:g}"


def spans(times: NDArray[np.datetime64], *, unit: str = "D", most: int = 6) -> str:
    """Return days or months as spans: ``2019-06-03, 2019-06-07 to 2019-06-10``.

    Args:
        times: ascending, each once.
        unit: ``D`` or ``M``.
        most: spans that are written; how many more there are is said.
    """
    steps = np.asarray(times).astype(f"datetime64[{unit}]")
    cuts = np.flatnonzero(np.diff(steps).astype(int) != 1) + 1
    runs = [run for run in np.split(steps, cuts) if run.size]
    words = [str(run[0]) if run.size == 1 else f"{run[0]} to {run[-1]}" for run in runs[:most]]
    return ", ".join(words) + (f" and {len(runs) - most} more spans" if len(runs) > most else "")


def _check_holes(
    dataset: xr.Dataset,
    path: str | os.PathLike[str],
    *,
    step: Step,
    part: bool,
    accept: bool,
    source: str,
) -> None:
    """Refuse, or state, variables without a value on land, and days on which land lacks one."""
    times = np.atleast_1d(dataset["time"].values)
    shape = (len(times), dataset.sizes["lat"] * dataset.sizes["lon"])
    known = {
        str(name): ~np.isnan(array.values.reshape(shape))
        for name, array in dataset.data_vars.items()
    }
    land = {name: there.any(axis=0) for name, there in known.items()}
    anywhere = np.logical_or.reduce(list(land.values()))
    if not anywhere.any():
        if not part:
            refuse_or_state(f"{', '.join(known)} has no value at all", path, accept, source)
        return
    unit = "M" if step == "month" else "D"
    for name, there in known.items():
        if land[name].sum() < _SHARE * anywhere.sum():
            what = f"{name} has {'no value' if not land[name].any() else 'few values'} in "
            what += f"{spans(times, unit=unit)} where the other variables have some"
            refuse_or_state(what, path, accept, source)
            continue
        # A day that lacks a value where another day of the file has one.
        lacks = (land[name] & ~there).sum(axis=1)
        if lacks.any():
            count = "" if accept else f" at {int(lacks.max())} of {int(land[name].sum())} points"
            what = f"{name} has no value on land{count} in {spans(times[lacks > 0], unit=unit)}"
            refuse_or_state(what, path, accept, source)


def refuse_or_state(
    what: str, path: str | os.PathLike[str], accept: bool, source: str, *, again: str = ""
) -> None:
    """Refuse an input that lacks something, or state it where the configuration accepts it.

    Args:
        what: what is absent.
        path: the file.
        accept: whether it is accepted.
        source: name of the source in the registry.
        again: what to do instead of accepting it.

    Raises:
        InputError: it is not accepted.
    """
    if accept:
        findings.incomplete(path, what, source=source)
        return
    raise InputError(
        f"{path}: {what}; {again or 'delete the file and fetch it again'}, or name {source} in "
        "the config key 'inputs.accept_incomplete' to go on without them."
    )
