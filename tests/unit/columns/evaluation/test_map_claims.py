"""Claims about figures 12 to 14, and what a run says of them."""

from __future__ import annotations

from types import SimpleNamespace

from carbonscape.columns.evaluation.map_claims import MAP_CLAIMS
from carbonscape.columns.evaluation.verdicts import NOTHING, Interval
from carbonscape.evaluation.scorecards import FAILS, HOLDS, UNTESTABLE

YEARS = tuple(str(year) for year in range(2015, 2022))


def run(years: tuple[str, ...] = YEARS, **numbers: float) -> SimpleNamespace:
    found = {name: Interval(value) for name, value in numbers.items()}
    return SimpleNamespace(years=years, total=found.get)


def test_nothing_is_said_without_numbers() -> None:
    assert {find(run()) for find in MAP_CLAIMS.values()} == {NOTHING}


def test_east_asia_is_compared_with_the_highest_other() -> None:
    places = {"middle_east": 0.5, "north_africa": 1.2, "southern_north_america": 0.3}
    others = {f"anomaly_{name}": value for name, value in places.items()}
    others |= {"anomaly_europe": 0.1, "anomaly_south_asia": 0.0}
    find = MAP_CLAIMS["xco2_anomaly_largest"]
    found = find(run(anomaly_east_asia=2.0, **others))
    assert found.run == "+2.00; highest other: north africa +1.20"
    assert (found.difference, found.verdict) == ("+0.80", HOLDS)
    assert find(run(anomaly_east_asia=1.0, **others)).verdict == FAILS
    short = find(run(years=("2016",), anomaly_east_asia=2.0, **others))
    assert short.verdict == UNTESTABLE


def test_every_place_must_have_the_sign() -> None:
    find = MAP_CLAIMS["xco2_anomaly_low"]
    low = {"anomaly_tibet": -0.5, "anomaly_eastern_canada": -0.1}
    found = find(run(**low, anomaly_southern_russia=0.2))
    assert (found.run, found.difference, found.verdict) == (
        "-0.50, -0.10, +0.20", "met at 2 of 3 places", FAILS,
    )  # fmt: skip
    assert find(run(**low, anomaly_southern_russia=-0.2)).verdict == HOLDS


def test_limits() -> None:
    judged = {
        ("xco2_anomaly_south", "anomaly_south_negative"): (80, HOLDS, 30, FAILS),
        ("xco2_anomaly_likeness", "anomaly_likeness"): (0.9, HOLDS, 0.5, FAILS),
        ("xco2_low_eastern_canada", "contrast_eastern_canada"): (-0.4, HOLDS, 0.4, FAILS),
        ("xco2_detail", "detail_ratio"): (1.5, HOLDS, 0.7, FAILS),
        ("xco2_anomaly_eastern_china", "anomaly_eastern_china"): (2.5, HOLDS, 0.1, FAILS),
    }
    for (claim, name), (good, holds, bad, fails) in judged.items():
        assert MAP_CLAIMS[claim](run(**{name: good})).verdict == holds, claim
        assert MAP_CLAIMS[claim](run(**{name: bad})).verdict == fails, claim
    found = MAP_CLAIMS["xco2_low_eastern_canada"](run(contrast_eastern_canada=-0.4))
    assert (found.run, found.difference) == ("-0.40", "-0.40")
