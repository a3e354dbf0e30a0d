"""The paper's claims about products of others, put to made-up numbers."""

from __future__ import annotations

import pandas as pd

from carbonscape.archives.gpp_products import GPP_PRODUCTS
from carbonscape.core.classes import CLIMATES
from carbonscape.evaluation.scorecards import FAILS, HOLDS, NOT_RUN, UNRESOLVED
from carbonscape.fluxes.evaluation.map_evidence import NOTHING, OWN, MapEvidence
from carbonscape.fluxes.evaluation.paper_products import ALL, OTHERS
from carbonscape.fluxes.evaluation.product_claims import (
    DESERTS,
    DISPUTED,
    DRY,
    PRODUCT_CLAIMS,
    WEAK_SIF,
    WET,
    profile,
)
from helpers.claim_numbers import by_climate, each, evidence, region_rows


def found(name: str, **tables: pd.DataFrame):
    """Return what a claim finds."""
    return PRODUCT_CLAIMS[name](evidence(**tables))


def verdict(name: str, **tables: pd.DataFrame) -> str:
    """Return the verdict on a claim."""
    return found(name, **tables).verdict


def test_without_tables_nothing_is_judged() -> None:
    assert {claim(MapEvidence()) for claim in PRODUCT_CLAIMS.values()} == {NOTHING}


def test_names_are_those_of_the_archives_and_of_the_regions(project) -> None:
    assert set(OTHERS) == set(GPP_PRODUCTS)
    lines = (project / "resources" / "regions" / "srex.csv").read_text(encoding="utf-8")
    known = {line.split(",")[1] for line in lines.splitlines()[1:]}
    assert {*DESERTS, *DISPUTED, *DRY, *WEAK_SIF, *WET} <= known


# --- levels and places -------------------------------------------------------------------------


def regions(values: dict[str, dict[str, float]]) -> pd.DataFrame:
    """Return totals, and means of the same size, by region and product."""
    rows = [
        {"product": name, "abbreviation": region, "total": one, "mean": float(one)}
        for region, numbers in values.items()
        for name, one in numbers.items()
    ]
    return pd.DataFrame(rows)


def test_the_wettest_region_is_the_highest_in_every_product() -> None:
    table = regions({"AMZ": each(20), "CEU": each(5), "SAH": each(1), "none": each(99)})
    assert verdict("pattern", fig12_regions=table) == HOLDS
    table.loc[(table["abbreviation"] == "CEU") & (table["product"] == "nies"), "mean"] = 0.5
    assert verdict("pattern", fig12_regions=table) == FAILS
    some = regions({"AMZ": {OWN: 9.0}, "SAH": {OWN: 1.0}})
    assert verdict("pattern", fig12_regions=some) == UNRESOLVED, "one of seven products"


def test_products_differ_most_in_four_regions() -> None:
    far = each(10, fluxcom=16, metaflux=5)
    calm = {region: each(10, nies=11) for region in ("CEU", "MED", "CNA")}
    named = regions(dict.fromkeys(DISPUTED, far) | calm)
    assert verdict("disputed_regions", fig12_regions=named) == HOLDS
    assert found("disputed_regions", fig12_regions=named).difference == "4 of the first 4"
    assert verdict("disputed_products", fig12_regions=named) == HOLDS
    three = dict.fromkeys(DISPUTED[:3], far) | {"NAS": each(10), "EAS": far} | calm
    assert verdict("disputed_regions", fig12_regions=regions(three)) == UNRESOLVED
    turned = {region: each(10) for region in DISPUTED} | dict.fromkeys("pqrs", far)
    assert verdict("disputed_regions", fig12_regions=regions(turned)) == FAILS
    other = regions({region: each(10, nies=16) for region in DISPUTED})
    assert verdict("disputed_products", fig12_regions=other) == FAILS


def latitudes(values: dict[str, tuple[float, ...]]) -> pd.DataFrame:
    """Return sums over bands of 30 degrees from the north on, each of 2e6 km2."""
    rows = [
        {
            "product": name,
            "south": 60.0 - 30 * at,
            "north": 90.0 - 30 * at,
            "area": 2.0,
            "total": one,
        }
        for name, numbers in values.items()
        for at, one in enumerate(numbers)
    ]
    return pd.DataFrame(rows)


def test_latitudes() -> None:
    table = latitudes(dict.fromkeys(ALL, (1.0, 2.0, 4.0, 5.0, 2.0, 1.0)))
    # 4 PgC over 2e6 km2 are 2,000 g m-2.
    assert profile(evidence(fig12_latitude=table), OWN)[15.0] == 2000
    assert verdict("latitude_zones", fig12_latitude=table) == HOLDS
    assert found("latitude_zones", fig12_latitude=table).run.startswith(f"{OWN}: 500 / 1000 / 2250")
    assert verdict("latitude_profiles", fig12_latitude=table) == HOLDS
    table.loc[table["product"] == "nies", "total"] = [5.0, 2.0, 1.0, 1.0, 2.0, 5.0]
    assert verdict("latitude_zones", fig12_latitude=table) == FAILS
    assert verdict("latitude_profiles", fig12_latitude=table) == FAILS
    assert "nies -0." in found("latitude_profiles", fig12_latitude=table).run


# --- variability and fluorescence --------------------------------------------------------------


def test_variability_beside_others() -> None:
    values = each(0.3, own=0.2, fluxcom=0.1, lue_ssvc=0.11, metaflux=0.12)
    groups = {name: dict.fromkeys(("all", "arid", "desert"), one) for name, one in values.items()}
    table = by_climate(groups, "common_median", named="group")
    for name in ("iav_others_desert", "iav_others_arid", "iav_least"):
        assert verdict(name, fig13_variability=table) == HOLDS
    dry = region_rows("fig13", "variability", values)
    found_in = {"fig13_variability": table, "region_means": dry}
    assert verdict("iav_others_regions", **found_in) == HOLDS
    table.loc[table["product"] == "vpm_gpp", "common_median"] = 0.1
    assert verdict("iav_others_arid", fig13_variability=table) == FAILS
    without = table[table["product"] != "nirv_gpp"]
    assert verdict("iav_others_desert", fig13_variability=without) == FAILS
    assert "(2 of 3)" in found("iav_others_desert", fig13_variability=without).run


def test_fluorescence_of_products() -> None:
    values = each(0.6, own=0.4)
    table = by_climate({name: dict.fromkeys(CLIMATES, one) for name, one in values.items()}, "r")
    regional = {"fig14_climates": table, "region_means": region_rows("fig14", "r", values)}
    assert verdict("sif_moderate", fig14_climates=table) == HOLDS
    for name in ("sif_arid", "sif_horn", "sif_tropical", "sif_tropical_regions"):
        assert verdict(name, **regional) == HOLDS
    table.loc[table["product"] != OWN, "r"] = 0.3
    assert verdict("sif_moderate", fig14_climates=table) == FAILS
    assert verdict("sif_arid", fig14_climates=table) == FAILS
    table["product"] = table["product"].replace(OWN, "fluxformer-igbp")
    other = found("sif_arid", fig14_climates=table)
    assert other.run.startswith(f"{NOT_RUN} (map with igbp: fluxcom 0.30, ")
    assert other.verdict == NOTHING.verdict
