"""ERA5-Land on the 8-day calendar."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from pathlib import Path

import netCDF4
import numpy as np
import pytest

from carbonscape.core import findings
from carbonscape.core.errors import InputError
from carbonscape.fluxes.features.calendar import MODIS_8DAY
from carbonscape.fluxes.features.meteorology import (
    VARIABLES,
    bands,
    open_daily_weather,
    saturation_vapour_pressure,
    step_means_at,
    vapour_pressure_deficit,
)
from helpers import gridded

LAT = np.array([20.0, 10.0, 0.0])
LON = np.array([0.0, 10.0, 20.0, 30.0])
STATE = {"t2m": lambda day: 298.15, "d2m": lambda day: 288.15}
TOTALS = {"tp": lambda day: 0.002, "e": lambda day: -0.003, "ssrd": lambda day: 17.28e6}


def archive(folder: Path, year: int = 2015, **changes):
    """Write a year in which some fields differ from the usual ones."""
    state = {name: changes.get(name, field) for name, field in STATE.items()}
    totals = {name: changes.get(name, field) for name, field in TOTALS.items()}
    return gridded.write_era5(
        folder, year, lat=LAT, lon=LON, state=state, totals=totals, sea=changes.get("sea")
    )


def means(folder: Path, year: int = 2015, **changes) -> dict[str, np.ndarray]:
    """Return the step means at one point by variable, (step,)."""
    state, totals = archive(folder, year, **changes)
    with open_daily_weather(year, state=state, totals=totals) as weather:
        found = step_means_at(weather, MODIS_8DAY, slice(None), np.array([5.0]), np.array([15.0]))
    return {name: found[:, 0, column] for column, name in enumerate(VARIABLES)}


def test_vapour_pressure_has_the_values_of_the_ecmwf_formula() -> None:
    pressure = saturation_vapour_pressure(np.array([273.16, 293.15, 303.15]))
    np.testing.assert_allclose(pressure, [611.21, 2335.84, 4241.07], atol=0.01)
    assert vapour_pressure_deficit(298.15, 288.15) == pytest.approx(14.6167, abs=1e-4)
    assert vapour_pressure_deficit(280.0, 281.0) == 0


def test_units_are_those_that_models_read(tmp_path: Path) -> None:
    found = means(tmp_path)
    for name, value in {"T2M": 298.15, "VPD": 14.6167, "SSRD": 200, "TP": 2, "E": 3}.items():
        assert found[name].shape == (46,)
        np.testing.assert_allclose(found[name], value, rtol=1e-5)


@pytest.mark.parametrize(("year", "days"), [(2015, 5), (2016, 6)])
def test_a_total_belongs_to_the_day_before_its_stamp(tmp_path: Path, year: int, days: int) -> None:
    def rain(day: dt.date) -> float:
        return 0.007 if day == dt.date(year, 12, 31) else 0.0

    found = means(tmp_path, year, tp=rain)["TP"]
    assert found[45] == pytest.approx(7 / days)
    assert (found[:45] == 0).all()


def test_a_step_is_the_mean_of_its_days(tmp_path: Path) -> None:
    def warm(day: dt.date) -> float:
        return 300.0 + (day.timetuple().tm_yday if day.month == 1 else 0)

    found = means(tmp_path, t2m=warm)["T2M"]
    assert found[0] == pytest.approx(300 + 4.5, rel=1e-6)
    assert found[1] == pytest.approx(300 + 12.5, rel=1e-6)
    # 25 to 31 January and 1 February.
    assert found[3] == pytest.approx(300 + sum(range(25, 32)) / 8, rel=1e-6)


def test_vpd_is_computed_before_it_is_averaged(tmp_path: Path) -> None:
    def warm(day: dt.date) -> float:
        return 293.15 if day.toordinal() % 2 else 303.15

    found = means(tmp_path, t2m=warm, d2m=lambda day: 283.15)["VPD"]
    mean_first = float(vapour_pressure_deficit(298.15, 283.15))
    daily = [float(vapour_pressure_deficit(t, 283.15)) for t in (293.15, 303.15)]
    assert found[0] == pytest.approx(np.mean(daily), rel=1e-5)
    assert abs(found[0] - mean_first) > 0.3


def test_the_sea_is_no_data_and_the_coast_takes_its_land(tmp_path: Path) -> None:
    sea = np.zeros((3, 4), dtype=bool)
    sea[1, 1] = sea[1, 2] = sea[2, 1] = True
    np.testing.assert_allclose(means(tmp_path / "coast", sea=sea)["T2M"], 298.15)
    sea[2, 2] = True
    assert np.isnan(means(tmp_path / "sea", sea=sea)["T2M"]).all()


def test_a_missing_month_is_refused_with_its_first_day(tmp_path: Path) -> None:
    state, totals = archive(tmp_path)
    with (
        pytest.raises(
            InputError,
            match="31 days are missing of t2m, d2m: 2015-03-01 to 2015-03-31 .*accept_incomplete",
        ),
        open_daily_weather(2015, state=state[:2] + state[3:], totals=totals),
    ):
        pass
    with (
        pytest.raises(
            InputError, match=r"1 day is missing of tp, e, ssrd: 2015-12-31 .*file of January"
        ),
        open_daily_weather(2015, state=state, totals=totals[:-1]),
    ):
        pass
    with (
        pytest.raises(InputError, match="2015-05-01 is held twice"),
        open_daily_weather(2015, state=[*state, state[4]], totals=totals),
    ):
        pass


def test_another_lattice_in_one_file_is_refused(tmp_path: Path) -> None:
    state, totals = archive(tmp_path)
    other, _ = gridded.write_era5(
        tmp_path / "other", 2015, lat=LAT, lon=LON + 1, state=STATE, totals=TOTALS
    )
    with (
        pytest.raises(InputError, match="grid points are not those"),
        open_daily_weather(2015, state=[*state[:-1], other[-1]], totals=totals),
    ):
        pass


def test_bands_hold_the_neighbours_of_all_their_rows() -> None:
    target = np.arange(88.0, -90.0, -4.0)
    nodes = np.arange(90.0, -91.0, -4.0)
    rows = []
    for band, inside in bands(target, nodes, rows_per_band=7):
        rows += list(range(len(target)))[band]
        assert nodes[inside][0] >= target[band][0]
        assert nodes[inside][-1] <= target[band][-1]
        assert len(nodes[inside]) <= 7 + 2
    assert rows == list(range(len(target)))


@pytest.mark.parametrize("offset", [0.0, 2.0, 1.0])
def test_no_place_lies_between_bands(offset: float) -> None:
    target = np.arange(88.0, -90.0, -4.0)
    nodes = np.arange(90.0 - offset, -91.0, -4.0)
    found = [nodes[inside] for _, inside in bands(target, nodes, rows_per_band=7)]
    for one, other in pairwise(found):
        # Both have the grid points on either side of what lies between their rows.
        assert one[-1] <= other[0]


def test_the_size_of_bands_changes_nothing(tmp_path: Path) -> None:
    state, totals = archive(tmp_path, t2m=lambda day: 280.0 + day.month, d2m=lambda day: 275.0)
    with open_daily_weather(2015, state=state, totals=totals) as weather:
        whole = weather.step_means(MODIS_8DAY, slice(0, 3))
        parts = [weather.step_means(MODIS_8DAY, slice(row, row + 1)) for row in range(3)]
    np.testing.assert_array_equal(np.concatenate(parts, axis=1), whole)


def odd(found: list[findings.Finding]) -> list[findings.Finding]:
    """Return what was not simply used."""
    return [entry for entry in found if entry.outcome != "used"]


def without(path: str, name: str, days: slice | None = None) -> None:
    """Take a variable out of a file, or its values of some days."""
    with netCDF4.Dataset(path, "a") as file:
        if days is None:
            file.renameVariable(name, "other")
        else:
            file[name][days] = np.nan


def test_a_variable_whose_fetch_stopped_is_refused_with_its_days(tmp_path: Path) -> None:
    state, totals = archive(tmp_path)
    for path in totals[6:]:
        without(path, "ssrd")
    words = "185 days are missing of ssrd: 2015-06-30 to 2015-12-31 .*inputs.accept_incomplete"
    with (
        pytest.raises(InputError, match=words),
        open_daily_weather(2015, state=state, totals=totals),
    ):
        pass
    with (
        findings.collected() as found,
        open_daily_weather(2015, state=state, totals=totals, accept=True) as weather,
    ):
        means = weather.step_means(MODIS_8DAY, slice(None))
    assert [entry.outcome for entry in odd(found)] == ["incomplete"]
    # Twelve months of state, thirteen of totals.
    assert sum(entry.outcome == "used" for entry in found) == 25
    known = ~np.isnan(means).any(axis=(1, 2))
    # 30 June lies in the step that begins on 26 June.
    assert known[:, VARIABLES.index("SSRD")].nonzero()[0].tolist() == list(range(22))
    assert known[:, [0, 2, 3, 4]].all()


def test_a_day_without_a_value_is_refused_before_it_is_averaged(tmp_path: Path) -> None:
    state, totals = archive(tmp_path)
    without(state[5], "t2m", slice(29, 30))
    with open_daily_weather(2015, state=state, totals=totals) as weather:
        for rows in (slice(None), slice(0, 1)):
            words = "state_2015_06.nc: t2m has no value on land .* in 2015-06-30;"
            with pytest.raises(InputError, match=words):
                weather.step_means(MODIS_8DAY, rows)
    with (
        findings.collected() as found,
        open_daily_weather(2015, state=state, totals=totals, accept=True) as weather,
    ):
        means = weather.step_means(MODIS_8DAY, slice(None))
    assert [entry.reason for entry in odd(found)] == ["t2m has no value on land in 2015-06-30"]
    gone = np.isnan(means).all(axis=(1, 2))
    assert [VARIABLES[column] for column in gone.any(axis=0).nonzero()[0]] == ["T2M", "VPD"]
    assert gone[:, 0].nonzero()[0].tolist() == [22]


def test_a_variable_without_any_value_all_year_is_refused(tmp_path: Path) -> None:
    """Each file holds one variable, so that only the year tells sea from nothing."""
    state, totals = archive(tmp_path)
    for path in state:
        without(path, "t2m", slice(None))
        without(path, "d2m", slice(None))
    with (
        open_daily_weather(2015, state=state, totals=totals) as weather,
        pytest.raises(InputError, match="T2M has no value all year where other variables have"),
    ):
        weather.step_means(MODIS_8DAY, slice(None))


def test_a_field_that_looks_wrong_is_refused_or_warned_of(tmp_path: Path) -> None:
    state, totals = archive(tmp_path, e=lambda day: 0.003)
    words = "accum_2015_01.nc: the median of e .*the sign was turned.*inputs.accept_implausible"
    with (
        open_daily_weather(2015, state=state, totals=totals) as weather,
        pytest.raises(InputError, match=words),
    ):
        weather.step_means(MODIS_8DAY, slice(None))
    with (
        findings.collected() as found,
        open_daily_weather(2015, state=state, totals=totals, accept_implausible=True) as weather,
    ):
        means = weather.step_means(MODIS_8DAY, slice(None))
    np.testing.assert_allclose(means[..., VARIABLES.index("E")], -3, rtol=1e-5)
    # The file of the next January has one day of this year: no month to judge by.
    assert [entry.outcome for entry in odd(found)] == ["warning"] * 12
