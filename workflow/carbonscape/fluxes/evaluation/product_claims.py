"""The paper's claims about GPP products (section 4.3 and the conclusion), and what a run says.

FluxFormer is its map with ESA-CCI, whatever the figures show. Products of others stand under their
own names; each has its own mask and years, and so may the differences (deviation D66).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from carbonscape.evaluation.scorecards import FAILS, HOLDS, UNRESOLVED, Outcome
from carbonscape.fluxes.evaluation.growth_claims import GROWTH_CLAIMS
from carbonscape.fluxes.evaluation.map_claims import CORRELATION, SPREAD
from carbonscape.fluxes.evaluation.map_evidence import (
    NOTHING,
    OWN,
    Claim,
    MapEvidence,
    Margin,
    among,
    every,
    extreme,
    listed,
    own_claim,
    partly,
)
from carbonscape.fluxes.evaluation.paper_products import ALL, OTHERS, only
from carbonscape.fluxes.evaluation.tower_claims import TOWER_CLAIMS

#: Regions in which products are said to differ most: Amazon, West Africa, Southeast Asia, North
#: Asia. And those of wet tropics and of dry land, one of which has the highest and lowest GPP.
DISPUTED = ("AMZ", "WAF", "SEA", "NAS")
WET = ("CAM", "AMZ", "NEB", "WAF", "EAF", "SAS", "SEA")
DRY = ("SAH", "WAS", "CAS", "TIB", "NAU", "SAU", "SAF", "MED", "WNA")
#: Dry places in which FluxFormer varies less: Australia, Eastern and Southern Africa, parts of
#: North and South America.
DESERTS = ("NAU", "SAU", "EAF", "SAF", "WNA", "SSA")
#: Central and South America, West and Central Africa, Southeast Asia.
WEAK_SIF = ("CAM", "AMZ", "WAF", "SEA")

#: Edges of cold, temperate and tropical latitudes, degrees.
COLD, WARM = 50.0, 23.5
#: Correlation of profiles along the latitude from which a pattern counts as consistent, and that
#: from which one of GPP with SIF counts as moderate.
CONSISTENT, MODERATE = 0.9, 0.5

# --- levels and places -------------------------------------------------------------------------


def _pattern(evidence: MapEvidence) -> Outcome:
    """Judge whether GPP of every product is highest in wet and lowest in dry regions."""
    found = {}
    for name in ALL:
        means = evidence.values("fig12_regions", "mean", "abbreviation", product=name)
        means.pop("none", None)
        if len(means) < 2:
            continue
        ranked = sorted(means, key=means.__getitem__)
        fits = ranked[-1] in WET and ranked[0] in DRY
        text = f"{ranked[-1]} {means[ranked[-1]]:.0f}, {ranked[0]} {means[ranked[0]]:.0f}"
        found[name] = Outcome(text, verdict=HOLDS if fits else FAILS)
    return every(found, ALL)


def profile(evidence: MapEvidence, name: str) -> dict[float, float]:
    """Return the mean GPP of a product by the middle of the band of latitude, gC m-2 yr-1."""
    columns = ("south", "north", "area", "total")
    table = evidence.tables.get("fig12_latitude")
    if table is None:
        return {}
    rows = table.loc[table["product"] == name, [*columns]].dropna()
    rows = rows[rows["area"] > 0]
    # PgC over 1e6 km2: 1e15 g over 1e12 m2.
    return dict(zip((rows["south"] + rows["north"]) / 2, 1000 * rows["total"] / rows["area"],
                    strict=True))  # fmt: skip


def _zones(evidence: MapEvidence, name: str) -> list[float] | None:
    """Return the mean GPP of a product over cold, temperate and tropical latitudes."""
    table = evidence.tables.get("fig12_latitude")
    rows = None if table is None else table[table["product"] == name]
    if rows is None or not len(rows):
        return None
    middle = ((rows["south"] + rows["north"]) / 2).abs()
    zones = [middle >= COLD, (middle < COLD) & (middle >= WARM), middle < WARM]
    areas = [rows.loc[zone, "area"].sum() for zone in zones]
    if min(areas) <= 0:
        return None
    totals = [rows.loc[zone, "total"].sum() for zone in zones]
    return [float(1000 * total / area) for total, area in zip(totals, areas, strict=True)]


def _warmer_is_more(evidence: MapEvidence) -> Outcome:
    """Judge whether GPP of every product grows from cold to temperate to tropical latitudes."""
    found = {}
    for name in ALL:
        zones = _zones(evidence, name)
        if zones:
            fits = zones[0] < zones[1] < zones[2]
            text = " / ".join(f"{zone:.0f}" for zone in zones)
            found[name] = Outcome(text, verdict=HOLDS if fits else FAILS)
    return every(found, ALL)


def _consistent(evidence: MapEvidence, own: str) -> Outcome:
    """Judge whether profiles along the latitude are those of FluxFormer, by their correlation."""
    ours = profile(evidence, own)
    found = {}
    for name in OTHERS:
        theirs = profile(evidence, name)
        # Bands of other grids may have other heights: those with the same middle are compared.
        both = sorted(set(ours) & set(theirs))
        if len(both) > 2:
            found[name] = _correlation([ours[one] for one in both], [theirs[one] for one in both])
    if not found:
        return NOTHING
    lowest = min(found.values())
    verdict = HOLDS if lowest >= CONSISTENT else FAILS
    text = f"r with {own}: {listed(found, digits=3)}{among(found, OTHERS)}"
    return Outcome(text, verdict=partly(verdict, found, OTHERS))


def _correlation(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the Pearson correlation, 0 where one does not vary."""
    means = sum(one) / len(one), sum(other) / len(other)
    parts = [[value - mean for value in row] for row, mean in zip((one, other), means, strict=True)]
    squares = [sum(value**2 for value in row) for row in parts]
    if min(squares) <= 0:
        return 0.0
    return sum(a * b for a, b in zip(*parts, strict=True)) / (squares[0] * squares[1]) ** 0.5


