"""Reading the tidy table of monthly predictors at the towers.

One row per site and month, from a ``.csv`` or ``.csv.gz`` file: the columns ``site``, ``year``,
``month``, any of the variables in ``PREDICTORS`` (in the units given there), and for each of them
optionally ``<variable in lower case>_source``, free text that says where the value comes from.
A missing value is an empty cell (or NaN, NA).
"""

from __future__ import annotations

import gzip
import io
import os
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from carbonscape.archives.csv_text import CsvText, read_csv_text
from carbonscape.archives.predictor_rules import check_columns
from carbonscape.core.errors import InputError
from carbonscape.core.limits import TABLE_BYTES
from carbonscape.core.plain_files import read_limited, refuse_larger


@dataclass(frozen=True)
class Predictor:
    """One variable: its unit, meaning, plausible range and the usual reason for leaving it."""

    name: str
    unit: str
    long_name: str
    low: float
    high: float
    hint: str

    @property
    def source(self) -> str:
        """Name of the column that says where the values come from."""
        return f"{self.name.lower()}_source"


#: The variables of the predictor table by name, in the order of the result. The ranges hold for
#: means over a month on land; radiation and precipitation may be a packing error below zero.
PREDICTORS = {
    predictor.name: predictor
    for predictor in (
        Predictor(
            "LAI", "m2 m-2", "leaf area index", 0, 15,
            "apply the scale factor 0.1 of MODIS and leave fill values empty",
        ),
        Predictor(
            "FPAR", "1", "fraction of absorbed photosynthetically active radiation", 0, 1,
            "is it in percent? divide by 100",
        ),
        Predictor(
            "T2M", "K", "air temperature at 2 m", 180, 340,
            "is it in degrees Celsius? add 273.15",
        ),
        Predictor(
            "SSRD", "W m-2", "surface solar radiation downwards", -0.01, 600,
            "is it in J m-2? divide by the seconds of the time step",
        ),
        Predictor(
            "VPD", "hPa", "vapour pressure deficit", 0, 120,
            "is it in Pa? divide by 100",
        ),
        Predictor(
            "TP", "mm d-1", "total precipitation", -0.01, 100,
            "is it a monthly total? divide by the days of the month",
        ),
        Predictor(
            "E", "mm d-1", "evaporation, positive upwards", -5, 30,
            "is it a monthly total? divide by the days of the month",
        ),
    )
}  # fmt: skip

_KEY = ("site", "year", "month")
_MISSING = ("", "NaN", "nan", "NA")
_REMEDY = "correct the predictor table"


def read_predictors(
    path: str | os.PathLike[str],
    *,
    sites: pd.DataFrame | None = None,
    accept: Collection[str] = (),
    judged: bool = False,
) -> pd.DataFrame:
    """Read the predictor table of the towers.

    Each tower's columns are judged as a whole too (:mod:`carbonscape.archives.predictor_rules`).

    Args:
        path: a .csv or .csv.gz file.
        sites: tower sites (site, lat) whose columns are judged; by default all, as far as that
            needs no latitude.
        accept: sites whose columns only warn where they are impossible as a whole, or
            ``fluxnet2015`` for all.
        judged: another step has judged the columns of this table.

    Returns:
        A table with site, year, month, the variables of the file in the order of ``PREDICTORS``
        (units given there, NaN where missing) and their source columns (text), sorted by site,
        year and month.

    Raises:
        InputError: the file is absent or not a CSV, a column is unknown or absent, a cell is no
            number or outside the variable's plausible range, a site-month is doubled, or a
            tower's column is impossible as a whole.
    """
    text = read_csv_text(_content(Path(path)), origin=str(path), remedy=_REMEDY)
    text.require(_KEY)
    variables = [predictor for name, predictor in PREDICTORS.items() if name in text.header]
    _refuse_unknown_columns(text, variables)
    columns: dict[str, list] = {
        "site": _sites(text),
        "year": _integers(text, "year", 1900, 2200),
        "month": _integers(text, "month", 1, 12),
    }
    _refuse_doubled(text, columns)
    columns |= {predictor.name: _values(text, predictor) for predictor in variables}
    for predictor in variables:
        if predictor.source in text.header:
            columns[predictor.source] = text.texts(predictor.source)
    table = pd.DataFrame(columns).sort_values(list(_KEY), ignore_index=True)
    if not judged:
        check_columns(table, origin=str(path), sites=sites, accept=accept)
    return table


def _content(path: Path) -> bytes:
    """Return the bytes of the CSV, unpacked if its name says so."""
    content = read_limited(path, TABLE_BYTES, remedy=_REMEDY)
    if path.suffix != ".gz":
        return content
    try:
        with gzip.open(io.BytesIO(content)) as stream:
            unpacked = stream.read(TABLE_BYTES.most + 1)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise InputError(
            f"{path}: the gzip file is broken or cut short ({error}); make or copy it again."
        ) from error
    refuse_larger(len(unpacked), TABLE_BYTES, origin=f"{path}, unpacked", remedy=_REMEDY)
    return unpacked


def _refuse_unknown_columns(text: CsvText, variables: list[Predictor]) -> None:
    """Refuse a column that is neither key, variable nor source of a variable of the file."""
    known = {*_KEY, *(v.name for v in variables), *(v.source for v in variables)}
    unknown = [name for name in text.header if name not in known]
    units = ", ".join(f"{name} [{variable.unit}]" for name, variable in PREDICTORS.items())
    expected = f"site, year, month, any of {units}, and for each of these <variable>_source"
    if unknown:
        raise InputError(
            f"{text.origin}, line 1: unknown column {unknown[0]!r}, expected {expected}; {_REMEDY}."
        )
    if not variables:
        raise InputError(f"{text.origin}, line 1: no variable, expected {expected}; {_REMEDY}.")


def _sites(text: CsvText) -> list[str]:
    """Return the site identifiers, none of them empty."""
    sites = text.texts("site")
    if "" in sites:
        raise text.fault(sites.index(""), "site", "no value, expected an identifier such as US-Ha1")
    return sites


def _integers(text: CsvText, column: str, low: int, high: int) -> list[int]:
    """Return years or months as whole numbers inside their range."""
    values = text.numbers(column)
    for row, value in enumerate(values):
        if not (value.is_integer() and low <= value <= high):
            sentence = f"found {value:g}, expected a whole number from {low} to {high}"
            raise text.fault(row, column, sentence)
    return [int(value) for value in values]


def _refuse_doubled(text: CsvText, columns: dict[str, list]) -> None:
    """Refuse a second row of one site and month."""
    line_of: dict[tuple, int] = {}
    for row, key in enumerate(zip(*(columns[name] for name in _KEY), strict=True)):
        if key in line_of:
            site, year, month = key
            sentence = f"{site} {year}-{month:02d} is doubled (also on line {line_of[key]})"
            raise text.fault(row, "month", sentence)
        line_of[key] = text.lines[row]


def _values(text: CsvText, predictor: Predictor) -> list[float]:
    """Return one variable, NaN where missing, all of it inside the plausible range."""
    values = text.numbers(
        predictor.name, missing=_MISSING, empty="leave the cell empty where a value is missing"
    )
    for row, value in enumerate(values):
        # NaN compares as neither below nor above.
        if value < predictor.low or value > predictor.high:
            hint = "a missing value is an empty cell" if value <= -999 else predictor.hint
            raise text.fault(
                row,
                predictor.name,
                f"found {value:g}, outside the plausible {predictor.low:g} to "
                f"{predictor.high:g} {predictor.unit} of {predictor.long_name} ({hint})",
            )
    return values
