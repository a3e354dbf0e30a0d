"""Observe the simulated Earth with TROPOMI: soundings of fluorescence, day by day."""

from pathlib import Path

import xarray as xr

from carbonscape.jobs import job
from carbonscape.simulate.tropomi_sif import write_tropomi_sif

with job(snakemake.log, "simulate_tropomi_sif"):
    options = snakemake.params.simulation
    with xr.open_dataset(snakemake.input.grid) as grid:
        write_tropomi_sif(
            Path(snakemake.output[0]).parent, grid=grid, seed=options["seed"], **options["sif"]
        )
