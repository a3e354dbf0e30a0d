"""Soil, leaves and carbon of the simulated Earth by paper and pencil; its cells; its switches."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from carbonscape.core.errors import ConfigError, InputError
from carbonscape.simulate.cover import PFTS
from carbonscape.simulate.earth import (
    Earth,
    EarthSettings,
    Periods,
    lost_retrievals,
    simulate_grid,
    write_truth,
)
from carbonscape.simulate.parts import EarthParts
from carbonscape.simulate.pmodel import light_use_efficiency
from carbonscape.simulate.vegetation import (
    CAPACITY,
    RUN_OFF,
    Cover,
    Places,
    absorbed_fraction,
    co2_of_year,
    delayed,
    grow,
    respiration_response,
    water_balance,
)
from carbonscape.simulate.weather import Calendar
from helpers import guards
from helpers.simulated import FIRST, LAST, earth, geography, grid, settings, sites

#: What changes the truth of the cells; the rest belongs to instruments or to towers.
IN_TRUTH = (
    "weather_anomalies", "trends", "phenology", "soil_memory", "co2_trend", "unobserved_field",
    "clouds",
)  # fmt: skip
SWITCHES = [field.name for field in dataclasses.fields(EarthParts)]
CALM = EarthParts(weather_anomalies=False, trends=False, co2_trend=False)


def meadow(fractions: dict[str, float], **weather: float) -> dict[str, np.ndarray]:
    """Return two years under constant weather at one point, on the last day."""
    calendar = Calendar(2014, 2015)
    usual = {
        "t2m": 293.15, "d2m": 285.15, "ssrd": 200.0, "sw_pot": 400.0, "tp": 4.0, "pet": 3.0,
        "cloud": 0.5, "day_length": 14.0, "dtr": 10.0,
    }  # fmt: skip
    days = {n: np.full((730, 1), v, np.float32) for n, v in (usual | weather).items()}
    cover = np.zeros((2, 14, 1))
    for name, share in fractions.items():
        cover[:, PFTS.index(name)] = share
    places = Places(np.ones(1), np.full(1, 0.9))
    found = grow(days, Cover(cover, np.ones(1)), places, calendar, CALM)
    return {name: values[-1, 0] for name, values in found.items()}


def test_canopies_absorb_light_by_beer_lambert() -> None:
    # exp(-0.5 * 2 ln 2) = 1/2 passes one such canopy, a quarter passes two.
    found = absorbed_fraction([0.0, 2 * np.log(2), 4 * np.log(2)])
    assert found == pytest.approx([0, 0.5, 0.75])


def test_respiration_follows_lloyd_and_taylor() -> None:
    assert respiration_response(283.15) == pytest.approx(1.0)
    # exp(308.56 * (1 / 56.02 - 1 / 66.02)) = exp(0.8343)
    assert respiration_response(293.15) == pytest.approx(2.303, abs=0.001)
    assert respiration_response(220.0) == pytest.approx(0.0, abs=1e-6)


def test_co2_is_that_of_the_global_network() -> None:
    assert co2_of_year([2000, 2010, 2015, 2020]) == pytest.approx([368.96, 388.76, 400.6, 412.44])


def test_a_delay_closes_a_third_of_the_gap_in_its_memory() -> None:
    step = np.zeros((300, 1), np.float32)
    step[100:] = 1
    slow = delayed(step, 30.0)
    assert slow[99] == 0
    assert slow[129] == pytest.approx(1 - np.exp(-1), rel=1e-5)


def test_the_soil_forgets_rain_in_three_to_six_months() -> None:
    # 2 mm d-1 of demand over three quarters of 300 mm: an e-folding time of 112 days.
    days = 500
    rain = np.zeros((days, 2), np.float32)
    rain[50, 1] = 40.0
    filling, evaporation = water_balance(
        rain, np.full((days, 2), 2.0, np.float32), np.full((days, 2), 290.0, np.float32)
    )
    memory = (filling[:, 1] - filling[:, 0]) * CAPACITY
    # Of 40 mm 15 % runs off and leaves hold no more than evaporates in the day, 2 mm, for
    # which the soil keeps its own water.
    assert memory[50] - memory[49] == pytest.approx(0.85 * 40 - 2 + 2 * filling[49, 0] / 0.75, 0.02)
    later = np.flatnonzero(memory[50:] < memory[50] / np.e)[0]
    assert later == pytest.approx(112.5, abs=2)
    # What came in is what went out, but for the run-off.
    assert evaporation.sum(axis=0) == pytest.approx(
        CAPACITY * (0.5 - filling[-1]) + (1 - RUN_OFF) * rain.sum(axis=0), rel=1e-3
    )


def test_the_soil_fills_to_the_brim_and_snow_waits_for_the_thaw() -> None:
    rain, demand = np.full((400, 2), 3.0, np.float32), np.zeros((400, 2), np.float32)
    warmth = np.full((400, 2), 280.0, np.float32)
    warmth[:200, 1] = 260.0
    filling = water_balance(rain, demand, warmth)[0]
    assert filling[-1] == pytest.approx(1.0)
    # 3 mm less 15 % of run-off a day (nothing evaporates): 150 mm are full in 59 days.
    assert np.flatnonzero(filling[:, 0] == 1)[0] == pytest.approx(58, abs=1)
    assert filling[199, 1] == pytest.approx(0.5)  # all of it lies as snow
    # From day 200 six degrees melt 20 mm a day, beside 3 mm of rain.
    assert (filling[202, 1] - filling[200, 1]) * CAPACITY == pytest.approx(
        2 * (3 * (280 - 273.15) + 0.85 * 3), rel=1e-3
    )


def test_gpp_is_efficiency_times_absorbed_light_without_stress() -> None:
    found = meadow({"TREES-BE": 1.0})
    assert found["water"] == pytest.approx(1.0, abs=1e-3)
    # A quarter of the 10 K of the day is added for the air by day; 2.04 umol J-1; chlorophyll
    # takes 0.85 of the light; the type is 1.06 times as efficient as the P-model says.
    e_day = 6.1121 * np.exp(17.502 * (295.65 - 273.16) / (295.65 - 32.19))
    e_dew = 6.1121 * np.exp(17.502 * (285.15 - 273.16) / (285.15 - 32.19))
    lue = light_use_efficiency(temperature=20.0, vpd=100 * (e_day - e_dew), co2=400.6)[0]
    light = 200 * 2.04e-6 * 86400
    expected = 0.85 * light * found["fpar"] * lue * 1.06
    assert found["gpp"] == pytest.approx(expected, rel=1e-3)
    assert found["lai"] == pytest.approx(5.8, rel=0.01)
    assert found["fpar"] == pytest.approx(1 - np.exp(-2.9), rel=0.01)
    assert found["vpd"] == pytest.approx(23.358 - e_dew, rel=1e-3)


def test_bare_ground_fixes_nothing_and_half_a_forest_half() -> None:
    assert meadow({"BARE": 1.0})["gpp"] == 0
    assert meadow({"BUILT": 0.5, "SNOWICE": 0.5})["gpp"] == 0
    whole, half = meadow({"TREES-BE": 1.0}), meadow({"TREES-BE": 0.5, "BARE": 0.5})
    assert half["gpp"] == pytest.approx(0.5 * whole["gpp"])
    assert half["lai"] == pytest.approx(0.5 * whole["lai"])
    # Fluxes are per square metre of land: water beside a forest takes nothing away.
    shore = meadow({"TREES-BE": 0.5, "WATER": 0.5})
    assert shore["gpp"] == pytest.approx(whole["gpp"])


def test_frost_stops_growth_and_drought_reduces_it() -> None:
    assert meadow({"TREES-NE": 1.0}, t2m=258.15, d2m=256.15)["gpp"] == 0
    dry = meadow({"TREES-NE": 1.0}, tp=0.5)
    assert dry["gpp"] < 0.8 * meadow({"TREES-NE": 1.0})["gpp"]
    assert dry["water"] < 0.9


def test_tropical_grass_is_c4() -> None:
    hot = {"t2m": 303.15, "d2m": 293.15}
    grass, shrubs = meadow({"GRASS-NAT": 1.0}, **hot), meadow({"SHRUBS-BE": 1.0}, **hot)
    per_light = [found["gpp"] / found["fpar"] for found in (grass, shrubs)]
    assert per_light[0] > 1.25 * per_light[1] * 0.96 / 0.95


def test_sif_follows_gpp_less_than_proportionally() -> None:
    full, dark = meadow({"TREES-BE": 1.0}), meadow({"TREES-BE": 1.0}, ssrd=100.0)
    assert dark["sif"] == pytest.approx(full["sif"] / 2)
    dry = meadow({"TREES-BE": 1.0}, d2m=270.0)
    assert dry["gpp"] < full["gpp"]
    assert dry["sif"] / full["sif"] > dry["gpp"] / full["gpp"] + 0.01
    assert 0.3 < full["sif"] < 1.0


def test_periods_are_months_and_steps_that_start_again_on_new_year() -> None:
    periods = Periods(settings(), Calendar(FIRST - 2, LAST))
    doy = Calendar(FIRST - 2, LAST).doy[:, None].astype(float)
    steps = periods.steps(doy)
    assert steps.shape == (4, 46, 1)
    assert steps[0, [0, 1, 45], 0].tolist() == [4.5, 12.5, 363.0]  # days 1-8, 9-16, 361-365
    assert steps[3, 45, 0] == 363.5  # 361-366 in the leap year 2004
    assert periods.monthly(doy)[[0, 1], 0].tolist() == [16.0, 45.5]
    assert periods.days_in_month.sum() == 365 * 3 + 366


def test_clouds_and_darkness_spoil_retrievals() -> None:
    periods = Periods(settings(), Calendar(FIRST - 2, LAST))
    sky = np.tile([[0.1, 0.9, 0.1]], (len(earth().calendar), 1)).astype(np.float32)
    sun = np.tile([[400.0, 400.0, 20.0]], (len(sky), 1)).astype(np.float32)
    lost = lost_retrievals({"cloud": sky, "sw_pot": sun}, periods, EarthParts())[0, 0]
    assert lost == pytest.approx([0.04 + 0.8 * 0.001, 0.04 + 0.8 * 0.729, 0.98], abs=1e-5)
    none = lost_retrievals({"cloud": sky, "sw_pot": sun}, periods, EarthParts(clouds=False))
    assert (none == 0).all()


def test_the_truth_of_cells_has_the_layout_that_others_read() -> None:
    truth = grid()
    assert truth["lat"].values.tolist() == [75, 45, 15, -15, -45, -75]
    assert truth["lon"].values.tolist() == list(range(-165, 180, 30))
    assert truth["land"].dtype == np.int8
    assert not truth["land"].values[5].any()  # Antarctica
    for name in ("gpp", "reco", "nee", "sif"):
        assert truth[name].dims == ("time", "lat", "lon"), name
    for name in ("lai", "fpar", "cloud"):
        assert truth[name].dims == ("year", "step", "lat", "lon"), name
    assert truth["pft"].dims == ("year", "pft_class", "lat", "lon")
    assert truth["igbp"].dims == ("year", "lat", "lon")
    land = truth["land"].values == 1
    for name in ("gpp", "reco", "nee", "sif", "lai", "fpar", "cloud", "pft", "igbp"):
        values = truth[name].values
        assert values.dtype == np.float32, name
        assert np.isfinite(values[..., land]).all(), name
        assert np.isnan(values[..., ~land]).all(), name
        assert truth[name].attrs["units"], name
    np.testing.assert_allclose(truth["nee"], truth["reco"] - truth["gpp"], atol=1e-5)
    assert truth["pft"].sum("pft_class").values[:, land] == pytest.approx(1, abs=1e-5)
    codes = truth["igbp"].values[:, land]
    assert set(np.unique(codes)) <= set(range(1, 18))


def test_land_is_where_three_tenths_of_a_cell_are() -> None:
    four = Earth(settings(cell=4.0), geography())
    assert four.lat[0] == 88
    assert four.lon[0] == -178
    np.testing.assert_array_equal(four.land, (four.land_share >= 0.3) & (four.lat > -60)[:, None])
    assert 1000 < four.land.sum() < 1200
    assert four.is_land(48.1, 11.5)
    assert int(four.koppen(48.1, 11.5)) == 15  # Cfb


@pytest.fixture(scope="module")
def annual() -> xr.DataArray:
    """The annual GPP of two years in cells of 4 degrees, gC m-2."""
    truth = simulate_grid(Earth(settings(cell=4.0, first_year=2015, last_year=2016), geography()))
    return (truth["gpp"] * truth["time"].dt.days_in_month).sum("time", skipna=False) / 2


def test_the_global_sum_is_that_of_the_literature(annual: xr.DataArray) -> None:
    south = np.deg2rad(annual["lat"] - 2)
    area = 6371007.181**2 * np.deg2rad(4) * (np.sin(south + np.deg2rad(4)) - np.sin(south))
    assert 100 < float((annual * area).sum()) / 1e15 < 150


@pytest.mark.parametrize(
    ("lat", "lon", "least", "most"),
    [
        (-4, -62, 2000, 3800), (0, 22, 2000, 3600), (56, -106, 400, 1100), (60, 94, 300, 900),
        (52, 10, 900, 1700), (32, -86, 1200, 2300), (12, 6, 400, 1200), (-24, 130, 50, 500),
        (24, 10, 0, 30), (64, -150, 150, 700),
    ],
)  # fmt: skip
def test_annual_gpp_is_of_the_size_of_real_maps(
    annual: xr.DataArray, lat: float, lon: float, least: float, most: float
) -> None:
    found = float(annual.sel(lat=lat, lon=lon, method="nearest"))
    assert least <= found <= most


def test_the_hemispheres_grow_in_opposite_seasons() -> None:
    cycle = sites().assign_coords(month=("time", sites()["time"].dt.month.values))
    cycle = cycle["gpp"].groupby("month").mean().transpose("month", "site")
    lat = sites()["lat"].values
    north, south = lat > 45, (lat < -20)
    assert np.isin(cycle.values[:, north].argmax(axis=0) + 1, (5, 6, 7, 8)).all()
    assert np.isin(cycle.values[:, south].argmax(axis=0) + 1, (10, 11, 12, 1, 2, 3, 4)).all()
    assert south.any()


@pytest.mark.parametrize("switch", SWITCHES)
def test_a_switch_changes_the_truth_of_cells_only_where_it_says(switch: str) -> None:
    span = {"first_year": 2001, "last_year": 2001}
    usual, changed = grid(**span), grid(**span, parts=EarthParts(**{switch: False}))
    differ = {name for name in usual if not usual[name].equals(changed[name])}
    if switch not in IN_TRUTH:
        assert not differ
    elif switch == "clouds":
        assert differ == {"cloud"}
    else:
        assert {"gpp", "reco", "nee", "sif"} <= differ
        assert ("lai" in differ) == (switch not in ("co2_trend", "unobserved_field"))
        assert ("pft" in differ) == (switch == "trends")


def test_switches_do_what_they_say() -> None:
    flat = grid(parts=EarthParts(phenology=False))["lai"]
    assert float((flat.max("step") - flat.min("step")).max()) < 1e-3
    moved = grid()["lai"]
    assert float((moved.max("step") - moved.min("step")).max()) > 1
    ratio = (grid()["gpp"] / grid(parts=EarthParts(unobserved_field=False))["gpp"]).std("time")
    assert float(ratio.max()) < 1e-4  # one factor a place, whatever the month
    early, late = (grid(first_year=year, last_year=year) for year in (1990, 2019))
    assert float(late["gpp"].mean() / early["gpp"].mean()) > 1.02
    still = EarthParts(weather_anomalies=False, trends=False, co2_trend=False)
    early, late = (grid(first_year=year, last_year=year, parts=still) for year in (1990, 2019))
    np.testing.assert_allclose(early["gpp"], late["gpp"], rtol=0.02, atol=0.01)


def test_drought_is_felt_for_months_unless_memory_is_off() -> None:
    def spread(parts: EarthParts) -> float:
        water, rain = sites(parts=parts)["water"], sites(parts=parts)["tp"]
        dry = rain.mean("time").values < 2
        lag = xr.corr(water[dry, 4:], rain[dry, :-4].assign_coords(time=water["time"][4:]), "time")
        now = xr.corr(water[dry], rain[dry], "time")
        return float((lag - now).mean())

    assert spread(EarthParts()) > spread(EarthParts(soil_memory=False)) + 0.2


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"cell": 7}, "cell: found 7, expected a size in degrees that divides 180"),
        ({"cell": -4.0}, "cell: found -4.0"),
        ({"first_year": 1900}, "first_year, last_year: found 1900"),
        ({"first_year": 2012, "last_year": 2011}, "with the first not after the last"),
        ({"sites": 4}, "sites: found 4, expected 5 to 6760 towers"),
        ({"parts": {"wings": True}}, "parts: found 'wings', expected some of weather_anomalies"),
    ],
)
def test_impossible_settings_are_refused(changes: dict, sentence: str) -> None:
    usual = {"cell": 4.0, "first_year": 2011, "last_year": 2012, "sites": 6, "seed": 1}
    with pytest.raises(ConfigError, match=sentence):
        EarthSettings.of(usual | changes)
    assert EarthSettings.of(usual | {"parts": {"clouds": False}}).parts == EarthParts(clouds=False)


def test_a_folder_without_maps_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"land_share.nc: no such file"):
        Earth(settings(), tmp_path)


def test_a_truth_comes_back_from_its_file(tmp_path: Path) -> None:
    write_truth(sites(), tmp_path / "truth" / "sites.nc")
    write_truth(grid(), tmp_path / "truth" / "grid.nc")
    for name, truth in (("sites", sites()), ("grid", grid())):
        with xr.open_dataset(tmp_path / "truth" / f"{name}.nc") as found:
            xr.testing.assert_equal(found.load(), truth)
            assert found.attrs["comment"].startswith("Simulated")
            np.testing.assert_array_equal(found["time"].values, truth["time"].values)


def test_another_process_writes_the_same_bytes(tmp_path: Path) -> None:
    code = (
        "import sys; sys.path[:0] = sys.argv[1:3]\n"
        "from carbonscape.simulate.earth import write_truth\n"
        "from helpers.simulated import grid, sites\n"
        "write_truth(sites(sites=6), sys.argv[3] + '/sites.nc')\n"
        "write_truth(grid(first_year=2004), sys.argv[3] + '/grid.nc')\n"
    )
    paths = [str(guards.PROJECT / "workflow"), str(guards.PROJECT / "tests"), str(tmp_path)]
    subprocess.run(
        [sys.executable, "-c", code, *paths], check=True, env=os.environ | {"PYTHONHASHSEED": "5"}
    )
    (tmp_path / "here").mkdir()
    write_truth(sites(sites=6), tmp_path / "here" / "sites.nc")
    write_truth(grid(first_year=2004), tmp_path / "here" / "grid.nc")
    for name in ("sites.nc", "grid.nc"):
        assert (tmp_path / name).read_bytes() == (tmp_path / "here" / name).read_bytes(), name
