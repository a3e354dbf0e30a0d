"""The figures of a column, in the order of the sections of the report."""

from __future__ import annotations

from carbonscape.figures.registry import Figure, Numbers

_DRAW = "carbonscape.columns.figures"
_TABLES = "carbonscape.columns.evaluation.tables"
_SPREAD = "carbonscape.columns.evaluation.spread_tables"
_SITES = Numbers("tccon/sites.csv", "carbonscape.columns.tables:TCCON_SITES")
_SITE_SCORES = Numbers("scores/tccon_sites.csv", f"{_TABLES}:XCO2_TCCON_SITES")
_LAYERS = Numbers(
    "figures/{product}_layers.csv", "carbonscape.evaluation.network_layers:NETWORK_LAYERS"
)
_HOTSPOTS = Numbers("scores/hotspots.csv", "carbonscape.columns.evaluation.places:XCO2_HOTSPOTS")
_ANOMALY = Numbers(
    "figures/{product}_anomaly.nc", variables=("north_of_60s", "median", "area_weighted")
)
_ANNUAL = Numbers("figures/{product}_annual.nc", variables=("product", "oco"))
_TREND = Numbers(
    "figures/{product}_trend.nc",
    variables=("mean7", "trend", "trend_low", "trend_high", "apart_low", "apart_high"),
)

_WORLD = frozenset({"land", "simulated"})
_SHOWN = frozenset({"shown", "simulated"})
_ALL = _WORLD | _SHOWN
_MAPS = frozenset({"maps"})

#: Megabytes: a map of all land cells at 0.05 degree, and matplotlib.
_MEMORY = 2000

