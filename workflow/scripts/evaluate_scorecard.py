"""Put what the paper reports beside what this run finds."""

from carbonscape.artefacts import COUNTS, SCORES, TOWER_SITES
from carbonscape.evaluation.maps import GROWTH
from carbonscape.evaluation.scorecard import REPORTED, SCORECARD, RunResults, build_scorecard
from carbonscape.jobs import job
from carbonscape.tables import read_table, write_table

with job(snakemake.log, "evaluate_scorecard"):
    growth = snakemake.input.growth  # none without maps
    run = RunResults(
        counts=read_table(snakemake.input.counts, COUNTS),
        n_sites=len(read_table(snakemake.input.sites, TOWER_SITES)),
        scores=read_table(snakemake.input.scores, SCORES),
        pft=snakemake.params.pft,
        growth=read_table(growth, GROWTH) if growth else None,
    )
    reported = read_table(snakemake.input.reported, REPORTED)
    write_table(build_scorecard(reported, run), snakemake.output.scorecard, SCORECARD)
