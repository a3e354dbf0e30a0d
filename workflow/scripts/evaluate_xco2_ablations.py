"""Compare trainings with other inputs for the gases of TROPOMI with that of the run."""

from carbonscape.columns.evaluation.ablations import XCO2_ABLATIONS, ablation_table
from carbonscape.columns.tables import XCO2_ABLATED, XCO2_PREDICTIONS
from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table, write_table
from carbonscape.training.seeds import child_seed

with job(snakemake.log, "evaluate_xco2_ablations"):
    files, params = snakemake.input, dict(snakemake.params.items())
    table = ablation_table(
        read_table(files.predictions, XCO2_PREDICTIONS),
        read_table(files.ablated, XCO2_ABLATED),
        origin=files.ablated,
        **{**params, "seed": child_seed(params["seed"], "bootstrap")},
    )
    write_table(table, snakemake.output.ablations, XCO2_ABLATIONS)
