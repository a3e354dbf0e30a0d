"""Names of files and folders that no rule can name, and why.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

from carbonscape.core.printable import unprintable

#: Longest path that is accepted, characters: systems end at 4,096 bytes.
LONGEST = 1000


def why_unusable(path: str) -> str:
    """Return what a path holds that no rule can name: a clause; empty if it can be used."""
    if set(path) & set("{}"):
        return "braces, which Snakemake takes for wildcards"
    if set(path) & set("<>"):
        return "angle brackets, which Snakemake takes for variables"
    if unprintable(path):
        return "a line break, or another sign that cannot be printed"
    return f"more than {LONGEST:,} characters" if len(path) > LONGEST else ""
