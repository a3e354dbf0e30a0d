"""Refusals: the sentences with which the workflow declines bad input.

Every refusal says which file or key is wrong, what was found, what was expected and what
to do about it. The command line prints the sentence and exits with status 1; the traceback
goes to the log only.
"""

from __future__ import annotations


class CarbonscapeError(Exception):
    """Base class of every refusal: its text is a sentence that a scientist can act on."""


class ConfigError(CarbonscapeError):
    """A configuration key is unknown, has an impossible value or contradicts another key."""


class InputError(CarbonscapeError):
    """An input file or folder is absent, damaged, or does not hold what it should."""


class DownloadError(CarbonscapeError):
    """A service did not deliver what was asked for: absent, refused, damaged, or too slow."""


class ResultError(CarbonscapeError):
    """A computed result breaks a promise (for example: one site in two folds)."""
