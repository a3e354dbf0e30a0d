"""Simulated Lite granules: tracks, shares, errors, layout, and what tests may break in them."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path

import netCDF4
import numpy as np
import pytest

from carbonscape.core.errors import ConfigError
from carbonscape.simulate import oco_files
from carbonscape.simulate.geography import Geography
from carbonscape.simulate.lattice import random_numbers
from carbonscape.simulate.oco import View, observe, write_oco
from carbonscape.simulate.oco_orbits import footprints, sun_zenith, track
from carbonscape.simulate.xco2 import Atmosphere
from helpers.simulated_air import breathing

NAMES = {
    "oco2": "oco2_LtCO2_{:%y%m%d}_B11014Ar_150701120000s.nc4",
    "oco3": "oco3_LtCO2_{:%y%m%d}_B10400Br_150701120000s.nc4",
}
DAYS = [dt.date(2015, 1, 3) + dt.timedelta(days=31 * n) for n in range(12)]


@cache
def view() -> View:
    maps = Geography(Path(__file__).parents[3] / "resources" / "geography")
    return View(Atmosphere(breathing()), maps)


@cache
def year(instrument: str) -> dict[str, np.ndarray]:
    """Return the soundings of twelve days of a year."""
    found = [
        observe(instrument, day, view(), 1500, random_numbers(5, "oco", int(instrument[-1]), n))
        for n, day in enumerate(DAYS)
    ]
    return {name: np.concatenate([part[name] for part in found]) for name in found[0]}


def write(folder: Path, instrument: str = "oco2", day: dt.date = dt.date(2015, 7, 31), **more):
    path = folder / NAMES[instrument].format(day)
    return write_oco([path], view=view(), **{"soundings": 400, "seed": 1, **more})[0]


def read(path: Path, *names: str) -> list[np.ndarray]:
    with netCDF4.Dataset(path) as data:
        data.set_auto_mask(False)
        return [data[name][:] for name in names]


def test_oco2_crosses_the_equator_at_half_past_one() -> None:
    """On the side where the sun is; 14.56 orbits a day, 98.2 degrees steep."""
    seconds = np.arange(0.0, 86400.0, 5.0)
    lat, lon, orbit = track("oco2", dt.date(2015, 3, 5), seconds)
    assert np.abs(lat).max() == pytest.approx(180 - 98.2, abs=0.05)
    up = np.flatnonzero((lat[:-1] < 0) & (lat[1:] >= 0))
    assert len(up) in (14, 15)
    hours = (seconds[up] / 3600 + lon[up] / 15) % 24
    assert hours == pytest.approx(13.6, abs=0.05)
    assert orbit[-1] - orbit[0] in (14, 15)


def test_the_space_station_comes_at_another_hour_each_day() -> None:
    seconds = np.arange(0.0, 86400.0, 5.0)
    hours = []
    for day in (dt.date(2020, 3, 5), dt.date(2020, 3, 15)):
        lat, lon, _ = track("oco3", day, seconds)
        up = np.flatnonzero((lat[:-1] < 0) & (lat[1:] >= 0))[0]
        hours.append((seconds[up] / 3600 + lon[up] / 15) % 24)
    assert (hours[0] - hours[1]) % 24 == pytest.approx(4.0, abs=0.3)  # 24 minutes a day


def test_footprints_lie_across_the_track() -> None:
    lat, lon, _, (north, east) = footprints("oco2", dt.date(2015, 3, 5), np.array([100.0, 3000.0]))
    width = np.hypot(
        lat[:, -1] - lat[:, 0], (lon[:, -1] - lon[:, 0]) * np.cos(np.deg2rad(lat[:, 0]))
    )
    assert 111.2 * width == pytest.approx(7 * 1.29, rel=0.02)
    assert (north.max(axis=-1) > lat).all()
    assert (north.min(axis=-1) < lat).all()
    assert (east.max(axis=-1) > lon).all()


def test_the_sun_at_noon() -> None:
    high = sun_zenith(np.array([23.4]), np.array([0.0]), dt.date(2015, 6, 21), np.array([43200.0]))
    low = sun_zenith(np.array([23.4]), np.array([180.0]), dt.date(2015, 6, 21), np.array([43200.0]))
    assert high[0] == pytest.approx(0.0, abs=0.5)
    assert low[0] > 120


def test_oco3_stays_within_52_degrees_and_oco2_goes_beyond() -> None:
    assert np.abs(year("oco3")["latitude"]).max() < 52
    assert np.abs(year("oco3")["latitude"]).max() > 50
    assert year("oco2")["latitude"].max() > 75


@pytest.mark.parametrize("instrument", ["oco2", "oco3"])
def test_nothing_is_retrieved_in_the_dark(instrument: str) -> None:
    assert year(instrument)["solar_zenith_angle"].max() < 85.2
    winter = observe(instrument, dt.date(2015, 12, 21), view(), 800, np.random.default_rng(0))
    assert winter["latitude"].max() < 63
    assert winter["latitude"].min() > -60.01


@pytest.mark.parametrize("instrument", ["oco2", "oco3"])
def test_nearly_half_lies_over_the_ocean(instrument: str) -> None:
    water = year(instrument)["land_share"] < 0.5
    assert 0.33 < water.mean() < 0.6
    assert (
        year(instrument)["operation_mode"][water & (year(instrument)["footprint"] == 4)] == 1
    ).all()


def test_rain_means_clouds() -> None:
    """The Sahara has many soundings, the Congo few: per area, three times as many."""
    found = year("oco2")
    lat, lon = found["latitude"], found["longitude"]
    desert = (np.abs(lat - 23) < 7) & (np.abs(lon - 10) < 18)
    forest = (np.abs(lat - 0) < 7) & (np.abs(lon - 20) < 9)
    assert desert.sum() / (14 * 36 * np.cos(np.deg2rad(23))) > 1.5 * forest.sum() / (14 * 18)


@pytest.mark.parametrize("instrument", ["oco2", "oco3"])
def test_a_tenth_is_bad_and_far_off(instrument: str) -> None:
    found = year(instrument)
    bad = found["xco2_quality_flag"] == 1
    assert 0.08 < bad.mean() < 0.16
    error = found["xco2"] - found["truth"]
    assert 2.5 < np.nanstd(error[bad]) < 4.0
    assert 0.5 < np.std(error[~bad]) < 0.75
    assert abs(np.mean(error[~bad])) < 0.25
    assert np.isnan(found["xco2"][bad]).any()
    assert not np.isnan(found["xco2"][~bad]).any()
    assert (found["xco2_qf_bitflag"][bad] > 0).all()
    assert (found["xco2_qf_bitflag"][~bad] == 0).all()


def test_footprints_of_a_frame_share_a_part_of_their_noise() -> None:
    found = year("oco2")
    good = found["xco2_quality_flag"] == 0
    error = np.where(good, found["xco2"] - found["truth"], np.nan)
    frames = np.flatnonzero((np.diff(found["time"]) == 0) & good[1:] & good[:-1])
    alike = np.corrcoef(error[frames], error[frames + 1])[0, 1]
    assert 0.2 < alike < 0.55


def test_x2019_lies_a_sixth_of_a_ppm_above() -> None:
    """Hall et al. 2021: 0.174 at 400 ppm; higher with more."""
    found = year("oco2")
    more = found["xco2_x2019"] - found["xco2"]
    assert np.nanmin(more) > 0.16
    assert np.nanmax(more) < 0.20
    at_400 = np.interp(400.0, np.sort(found["xco2"]), np.sort(more))
    assert at_400 == pytest.approx(0.174, abs=1e-3)


def test_the_last_soundings_are_of_the_next_day(tmp_path: Path) -> None:
    """And at the end of July of August; the first begin some minutes after midnight."""
    date, time, number = read(write(tmp_path, soundings=4000), "date", "time", "sounding_id")
    months, counts = np.unique(date[:, 1], return_counts=True)
    assert months.tolist() == [7, 8]
    assert counts[1] < 0.05 * len(date)
    assert (np.diff(time) >= 0).all()
    stamp = np.array([f"{y:04d}-{m:02d}-{d:02d}T{h:02d}:{n:02d}:{s:02d}.{f:03d}"
                      for y, m, d, h, n, s, f in date.tolist()], "M8[ms]")  # fmt: skip
    assert np.abs(stamp.astype("int64") / 1000 - time).max() < 0.0011
    text = [str(x) for x in number]
    assert all(len(x) == 16 for x in text)
    assert text[0][:14] == str(stamp[0].astype("M8[s]")).translate({ord(c): None for c in "-:T"})
    assert {x[-1] for x in text} == set("12345678")
    assert len(set(text)) == len(text)


def test_layout_is_that_of_the_lite_files(tmp_path: Path) -> None:
    path = write(tmp_path, soundings=400)
    with netCDF4.Dataset(path) as data:
        assert data.data_model == "NETCDF4"
        sizes = {name: len(dimension) for name, dimension in data.dimensions.items()}
        number = sizes.pop("sounding_id")
        assert 100 < number <= 420
        sizes.pop("source_files")
        assert sizes == {
            "levels": 20, "bands": 3, "vertices": 4, "footprints": 8, "epoch_dimension": 7,
        }  # fmt: skip
        kinds = {
            "sounding_id": "i8", "latitude": "f4", "longitude": "f4", "time": "f8", "date": "i2",
            "solar_zenith_angle": "f4", "sensor_zenith_angle": "f4", "xco2": "f4",
            "xco2_x2019": "f4", "xco2_uncertainty": "f4", "xco2_apriori": "f4",
            "xco2_quality_flag": "i1", "xco2_qf_bitflag": "i4", "xco2_qf_simple_bitflag": "i4",
            "vertex_latitude": "f4", "vertex_longitude": "f4", "pressure_levels": "f4",
            "pressure_weight": "f4", "co2_profile_apriori": "f4", "xco2_averaging_kernel": "f4",
        }  # fmt: skip
        assert {name: data[name].dtype.str[1:] for name in kinds} == kinds
        assert data["xco2_averaging_kernel"].dimensions == ("sounding_id", "levels")
        # What the prior misses adds up to nothing under what the kernel misses.
        missed = 1 + oco_files._MISSED * (np.linspace(0.0001, 1, 20) - 0.5)
        blind = data["pressure_weight"][:] * (data["xco2_averaging_kernel"][:] - 1)
        assert np.abs((blind * missed).sum(axis=1)).max() < 1e-4
        assert np.abs(blind.sum(axis=1)).min() > 0.05
        assert data["vertex_latitude"].dimensions == ("sounding_id", "vertices")
        assert data["time"].units == "seconds since 1970-01-01 00:00:00"
        assert data["xco2"].missing_value == np.float32(-999999)
        assert {"file_index", "source_files"} <= set(data.variables)
        assert set(data.groups) == {
            "Sounding", "Retrieval", "Meteorology", "Preprocessors", "Auxiliary",
        }  # fmt: skip
        sounding = data["Sounding"]
        assert sounding["land_water_indicator"].dtype == np.int8
        assert {"land_fraction", "operation_mode", "orbit"} <= set(sounding.variables)
        land = sounding["land_water_indicator"][:] == 0
        assert (sounding["land_fraction"][:][land] >= 80).all()
        assert (sounding["land_fraction"][:][sounding["land_water_indicator"][:] == 1] < 5).all()


def test_a_granule_is_small(tmp_path: Path) -> None:
    assert write(tmp_path, soundings=3000).stat().st_size < 260_000


def test_missing_values_stand_as_the_products_number(tmp_path: Path) -> None:
    wind, distance = read(write(tmp_path), "Retrieval/windspeed", "Auxiliary/target_distance")
    assert (wind == -999999).any()
    assert (wind > 0).any()
    assert (distance == -999999).all()


def test_equal_seeds_give_equal_bytes(tmp_path: Path) -> None:
    first = write(tmp_path / "a").read_bytes()
    assert write(tmp_path / "b").read_bytes() == first
    assert write(tmp_path / "c", seed=2).read_bytes() != first


def test_each_defect_is_in_the_file(tmp_path: Path) -> None:
    sound = write(tmp_path / "sound")
    size = sound.stat().st_size
    cut = write(tmp_path / "cut", defects=["cut_short"])
    assert 0.5 * size < cut.stat().st_size < 0.7 * size
    with pytest.raises(OSError, match="HDF"):
        netCDF4.Dataset(cut)
    with netCDF4.Dataset(write(tmp_path / "group", defects=["no_sounding_group"])) as data:
        assert "Sounding" not in data.groups
    with netCDF4.Dataset(write(tmp_path / "text", defects=["text_flag"])) as data:
        assert set(data["xco2_quality_flag"][:]) == {"good", "bad"}
    with netCDF4.Dataset(write(tmp_path / "x2019", defects=["only_x2019"])) as data:
        assert "xco2_x2019" in data.variables
        assert "xco2" not in data.variables
    with netCDF4.Dataset(write(tmp_path / "name", defects=["x2007_name"])) as data:
        assert "xco2_x2007" in data.variables
        assert "xco2" not in data.variables
    edges = read(write(tmp_path / "edge", defects=["poles_and_dateline"]), "latitude", "longitude")
    assert (edges[0].max(), edges[0].min()) == (90, -90)
    assert (edges[1].max(), edges[1].min()) == (180, -180)


def test_what_is_unknown_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'worms', expected some of cut_short"):
        write(tmp_path, defects=["worms"])
    with pytest.raises(ConfigError, match="tells no instrument and day"):
        write_oco([tmp_path / "granule.nc4"], view=view(), soundings=10, seed=1)
