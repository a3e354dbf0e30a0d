"""The figures of a flux, in the order of the sections of the report."""

from __future__ import annotations

from carbonscape.figures.registry import Figure, Numbers

_DRAW = "carbonscape.fluxes.figures"
_TABLES = "carbonscape.fluxes.evaluation"
_SUMMARY = f"{_TABLES}.crossval:SCORE_SUMMARY"

_RULES = Numbers("figures/{product}_rules.csv", "carbonscape.evaluation.rules:RULE_EDGES")
_LAYERS = Numbers(
    "figures/{product}_layers.csv", "carbonscape.evaluation.network_layers:NETWORK_LAYERS"
)

_PRODUCT = frozenset({"product"})
_WORLD = frozenset({"product", "land", "simulated"})
_MAPS = frozenset({"maps"})
_YEARS = frozenset({"maps", "years"})
_TRUTH = frozenset({"maps", "truth"})


def _summary(stem: str) -> dict[str, Numbers]:
    """Return the one table of a figure of scores over splits."""
    return {"summary": Numbers(f"figures/{{product}}_{stem}.csv", _SUMMARY)}


FIGURES = (
    Figure(
        stem="authors",
        draw=f"{_DRAW}.authors:draw_authors",
        section="authors",
        inputs={
            "maps": Numbers(
                "figures/{product}_authors.nc", variables=("ours", "theirs", "bias", "rmse", "r")
            ),
            "table": Numbers(
                "figures/{product}_authors.csv", f"{_TABLES}.authors_table:AUTHORS_COMPARISON"
            ),
        },
        passes=frozenset({"product", "land"}),
        needs=frozenset({"maps", "authors"}),
        mem_mb=2000,  # five maps at 0.1 degree
    ),
    Figure(
        stem="fig01",
        draw=f"{_DRAW}.towers:draw_fig01",
        section="data",
        inputs={
            "towers": Numbers("figures/{product}_fig01_towers.csv", f"{_TABLES}.towers:TOWER_MAP"),
            "classes": Numbers(
                "figures/{product}_fig01_classes.csv", f"{_TABLES}.towers:TOWER_CLASSES"
            ),
        },
        passes=frozenset({"land"}),
    ),
    Figure(
        stem="fig02",
        draw=f"{_DRAW}.schemes:draw_fig02",
        section="schemes",
        inputs={"rules": _RULES},
        passes=frozenset({"simulated"}),
    ),
    Figure(
        stem="fig03",
        draw=f"{_DRAW}.schemes:draw_fig03",
        section="schemes",
        inputs={"rules": _RULES},
        passes=frozenset({"simulated"}),
    ),
    Figure(
        stem="network",
        draw=f"{_DRAW}.schemes:draw_network",
        section="schemes",
        inputs={"layers": _LAYERS},
    ),
    Figure(
        stem="fig04",
        draw=f"{_DRAW}.crossval:draw_fig04",
        section="scores",
        inputs=_summary("fig04"),
        passes=frozenset({"product", "simulated"}),
    ),
    Figure(
        stem="quantities",
        draw=f"{_DRAW}.crossval:draw_quantities",
        section="scores",
        inputs=_summary("quantities"),
        passes=_PRODUCT,
    ),
    Figure(
        stem="scatter",
        draw=f"{_DRAW}.sites:draw_scatter",
        section="scores",
        inputs={
            "bins": Numbers("figures/{product}_scatter.csv", f"{_TABLES}.crossval_figures:SCATTER")
        },
        passes=_PRODUCT,
    ),
    Figure(
        stem="monthly_scores",
        draw=f"{_DRAW}.crossval:draw_monthly_scores",
        section="scores",
        inputs=_summary("monthly_scores"),
        passes=_PRODUCT,
    ),
    Figure(
        stem="importance",
        draw=f"{_DRAW}.importance:draw_importance",
        section="scores",
        inputs={
            "rows": Numbers("figures/{product}_importance.csv", f"{_TABLES}.importance:IMPORTANCE")
        },
        passes=_PRODUCT,
        needs=frozenset({"importance"}),
    ),
    Figure(
        stem="differences",
        draw=f"{_DRAW}.differences:draw_differences",
        section="differences",
        inputs={
            "rows": Numbers(
                "figures/{product}_differences.csv",
                f"{_TABLES}.difference_figures:DIFFERENCE_ROWS",
            )
        },
    ),
    Figure(
        stem="costs",
        draw=f"{_DRAW}.costs:draw_costs",
        section="costs",
        inputs={
            "costs": Numbers("figures/{product}_costs.csv", f"{_TABLES}.costs:COSTS_AND_SCORES")
        },
        passes=_PRODUCT,
    ),
    Figure(
        stem="fig05",
        draw=f"{_DRAW}.crossval:draw_fig05",
        section="climates",
        inputs=_summary("fig05"),
        passes=_PRODUCT,
    ),
    Figure(
        stem="fig06",
        draw=f"{_DRAW}.crossval:draw_fig06",
        section="climates",
        inputs=_summary("fig06"),
        passes=_PRODUCT,
    ),
    Figure(
        stem="seasonal_cycle",
        draw=f"{_DRAW}.sites:draw_seasonal_cycle",
        section="climates",
        inputs={
            "cycles": Numbers(
                "figures/{product}_seasonal_cycle.csv",
                f"{_TABLES}.crossval_figures:SEASONAL_CYCLES",
            )
        },
        passes=_PRODUCT,
    ),
    Figure(
        stem="site_scores",
        draw=f"{_DRAW}.sites:draw_site_scores",
        section="climates",
        inputs={
            "distribution": Numbers(
                "figures/{product}_site_scores.csv",
                f"{_TABLES}.crossval_figures:SITE_DISTRIBUTION",
            )
        },
        passes=_PRODUCT,
    ),
    Figure(
        stem="holdouts",
        draw=f"{_DRAW}.holdouts:draw_holdouts",
        section="holdouts",
        inputs={
            "rows": Numbers("figures/{product}_holdouts.csv", f"{_TABLES}.holdouts:HOLDOUT_ROWS")
        },
        passes=_PRODUCT,
        needs=frozenset({"holdouts"}),
    ),
    Figure(
        stem="fig11",
        draw=f"{_DRAW}.maps:draw_fig11",
        section="maps",
        inputs={"annual": Numbers("figures/{product}_fig11.nc", variables=("{product}",))},
        passes=_WORLD,
        needs=_MAPS,
        mem_mb=2000,  # the maps of all products at 0.1 degree
    ),
    Figure(
        stem="fig12",
        draw=f"{_DRAW}.regions:draw_fig12",
        section="maps",
        inputs={
            "latitude": Numbers(
                "figures/{product}_fig12_latitude.csv", f"{_TABLES}.regions:LATITUDE_BANDS"
            ),
            "regions": Numbers(
                "figures/{product}_fig12_regions.csv", f"{_TABLES}.regions:REGION_SUMS"
            ),
        },
        passes=frozenset({"product", "simulated"}),
        needs=_MAPS,
    ),
    Figure(
        stem="figa1",
        draw=f"{_DRAW}.regions:draw_figa1",
        section="maps",
        inputs={
            "mask": Numbers(
                "figures/{product}_figa1.nc",
                variables=(
                    "region",
                    "corner_lat",
                    "corner_lon",
                    "centre_lat",
                    "centre_lon",
                    "abbreviation",
                    "name",
                ),
            )
        },
        passes=frozenset({"land"}),
        needs=_MAPS,
    ),
    Figure(
        stem="fig07",
        draw=f"{_DRAW}.variability:draw_fig07",
        section="maps",
        inputs={"maps": Numbers("figures/{product}_fig07.nc", variables=("variability",))},
        passes=_WORLD,
        needs=_YEARS,
        mem_mb=2000,  # the maps of all settings at 0.1 degree
    ),
    Figure(
        stem="fig08",
        draw=f"{_DRAW}.sif:draw_fig08",
        section="maps",
        inputs={
            "maps": Numbers("figures/{product}_fig08.nc", variables=("r",)),
            "climates": Numbers(
                "figures/{product}_fig08_climates.csv", f"{_TABLES}.sif:SIF_CLIMATES"
            ),
        },
        passes=_WORLD,
        needs=frozenset({"maps", "fluorescence"}),
        mem_mb=2000,  # the maps of all products at 0.1 degree
    ),
    Figure(
        stem="fig09",
        draw=f"{_DRAW}.spread:draw_fig09",
        section="maps",
        inputs={
            "maps": Numbers("figures/{product}_fig09.nc", variables=("annual_std",)),
            "totals": Numbers(
                "figures/{product}_fig09_totals.csv", f"{_TABLES}.map_spread:MEMBER_TOTALS"
            ),
        },
        passes=_WORLD,
        needs=frozenset({"maps", "spread"}),
        mem_mb=2000,  # the maps of all settings at 0.1 degree
    ),
    Figure(
        stem="fig10",
        draw=f"{_DRAW}.variability:draw_fig10",
        section="maps",
        inputs={"maps": Numbers("figures/{product}_fig10.nc", variables=("cover_difference",))},
        passes=_WORLD,
        needs=_MAPS,
        mem_mb=2000,  # four maps at 0.1 degree
    ),
    Figure(
        stem="fig13",
        draw=f"{_DRAW}.variability:draw_fig13",
        section="maps",
        inputs={"maps": Numbers("figures/{product}_fig13.nc", variables=("variability",))},
        passes=_WORLD,
        needs=_YEARS,
        mem_mb=2000,  # the maps of all products at 0.1 degree
    ),
    Figure(
        stem="fig14",
        draw=f"{_DRAW}.sif:draw_fig14",
        section="maps",
        inputs={
            "maps": Numbers("figures/{product}_fig14.nc", variables=("r",)),
            "climates": Numbers(
                "figures/{product}_fig14_climates.csv", f"{_TABLES}.sif:SIF_CLIMATES"
            ),
        },
        passes=_WORLD,
        needs=frozenset({"maps", "fluorescence"}),
        mem_mb=3000,  # the maps of all products at 0.1 degree
    ),
    Figure(
        stem="fig15",
        draw=f"{_DRAW}.products:draw_fig15",
        section="maps",
        inputs={
            "scores": Numbers("figures/{product}_fig15.csv", f"{_TABLES}.products:PRODUCT_SCORES")
        },
        passes=frozenset({"product", "simulated"}),
        needs=_MAPS,
    ),
    Figure(
        stem="fig16a",
        draw=f"{_DRAW}.maps:draw_fig16a",
        section="maps",
        inputs={"totals": Numbers("figures/{product}_fig16a.csv", f"{_TABLES}.maps:ANNUAL_TOTALS")},
        passes=frozenset({"product", "simulated"}),
        needs=_MAPS,
    ),
    Figure(
        stem="fig16b",
        draw=f"{_DRAW}.growth:draw_fig16b",
        section="maps",
        inputs={"growth": Numbers("figures/{product}_fig16a_growth.csv", f"{_TABLES}.maps:GROWTH")},
        passes=frozenset({"product", "simulated"}),
        needs=_YEARS,
    ),
    Figure(
        stem="applicability",
        draw=f"{_DRAW}.applicability:draw_applicability",
        section="maps",
        inputs={
            "maps": Numbers("figures/{product}_applicability.nc", variables=("dissimilarity",)),
            "table": Numbers(
                "figures/{product}_applicability.csv", f"{_TABLES}.applicability:APPLICABILITY"
            ),
        },
        passes=_WORLD,
        needs=frozenset({"maps", "applicability"}),
    ),
    Figure(
        stem="truth_map",
        draw=f"{_DRAW}.truth:draw_truth_map",
        section="truth",
        inputs={"maps": Numbers("figures/{product}_truth_map.nc", variables=("truth",))},
        passes=frozenset({"product", "land", "shown"}),
        needs=_TRUTH,
    ),
    Figure(
        stem="truth_scores",
        draw=f"{_DRAW}.truth:draw_truth_scores",
        section="truth",
        inputs={
            "scores": Numbers(
                "figures/{product}_truth_scores.csv", f"{_TABLES}.truth:TRUTH_SCORES"
            ),
            "totals": Numbers(
                "figures/{product}_truth_totals.csv", f"{_TABLES}.truth_maps:TRUTH_TOTALS"
            ),
        },
        passes=_PRODUCT,
        needs=_TRUTH,
    ),
    Figure(
        stem="truth_gap",
        draw=f"{_DRAW}.truth:draw_truth_gap",
        section="truth",
        inputs={
            "gap": Numbers("figures/{product}_truth_gap.csv", f"{_TABLES}.truth_gap:TRUTH_GAP")
        },
        passes=_PRODUCT,
        needs=_TRUTH,
    ),
)
