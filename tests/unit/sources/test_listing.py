"""Listings name files whose names nobody knows beforehand."""

from __future__ import annotations

import json

import pytest

from carbonscape.core.errors import InputError
from carbonscape.sources.listing import expand_listings, is_listing


@pytest.fixture
def listing(tmp_path):
    names = ["oco2_LtCO2_150101_B11100Ar_1s.nc4", "oco2_LtCO2_150102_B11100Ar_1s.nc4"]
    for name in names:
        (tmp_path / name).touch()
    path = tmp_path / "listing_2015-01.json"
    entries = [
        {"name": name, "day": f"2015-01-0{number}"} for number, name in enumerate(names, start=1)
    ]
    path.write_text(json.dumps({"granules": entries}))
    return path


def test_a_listing_stands_for_its_files_and_others_stay(listing, tmp_path):
    other = tmp_path / "by_hand.nc4"
    other.touch()
    names = [path.name for path in sorted(tmp_path.glob("oco2*"))]
    found = expand_listings([str(other), listing, listing])
    assert found == [str(other), *(str(tmp_path / name) for name in names)]


def test_days_of_a_listing(listing, tmp_path):
    found = expand_listings([listing], days=["2015-01-02"])
    assert found == [str(tmp_path / "oco2_LtCO2_150102_B11100Ar_1s.nc4")]


def test_a_file_that_went_away_is_a_sentence(listing, tmp_path):
    (tmp_path / "oco2_LtCO2_150102_B11100Ar_1s.nc4").unlink()
    with pytest.raises(InputError, match=r"150102.*delete the listing and run the same command"):
        expand_listings([listing])


@pytest.mark.parametrize("text", ["{", "[]", '{"granules": [{"size": 3}]}', '{"granules": [1]}'])
def test_what_is_no_listing_is_a_sentence(tmp_path, text):
    path = tmp_path / "listing_2015-01.json"
    path.write_text(text)
    with pytest.raises(InputError, match="no listing of files"):
        expand_listings([path])


def test_which_files_are_listings():
    assert is_listing("a/listing.json")
    assert is_listing("listing_2015-01.json")
    assert not is_listing("a.nc.receipt.json")
    assert not is_listing("listing.nc")
