"""The paper's claims about GPP products (section 4.3 and the conclusion), and what a run says.

FluxFormer is its map with ESA-CCI, whatever the figures show. Products of others stand under their
own names; each has its own mask and years, and so may the differences (deviation D66).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from statistics import median

from carbonscape.evaluation.scorecards import FAILS, HOLDS, UNRESOLVED, Outcome, number
from carbonscape.fluxes.evaluation.claims import above, all_of, within
from carbonscape.fluxes.evaluation.evidence import Interval
from carbonscape.fluxes.evaluation.map_claims import CLIMATE_NAMES, CORRELATION, SPREAD
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
    minus,
    of_own_map,
    partly,
)

#: Products of others by the names of ``archives.gpp_products``.
OTHERS = ("fluxcom", "nies", "metaflux", "nirv_gpp", "lue_ssvc", "vpm_gpp")
#: The six with the paper's own.
ALL = (OWN, *OTHERS)
#: Those upscaled from towers, and those of models of light use, as section 4.3 sorts them.
DATA_DRIVEN, LIGHT_USE = (OWN, "fluxcom", "nies", "metaflux", "nirv_gpp"), ("lue_ssvc", "vpm_gpp")
#: "Other data-driven products": all but FluxCom, which knows no CO2.
WITH_CO2 = tuple(name for name in DATA_DRIVEN if name != "fluxcom")

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

#: Range of annual totals (PgC yr-1).
TOTALS = (120.0, 145.0)


def _only(values: Mapping[str, float], names: Sequence[str] = ALL) -> dict[str, float]:
    """Return the numbers of some products, in their order."""
    return {name: values[name] for name in names if name in values}


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
        values = _only(evidence.values("fig14_climates", "r", climate=climate), _IN_FIG14)
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


# --- towers ------------------------------------------------------------------------------------


def _at_towers(
    evidence: MapEvidence, quantity: str, climate: str, series: str = "published"
) -> dict[str, Interval]:
    """Return R2 of the products of the paper at the towers of a climate."""
    where = {"series": series, "quantity": quantity, "climate": climate}
    return evidence.intervals("fig15", "r2", **where)


def best_at_towers(
    found: Mapping[str, Interval], own: str, wanted: Sequence[str], *, place: int = 1
) -> Outcome:
    """Judge whether a product is the first (or second) of several at the towers."""
    found = {name: found[name] for name in wanted if name in found}
    if own not in found or len(found) < 2:
        return NOTHING
    ranked = sorted(found, key=lambda name: found[name].value, reverse=True)
    better, worse = ranked[: place - 1], [name for name in ranked if name != own][place - 1 :]
    gaps = [minus(found[own], found[name]) for name in worse]
    gaps += [minus(found[name], found[own]) for name in better if name != own]
    text = ", ".join(f"{name} {found[name].value:.2f}" for name in ranked[:3])
    if own not in ranked[:3]:
        text += f"; {own} {found[own].value:.2f}, number {ranked.index(own) + 1}"
    rival = next(name for name in ranked if name != own)
    return Outcome(
        text + (f" ({len(found)} of {len(wanted)})" if len(found) < len(wanted) else ""),
        f"{own} minus {rival} {minus(found[own], found[rival]).text(digits=2, signed=True)}",
        partly(all_of([above(gap) for gap in gaps]), found, wanted),
    )


def _best_everywhere(evidence: MapEvidence, own: str, *, quantity: str) -> Outcome:
    """Judge whether FluxFormer is first in every climate but the arid one, and over all."""
    climates = ("all", *(name for name in CLIMATE_NAMES if name != "arid"))
    found = {
        climate: best_at_towers(_at_towers(evidence, quantity, climate), own, (own, *OTHERS))
        for climate in climates
    }
    return every(found, climates)


def _arid(evidence: MapEvidence, name: str, *, reported: float) -> Outcome:
    """Judge R2 of a product at arid towers."""
    score = _at_towers(evidence, "monthly", "arid").get(name)
    if score is None:
        return NOTHING
    text = score.text(digits=2)
    unseen = _at_towers(evidence, "monthly", "arid", "out_of_fold").get(name)
    if unseen is not None:
        text += f"; towers not trained on {unseen.text(digits=2)}"
    difference = number(score.value - reported, digits=2, signed=True)
    return Outcome(text, difference, within(score, reported, reported))


def _arid_second(evidence: MapEvidence, own: str) -> Outcome:
    """Judge whether FluxFormer is second to NIES at arid towers."""
    found = _at_towers(evidence, "monthly", "arid")
    if "nies" not in found or own not in found:
        return NOTHING
    wanted = (own, *OTHERS)
    pair = best_at_towers(found, "nies", ("nies", own))
    others = tuple(name for name in wanted if name != "nies")
    rest = best_at_towers(found, own, others)
    verdicts = [one.verdict for one in (pair, rest) if one is not NOTHING]
    ranked = sorted(_only({name: one.value for name, one in found.items()}, wanted).items(),
                    key=lambda item: item[1], reverse=True)  # fmt: skip
    there = [name for name, _ in ranked]
    return Outcome(
        listed(dict(ranked[:3]), digits=2)
        + (f" ({len(there)} of {len(wanted)})" if len(there) < len(wanted) else ""),
        pair.difference,
        partly(all_of(verdicts), there, wanted),
    )


# --- totals and growth -------------------------------------------------------------------------


def _all_totals(evidence: MapEvidence) -> Outcome:
    """Judge whether the mean totals of all products are in the paper's range."""
    totals = _only(evidence.values("fig16a_growth", "total"))
    if not totals:
        return NOTHING
    outside = {name: one for name, one in totals.items() if not TOTALS[0] <= one <= TOTALS[1]}
    far = {name: one - min(max(one, TOTALS[0]), TOTALS[1]) for name, one in outside.items()}
    return Outcome(
        listed(totals, digits=1) + among(totals, ALL),
        listed(far, digits=1, signed=True),
        partly(FAILS if outside else HOLDS, totals, ALL),
    )


