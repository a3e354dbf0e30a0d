"""Gather how much worse held-out months are predicted with permuted predictors."""

from carbonscape.core.io import read_json
from carbonscape.core.jobs import job
from carbonscape.core.tables import write_table
from carbonscape.fluxes.evaluation.importance import IMPORTANCE, importance_table
from carbonscape.fluxes.settings import parse_experiment

with job(snakemake.log, "evaluate_flux_importance"):
    runs = [(parse_experiment(path), read_json(path)) for path in snakemake.input.runs]
    write_table(importance_table(runs), snakemake.output.rows, IMPORTANCE)
