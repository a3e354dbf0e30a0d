"""Whether a data store offers what is wanted, asked without ordering anything."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from carbonscape.core.errors import DownloadError
from carbonscape.fetch import cds
from carbonscape.fetch.want import Want
from carbonscape.sources.registry import get_source
from helpers.cds_server import KEY, CdsServer, cds_server


@pytest.fixture
def store(tmp_path, monkeypatch) -> Iterator[CdsServer]:
    monkeypatch.setenv("CDSAPI_RC", str(tmp_path / "none"))
    monkeypatch.setenv("CDSAPI_KEY", KEY)
    with cds_server(lambda *_: b"") as running:
        yield running
        assert running.submitted == running.complaints == []


@pytest.fixture
def want(store, tmp_path) -> Want:
    hosts = {"cds": store.address}
    target = tmp_path / "raw" / "file.nc"
    return Want(get_source("era5_land"), "state", "2015-02", target, hosts=hosts)


def test_what_is_offered_is_told_with_its_cost(store, want, quick):
    store.limit = 100
    text = cds.check(want, policy=quick)
    assert "2 variables at 28 times, cost 56 of 100" in text
    assert "in parts" not in text
    store.limit = 50
    assert cds.check(want, policy=quick).endswith("cost 56 of 50, so that it is asked in parts")
    assert not want.target.parent.exists()


def test_what_is_not_offered_is_a_sentence(store, want, quick):
    with pytest.raises(DownloadError, match="has no year 2030; .* offers 1950"):
        cds.check(dataclasses.replace(want, when="2030-01"), policy=quick)


def test_a_wrong_key_shows(store, want, quick, monkeypatch):
    monkeypatch.setenv("CDSAPI_KEY", "another")
    with pytest.raises(DownloadError, match="does not know the key"):
        cds.check(want, policy=quick)
