"""What a delivery lacks of its source's calendar, and what the archive itself lacks."""

from __future__ import annotations

import datetime as dt
import json

import netCDF4
import numpy as np
import pytest

from carbonscape.archives.modis_lai import read_modis_grid, read_modis_sites
from carbonscape.archives.promises import (
    PROMISES,
    lacking,
    recorded,
    refuse_absent,
    require_delivery,
    shown,
)
from carbonscape.core import findings
from carbonscape.core.errors import InputError
from carbonscape.sources.registry import source_names
from helpers.gridded import write_modis

YEAR = [f"2015-{month:02d}" for month in range(1, 13)]


def months(year):
    return [f"{year}-{month:02d}" for month in range(1, 13)]


def composites(year, without=(), every=8):
    new_year = dt.date(year, 1, 1)
    days = [new_year + dt.timedelta(days=n) for n in range(0, 366, every)]
    return [day for day in days if day.year == year and f"{day}" not in without]


@pytest.mark.parametrize(
    ("source", "year", "number"),
    [
        ("modis_lai", 2015, 46), ("modis_lai", 2000, 40), ("modis_lai", 2001, 44),
        ("mod17a2h", 2016, 45), ("mod13a2", 2015, 23), ("mod13a2", 2000, 20),
        ("mod11a1", 2015, 365), ("mod11a1", 2016, 357), ("vcmslcfg", 2015, 12),
        ("vnp46a2", 2012, 348), ("tropomi_no2", 2018, 6), ("modis_lai", 1999, 0),
    ],
)  # fmt: skip
def test_the_calendar_of_each_source(source, year, number):
    assert len(PROMISES[source].starts(year)) == number


def test_every_promise_is_of_a_source_of_the_registry():
    assert set(PROMISES) <= set(source_names())


def test_a_composite_that_is_absent_is_named():
    found = composites(2015, without=("2015-07-04",))
    assert lacking(PROMISES["mod17a2h"], found, months=YEAR) == (["2015-07-04"], [])
    assert lacking(PROMISES["mod17a2h"], found, months=YEAR[:6]) == ([], [])
    assert lacking(PROMISES["mod13a2"], composites(2015, every=16), months=YEAR) == ([], [])


def test_what_the_archive_lacks_is_not_absent():
    """Terra had no composite of 18 and 26 June 2001 and of 18 February 2016."""
    found = composites(2001, without=("2001-06-18", "2001-06-26"))
    assert lacking(PROMISES["modis_lai"], found, months=months(2001)) == ([], [])
    found = composites(2016, without=("2016-02-18",))
    assert lacking(PROMISES["modis_lai"], found, months=months(2016)) == ([], [])
    # MODIS began on 18 February 2000.
    found = [day for day in composites(2000) if day >= dt.date(2000, 2, 18)]
    assert lacking(PROMISES["modis_lai"], found, months=months(2000)) == ([], [])


def test_single_days_are_lost_and_months_absent():
    """30 days of June: 23 are enough, 22 are not."""
    days = [day for day in composites(2015, every=1) if day < dt.date(2015, 6, 24)]
    absent, lost = lacking(PROMISES["mod11a1"], days, months=YEAR[4:7])
    assert absent == ["2015-07"]
    assert lost == [f"2015-06-{day}" for day in range(24, 31)]
    absent, lost = lacking(PROMISES["mod11a1"], days[:-1], months=YEAR[5:6])
    assert absent == ["2015-06 (8 days)"]
    assert lost == []


def test_months_that_were_combined_already():
    found = [dt.date(2015, month, 1) for month in range(1, 7)]
    assert lacking(PROMISES["mod11a1"], found, months=YEAR[4:8], by_month=True) == (
        ["2015-07", "2015-08"], [],
    )  # fmt: skip
    assert lacking(PROMISES["vcmslcfg"], found, months=YEAR[4:7]) == (["2015-07"], [])
    # Nothing is promised of months before the instrument.
    assert lacking(PROMISES["tropomi_co"], [], months=["2018-05", "2018-07"]) == (["2018-07"], [])


def test_what_is_absent_is_refused_or_accepted():
    found = composites(2015, without=("2015-07-04", "2015-07-12"))
    options = {"origin": "a.nc", "months": YEAR}
    message = (
        "a.nc: no image of 2015-07-04, 2015-07-12, .*'inputs.accept_incomplete' .add 'modis_lai'"
    )
    with pytest.raises(InputError, match=message):
        require_delivery(PROMISES["modis_lai"], found, **options)
    with findings.collected() as stated:
        require_delivery(PROMISES["modis_lai"], found, accept=True, **options)
    assert [(f.source, f.item, f.outcome) for f in stated] == [("modis_lai", "a.nc", "incomplete")]
    assert stated[0].reason == "no image of 2015-07-04, 2015-07-12"
    record = frozenset({dt.date(2015, 7, 4), dt.date(2015, 7, 12)})
    with findings.collected() as stated:
        require_delivery(PROMISES["modis_lai"], found, record=record, **options)
    assert stated == []


