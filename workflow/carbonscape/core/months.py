"""Calendar months as text, ``YYYY-MM``.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations


def months_between(first: str, last: str) -> list[str]:
    """Return the months from one to another, both included, all as YYYY-MM."""
    start, end = (12 * int(month[:4]) + int(month[5:]) - 1 for month in (first, last))
    return [f"{month // 12}-{month % 12 + 1:02d}" for month in range(start, end + 1)]


def shift_month(month: str, by: int) -> str:
    """Return the month that lies some months after (or before) another, as YYYY-MM."""
    number = 12 * int(month[:4]) + int(month[5:]) - 1 + by
    return f"{number // 12}-{number % 12 + 1:02d}"
