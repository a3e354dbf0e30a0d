"""Which months a tower flux asks for."""

from __future__ import annotations

import yaml

from carbonscape.core.months import months_between
from carbonscape.fluxes.periods import periods
from helpers import guards

CONFIG = yaml.safe_load((guards.PROJECT / "config" / "config.yaml").read_text("utf-8"))["gpp"]


def test_months_run_over_the_end_of_a_year() -> None:
    assert months_between("2018-11", "2019-02") == ["2018-11", "2018-12", "2019-01", "2019-02"]
    assert months_between("2018-05", "2018-05") == ["2018-05"]


def test_land_cover_is_that_of_the_years_of_samples_and_maps() -> None:
    found = periods(CONFIG)
    assert (found["predictors"][0], found["predictors"][-1]) == ("2000-01", "2020-12")
    assert (found["cover"][0], found["cover"][-1]) == ("2001-01", "2020-12")
    late = {**CONFIG, "features": {**CONFIG["features"], "first_year": 2005}}
    assert periods(late)["cover"][0] == "2005-01"
