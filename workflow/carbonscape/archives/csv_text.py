"""The strict CSV reader that the readers of native tables share.

Only the standard library is imported here: the Snakefile imports this package when it is parsed.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from carbonscape.core.errors import InputError
from carbonscape.core.limits import (
    LINE_LENGTH,
    TABLE_CELLS,
    TABLE_COLUMNS,
    TABLE_LINES,
    Limit,
)
from carbonscape.core.plain_files import refuse_larger

# float() alone would also take 'nan', 'infinity' and '1_000'.
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")

#: What other programs put between columns, which is no comma.
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}

#: How other programs write a missing value.
_NO_VALUE = frozenset(
    ("", "na", "nan", "-nan", "n/a", "#n/a", "<na>", "null", "none", "nil", "-", "--", ".")
)


@dataclass(frozen=True)
class CsvText:
    """The cells of a CSV as text, with the line on which each row stands.

    ``origin`` names the file (and zip member) and ``remedy`` says what to do about a fault:
    both go into every refusal. ``whole_last_line`` tells whether the last line is terminated.
    """

    origin: str
    remedy: str
    header: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]
    whole_last_line: bool

    def require(self, names: Collection[str]) -> None:
        """Refuse a table in which a column of ``names`` is absent.

        Raises:
            InputError: with the absent columns and those that were found.
        """
        absent = [name for name in names if name not in self.header]
        if absent:
            found = ", ".join(self.header[:12]) + (", …" if len(self.header) > 12 else "")
            signs = [word for sign, word in _SEPARATORS.items() if sign in found]
            if signs and len(self.header) == 1:
                raise InputError(
                    f"{self.origin}, line 1: the columns are separated by {signs[0]} (found: "
                    f"{found}), expected commas, and points in numbers; {self.remedy}."
                )
            raise InputError(
                f"{self.origin}, line 1: no column {', '.join(absent)} (found: {found}); "
                f"{self.remedy}."
            )

    def texts(self, name: str) -> list[str]:
        """Return the cells of one column without the blanks around them."""
        index = self.header.index(name)
        return [row[index].strip() for row in self.rows]

    def numbers(self, name: str, *, missing: Collection[str] = (), empty: str = "") -> list[float]:
        """Return the cells of one column as numbers; cells in ``missing`` become NaN.

        ``empty`` says how to write a missing value, for the refusal of a cell that seems to be
        one: nothing, or a word such as NaN.

        Raises:
            InputError: a cell is neither a finite number nor one of ``missing``.
        """
        values = []
        for row, text in enumerate(self.texts(name)):
            value = float(text) if _NUMBER.fullmatch(text) else math.nan
            if not math.isfinite(value) and text not in missing:
                remedy = empty if text.lower() in _NO_VALUE else ""
                raise self.fault(row, name, f"found {text!r}, expected a number", remedy=remedy)
            values.append(value)
        return values

    def fault(self, row: int, name: str, sentence: str, *, remedy: str = "") -> InputError:
        """Return the refusal of one cell: file, line, column, what is wrong, what to do.

        ``remedy`` takes the place of that of the table.
        """
        where = f"{self.origin}, line {self.lines[row]}, column {name}"
        return InputError(f"{where}: {sentence}; {remedy or self.remedy}.")


def read_csv_text(
    content: bytes, *, origin: str, remedy: str, most_lines: Limit = TABLE_LINES
) -> CsvText:
    """Split the bytes of a CSV file into a header and rows of equal length.

    Blank lines are passed over; a byte-order mark and any line ends are accepted.

    Raises:
        InputError: the content is empty, not UTF-8 text, only a header, or has a row whose
            number of fields differs from the header's, two columns of one name, or more lines,
            columns or cells, or a longer line, than any real table has.
    """
    if not content.strip():
        raise InputError(f"{origin}: the file is empty; {remedy}.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(f"{origin}, line {line}: this is not UTF-8 text; {remedy}.") from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise InputError(f"{origin}, line {line}: binary data, expected a CSV; {remedy}.")
    reader = csv.reader(_lines(text, origin, remedy))
    header: tuple[str, ...] = ()
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        for row in reader:
            if not row:
                continue
            if not header:
                refuse_larger(len(row), TABLE_COLUMNS, origin=origin, remedy=remedy)
                header = tuple(name.strip() for name in row)
                _refuse_doubled(header, origin, remedy)
                continue
            if len(row) != len(header):
                raise InputError(
                    f"{origin}, line {reader.line_num}: {len(row)} fields, expected the "
                    f"{len(header)} of the header: the file is cut short or damaged; {remedy}."
                )
            rows.append(row)
            lines.append(reader.line_num)
            refuse_larger(len(rows), most_lines, origin=origin, remedy=remedy)
            refuse_larger(len(rows) * len(header), TABLE_CELLS, origin=origin, remedy=remedy)
    except csv.Error as error:
        raise InputError(
            f"{origin}, line {reader.line_num}: not a readable CSV ({error}); {remedy}."
        ) from error
    if not rows:
        raise InputError(f"{origin}: a header without any row of data; {remedy}.")
    return CsvText(origin, remedy, header, rows, lines, text.endswith(("\n", "\r")))


def _lines(text: str, origin: str, remedy: str) -> Iterator[str]:
    """Yield the lines of a text, none of them longer than there may be."""
    for number, line in enumerate(io.StringIO(text, newline=""), start=1):
        if len(line) > LINE_LENGTH.most:
            refuse_larger(len(line), LINE_LENGTH, origin=f"{origin}, line {number}", remedy=remedy)
        yield line


def _refuse_doubled(header: tuple[str, ...], origin: str, remedy: str) -> None:
    """Refuse a header that names a column twice: either could be meant."""
    doubled = sorted(name for name, count in Counter(header).items() if count > 1)
    if doubled:
        raise InputError(f"{origin}, line 1: column {doubled[0]!r} stands there twice; {remedy}.")
