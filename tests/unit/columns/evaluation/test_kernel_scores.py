"""Scores of soundings against spectra."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from carbonscape.columns.evaluation.kernel_scores import (
    XCO2_OVERPASSES,
    overpass_sites,
    score_overpasses,
)


def made(gaps, kernels):
    """Overpasses (site, number) with differences of OCO and TCCON."""
    rows = [
        ("oco2" if at % 2 else "oco3", f"site{site}", f"2019-07-{at + 1:02d}T12:00", 2019, 7, 5, 5,
         400 + gap, 400.0, 400 + with_kernels, 400.0)
        for site, pair in enumerate(zip(gaps, kernels, strict=True))
        for at, (gap, with_kernels) in enumerate(zip(*pair, strict=True))
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=XCO2_OVERPASSES.names)


def test_scores_are_of_the_same_overpasses_with_kernels_and_without():
    gaps = [[1.0, 1.0], [0.0, 2.0], [3.0, 3.0]]
    kernels = [[0.1, 0.3], [np.nan, 0.2], [0.2, 0.2]]
    table = score_overpasses(made(gaps, kernels), seed=1).set_index(["instrument", "comparison"])
    both = table.loc["both"]
    assert both["overpasses"].to_dict() == {"plain": 6, "plain_same": 5, "kernels": 5}
    assert both["bias"].to_dict() == pytest.approx(
        {"plain": 10 / 6, "plain_same": 2.0, "kernels": 0.2}
    )
    assert both.loc["kernels", "rmse"] == pytest.approx(np.sqrt(0.22 / 5))
    assert both.loc["kernels", "spread"] == pytest.approx(np.std([0.1, 0.3, 0.2, 0.2, 0.2], ddof=1))
    assert both.loc["plain", "low"] < 10 / 6 < both.loc["plain", "high"]
    assert table.loc[("oco2", "plain"), "sites"] == 3


def test_without_an_overpass_there_is_no_row():
    assert score_overpasses(made([], []), seed=1).empty


def test_a_site_shows_the_overpasses_with_kernels_where_it_has_any():
    table = made([[1.0, 1.0], [0.0, 2.0]], [[0.1, 0.3], [np.nan, 0.2]])
    found = overpass_sites(table).set_index(["instrument", "site"])
    assert found.loc[("oco3", "site0")].tolist() == pytest.approx([1, 1.0, 0.1])
    assert found.loc[("oco3", "site1"), "plain"] == 0.0
    assert np.isnan(found.loc[("oco3", "site1"), "kernels"])
