"""The simulated weather, leaves, water and carbon: physics by paper and pencil."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from carbonscape.simulate.earth import (
    _red_noise,
    absorbed_fraction,
    day_length,
    evaporative_demand,
    extraterrestrial_radiation,
    respiration_response,
    saturation_pressure,
    soil_water,
)
from carbonscape.simulate.instruments import observe_predictors
from carbonscape.simulate.parts import TowerParts
from carbonscape.simulate.sites import REGIONS
from simulated import FIRST, REGION, SEED, build, plan, simulate


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("simulated")
    build(folder)
    return folder


def test_radiation_at_the_equator_on_an_equinox_is_the_solar_constant_over_pi() -> None:
    # 1366.7 W m-2 / pi = 435, times 1.006 for the distance of the sun in March.
    assert extraterrestrial_radiation(0.0, 80) == pytest.approx(435 * 1.006, abs=1.5)


def test_radiation_and_day_length_of_the_worked_examples_of_fao_56() -> None:
    # Examples 8 and 9: 20 degrees south, 3 September (day 246): 32.2 MJ m-2 d-1 and 11.7 h.
    assert extraterrestrial_radiation(-20.0, 246) * 0.0864 == pytest.approx(32.2, abs=0.05)
    assert day_length(-20.0, 246) == pytest.approx(11.7, abs=0.05)


def test_the_polar_night_is_dark_and_the_polar_day_has_24_hours() -> None:
    december, june = np.arange(335, 366), np.arange(152, 182)
    assert (extraterrestrial_radiation(80.0, december) == 0).all()
    assert (extraterrestrial_radiation(-80.0, december) > 450).all()
    assert day_length(80.0, june) == pytest.approx(24.0)
    assert day_length(80.0, december) == pytest.approx(0.0)


def test_a_tower_at_80_north_gets_no_light_and_fixes_nothing_in_december() -> None:
    where = plan(lat=80.0, igbp="GRA", koppen="ET")
    truth = simulate(where)
    december = truth["month"] == 12
    assert (truth.loc[december, ["ssrd", "gpp"]] == 0).all(axis=None)
    assert (truth.loc[truth["month"] == 6, "ssrd"] > 100).all()
    seen = observe_predictors(where, truth, seed=SEED, parts=TowerParts())
    assert (seen.loc[december, "SSRD"] == 0).all()


def test_the_hemispheres_have_opposite_seasons() -> None:
    north = simulate(plan(lat=45.0)).groupby("month").mean()
    south = simulate(plan(lat=-45.0)).groupby("month").mean()
    for name in ("ssrd", "t2m", "gpp", "lai", "reco", "vpd"):
        assert north[name].idxmax() in (6, 7, 8), name
        assert south[name].idxmax() in (12, 1, 2), name
    assert north["t2m"].idxmax() == 7
    assert south["t2m"].idxmax() == 1


def test_it_is_colder_and_more_seasonal_towards_the_poles() -> None:
    means = [simulate(plan(lat=lat))["t2m"].mean() for lat in (10, 30, 50, 70)]
    assert means == sorted(means, reverse=True)
    # 15 - 28 P2(0) = 29 degC at the equator, in a region that is 1 K colder than its zone.
    calm = simulate(plan(lat=0.0), weather_anomalies=False)
    region = REGIONS[REGION["Dfb"]]
    assert calm["t2m"].mean() == pytest.approx(273.15 + 29 + region.warm, abs=0.01)
    waves = [np.ptp(simulate(plan(lat=lat)).groupby("month")["t2m"].mean()) for lat in (10, 40, 65)]
    assert waves == sorted(waves)


@pytest.mark.parametrize(
    ("kelvin", "hectopascal"), [(273.16, 6.1121), (293.15, 23.3584), (303.15, 42.4107)]
)
def test_saturation_pressure(kelvin: float, hectopascal: float) -> None:
    assert saturation_pressure(kelvin) == pytest.approx(hectopascal, rel=1e-5)


def test_canopies_absorb_light_by_beer_lambert() -> None:
    # exp(-0.5 * 2 ln 2) = 1/2 passes one such canopy, a quarter passes two.
    assert absorbed_fraction(0.0) == 0
    assert absorbed_fraction(2 * np.log(2)) == pytest.approx(0.5)
    assert absorbed_fraction(4 * np.log(2)) == pytest.approx(0.75)
    truth = simulate(plan())
    assert (-2 * np.log(1 - truth["fpar"])).to_numpy() == pytest.approx(truth["lai"].to_numpy())


def test_respiration_follows_lloyd_and_taylor() -> None:
    assert respiration_response(283.15) == pytest.approx(1.0)
    # exp(308.56 * (1 / 56.02 - 1 / 66.02)) = exp(0.8343)
    assert respiration_response(293.15) == pytest.approx(2.303, abs=0.001)
    assert respiration_response(220.0) == pytest.approx(0.0, abs=1e-6)


def test_the_soil_forgets_a_shower_by_a_third_each_month() -> None:
    # 300 mm under 2.5 mm d-1: what lies below 225 mm loses 75/225 of itself in 30 days.
    demand, days, dry = np.full(8, 2.5), np.full(8, 30), np.zeros(8)
    wet = dry.copy()
    wet[0] = 1.0
    both = [soil_water(rain=r, demand=demand, days=days, capacity=300.0) for r in (wet, dry)]
    memory = both[0] - both[1]
    # The mean of start and end of the first month, then (1 + 2/3) / 2 of what is left.
    assert memory[:3] * 300 == pytest.approx([15.0, 25.0, 25.0 * 2 / 3])
    assert memory[2:] / memory[1:-1] == pytest.approx(2 / 3)


def test_the_soil_fills_to_the_brim_and_no_further() -> None:
    full = soil_water(
        rain=np.full(12, 9.0), demand=np.zeros(12), days=np.full(12, 30), capacity=250.0
    )
    assert full[0] == pytest.approx(0.75)
    assert (full[1:] == 1).all()


def test_demand_for_water_by_makkink() -> None:
    # FAO-56 table 2.4: the saturation curve rises by 1.447 hPa K-1 at 20 degC. 200 W m-2 would
    # evaporate 200 * 0.0864 / 2.45 = 7.05 mm; 0.65 * 1.447 / (1.447 + 0.66) of it is 3.15 mm.
    assert evaporative_demand(293.15, 200.0) == pytest.approx(3.15, abs=0.01)
    assert evaporative_demand(293.15, 0.0) == 0


def test_water_limits_below_three_quarters_of_what_there_could_be() -> None:
    truth = simulate(plan(koppen="BSk", lat=38.0), soil_memory=False)
    supply = truth["tp"] / evaporative_demand(truth["t2m"], truth["ssrd"])
    assert truth["water"].to_numpy() == pytest.approx(np.minimum(1, supply / 0.75).to_numpy())
    assert truth["water"].min() < 0.5


def test_the_soil_has_forgotten_its_start_when_the_record_begins() -> None:
    for koppen, lat in (("BSk", 38.0), ("Dfc", 58.0), ("Csa", 39.0)):
        truth = simulate(plan(koppen=koppen, lat=lat, igbp="ENF"), weather_anomalies=False)
        assert truth.groupby("month")["water"].agg(np.ptp).max() < 0.03, koppen


def test_respiration_is_growth_plus_warmth_times_water() -> None:
    truth = simulate(plan())
    drive = respiration_response(truth["t2m"]) * (0.3 + 0.7 * truth["water"])
    scale = (truth["reco"] - 0.25 * truth["gpp"]) / drive
    assert scale.to_numpy() == pytest.approx(scale.iloc[0])
    assert scale.iloc[0] > 0


def test_clouds_and_dry_air_follow_the_rain_and_the_sun() -> None:
    truth = simulate(replace(plan(lat=50.0, koppen="Cfb"), first_year=1950))
    clearness = truth["ssrd"] / truth["sw_pot"]
    cycle = clearness.groupby(truth["month"]).mean()
    assert cycle[12] < 0.9 * cycle[6]  # as much rain, yet less sun in winter
    july = truth["month"] == 7
    assert np.log(truth["tp"])[july].corr(clearness[july]) < -0.5
    assert truth["vpd"][july].corr(clearness[july]) > 0.5
    # FAO-56 eq. 50: radiation is 0.16 times the root of the daily range of what could come.
    assert (0.16 * np.sqrt(truth["dtr"])).to_numpy() == pytest.approx(clearness.to_numpy())


def test_anomalies_are_red_and_leave_the_mean_rain_alone() -> None:
    noise = _red_noise(np.random.default_rng(1), 20000, 0.4)
    assert noise.std() == pytest.approx(1, abs=0.03)
    assert np.corrcoef(noise[1:], noise[:-1])[0, 1] == pytest.approx(0.4, abs=0.03)
    truth = simulate(replace(plan(), first_year=1850))
    assert truth["tp"].mean() == pytest.approx(REGIONS[REGION["Dfb"]].rain, rel=0.05)


def test_leaves_wait_for_ten_hours_of_light() -> None:
    where = plan(lat=50.0, koppen="Cfb")
    share = simulate(where)["lai"] / simulate(where, phenology=False)["lai"]
    month = simulate(where)["month"]
    # A tenth of a deciduous canopy stays; both December and January have eight hours of light.
    assert share[month == 1].to_numpy() == pytest.approx(0.1)
    assert share[month == 7].min() > 0.5


def test_sites_of_one_class_differ_in_leaves_and_efficiency() -> None:
    leaves, efficiency = [], []
    for index in range(80):
        where = replace(plan(), index=index, last_year=FIRST)
        truth, plain = simulate(where), simulate(where, site_effect=False)
        leaves.append(simulate(where, phenology=False)["lai"].iloc[0])
        efficiency.append(truth["gpp"].sum() / plain["gpp"].sum())
    for values, spread, middle in ((leaves, 0.25, 4.5), (efficiency, 0.2, 1.0)):
        assert np.std(np.log(values)) == pytest.approx(spread, rel=0.25)
        assert np.median(values) == pytest.approx(middle, rel=0.1)


def test_gpp_is_efficiency_times_absorbed_light_times_water() -> None:
    switches = {"temperature_limit": False, "vpd_limit": False, "site_effect": False}
    truth = simulate(plan(igbp="DBF"), **switches)
    # MOD17: 1.526 gC MJ-1 for deciduous broadleaf forest, PAR 45 %, 0.0864 MJ per W and day.
    expected = 1.526 * truth["fpar"] * 0.45 * truth["ssrd"] * 0.0864 * truth["water"]
    assert truth["gpp"].to_numpy() == pytest.approx(expected.to_numpy(), rel=1e-12)
    limited = simulate(plan(igbp="DBF"))
    frozen = limited["t2m"] - limited["dtr"] / 2 < 273.15 - 6  # its cold limit, -6 degC
    assert frozen.any()
    assert (limited.loc[frozen, "gpp"] == 0).all()
    assert truth.loc[frozen, "gpp"].sum() > 0


def test_dry_air_halves_gpp_half_way_between_its_limits() -> None:
    humid = simulate(plan(igbp="DBF"), vpd_limit=False)
    truth = simulate(plan(igbp="DBF"))
    expected = np.clip((29.0 - truth["vpd"]) / (29.0 - 6.5), 0, 1)
    alive = humid["gpp"] > 0.01
    assert (truth["gpp"] / humid["gpp"])[alive].to_numpy() == pytest.approx(expected[alive])
    assert expected.min() < 0.95


def test_net_exchange_is_respiration_minus_gpp(archive: Path) -> None:
    truth = pd.read_csv(archive / "truth" / "towers.csv")
    difference = (truth["reco"] - truth["gpp"]).to_numpy()
    assert truth["nee"].to_numpy() == pytest.approx(difference, abs=1e-7)
    assert (truth["gpp"] >= 0).all()
    assert (truth["reco"] > 0).all()
    assert 0.6 < truth["reco"].sum() / truth["gpp"].sum() < 1.0


@pytest.mark.parametrize("switch", ["temperature_limit", "vpd_limit"])
def test_a_limit_only_ever_reduces_gpp(switch: str) -> None:
    limited, free = simulate(plan()), simulate(plan(), **{switch: False})
    assert (limited["gpp"] <= free["gpp"]).all()
    assert limited["gpp"].sum() < 0.99 * free["gpp"].sum()


def test_without_clouds_there_is_more_light_and_without_phenology_no_season_of_leaves() -> None:
    assert (simulate(plan(), clouds=False)["ssrd"] > simulate(plan())["ssrd"]).all()
    clear = simulate(plan(), clouds=False)
    assert clear["ssrd"].to_numpy() == pytest.approx(0.75 * clear["sw_pot"].to_numpy())
    assert np.ptp(simulate(plan(), phenology=False)["lai"]) == pytest.approx(0)
    assert np.ptp(simulate(plan())["lai"]) > 1


def test_without_anomalies_every_year_is_the_same() -> None:
    calm, real = simulate(plan(), weather_anomalies=False), simulate(plan())
    # Leap days move months by a fraction of a degree and of a millimetre.
    assert calm.groupby("month")["t2m"].agg(np.ptp).max() < 0.3
    assert real.groupby("month")["t2m"].agg(np.ptp).max() > 1.5
    assert calm["tp"].mean() == pytest.approx(REGIONS[REGION["Dfb"]].rain, rel=0.02)


def test_without_memory_water_is_that_of_the_month() -> None:
    truth = simulate(plan(koppen="Csa", igbp="GRA", lat=39.0))
    rain, water = truth["tp"], truth["water"]
    assert water.corr(rain) < 0.8
    # Mediterranean soil is wettest after the wet winter and driest at the end of summer.
    cycle = truth.groupby("month")[["water", "tp"]].mean()
    assert cycle["tp"].idxmin() in (6, 7, 8)
    assert cycle["water"].idxmin() in (8, 9, 10)
    now = simulate(plan(koppen="Csa", igbp="GRA", lat=39.0), soil_memory=False)
    assert now.groupby("month")["water"].mean().idxmin() in (6, 7)
