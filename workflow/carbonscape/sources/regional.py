"""Files of a region: what nothing but maps reads is asked for on the region's cells alone.

Such a file has a name of its own beside that of the globe, so that neither is taken for the other,
nor for that of another region. Only the standard library is used here: every cluster job parses
the Snakefile again.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from carbonscape.core.tiles import edges_of_region
from carbonscape.products.registry import get_product
from carbonscape.sources.source import Files

#: North, west, south and east in degrees: the outer edges of cells.
Area = tuple[float, float, float, float]


def areas_of_run(
    sections: Mapping[str, Mapping[str, Any]], region: Sequence[float] | None
) -> dict[str, Area]:
    """Return the cells that a region touches, by wing; none without a region.

    Of several products of a wing those of the first, as its files are on the cells of that one.

    Args:
        sections: sections of the configuration by product.
        region: west, south, east and north in degrees, or None.
    """
    found: dict[str, Area] = {}
    for name, section in sections.items() if region else ():
        west, south, east, north = edges_of_region(section["grid"]["cell"], region)
        edges = (round(edge, 6) for edge in (north, west, south, east))
        found.setdefault(get_product(name).wing, tuple(edges))
    return found


def regional_path(path: str, area: Area) -> str:
    """Return the path of the file of an area, beside that of the globe."""
    pure = PurePath(path)
    north, west, south, east = area
    sides = [(west, "EW"), (south, "NS"), (east, "EW"), (north, "NS")]
    name = "_".join(f"{abs(value):g}{letters[value < 0]}" for value, letters in sides)
    return str(pure.with_name(f"{pure.stem}_{name}{pure.suffix}"))


def chosen_path(path: str, files: Files, areas: Mapping[str, Area]) -> str:
    """Return the file that a run reads: of the globe where it is there, else that of its region.

    Args:
        path: the file of the globe.
        files: its kind.
        areas: of :func:`areas_of_run`.
    """
    area = areas.get(files.wing) if files.maps_alone else None
    return path if area is None or os.path.isfile(path) else regional_path(path, area)
