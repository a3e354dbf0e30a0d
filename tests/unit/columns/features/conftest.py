"""What tests of composites share: a year of native files, and what is made of it."""

from __future__ import annotations

import pytest

from helpers.composite_year import compose, write_year


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A year of all sources; not to be changed."""
    return write_year(tmp_path_factory.mktemp("raw"))


@pytest.fixture(scope="module")
def composites(files, tmp_path_factory):
    return compose(tmp_path_factory.mktemp("out") / "2019.nc", files)
