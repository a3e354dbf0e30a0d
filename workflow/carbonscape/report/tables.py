"""Tables as the report shows them: words for names, rounded numbers, both ends in one cell.

A table of the page is a dict of ``headings`` and ``rows``; a cell is a dict of ``text``,
``number`` (stands to the right) and ``absent`` (grey). A folded table is a dict of the two tables
``short``, which the reader sees at once, and ``full``, which he may open; ``full`` is None where
it would say nothing more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pandas as pd

from carbonscape.evaluation.scorecards import NOT_RUN

#: What stands for an annual model in a window that is not its own.
NO_CELL = "—"

#: Words of table headings that mean more than their name.
_HEADINGS = {
    "paper_rows": "the paper's rows",
    "pft": "PFT",
    "r2": "R²",
    "r2_min": "R² lowest",
    "r2_max": "R² highest",
    "rmse": "RMSE",
    "rmse_min": "RMSE lowest",
    "rmse_max": "RMSE highest",
    "explained_by": "deviations",
    "truth": "truth (PgC yr⁻¹)",
    "growth": "growth (PgC yr⁻²)",
    "growth_error": "standard error",
    "growth_truth": "growth of the truth",
    "coverage": "share of the land",
    "r_years": "r of years",
    "not_better": "not better in",
}


def page_table(
    table: pd.DataFrame,
    *,
    leave_out: Sequence[str] = (),
    decimals: int | None = None,
    headings: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:
    """Return a table of text as one of the page; columns without any value are left out.

    Numbers with a decimal point are rounded to ``decimals``, if given; ``headings`` are those of
    columns that no other product has.
    """
    words = {**_HEADINGS, **headings}
    columns = [
        name for name in table.columns if name not in leave_out and (table[name] != "").any()
    ]
    rows = [
        [_cell(rounded(value, decimals)) for value in row]
        for row in table[columns].to_numpy().tolist()
    ]
    for cells in zip(*rows, strict=True):
        # Numbers stand to the right only where the whole column is made of them.
        if not all(cell["number"] or cell["absent"] for cell in cells if cell["text"]):
            for cell in cells:
                cell["number"] = False
    return {
        "headings": [words.get(name, name.replace("_", " ")) for name in columns],
        "rows": rows,
    }


def plain_table(path: str, **how: Any) -> dict[str, Any]:
    """Return a CSV file as a table of the page, as the tables of counts are shown.

    Args:
        path: the file.
        how: keywords of :func:`page_table`.
    """
    return page_table(read_text_table(path), **how)


def scorecard_table(path: str) -> dict[str, Any]:
    """Return a scorecard as a table of the page, without columns that no row of it fills."""
    card = read_text_table(path)
    empty = [name for name in card.columns if (card[name] == "").all()]
    return page_table(card, leave_out=("id", *empty))


def read_text_table(path: str) -> pd.DataFrame:
    """Read a CSV file whose cells stay as they are written."""
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def counts_of(table: pd.DataFrame, *columns: str) -> str:
    """Return in words how many there are of each column, as '206 sites, 5,000 draws'."""
    words = {"sites": "site", "samples": "site-month", "splits": "split", "draws": "draw"}
    parts = []
    for column in columns:
        numbers = sorted({int(value) for value in table[column]})
        text = " to ".join(f"{n:,}" for n in dict.fromkeys((numbers[0], numbers[-1])))
        parts.append(f"{text} {words[column]}{'' if numbers[-1] == 1 else 's'}")
    return ", ".join(parts)


def rounded(value: str, decimals: int | None) -> str:
    """Return a number that is not whole with so many decimals; any other text as it is."""
    if decimals is None or not re.fullmatch(r"[-+]?(\d+\.\d+(e[-+]?\d+)?|\d+e[-+]?\d+)", value):
        return value
    text = f"{float(value):.{decimals}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def _cell(value: str) -> dict[str, Any]:
    """Return the text of a cell, whether it is a number, and whether there is nothing."""
    number = re.fullmatch(r"[-+]?\d+(\.\d+)?", value) is not None
    text = value.removesuffix(".0") if number else value
    if number and "." not in text and len(text) > 4:
        text = f"{int(text):,}"
    # A row may say behind "not run" what was run instead.
    absent = text == NO_CELL or text.startswith(NOT_RUN)
    return {"text": text, "number": number, "absent": absent}
