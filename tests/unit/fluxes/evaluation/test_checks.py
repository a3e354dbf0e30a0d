"""Promises of every cross-validation, each broken once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from carbonscape.core.errors import ResultError
from carbonscape.fluxes.evaluation.checks import check_predictions
from carbonscape.products.registry import get_product

GPP = get_product("gpp")
FOLDS = {"split": 0, "source": "by hand", "folds": {"0": ["A"], "1": ["B", "C"]}}


def samples() -> pd.DataFrame:
    """Return six samples of three sites."""
    return pd.DataFrame(
        {
            "site": ["A", "A", "B", "B", "C", "C"],
            "year": [2004, 2004, 2004, 2005, 2004, 2005],
            "month": [1, 2, 1, 1, 7, 7],
            "observed": [0.1, 0.2, 1.0, 1.1, 9.0, 9.5],
            "common": True,
            "scored": True,
        }
    )


def predictions(**changes: Any) -> pd.DataFrame:
    """Return predictions that keep every promise, with some columns changed."""
    table = samples().drop(columns=["common", "scored"])
    return table.assign(**{"fold": [0, 0, 1, 1, 1, 1], "predicted": 5.0, **changes})


def refusal(
    predicted: pd.DataFrame,
    wanted: pd.DataFrame | None = None,
    folds: dict[str, Any] = FOLDS,
    **scheme: Any,
) -> str:
    """Return the sentence with which predictions are refused."""
    wanted = samples() if wanted is None else wanted
    with pytest.raises(ResultError) as caught:
        check_predictions(predicted, wanted, folds, GPP, origin="6m-igbp.parquet", **scheme)
    message = str(caught.value)
    assert message.startswith("6m-igbp.parquet: ")
    assert message.endswith(".")
    return message.removeprefix("6m-igbp.parquet: ")


def test_a_sample_only_trained_on_must_have_no_prediction() -> None:
    lower = samples().assign(scored=[True, True, True, False, True, True])
    check_predictions(predictions().drop(3), lower, FOLDS, GPP, origin="x")
    assert "1 predictions have no held-out sample, the first of site B" in refusal(
        predictions(), lower
    )


def test_kept_promises_pass_in_any_order() -> None:
    check_predictions(predictions(), samples(), FOLDS, GPP, origin="x")
    check_predictions(
        predictions().iloc[::-1], samples().iloc[[3, 1, 5, 0, 2, 4]], FOLDS, GPP, origin="x"
    )


def test_a_sample_without_a_prediction() -> None:
    message = refusal(predictions().drop(index=[1, 4]))
    assert message == (
        "2 held-out samples have no prediction and 0 predictions have no held-out sample, the "
        "first of site A, year 2004, month 2; delete it and run again."
    )


def test_a_prediction_without_a_sample() -> None:
    message = refusal(predictions(), samples().drop(index=5))
    assert message == (
        "0 held-out samples have no prediction and 1 predictions have no held-out sample, the "
        "first of site C, year 2005, month 7; delete it and run again."
    )


def test_a_sample_that_is_predicted_twice() -> None:
    doubled = pd.concat([predictions(), predictions().iloc[[2]].assign(predicted=6.0)])
    assert refusal(doubled) == "site B, year 2004, month 1 was predicted twice."


def test_a_sample_that_stands_twice() -> None:
    doubled = pd.concat([samples(), samples().iloc[[2]]])
    assert refusal(predictions(), doubled) == "site B, year 2004, month 1 is a sample twice."


def test_another_observation() -> None:
    changed = predictions(observed=[0.1, 0.2, 1.0, 1.1, 9.0, 9.6])
    assert refusal(changed) == (
        "site C, year 2005, month 7 was scored against 9.6 but 9.5 was observed."
    )


def test_observations_must_be_the_very_same_number() -> None:
    rounded = predictions(observed=np.float64(np.float32(samples()["observed"])))
    assert "was scored against" in refusal(rounded)


def test_a_site_in_two_folds() -> None:
    message = refusal(predictions(fold=[0, 0, 1, 0, 1, 1]))
    assert message.startswith("site B, year 2005, month 1 was predicted in fold 0 but is held out")
    message = refusal(predictions(), folds={"folds": {"0": ["A", "B"], "1": ["B", "C"]}})
    assert message == "site B is held out in two folds."


def test_a_site_in_another_fold_than_its_own() -> None:
    message = refusal(predictions(fold=[1, 1, 1, 1, 1, 1]))
    assert message == (
        "site A, year 2004, month 1 was predicted in fold 1 but is held out in fold 0."
    )


def test_a_site_without_a_fold() -> None:
    message = refusal(predictions(), folds={"folds": {"0": ["A"], "1": ["B"]}})
    assert "2 predictions have no held-out sample, the first of site C, year 2004" in message


@pytest.mark.parametrize(
    ("value", "text"),
    [(60.5, "60.5"), (-21.0, "-21"), (np.nan, "nan"), (np.inf, "inf"), (-np.inf, "-inf")],
)
def test_a_value_that_is_no_monthly_gpp(value: float, text: str) -> None:
    message = refusal(predictions(predicted=[5.0, 5.0, 5.0, value, 5.0, np.nan]))
    assert (
        f"predicted GPP of site B, year 2005, month 1 is {text} gC m-2 d-1, outside -20 to 60"
        in message
    )
    assert "lower its learning rate" in message


def test_the_bounds_themselves_are_physical() -> None:
    low, high = GPP.plausible
    table = predictions(predicted=[low, high, 0.0, 0.0, 0.0, 0.0])
    check_predictions(table, samples(), FOLDS, GPP, origin="x")


# --- hold-out schemes ----------------------------------------------------------------------------

YEARS = {"split": 102, "scheme": "temporal", "by": "year", "folds": {"0": [2004], "1": [2005]}}

#: One degree of latitude on a sphere of 6371 km.
DEGREE = 6371.0 * np.pi / 180


def sites(**changes: Any) -> pd.DataFrame:
    """Return three sites on a meridian: A at 0, B at 2 and C at 1.5 degrees north."""
    table = {"site": ["A", "B", "C"], "lat": [0.0, 2.0, 1.5], "lon": 10.0}
    return pd.DataFrame({**table, "climate": ["arid", "polar", "polar"], **changes})


def test_years_are_held_out_whole_and_sites_need_not_be() -> None:
    check_predictions(
        predictions(fold=[0, 0, 0, 1, 0, 1]), samples(), YEARS, GPP, origin="x", sites=sites()
    )


def test_a_year_in_two_folds() -> None:
    message = refusal(predictions(fold=[0, 0, 0, 1, 1, 1]), folds=YEARS)
    assert message.startswith("site C, year 2004, month 7 was predicted in fold 1 but is held out")
    twice = {**YEARS, "folds": {"0": [2004], "1": [2004, 2005]}}
    message = refusal(predictions(fold=[0, 0, 0, 1, 0, 1]), folds=twice)
    assert message == "year 2004 is held out in two folds."


def test_a_year_in_another_fold_than_its_own() -> None:
    message = refusal(predictions(fold=[1, 1, 1, 0, 1, 0]), folds=YEARS)
    assert message == (
        "site A, year 2004, month 1 was predicted in fold 1 but is held out in fold 0."
    )
    without = {**YEARS, "folds": {"0": [2004]}}
    message = refusal(predictions(fold=[0, 0, 0, 1, 0, 1]), folds=without)
    assert "2 predictions have no held-out sample, the first of site B, year 2005" in message


def test_spatial_folds_keep_their_distance() -> None:
    folds = {**FOLDS, "scheme": "spatial"}

    def check(**scheme: Any) -> None:
        check_predictions(predictions(), samples(), folds, GPP, origin="x", **scheme)

    # A and C are nearest, 1.5 degrees apart; B and C share a fold and may be close.
    check(sites=sites(), block_km=1.5 * DEGREE)
    check(sites=sites(), block_km=100.0)
    check()
    message = refusal(predictions(), folds=folds, sites=sites(), block_km=1.5 * DEGREE + 0.01)
    assert message == (
        "the sites A (fold 0) and C (fold 1) are 166.8 km apart, but folds are to keep 166.802 km "
        "(config key 'gpp.crossval.holdouts.block_km')."
    )
    # A dealing at random promises no distance.
    check_predictions(
        predictions(), samples(), FOLDS, GPP, origin="x", sites=sites(), block_km=900.0
    )


def test_distances_reach_across_the_date_line() -> None:
    folds = {**FOLDS, "scheme": "spatial"}
    table = sites(lat=[0.0, 50.0, 0.0], lon=[179.5, 0.0, -179.5])
    message = refusal(predictions(), folds=folds, sites=table, block_km=120.0)
    assert "sites A (fold 0) and C (fold 1) are 111.2 km apart" in message


def test_a_site_without_a_position() -> None:
    message = refusal(
        predictions(), folds={**FOLDS, "scheme": "spatial"}, sites=sites().head(2), block_km=1.0
    )
    assert message.startswith("site C is not in the table of sites")


def test_climate_folds_hold_one_climate_each() -> None:
    folds = {**FOLDS, "scheme": "climate"}
    check_predictions(predictions(), samples(), folds, GPP, origin="x", sites=sites())
    split = sites(climate=["arid", "polar", "arid"])
    message = refusal(predictions(), folds=folds, sites=split)
    assert message.startswith("climate arid has the folds 0 and 1, but")
    mixed = sites(climate=["arid", "polar", "tropical"])
    message = refusal(predictions(), folds=folds, sites=mixed)
    assert message.startswith("fold 1 has the climates polar and tropical, but")


def test_no_skill_is_said(caplog: pytest.LogCaptureFixture) -> None:
    check_predictions(predictions(), samples(), FOLDS, GPP, origin="6m-igbp.parquet")
    assert "6m-igbp.parquet: R2 is" in caplog.text
    assert "no better than the mean" in caplog.text
