"""Which numbers of figures claims are put to: those that the run makes."""

from __future__ import annotations

from carbonscape.figures.registry import figures_of
from carbonscape.fluxes.claim_files import CLAIM_MAPS, CLAIM_TABLES, claim_maps, claim_tables

ROOT = "results/run/gpp"
#: What goes with the numbers of figures.
EXTRA = ("fig15_differences.csv", "region_means.csv")
TABLE = f"{ROOT}/figures/gpp_fig13_variability.csv"


def test_a_run_without_maps_has_none() -> None:
    figures = figures_of("gpp", set())
    assert claim_maps("gpp", ROOT, figures) == []
    assert claim_tables("gpp", ROOT, figures, [f"{ROOT}/scores/table_s1.csv"]) == []


def test_numbers_of_figures_and_further_tables_are_found() -> None:
    figures = figures_of("gpp")
    maps = claim_maps("gpp", ROOT, figures)
    assert f"{ROOT}/figures/gpp_fig07.nc" in maps
    assert f"{ROOT}/figures/gpp_fig10.nc" in maps
    tables = claim_tables("gpp", ROOT, figures, [TABLE, f"{ROOT}/scores/table_s1.csv"])
    assert {TABLE, f"{ROOT}/figures/gpp_fig15.csv"} <= set(tables)
    assert f"{ROOT}/figures/gpp_fig15_differences.csv" in tables
    assert tables[-1] == f"{ROOT}/figures/gpp_region_means.csv"
    wanted = {f"gpp_{name}" for name in (*CLAIM_MAPS, *CLAIM_TABLES, *EXTRA)}
    assert {path.rpartition("/")[2] for path in [*maps, *tables]} <= wanted
    assert len(set(tables)) == len(tables)
