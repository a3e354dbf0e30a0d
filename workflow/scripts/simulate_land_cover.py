"""Observe the cover of the simulated Earth: ESA-CCI fractions and MCD12Q1 classes."""

from pathlib import Path

import xarray as xr

from carbonscape.core.jobs import job
from carbonscape.simulate.land_cover import write_land_cover
from carbonscape.simulate.parts import EarthParts

with job(snakemake.log, "simulate_land_cover"):
    options = snakemake.params.simulation
    with (
        xr.open_dataset(snakemake.input.grid) as grid,
        xr.open_dataset(snakemake.input.sites) as sites,
    ):
        write_land_cover(
            Path(snakemake.output.esa_cci[0]).parent,
            Path(snakemake.output.igbp[0]).parent,
            grid=grid,
            sites=sites,
            cell=options["cell"],
            first_year=options["first_year"],
            last_year=options["last_year"],
            seed=options["seed"],
            parts=EarthParts(**options["parts"]),
            pixels=snakemake.params.pixels,
        )