def test_lost_days_are_warned_of():
    days = [day for day in composites(2015, every=1) if day != dt.date(2015, 3, 3)]
    with findings.collected() as found:
        require_delivery(PROMISES["mod10a1"], days, origin="a.nc", months=YEAR)
    assert [(f.outcome, f.reason) for f in found] == [
        ("warning", "days without an image: 2015-03-03")
    ]


def test_of_many_the_first_are_shown():
    names = [f"2015-01-{day:02d}" for day in range(1, 21)]
    assert shown(names[:2]) == "2015-01-01, 2015-01-02"
    assert shown(names).endswith("2015-01-12 and 8 more")
    refuse_absent([], what="x", origin="a", source="b", accept=False)


def test_the_record_of_a_file(tmp_path):
    path = tmp_path / "a.csv"
    assert recorded(path) == frozenset()
    assert recorded(path, {"not_in_archive": "2015-06-10, 2015-06-18"}) == {
        dt.date(2015, 6, 10), dt.date(2015, 6, 18),
    }  # fmt: skip
    receipt = tmp_path / "a.csv.receipt.json"
    receipt.write_text(json.dumps({"request": {"not_in_archive": ["2015-06-26"]}}))
    assert recorded(path) == {dt.date(2015, 6, 26)}
    receipt.write_text("{}")
    assert recorded(path) == frozenset()
    receipt.write_text("no JSON")
    with pytest.raises(InputError, match="a.csv.receipt.json: this is no receipt"):
        recorded(path)


LAT, LON = 75.0 - 30 * np.arange(6), -165.0 + 30 * np.arange(12)


def leaves(path, without=(), lai=20):
    lai = np.broadcast_to(np.asarray(lai, "u1"), (46, 6, 12))
    write_modis(path, 2015, lat=LAT, lon=LON, lai=lai, fpar=lai, qc=8, without=without)
    with netCDF4.Dataset(path, "a") as file:
        file.delncattr("not_in_archive")
    return path


def test_leaves_that_lack_composites_are_refused(tmp_path):
    path = leaves(tmp_path / "a.nc", without=range(23, 46))
    with pytest.raises(InputError, match="no image of 2015-07-04, 2015-07-12.* and 11 more"):
        read_modis_grid(path, year=2015)
    assert read_modis_grid(path, year=2015, accept=True)["present"].values.sum() == 23
    with netCDF4.Dataset(path, "a") as file:
        days = [dt.date(2015, 1, 1) + dt.timedelta(days=8 * step) for step in range(23, 46)]
        file.not_in_archive = ", ".join(map(str, days))
    assert read_modis_grid(path, year=2015)["present"].values.sum() == 23


def test_composites_without_any_value_are_refused(tmp_path):
    """A file of a whole year into which nothing was written from July on."""
    lat, lon = 89.0 - 2 * np.arange(90), -179.0 + 2 * np.arange(180)
    lai = np.full((46, 90, 180), 255, "u1")
    lai[:23, 30:60, :10] = 20  # 300 cells between 30 N and 30 S
    path = tmp_path / "a.nc"
    write_modis(path, 2015, lat=lat, lon=lon, lai=lai, fpar=lai, qc=8)
    with pytest.raises(InputError, match="LAI has no value on any cell in 2015-07-04, 2015-07-12"):
        read_modis_grid(path, year=2015)
    with findings.collected() as found:
        read_modis_grid(path, year=2015, accept=True)
    assert [f.outcome for f in found] == ["incomplete"]
    # Of 90 cells all may be under clouds.
    assert read_modis_grid(path, year=2015, rows=slice(30, 39))["lai"].shape == (46, 9, 180)


def test_a_table_of_towers_that_lacks_a_composite_is_refused(tmp_path):
    path = tmp_path / "sites.csv"
    rows = [
        f"{day:%Y_%m_%d},AA-One,4,20,20,0\n" for day in composites(2015, without=("2015-07-04",))
    ]
    path.write_text("system:index,site,pixel,Lai_500m,Fpar_500m,FparLai_QC\n" + "".join(rows))
    with pytest.raises(InputError, match="sites.csv: no image of 2015-07-04, which the source"):
        read_modis_sites(path, year=2015)
    assert len(read_modis_sites(path, year=2015, accept=True)) == 45
    receipt = tmp_path / "sites.csv.receipt.json"
    receipt.write_text(json.dumps({"request": {"not_in_archive": ["2015-07-04"]}}))
    assert len(read_modis_sites(path, year=2015)) == 45