FIGURES = (
    Figure(
        stem="fig01",
        draw=f"{_DRAW}.schemes:draw_fig01",
        section="schemes",
        inputs={
            "rules": Numbers(
                "figures/{product}_rules.csv", "carbonscape.evaluation.rules:RULE_EDGES"
            )
        },
        passes=frozenset({"simulated"}),
    ),
    Figure(
        stem="network",
        draw=f"{_DRAW}.schemes:draw_network",
        section="schemes",
        inputs={"layers": _LAYERS},
    ),
    Figure(
        stem="fig02",
        draw=f"{_DRAW}.soundings:draw_fig02",
        section="data",
        inputs={
            "footprints": Numbers("figures/{product}_fig02.parquet", f"{_TABLES}:XCO2_FOOTPRINTS")
        },
        passes=_WORLD,
        mem_mb=_MEMORY,
    ),
    Figure(
        stem="fig03",
        draw=f"{_DRAW}.soundings:draw_fig03",
        section="data",
        inputs={"sites": _SITES},
        passes=_WORLD,
        mem_mb=_MEMORY,
    ),
    Figure(
        stem="validation",
        draw=f"{_DRAW}.validation:draw_validation",
        section="scores",
        inputs={"rows": Numbers("scores/validation.csv", f"{_TABLES}:XCO2_VALIDATION")},
        passes=frozenset({"simulated"}),
        mem_mb=_MEMORY,
    ),
    Figure(
        stem="fig05",
        draw=f"{_DRAW}.scatter:draw_fig05",
        section="scores",
        inputs={
            "density": Numbers("figures/{product}_fig05.parquet", f"{_TABLES}:XCO2_FIG05"),
            "scores": Numbers("figures/{product}_fig05_scores.csv", f"{_TABLES}:XCO2_FIG05_SCORES"),
        },
        passes=_SHOWN,
        mem_mb=_MEMORY,
    ),
    Figure(
        stem="fig06",
        draw=f"{_DRAW}.tccon:draw_fig06",
        section="tccon",
        inputs={
            "site_scores": _SITE_SCORES,
            "sites": _SITES,
            "density": Numbers("figures/{product}_fig06.parquet", f"{_TABLES}:XCO2_FIG06"),
            "scores": Numbers("figures/{product}_fig06_scores.csv", f"{_TABLES}:XCO2_FIG06_SCORES"),
        },
        passes=_ALL,
        needs=_MAPS,
        mem_mb=_MEMORY,
    ),
    Figure(
        stem="fig07",
        draw=f"{_DRAW}.tccon:draw_fig07",
        section="tccon",
        inputs={
            "pairs": Numbers("scores/tccon_pairs.csv", "carbonscape.columns.tables:TCCON_PAIRS"),
            "site_scores": _SITE_SCORES,
        },
        passes=_SHOWN,
        needs=_MAPS,
        mem_mb=_MEMORY,
    ),
    Figure(
        stem="fig08",
        draw=f"{_DRAW}.tccon:draw_fig08",
        section="tccon",
        inputs={"series": Numbers("figures/{product}_fig08.csv", f"{_TABLES}:XCO2_FIG08")},
        passes=_SHOWN,
        needs=_MAPS,
        mem_mb=_MEMORY,
    ),
    Figure(
        stem="kernels",
        draw=f"{_DRAW}.references:draw_kernels",
        section="tccon",
        inputs={
            "sites": Numbers(
                "scores/kernel_sites.csv",
                "carbonscape.columns.evaluation.kernel_scores:XCO2_KERNEL_SITES",
            )
        },
        passes=frozenset({"simulated"}),
        needs=_MAPS,
        mem_mb=_MEMORY,
    ),
    Figure(
        stem="fig09",
        draw=f"{_DRAW}.maps:draw_fig09",
        section="maps",
        inputs={"annual": _ANNUAL},
        passes=_ALL,
        needs=_MAPS,
        mem_mb=_MEMORY,
    ),
    Figure(
        stem="fig10",
        draw=f"{_DRAW}.maps:draw_fig10",
        section="maps",
        inputs={"annual": _ANNUAL},
        passes=_WORLD,
        needs=_MAPS,
        mem_mb=_MEMORY,
    ),
    Figure(
        stem="fig11",
        draw=f"{_DRAW}.maps:draw_fig11",
        section="maps",
        inputs={"trend": _TREND},
        passes=_ALL,
        needs=_MAPS,
        mem_mb=_MEMORY,
    ),
    Figure(
        stem="fig12",
        draw=f"{_DRAW}.maps:draw_fig12",
        section="maps",
        inputs={"anomaly": _ANOMALY},
        passes=_ALL,
        needs=_MAPS,
        mem_mb=_MEMORY,
    ),
    Figure(
        stem="fig13",
        draw=f"{_DRAW}.hotspots:draw_fig13",
        section="maps",
        inputs={
            "places": Numbers(
                "figures/{product}_fig13.nc",
                variables=("xco2", "anomaly", "cover", "world_cover"),
            ),
            "table": _HOTSPOTS,
        },
        passes=_ALL,
        needs=_MAPS,
        mem_mb=_MEMORY,
    ),
    Figure(
        stem="fig14",
        draw=f"{_DRAW}.regions:draw_fig14",
        section="maps",
        inputs={
            "regions": Numbers(
                "figures/{product}_fig14.nc",
                variables=("north_america", "europe_north_africa", "asia", "oceania"),
            )
        },
        passes=_ALL,
        needs=_MAPS,
        mem_mb=_MEMORY,
    ),
    Figure(
        stem="spread",
        draw=f"{_DRAW}.spread:draw_spread",
        section="maps",
        inputs={
            "maps": Numbers("figures/{product}_spread.nc", variables=("mean", "seasonal")),
            "months": Numbers(
                "figures/{product}_spread_months.csv",
                f"{_SPREAD}:XCO2_SPREAD_MONTHS",
            ),
            "groups": Numbers("scores/spread_groups.csv", f"{_SPREAD}:XCO2_SPREAD_GROUPS"),
            "bins": Numbers("figures/{product}_spread_bins.csv", f"{_SPREAD}:XCO2_SPREAD_BINS"),
        },
        passes=_ALL,
        needs=frozenset({"maps", "spread"}),
        mem_mb=_MEMORY,
    ),
    Figure(
        stem="egg4",
        draw=f"{_DRAW}.references:draw_egg4",
        section="maps",
        inputs={
            "differences": Numbers("figures/{product}_egg4.nc", variables=("difference", "rmse"))
        },
        passes=_ALL,
        needs=frozenset({"maps", "egg4"}),
        mem_mb=_MEMORY,
    ),
    Figure(
        stem="truth",
        draw=f"{_DRAW}.truth:draw_truth",
        section="truth",
        inputs={
            "maps": Numbers(
                "figures/{product}_truth.nc", variables=("bias", "rmse", "correlation")
            ),
            "scores": Numbers("scores/truth.csv", f"{_TABLES}:XCO2_TRUTH_SCORES"),
            "gap": Numbers("scores/truth_gap.csv", f"{_TABLES}:XCO2_TRUTH_GAP"),
        },
        passes=_ALL,
        needs=frozenset({"maps", "truth"}),
        mem_mb=_MEMORY,
    ),
)
