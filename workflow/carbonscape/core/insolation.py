"""Solar radiation at the top of the atmosphere: the bound of what can reach the ground.

Spencer 1971 (Fourier series of declination and distance), as in Iqbal 1983, "An Introduction to
Solar Radiation", eq. 1.2.1, 1.3.1 and 4.2.18; solar constant: Kopp and Lean 2011
(doi:10.1029/2010GL045777).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: W m-2 at the mean distance of the sun.
SOLAR_CONSTANT = 1361.0

#: Days before each month of a common year, and the days of the year.
_MONTH_STARTS = np.concatenate([[0], np.cumsum([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])])


def declination_at(angle: ArrayLike) -> NDArray[np.float64]:
    """Return the declination of the sun, rad, at the angle of the year (day less one), rad."""
    return (
        0.006918
        - 0.399912 * np.cos(angle)
        + 0.070257 * np.sin(angle)
        - 0.006758 * np.cos(2 * angle)
        + 0.000907 * np.sin(2 * angle)
        - 0.002697 * np.cos(3 * angle)
        + 0.00148 * np.sin(3 * angle)
    )


def daily_insolation(lat: ArrayLike, day_of_year: ArrayLike) -> NDArray[np.float64]:
    """Return the mean over a day of the radiation on a horizontal plane, W m-2.

    Args:
        lat: degrees north.
        day_of_year: 1 to 366; both broadcast against each other.
    """
    angle = 2 * np.pi * (np.asarray(day_of_year, dtype=np.float64) - 1) / 365
    declination = declination_at(angle)
    distance = (
        1.00011
        + 0.034221 * np.cos(angle)
        + 0.00128 * np.sin(angle)
        + 0.000719 * np.cos(2 * angle)
        + 0.000077 * np.sin(2 * angle)
    )
    # At the very pole the tangent is huge, not infinite; the clip holds polar day and night.
    phi = np.deg2rad(np.asarray(lat, dtype=np.float64))
    sunset = np.arccos(np.clip(-np.tan(phi) * np.tan(declination), -1.0, 1.0))
    height = sunset * np.sin(phi) * np.sin(declination)
    height = height + np.cos(phi) * np.cos(declination) * np.sin(sunset)
    return SOLAR_CONSTANT * distance * np.maximum(height, 0.0) / np.pi


def monthly_insolation(lat: ArrayLike, month: ArrayLike) -> NDArray[np.float64]:
    """Return the mean of :func:`daily_insolation` over the days of a month, W m-2.

    Args:
        lat: degrees north.
        month: 1 to 12; both broadcast against each other. February has 28 days.
    """
    lat, month = np.broadcast_arrays(np.asarray(lat, dtype=np.float64), np.asarray(month))
    result = np.empty(lat.shape)
    for number in np.unique(month):
        days = np.arange(_MONTH_STARTS[number - 1], _MONTH_STARTS[number]) + 1
        here = month == number
        result[here] = daily_insolation(lat[here][..., None], days).mean(axis=-1)
    return result
