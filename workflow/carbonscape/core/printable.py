"""Texts of inputs as they may be shown: on one line, and without signs that steer a terminal."""

from __future__ import annotations

import unicodedata

#: Unicode categories of signs that cannot be printed on one line: control characters, bytes that
#: are no UTF-8 (surrogates), separators of lines and paragraphs.
_UNPRINTABLE = {"Cc", "Cs", "Zl", "Zp"}


def unprintable(text: str) -> bool:
    """Say whether a text holds a line break or another sign that cannot be printed."""
    return any(unicodedata.category(sign) in _UNPRINTABLE for sign in text)


def printable(text: str) -> str:
    """Return a text with its signs that cannot be printed on one line written as escapes."""
    return "".join(
        sign.encode("unicode_escape").decode("ascii") if unprintable(sign) else sign
        for sign in text
    )
