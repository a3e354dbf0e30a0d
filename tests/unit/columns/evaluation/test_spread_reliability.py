"""What the standard deviation of XCO2 covers: by group, in bins, with intervals over blocks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from carbonscape.columns.evaluation.spread import calibrate_members
from carbonscape.columns.evaluation.spread_reliability import share_interval, spread_reliability
from carbonscape.columns.evaluation.spread_tables import BINS
from carbonscape.core.errors import ResultError

#: Student's t with 2 and 3 degrees of freedom that 2.5 of 100 exceed (any table of it).
T_2, T_3 = 4.30265, 3.18245


def tables(count: int = 600, *, seed: int = 3) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Errors whose size goes with the spread in the north and not in the south."""
    random = np.random.default_rng(seed)
    lat = random.uniform(-55, 85, count).round(2)
    spread = random.uniform(0.02, 0.1, count)
    size = np.where(lat > 0, 10 * spread, 0.2)
    members = pd.DataFrame(
        {
            "sample": np.arange(count),
            "lat": lat,
            "lon": random.uniform(-180, 180, count).round(2),
            "month": random.integers(1, 13, count),
            "tropomi": np.where(np.arange(count) % 3, "climatology", "observed"),
            "fold": np.arange(count) % 2,
            "observed": 400.0,
            "predicted": 400.0,
            "spread": spread,
        }
    )
    predictions = members.assign(predicted=400 + random.normal(0, size), spread=np.nan)
    return predictions, members


def test_the_row_of_all_samples_is_the_calibration() -> None:
    predictions, members = tables()
    found = calibrate_members(predictions, members, block_km=2000, origin="m")
    groups, bins = spread_reliability(
        predictions, members, factor=found["factor"], block_km=2000, origin="m"
    )
    whole = groups.iloc[0]
    assert whole["coverage"] == pytest.approx(found["coverage"])
    assert whole["coverage95"] == pytest.approx(found["coverage95"])
    assert whole["rmse"] == pytest.approx(found["rmse"])
    assert whole["blocks"] == found["blocks"]
    table = groups.set_index("group")
    assert table.loc[["DJF", "MAM", "JJA", "SON"], "samples"].sum() == len(members)
    assert table.loc[["observed", "climatology"], "samples"].sum() == len(members)
    # In the south errors are smaller than the one factor says.
    assert table.loc["0-30 S", "coverage_low"] > 0.68
    assert table.loc["30-60 N", "coverage"] < table.loc["0-30 S", "coverage"]
    assert len(bins) == BINS
    assert bins["samples"].sum() == len(members)
    assert bins["std"].is_monotonic_increasing
    assert (bins["error_low"] <= bins["error"]).all()
    assert (bins["error"] <= bins["error_high"]).all()


def test_a_spread_that_tells_the_errors_lies_on_the_line() -> None:
    predictions, members = tables(4000, seed=5)
    north = members["lat"] > 0
    predictions, members = predictions[north], members[north]
    found = calibrate_members(predictions, members, block_km=2000, origin="m")
    _, bins = spread_reliability(
        predictions, members, factor=found["factor"], block_km=2000, origin="m"
    )
    assert (bins["error"] / bins["std"]).to_numpy() == pytest.approx(1, abs=0.35)


def test_the_interval_of_a_share_counts_blocks_not_samples() -> None:
    # Shares of the blocks: 1, 0.5, 0, 0.5; squares of their departures from 0.5 add up to 0.5.
    inside = np.array([1, 1, 1, 0, 0, 0, 1, 0], dtype=bool)
    block = np.repeat([7, 3, 9, 4], 2)
    share, low, high = share_interval(inside, weights=np.ones(8), block=block)
    half = T_3 * np.sqrt(0.5 / 3 / 4)
    assert (share, high - share) == pytest.approx((0.5, min(half, 0.5)), rel=1e-4)
    # More samples of the same blocks tell no more.
    again = share_interval(np.tile(inside, 5), weights=np.ones(40), block=np.tile(block, 5))
    assert again == pytest.approx((share, low, high))
    three = share_interval(np.array([1, 1, 0], dtype=bool), weights=np.ones(3), block=np.arange(3))
    assert three[1:] == (max(2 / 3 - T_2 * np.sqrt(2 / 9 / 2), 0), 1.0)


def test_a_share_of_all_has_the_open_end_of_as_many_draws_as_blocks() -> None:
    every = np.ones(8, dtype=bool)
    block = np.repeat(np.arange(4), 2)
    found = share_interval(every, weights=np.full(8, 0.1), block=block)
    assert found == pytest.approx((1.0, 0.025**0.25, 1.0))
    none = share_interval(~every, weights=np.full(8, 0.1), block=block)
    assert none == pytest.approx((0.0, 0.0, 1 - 0.025**0.25))
    one = share_interval(every, weights=np.ones(8), block=np.zeros(8))
    assert one[0] == 1
    assert np.isnan(one[1:]).all()


def test_samples_of_another_run_are_refused() -> None:
    predictions, members = tables(60)
    with pytest.raises(ResultError, match="59 of its 60 samples are those of the model"):
        spread_reliability(predictions[1:], members, factor=3.0, block_km=2000, origin="m")
