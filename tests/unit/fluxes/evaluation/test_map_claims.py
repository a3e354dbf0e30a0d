"""The paper's claims about maps with four PFT settings, put to made-up numbers."""

from __future__ import annotations

import pandas as pd
import pytest

from carbonscape.core.classes import CLIMATES
from carbonscape.evaluation.scorecards import FAILS, HOLDS, UNRESOLVED, Outcome
from carbonscape.fluxes.evaluation.map_claims import FEWER_TREES, LESS_GRASS, MAP_CLAIMS
from carbonscape.fluxes.evaluation.map_evidence import NOTHING, SETTINGS, MapEvidence
from helpers.claim_numbers import by_climate, evidence, region_rows


def maps(none: float, esa_cci: float, igbp: float, both: float) -> dict[str, float]:
    """Return a number of the map of each setting."""
    return dict(zip(SETTINGS.values(), (none, esa_cci, igbp, both), strict=True))


def verdict(name: str, **tables: pd.DataFrame) -> str:
    """Return the verdict on a claim."""
    return MAP_CLAIMS[name](evidence(**tables)).verdict


def groups(values: dict[str, float], **columns: dict[str, float]) -> pd.DataFrame:
    """Return a table of groups of cells that holds all and the deserts."""
    rows = [
        {"product": name, "group": group, "common_median": value}
        | {column: numbers[name] for column, numbers in columns.items()}
        for name, value in values.items()
        for group in ("all", "desert")
    ]
    return pd.DataFrame(rows)


def test_without_tables_nothing_is_judged() -> None:
    assert {claim(MapEvidence()) for claim in MAP_CLAIMS.values()} == {NOTHING}


# --- variability -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (maps(0.4, 0.2, 0.3, 0.25), HOLDS),
        (maps(0.4, 0.2, 0.3, 0.205), UNRESOLVED),
        (maps(0.4, 0.3, 0.2, 0.25), FAILS),
    ],
)
def test_deserts_vary_least_with_esa_cci(values, expected) -> None:
    assert verdict("iav_desert", fig13_variability=groups(values)) == expected
    regions = region_rows("fig07", "variability", values)
    assert verdict("iav_desert_regions", region_means=regions) == expected


def test_a_claim_about_some_regions_needs_one() -> None:
    values = maps(0.3, 0.2, 0.4, 0.5)
    regions = region_rows("fig07", "variability", values)
    assert verdict("iav_arid_igbp", region_means=regions) == FAILS
    assert verdict("iav_australia_igbp", region_means=regions) == HOLDS
    assert verdict("iav_australia_both", region_means=regions) == HOLDS
    at = (regions["region"] == "CAS") & (regions["name"] == SETTINGS["igbp"])
    regions.loc[at, "common_mean"] = 0.1
    assert verdict("iav_arid_igbp", region_means=regions) == HOLDS


def test_a_region_without_cells_leaves_a_claim_open() -> None:
    regions = region_rows("fig07", "variability", maps(0.4, 0.2, 0.3, 0.25))
    regions = regions[regions["region"] != "SAF"]
    found = MAP_CLAIMS["iav_desert_regions"](evidence(region_means=regions))
    assert (found.verdict, found.difference) == (UNRESOLVED, "as claimed in 5 of 6")


# --- fluorescence ------------------------------------------------------------------------------


def sif(tropical: float = 0.3, arid: float = 0.2, polar: float = 0.5, **but: float) -> pd.DataFrame:
    """Return correlations, the same of all settings but for those named."""
    values = dict(zip(CLIMATES, (tropical, arid, 0.8, 0.7, polar), strict=True))
    numbers = {name: dict(values) for name in SETTINGS.values()}
    for setting, one in but.items():
        numbers[SETTINGS[setting]]["temperate"] = one
    return by_climate(numbers, "r")


def test_climates_are_ranked_in_every_setting() -> None:
    assert verdict("sif_highest", fig08_climates=sif()) == HOLDS
    assert verdict("sif_lowest", fig08_climates=sif()) == HOLDS
    assert verdict("sif_lowest", fig08_climates=sif(polar=0.25)) == FAILS
    assert verdict("sif_highest", fig08_climates=sif(igbp=0.51)) == UNRESOLVED
    assert verdict("sif_alike", fig08_climates=sif()) == HOLDS
    assert verdict("sif_alike", fig08_climates=sif(igbp=0.6)) == FAILS


