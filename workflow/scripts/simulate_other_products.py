"""Write stand-ins of the GPP products of others, in their own formats, from the true GPP."""

import xarray as xr

from carbonscape.core.jobs import job
from carbonscape.simulate.other_products import write_other_products

with job(snakemake.log, "simulate_other_products"), xr.open_dataset(snakemake.input.grid) as grid:
    write_other_products(snakemake.output, grid=grid)
