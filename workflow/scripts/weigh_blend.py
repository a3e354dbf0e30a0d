"""Fit the weights of a blend for its maps, on out-of-fold predictions of all sites."""

from carbonscape.core.io import read_json, write_json
from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table
from carbonscape.fluxes.tables import PREDICTIONS
from carbonscape.fluxes.training.blend import weights_by_part, weights_of_map

with job(snakemake.log, "weigh_blend"):
    files = snakemake.input
    predictions = {path: read_table(path, PREDICTIONS) for path in files.predictions}
    weights = weights_of_map(predictions)
    parts = [read_json(path)["config"] for path in files.runs]
    record = {"weights": weights.tolist(), "parts": weights_by_part(weights, parts)}
    write_json(snakemake.output.weights, record)
