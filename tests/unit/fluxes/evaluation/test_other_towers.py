"""Products of others at the towers: the cell that holds each, and who is left out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from carbonscape.core.findings import collected
from carbonscape.evaluation.grids import files_by_map
from carbonscape.fluxes.evaluation.other_towers import other_columns, sample_other
from carbonscape.fluxes.evaluation.products import compare_products
from carbonscape.fluxes.settings import WINDOWS
from helpers.other_products_made import centres, write_other
from helpers.synthetic_maps import write_years

SITES = pd.DataFrame(
    {
        "site": ["A", "B", "C"],
        "lat": [75.0, 45.0, -75.0],
        "lon": [-165.0, 165.0, 0.5],
        "igbp": "GRA",
        "koppen": ["Dfb", "Af", "ET"],
        "climate": ["continental", "tropical", "polar"],
    }
)


def months(years=(2011, 2012)) -> pd.DataFrame:
    rows = [
        {"site": site, "year": year, "month": month, "observed": float(value + month)}
        for value, site in enumerate("ABC")
        for year in years
        for month in (1, 2)
    ]
    flags = dict.fromkeys((*(f"complete_{window}" for window in WINDOWS), "common", "scored"), True)
    return pd.DataFrame(rows).assign(**flags, weight=1.0, learnt=lambda t: t["observed"])


def nies(folder: Path, years: dict[int, float], name: str = "nies") -> list[str]:
    """January is the row of the cell, February ten more, times a factor; none south of 60 S."""
    lat, lon = centres(10.0, north=80, south=-60)
    month = np.zeros((12, lat.size, lon.size)) + np.arange(lat.size)[:, None]
    month[1] += 10
    return write_other(
        folder, name, {year: month * factor for year, factor in years.items()}, lat, lon
    )


def test_values_are_those_of_the_own_cells(tmp_path) -> None:
    files = files_by_map(nies(tmp_path, {2011: 1.0}))["nies"]
    found = sample_other("gpp", files, months(), SITES)
    # Rows are 10 degrees from 80 N: 75 N lies in the first, 45 N in the fourth, 75 S in none.
    expected = [0, 10, np.nan, np.nan, 3, 13, np.nan, np.nan, *[np.nan] * 4]
    np.testing.assert_array_equal(found, expected)


def test_a_product_of_few_tower_months_is_left_out_with_a_line(tmp_path) -> None:
    others = files_by_map(nies(tmp_path, {2011: 1.0}))
    kept = np.ones(12, dtype=bool)
    with collected() as said:
        found = other_columns("gpp", others, months(), SITES, asked=["nies", "vpm_gpp"], kept=kept)
        kept[[2, 3, 6, 7, 8, 9, 10, 11]] = False
        inside = other_columns("gpp", others, months(), SITES, asked=["nies"], kept=kept)
    assert found == {}
    assert [*inside] == ["nies"]
    assert "a value in 4 of the 12 tower months" in said[0].reason
    assert [line.item for line in said] == ["nies", "vpm_gpp"]


def test_all_products_are_scored_in_the_same_months(tmp_path) -> None:
    gpp = np.tile(np.arange(24.0)[:, None, None], (1, 6, 12))
    files = files_by_map(write_years(tmp_path / "mlp-igbp", gpp, (2011, 2012), 30.0))
    others = files_by_map(nies(tmp_path, {2011: 1.0, 2012: 1.0}))
    with collected():
        table = compare_products(
            "gpp", files, {}, months(), SITES, draws=20, seed=1, others=others, asked=["nies"]
        ).scores
        alone = compare_products("gpp", files, {}, months(), SITES, draws=20, seed=1).scores
    rows = table[table["quantity"] == "monthly"].set_index(["product", "climate"])
    assert set(rows["series"]) == {"published"}
    # Tower C lies off the grid of the other product.
    assert rows.loc[("mlp-igbp", "all"), "sites"] == rows.loc[("nies", "all"), "sites"] == 2
    # A: 1 and 2 are observed, 0 and 10 mapped, twice; B: 2 and 3, 3 and 13.
    errors = np.array([1, 64, 1, 64, 1, 100, 1, 100])
    assert rows.loc[("nies", "all"), "rmse"] == pytest.approx(np.sqrt(errors.mean()))
    assert set(alone.loc[alone["climate"] == "all", "sites"]) == {3}
