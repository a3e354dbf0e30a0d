"""Observe the simulated atmosphere from the ground: spectra of the sun at the sites of TCCON."""

import xarray as xr

from carbonscape.core.jobs import job
from carbonscape.simulate.tccon import write_tccon
from carbonscape.simulate.xco2 import Atmosphere

with job(snakemake.log, "simulate_tccon"), xr.open_dataset(snakemake.input.grid) as grid:
    write_tccon(
        snakemake.output.files,
        atmosphere=Atmosphere(grid),
        seed=snakemake.params.simulation["seed"],
    )
