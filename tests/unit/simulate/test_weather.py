"""The simulated weather: sun, months that keep their means, red noise, one Earth for all."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.core.errors import ConfigError
from carbonscape.simulate.parts import EarthParts, field_stream
from carbonscape.simulate.vegetation import RUN_OFF
from carbonscape.simulate.weather import (
    RADIUS,
    Calendar,
    evaporative_demand,
    month_weights,
    red_noise,
    saturation_pressure,
    static_field,
    sun,
    unit_vectors,
    wave_values,
)
from helpers.simulated import FIRST, LAST, earth, geography

MUNICH, MANAUS, SYDNEY, SAHARA, ALASKA = (48.1, 11.5), (-3, -60), (-33.5, 150), (23, 10), (70, -150)


def weather(*places: tuple[float, float], **options) -> dict[str, np.ndarray]:
    """Return the weather of places (place, day) with the days of year beside it."""
    lat, lon = np.array(places, float).T
    found = earth(**options).weather(lat, lon, FIRST, LAST)
    return found | {"doy": Calendar(FIRST, LAST).doy}


def months(daily: np.ndarray) -> np.ndarray:
    """Return the mean seasonal cycle (place, month) of days."""
    number = Calendar(FIRST, LAST).days.astype("M8[M]").astype(int) % 12
    return np.stack([daily[:, number == month].mean(axis=1) for month in range(12)], axis=1)


def test_radiation_at_the_equator_on_an_equinox_is_the_solar_constant_over_pi() -> None:
    # 1366.7 W m-2 / pi = 435, times 1.006 for the distance of the sun in March.
    assert sun([0.0], [80])[0][0, 0] == pytest.approx(435 * 1.006, abs=1.5)


def test_radiation_and_day_length_of_the_worked_examples_of_fao_56() -> None:
    # Examples 8 and 9: 20 degrees south, 3 September (day 246): 32.2 MJ m-2 d-1 and 11.7 h.
    top, hours = sun([-20.0], [246])
    assert top[0, 0] * 0.0864 == pytest.approx(32.2, abs=0.05)
    assert hours[0, 0] == pytest.approx(11.7, abs=0.05)


def test_the_polar_night_is_dark_and_the_polar_day_has_24_hours() -> None:
    top, hours = sun([80.0, -80.0], np.arange(335, 366))
    assert (top[:, 0] == 0).all()
    assert (hours[:, 0] == 0).all()
    assert (top[:, 1] > 450).all()
    assert hours[:, 1] == pytest.approx(24.0)


@pytest.mark.parametrize(
    ("kelvin", "hectopascal"), [(273.16, 6.1121), (293.15, 23.3584), (303.15, 42.4107)]
)
def test_saturation_pressure(kelvin: float, hectopascal: float) -> None:
    assert saturation_pressure(kelvin) == pytest.approx(hectopascal, rel=1e-5)


def test_demand_for_water_by_makkink() -> None:
    # FAO-56 table 2.4: the saturation curve rises by 1.447 hPa K-1 at 20 degC. 200 W m-2 would
    # evaporate 200 * 0.0864 / 2.45 = 7.05 mm; 0.65 * 1.447 / (1.447 + 0.66) of it is 3.15 mm.
    assert evaporative_demand(293.15, 200.0) == pytest.approx(3.15, abs=0.01)
    assert evaporative_demand(293.15, 0.0) == 0


@pytest.mark.parametrize("length", [365, 366])
def test_days_between_months_keep_the_means_of_the_months(length: int) -> None:
    weights = month_weights(length)
    assert weights.shape == (length, 12)
    climate = np.random.default_rng(1).uniform(0, 20, 12)
    days = weights @ climate
    ends = np.cumsum([31, length - 337, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    means = [part.mean() for part in np.split(days, ends[:-1])]
    assert means == pytest.approx(climate)
    assert weights @ np.ones(12) == pytest.approx(1)
    assert abs(np.diff(np.append(days, days[0]))).max() < 2.5  # no step between months or years


def test_the_calendar_knows_leap_years() -> None:
    calendar = Calendar(2003, 2004)
    assert len(calendar) == 365 + 366
    assert calendar.doy[[0, 364, 365, 730]].tolist() == [1, 365, 1, 366]
    assert calendar.weights().shape == (731, 12)


def test_noise_is_red_and_of_unit_variance() -> None:
    noise = red_noise(np.random.default_rng(1), 20000, 4.0, 3)
    assert noise.std(axis=0) == pytest.approx(1, abs=0.04)
    keep = np.corrcoef(noise[1:, 0], noise[:-1, 0])[0, 1]
    assert keep == pytest.approx(np.exp(-1 / 4), abs=0.02)


def test_fields_are_smooth_over_their_length() -> None:
    # 1000 points; chords of one length correlate by exp(-1/2), of two by exp(-2).
    rng = np.random.default_rng(3)
    lon = rng.uniform(-180, 180, 1000)
    step = np.rad2deg(2 * np.arcsin(1500 / RADIUS / 2))
    waves = wave_values(rng, unit_vectors(np.zeros(1000), lon), 1500.0, 4000)
    rng = np.random.default_rng(3)
    rng.uniform(size=1000)
    moved = wave_values(rng, unit_vectors(np.full(1000, step), lon), 1500.0, 4000)
    assert (waves**2).sum(axis=0).mean() == pytest.approx(1, abs=0.05)
    assert (waves * moved).sum(axis=0).mean() == pytest.approx(np.exp(-0.5), abs=0.05)
    place = static_field(1, "nutrients", [10.0, 10.0, 10.0], [20.0, 20.5, 120.0], 1500.0)
    assert abs(place[0] - place[1]) < 0.15
    assert place[0] != place[2]
    assert static_field(1, "nutrients", [10.0], [20.0], 1500.0)[0] == pytest.approx(place[0])


def test_every_field_has_its_own_random_numbers() -> None:
    names = ("synoptic_warmth", "slow_warmth", "nutrients", "change")
    assert len({field_stream(1, name).random() for name in names}) == 4
    assert field_stream(1, "nutrients").random() != field_stream(2, "nutrients").random()


def test_a_point_has_one_weather_whoever_asks() -> None:
    places = [MUNICH, MANAUS, SYDNEY, SAHARA, ALASKA]
    together = weather(*places)
    for number, place in enumerate(places):
        alone = weather(place)
        for name in ("t2m", "d2m", "ssrd", "tp", "evap"):
            np.testing.assert_array_equal(alone[name][0], together[name][number], err_msg=name)
            assert alone[name].dtype == np.float32
    shorter = earth().weather([MUNICH[0]], [MUNICH[1]], LAST, LAST)
    np.testing.assert_array_equal(shorter["t2m"][0], together["t2m"][0, -366:])


def test_years_that_the_earth_does_not_have_are_refused() -> None:
    with pytest.raises(ConfigError, match="weather of 1990 to 2001: .* has 1999 to 2005"):
        earth().weather([0.0], [0.0], 1990, 2001)


def test_without_anomalies_and_trends_the_months_are_those_of_era5() -> None:
    calm = EarthParts(weather_anomalies=False, trends=False)
    found = weather(MUNICH, MANAUS, SYDNEY, parts=calm)
    warmth, rain = geography().climatology(*np.array([MUNICH, MANAUS, SYDNEY], float).T)
    np.testing.assert_allclose(months(found["t2m"]) - 273.15, warmth.T, atol=0.02)
    np.testing.assert_allclose(months(found["tp"]), rain.T, rtol=0.01)
    yearly = found["t2m"][:, :365] - found["t2m"][:, 365:730]
    assert abs(yearly).max() < 1e-3


def test_with_anomalies_means_stay_and_years_differ() -> None:
    places = [(lat, lon) for lat in (-30, 5, 45) for lon in range(-180, 180, 12)]
    found = weather(*places, parts=EarthParts(trends=False))
    warmth, rain = geography().climatology(*np.array(places, float).T)
    difference = found["t2m"].mean(axis=1) - 273.15 - warmth.mean(axis=0)
    assert abs(difference.mean()) < 0.3
    assert found["tp"].mean() == pytest.approx(rain.mean(), rel=0.1)
    years = found["t2m"][:, :1460].reshape(len(places), 4, 365).mean(axis=2)
    assert 0.1 < years.std(axis=1).mean() < 1.0


def test_the_land_warms_by_three_tenths_of_a_degree_in_ten_years() -> None:
    flat = weather(MUNICH, parts=EarthParts(trends=False))["t2m"]
    risen = weather(MUNICH)["t2m"]
    per_day = np.diff((risen - flat)[0].astype(float)[[0, -1]]) / (flat.shape[1] - 1)
    assert per_day * 365.25 * 10 == pytest.approx(0.3, abs=0.01)


def test_weather_is_physical_and_consistent() -> None:
    found = weather(MUNICH, MANAUS, SYDNEY, SAHARA, ALASKA)
    assert (found["d2m"] < found["t2m"]).all()
    assert (found["tp"] >= 0).all()
    assert (found["evap"] >= 0).all()
    top = sun([MUNICH[0]], found["doy"])[0][:, 0]
    assert (found["ssrd"][0] <= 0.76 * top + 1e-3).all()
    assert ((found["t2m"] > 200) & (found["t2m"] < 330)).all()
    # Wet days are cloudier and more humid, and it is cloudier and drier where it should be.
    summer = (found["doy"] > 150) & (found["doy"] < 240)
    wet = found["tp"][0] > 4
    dry = found["tp"][0] == 0
    assert found["ssrd"][0, summer & wet].mean() < 0.85 * found["ssrd"][0, summer & dry].mean()
    gap = found["t2m"] - found["d2m"]
    assert gap[0, wet].mean() < gap[0, dry].mean()
    assert gap[3].mean() > 3 * gap[1].mean()
    clear = found["ssrd"].mean(axis=1)
    assert clear[3] > clear[2] > clear[0] > clear[4]


def test_it_rains_on_some_days_only_and_more_often_where_it_rains_more() -> None:
    found = weather(MANAUS, MUNICH, SAHARA)
    often = (found["tp"] > 0.1).mean(axis=1)
    assert often[0] > often[1] > often[2]
    assert 0.3 < often[1] < 0.7
    assert often[2] < 0.05


def test_neighbours_share_their_weather() -> None:
    found = weather((50, 10), (50, 13), (50, 100), parts=EarthParts(trends=False))["t2m"]
    calm = weather(
        (50, 10), (50, 13), (50, 100), parts=EarthParts(trends=False, weather_anomalies=False)
    )["t2m"]
    anomaly = found - calm
    assert np.corrcoef(anomaly[0], anomaly[1])[0, 1] > 0.9
    assert abs(np.corrcoef(anomaly[0], anomaly[2])[0, 1]) < 0.3


def test_the_hemispheres_have_opposite_seasons() -> None:
    found = weather(MUNICH, SYDNEY)
    for name in ("t2m", "ssrd"):
        cycle = months(found[name])
        assert cycle[0].argmax() in (5, 6, 7), name
        assert cycle[1].argmax() in (11, 0, 1), name


def test_evaporation_is_rain_but_for_run_off_in_the_long_run_where_it_is_dry() -> None:
    found = weather((-25, 135), (35, -105))
    left = (1 - RUN_OFF) * found["tp"].mean(axis=1)
    assert found["evap"].mean(axis=1) == pytest.approx(left, rel=0.12)
