"""The paper's claims about maps with four PFT settings (section 4.2), and what a run's maps say.

They are about FluxFormer: variability (figure 7), correlation with SIF (8), spread of networks (9)
and the difference between ESA-CCI and IGBP (10). Where the paper names places, the SREX regions
stand for them, and of deserts their arid cells (deviation D66).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from carbonscape.core.classes import CLIMATES
from carbonscape.evaluation.scorecards import HOLDS, Outcome, number
from carbonscape.fluxes.evaluation.map_evidence import (
    NOTHING,
    SETTINGS,
    Claim,
    MapEvidence,
    Margin,
    ahead,
    anywhere,
    every,
    extreme,
    judge,
    listed,
    of_own_map,
    partly,
)
from carbonscape.fluxes.settings import PFT_SETTINGS

#: SREX regions that stand for the places that the paper names.
AUSTRALIA = ("NAU", "SAU")
ARABIA = ("WAS",)
DESERTS = (*AUSTRALIA, "WAS", "CAS", "SAF", "WNA")
NORTH_AMERICA = ("ALA", "CGI", "WNA", "CNA", "ENA")
SOUTH_AMERICA = ("AMZ", "NEB", "WSA", "SSA")
FEWER_TREES = ("NAS", *NORTH_AMERICA, "WAF", "EAS")
LESS_GRASS = ("NAS", *NORTH_AMERICA, "SSA", "SAF", *AUSTRALIA)
#: Of them, those where the paper does not say that GPP with ESA-CCI is the higher one as well.
LESS_GRASS_ALONE = ("SSA", "SAF", *AUSTRALIA)

#: Differences that count: of variability and spread, of correlations, of cover and of GPP
#: (gC m-2 yr-1). A mean tree cover of 0.40 or 0.41 is the same to any reader of figure 10.
SPREAD, CORRELATION = Margin(share=0.05), Margin(0.02)
COVER, GPP = Margin(0.01), Margin(10.0)

#: What the paper calls similar patterns, no significant difference and minor ones, in numbers that
#: it does not give: of r in a climate, of cover, and of GPP as a share of it.
SIMILAR_R, SIMILAR_COVER, SIMILAR_GPP = 0.1, 0.05, 0.05

CLIMATE_NAMES = tuple(CLIMATES)

#: Group of figure 9's table: evergreen broadleaf forest, in which the paper's tropics lie.
FOREST = "EBF"


def settings_of(values: Mapping[str, float]) -> dict[str, float]:
    """Return the numbers of the four settings, out of those of maps, by PFT setting."""
    return {pft: values[name] for pft, name in SETTINGS.items() if name in values}


def setting(
    pft: str,
    table: str,
    column: str,
    *,
    lowest: bool,
    margin: Margin,
    digits: int = 3,
    **where: str,
) -> Claim:
    """Return the claim that a PFT setting has the lowest (or highest) number of a table."""
    return lambda evidence: extreme(
        settings_of(evidence.values(table, column, **where)),
        [pft],
        PFT_SETTINGS,
        lowest=lowest,
        margin=margin,
        digits=digits,
    )


def in_regions(
    regions: Sequence[str],
    test: Callable[[Mapping[str, float]], Outcome],
    figure: str,
    variable: str,
    *,
    group: str = "all",
    join: Callable[[Mapping[str, Outcome], Sequence[str]], Outcome] = every,
) -> Claim:
    """Return the claim that something holds of the means of a figure's maps in regions.

    Args:
        regions: abbreviations.
        test: what the means of a region, by map or cover, are put to.
        figure, variable, group: as in REGION_MEANS.
        join: whether it has to hold in every region or in one of them.
    """

    def find(evidence: MapEvidence) -> Outcome:
        found = {
            region: test(evidence.in_region(figure, variable, region, group)) for region in regions
        }
        return join(found, regions)

    return find


def _lowest(values: Mapping[str, float], *, pft: str) -> Outcome:
    """Judge whether a setting has the lowest of the four."""
    found = settings_of(values)
    return extreme(found, [pft], PFT_SETTINGS, lowest=True, margin=SPREAD)


def _above(values: Mapping[str, float], *, one: str, other: str) -> Outcome:
    """Judge whether a setting has more than another."""
    found = settings_of(values)
    return ahead(found.get(one), found.get(other), margin=SPREAD)


def _signed(values: Mapping[str, float], *, name: str, sign: int, margin: Margin) -> Outcome:
    """Judge whether a difference, ESA-CCI minus IGBP, has a sign."""
    if name not in values:
        return NOTHING
    digits = 2 if margin is COVER else 0
    text = number(values[name], digits=digits, signed=True)
    return Outcome(text, verdict=judge(sign * values[name], margin.of()))


def _fewer_trees_in_europe(evidence: MapEvidence) -> Outcome:
    """Judge whether tree cover and GPP with ESA-CCI are below those with IGBP in Central Europe."""
    found = {
        label: _signed(
            evidence.in_region("fig10", variable, "CEU"), name=name, sign=-1, margin=margin
        )
        for label, variable, name, margin in (
            ("tree", "cover_difference", "tree", COVER),
            ("GPP", "flux_difference", "all", GPP),
        )
    }
    return every(found, ["tree", "GPP"])


# --- correlation with SIF ----------------------------------------------------------------------


def _climates(evidence: MapEvidence, name: str, table: str = "fig08_climates") -> dict[str, float]:
    """Return the correlation of a map with SIF by climate, in the order of climates."""
    values = evidence.values(table, "r", "climate", product=name)
    return {climate: values[climate] for climate in CLIMATE_NAMES if climate in values}


def sif_extreme(climates: Sequence[str], *, lowest: bool) -> Claim:
    """Return the claim that climates have the lowest (highest) correlation, in every setting."""

    def find(evidence: MapEvidence) -> Outcome:
        found = {
            pft: extreme(
                _climates(evidence, name),
                climates,
                CLIMATE_NAMES,
                lowest=lowest,
                margin=CORRELATION,
                digits=2,
            )
            for pft, name in SETTINGS.items()
        }
        return every(found, PFT_SETTINGS)

    return find


def _sif_alike(evidence: MapEvidence) -> Outcome:
    """Judge whether all settings have similar correlations in every climate."""
    by_setting = {pft: _climates(evidence, name) for pft, name in SETTINGS.items()}
    by_setting = {pft: values for pft, values in by_setting.items() if values}
    if len(by_setting) < 2:
        return NOTHING
    ranges = {}
    for climate in CLIMATE_NAMES:
        found = [values[climate] for values in by_setting.values() if climate in values]
        if len(found) > 1:
            ranges[climate] = max(found) - min(found)
    if not ranges:
        return NOTHING
    widest = max(ranges.values())
    verdict = judge(SIMILAR_R - widest, 0.0)
    text = f"range of {len(by_setting)} settings: {listed(ranges, digits=2)}"
    return Outcome(text, verdict=partly(verdict, by_setting, PFT_SETTINGS))


def _ranges(evidence: MapEvidence) -> dict[str, float]:
    """Return the range of the four settings' correlations with SIF by region."""
    table = evidence.tables.get("region_means")
    regions = [] if table is None else list(dict.fromkeys(table["region"]))
    found = {region: settings_of(evidence.in_region("fig08", "r", region)) for region in regions}
    return {
        region: max(values.values()) - min(values.values())
        for region, values in found.items()
        if len(values) == len(PFT_SETTINGS)
    }


