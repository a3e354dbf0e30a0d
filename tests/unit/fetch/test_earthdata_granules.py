"""Granules of the catalogue: their names, sizes and days, and which of them are taken."""

from __future__ import annotations

import pytest

from carbonscape.fetch.earthdata_granules import (
    Granule,
    choose_version,
    newest_of_days,
    parse_granules,
)
from carbonscape.sources.registry import get_source

NAME = "oco2_LtCO2_150103_B11100Ar_230524221540s.nc4"
PATTERN = get_source("oco2").files["granules"].found
URL = f"https://data.gesdisc.earthdata.nasa.gov/data/OCO2_DATA/OCO2_L2_Lite_FP.11.1r/2015/{NAME}"


def record(*urls: str, entries: list | None = None, kind: str = "GET DATA") -> dict:
    links = [{"URL": url, "Type": kind} for url in urls]
    umm = {"RelatedUrls": links}
    if entries is not None:
        umm["DataGranule"] = {"ArchiveAndDistributionInformation": entries}
    return {"umm": umm}


def granule(day: str, produced: str) -> Granule:
    return Granule(f"{day}_{produced}", day, produced, "", None, 0.0, "")


def test_name_day_and_address_are_taken_from_the_link_over_https():
    (found,) = parse_granules([record(f"s3://bucket/{NAME}", URL)], PATTERN)
    assert (found.name, found.day, found.url) == (NAME, "2015-01-03", URL)
    assert found.produced == "230524221540s.nc4"
    assert (found.size, found.about, found.checksum) == (None, 0.0, "")


@pytest.mark.parametrize(
    "strange",
    [
        record(),
        {},
        record(URL, kind="VIEW RELATED INFORMATION"),
        record(f"{URL}.dmrpp"),
        record("https://data.gesdisc.earthdata.nasa.gov/data/readme.pdf"),
        record(f"https://x/..%2F{NAME}"),
    ],
)
def test_records_without_such_a_file_are_passed_over(strange):
    assert parse_granules([strange], PATTERN) == []


@pytest.mark.parametrize(
    ("entries", "size", "about", "checksum"),
    [
        ([{"Name": NAME, "SizeInBytes": 77}], 77, 77, ""),
        ([{"Name": "Not provided", "SizeInBytes": 77, "Size": 9, "SizeUnit": "MB"}], 77, 77, ""),
        ([{"Name": "Not provided", "Size": 2, "SizeUnit": "MB"}], None, 2**21, ""),
        ([{"Name": "other", "SizeInBytes": 1}, {"Name": NAME, "SizeInBytes": 2}], 2, 2, ""),
        ([{"Name": "a", "SizeInBytes": 1}, {"Name": "b", "SizeInBytes": 2}], None, 0, ""),
        ([{"Checksum": {"Algorithm": "MD5", "Value": "AB"}}], None, 0, "md5:ab"),
        ([{"Checksum": {"Algorithm": "CKSUM", "Value": "1"}}], None, 0, ""),
        ([], None, 0, ""),
    ],
)
def test_sizes_are_those_that_the_catalogue_states(entries, size, about, checksum):
    (found,) = parse_granules([record(URL, entries=entries)], PATTERN)
    assert (found.size, found.about, found.checksum) == (size, about, checksum)


def test_a_size_must_fit_as_far_as_it_is_known():
    exact = Granule("n", "d", "p", "u", 1000, 1000.0, "")
    about = Granule("n", "d", "p", "u", None, 1000.0, "")
    unknown = Granule("n", "d", "p", "u", None, 0.0, "")
    assert [g.has_size(1001) for g in (exact, about, unknown)] == [False, True, True]
    assert [g.has_size(1100) for g in (exact, about, unknown)] == [False, False, True]


def test_of_each_day_of_the_month_the_last_made_is_taken():
    found = newest_of_days(
        [
            granule("2015-01-31", "3"), granule("2015-02-02", "5"), granule("2015-02-01", "2"),
            granule("2015-02-01", "9"), granule("2015-02-01", "4"), granule("2015-03-01", "1"),
        ],
        "2015-02",
    )  # fmt: skip
    assert [(one.day, one.produced) for one in found] == [("2015-02-01", "9"), ("2015-02-02", "5")]


@pytest.mark.parametrize(
    ("counts", "chosen"),
    [
        ({"a": 100, "b": 100}, "a"),
        ({"a": 92, "b": 100}, "a"),
        ({"a": 89, "b": 100}, "b"),
        ({"a": 0, "b": 3}, "b"),
        ({"a": 0, "b": 0}, ""),
        ({}, ""),
    ],
)
def test_the_first_version_of_the_whole_span_is_taken(counts, chosen):
    assert choose_version(counts, list(counts)) == chosen