def _totals_by_region(evidence: MapEvidence) -> dict[str, dict[str, float]]:
    """Return the totals of the products of the paper by region, of regions that several have."""
    found: dict[str, dict[str, float]] = {}
    for name in ALL:
        totals = evidence.values("fig12_regions", "total", "abbreviation", product=name)
        for region, total in totals.items():
            if region != "none":
                found.setdefault(region, {})[name] = total
    return {region: totals for region, totals in found.items() if len(totals) > 1}


def _disputed_regions(evidence: MapEvidence) -> Outcome:
    """Judge whether products differ most in four regions.

    It holds where these are the first four, and fails where none of the first four is one of them.
    """
    totals = _totals_by_region(evidence)
    if len(totals) <= len(DISPUTED):
        return NOTHING
    ranges = {region: max(one.values()) - min(one.values()) for region, one in totals.items()}
    ranked = sorted(ranges, key=ranges.__getitem__, reverse=True)[: len(DISPUTED)]
    named = sum(region in DISPUTED for region in ranked)
    verdict = {len(DISPUTED): HOLDS, 0: FAILS}.get(named, UNRESOLVED)
    products = {name for one in totals.values() for name in one}
    text = f"range (PgC yr⁻¹): {listed({one: ranges[one] for one in ranked}, digits=1)}"
    return Outcome(
        f"{text}{among(dict.fromkeys(products, 0.0), ALL)}",
        f"{named} of the first {len(DISPUTED)}",
        partly(verdict, products, ALL),
    )


def _disputed_products(evidence: MapEvidence) -> Outcome:
    """Judge whether FluxCom and MetaFlux are farthest from the median of products there."""
    totals = _totals_by_region(evidence)
    sizes: dict[str, float] = {}
    for region in DISPUTED:
        centre = median(totals[region].values()) if region in totals else 0.0
        for name, total in totals.get(region, {}).items():
            sizes[name] = sizes.get(name, 0.0) + abs(total - centre)
    found = extreme(
        sizes, ("fluxcom", "metaflux"), ALL, lowest=False, margin=Margin(share=0.05), digits=1
    )
    return found if found is NOTHING else Outcome(
        f"distance from the median of products, summed over {len(DISPUTED)} regions (PgC yr⁻¹): "
        f"{found.run}", found.difference, found.verdict,
    )  # fmt: skip


# --- variability -------------------------------------------------------------------------------


