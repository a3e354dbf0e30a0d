"""Simulated MOD15A2H files: tables of towers, and grids on cells."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import netCDF4
import numpy as np
import pandas as pd
import pytest

from carbonscape.simulate.modis_lai import missing_composites
from helpers.leaves_made import ALL, CLEAR, LAT, LON, YEARS, raw, write


def table(path: Path) -> pd.DataFrame:
    return pd.read_csv(path)


def test_the_grid_file_holds_means_of_good_pixels(tmp_path: Path) -> None:
    write(tmp_path, CLEAR)
    with netCDF4.Dataset(tmp_path / "MOD15A2H.061_2001.nc") as data:
        assert set(data.ncattrs()) == {"title", "source", "version", "screening", "comment"}
        assert data.source == "MODIS/061/MOD15A2H"
        assert data["lat"][:].tolist() == LAT
        assert data["lon"][:].tolist() == LON
        for name, kind, scale, units in (("lai", "i2", 0.01, "m2 m-2"), ("fpar", "i2", 0.001, "1")):
            variable = data[name]
            assert variable.dimensions == ("time", "lat", "lon")
            assert variable.dtype == np.dtype(kind)
            assert (variable._FillValue, variable.scale_factor) == (-32768, scale)
            assert variable.units == units
        assert data["good_share"].dtype == np.uint8
        assert data["images"].dtype == np.uint16
    path = tmp_path / "MOD15A2H.061_2001.nc"
    assert raw(path, "lai")[:, 1].mean() == pytest.approx(234, abs=3)
    assert raw(path, "fpar")[:, 1].mean() == pytest.approx(678, abs=3)
    assert set(raw(path, "good_share")[:, 1].ravel()) == {100}
    for column in (2, 3, 4, 5):  # water, barren, snow, urban
        assert set(raw(path, "lai")[:, 0, column]) == {-32768}
        assert set(raw(path, "images")[:, 0, column]) == {0}


def test_composites_start_every_eight_days_of_a_year(tmp_path: Path) -> None:
    write(tmp_path, CLEAR)
    for year in YEARS:
        since = raw(tmp_path / f"MOD15A2H.061_{year}.nc", "time")
        days = [dt.date(2000, 1, 1) + dt.timedelta(days=int(n)) for n in since]
        assert [day.timetuple().tm_yday for day in days] == list(range(1, 366, 8))
        assert {day.year for day in days} == {year}
        named = table(tmp_path / f"sites_MOD15A2H.061_{year}.csv")["system:index"].unique()
        assert named.tolist() == [day.strftime("%Y_%m_%d") for day in days]


def test_the_site_table_has_nine_pixels_a_composite(tmp_path: Path) -> None:
    write(tmp_path, CLEAR)
    path = tmp_path / "sites_MOD15A2H.061_2001.csv"
    columns = "system:index,site,pixel,Lai_500m,Fpar_500m,FparLai_QC"
    assert path.read_text().split("\n")[0] == columns
    seen = table(path)
    assert len(seen) == 46 * 3 * 9
    assert seen["pixel"].tolist()[:9] == list(range(9))
    tower = seen[(seen["site"] == "ZZ-Aa1") & (seen["Lai_500m"] <= 100)]
    usual = tower.groupby("pixel")["Lai_500m"].mean() / 10
    assert 4 in usual.index  # the tower's own pixel is never water or a town
    assert usual.mean() == pytest.approx(2.34, rel=0.15)
    assert 0.04 < usual.std() / usual.mean() < 0.3  # neighbours differ, for good
    spread = tower[tower["pixel"] == 4]["Lai_500m"]
    assert spread.std() / spread.mean() == pytest.approx(0.1, abs=0.04)


def test_earth_engine_masks_some_pixels_without_a_value(tmp_path: Path) -> None:
    write(tmp_path, ALL, cloud=0.5)
    seen = table(tmp_path / "sites_MOD15A2H.061_2001.csv")
    empty, lost = seen["Lai_500m"].isna(), seen["Lai_500m"] > 100
    assert (empty == seen["Fpar_500m"].isna()).all()
    assert (empty | ~seen["FparLai_QC"].isna()).all()
    without = empty | lost
    assert empty[without].mean() == pytest.approx(0.5, abs=0.1)
    assert seen["FparLai_QC"].isna()[without].mean() == pytest.approx(0.25, abs=0.1)
    assert seen["FparLai_QC"][without].dropna().eq(157).all()


def test_clouds_of_the_pixels_of_a_site_come_together(tmp_path: Path) -> None:
    write(tmp_path, ALL, cloud=0.5)
    seen = table(tmp_path / "sites_MOD15A2H.061_2016.csv")
    seen = seen[seen["site"] == "ZZ-Bb2"].assign(main=lambda t: t["FparLai_QC"] < 64)
    share = seen.groupby("system:index")["main"].mean()
    assert share.std() > 0.3  # independent pixels: 0.17
    assert ((share == 0) | (share >= 8 / 9)).mean() > 0.3


def test_same_seed_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    first, again = write(tmp_path / "a", seed=4), write(tmp_path / "b", seed=4)
    other = write(tmp_path / "c", seed=5)
    assert [path.name for path in first[:2]] == [
        "MOD15A2H.061_2000.nc",
        "sites_MOD15A2H.061_2000.csv",
    ]
    for a, b, c in zip(first, again, other, strict=True):
        assert a.read_bytes() == b.read_bytes()
        assert a.read_bytes() != c.read_bytes()


def test_missing_composites_are_absent_from_grids_and_tables(tmp_path: Path) -> None:
    assert 21 in missing_composites(2001, seed=5)
    assert 6 in missing_composites(2016, seed=5)
    assert set(range(6)) <= missing_composites(2000, seed=5)  # Terra's first is of 18 February
    drawn = [
        (year, slot) for year in range(2004, 2016) for slot in missing_composites(year, seed=5)
    ]
    assert len(drawn) == 3  # one in four years
    write(tmp_path)
    for year, slot, start in ((2001, 21, "2001_06_18"), (2016, 6, "2016_02_18")):
        left = 46 - len(missing_composites(year, seed=1))
        since = raw(tmp_path / f"MOD15A2H.061_{year}.nc", "time")
        first = (dt.date(year, 1, 1) - dt.date(2000, 1, 1)).days
        assert len(since) == left
        assert first + 8 * slot not in since
        named = table(tmp_path / f"sites_MOD15A2H.061_{year}.csv")["system:index"]
        assert start not in set(named)
        assert named.nunique() == left


def test_nothing_is_seen_of_a_tower_in_winter_darkness(tmp_path: Path) -> None:
    write(tmp_path, CLEAR)
    seen = table(tmp_path / "sites_MOD15A2H.061_2001.csv").set_index("system:index")
    polar = seen[seen["site"] == "ZZ-Cc3"]
    assert polar.loc["2001_01_01", "FparLai_QC"].dropna().eq(157).all()
    assert set(polar.loc["2001_01_01", "Lai_500m"].dropna()) <= {255, 253, 254, 250}


def test_the_archive_states_which_composites_it_lacks(tmp_path: Path) -> None:
    """As the fetch step does: in the grid, and in the receipt beside the table."""
    write(tmp_path, ALL)
    for year in YEARS:
        path = tmp_path / f"MOD15A2H.061_{year}.nc"
        with netCDF4.Dataset(path) as data:
            stated = getattr(data, "not_in_archive", "")
        since = {int(n) for n in raw(path, "time")}
        first = (dt.date(year, 1, 1) - dt.date(2000, 1, 1)).days
        days = [
            (dt.date(year, 1, 1) + dt.timedelta(days=n)).isoformat()
            for n in range(0, 361, 8)
            if first + n not in since
        ]
        assert stated == ", ".join(days)
        receipt = tmp_path / f"sites_MOD15A2H.061_{year}.csv.receipt.json"
        assert json.loads(receipt.read_text())["request"]["not_in_archive"] == days
