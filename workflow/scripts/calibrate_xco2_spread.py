"""Fit the factors between the spread of members of XCO2 and the errors of held-out samples."""

import pandas as pd

from carbonscape.columns.evaluation.spread import XCO2_SPREAD, calibrate_members
from carbonscape.columns.tables import XCO2_PREDICTIONS
from carbonscape.core.io import write_json
from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table, write_table

with job(snakemake.log, "calibrate_xco2_spread"):
    files, params = snakemake.input, snakemake.params
    found = calibrate_members(
        read_table(files.predictions, XCO2_PREDICTIONS),
        read_table(files.members, XCO2_PREDICTIONS),
        block_km=params.block_km,
        origin=files.members,
    )
    found |= {"members": params.members, "scheme": params.scheme}
    write_json(snakemake.output.spread, found)
    table = pd.DataFrame([{**found, **params.shown}])[XCO2_SPREAD.names]
    write_table(table, snakemake.output.table, XCO2_SPREAD)