def _less_variable(
    values: Mapping[str, float], own: str, than: Sequence[str] = ("nirv_gpp", "vpm_gpp")
) -> Outcome:
    """Judge whether FluxFormer varies less than some products."""
    return extreme(values, [own], (own, *than), lowest=True, margin=SPREAD)


def _less_variable_group(evidence: MapEvidence, own: str, *, group: str) -> Outcome:
    """Judge the same in a group of cells, over those that every product has."""
    return _less_variable(evidence.values("fig13_variability", "common_median", group=group), own)


def _less_variable_regions(evidence: MapEvidence, own: str) -> Outcome:
    """Judge the same over the dry cells of regions."""
    found = {
        region: _less_variable(evidence.in_region("fig13", "variability", region, "arid"), own)
        for region in DESERTS
    }
    return every(found, DESERTS)


def _least_variable(evidence: MapEvidence) -> Outcome:
    """Judge whether three products vary least of all."""
    values = evidence.values("fig13_variability", "common_median", group="all")
    return extreme(values, ("fluxcom", "lue_ssvc", "metaflux"), ALL, lowest=True, margin=SPREAD)


# --- fluorescence ------------------------------------------------------------------------------

#: The products that figure 14 shows.
_IN_FIG14 = (OWN, "fluxcom", "nies", "metaflux", "lue_ssvc")


def _moderate(evidence: MapEvidence) -> Outcome:
    """Judge whether most products go with SIF in temperate and continental climates."""
    found = {}
    for climate in ("temperate", "continental"):
        values = only(evidence.values("fig14_climates", "r", climate=climate), _IN_FIG14)
        if len(values) < 2:
            continue
        enough = sum(value >= MODERATE for value in values.values())
        verdict = HOLDS if enough > len(values) / 2 else FAILS
        text = listed(values, digits=2) + among(values, _IN_FIG14)
        found[climate] = Outcome(text, verdict=partly(verdict, values, _IN_FIG14))
    return every(found, ("temperate", "continental"))


def _lower_sif(
    values: Mapping[str, float], own: str, others: Sequence[str] = _IN_FIG14[1:]
) -> Outcome:
    """Judge whether FluxFormer has the lowest correlation of some products."""
    return extreme(values, [own], (own, *others), lowest=True, margin=CORRELATION, digits=2)


def _lower_sif_climate(
    evidence: MapEvidence, own: str, *, climate: str, others: Sequence[str]
) -> Outcome:
    """Judge the same in a climate."""
    return _lower_sif(evidence.values("fig14_climates", "r", climate=climate), own, others)


def _lower_sif_regions(
    evidence: MapEvidence,
    own: str,
    *,
    regions: Sequence[str],
    others: Sequence[str],
    group: str = "all",
) -> Outcome:
    """Judge the same in regions."""
    found = {
        region: _lower_sif(evidence.in_region("fig14", "r", region, group), own, others)
        for region in regions
    }
    return every(found, regions)


_ALL_FIG14 = _IN_FIG14[1:]
_TROPICAL_SIF = ("fluxcom", "nies", "metaflux")


#: What the products say about each claim, by the id of the reported value.
PRODUCT_CLAIMS: dict[str, Claim] = {
    "pattern": _pattern,
    "latitude_zones": _warmer_is_more,
    "latitude_profiles": own_claim(_consistent),
    "disputed_regions": _disputed_regions,
    "disputed_products": _disputed_products,
    "iav_others_desert": own_claim(_less_variable_group, group="desert"),
    "iav_others_regions": own_claim(_less_variable_regions),
    "iav_others_arid": own_claim(_less_variable_group, group="arid"),
    "iav_least": _least_variable,
    "sif_moderate": _moderate,
    "sif_arid": own_claim(_lower_sif_climate, climate="arid", others=_ALL_FIG14),
    "sif_horn": own_claim(_lower_sif_regions, regions=("EAF",), others=_ALL_FIG14, group="arid"),
    "sif_tropical": own_claim(_lower_sif_climate, climate="tropical", others=_TROPICAL_SIF),
    "sif_tropical_regions": own_claim(_lower_sif_regions, regions=WEAK_SIF, others=_TROPICAL_SIF),
    **TOWER_CLAIMS,
    **GROWTH_CLAIMS,
}
