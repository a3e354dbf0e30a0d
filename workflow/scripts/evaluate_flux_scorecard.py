"""Put what the paper reports beside what this run finds."""

from carbonscape.archives.tables import TOWER_SITES
from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table, write_table
from carbonscape.evaluation.scorecards import REPORTED, SCORECARD, build_scorecard
from carbonscape.fluxes.evaluation.evidence import Evidence
from carbonscape.fluxes.evaluation.map_evidence import read_map_tables
from carbonscape.fluxes.evaluation.maps import GROWTH
from carbonscape.fluxes.evaluation.resampling import read_splits
from carbonscape.fluxes.evaluation.scorecard import FINDERS, RunResults
from carbonscape.fluxes.tables import COUNTS
from carbonscape.products.registry import get_product
from carbonscape.training.seeds import child_seed

with job(snakemake.log, "evaluate_flux_scorecard"):
    params = snakemake.params
    sites = read_table(snakemake.input.sites, TOWER_SITES)
    growth = snakemake.input.growth  # none without maps
    run = RunResults(
        counts=read_table(snakemake.input.counts, COUNTS),
        n_sites=len(sites),
        evidence=Evidence(
            read_splits(snakemake.input.predictions),
            sites,
            seed=child_seed(params.seed, "bootstrap"),
            draws=params.draws,
            min_years=params.min_years,
        ),
        pft=params.pft,
        growth=read_table(growth, GROWTH) if growth else None,
        maps=read_map_tables(snakemake.input.maps, params.product),
    )
    reported = read_table(snakemake.input.reported, REPORTED)
    scorecard = build_scorecard(
        reported, run, FINDERS, get_product(params.product), simulated=params.simulated
    )
    write_table(scorecard, snakemake.output.scorecard, SCORECARD)
