"""Tests that cite docs/readers.md: what it promises, and the test of it, change together."""

from __future__ import annotations

from helpers.guards import PROJECT


def cites(*promises: str) -> None:
    """Require that docs/readers.md says each of these, line breaks apart."""
    text = " ".join((PROJECT / "docs" / "readers.md").read_text(encoding="utf-8").split())
    for promise in promises:
        assert " ".join(promise.split()) in text, f"docs/readers.md no longer says: {promise}"
