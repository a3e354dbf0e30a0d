"""The part of the globe that a run maps: the configuration's ``region``.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from carbonscape.core.errors import ConfigError

#: Names of the numbers of a region, in their order, and how far each may lie from 0.
EDGES = {"west": 180, "south": 90, "east": 180, "north": 90}

#: Keys without a dot whose lists of numbers may be given on the command line.
_LISTS = ("region", "years")


def with_numbers(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the lists of numbers of the highest level, read from text where they are text.

    Snakemake hands numbers inside a list of ``--config`` on as text. What is no number stays: the
    schema refuses it.
    """
    found = {}
    for key in _LISTS:
        if isinstance(values := config.get(key), list | tuple):
            found[key] = [_number(value) for value in values]
    return found


def _number(value: Any) -> Any:
    """Return the number that a text holds; anything else as it is."""
    for kind in (int, float):
        try:
            return kind(value) if isinstance(value, str) else value
        except ValueError:
            continue
    return value


def check_region(region: Sequence[float] | None, cells: Mapping[str, float]) -> None:
    """Refuse a region that is no part of the globe, or smaller than a cell.

    Args:
        region: west, south, east and north in degrees, or None for the globe.
        cells: size of a cell in degrees by its key of the configuration.

    Raises:
        ConfigError: says what is wrong with the region.
    """
    if region is None:
        return
    west, south, east, north = region
    for (name, most), value in zip(EDGES.items(), region, strict=True):
        if abs(value) > most:
            raise ConfigError(
                f"config key 'region': found {value:g} for the {name}, expected west, south, east "
                f"and north in degrees, the {name} from {-most} to {most}."
            )
    if west >= east:
        raise ConfigError(
            f"config key 'region': the west ({west:g}) does not lie west of the east ({east:g}); "
            "a region may not cross the 180th meridian: run its two sides one after the other, "
            f"[{west:g}, {south:g}, 180, {north:g}] and [-180, {south:g}, {east:g}, {north:g}], "
            "each under a 'run' of its own."
        )
    if south >= north:
        raise ConfigError(
            f"config key 'region': the south ({south:g}) does not lie south of the north "
            f"({north:g}); the order is west, south, east, north."
        )
    for key, cell in cells.items():
        if min(east - west, north - south) < cell:
            raise ConfigError(
                f"config key 'region' ({describe(region)}) is {east - west:g} by "
                f"{north - south:g} degrees, smaller than a cell of {cell:g} degrees ('{key}'); "
                "make the region larger or the cells smaller."
            )


def describe(region: Sequence[float]) -> str:
    """Return a region in words: 10 W to 5 E, 35 N to 44 N."""
    west, south, east, north = region
    lon, lat = ("E", "W"), ("N", "S")
    return (
        f"{_degrees(west, lon)} to {_degrees(east, lon)}, "
        f"{_degrees(south, lat)} to {_degrees(north, lat)}"
    )


def _degrees(value: float, sides: tuple[str, str]) -> str:
    """Return a position in degrees on one of two sides of 0."""
    return f"{abs(value):g} {sides[value < 0]}" if value else "0"


def holds(region: Sequence[float] | None, lat: float, lon: float) -> bool:
    """Say whether a place (degrees north and east) lies in a region; in none, it does."""
    if region is None:
        return True
    west, south, east, north = region
    return west <= lon <= east and south <= lat <= north
