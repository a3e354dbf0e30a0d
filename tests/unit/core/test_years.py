"""The years of a run: what is mapped and read, and what is refused."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml

from carbonscape.columns.periods import Span
from carbonscape.columns.periods import periods as column_periods
from carbonscape.core.errors import ConfigError
from carbonscape.core.years import are_years, check_years, describe_years, lie_inside
from carbonscape.fluxes.map_years import cover_years, seen_months, tile_years
from carbonscape.fluxes.periods import periods as flux_periods
from carbonscape.fluxes.plan import plan_fluxes
from carbonscape.products.config import check_config, complete_config, read_schema
from helpers import guards

DEFAULTS = yaml.safe_load((guards.PROJECT / "config" / "config.yaml").read_text("utf-8"))
SCHEMA = read_schema(guards.PROJECT / "workflow" / "schemas" / "config.schema.yaml")


def completed(**keys: Any) -> dict[str, Any]:
    """Return the defaults with further keys, complete."""
    return complete_config({**copy.deepcopy(DEFAULTS), **keys})


def refusal(**keys: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        check_config(completed(**keys), SCHEMA)
    return str(caught.value)


def test_without_years_nothing_changes() -> None:
    plain = completed()
    assert plain == complete_config(plain)
    assert (plain["gpp"]["product"]["first_year"], plain["figures"]["map_year"]) == (2001, 2016)
    assert Span.of(plain["xco2"]).map_months == Span.of(plain["xco2"]).months


def test_years_narrow_the_maps_and_what_only_maps_read() -> None:
    whole, some = completed(), completed(years=["2018", "2019"])  # text, as --config has it
    check_config(some, SCHEMA)
    assert some == complete_config(some)
    assert some["figures"]["map_year"] == 2018  # the nearest to 2016
    before, after = flux_periods(whole["gpp"]), flux_periods(some["gpp"])
    assert before["predictors"] == after["predictors"]
    # Land cover of the samples' years (to 2014) and the maps'; products of others of the maps'.
    assert cover_years(some["gpp"]) == [*range(2001, 2015), 2018, 2019]
    assert after["metaflux"] == [f"{y}-{m:02d}" for y in (2018, 2019) for m in range(1, 13)]
    assert after["sif"] == before["sif"]  # May 2018 to December 2019
    # Gaps are filled from every year, so that the map of a year is the same.
    assert after["grid"] == before["grid"] == before["predictors"]
    plan = plan_fluxes(some, "results")["gpp"]
    assert (plan.map_years, plan.tile_years[0]) == ([2018, 2019], 2000)
    assert {"years", "fluorescence"} <= plan.available


def test_years_leave_what_models_of_the_column_learn_from() -> None:
    whole, some = completed(), completed(years=[2014, 2015])
    span, other = Span.of(whole["xco2"]), Span.of(some["xco2"])
    assert (other.map_months[0], other.map_months[-1]) == ("2014-12", "2015-12")
    assert other.map_years == [2014, 2015]
    assert (other.months, other.feature_months) == (span.months, span.feature_months)
    before, after = column_periods(whole["xco2"]), column_periods(some["xco2"])
    assert before == after  # figure 14 shows January 2015
    later = column_periods(completed(years=[2016, 2016])["xco2"])
    assert {key for key in before if before[key] != later[key]} == {
        key for key in whole["xco2"]["evaluation"]["others"] if before[key]
    }


def test_a_year_without_enough_fluorescence_has_no_figure_of_it() -> None:
    for years, months in (([2018, 2018], 0), ([2019, 2019], 12), ([2016, 2016], 0)):
        config = completed(years=years)
        check_config(config, SCHEMA)
        assert len(seen_months(config["gpp"])) == months
        available = plan_fluxes(config, "results")["gpp"].available
        assert ("fluorescence" in available) == bool(months)
        assert "years" not in available


def test_composites_of_few_years_are_a_choice() -> None:
    section = copy.deepcopy(completed(years=[2016, 2016])["gpp"])
    assert len(tile_years(section)) == 21
    section["product"]["gap_years"] = "mapped"
    assert tile_years(section) == [2015, 2016]
    assert {month[:4] for month in flux_periods(section)["grid"]} == {"2015", "2016"}
    assert len(flux_periods(section)["predictors"]) == 21 * 12
    first = {**section, "product": {**section["product"], "first_year": 2000, "last_year": 2001}}
    assert tile_years(first) == [2000, 2001]  # no predictors before
    section["models"]["blend"]["parts"] = ["fluxformer_annual", "extra_trees@12m_centred"]
    assert tile_years(section) == [2015, 2016]  # no map of the blend
    section["product"]["models"] = ["blend"]
    assert tile_years(section) == [2015, 2016, 2017]


@pytest.mark.parametrize(
    ("years", "said"),
    [
        ([2016, 2015], r"2016 to 2015, expected .*\[2015, 2016\]"),
        ([2005, 2006], "years of the maps of xco2, 2014 to 2021"),
        ([2016, 2021], "years of the maps of gpp, 2001 to 2020 .*'gpp.product.first_year'"),
        (["2016", "x"], "years"),
        ([2016], "years"),
    ],
)
def test_years_that_are_not_mapped_are_refused(years: list, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        check_config(completed(years=years), SCHEMA)


def test_months_of_the_column_lie_inside_those_of_its_soundings() -> None:
    xco2 = copy.deepcopy(completed()["xco2"])
    xco2["product"]["first_month"] = "2014-06"
    assert "found 2014-06 to 2021-12, expected months from 2014-12" in refusal(xco2=xco2)


def test_years_need_maps_and_are_told_in_words() -> None:
    with pytest.raises(ConfigError, match=r"no product of this run has any"):
        check_years([2016, 2016], {}, {})
    check_years(None, {}, {})
    assert [describe_years(years) for years in ([2016, 2016], [2015, 2016])] == [
        "2016", "2015 to 2016",
    ]  # fmt: skip
    assert lie_inside([2015, 2016], 2015, 2016)
    assert not lie_inside([2014, 2016], 2015, 2016)
    assert [are_years(value) for value in ([2015, 2016], [2015], None, [True, 2016])] == [
        True, False, False, False,
    ]  # fmt: skip
