"""Tables of the page on XCO2 in words: names of models, time inputs and sources as figures say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from carbonscape.columns.evaluation.places import HOTSPOTS, PARTS, REGIONS
from carbonscape.evaluation.baselines import NO_BASELINE
from carbonscape.figures.style import label, time_input_label, xco2_label
from carbonscape.report.tables import page_table

#: Decimals of numbers on the page; the CSV files hold them in full.
_DECIMALS = 2

#: Headings of columns that the page of no other product has.
HEADINGS = {
    "mae": "MAE",
    "r2_trend": "R² of a straight line in time",
    "trend_share": "share of it in R²",
    "r2_detrended": "R² without the line",
    "baseline": "better baseline",
    "baseline_rmse": "its RMSE",
    "skill": "skill against it",
    "beats_baseline": "beats it",
    "rmse_truth": "RMSE against the truth",
    "r2_detrended_truth": "R² without the line, against the truth",
    "map_r2": "R² of the map",
    "map_rmse": "RMSE of the map",
    "map_r2_detrended": "R² of the map without the line",
    "ratio": "RMSE of the map / against the truth",
    "honest": "not too low",
    "above_surroundings": "above the window",
    "rank": "lower cells, %",
    "std": "standard deviation",
    "factor": "factor of 68 %",
    "factor95": "factor of 95 %",
    "coverage": "inside 68 %",
    "coverage_low": "low",
    "coverage_high": "high",
    "coverage95": "inside 95 %",
    "coverage95_low": "low",
    "coverage95_high": "high",
}

#: What subsets of pairs with TCCON are called.
SUBSETS = {
    "all": "all months",
    "oco_months": "months that OCO has",
    "in_sample": "training samples",
    "out_of_sample": "no training samples",
}


_YES_NO = {"True": "yes", "False": "no"}


def _baseline(name: str) -> str:
    """Return what a baseline is called: a model, or a map; nothing where there is none."""
    if name == NO_BASELINE:
        return ""
    return xco2_label(name) if "-" in name else label(name)


_WORDS = {
    "model": label,
    "scheme": label,
    "baseline": _baseline,
    "time_input": time_input_label,
    "subset": lambda name: SUBSETS.get(name, name),
    "beats_baseline": _YES_NO.get,
    "honest": _YES_NO.get,
    "place": {one.name: one.label for one in HOTSPOTS}.get,
    "region": {one.name: one.label for one in (*REGIONS, *PARTS)}.get,
    "source": lambda name: _SOURCES.get(name) or label(name),
}

#: What else the regions of figure 14 are compared by.
_SOURCES = {
    "product": "the map",
    "s_stdct": "S-STDCT",
    "mapping_xco2": "Mapping-XCO2",
    "deep_forest_xco2": "Deep forest",
    "gcxco2": "GCXCO2",
    "at_bilstm_maps": "At-BiLSTM of its authors",
}


def read_rounded(path: str) -> pd.DataFrame:
    """Return a CSV table as text, its numbers rounded, for the page."""
    table = pd.read_csv(path, keep_default_na=False, na_values=[""])
    found = pd.DataFrame(index=table.index, dtype=object)
    for name, values in table.items():
        if pd.api.types.is_float_dtype(values):
            found[name] = ["" if pd.isna(v) else f"{v:.{_DECIMALS}f}" for v in values]
        else:
            found[name] = ["" if pd.isna(v) else str(v) for v in values]
    return found


def in_words(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of text with the words of the figures for the names of its columns.

    A product is a source of XCO2 (``oco``, ``egg4``) or ``<model>-<time input>``; names that no
    figure has stay as they are.
    """
    words = dict(_WORDS)
    if "product" in table:
        products = list(table["product"].unique())
        words["product"] = lambda name: xco2_label(name, products)
    found = table.copy()
    for name in found.columns.intersection(list(words)):
        found[name] = [words[name](value) or "" if value else "" for value in found[name]]
    return found


def table_in_words(path: str) -> dict[str, Any]:
    """Return a CSV table as one of the page, its names in words and its numbers rounded."""
    return page_table(in_words(read_rounded(path)), headings=HEADINGS)


def folded_by_product(path: str, shown: Sequence[str]) -> dict[str, Any]:
    """Return a table with rows of several products folded.

    Args:
        path: CSV file with a column ``product``.
        shown: products that the short table has; all, where the table has none of them.
    """
    table = read_rounded(path)
    words = in_words(table)
    chosen = table["product"].isin(shown)
    full = page_table(words, headings=HEADINGS)
    if chosen.all() or not chosen.any():
        return {"short": full, "full": None}
    return {"short": page_table(words[chosen], headings=HEADINGS), "full": full}
