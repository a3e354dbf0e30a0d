"""See the simulated atmosphere through a coarse reanalysis: CAMS EGG4."""

import xarray as xr

from carbonscape.core.jobs import job
from carbonscape.simulate.egg4 import write_egg4

with job(snakemake.log, "simulate_egg4"), xr.open_dataset(snakemake.input.truth) as truth:
    write_egg4(
        snakemake.output.files,
        truth=truth,
        cell=snakemake.params.cell,
        seed=snakemake.params.simulation["seed"],
    )