def _growth(name: str, reported: float) -> Claim:
    """Return the claim that a product of others grows so much."""

    def find(evidence: MapEvidence) -> Outcome:
        value = evidence.values("fig16a_growth", "growth").get(name)
        if value is None:
            return NOTHING
        difference = number(value - reported, digits=2, signed=True)
        found = evidence.intervals("fig16a_growth", "growth").get(name)
        if found is None:
            return Outcome(number(value, digits=2, signed=True), difference, UNRESOLVED)
        text = found.text(digits=2, signed=True)
        return Outcome(text, difference, within(found, reported, reported))

    return find


def _growths(evidence: MapEvidence, names: Sequence[str]) -> dict[str, Interval]:
    """Return the growth of some products that have an interval, in their order."""
    found = evidence.intervals("fig16a_growth", "growth")
    return {name: found[name] for name in names if name in found}


def _faster(groups: Callable[[Mapping[str, Interval]], Sequence[tuple[str, str]]],
            wanted: Sequence[str]) -> Claim:  # fmt: skip
    """Return the claim that the first of each pair of products grows faster than the second."""

    def find(evidence: MapEvidence) -> Outcome:
        found = _growths(evidence, wanted)
        pairs = [pair for pair in groups(found) if set(pair) <= set(found)]
        if not pairs:
            return NOTHING
        gaps = {pair: minus(found[pair[0]], found[pair[1]]) for pair in pairs}
        least = min(gaps, key=lambda pair: gaps[pair].value)
        text = listed({name: one.value for name, one in found.items()}, digits=2, signed=True)
        return Outcome(
            text + (f" ({len(found)} of {len(wanted)})" if len(found) < len(wanted) else ""),
            f"{least[0]} minus {least[1]} {gaps[least].text(digits=2, signed=True)}",
            partly(all_of([above(gap) for gap in gaps.values()]), found, wanted),
        )

    return find


def _positive(evidence: MapEvidence) -> Outcome:
    """Judge whether all data-driven products but FluxCom grow."""
    found = _growths(evidence, WITH_CO2)
    if not found:
        return NOTHING
    text = ", ".join(f"{name} {one.text(digits=2, signed=True)}" for name, one in found.items())
    verdict = all_of([above(one) for one in found.values()])
    return Outcome(text, verdict=partly(verdict, found, WITH_CO2))


_ALL_FIG14 = _IN_FIG14[1:]
_TROPICAL_SIF = ("fluxcom", "nies", "metaflux")


def _own(claim: Callable[..., Outcome], *tables: str, **how: object) -> Claim:
    """Return a claim about the paper's map."""
    return of_own_map(partial(claim, **how), tables)


#: What the products say about each claim, by the id of the reported value.
PRODUCT_CLAIMS: dict[str, Claim] = {
    "pattern": _pattern,
    "latitude_zones": _warmer_is_more,
    "latitude_profiles": _own(_consistent, "fig12_latitude"),
    "disputed_regions": _disputed_regions,
    "disputed_products": _disputed_products,
    "iav_others_desert": _own(_less_variable_group, "fig13_variability", group="desert"),
    "iav_others_regions": _own(_less_variable_regions, "fig13_variability"),
    "iav_others_arid": _own(_less_variable_group, "fig13_variability", group="arid"),
    "iav_least": _least_variable,
    "sif_moderate": _moderate,
    "sif_arid": _own(_lower_sif_climate, "fig14_climates", climate="arid", others=_ALL_FIG14),
    "sif_horn": _own(
        _lower_sif_regions, "fig14_climates", regions=("EAF",), others=_ALL_FIG14, group="arid"
    ),
    "sif_tropical": _own(
        _lower_sif_climate, "fig14_climates", climate="tropical", others=_TROPICAL_SIF
    ),
    "sif_tropical_regions": _own(
        _lower_sif_regions, "fig14_climates", regions=WEAK_SIF, others=_TROPICAL_SIF
    ),
    "towers_monthly": _own(_best_everywhere, "fig15", quantity="monthly"),
    "towers_cycle": _own(_best_everywhere, "fig15", quantity="seasonal_cycle"),
    "towers_arid": _own(_arid, "fig15", reported=0.85),
    "towers_arid_nies": partial(_arid, name="nies", reported=0.87),
    "towers_arid_second": _own(_arid_second, "fig15"),
    "totals": _all_totals,
    "growth_metaflux": _growth("metaflux", 0.03),
    "growth_nies": _growth("nies", 0.38),
    "growth_nirv": _growth("nirv_gpp", 0.30),
    "growth_light_use": _faster(
        lambda found: [(one, other) for one in LIGHT_USE for other in DATA_DRIVEN],
        (*LIGHT_USE, *DATA_DRIVEN),
    ),
    "growth_largest": _faster(
        lambda found: [("nies", other) for other in WITH_CO2 if other != "nies"], WITH_CO2
    ),
    "growth_smallest": _faster(
        lambda found: [(one, "metaflux") for one in WITH_CO2 if one != "metaflux"], WITH_CO2
    ),
    "growth_positive": _positive,
}
