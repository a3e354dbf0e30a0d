"""Reading the list of towers: where each one stands, its IGBP class and its climate."""

from __future__ import annotations

import os
import re

import pandas as pd

from carbonscape.archives.csv_text import CsvText, read_csv_text
from carbonscape.archives.tables import TOWER_SITES
from carbonscape.core.classes import CLIMATES, IGBP_CLASSES
from carbonscape.core.limits import TABLE_BYTES
from carbonscape.core.plain_files import read_limited

#: Main classes by the first letter of a Koppen-Geiger code.
_MAIN_CLASS = dict(zip("ABCDE", CLIMATES, strict=True))

#: Main classes by the names in use; Peel et al. 2007 (doi:10.5194/hess-11-1633-2007) say Cold.
_MAIN_CLASS_NAMES = {**{name: name for name in CLIMATES}, "cold": "continental"}

_KOPPEN = re.compile(r"A[fmsw]|B[SW][hk]|C[fsw][abc]|D[fsw][abcd]|E[FT]")
_REQUIRED = ("site", "lat", "lon", "igbp", "koppen")
_REMEDY = "correct the site list"


def read_site_list(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Read the CSV with one row per tower.

    Columns: site, lat (-90 to 90 degrees_north), lon (-180 to 360 degrees_east; kept as -180 to
    180), igbp (three-letter class), koppen (Koppen-Geiger code, e.g. Dfb) and optionally
    koppen_main (Tropical, Arid, Temperate, Cold or Continental, Polar). Others are passed over.
    The climate is derived from the code.

    Returns:
        A table that follows ``TOWER_SITES``, sorted by site.

    Raises:
        InputError: the file is absent or not a CSV, a column is absent, a value is impossible,
            a site is doubled, or code and main class of a row disagree.
    """
    content = read_limited(path, TABLE_BYTES, remedy=_REMEDY)
    text = read_csv_text(content, origin=str(path), remedy=_REMEDY)
    text.require(_REQUIRED)
    table = pd.DataFrame(
        {
            "site": _sites(text),
            "lat": _degrees(text, "lat", -90, 90),
            "lon": [
                degrees - 360 if degrees > 180 else degrees
                for degrees in _degrees(text, "lon", -180, 360)
            ],
            "igbp": _igbp(text),
            "koppen": text.texts("koppen"),
            "climate": _climates(text),
        }
    )
    return TOWER_SITES.check(table.sort_values("site"), str(path))


def _sites(text: CsvText) -> list[str]:
    """Return the site identifiers, each of which may stand there once."""
    sites = text.texts("site")
    line_of: dict[str, int] = {}
    for row, site in enumerate(sites):
        if not site:
            raise text.fault(row, "site", "no value, expected an identifier such as US-Ha1")
        if site in line_of:
            raise text.fault(row, "site", f"{site} is doubled (also on line {line_of[site]})")
        line_of[site] = text.lines[row]
    return sites


def _degrees(text: CsvText, column: str, low: float, high: float) -> list[float]:
    """Return latitudes or longitudes inside their range."""
    values = text.numbers(column)
    for row, value in enumerate(values):
        if not low <= value <= high:
            raise text.fault(row, column, f"found {value:g}, expected {low} to {high} degrees")
    return values


def _igbp(text: CsvText) -> list[str]:
    """Return the IGBP classes, all of them known."""
    classes = text.texts("igbp")
    for row, name in enumerate(classes):
        if name not in IGBP_CLASSES:
            expected = ", ".join(IGBP_CLASSES)
            raise text.fault(row, "igbp", f"unknown class {name!r}, expected one of {expected}")
    return classes


def _climates(text: CsvText) -> list[str]:
    """Return the main classes by the codes' first letters, in agreement with koppen_main."""
    climates = []
    for row, code in enumerate(text.texts("koppen")):
        if not _KOPPEN.fullmatch(code):
            raise text.fault(
                row, "koppen", f"found {code!r}, expected a Koppen-Geiger code such as Dfb"
            )
        climates.append(_MAIN_CLASS[code[0]])
    if "koppen_main" in text.header:
        for row, name in enumerate(text.texts("koppen_main")):
            if name and _MAIN_CLASS_NAMES.get(name.lower()) != climates[row]:
                raise text.fault(
                    row,
                    "koppen_main",
                    f"found {name!r}, but the koppen code of the row is {climates[row]}",
                )
    return climates
