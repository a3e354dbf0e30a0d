"""Scores with intervals: they are those of the tables of scores, and their differences paired."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from carbonscape.core.classes import CLIMATES
from carbonscape.core.errors import InputError
from carbonscape.core.tables import write_table
from carbonscape.fluxes.evaluation.crossval import score_predictions
from carbonscape.fluxes.evaluation.differences import compare_settings
from carbonscape.fluxes.evaluation.evidence import ALL, Evidence, Interval, Part
from carbonscape.fluxes.evaluation.resampling import read_splits
from carbonscape.fluxes.settings import Setting
from carbonscape.fluxes.tables import PREDICTIONS

ONE = Setting("fluxformer", "igbp", "jan_to_m")
TWO = Setting("random_forest", "igbp", "jan_to_m")


def sites(number: int = 20) -> pd.DataFrame:
    """Return towers of all climates in turn, on both hemispheres."""
    return pd.DataFrame(
        {
            "site": [f"S{i:02d}" for i in range(number)],
            "lat": [50.0 if i % 3 else -30.0 for i in range(number)],
            "lon": 8.0,
            "igbp": "DBF",
            "koppen": "Cfb",
            "climate": [CLIMATES[i % len(CLIMATES)] for i in range(number)],
        }
    )


def predictions(error: float, *, number: int = 20, seed: int = 1) -> pd.DataFrame:
    """Return two years of months at towers, predicted with normal errors."""
    random = np.random.default_rng(8)
    months = pd.MultiIndex.from_product([sites(number)["site"], [2004, 2005], range(1, 13)])
    table = months.to_frame(index=False, name=["site", "year", "month"])
    table["fold"] = table["site"].str[1:].astype(int) % 5
    level = table["site"].map(
        dict(zip(sites(number)["site"], random.normal(4, 1, number), strict=True))
    )
    season = np.cos((table["month"] - 7) / 6 * np.pi) * np.where(table["fold"] % 2, 1, -1)
    table["observed"] = level + season + random.normal(0, 0.5, len(table))
    noise = np.random.default_rng(seed).normal(0, error, len(table))
    table["predicted"] = table["observed"] + noise
    table["spread"] = np.nan
    return table


def evidence(**errors: float) -> Evidence:
    """Return the evidence of two splits."""
    found = {}
    for split in (0, 1):
        for at, (setting, error) in enumerate(zip((ONE, TWO), errors.values(), strict=False)):
            found[split, setting] = predictions(error, seed=10 * split + at)
    return Evidence(found, sites(), seed=3, draws=400)


PARTS = [ALL, Part("seasonal_cycle"), Part("monthly", "arid"), Part("climate_cycle", "arid")]


@pytest.mark.parametrize("part", [*PARTS, Part("seasonal_cycle", "polar")])
def test_a_score_is_that_of_the_table_of_scores(part):
    found = evidence(one=0.5).score(ONE, part)
    tables = [
        score_predictions(
            predictions(0.5, seed=10 * split), sites(), split=split,
            window="jan_to_m", pft="igbp", model="fluxformer",
        )[0]
        for split in (0, 1)
    ]  # fmt: skip
    scores = pd.concat(tables)
    group = part.climate or "all"
    chosen = scores[(scores["quantity"] == part.quantity) & (scores["group"] == group)]
    assert len(chosen) == 2
    assert found.value == pytest.approx(chosen["r2"].mean(), abs=1e-12)
    assert found.low < found.value < found.high


def test_intervals_are_those_of_the_table_of_intervals():
    found = {(0, ONE): predictions(0.5), (0, TWO): predictions(0.9, seed=2)}
    intervals, differences = compare_settings(
        found, window="jan_to_m", pft="igbp", seed=3, draws=400
    )
    ours = Evidence(found, sites(), seed=3, draws=400)
    row = intervals.set_index("model").loc["fluxformer"]
    assert ours.score(ONE) == Interval(
        *(pytest.approx(row[name]) for name in ("r2", "r2_low", "r2_high"))
    )
    row = differences[differences["metric"] == "r2"].iloc[0]
    assert (row["first"], row["second"]) == ("random_forest", "fluxformer")
    names = ("difference", "low_simultaneous", "high_simultaneous")
    assert ours.differences([(TWO, ONE)]) == [
        Interval(*(pytest.approx(row[name]) for name in names))
    ]


@pytest.mark.parametrize("part", PARTS)
def test_differences_are_paired(part):
    found = evidence(one=0.3, two=1.2).differences([(ONE, TWO), (TWO, ONE)], part)
    assert found[0].value == pytest.approx(-found[1].value)
    assert found[0].low == pytest.approx(-found[1].high)
    if part.climate is None:
        assert found[0].low > 0, "four times the error is seen"
    # The same predictions differ in no draw, whatever the sites.
    same = Evidence(
        {(0, ONE): predictions(1.0), (0, TWO): predictions(1.0)}, sites(), seed=3, draws=50
    )
    assert same.differences([(ONE, TWO)], part) == [Interval(0.0, 0.0, 0.0)]


def test_a_climate_knows_its_own_sites_alone():
    table = predictions(0.3)
    arid = set(sites()[lambda t: t["climate"] == "arid"]["site"])
    before = Evidence({(0, ONE): table}, sites(), seed=3, draws=50)
    wrong = table.assign(
        predicted=table["predicted"].where(table["site"].isin(arid), table["predicted"] + 5)
    )
    after = Evidence({(0, ONE): wrong}, sites(), seed=3, draws=50)
    for quantity in ("monthly", "seasonal_cycle", "climate_cycle"):
        part = Part(quantity, "arid")
        assert after.score(ONE, part) == before.score(ONE, part)
    assert after.score(ONE).value < before.score(ONE).value - 1


def test_what_cannot_be_asked_has_no_answer():
    found = {(0, ONE): predictions(0.3), (0, TWO): predictions(0.3).iloc[1:]}
    ask = Evidence(found, sites(), seed=3, draws=50)
    assert ask.differences([(ONE, TWO)]) is None, "other site-months"
    assert not ask.comparable([ONE, TWO])
    assert ask.score(ONE._replace(pft="none")) is None, "not run"
    assert ask.differences([(ONE, ONE._replace(pft="none"))]) is None
    assert ask.differences([]) is None
    # A single tower of a climate, and one year only.
    lonely = Evidence({(0, ONE): predictions(0.3, number=5)}, sites(5), seed=3, draws=50)
    assert lonely.score(ONE, Part("monthly", "arid")) is None
    short = predictions(0.3)[lambda t: t["year"] == 2004]
    ask = Evidence({(0, ONE): short}, sites(), seed=3, draws=50)
    assert ask.score(ONE, Part("seasonal_cycle")) is None
    assert ask.score(ONE) is not None


def test_an_interval_in_words():
    assert Interval(0.7314, 0.7, 0.75).text() == "0.731 (0.700 to 0.750)"
    assert Interval(0.03, -0.01, 0.07).text(signed=True) == "+0.030 (-0.010 to +0.070)"


def test_cross_validations_are_read_by_split_and_setting(tmp_path):
    paths = []
    for split, setting in ((0, ONE), (2, TWO)):
        path = tmp_path / f"split_{split}" / f"{setting.name}.parquet"
        path.parent.mkdir()
        write_table(predictions(0.5), path, PREDICTIONS)
        paths.append(path)
    found = read_splits(paths)
    assert list(found) == [(0, ONE), (2, TWO)]
    pd.testing.assert_frame_equal(found[0, ONE], PREDICTIONS.check(predictions(0.5), "x"))
    with pytest.raises(InputError, match="no such file"):
        read_splits([tmp_path / "split_1" / f"{ONE.name}.parquet"])
