"""Gather what every model cost beside what it scores."""

from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table, write_table
from carbonscape.fluxes.evaluation.costs import COSTS_AND_SCORES, figure_costs, gather_costs
from carbonscape.fluxes.settings import parse_experiment
from carbonscape.fluxes.tables import COSTS, SCORES

with job(snakemake.log, "evaluate_flux_costs"):
    costs = [
        (parse_experiment(path)["split"], read_table(path, COSTS)) for path in snakemake.input.costs
    ]
    table = gather_costs(costs, read_table(snakemake.input.scores, SCORES))
    write_table(table, snakemake.output.table, COSTS_AND_SCORES)
    shown = {key: snakemake.params.shown[key] for key in ("window", "pft")}
    write_table(figure_costs(table, **shown), snakemake.output.rows, COSTS_AND_SCORES)
