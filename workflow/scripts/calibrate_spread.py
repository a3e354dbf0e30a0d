"""Fit the factors between the spread of members and the errors at held-out sites."""

from carbonscape.core.io import read_json, write_json
from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table
from carbonscape.fluxes.evaluation.calibration import calibrate
from carbonscape.fluxes.settings import Setting
from carbonscape.fluxes.tables import PREDICTIONS
from carbonscape.fluxes.training.members import MEMBER_PREDICTIONS, predictions_of_members

with job(snakemake.log, "calibrate_spread"):
    files = snakemake.input
    predictions = read_table(files.predictions, PREDICTIONS)
    parts = {Setting.parse(path)[1].name: read_table(path, PREDICTIONS) for path in files.parts}
    members = predictions_of_members(
        predictions,
        {
            Setting.parse(path)[1].name: read_table(path, MEMBER_PREDICTIONS)
            for path in files.members
        },
        parts=parts or None,
        weights=read_json(files.weights[0])["weights"] if files.weights else None,
    )
    found = calibrate(predictions, members, origin=files.predictions)
    write_json(snakemake.output.spread, found)
