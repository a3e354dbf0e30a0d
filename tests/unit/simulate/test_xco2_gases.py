"""Simulated gases of XCO2: in their months, of their size, with absurd columns among them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from carbonscape.core.errors import ConfigError
from carbonscape.simulate.xco2_gases import (
    ABSURD,
    GASES,
    ORBITS,
    gas_months,
    gas_of_file,
    orbit_days,
)
from carbonscape.simulate.xco2_places import emission_in_cells
from helpers.xco2_predictors_made import archive, days_of, read, seen, write


@pytest.fixture(scope="module")
def cloudy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("cloudy"), pixels=1)


def test_gases_begin_with_an_incomplete_month(cloudy: Path) -> None:
    no2 = read(cloudy / "S5P_L3_NO2_2015.nc")
    assert days_of(cloudy / "S5P_L3_NO2_2015.nc") == [dt.date(2015, m, 1) for m in range(9, 13)]
    middle = no2["no2_images"][:, 6:12].mean(axis=(1, 2))
    assert 0 < middle[0] < 0.2 * middle[1]  # from the 28th of the month on
    so2 = days_of(cloudy / "S5P_L3_SO2_2016.nc")
    assert so2 == [dt.date(2016, m, 1) for m in range(3, 11)]  # to the last month of the run


def test_gases_have_their_size_and_place(cloudy: Path) -> None:
    limits = {"SO2": (-0.001, 0.05), "NO2": (-0.0005, 0.02), "CO": (0.0, 0.5)}
    columns = {}
    for gas in limits:
        name = gas.lower()
        raw = read(cloudy / f"S5P_L3_{gas}_2016.nc")
        none = raw[f"{name}_images"] == 0
        assert (none == (raw[name] == -9999)).all()
        assert (none == (raw[f"{name}_good_share"] == 0)).all()
        columns[gas] = np.where(none, np.nan, raw[name]).astype(float)
        slack = 1e-6 * (limits[gas][1] - limits[gas][0])  # limits in single precision
        assert np.nanmin(columns[gas]) >= limits[gas][0] - slack
        assert np.nanmax(columns[gas]) <= limits[gas][1] + slack
    emission = emission_in_cells(85.0 - 10 * np.arange(18), -175.0 + 10 * np.arange(36))
    strongest = np.unravel_index(emission.argmax(), emission.shape)
    mean = np.nanmean(columns["NO2"][6:], axis=0)
    assert np.unravel_index(np.nanargmax(mean), mean.shape) == strongest
    co = np.nanmean(columns["CO"], axis=(0, 2))
    assert co[4] > 1.3 * co[13]  # 45 N and 45 S
    assert np.nanmean(columns["SO2"] < 0) > 0.2  # mostly noise
    assert np.isnan(columns["SO2"][-1, 2]).all()  # 65 N in October: the sun too low


def test_a_gas_is_asked_for_in_its_years_only() -> None:
    assert gas_of_file(Path("x/S5P_L3_CO_2018.nc")) == ("co", 2018)
    with pytest.raises(ConfigError, match="S5P_L3_CH4_2018"):
        gas_of_file(Path("S5P_L3_CH4_2018.nc"))
    with pytest.raises(ConfigError, match="a file of 2017 is asked for.*2018-06"):
        gas_months(2017, "2018-06", "2021-12")
    # A run that ends before the gas begins still has a file, of its first month.
    assert gas_months(2018, "2018-12", "2018-11") == [dt.date(2018, 12, 1)]


def test_orbits_show_absurd_columns_that_must_be_clipped() -> None:
    assert orbit_days("no2", 2015, "2015-09")[:2] == [
        (dt.date(2015, 9, 28), 0),
        (dt.date(2015, 9, 28), 1),
    ]
    assert len(orbit_days("no2", 2016, "2015-09")) == 366 * ORBITS
    assert orbit_days("no2", 2014, "2015-09") == []
    values = seen(archive(), "S5P_L3_CO", 2016)["CO_column_number_density"]
    there = values != -9999
    absurd = np.isclose(values, GASES["co"].absurd)
    assert 0.3 * ABSURD < absurd[there].mean() < 3 * ABSURD
    assert values[there & ~absurd].min() > 0


def test_the_equator_is_seen_once_a_day_and_the_poles_more_often() -> None:
    images = archive().images("COPERNICUS/S5P/OFFL/L3_CO", dt.date(2016, 3, 1), dt.date(2016, 4, 1))
    counts = sum(image.masks["CO_column_number_density"].astype(int) for image in images)
    share = GASES["co"].seen
    assert counts[8:10].mean() == pytest.approx(31 * share, rel=0.1)
    assert counts[2].mean() > 1.5 * counts[8:10].mean()
