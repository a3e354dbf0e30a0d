"""Holes and bounds of loaded slices of ERA5-Land."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.archives.era5_land import check_range, open_accumulation, open_state
from carbonscape.archives.era5_land_checks import spans
from carbonscape.core import findings
from carbonscape.core.errors import InputError
from helpers import era5_made

STATE, TOTALS = "t2m d2m", "tp e ssrd"


def without(*index):
    """Return a change that takes values away."""

    def change(values):
        values = values.copy()
        values[index] = np.nan
        return values

    return change


def read(path, opener, **options):
    with opener(path) as dataset:
        return check_range(dataset.load(), path, **options)


@pytest.mark.parametrize(
    ("names", "changes", "message"),
    [
        (STATE, {"t2m": without(29)}, "t2m has no value on land at 16 of 16 points in 2019-06-30;"),
        (STATE, {"d2m": without(slice(3, 6))}, "d2m .* in 2019-06-04 to 2019-06-06;"),
        # The total of a day is stamped on the next one.
        (TOTALS, {"tp": without(0)}, "tp has no value on land at 16 of 16 points in 2019-05-31;"),
        # Half of the area on two days.
        (TOTALS, {"e": without([4, 9], slice(0, 2))}, "e .* 8 of 16 points in 2019-06-04, 2019-06"),
        (TOTALS, {"ssrd": without(slice(None))}, "ssrd has no value in 2019-05-31 to 2019-06-29 w"),
        (TOTALS, {"ssrd": without(slice(None), slice(0, 3))}, "ssrd has few values in 2019-05-31"),
        ("t2m", {"t2m": without(slice(None))}, "t2m has no value at all"),
    ],
)
def test_a_hole_is_refused_with_its_days(tmp_path, names, changes, message):
    opener = open_state if names.startswith("t2m") else open_accumulation
    path = era5_made.write(tmp_path / "a.nc", names, **changes)
    with pytest.raises(InputError, match=f"a.nc: {message}") as refused:
        read(path, opener)
    assert refused.match("name era5_land in the config key 'inputs.accept_incomplete'")


def test_the_key_states_a_hole_and_leaves_it(tmp_path):
    path = era5_made.write(tmp_path / "a.nc", STATE, t2m=without(29))
    with findings.collected() as found:
        loaded = read(path, open_state, accept=True)
    assert [(entry.outcome, entry.item) for entry in found] == [("incomplete", str(path))]
    assert found[0].reason == "t2m has no value on land in 2019-06-30"
    assert np.isnan(loaded["t2m"].values).any(axis=(1, 2)).nonzero()[0].tolist() == [29]


def test_the_sea_is_no_hole(tmp_path):
    """It lacks all variables on all days; a part of a file may lie in it altogether."""
    sea = without(slice(None), slice(0, 2))
    path = era5_made.write(tmp_path / "a.nc", TOTALS, tp=sea, e=sea, ssrd=sea)
    loaded = read(path, open_accumulation)
    assert np.isnan(loaded["tp"].values[:, :2]).all()
    check_range(loaded.isel(lat=slice(0, 2)), path, part=True)
    with pytest.raises(InputError, match="tp, e, ssrd has no value at all"):
        check_range(loaded.isel(lat=slice(0, 2)), path)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (["2019-06-30"], "2019-06-30"),
        (["2019-06-03", "2019-06-07", "2019-06-08"], "2019-06-03, 2019-06-07 to 2019-06-08"),
        ([f"2019-06-{day:02d}" for day in range(1, 16, 2)],
         "2019-06-01, 2019-06-03, 2019-06-05, 2019-06-07, 2019-06-09, 2019-06-11 and 2 more spans"),
        ([], ""),
    ],
)  # fmt: skip
def test_days_are_written_as_spans(days, words):
    assert spans(np.array(days, dtype="datetime64[D]")) == words


def test_months_are_written_as_spans():
    days = np.array(["2016-07-01", "2016-08-01", "2016-12-01"], dtype="datetime64[ns]")
    assert spans(days, unit="M") == "2016-07 to 2016-08, 2016-12"
