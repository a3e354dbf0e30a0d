"""Where OCO-2 and OCO-3 look: tracks of their orbits and the sun above them."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

import numpy as np

from carbonscape.simulate.lattice import declination

Array = np.ndarray[Any, Any]

#: The eight footprints of a frame: km from the track, one 1.29 km beside the other.
FOOTPRINTS = 1.29 * (np.arange(8) - 3.5)
#: With the sun lower than this many degrees from the zenith nothing is retrieved.
LOWEST_SUN = 85.0

_KM = 111.2  # a degree of latitude
_EPOCH = dt.date(2014, 9, 6)  # OCO-2's first light; the tracks are counted from here


class Orbit(NamedTuple):
    """A circular orbit.

    Attributes:
        inclination: degrees.
        per_day: revolutions a day.
        node: degrees a day by which the node moves to the west over the turning Earth.
    """

    inclination: float
    per_day: float
    node: float


#: OCO-2: 233 orbits in 16 days, 13:36 local solar time at the node (the node follows the sun);
#: OCO-3 on the space station, whose node falls behind the sun by 6 degrees a day, so that it
#: sees a place at another hour each day.
ORBITS = {"oco2": Orbit(98.2, 233 / 16, 360.0), "oco3": Orbit(51.64, 15.5, 366.0)}
_NODE_HOUR = 13.6


def track(instrument: str, day: dt.date, seconds: Array) -> tuple[Array, Array, Array]:
    """Return the points under an instrument.

    Args:
        instrument: ``oco2`` or ``oco3``.
        day: a day.
        seconds: since its midnight, UTC (frame); more than 86400 for the next day.

    Returns:
        Latitudes and longitudes (frame), degrees, and the number of the orbit.
    """
    orbit = ORBITS[instrument]
    days = (day - _EPOCH).days + seconds / 86400
    turn = 2 * np.pi * (days * orbit.per_day % 1.0)
    tilt = np.deg2rad(orbit.inclination)
    lat = np.rad2deg(np.arcsin(np.sin(tilt) * np.sin(turn)))
    across = np.rad2deg(np.arctan2(np.cos(tilt) * np.sin(turn), np.cos(turn)))
    lon = 15 * (_NODE_HOUR - 12) + 180 + across - orbit.node * days
    return lat, (lon + 180) % 360 - 180, np.floor(days * orbit.per_day).astype("int32")


def footprints(
    instrument: str, day: dt.date, seconds: Array
) -> tuple[Array, Array, Array, tuple[Array, Array]]:
    """Return the eight footprints of each frame.

    Args:
        instrument: ``oco2`` or ``oco3``.
        day: a day.
        seconds: since its midnight, UTC (frame).

    Returns:
        Latitudes and longitudes (frame, footprint), the number of the orbit (frame), and the
        corners' latitudes and longitudes (frame, footprint, vertex), 1.29 by 2.25 km.
    """
    lat, lon, orbit = track(instrument, day, seconds)
    ahead_lat, ahead_lon, _ = track(instrument, day, seconds + 1.0)
    shrink = np.maximum(np.cos(np.deg2rad(lat)), 0.05)
    north = ahead_lat - lat
    east = ((ahead_lon - lon + 180) % 360 - 180) * shrink
    length = np.maximum(np.hypot(north, east), 1e-9)
    north, east = north / length, east / length

    def moved(along: Any, across: Any) -> tuple[Array, Array]:
        """Return points so many km ahead of and to the right of the track's."""
        n, e, s, a, o = (x[:, None] for x in (north, east, shrink, lat, lon))
        up, right = (along * n - across * e) / _KM, (along * e + across * n) / _KM
        return np.clip(a + up, -90, 90), (o + right / s + 180) % 360 - 180

    corners = [
        moved(along, FOOTPRINTS + across)
        for along, across in ((-1.125, -0.645), (-1.125, 0.645), (1.125, 0.645), (1.125, -0.645))
    ]
    vertices = tuple(np.stack([corner[n] for corner in corners], axis=-1) for n in (0, 1))
    return *moved(0.0, FOOTPRINTS), orbit, vertices


def sun_zenith(lat: Array, lon: Array, day: dt.date, seconds: Array) -> Array:
    """Return the angle of the sun from the zenith (degrees) at points and seconds of a day, UTC."""
    phi, delta = np.deg2rad(lat), declination(day.timetuple().tm_yday)
    hour = np.deg2rad(15 * (seconds / 3600 - 12) + lon)
    height = np.sin(phi) * np.sin(delta) + np.cos(phi) * np.cos(delta) * np.cos(hour)
    return np.rad2deg(np.arccos(np.clip(height, -1, 1)))
