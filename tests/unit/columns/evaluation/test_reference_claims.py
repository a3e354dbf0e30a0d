"""Rows of the scorecard on table 5, averaging kernels and the change of instruments."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from carbonscape.columns.evaluation.reference_claims import REFERENCE_FINDERS, ReferenceResults
from carbonscape.columns.evaluation.table5 import read_reconstructions
from carbonscape.columns.evaluation.verdicts import SiteDraws
from carbonscape.core.tables import read_table
from carbonscape.evaluation.scorecards import REPORTED, build_scorecard
from carbonscape.products.registry import get_product
from helpers.source_tree import PROJECT

FILE = PROJECT / "resources" / "reported_values_xco2_references.csv"
SHOWN = {"model": "at_bilstm", "time_input": "none"}


def results(*, better=3, rmse=1.5, kernels=(0.1, 0.9), step=(0.1, 0.05, 0.15)):
    """A run whose product has ``rmse`` at every site and stands below ``better`` studies."""
    published = read_reconstructions(PROJECT / "resources" / "reconstructions_xco2.csv")
    own = {"study": "at_bilstm-none", "better": better, "samples": 8, "reference": "this run"}
    table = pd.concat([published.assign(samples=0), pd.DataFrame([own])])
    pairs = pd.DataFrame({"site": list("aabbccdd"), "product": "at_bilstm-none"})
    pairs["observed"] = 400.0 + np.arange(8)
    pairs["predicted"] = pairs["observed"] + rmse
    row = {"instrument": "oco2", "comparison": "kernels", "overpasses": 9}
    found = pd.DataFrame([row | dict(zip(("bias", "spread"), kernels, strict=True))])
    told = {"method": "egg4"} | dict(zip(("step", "low", "high"), step, strict=True))
    reported = read_table(FILE, REPORTED)
    return ReferenceResults(
        SHOWN, table, found, pd.DataFrame([told]), SiteDraws(pairs, seed=1),
        dict(zip(reported["id"], reported["reported"], strict=True)),
    )  # fmt: skip


def verdict(name, **options):
    return REFERENCE_FINDERS[name](results(**options))


def test_every_row_is_computed_and_names_its_setting():
    reported = read_table(FILE, REPORTED)
    assert reported["id"].tolist() == list(REFERENCE_FINDERS)
    card = build_scorecard(reported, results(), REFERENCE_FINDERS, get_product("xco2"))
    assert card["verdict"].tolist() == ["holds"] * 3
    assert card["run"].tolist() == [
        "3 (3 to 3)", "+0.10 ± 0.90 (9 overpasses)", "+0.10 (+0.05 to +0.15), against CAMS-EGG4",
    ]  # fmt: skip
    assert "at_bilstm, time input none" in card["quantity"].iloc[0]
    assert "at_bilstm" not in card["quantity"].iloc[1]


@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        ("xco2_table5_below", {"better": 4, "rmse": 1.8}, "fails"),
        ("xco2_oco_kernels", {"kernels": (0.5, 0.9)}, "fails"),
        ("xco2_instrument_step", {"step": (0.3, 0.25, 0.35)}, "fails"),
        ("xco2_instrument_step", {"step": (0.3, 0.1, 0.5)}, "not resolved"),
        ("xco2_instrument_step", {"step": (np.nan,) * 3}, "untestable here"),
    ],
)
def test_what_lies_elsewhere_fails_and_what_reaches_is_not_resolved(name, options, expected):
    assert verdict(name, **options).verdict == expected


def test_without_kernels_the_plain_pairs_are_shown_without_a_verdict():
    run = results()
    run.kernels["comparison"] = "plain"
    found = REFERENCE_FINDERS["xco2_oco_kernels"](run)
    assert (found.run, found.verdict) == ("+0.10 ± 0.90 without kernels", "untestable here")
