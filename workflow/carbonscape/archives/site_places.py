"""Whether towers stand where their codes say: on land, in their country, in their climate.

A longitude without its minus is a possible place. What tells is the rest of the row: the first
two letters of a FLUXNET identifier are those of a country, towers stand on land, and the Koppen
class of the list should be found near the place. The maps are those of ``resources/geography``.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from carbonscape.archives.koppen import main_climate
from carbonscape.core import findings
from carbonscape.core.classes import CLIMATES
from carbonscape.core.errors import InputError

#: Degrees by which a place may leave the boxes of its country: these are of coarse outlines.
MARGIN = 1.0

#: Degrees around a place in which there must be land, about 50 km.
SHORE = 0.5

#: Degrees around a place in which its climate must be found: mountains hold several.
CLIMATE_REACH = 1.0

#: Climates that pass for one another: where one ends depends on the years and on the author (the
#: coldest month of continental climates is below 0 or below -3 degrees Celsius).
_ADJACENT = {"continental": {"temperate", "polar"}, "temperate": {"continental"},
             "polar": {"continental"}}  # fmt: skip

#: The maps end here.
_SOUTH = -60.0

_SOURCE = "fluxnet2015"

Boxes = dict[str, tuple[str, NDArray[np.float64]]]


def check_places(
    sites: pd.DataFrame,
    *,
    countries: str | os.PathLike[str],
    land: str | os.PathLike[str],
    koppen: str | os.PathLike[str],
) -> None:
    """Warn (``core.findings``) of towers that do not stand where their rows say.

    Args:
        sites: site, lat, lon and climate, as ``read_site_list`` returns them.
        countries: ``countries.csv``: code, country, west, south, east, north.
        land: ``land_share.nc``: percent of land on (lat, lon).
        koppen: ``koppen.nc``: codes of Beck et al. 2018 on (lat, lon), 0 at sea.

    Raises:
        InputError: a map is absent or another file.
    """
    boxes = read_boxes(countries)
    shares, codes = _field(land, "land_share"), _field(koppen, "koppen")
    for row in sites.itertuples():
        place = (float(row.lat), float(row.lon))
        reasons = [_other_country(row.site, place, boxes)]
        if place[0] > _SOUTH:
            reasons += [
                _at_sea(place, shares),
                _other_climate(row.climate, row.koppen, place, codes),
            ]
        for reason in filter(None, reasons):
            said = f"{place[0]:g} N {place[1]:g} E of the site list {reason}"
            findings.warn(row.site, said, source=_SOURCE, kind="tower")


def read_boxes(path: str | os.PathLike[str]) -> Boxes:
    """Return the name of each country and the boxes (west, south, east, north) of its land.

    Raises:
        InputError: the file is absent or another table.
    """
    found: dict[str, tuple[str, list[list[float]]]] = {}
    try:
        with Path(path).open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                box = [float(row[side]) for side in ("west", "south", "east", "north")]
                found.setdefault(row["code"], (row["country"], []))[1].append(box)
    except (OSError, ValueError, KeyError) as error:
        raise InputError(
            f"{path}: cannot be read as the boxes of countries ({error}); take the file of the "
            "repository."
        ) from error
    return {code: (name, np.array(boxes)) for code, (name, boxes) in found.items()}


def _other_country(site: str, place: tuple[float, float], boxes: Boxes) -> str:
    """Return why a place is not in the country of its code, or nothing."""
    code = site[:2]
    if code not in boxes or _inside(place, boxes[code][1]):
        return ""
    lat, lon = place
    said = f"lies outside {boxes[code][0]}, the country of its code"
    for there, why in (
        ((lat, -lon), "the sign of the longitude"),
        ((-lat, lon), "the sign of the latitude"),
        ((-lat, -lon), "the signs of both"),
        ((lon, lat), "which of them is the latitude"),
    ):
        if _inside(there, boxes[code][1]):
            return f"{said}; look at {why}"
    return f"{said}; look at both"


def _inside(place: tuple[float, float], boxes: NDArray[np.float64]) -> bool:
    lat, lon = place
    west, south, east, north = boxes.T
    inside = (west - MARGIN <= lon) & (lon <= east + MARGIN)
    return bool((inside & (south - MARGIN <= lat) & (lat <= north + MARGIN)).any())


def _at_sea(place: tuple[float, float], shares: xr.DataArray) -> str:
    """Return that there is no land around a place, or nothing."""
    return "" if (_around(place, shares, SHORE) > 0).any() else "lies far out at sea"


def _other_climate(climate: str, code: str, place: tuple[float, float], codes: xr.DataArray) -> str:
    """Return which climates there are around a place if its own is not among them, or nothing."""
    classes = np.unique(main_climate(_around(place, codes, CLIMATE_REACH)))
    names = [CLIMATES[number - 1] for number in classes if number]
    if not names or {climate, *_ADJACENT.get(climate, ())} & set(names):
        return ""
    return f"has the climate {code} ({climate}), but around it are {', '.join(names)} alone"


def _around(place: tuple[float, float], field: xr.DataArray, reach: float) -> NDArray:
    """Return the cells of a field within a distance of a place, in degrees of arc."""
    lat, lon = place
    wide = min(reach / max(np.cos(np.deg2rad(lat)), 0.05), 180.0)
    rows = np.abs(field["lat"].values - lat) <= reach
    east = np.abs((field["lon"].values - lon + 180.0) % 360.0 - 180.0)
    return field.values[np.ix_(rows, east <= wide)]


def _field(path: str | os.PathLike[str], name: str) -> xr.DataArray:
    """Read a map, whole."""
    try:
        with xr.open_dataset(path) as dataset:
            return dataset[name].load()
    except (OSError, ValueError, KeyError) as error:
        raise InputError(
            f"{path}: cannot be read as a map of '{name}' ({error}); take the file of the "
            "repository, or rebuild it as resources/geography/README.md says."
        ) from error
