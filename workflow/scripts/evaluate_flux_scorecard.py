"""Put what the paper reports beside what this run finds."""

from carbonscape.archives.tables import TOWER_SITES
from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table, write_table
from carbonscape.evaluation.scorecards import REPORTED, SCORECARD, build_scorecard
from carbonscape.fluxes.evaluation.maps import GROWTH
from carbonscape.fluxes.evaluation.scorecard import FINDERS, RunResults
from carbonscape.fluxes.tables import COUNTS, SCORES
from carbonscape.products.registry import get_product

with job(snakemake.log, "evaluate_flux_scorecard"):
    growth = snakemake.input.growth  # none without maps
    run = RunResults(
        counts=read_table(snakemake.input.counts, COUNTS),
        n_sites=len(read_table(snakemake.input.sites, TOWER_SITES)),
        scores=read_table(snakemake.input.scores, SCORES),
        pft=snakemake.params.pft,
        growth=read_table(growth, GROWTH) if growth else None,
    )
    reported = read_table(snakemake.input.reported, REPORTED)
    scorecard = build_scorecard(reported, run, FINDERS, get_product(snakemake.params.product))
    write_table(scorecard, snakemake.output.scorecard, SCORECARD)
