"""Refusals: the sentences with which the workflow declines bad input.

Every refusal says which file or key is wrong, what was found, what was expected and what
to do about it. The command line prints the sentence and exits with status 1; the traceback
goes to the log only.
"""

from __future__ import annotations

from carbonscape.core.printable import printable

#: Longest sentence; of a longer one the begin and the end are kept.
_LONGEST = 5000


class CarbonscapeError(Exception):
    """Base class of every refusal: its text is a sentence that a scientist can act on.

    What an input adds to it (a name, a cell) can neither break the line, steer the terminal nor
    fill the screen.
    """

    def __init__(self, sentence: object = "") -> None:
        text = printable(str(sentence))
        if len(text) > _LONGEST:
            text = f"{text[: _LONGEST - 1000]} [...] {text[-1000:]}"
        super().__init__(text)


class ConfigError(CarbonscapeError):
    """A configuration key is unknown, has an impossible value or contradicts another key."""


class InputError(CarbonscapeError):
    """An input file or folder is absent, damaged, or does not hold what it should."""


class DownloadError(CarbonscapeError):
    """A service did not deliver what was asked for: absent, refused, damaged, or too slow."""


class ResultError(CarbonscapeError):
    """A computed result breaks a promise (for example: one site in two folds)."""
