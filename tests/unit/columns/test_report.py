"""The page on XCO2: figures in their places, and plain words on what the network does not beat."""

from __future__ import annotations

import pandas as pd

from carbonscape.columns.report import (
    granule_counts,
    skipped_granules,
    trend_sentence,
    truth_verdicts,
    verdicts,
)


def validation() -> pd.DataFrame:
    row = {
        "scheme": "temporal", "time_input": "none", "model": "at_bilstm", "samples": 10, "r2": 0.8,
        "rmse": 2.0, "mae": 1.5, "bias": 0.1, "r2_trend": 0.6, "trend_share": 0.75,
        "r2_detrended": 0.5, "baseline": "latitude_month_year", "baseline_rmse": 1.0,
        "skill": -3.0, "beats_baseline": False,
    }  # fmt: skip
    better = {**row, "scheme": "sample", "rmse": 0.5, "skill": 0.75, "beats_baseline": True}
    itself = {**row, "model": "latitude_month_year"}
    return pd.DataFrame([row, better, itself])


def test_the_page_says_where_a_network_does_not_beat_the_trivial_baseline() -> None:
    said = verdicts(validation())
    assert len(said) == 2  # a baseline is not compared with itself
    assert said[0].startswith("At-BiLSTM, no time input, Blocks of years: does NOT beat")
    assert "2.00 against 1.00 ppm" in said[0]
    assert "does NOT beat" not in said[1]
    assert "beats" in said[1]


def test_the_share_of_the_trend_is_said_of_the_published_scheme() -> None:
    said = trend_sentence(validation(), {"model": "at_bilstm", "time_input": "none"})
    assert "0.60" in said
    assert "75%" in said
    assert "0.50" in said
    assert trend_sentence(validation(), {"model": "mlp", "time_input": "none"}) == ""


def test_the_truth_is_compared_with_the_trivial_map(tmp_path) -> None:
    path = tmp_path / "truth.csv"
    path.write_text(
        "product,scope,group,rmse\nat_bilstm-none,global,all,1.5\n"
        "latitude_month_year-none,global,all,1.0\nat_bilstm-none,year,2015,9\n"
    )
    (said,) = truth_verdicts(str(path))
    assert said.startswith("At-BiLSTM: NOT nearer the truth")
    path.write_text("product,scope,group,rmse\nat_bilstm-none,global,all,1.5\n")
    assert truth_verdicts(str(path)) == ["No trivial baseline was mapped in this run."]
    assert truth_verdicts(None) == []


def test_granules_are_counted_and_skipped_ones_named(tmp_path) -> None:
    path = tmp_path / "oco2_granules.csv"
    path.write_text(
        "file,date,status,reason,soundings,good,land,kept\n"
        "a.nc4,2015-01-01,used,none,1000,800,500,400\n"
        "b.nc4,2015-01-02,skipped,cut short,0,0,0,0\n"
    )
    (row,) = granule_counts([str(path)]).to_dict("records")
    assert (row["granules used"], row["skipped"], row["kept"]) == ("1", "1", "400")
    assert skipped_granules([str(path)]) == {"sentences": ["b.nc4: cut short"], "others": 0}
