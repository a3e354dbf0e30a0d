"""The simulated atmosphere: growth, hemispheres, seasons, plumes, and the means of cells."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from carbonscape.core.errors import ConfigError
from carbonscape.simulate.earth import write_truth
from carbonscape.simulate.emissions import FIRES, SITES, burning_density, emission_density, season
from carbonscape.simulate.geography import Geography
from carbonscape.simulate.xco2 import GROWTH, PARTS, Atmosphere, growth, simulate_xco2
from carbonscape.simulate.xco2_transport import AMPLITUDE, carried, seasonal_range
from helpers.simulated_air import breathing

DAY0 = np.datetime64("2000-01-01")


@cache
def atmosphere(cell: float = 10.0) -> Atmosphere:
    return Atmosphere(breathing(cell))


@cache
def truth() -> xr.Dataset:
    maps = Geography(Path(__file__).parents[3] / "resources" / "geography")
    span = {"first_month": "2014-10", "last_month": "2015-12"}
    return simulate_xco2(grid=breathing(), geography=maps, cell=6.0, **span)


def days_of(*dates: str) -> np.ndarray:
    return (np.array(dates, "M8[D]") - DAY0).astype(float)


def test_the_globe_grows_by_the_measured_increments() -> None:
    levels = growth(days_of("2015-01-01", "2016-01-01", "2017-01-01", "2022-01-01"))
    assert levels[0] == pytest.approx(397.5)
    assert np.diff(levels)[:2] == pytest.approx([GROWTH[2015], GROWTH[2016]])
    whole = sum(GROWTH[year] for year in range(2015, 2022))
    assert levels[3] - levels[0] == pytest.approx(whole)
    assert 2.2 < whole / 7 < 2.7


def test_the_north_has_more_than_the_south() -> None:
    background = truth()["background"].mean(("time", "lon"))
    assert (np.diff(background.values) < 0).all()  # latitudes descend
    north, south = (
        background.sel(lat=45.0, method="nearest"),
        background.sel(lat=-45, method="nearest"),
    )
    assert 1.2 < float(north - south) < 2.0


def test_the_season_is_large_in_the_north_and_turned_round_in_the_south() -> None:
    state, lat, _ = carried(breathing())
    year = state[1:13].mean(axis=2)
    ranges = seasonal_range(year)
    assert np.interp(-60, -lat, ranges) == pytest.approx(AMPLITUDE, rel=2e-3)
    south = np.abs(lat + 45).argmin()
    assert 0.02 * AMPLITUDE < ranges[south] < AMPLITUDE / 4
    peak = year.argmax(axis=0) + 1
    assert peak[np.abs(lat - 60).argmin()] in (3, 4)  # respiration ends with March
    shift = (peak[south] - peak[np.abs(lat - 60).argmin()]) % 12
    assert 2 <= shift <= 10


def test_a_biosphere_that_takes_up_more_draws_the_column_down() -> None:
    """The sign and the amount: without scaling, one gC m-2 is 0.233 ppm."""
    grid = breathing()
    july = atmosphere().at(np.array([60.0]), np.array([0.0]), np.array(["2015-08-15"], "M8[s]"))
    march = atmosphere().at(np.array([60.0]), np.array([0.0]), np.array(["2015-04-01"], "M8[s]"))
    assert march - july > 4.0  # growth of a third of a year is against it
    grid["nee"] = -grid["nee"]
    turned = Atmosphere(grid)
    july = turned.at(np.array([60.0]), np.array([0.0]), np.array(["2015-08-15"], "M8[s]"))
    march = turned.at(np.array([60.0]), np.array([0.0]), np.array(["2015-04-01"], "M8[s]"))
    assert march < july


def test_circles_are_mixed() -> None:
    """Unmixed, the third of a circle that is land would hold three times the circle's mean."""
    state, lat, _ = carried(breathing())
    along = state[8][np.abs(lat - 60).argmin()]
    assert along.mean() < -2
    assert 0.3 < np.ptp(along) / abs(along.mean()) < 1.6
    assert -60 < -180 + 5 * (along.argmin() + 0.5) < 120  # over the land or downwind of it


def test_a_lifeless_earth_has_no_season() -> None:
    grid = breathing()
    grid["nee"] = 0 * grid["nee"]
    assert np.abs(carried(grid)[0]).max() == 0


def test_cells_of_any_size_give_about_the_same_air() -> None:
    times = np.array(["2015-08-15"] * 3, "M8[s]")
    where = np.array([62.0, 10.0, -40.0]), np.array([10.0, 120.0, 0.0])
    fine, coarse = (atmosphere(cell).at(*where, times) for cell in (2.0, 30.0))
    assert fine == pytest.approx(coarse, abs=1.0)
    assert np.abs(fine - coarse).max() > 0


