"""What the readers of XCO2 share: which variable lies on which scale, units, and times.

The World Meteorological Organization's scales X2007 and X2019 differ by 0.1 to 0.3 ppm at today's
mole fractions (Hall et al. 2021, doi:10.5194/amt-14-3015-2021), as much as the errors that are to
be measured: values of both are never mixed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from carbonscape.core.errors import InputError

#: Calibration scales: the first is the default of the workflow.
SCALES = ("x2007", "x2019")

#: No column of the atmosphere holds less, or more, ppm: what lies outside is no XCO2 in ppm.
PLAUSIBLE = (250.0, 600.0)

_SINCE = re.compile(
    r"^\s*(second|minute|hour|day)s?\s+since\s+(\d{4}-\d\d?-\d\d?)"
    r"(?:[T ](\d\d?:\d\d?(?::\d\d?(?:\.\d*)?)?))?",
    re.IGNORECASE,
)
_SECONDS = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86400.0}


def choose_variable(
    attributes: Mapping[str, Mapping[str, object]],
    *,
    scale: str,
    names: Mapping[str, tuple[str, ...]],
    origin: str,
) -> str:
    """Return the name of the variable that holds XCO2 on a scale.

    Args:
        attributes: of every variable of the file, by its name.
        scale: ``x2007`` or ``x2019``.
        names: under which XCO2 goes on each scale, the preferred one first.
        origin: file for messages.

    Raises:
        InputError: the file holds XCO2 on the other scale only, or none, or in another unit.
    """
    present = {
        name: _stated_scale(attributes[name]) or of
        for of in SCALES
        for name in names[of]
        if name in attributes
    }
    for name in names[scale] + tuple(present):
        if present.get(name) == scale:
            unit = str(attributes[name].get("units", "ppm")).strip()
            if unit.lower() not in ("ppm", "1e-6", "umol mol-1", "ppmv", ""):
                raise InputError(f"{origin}: {name} is in {unit!r}, expected 'ppm'.")
            return name
    if present:
        held = ", ".join(f"{name} ({of.upper()})" for name, of in sorted(present.items()))
        other = next(of for of in SCALES if of != scale)
        raise InputError(
            f"{origin}: XCO2 is there on another calibration scale only: found {held}, expected "
            f"{scale.upper()} (config key 'xco2.soundings.scale' is {scale}); fetch a version that "
            f"holds {scale.upper()}, or set the key to {other} if every source has it."
        )
    found = ", ".join(attributes) or "nothing"
    raise InputError(f"{origin}: no variable {' or '.join(names[scale])}; found {found}.")


def _stated_scale(attributes: Mapping[str, object]) -> str | None:
    """Return the scale that a variable's attributes state, None if none or both."""
    text = " ".join(
        str(attributes.get(name, "")) for name in ("long_name", "wmo_or_analogous_scale")
    ).lower()
    stated = [scale for scale in SCALES if scale in text]
    return stated[0] if len(stated) == 1 else None


def decode_times(values: NDArray, units: str) -> NDArray[np.datetime64] | None:
    """Return UTC times as datetime64[ms], NaT where missing; None if the units say no unit.

    Args:
        values: counts of a unit since a moment; NaN, -999999 and 1e30 count as missing.
        units: such as ``seconds since 1970-01-01 00:00:00``.
    """
    found = _SINCE.match(units)
    if not found:
        return None
    year, month, day = (int(part) for part in found[2].split("-"))
    clock = [float(part) for part in (found[3] or "0").split(":")]
    base = np.datetime64(f"{year:04d}-{month:02d}-{day:02d}", "ms") + np.timedelta64(
        round(1000 * sum(part * unit for part, unit in zip(clock, (3600, 60, 1), strict=False))),
        "ms",
    )
    values = np.asarray(values, dtype=np.float64)
    # Comparisons with NaN are False, so that missing times of every kind go one way.
    present = (np.abs(values) < 1e12) & (values != -999999)
    steps = np.round(np.where(present, values, 0.0) * (1000 * _SECONDS[found[1].lower()]))
    return np.where(present, base + steps.astype("timedelta64[ms]"), np.datetime64("NaT"))


def refuse_implausible(xco2: NDArray[np.floating], name: str, origin: str) -> None:
    """Refuse XCO2 that is none in ppm.

    Raises:
        InputError: a value lies outside ``PLAUSIBLE``.
    """
    bad = (xco2 < PLAUSIBLE[0]) | (xco2 > PLAUSIBLE[1])
    if bad.any():
        raise InputError(
            f"{origin}: {name} is {xco2[bad][0]:g} in {int(bad.sum())} of {xco2.size} good values, "
            f"the first; expected {PLAUSIBLE[0]:g} to {PLAUSIBLE[1]:g} ppm."
        )
