"""What the tables of pixels around towers share: text into sites and raw whole numbers."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from carbonscape.archives.csv_text import CsvText, read_csv_text
from carbonscape.core.errors import InputError


def read_site_csv(path: str | os.PathLike[str]) -> CsvText:
    """Split the CSV of a file.

    Raises:
        InputError: the file is absent or no CSV.
    """
    try:
        content = Path(path).read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file.") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}).") from error
    return read_csv_text(content, origin=str(path), remedy="fetch it again")


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
