"""Paired differences of ablations: hand-computed scores, intervals, periods and verdicts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from carbonscape.columns.evaluation.ablations import (
    XCO2_ABLATIONS,
    ablation_table,
    paired_differences,
)
from carbonscape.core.errors import ResultError

NAMED = {"scheme": "spatial", "time_input": "none", "model": "at_bilstm"}
GASES = {"so2": "2019-01", "no2": "2018-07", "co": "2018-07"}


def predictions(error: float | np.ndarray, *, number: int = 48) -> pd.DataFrame:
    """Samples of the months of 2017 to 2020, twelve places, with an error."""
    at = np.arange(number)
    observed = 400 + np.sin(at) + 0.1 * at
    return pd.DataFrame({
        "sample": at, "lat": 10.0, "lon": -170.0 + 25 * (at % 12), "year": 2017 + at // 12,
        "month": at % 12 + 1, "instrument": "oco2", "tropomi": "observed", "count": 3, "fold": 0,
        "observed": observed, "predicted": observed + error, "spread": np.nan,
    })  # fmt: skip


def compared(own: pd.DataFrame, **settings: pd.DataFrame) -> pd.DataFrame:
    ablated = pd.concat([table.assign(setting=name) for name, table in settings.items()])
    return ablation_table(
        own, ablated, named=NAMED, block_km=1000, tropomi_first_month=GASES, steps=3,
        window="trailing", seed=1, origin="ablated",
    )  # fmt: skip


def test_differences_are_those_computed_by_hand() -> None:
    table = pd.DataFrame({
        "block": [1, 1, 2, 3], "observed": [1.0, 2, 3, 6], "run": [1.0, 2, 3, 8],
        "predicted": [2.0, 2, 3, 6],
    })  # fmt: skip
    found = paired_differences(table, seed=0)
    # SST = 14; squared errors: 4 of the run, 1 of the setting.
    assert (found["samples"], found["blocks"]) == (4, 3)
    assert (found["rmse_run"], found["rmse"]) == (1.0, 0.5)
    assert found["rmse_difference"] == -0.5
    assert found["r2_run"] == pytest.approx(1 - 4 / 14)
    assert found["r2_difference"] == pytest.approx(3 / 14)
    assert found["rmse_low"] <= -0.5 <= found["rmse_high"]
    two = paired_differences(table[table["block"] < 3], seed=0)
    assert np.isnan(two["rmse_low"])
    assert np.isnan(two["r2_high"])


def test_months_before_and_since_the_gases_stand_apart() -> None:
    own = predictions(1.0)
    # A window of three months holds no month before 2019-01 from 2019-03 on.
    late = (own["year"] * 12 + own["month"]).to_numpy() >= 2019 * 12 + 3
    found = compared(own, drop=predictions(np.where(late, 1.5, 0.75)))
    found = found.set_index("period")
    assert found["samples"].to_dict() == {"all": 48, "before": 26, "since": 22}
    np.testing.assert_allclose(found["rmse"][["before", "since"]], [0.75, 1.5])
    np.testing.assert_allclose(found["rmse_low"][["before", "since"]], [-0.25, 0.5])
    assert found["verdict"][["before", "since"]].tolist() == ["better", "worse"]


def test_a_difference_no_larger_than_that_of_another_seed_says_nothing() -> None:
    noise = np.where(np.arange(48) % 2 == 0, 1.2, -0.8)  # RMSE 1.02, errors of both signs
    own = predictions(1.0)
    found = compared(own, drop=predictions(1.1), indicator=predictions(1.3),
                     other_seed=predictions(1.2), climatology=predictions(noise))  # fmt: skip
    said = found[found["period"] == "all"].set_index("setting")["verdict"]
    assert said.to_dict() == {
        "drop": "as another seed", "indicator": "worse", "other_seed": "worse",
        "climatology": "not told apart",
    }  # fmt: skip
    # Without another seed beside them the interval alone decides.
    assert compared(own, drop=predictions(1.1))["verdict"].tolist() == ["worse"] * 3
    XCO2_ABLATIONS.check(found, "again")


def test_some_of_the_samples_are_enough_and_others_are_refused() -> None:
    own = predictions(1.0)
    assert compared(own, drop=predictions(1.0).iloc[:30])["samples"].max() == 30
    for change in ({"fold": 1}, {"observed": 400.0}, {"sample": np.arange(48) + 5}):
        with pytest.raises(ResultError, match="ablated: .* expected all: delete both"):
            compared(own, drop=predictions(1.0).assign(**change))
