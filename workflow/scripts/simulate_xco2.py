"""Simulate the atmosphere over the simulated Earth: the truth of the column of carbon dioxide."""

from pathlib import Path

import xarray as xr

from carbonscape.core.jobs import job
from carbonscape.simulate.earth import write_truth
from carbonscape.simulate.geography import Geography
from carbonscape.simulate.xco2 import simulate_xco2

with job(snakemake.log, "simulate_xco2"), xr.open_dataset(snakemake.input.grid) as grid:
    truth = simulate_xco2(
        grid=grid,
        geography=Geography(Path(snakemake.input.geography[0]).parent),
        cell=snakemake.params.cell,
        first_month=snakemake.params.first_month,
        last_month=snakemake.params.last_month,
    )
    write_truth(truth, snakemake.output.truth)
