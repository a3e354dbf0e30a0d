"""Score site splits that no choice was made on, beside the mean of the others."""

from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table, write_table
from carbonscape.fluxes.evaluation.resampling import read_splits
from carbonscape.fluxes.evaluation.unseen import UNSEEN_SPLITS, score_unseen
from carbonscape.fluxes.tables import SCORES
from carbonscape.training.seeds import child_seed

with job(snakemake.log, "evaluate_flux_unseen"):
    params = snakemake.params
    table = score_unseen(
        read_splits(snakemake.input.predictions),
        read_table(snakemake.input.scores, SCORES),
        seed=child_seed(params.seed, "bootstrap"),
        draws=params.draws,
        common_samples=params.common_samples,
        **params.shown,
    )
    write_table(table, snakemake.output.table, UNSEEN_SPLITS)
