"""What the tables of pixels around towers share: text into sites and raw whole numbers."""

from __future__ import annotations

import os

import numpy as np
from numpy.typing import NDArray

from carbonscape.archives.csv_text import CsvText, read_csv_text
from carbonscape.core.limits import TABLE_BYTES
from carbonscape.core.plain_files import read_limited

_REMEDY = "fetch it again"


def read_site_csv(path: str | os.PathLike[str]) -> CsvText:
    """Split the CSV of a file.

    Raises:
        InputError: the file is absent, none, or no CSV.
    """
    content = read_limited(path, TABLE_BYTES, remedy=_REMEDY)
    return read_csv_text(content, origin=str(path), remedy=_REMEDY)


def site_names(text: CsvText) -> list[str]:
    """Return the site identifiers, none of them empty.

    Raises:
        InputError: a row names no site.
    """
    sites = text.texts("site")
    if "" in sites:
        raise text.fault(sites.index(""), "site", "no value, expected an identifier such as US-Ha1")
    return sites


def whole_numbers(
    text: CsvText, column: str, high: int, *, empty: bool = False
) -> NDArray[np.float64]:
    """Return the whole numbers from 0 to ``high`` of a column, NaN for an empty cell.

    Args:
        text: the table.
        column: its name.
        high: largest value.
        empty: whether a cell may be empty.

    Raises:
        InputError: a cell holds something else.
    """
    values = np.array(text.numbers(column, missing=("",) if empty else ()))
    bad = ~np.isnan(values) & ((values < 0) | (values > high) | (values != np.floor(values)))
    if bad.any():
        row = int(bad.argmax())
        raise text.fault(
            row, column, f"found {values[row]:g}, expected a whole number from 0 to {high}"
        )
    return values if empty else values.astype(np.int64)
