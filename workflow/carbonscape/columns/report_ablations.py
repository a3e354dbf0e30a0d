"""What the page on XCO2 says of trainings with other inputs for the gases of TROPOMI."""

from __future__ import annotations

from typing import Any

import pandas as pd

from carbonscape.columns.features.ablations import OTHER_SEED
from carbonscape.report.tables import page_table

#: What settings are called on the page.
SETTINGS = {
    "climatology": "climatology of the gases",
    "drop": "no gases",
    "indicator": "climatology and indicators",
    OTHER_SEED: "same inputs, another seed",
}

#: What periods are called.
PERIODS = {"all": "all months", "before": "before TROPOMI", "since": "since TROPOMI"}

_MEANINGS = {
    "worse": "worse than the inputs of the run",
    "better": "better than the inputs of the run",
    "as another seed": "no larger a difference than another seed makes",
    "not told apart": "not told apart from the inputs of the run",
    "no interval": "too few blocks of the globe for an interval",
}


def ablation_verdicts(path: str | None) -> list[str]:
    """Say of each setting what it changes in the months before and since TROPOMI.

    Args:
        path: CSV of XCO2_ABLATIONS, if ablations are made.
    """
    if path is None:
        return []
    table = _read(path)
    found = []
    for row in table[(table["period"] != "all") & (table["setting"] != OTHER_SEED)].itertuples():
        words = f"{SETTINGS[row.setting]}, {PERIODS[row.period]}"
        interval = _interval(row.rmse_low, row.rmse_high)
        found.append(
            f"{words[0].upper()}{words[1:]}: RMSE {row.rmse:.3f} against {row.rmse_run:.3f} ppm, "
            f"a difference of {row.rmse_difference:+.3f} ppm{interval and f' ({interval})'}: "
            f"{_MEANINGS[row.verdict]}."
        )
    return found


def ablation_rows(path: str) -> dict[str, Any]:
    """Return the table of ablations as one of the page, each interval in one cell.

    Args:
        path: CSV of XCO2_ABLATIONS.
    """
    rows = []
    for row in _read(path).itertuples():
        rows.append(
            {
                "inputs": SETTINGS[row.setting],
                "months": PERIODS[row.period],
                "samples": f"{row.samples:,}",
                "blocks": str(row.blocks),
                "RMSE of the run": f"{row.rmse_run:.3f}",
                "rmse": f"{row.rmse:.3f}",
                "difference": f"{row.rmse_difference:+.3f}",
                "its interval": _interval(row.rmse_low, row.rmse_high),
                "R² of the run": _number(row.r2_run, ".4f"),
                "r2": _number(row.r2, ".4f"),
                "difference of R²": _number(row.r2_difference, "+.4f"),
                "interval of that": _interval(row.r2_low, row.r2_high, "+.4f"),
                "RMSE is": row.verdict,
            }
        )
    return page_table(pd.DataFrame(rows, dtype=object))


def _read(path: str) -> pd.DataFrame:
    """Return the table as numbers and text."""
    return pd.read_csv(path, keep_default_na=False, na_values=[""])


def _number(value: float, form: str) -> str:
    """Return a number, or nothing where there is none."""
    return "" if pd.isna(value) else f"{value:{form}}"


def _interval(low: float, high: float, form: str = "+.3f") -> str:
    """Return both ends of an interval, or nothing where there is none."""
    return "" if pd.isna(low) else f"{low:{form}} to {high:{form}}"