def test_settings_differ_most_where_their_range_is_widest() -> None:
    regions = region_rows("fig08", "r", maps(0.1, 0.2, 0.15, 0.12), but={"NEB": 3.0, "EAF": 0.2})
    found = MAP_CLAIMS["sif_brazil"](evidence(region_means=regions))
    assert found.verdict == HOLDS
    assert found.run.startswith("range of settings: NEB 0.30, ")
    assert verdict("sif_east_africa", region_means=regions) == HOLDS
    regions = region_rows("fig08", "r", maps(0.1, 0.2, 0.15, 0.12), but={"NEB": 0.2})
    found = MAP_CLAIMS["sif_brazil"](evidence(region_means=regions))
    assert found.verdict == FAILS
    assert found.run.endswith("; NEB 0.02, number 22 of 22")


# --- spread ------------------------------------------------------------------------------------


def spread(values: dict[str, float], forest: float = 5.0) -> pd.DataFrame:
    """Return the table of figure 9."""
    table = groups(values, median=values, total_spread=values)
    own = [
        {"product": SETTINGS["esa_cci"], "group": group, "median": 10.0}
        for group in (*CLIMATES[1:],)
    ]
    own.append({"product": SETTINGS["esa_cci"], "group": "EBF", "median": forest})
    return pd.concat([table, pd.DataFrame(own)])


def test_spread_of_networks() -> None:
    table = spread(maps(20, 10, 30, 15))
    ids = ("spread_lowest", "spread_highest", "spread_series_lowest", "spread_series_highest")
    ids += ("spread_igbp_none", "spread_tropical")
    assert {verdict(name, fig09_spread=table) for name in ids} == {HOLDS}
    turned = spread(maps(30, 20, 10, 15), forest=20)
    assert {verdict(name, fig09_spread=turned) for name in ids} == {FAILS}
    regions = region_rows("fig09", "annual_std", maps(20, 10, 30, 15))
    assert verdict("spread_igbp_regions", region_means=regions) == HOLDS


# --- land cover --------------------------------------------------------------------------------


def covers(tree: float, grass: float, gpp: float, **but: float) -> pd.DataFrame:
    """Return ESA-CCI minus IGBP by region."""
    cover = region_rows(
        "fig10", "cover_difference", {"tree": tree, "shrub": 0.01, "grass": grass}, but=but
    )
    return pd.concat([cover, region_rows("fig10", "flux_difference", {"all": gpp}, but=but)])


def test_cover_differs_in_every_region_that_is_named() -> None:
    regions = covers(0.1, -0.1, 50)
    assert verdict("cover_tree", region_means=regions) == HOLDS
    assert verdict("cover_grass", region_means=regions) == HOLDS
    assert verdict("cover_tree_gpp", region_means=regions) == HOLDS
    assert verdict("cover_grass_gpp", region_means=regions) == FAILS
    assert verdict("cover_shrub", region_means=regions) == HOLDS
    assert verdict("cover_tree_europe", region_means=regions) == FAILS
    assert verdict("cover_tree_europe", region_means=covers(0.1, -0.1, 50, CEU=-1)) == HOLDS
    assert verdict("cover_tree", region_means=covers(0.1, -0.1, 50, EAS=0.05)) == UNRESOLVED
    assert verdict("cover_tree", region_means=covers(0.1, -0.1, 50, EAS=-1)) == FAILS
    elsewhere = dict.fromkeys(("AMZ", "NEB", "WSA"), -1.0)
    assert verdict("cover_tree_south_america", region_means=covers(0.1, 0, 0, **elsewhere)) == HOLDS


def test_tropics_are_alike_in_tree_cover_and_gpp() -> None:
    rows = [
        {"quantity": name, "climate": "tropical", "esa_cci": level, "igbp": 0.0, "difference": one}
        for name, level, one in (("tree", 0.5, 0.02), ("gpp", 2000.0, -60.0))
    ]
    table = pd.DataFrame(rows)
    expected = "tree cover +0.020, GPP -60 gC m⁻² yr⁻¹ (-3.0%)"
    assert MAP_CLAIMS["cover_tropics"](evidence(fig10_climates=table)) == Outcome(
        expected, verdict=HOLDS
    )
    table.loc[1, "difference"] = -160.0
    assert verdict("cover_tropics", fig10_climates=table) == FAILS


def test_the_regions_of_claims_are_regions(project) -> None:
    lines = (project / "resources" / "regions" / "srex.csv").read_text(encoding="utf-8")
    known = {line.split(",")[1] for line in lines.splitlines()[1:]}
    assert {*FEWER_TREES, *LESS_GRASS, "NEB", "EAF", "SAH", "CEU"} <= known
