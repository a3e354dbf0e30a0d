"""Reading the map of continents, and finding the continent of a place.

The map is ``resources/continents/continents.nc``, from Natural Earth's 1:110m countries; the
README beside it says what was changed.
"""

from __future__ import annotations

import os

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from carbonscape.core.errors import InputError

#: The continents in the order of the map's codes, which count from 1.
CONTINENTS = ("Africa", "Asia", "Europe", "North America", "South America", "Oceania")

#: What a place on no continent is called.
NO_CONTINENT = "none"

#: Distance within which a place off the coast belongs to the nearest continent, degrees of arc.
COAST = 1.0


def read_continents(path: str | os.PathLike[str]) -> xr.DataArray:
    """Read the map of continents, whole.

    Returns:
        (lat, lon) uint8, 1 to 6 in the order of ``CONTINENTS``, 0 for none; pixel centres,
        latitudes descending, longitudes ascending from -180.

    Raises:
        InputError: the file is absent, damaged, or holds another map.
    """
    try:
        with xr.open_dataset(path) as dataset:
            codes = dataset["continent"].transpose("lat", "lon").astype("uint8").load()
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file.") from error
    except (OSError, ValueError, KeyError) as error:
        raise InputError(
            f"{path}: cannot be read as the map of continents ({error}); take the file of the "
            "repository, or rebuild it as resources/continents/README.md says."
        ) from error
    lat, lon = codes["lat"].values, codes["lon"].values
    if codes.max() > len(CONTINENTS) or lat[0] < lat[-1] or lon[0] > lon[-1]:
        raise InputError(
            f"{path}: expected codes 0 to {len(CONTINENTS)} from north to south and west to east, "
            f"found codes up to {int(codes.max())} from {lat[0]:g} N and {lon[0]:g} E."
        )
    return codes


def continents_of(
    lat: ArrayLike, lon: ArrayLike, *, path: str | os.PathLike[str], reach: float = COAST
) -> NDArray[np.str_]:
    """Return the continents of places.

    A place whose pixel lies on none takes the nearest continent whose pixel centre lies within
    ``reach`` (great circle), so that coasts, which 1:110m draws coarsely, are not lost.

    Args:
        lat, lon: degrees north and east, of one shape; -180 to 180.
        path: the map.
        reach: degrees of arc.

    Returns:
        names of ``CONTINENTS``, or 'none', in the shape of ``lat``.

    Raises:
        InputError: as :func:`read_continents`, or a place is not on the globe.

    Source: the XCO2 paper, both of its tables 4, names six continents without saying how they are
        bounded; Natural Earth and the coast are this project's.
    """
    lat, lon = (np.asarray(values, dtype=np.float64) for values in (lat, lon))
    if not (np.all(np.abs(lat) <= 90) and np.all(np.abs(lon) <= 180)):
        raise InputError("places for which a continent is sought are not all on the globe.")
    shape, lat, lon = lat.shape, lat.ravel(), lon.ravel()
    raster = read_continents(path)
    codes = raster.values
    rows = np.minimum(((90 - lat) * codes.shape[0] / 180).astype(np.intp), codes.shape[0] - 1)
    columns = np.minimum(((lon + 180) * codes.shape[1] / 360).astype(np.intp), codes.shape[1] - 1)
    found = codes[rows, columns].astype(np.intp)
    off = np.flatnonzero(found == 0)
    if off.size and reach > 0:
        inside = np.nonzero(codes)
        tree = cKDTree(_points(raster["lat"].values[inside[0]], raster["lon"].values[inside[1]]))
        chord = 2 * np.sin(np.radians(reach) / 2)
        distance, nearest = tree.query(_points(lat[off], lon[off]), distance_upper_bound=chord)
        near = np.isfinite(distance)
        found[off[near]] = codes[inside][nearest[near]]
    return np.array([NO_CONTINENT, *CONTINENTS])[found].reshape(shape)


def _points(lat: NDArray[np.floating], lon: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return (place, 3) points of the unit sphere."""
    phi, lam = np.radians(np.asarray(lat, float)), np.radians(np.asarray(lon, float))
    return np.column_stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])
