"""Average the out-of-fold predictions of the parts of a blend."""

from carbonscape.core.io import read_json, write_json
from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table, write_table
from carbonscape.fluxes.tables import COSTS, INNER_PREDICTIONS, PREDICTIONS
from carbonscape.fluxes.training.blend import (
    blend_costs,
    blend_predictions,
    blend_runs,
    weights_of_folds,
)

with job(snakemake.log, "blend_flux"):
    files, output, wildcards = snakemake.input, snakemake.output, snakemake.wildcards
    predictions = {path: read_table(path, PREDICTIONS) for path in files.predictions}
    inner = {path: read_table(path, INNER_PREDICTIONS) for path in files.inner}
    # Without predictions inside the training sites every part counts alike.
    weights = weights_of_folds(inner) if inner else None
    write_table(blend_predictions(predictions, weights), output.predictions, PREDICTIONS)
    costs = [read_table(path, COSTS) for path in files.costs]
    write_table(
        blend_costs(costs, model=wildcards.model, window=wildcards.window), output.cost, COSTS
    )
    runs = [read_json(path) for path in files.runs]
    write_json(output.run, blend_runs(runs, dict(wildcards.items()), weights))
