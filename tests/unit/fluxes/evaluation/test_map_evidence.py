"""Numbers of maps by name, and the judgement of their order with and without intervals."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from carbonscape.core.errors import InputError, ResultError
from carbonscape.evaluation.scorecards import FAILS, HOLDS, NOT_RUN, UNRESOLVED, UNTESTABLE, Outcome
from carbonscape.fluxes.evaluation.evidence import Interval
from carbonscape.fluxes.evaluation.map_evidence import (
    COLUMNS,
    NOTHING,
    OWN,
    MapEvidence,
    Margin,
    ahead,
    anywhere,
    every,
    extreme,
    minus,
    of_own_map,
    read_map_tables,
)

SMALL = Margin(0.1)
WANTED = ("a", "b", "c")


def lowest(values: dict[str, float], *named: str) -> Outcome:
    """Judge whether some of a, b and c are the lowest."""
    return extreme(values, named, WANTED, lowest=True, margin=SMALL, digits=1)


def test_a_margin_is_absolute_or_a_share_of_the_larger() -> None:
    assert Margin(0.1).of(5, 9) == 0.1
    assert Margin(share=0.05).of(-10, 4) == 0.5
    assert Margin(0.1, 0.05).of(1, 1) == 0.1


def test_the_lowest_must_be_lower_by_more_than_the_margin() -> None:
    found = lowest({"a": 1.0, "b": 2.0, "c": 3.0, "elsewhere": 0.0}, "a")
    assert found == Outcome("a 1.0, b 2.0, c 3.0", "a minus b -1.0", HOLDS)
    assert lowest({"a": 1.95, "b": 2.0, "c": 3.0}, "a").verdict == UNRESOLVED
    assert lowest({"a": 2.5, "b": 2.0, "c": 3.0}, "a").verdict == FAILS
    assert lowest({"a": 1.0, "b": 2.0, "c": 3.0}, "a", "b").difference == "b minus c -1.0"
    assert lowest({"a": 1.0, "c": 2.0, "b": 3.0}, "a", "b").verdict == FAILS


def test_the_highest_is_the_lowest_turned_round() -> None:
    values = {"a": 3.0, "b": 2.0, "c": 1.0}
    found = extreme(values, ["a"], WANTED, lowest=False, margin=SMALL, digits=1)
    assert found == Outcome("a 3.0, b 2.0, c 1.0", "a minus b +1.0", HOLDS)


def test_some_of_what_is_compared_cannot_prove_but_can_refute() -> None:
    assert lowest({"a": 1.0, "b": 2.0}, "a").verdict == UNRESOLVED
    assert lowest({"a": 1.0, "b": 2.0}, "a").run == "a 1.0, b 2.0 (2 of 3)"
    assert lowest({"a": 3.0, "b": 2.0}, "a").verdict == FAILS
    assert lowest({"a": 1.0}, "a") == NOTHING == lowest({"b": 1.0, "c": 2.0}, "a")


def test_everywhere_and_anywhere() -> None:
    here = {"x": Outcome("1", verdict=HOLDS), "y": Outcome("2", verdict=FAILS), "z": NOTHING}
    found = every(here, ["x", "y"])
    assert found == Outcome("x: 1; y: 2", "as claimed in 1 of 2, otherwise in 1 of 2", FAILS)
    assert every({"x": Outcome("1 against 2", "-1", FAILS)}, ["x"]).run == "x: -1"
    assert anywhere(here, ["x", "y"]).verdict == HOLDS
    assert every({"x": here["x"]}, ["x", "y"]).verdict == UNRESOLVED
    assert anywhere({"y": here["y"]}, ["x", "y"]).verdict == UNRESOLVED
    assert anywhere({"y": here["y"]}, ["y"]).verdict == FAILS
    assert every({"z": NOTHING}, ["z"]) == NOTHING == anywhere({"z": NOTHING}, ["z"])
    assert ahead(1.0, None, margin=SMALL) == NOTHING
    assert ahead(1.0, 0.5, margin=SMALL) == Outcome("1.000 against 0.500", "+0.500", HOLDS)


def test_a_difference_has_the_ends_of_both_sides() -> None:
    found = minus(Interval(5.0, 2.0, 6.0), Interval(1.0, 0.5, 5.0))
    # 4 minus the root of 3 and 4 squared, plus that of 1 and 0.5 squared.
    assert (found.value, found.low) == (4.0, -1.0)
    assert found.high == pytest.approx(4 + 1.25**0.5)


# --- tables ------------------------------------------------------------------------------------


def growth(folder: Path, rows: str) -> Path:
    """Write a table of growth."""
    path = folder / "gpp_fig16a_growth.csv"
    path.write_text("product,total,growth,growth_low,growth_high,more\n" + rows, encoding="utf-8")
    return path


def test_tables_are_read_by_their_names(tmp_path) -> None:
    path = growth(tmp_path, "nies,130,0.4,0.3,0.5,x\nnone,120,0.1,,,x\n")
    evidence = read_map_tables([path], "gpp")
    assert evidence.values("fig16a_growth", "growth") == {"nies": 0.4, "none": 0.1}
    assert evidence.intervals("fig16a_growth", "growth") == {"nies": Interval(0.4, 0.3, 0.5)}
    assert evidence.values("fig15", "r2") == {}, "a table that the run lacks"
    assert evidence.values("fig16a_growth", "total", product="nies") == {"nies": 130}
    other = tmp_path / "gpp_fig04.csv"
    assert read_map_tables([other], "gpp").tables == {}, "of no concern, and not opened"


def test_a_table_of_another_version_is_refused(tmp_path) -> None:
    path = growth(tmp_path, "")
    path.write_text("product,total,slope\n", encoding="utf-8")
    with pytest.raises(ResultError, match="has no column growth, growth_low, growth_high .*slope"):
        read_map_tables([path], "gpp")
    path.unlink()
    with pytest.raises(InputError, match="cannot be read as a table"):
        read_map_tables([path], "gpp")


def test_maps_compare_over_common_cells() -> None:
    row = {"figure": "fig07", "variable": "variability", "region": "NAU", "group": "arid"}
    table = pd.DataFrame([row | {"name": OWN, "mean": 1.0, "common_mean": 2.0}])
    evidence = MapEvidence({"region_means": table[list(COLUMNS["region_means"])]})
    assert evidence.in_region("fig07", "variability", "NAU", "arid") == {OWN: 2.0}
    assert evidence.in_region("fig07", "variability", "NAU") == {}


# --- the paper's map ---------------------------------------------------------------------------


def judged(*products: str) -> Outcome:
    """Put a claim to the maps of a run."""
    claim = of_own_map(
        lambda evidence, name: Outcome(name, "+1", HOLDS) if name in products else NOTHING
    )
    return claim(MapEvidence())


def test_the_paper_speaks_of_the_map_with_esa_cci() -> None:
    assert judged("fluxformer-igbp", OWN, "nies") == Outcome(OWN, "+1", HOLDS)


def test_a_map_of_another_setting_is_shown_and_not_judged() -> None:
    found = judged("fluxformer-igbp", "xgboost-esa_cci")
    assert found == Outcome(f"{NOT_RUN} (map with igbp: fluxformer-igbp)", verdict=UNTESTABLE)
    assert judged("xgboost-esa_cci", "nies") == NOTHING


# --- columns -----------------------------------------------------------------------------------

#: Where the schema of each table lies.
SCHEMAS = {
    "fig08_climates": ("sif", "SIF_CLIMATES"),
    "fig09_spread": ("map_spread", "MAP_SPREAD"),
    "fig10_climates": ("covers", "COVER_DIFFERENCES"),
    "fig12_latitude": ("regions", "LATITUDE_BANDS"),
    "fig12_regions": ("regions", "REGION_SUMS"),
    "fig13_variability": ("variability", "VARIABILITY"),
    "fig14_climates": ("sif", "SIF_CLIMATES"),
    "fig15": ("products", "PRODUCT_SCORES"),
    "fig15_differences": ("product_differences", "PRODUCT_DIFFERENCES"),
    "fig16a_growth": ("maps", "GROWTH"),
    "region_means": ("region_means", "REGION_MEANS"),
}


@pytest.mark.parametrize("table", COLUMNS)
def test_claims_read_columns_that_the_tables_have(table) -> None:
    module, schema = SCHEMAS[table]
    made = pytest.importorskip(f"carbonscape.fluxes.evaluation.{module}")
    assert set(COLUMNS[table]) <= set(getattr(made, schema).names)
