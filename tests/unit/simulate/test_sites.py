"""Where simulated towers stand, when they measure, and their truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from carbonscape.simulate.cover import IGBP, PFTS
from carbonscape.simulate.geography import KOPPEN
from carbonscape.simulate.parts import STREAMS, EarthParts, random_stream
from carbonscape.simulate.sites import REGIONS, months_of, plan_sites, plans_of, site_name
from helpers.simulated import FIRST, LAST, SITES, earth, geography, sites

SPAN = {"first_year": 2001, "last_year": 2006}


def test_no_two_names_are_alike_even_where_case_does_not_count() -> None:
    assert len({site_name(index).lower() for index in range(6760)}) == 6760


def test_every_part_of_every_site_has_its_own_random_numbers() -> None:
    draws = [random_stream(1, index, name).random() for index in range(3) for name in STREAMS]
    assert len(set(draws)) == len(draws)
    assert random_stream(2, 0, "place").random() not in draws


def test_towers_stand_where_fluxnet_has_them() -> None:
    plans = plan_sites(geography(), sites=200, seed=3, **SPAN)
    main = pd.Series([p.koppen[0] for p in plans]).value_counts(normalize=True)
    assert main["D"] + main["C"] > 0.65
    assert 0.04 < main["A"] < 0.13
    assert 0.02 < main["E"] < 0.09
    kinds = pd.Series([p.igbp for p in plans]).value_counts()
    assert len(kinds) >= 10
    assert {"ENF", "DBF", "GRA", "CRO"} <= set(kinds.index[:6])
    north = np.mean([p.lat > 23.5 for p in plans])
    assert 0.75 < north < 0.92


@pytest.mark.parametrize("seed", range(5))
def test_five_towers_know_all_five_main_climates(seed: int) -> None:
    plans = plan_sites(geography(), sites=5, seed=seed, **SPAN)
    assert {p.koppen[0] for p in plans} == set("ABCDE")


def test_every_tower_stands_on_a_real_pixel_of_its_class_and_climate() -> None:
    maps = geography()
    for plan in plan_sites(maps, sites=120, seed=4, **SPAN):
        assert maps.is_land(plan.lat, plan.lon)
        assert IGBP[int(maps.igbp(plan.lat, plan.lon)) - 1] == plan.igbp
        assert KOPPEN[int(maps.koppen(plan.lat, plan.lon)) - 1] == plan.koppen


@pytest.mark.parametrize("region", REGIONS, ids=lambda region: f"{region.koppen}-{region.lat[0]}")
def test_no_region_is_mistaken(region) -> None:
    lat, lon = np.meshgrid(np.arange(*region.lat, 0.1), np.arange(*region.lon, 0.1))
    codes = [KOPPEN.index(name) + 1 for name in region.koppen.split()]
    here = np.isin(geography().koppen(lat, lon), codes)
    found = set(geography().igbp(lat, lon)[here].tolist())
    assert found >= {IGBP.index(name) + 1 for name in region.igbp}
    assert {name[0] for name in region.koppen.split()} == {region.main}


def test_more_sites_leave_the_others_as_they_are() -> None:
    few, many = (plan_sites(geography(), sites=n, seed=3, **SPAN) for n in (9, 30))
    assert many[:9] == few


def test_some_towers_start_late_and_some_end_early() -> None:
    plans = plan_sites(geography(), sites=100, seed=3, **SPAN)
    first, last = (np.array([getattr(p, n) for p in plans]) for n in ("first_year", "last_year"))
    assert (first >= 2001).all()
    assert (last <= 2006).all()
    assert (last - first >= 3).all()
    assert 0.1 < (first > 2001).mean() < 0.35
    assert 0.05 < (last < 2006).mean() < 0.3


def test_the_truth_has_the_layout_that_others_read() -> None:
    truth = sites()
    assert dict(truth.sizes) == {"site": SITES, "time": 48, "year": 4, "step": 46, "pft_class": 14}
    assert truth["time"].dt.strftime("%Y-%m-%d").values[[0, 47]].tolist() == [
        "2001-01-01", "2004-12-01",
    ]  # fmt: skip
    assert truth["pft_class"].values.tolist() == list(PFTS)
    monthly = [
        "gpp", "reco", "nee", "lai", "fpar", "t2m", "dtr", "ssrd", "sw_pot", "vpd", "tp",
        "day_length", "water", "days",
    ]  # fmt: skip
    for name in monthly:
        assert truth[name].dims == ("site", "time"), name
    for name in ("lai8", "fpar8", "cloud8"):
        assert truth[name].dims == ("site", "year", "step"), name
    assert truth["pft"].dims == ("site", "year", "pft_class")
    assert truth["igbp_code"].dims == ("site", "year")
    for name in ("lat", "lon", "igbp", "koppen", "first_year", "last_year"):
        assert truth[name].dims == ("site",)
    assert all(np.isfinite(values).all() for values in truth.data_vars.values())
    assert {values.dtype for values in truth.data_vars.values()} == {np.dtype("f4")}
    assert truth["pft"].sum("pft_class").values == pytest.approx(1, abs=1e-5)
    assert truth["days"].values[0].sum() == 365 * 3 + 366


def test_the_truth_of_towers_adds_up() -> None:
    truth = sites()
    np.testing.assert_allclose(truth["nee"], truth["reco"] - truth["gpp"], atol=1e-5)
    assert (truth["gpp"] >= 0).all()
    assert (truth["reco"] > 0).all()
    assert ((truth["fpar8"] >= 0) & (truth["fpar8"] < 1)).all()
    # The mean of the 46 steps and of the 12 months of a year are nearly one.
    steps, months = truth["lai8"].mean(("year", "step")), truth["lai"].mean("time")
    np.testing.assert_allclose(steps, months, rtol=0.02)
    annual = truth["gpp"].mean("time") * 365.25
    assert 20 < float(annual.min()) < 600
    assert 2000 < float(annual.max()) < 4000


def test_the_weather_of_a_tower_is_that_of_its_point() -> None:
    truth = sites()
    place = truth.isel(site=3)
    found = earth().weather([float(place["lat"])], [float(place["lon"])], FIRST, LAST)
    assert found["t2m"][0, :31].mean() == pytest.approx(float(place["t2m"][0]), abs=1e-3)
    assert found["tp"][0, :31].mean() == pytest.approx(float(place["tp"][0]), rel=1e-4)


def test_plans_and_months_come_back_from_the_truth() -> None:
    truth = sites()
    plans = plans_of(truth)
    options = {"sites": SITES, "seed": 7, "first_year": FIRST, "last_year": LAST}
    assert plans == plan_sites(geography(), **options)
    table = months_of(truth, plans[2])
    assert table["year"].tolist() == np.repeat(range(FIRST, LAST + 1), 12).tolist()
    assert table["month"].tolist() == list(range(1, 13)) * 4
    np.testing.assert_array_equal(table["gpp"], truth["gpp"].values[2])


def test_a_tower_stands_in_its_own_pixel_unless_that_is_switched_off() -> None:
    own, cell = sites(), sites(parts=EarthParts(tower_cover=False))
    names = own["igbp"].values
    assert [IGBP[int(code) - 1] for code in own["igbp_code"].values[:, 0]] == names.tolist()
    assert own["pft"].max("pft_class").mean() > cell["pft"].max("pft_class").mean()
    # Two towers of one 30-degree cell share its cover (but for the change since 2019).
    rows = np.floor((90 - cell["lat"].values) / 30), np.floor((cell["lon"].values + 180) / 30)
    same = np.flatnonzero((rows[0] == rows[0][0]) & (rows[1] == rows[1][0]))
    assert len(same) > 1
    first, second = cell["pft"].values[same[:2], 0]
    np.testing.assert_allclose(first, second, atol=0.05)
