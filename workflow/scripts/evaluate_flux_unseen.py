"""Score site splits that no choice was made on, beside the mean of the others."""

from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table, write_table
from carbonscape.fluxes.evaluation.unseen import UNSEEN_SPLITS, score_unseen
from carbonscape.fluxes.settings import Setting, split_of
from carbonscape.fluxes.tables import PREDICTIONS, SCORES
from carbonscape.training.seeds import child_seed

with job(snakemake.log, "evaluate_flux_unseen"):
    params, unseen = snakemake.params, {}
    for path in snakemake.input.predictions:
        scheme, setting = Setting.parse(path)
        unseen[split_of(scheme), setting] = read_table(path, PREDICTIONS)
    table = score_unseen(
        unseen,
        read_table(snakemake.input.scores, SCORES),
        seed=child_seed(params.seed, "bootstrap"),
        draws=params.draws,
        common_samples=params.common_samples,
        **params.shown,
    )
    write_table(table, snakemake.output.table, UNSEEN_SPLITS)