def _clearest_in(region: str) -> Claim:
    """Return the claim that settings differ most in a region."""

    def find(evidence: MapEvidence) -> Outcome:
        ranges = _ranges(evidence)
        if region not in ranges:
            return NOTHING
        ranked = dict(sorted(ranges.items(), key=lambda item: item[1], reverse=True))
        found = extreme(ranges, [region], [*ranges], lowest=False, margin=Margin(0.01), digits=2)
        place = list(ranked).index(region) + 1
        first = dict(list(ranked.items())[:3])
        text = f"range of settings: {listed(first, digits=2)}"
        if place > 3:
            text += f"; {region} {ranges[region]:.2f}, number {place} of {len(ranked)}"
        return Outcome(text, found.difference, found.verdict)

    return find


def _smaller_in(region: str, than: str) -> Claim:
    """Return the claim that settings differ less in a region than in another."""

    def find(evidence: MapEvidence) -> Outcome:
        ranges = _ranges(evidence)
        return ahead(ranges.get(than), ranges.get(region), margin=Margin(0.01), digits=2)

    return find


# --- ESA-CCI minus IGBP ------------------------------------------------------------------------


def differs_in(
    regions: Sequence[str],
    name: str,
    sign: int,
    join: Callable[[Mapping[str, Outcome], Sequence[str]], Outcome] = every,
) -> Claim:
    """Return the claim that cover (or GPP, ``all``) with ESA-CCI is above or below that with IGBP.

    Args:
        regions: where.
        name: tree, shrub or grass; ``all`` is GPP.
        sign: 1 for above, -1 for below.
        join: whether in all of them or in one.
    """
    variable, margin = ("flux_difference", GPP) if name == "all" else ("cover_difference", COVER)
    test = partial(_signed, name=name, sign=sign, margin=margin)
    return in_regions(regions, test, "fig10", variable, join=join)


def _tropics_alike(evidence: MapEvidence) -> Outcome:
    """Judge whether tree cover and GPP of tropical climates are those of both sources."""
    found = {
        quantity: {
            column: evidence.values("fig10_climates", column, "climate", quantity=quantity)
            for column in ("esa_cci", "difference")
        }
        for quantity in ("tree", "gpp")
    }
    tree = found["tree"]["difference"].get("tropical")
    gpp, level = (found["gpp"][column].get("tropical") for column in ("difference", "esa_cci"))
    if tree is None or gpp is None or not level:
        return NOTHING
    verdicts = [judge(SIMILAR_COVER - abs(tree), 0.0), judge(SIMILAR_GPP - abs(gpp / level), 0.0)]
    verdict = HOLDS if verdicts == [HOLDS, HOLDS] else next(v for v in verdicts if v != HOLDS)
    text = f"tree cover {tree:+.3f}, GPP {gpp:+.0f} gC m⁻² yr⁻¹ ({gpp / level:+.1%})"
    return Outcome(text, verdict=verdict)


