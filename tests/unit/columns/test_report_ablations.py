"""Ablations in words, on the page on XCO2."""

from __future__ import annotations

from pathlib import Path

from carbonscape.columns import report_ablations
from carbonscape.columns.evaluation.ablations import PERIODS, VERDICTS
from carbonscape.columns.features.ablations import SETTINGS
from carbonscape.columns.report_ablations import ablation_rows, ablation_verdicts

TABLE = (
    "setting,period,samples,blocks,rmse_run,rmse,rmse_difference,rmse_low,rmse_high,r2_run,r2,"
    "r2_difference,r2_low,r2_high,verdict\n"
    "drop,all,30,4,1,1.25,0.25,-0.1,0.4,0.5,0.4,-0.1,-0.2,0.1,not told apart\n"
    "drop,before,20,4,1,1.5,0.5,0.25,0.75,0.5,0.25,-0.25,-0.5,-0.1,worse\n"
    "drop,since,10,2,1,0.5,-0.5,,,,,,,,no interval\n"
    "other_seed,before,20,4,1,1,0,-0.1,0.1,0.5,0.5,0,-0.1,0.1,not told apart\n"
)


def test_the_page_says_what_each_setting_changes_in_which_months(tmp_path: Path) -> None:
    path = tmp_path / "ablations.csv"
    path.write_text(TABLE)
    assert ablation_verdicts(str(path)) == [
        "No gases, before TROPOMI: RMSE 1.500 against 1.000 ppm, a difference of +0.500 ppm "
        "(+0.250 to +0.750): worse than the inputs of the run.",
        "No gases, since TROPOMI: RMSE 0.500 against 1.000 ppm, a difference of -0.500 ppm: too "
        "few blocks of the globe for an interval.",
    ]
    assert ablation_verdicts(None) == []
    table = ablation_rows(str(path))
    rows = [
        dict(zip(table["headings"], (cell["text"] for cell in row), strict=True))
        for row in table["rows"]
    ]
    assert rows[0]["its interval"] == "-0.100 to +0.400"
    assert rows[2]["interval of that"] == rows[2]["R²"] == ""
    assert rows[3]["inputs"] == "same inputs, another seed"


def test_every_word_of_the_table_has_one_of_the_page() -> None:
    assert set(report_ablations.SETTINGS) == set(SETTINGS)
    assert tuple(report_ablations.PERIODS) == PERIODS
    assert set(report_ablations._MEANINGS) == set(VERDICTS)
