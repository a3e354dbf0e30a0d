"""How the simulated air carries the carbon that the simulated land breathes.

Fluxes become column means in ppm, are mixed round each circle of latitude within weeks, between
latitudes within one to two months, between hemispheres within about a year, and are forgotten
over years, as the ocean would. All of it is linear; nothing is a model of real transport.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

Array = np.ndarray[Any, Any]

#: ppm of the column for one gC m-2: 1/12 mol over the 3.57e5 mol m-2 of dry air of 1013 hPa.
PPM_PER_FLUX = 1e6 / 12.011 / 3.57e5
#: Peak to peak of the zonal mean at ``SCALED_LATITUDE`` (degrees north), ppm. TCCON sees 7 to 9
#: at high northern latitudes (Wunch et al. 2013, doi 10.5194/acp-13-9447-2013).
AMPLITUDE, SCALED_LATITUDE = 7.0, 60.0

_WIDEST = 5.0  # degrees of the lattice of transport
_SPIN_UP = 3  # times the first year is repeated before it
_STEPS = 8  # a month; the middle of the month falls on one
_MONTH = 30.44  # days
_ZONAL_DECAY = 1.2  # a month, for one wave round the globe; faster for shorter waves
_MEMORY = 18.0  # months after which the mean of the globe has forgotten a flux


def carried(grid: xr.Dataset) -> tuple[Array, Array, Array]:
    """Return the departures of the column that the land's fluxes cause, in the middle of months.

    Args:
        grid: the truth of the biosphere: nee (time, lat, lon), gC m-2 d-1, NaN off land, in
            whole years; land_share (lat, lon).

    Returns:
        Departures (knot, lat, lon) in ppm, one knot more than the truth has months at each end;
        latitudes, descending; longitudes, ascending. Choice: scaled as a whole, so that the
        mean seasonal cycle at 60 N has ``AMPLITUDE``: the truth's cells may be of any size.
    """
    fluxes, lat, lon = _fluxes(grid)
    departures = fluxes - fluxes.mean(axis=0)
    first, last = departures[:12], departures[-12:]
    # The December before and the January after are those of the nearest year.
    months = np.concatenate([*[first] * _SPIN_UP, departures, last[:1]])
    state = _transport(months, lat)[12 * _SPIN_UP - 1 :]
    state -= state[1:-1].mean(axis=0)
    return state * _scale(state[1:-1], lat), lat, lon


def seasonal_range(zonal: Array) -> Array:
    """Return the peak-to-peak range of the mean year of months (month, ...), from a January on."""
    years = len(zonal) // 12
    return np.ptp(zonal[: 12 * years].reshape(years, 12, *zonal.shape[1:]).mean(axis=0), axis=0)


def _fluxes(grid: xr.Dataset) -> tuple[Array, Array, Array]:
    """Return ppm a month (month, lat, lon) on a lattice of at most 5 degrees, and its axes."""
    share = grid["land_share"].transpose("lat", "lon").values
    values = grid["nee"].transpose("time", "lat", "lon").values
    values = np.nan_to_num(values.astype(float)) * share * PPM_PER_FLUX * _MONTH
    rows = len(grid["lat"])
    cell = 180.0 / rows
    if cell > _WIDEST:
        parts = int(np.ceil(cell / _WIDEST))
        values = values.repeat(parts, axis=1).repeat(parts, axis=2)
    else:
        parts = max(n for n in range(1, int(_WIDEST / cell + 1e-9) + 1) if rows % n == 0)
        area = np.cos(np.deg2rad(grid["lat"].values)).reshape(-1, parts)
        blocks = values.reshape(len(values), rows // parts, parts, -1, parts).mean(axis=4)
        weight = (area / area.sum(axis=1, keepdims=True))[None, :, :, None]
        values = (blocks * weight).sum(axis=2)
    rows = values.shape[1]
    lat = 90 - 180 / rows * (np.arange(rows) + 0.5)
    return values, lat, -180 + 180 / rows * (np.arange(2 * rows) + 0.5)


def _transport(fluxes: Array, lat: Array) -> Array:
    """Return the state (month, lat, lon) in the middle of each month of fluxes, ppm a month."""
    step = 1 / _STEPS
    along, across = _along(lat, fluxes.shape[2], step), _across(lat, step)
    state, found = np.zeros(fluxes.shape[1:]), []
    for flux in fluxes:
        for number in range(_STEPS):
            mixed = np.fft.irfft(np.fft.rfft(state + flux * step) * along, n=state.shape[1])
            state = across @ mixed * np.exp(-step / _MEMORY)
            if number == _STEPS // 2 - 1:
                found.append(state)
    return np.stack(found)


def _along(lat: Array, columns: int, step: float) -> Array:
    """Return the factors (lat, wave) of a step along the circles of latitude.

    Westerlies carry air 40 degrees a month (what is left of them in a column that is mixed),
    trade winds 25 degrees the other way.
    """
    wave = np.arange(columns // 2 + 1)
    wind = np.deg2rad(np.where(np.abs(lat) > 25.0, 40.0, -25.0))
    return np.exp(-(_ZONAL_DECAY * wave + 1j * wave * wind[:, None]) * step)


def _across(lat: Array, step: float) -> Array:
    """Return the matrix (lat, lat) of an implicit step of diffusion across latitudes.

    It keeps the mass. Choice: 0.06 rad2 a month at the equator, where the rain belt parts the
    hemispheres, and 0.36 at the poles.
    """
    width = abs(lat[1] - lat[0])
    edges = np.deg2rad(np.append(lat + width / 2, lat[-1] - width / 2))
    mixing = (0.06 + 0.30 * np.sin(edges) ** 2) * np.cos(edges) / np.deg2rad(width)
    mixing[[0, -1]] = 0.0
    area = np.sin(edges[:-1]) - np.sin(edges[1:])
    matrix = np.diag(mixing[:-1] + mixing[1:])
    matrix -= np.diag(mixing[1:-1], 1) + np.diag(mixing[1:-1], -1)
    return np.linalg.inv(np.eye(len(lat)) + step * matrix / area[:, None])


def _scale(state: Array, lat: Array) -> float:
    """Return the factor that gives the mean year at 60 N its range; 1 where nothing breathes."""
    zonal = state.mean(axis=2)
    ranges = seasonal_range(zonal)
    found = float(np.interp(-SCALED_LATITUDE, -lat, ranges))
    return AMPLITUDE / found if found > 1e-6 else 1.0