def test_a_plume_stands_where_its_city_is() -> None:
    shanghai = next(site for site in SITES if site.name == "Shanghai")
    east = np.linspace(shanghai.lon - 3, shanghai.lon + 3, 61)
    seen = emission_density(np.full(61, shanghai.lat), east, width=0.6)
    assert abs(east[seen.argmax()] - shanghai.lon) < 0.2
    assert 1.0 <= seen.max() < 1.2
    assert emission_density(-50.0, 100.0, width=0.6) == 0
    # Once round the globe is the same place; a width away, exp(-1/2) is left.
    assert emission_density(31.2, 121.5 + 360, width=0.6) == pytest.approx(seen.max(), abs=0.01)
    highveld = next(site for site in SITES if site.name == "Highveld")
    away = emission_density(highveld.lat - 0.6, highveld.lon, width=0.6)
    assert away == pytest.approx(highveld.strength * np.exp(-0.5), abs=1e-6)


def test_a_city_has_two_ppm_in_its_one_degree_cell_and_less_in_a_wider_one() -> None:
    lat, lon = np.array([31.2]), np.array([121.5])
    small, wide = (
        atmosphere().box_means(lat, lon, width, ["2015-06"])["plume"].item() for width in (1.0, 6.0)
    )
    assert 1.9 < small < 3.0
    assert 0.05 < wide < small / 5


def test_savannas_burn_in_their_season_only() -> None:
    sahel = FIRES[0]
    assert season(sahel, 1.0) == pytest.approx(1.0)
    assert season(sahel, 2.5) == pytest.approx(0.5)
    assert season(sahel, 7.0) < 0.02
    assert burning_density(8.0, 15.0, 1) > 5 * burning_density(8.0, 15.0, 7)


def test_cell_means_are_the_means_of_what_soundings_see() -> None:
    found = truth()
    cell = {"lat": 33.0, "lon": 123.0}  # off Shanghai: all three parts differ within it
    inside = 6.0 * ((np.arange(12) + 0.5) / 12 - 0.5)
    north, east = (x.ravel() for x in np.meshgrid(33 + inside, 123 + inside, indexing="ij"))
    noons = np.arange("2015-05-01", "2015-06-01", dtype="M8[D]").astype("M8[s]") + 43200
    weight = np.cos(np.deg2rad(north))
    means = [
        np.average(atmosphere().at(north, east, np.full(north.shape, noon)), weights=weight)
        for noon in noons
    ]
    expected = float(found["xco2"].sel(time="2015-05-01", **cell))
    assert np.mean(means) == pytest.approx(expected, abs=2e-3)


def test_the_truth_has_all_cells_and_its_parts_add_up() -> None:
    found = truth()
    assert found["xco2"].dims == ("time", "lat", "lon")
    assert found["xco2"].shape == (15, 30, 60)
    assert found["lat"].values[[0, -1]].tolist() == [87.0, -87.0]
    assert found["lon"].values[[0, -1]].tolist() == [-177.0, 177.0]
    assert str(found["time"].values[0])[:10] == "2014-10-01"
    parts = sum(found[name] for name in PARTS)
    assert np.abs(parts - found["xco2"]).max() < 1e-4
    assert bool(np.isfinite(found["xco2"]).all())
    assert 385 < float(found["xco2"].min()) < float(found["xco2"].max()) < 415
    assert found["land"].dtype == np.int8
    assert int(found["land"].sel(lat=51.0, lon=57.0)) == 1
    assert int(found["land"].sel(lat=-27.0, lon=-117.0)) == 0


def test_the_last_half_month_goes_on_into_the_next_year() -> None:
    """After the middle of December the air does not stand still: knots reach into January."""
    point = np.array([60.0]), np.array([0.0])
    times = np.array(["2016-12-16T12", "2016-12-31T12"], "M8[s]")
    first, last = (atmosphere().at(*point, times[n : n + 1])[0] for n in (0, 1))
    risen = growth((times - DAY0.astype("M8[s]")) / np.timedelta64(1, "D"))
    assert last - first > np.diff(risen)[0] + 0.3


def test_months_beyond_the_biosphere_are_refused() -> None:
    lat = np.array([0.0])
    for month in ("2013-12", "2017-01"):
        with pytest.raises(
            ConfigError, match=rf"simulation.first_year.*2014-01.*asked for {month}"
        ):
            atmosphere().box_means(lat, lat, 6.0, [month])


def test_equal_biospheres_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("a.nc", "b.nc"):
        write_truth(truth(), tmp_path / name)
    assert (tmp_path / "a.nc").read_bytes() == (tmp_path / "b.nc").read_bytes()
    again = Atmosphere(breathing()).box_means(np.array([0.0]), np.array([0.0]), 2.0, ["2015-01"])
    same = atmosphere().box_means(np.array([0.0]), np.array([0.0]), 2.0, ["2015-01"])
    assert all(again[name] == same[name] for name in PARTS)
