"""The steps from the towers to the globe, on an Earth of two cells."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from carbonscape.core.classes import CLIMATES
from carbonscape.core.errors import ResultError
from carbonscape.evaluation.comparison import Fields
from carbonscape.fluxes.evaluation.truth_gap import (
    STEPS,
    cell_of,
    climate_weights,
    gap_table,
    true_values,
)
from carbonscape.fluxes.settings import WINDOWS
from helpers.synthetic_maps import grid, write_true_sites
from helpers.two_cell_earth import CLASSES, GPP, YEARS, A, B, earth, fields

SITES = pd.DataFrame(
    [
        ("TT-One", 10.0, 5.0, "EBF", "Af", "tropical"),
        ("TT-Two", 20.0, 25.0, "EBF", "Af", "tropical"),
        ("PP-One", 75.0, 10.0, "GRA", "ET", "polar"),
    ],
    columns=["site", "lat", "lon", "igbp", "koppen", "climate"],
)
MONTHS = [("TT-One", 1), ("TT-One", 2), ("TT-Two", 3), ("PP-One", 4)]


def samples(*, year: int = 2012) -> pd.DataFrame:
    table = pd.DataFrame(MONTHS, columns=["site", "month"]).assign(
        year=year, observed=1.0, learnt=1.0, common=True, scored=True, weight=1.0
    )
    return table.assign(**{f"complete_{window}": True for window in WINDOWS})


def predictions(observed: list[float], predicted: list[float]) -> pd.DataFrame:
    table = samples()[["site", "year", "month"]]
    return table.assign(fold=0, observed=observed, predicted=predicted, spread=np.nan)


@pytest.fixture
def towers(tmp_path: Path) -> str:
    """The true fluxes of the towers: 1 to 12 in the first year, 11 to 22 in the second."""
    gpp = np.arange(1, 25.0) + np.repeat([0, -2], 12)
    return write_true_sites(tmp_path / "sites.nc", dict.fromkeys(SITES["site"], gpp), YEARS)


def gap(data: Fields, towers: str, **more) -> pd.DataFrame:
    keywords = {"samples": samples(), "sites": SITES, "true_sites": towers} | more
    keywords.setdefault("predictions", {"mlp-igbp": predictions([1, 2, 3, 9], [2, 3, 4, 6])})
    return gap_table(GPP, data, CLASSES, **keywords).set_index(["product", "step"])


def test_the_steps_from_the_towers_to_the_globe(towers):
    product = earth(3, 4)
    product[15, 0, 6] = 6  # April 2012 at the polar tower
    table = gap(fields(earth(2, 4), mlp=product), towers)
    assert table.loc["mlp-igbp"].index.tolist() == [*"abcdef"]
    steps = table.loc["mlp-igbp"]
    assert steps.loc["a", "bias"] == pytest.approx((1 + 1 + 1 - 3) / 4)
    assert steps.loc["a", "rmse"] == pytest.approx(np.sqrt((1 + 1 + 1 + 9) / 4))
    # The true GPP of January to April 2012 is 11, 12, 13 and 14.
    assert steps.loc["b", "bias"] == pytest.approx(((2 + 3 + 4 + 6) - (11 + 12 + 13 + 14)) / 4)
    # The map in the towers' cells: 3 against 2 three times, 6 against 4 once.
    assert steps.loc["c", "bias"] == pytest.approx((1 + 1 + 1 + 2) / 4)
    assert steps.loc["c", "samples"] == 4
    assert steps.loc["d", "bias"] == pytest.approx((24 * 1 + 2) / 48)
    assert steps.loc["e", "bias"] == pytest.approx((24 * A + 2 * B) / (24 * (A + B)))
    # Three tropical months share the tropical area, one polar month has all of the polar.
    assert steps.loc["f", "bias"] == pytest.approx((A * 1 + B * -3) / (A + B))
    for step, row in steps.iterrows():
        assert row["r2"] == pytest.approx(1 - (row["rmse"] / row["spread"]) ** 2)
        name, meaning = STEPS[step]
        assert (row["name"], row["meaning"]) == (name, meaning.format(flux="GPP"))


def test_products_that_were_not_cross_validated_have_the_steps_of_the_map(towers):
    data = fields(earth(2, 4), mlp=earth(3, 4), rf=earth(2, 4))
    assert gap(data, towers).loc["rf-igbp"].index.tolist() == ["c", "d", "e"]


def test_only_common_scored_samples_inside_the_years_of_the_map_count(towers):
    data = fields(earth(2, 4), mlp=earth(3, 4))
    some = samples()
    some.loc[3, "common"] = False
    assert gap(data, towers, samples=some).loc[("mlp-igbp", "c"), "samples"] == 3
    some = samples()
    some.loc[3, "scored"] = False
    assert gap(data, towers, samples=some).loc[("mlp-igbp", "c"), "samples"] == 3
    outside = gap(data, towers, samples=samples(year=2014))
    assert "c" not in outside.loc["mlp-igbp"].index


def test_a_tower_whose_cell_is_sea_does_not_count_on_the_map(towers):
    wet = SITES.copy()
    wet.loc[2, "lat"] = -75.0
    data = fields(earth(2, 4), mlp=earth(3, 4))
    assert gap(data, towers, sites=wet).loc[("mlp-igbp", "c"), "samples"] == 3


def test_weights_are_the_land_areas_of_the_climates():
    data = fields(earth(2, 4), mlp=earth(3, 4))
    weights = climate_weights(samples(), SITES, data, CLASSES)
    assert weights.sum() == pytest.approx(1)
    assert weights[:3] == pytest.approx([A / (A + B) / 3] * 3)
    assert weights[3] == pytest.approx(B / (A + B))
    # Arid land without a tower cannot count; an arid tower without arid land does not.
    third = replace(CLASSES, climate=np.where(CLASSES.climate == 5, 2, CLASSES.climate))
    weights = climate_weights(samples(), SITES, data, third)
    assert weights.sum() == pytest.approx(A / (A + B))
    assert weights[3] == 0
    assert CLIMATES[1] == "arid"


def test_the_true_gpp_of_a_site_month(towers):
    table = pd.DataFrame({"site": ["PP-One", "TT-One"], "year": [2012, 2011], "month": [12, 5]})
    assert true_values(table, towers, "gpp").tolist() == [22, 5]
    with pytest.raises(ResultError, match="no site XX-One"):
        true_values(table.assign(site="XX-One"), towers, "gpp")
    with pytest.raises(ResultError, match="has no 2013-12"):
        true_values(table.assign(year=2013), towers, "gpp")


def test_cells_of_positions():
    bounds = grid(30.0)["lat_bnds"].values
    # An edge belongs to the cell north of it, the pole to the last.
    assert cell_of(np.array([90.0, 75.0, 60.0, 59.9, -90.0]), bounds).tolist() == [0, 0, 0, 1, 5]
    assert cell_of(np.array([-180.0, 179.9, 180.0]), grid(30.0)["lon_bnds"].values).tolist() == [
        0,
        11,
        11,
    ]
    with pytest.raises(ResultError, match="200 degrees lies in no cell"):
        cell_of(np.array([200.0]), bounds)
