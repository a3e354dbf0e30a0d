"""Predictors that are too small on all land for their unit."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.archives.coverage import Given
from carbonscape.columns.features.composites import UNITS
from carbonscape.columns.features.scale_checks import ENOUGH_VALUES, LARGEST, Sizes
from carbonscape.core import findings
from carbonscape.core.errors import InputError

#: Largest values of a year of real or simulated fields, and what a wrong unit makes of them.
REAL = {
    "GPP": (10.0, 1e-3), "EVI": (0.6, 1e-4), "VCF": (82.0, 1e-2), "NTL": (18.0, 1e-9),
    "SO2": (1e-3, 1e-4), "NO2": (1e-4, 1e-4), "CO": (0.055, 1e-4),
}  # fmt: skip


def judge(name, largest, *, number=ENOUGH_VALUES, accept=()):
    sizes = Sizes()
    values = np.linspace(0, largest, number, dtype="f4")
    sizes.add(name, np.r_[values[: number // 2], np.nan])
    sizes.add(name, values[number // 2 :])
    sizes.judge({name: Given("a.nc", "source")}, accept=accept)


def test_every_limit_is_of_a_predictor_in_its_unit():
    assert {name: UNITS[name] for name in LARGEST} == {n: x.unit for n, x in LARGEST.items()}
    assert set(REAL) == set(LARGEST)


@pytest.mark.parametrize(("name", "largest", "factor"), [(n, *x) for n, x in REAL.items()])
def test_another_unit_is_told_by_the_largest_value(name, largest, factor):
    judge(name, largest)
    with pytest.raises(InputError, match=rf"a.nc: {name} is at most .* on all land, expected"):
        judge(name, largest * factor)
    with findings.collected() as found:
        judge(name, largest * factor, accept=["source"])
    assert [f.outcome for f in found] == ["warning"]


def test_few_values_and_other_predictors_tell_nothing():
    judge("VCF", 0.8, number=ENOUGH_VALUES - 2)
    sizes = Sizes()
    sizes.add("TEMP", np.zeros(2000))
    sizes.add("VCF", np.full(2000, np.nan))
    sizes.judge({}, accept=())
