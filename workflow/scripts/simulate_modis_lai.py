"""Observe the simulated Earth with MODIS: leaf area and FPAR, at cells and at towers."""

from pathlib import Path

import xarray as xr

from carbonscape.core.jobs import job
from carbonscape.simulate.leaf_files import write_modis_lai
from carbonscape.simulate.parts import EarthParts

with job(snakemake.log, "simulate_modis_lai"):
    options = snakemake.params.simulation
    with (
        xr.open_dataset(snakemake.input.grid) as grid,
        xr.open_dataset(snakemake.input.sites) as sites,
    ):
        write_modis_lai(
            Path(snakemake.output[0]).parent,
            grid=grid,
            sites=sites,
            first_year=options["first_year"],
            last_year=options["last_year"],
            seed=options["seed"],
            parts=EarthParts(**options["parts"]),
            pixels=snakemake.params.pixels,
        )
