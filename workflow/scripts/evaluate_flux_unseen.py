"""Score cross-validations over splits of the sites on which no choice was made."""

from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table, write_table
from carbonscape.fluxes.evaluation.differences import INTERVALS
from carbonscape.fluxes.evaluation.unseen import UNSEEN_SPLITS, score_unseen
from carbonscape.fluxes.settings import Setting, split_of
from carbonscape.fluxes.tables import PREDICTIONS
from carbonscape.training.seeds import child_seed

with job(snakemake.log, "evaluate_flux_unseen"):
    params, predictions = snakemake.params, {}
    for path in snakemake.input.predictions:
        scheme, setting = Setting.parse(path)
        predictions[split_of(scheme), setting] = read_table(path, PREDICTIONS)
    table = score_unseen(
        predictions,
        read_table(snakemake.input.intervals, INTERVALS),
        seed=child_seed(params.seed, "bootstrap"),
        draws=params.draws,
        **params.shown,
    )
    write_table(table, snakemake.output.table, UNSEEN_SPLITS)
