"""Which months a column asks for."""

from __future__ import annotations

import pytest
import yaml

from carbonscape.columns.periods import Span, periods
from carbonscape.core.months import shift_month
from helpers import guards

CONFIG = yaml.safe_load((guards.PROJECT / "config" / "config.yaml").read_text("utf-8"))["xco2"]


def test_months_are_shifted_over_the_ends_of_years() -> None:
    assert shift_month("2014-12", -2) == "2014-10"
    assert shift_month("2014-12", 1) == "2015-01"
    assert shift_month("2015-01", -1) == "2014-12"


@pytest.mark.parametrize(
    ("steps", "window", "first", "last"),
    [
        (3, "trailing", "2014-10", "2015-02"),
        (1, "trailing", "2014-12", "2015-02"),
        (3, "centred", "2014-11", "2015-03"),
        (4, "centred", "2014-11", "2015-04"),
    ],
)
def test_predictors_begin_before_the_first_month(
    steps: int, window: str, first: str, last: str
) -> None:
    months = Span("2014-12", "2015-02", steps, window).feature_months
    assert (months[0], months[-1]) == (first, last)


def test_the_papers_months_are_85_in_eight_years() -> None:
    span = Span.of(CONFIG)
    assert (len(span.months), span.months[0], span.months[-1]) == (85, "2014-12", "2021-12")
    assert (len(span.feature_months), span.years) == (87, list(range(2014, 2022)))


def test_the_reanalysis_ends_before_the_maps() -> None:
    found = periods(CONFIG)
    assert (found["egg4"][0], found["egg4"][-1]) == ("2014-12", "2020-12")
    assert found["predictors"][-1] == "2021-12"


def test_days_shown_belong_to_the_instrument_of_their_month() -> None:
    shown = {**CONFIG["figures"], "footprint_days": ["2018-07-01", "2020-07-01"]}
    found = periods({**CONFIG, "figures": shown})
    assert (found["oco2_shown"], found["oco3_shown"]) == (["2018-07-01"], ["2020-07-01"])