def _shrub_minor(evidence: MapEvidence) -> Outcome:
    """Judge whether sources differ less in shrub than in tree and in grass, over the regions."""
    table = evidence.tables.get("region_means")
    if table is None:
        return NOTHING
    sizes = {}
    for cover in ("tree", "shrub", "grass"):
        where = {"figure": "fig10", "variable": "cover_difference", "name": cover, "group": "all"}
        values = evidence.values("region_means", "mean", "region", **where)
        if values:
            sizes[cover] = sum(map(abs, values.values())) / len(values)
    found = extreme(sizes, ["shrub"], ("tree", "shrub", "grass"), lowest=True, margin=COVER)
    if found is NOTHING:
        return found
    return Outcome(f"mean size over regions: {found.run}", found.difference, found.verdict)


# --- spread of networks ------------------------------------------------------------------------


def _spread_in_forest(evidence: MapEvidence, name: str) -> Outcome:
    """Judge whether the spread of a map is lowest in evergreen broadleaf forest.

    It is compared with the climates other than the tropical one, in which most of it lies.
    """
    values = evidence.values("fig09_spread", "median", "group", product=name)
    wanted = (FOREST, *(one for one in CLIMATE_NAMES if one != "tropical"))
    return extreme(values, [FOREST], wanted, lowest=True, margin=SPREAD, digits=0)


_CELLS = partial(
    setting, table="fig09_spread", column="common_median", group="all", margin=SPREAD, digits=1
)
_SERIES = partial(
    setting, table="fig09_spread", column="total_spread", group="all", margin=SPREAD, digits=2
)

#: What the maps of the settings say about each claim, by the id of the reported value.
MAP_CLAIMS: dict[str, Claim] = {
    "iav_desert": setting(
        "esa_cci", "fig13_variability", "common_median", group="desert",
        lowest=True, margin=SPREAD,
    ),
    "iav_desert_regions": in_regions(
        DESERTS, partial(_lowest, pft="esa_cci"), "fig07", "variability", group="arid"
    ),
    "iav_arid_igbp": in_regions(
        DESERTS, partial(_above, one="none", other="igbp"), "fig07", "variability",
        group="arid", join=anywhere,
    ),
    "iav_australia_igbp": in_regions(
        (*AUSTRALIA, *ARABIA), partial(_above, one="igbp", other="none"), "fig07", "variability",
        group="arid",
    ),
    "iav_arid_both": in_regions(
        DESERTS, partial(_above, one="none", other="igbp_esa_cci"), "fig07", "variability",
        group="arid", join=anywhere,
    ),
    "iav_australia_both": in_regions(
        AUSTRALIA, partial(_above, one="igbp_esa_cci", other="esa_cci"), "fig07", "variability",
        group="arid",
    ),
    "sif_alike": _sif_alike,
    "sif_highest": sif_extreme(("temperate", "continental"), lowest=False),
    "sif_lowest": sif_extreme(("tropical", "arid"), lowest=True),
    "sif_brazil": _clearest_in("NEB"),
    "sif_east_africa": _smaller_in("EAF", "NEB"),
    "spread_lowest": _CELLS("esa_cci", lowest=True),
    "spread_highest": _CELLS("igbp", lowest=False),
    "spread_series_lowest": _SERIES("esa_cci", lowest=True),
    "spread_series_highest": _SERIES("igbp", lowest=False),
    "spread_igbp_none": lambda evidence: _above(
        evidence.values("fig09_spread", "common_median", group="all"), one="igbp", other="none"
    ),
    "spread_igbp_regions": in_regions(
        ("SAH", "ENA"),
        lambda values: extreme(
            settings_of(values), ["igbp"], PFT_SETTINGS, lowest=False, margin=SPREAD, digits=1
        ),
        "fig09", "annual_std",
    ),
    "spread_tropical": of_own_map(_spread_in_forest),
    "cover_tree": differs_in(FEWER_TREES, "tree", 1),
    "cover_tree_south_america": differs_in(SOUTH_AMERICA, "tree", 1, anywhere),
    "cover_tree_gpp": differs_in(FEWER_TREES, "all", 1),
    "cover_tree_europe": _fewer_trees_in_europe,
    "cover_tropics": _tropics_alike,
    "cover_shrub": _shrub_minor,
    "cover_grass": differs_in(LESS_GRASS, "grass", -1),
    "cover_grass_gpp": differs_in(LESS_GRASS_ALONE, "all", -1),
}  # fmt: skip
