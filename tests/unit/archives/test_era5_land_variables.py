"""Bounds of the variables of ERA5-Land."""

from __future__ import annotations

from carbonscape.archives.era5_land_8day import VARIABLES
from carbonscape.archives.era5_land_variables import ACCUMULATIONS, STATE


def test_every_variable_has_bounds_for_days_and_narrower_ones_for_months():
    for variable in (*STATE, *ACCUMULATIONS):
        low, high = variable.bounds("day")
        assert low < high
        least, most = variable.bounds("month")
        assert low <= least < most < high
    for variable in VARIABLES:
        assert variable.low < variable.high
        assert variable.bounds("8day") == (variable.low, variable.high)


def test_bounds_tell_celsius_hectopascals_and_millimetres():
    """A mild day in the wrong unit lies outside."""
    bounds = {variable.name: variable.bounds("day") for variable in (*STATE, *ACCUMULATIONS)}
    factors = {variable.name: variable.factor for variable in (*STATE, *ACCUMULATIONS)}
    for name, value in (("t2m", 15), ("t2m", 59), ("d2m", 8), ("sp", 1013), ("sp", 101)):
        assert not bounds[name][0] <= value <= bounds[name][1]
    for name, value in (("tp", 5), ("e", -3), ("e", 3)):
        assert not bounds[name][0] <= value * factors[name] <= bounds[name][1]
