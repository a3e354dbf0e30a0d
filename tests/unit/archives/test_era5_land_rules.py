"""Whole fields of ERA5-Land: each confusion of units breaks its rule, good fields break none."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from carbonscape.archives.era5_land import check_range, open_accumulation, open_state
from carbonscape.archives.era5_land_8day import VARIABLES
from carbonscape.archives.era5_land_rules import RULES, broken, look
from carbonscape.core import findings
from carbonscape.core.errors import InputError
from carbonscape.core.insolation import daily_insolation, monthly_insolation
from helpers import era5_made

STATE, TOTALS = "t2m d2m sp u10 v10", "tp e ssrd"


def read(path, opener, step="day", **options):
    with opener(path, step=step) as dataset:
        return check_range(dataset.load(), path, **options)


def hours_averaged(values):
    """What the mean over the hours of a day makes of sums since midnight, at noon of the sun."""
    return values * 0.42


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ssrd": lambda v: v / 86_400}, "median of ssrd .* is 5.*W m-2 called J m-2"),
        ({"ssrd": lambda v: v / 1e6}, "median of ssrd .*MJ called J"),
        ({"ssrd": lambda v: v / 24}, "median of ssrd .*one hour, or the mean of the hours"),
        ({"ssrd": hours_averaged}, "ssrd of the brightest day .*expected at least 0.4"),
        (
            {"ssrd": lambda v: v * 1.6},
            "exceeds the radiation at the top of the atmosphere is 0.0",
        ),
        ({"tp": lambda v: v * 30}, "mean of tp .mm d-1. is .*expected 0 to 55 .the total of a mon"),
        ({"e": lambda v: -v}, "median of e .*where the sun shines is -4.*the sign was turned"),
        (
            {"e": lambda v: v * 15, "first": "2019-12-01"},
            "e over what all sunlight could evaporate",
        ),
    ],
)
def test_a_wrong_total_is_told_with_what_happened(tmp_path, changes, message):
    path = era5_made.write(tmp_path / "a.nc", TOTALS, **changes)
    with pytest.raises(InputError, match=message) as refused:
        read(path, open_accumulation)
    assert refused.match("name era5_land in the config key 'inputs.accept_implausible'")


def test_a_day_of_zeros_is_no_night(tmp_path):
    def darkened(values):
        values = values.copy()
        values[7] = 0
        return values

    path = era5_made.write(tmp_path / "a.nc", TOTALS, ssrd=darkened)
    with pytest.raises(InputError, match="darkest day .* is 0 .*absent values delivered as 0"):
        read(path, open_accumulation)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"d2m": lambda v: v + 20}, "median of t2m - d2m .K. is -1.*exchanged"),
        ({"d2m": 285.0, "t2m": 285.0}, "largest difference of t2m and d2m .K. is 0"),
        ({"u10": 18.0, "v10": 18.0}, "mean speed of the wind .*km h-1 or knots"),
    ],
)
def test_a_wrong_state_is_told(tmp_path, changes, message):
    path = era5_made.write(tmp_path / "a.nc", STATE, **changes)
    with pytest.raises(InputError, match=message):
        read(path, open_state)


@pytest.mark.parametrize(
    ("lat", "first"),
    [(48.2, "2019-06-01"), (48.2, "2019-12-01"), (71.0, "2019-12-01"), (71.0, "2019-06-01"),
     (-0.2, "2019-03-01"), (-80.0, "2019-07-01"), (-80.0, "2019-12-01")],
)  # fmt: skip
def test_good_fields_break_no_rule(tmp_path, lat, first):
    """Also in polar night, and for a lone day of heavy rain."""
    axis = np.round(lat - np.arange(4) / 10, 1)
    read(era5_made.write(tmp_path / "a.nc", TOTALS, lat=axis, first=first), open_accumulation)
    read(era5_made.write(tmp_path / "b.nc", STATE, lat=axis, first=first), open_state)
    wet = era5_made.write(tmp_path / "c.nc", "tp", lat=axis, first=first, days=1, tp=0.4)
    read(wet, open_accumulation)


def test_deserts_and_cloud_forests_break_no_rule(tmp_path):
    dry = {"tp": 0.0, "e": 0.0, "ssrd": lambda v: v * 0 + 86_400 * 330.0}
    axis = np.array([23.2, 23.1, 23.0, 22.9])
    read(era5_made.write(tmp_path / "a.nc", TOTALS, lat=axis, **dry), open_accumulation)
    wet = {"tp": 0.045, "ssrd": lambda v: v * 0.7}
    axis = np.array([5.2, 5.1, 5.0, 4.9])
    read(era5_made.write(tmp_path / "b.nc", TOTALS, lat=axis, **wet), open_accumulation)


def test_dew_and_deposition_in_the_dark_are_no_turned_sign(tmp_path):
    axis = np.array([70.2, 70.1, 70.0, 69.9])
    path = era5_made.write(tmp_path / "a.nc", TOTALS, lat=axis, first="2019-12-01", e=0.0003)
    read(path, open_accumulation)


def test_rime_of_millimetres_is_a_turned_sign_in_the_dark_too(tmp_path):
    axis = np.array([70.2, 70.1, 70.0, 69.9])
    path = era5_made.write(tmp_path / "a.nc", TOTALS, lat=axis, first="2019-12-01", e=0.002)
    with pytest.raises(InputError, match="of e .* in winter is -2 in .*the sign was turned"):
        read(path, open_accumulation)


def months(path, names, **changes):
    stamps = np.arange("2016-01", "2017-01", dtype="datetime64[M]").astype("datetime64[D]")
    return era5_made.write(path, names, stamps=stamps, **changes)


@pytest.mark.parametrize(
    ("names", "changes", "message"),
    [
        ("tp", {"tp": 0.060}, "mean of tp .mm d-1. is 60 in 2016-01 to 2016-12"),
        ("e", {"e": -0.030}, "e is 30 mm d-1 .*outside the possible -3 to 15 for the mean of a mo"),
        ("e", {"e": 0.003}, "the sign was turned|e is -3 mm d-1"),
        ("e", {"e": 0.001}, "the sign was turned"),
        ("ssrd", {"ssrd": lambda v: v * 30}, "ssrd is .*outside the possible 0 to 500|exceeds"),
        ("ssrd", {"ssrd": lambda v: v / 86_400}, "W m-2 called J m-2"),
    ],
)
def test_months_have_their_own_bounds(tmp_path, names, changes, message):
    path = months(tmp_path / "a.nc", names, **changes)
    with pytest.raises(InputError, match=message):
        read(path, open_accumulation, step="month")
    read(months(tmp_path / "b.nc", TOTALS, ssrd=lambda v: v * 0 + 3e6), open_accumulation, "month")


def belt(rain, evaporation):
    """A month over the land of a belt around the globe, from 20 to 30 N."""
    lat, lon = np.arange(30.0, 20.0, -0.5), np.arange(-120.0, 120.0, 1.0)
    shape = (30, lat.size, lon.size)
    days = np.datetime64("2019-06-01", "ns") + np.arange(30) * np.timedelta64(1, "D")
    coords = {"time": days, "lat": lat, "lon": lon}
    dims = ("time", "lat", "lon")
    return xr.Dataset(
        {"tp": (dims, np.full(shape, rain)), "e": (dims, np.full(shape, evaporation))}, coords
    )


@pytest.mark.parametrize(
    ("rain", "evaporation", "told"),
    [(2.0, 1.5, []), (2.0 / 24, 1.5 / 24, ["tp", "e"]), (40.0, 1.5, ["tp"]), (0.3, 0.2, [])],
)
def test_the_mean_of_a_belt_tells_hours_from_days_and_months(rain, evaporation, told):
    dataset = belt(rain, evaporation)
    assert look(dataset, "day").belt
    assert [rule.quantity for rule, _, _ in broken(dataset, "day")] == told


def test_vpd_in_kilopascals_is_told():
    days = np.datetime64("2019-01-01", "ns") + 8 * np.arange(46) * np.timedelta64(1, "D")
    dims, shape = ("time", "lat", "lon"), (46, 2, 2)
    coords = {"time": days, "lat": [5.0, 4.0], "lon": [20.0, 21.0]}
    values = {"t2m": 299.0, "vpd": 8.0}
    for vpd, told in ((8.0, []), (0.8, ["vpd"])):
        dataset = xr.Dataset(
            {n: (dims, np.full(shape, v)) for n, v in (values | {"vpd": vpd}).items()}, coords
        )
        assert [rule.quantity for rule, _, _ in broken(dataset, "8day")] == told


def test_the_key_makes_a_warning_of_a_refusal(tmp_path):
    path = era5_made.write(tmp_path / "a.nc", TOTALS, e=lambda v: -v)
    with findings.collected() as found:
        read(path, open_accumulation, accept_implausible=True)
    assert [(entry.outcome, entry.source, entry.item) for entry in found] == [
        ("warning", "era5_land", str(path))
    ]
    assert "the sign was turned" in found[0].reason


def test_every_rule_names_a_variable_and_what_happens():
    names = {variable.name for variable in VARIABLES} | {"d2m", "sp", "u10", "v10"}
    for rule in RULES:
        assert {rule.quantity, *rule.needs} <= names
        assert rule.low < rule.high
        assert rule.below or np.isinf(rule.low) or rule.low in (0, 0.1)
        assert rule.above or np.isinf(rule.high) or rule.quantity == "e"


def test_the_look_has_the_sun_of_each_place_and_day():
    dims = ("time", "lat", "lon")
    days = np.array(["2019-06-21", "2019-12-21"], dtype="datetime64[ns]")
    values = np.full((2, 2, 1), 100.0)
    values[:, 1, 0] = np.nan
    dataset = xr.Dataset(
        {"ssrd": (dims, values)}, {"time": days, "lat": [50.0, 40.0], "lon": [0.0]}
    )
    seen = look(dataset, "day")
    assert seen.lat.tolist() == [50.0]
    np.testing.assert_allclose(seen.insolation[:, 0], daily_insolation(50.0, [172, 355]))
    month = look(dataset.isel(time=0), "month")
    np.testing.assert_allclose(month.insolation[0, 0], monthly_insolation(50.0, 6))
    assert look(dataset.isel(lat=[1]), "day") is None
