"""Observe the simulated Earth with TROPOMI: soundings of fluorescence, day by day."""

from pathlib import Path

import xarray as xr

from carbonscape.core.jobs import job
from carbonscape.simulate.tropomi_sif import write_tropomi_sif

with job(snakemake.log, "simulate_tropomi_sif"), xr.open_dataset(snakemake.input.grid) as grid:
    files = [Path(path) for path in snakemake.output.days]
    first, last = (path.stem.removeprefix("TROPOSIF_L2B_") for path in (files[0], files[-1]))
    write_tropomi_sif(
        files[0].parent,
        grid=grid,
        first_day=first,
        last_day=last,
        every_days=snakemake.params.every_days,
        seed=snakemake.params.simulation["seed"],
    )
