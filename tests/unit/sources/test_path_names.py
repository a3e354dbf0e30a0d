"""Which signs no path may hold."""

from __future__ import annotations

import pytest

from carbonscape.sources.path_names import why_unusable


@pytest.mark.parametrize(
    "path", ["a/b.nc", "a b", "-a", "*?[x]", "ä/東京", "$HOME", "~", "a'b\"c", "a;b|c&d", "#", "%Y"]
)
def test_signs_that_snakemake_and_this_workflow_leave_alone(path):
    assert why_unusable(path) == ""


@pytest.mark.parametrize("path", ["{", "a}", "<results>", "a>b", "a\n", "\r", "\x7f", "\u2029"])
def test_signs_that_mean_something_else(path):
    assert why_unusable(path)
