"""Write a simulated tower archive in the formats of the real one."""

from pathlib import Path

import xarray as xr

from carbonscape.core.jobs import job
from carbonscape.simulate.earth import EarthSettings
from carbonscape.simulate.towers import simulate_towers

with job(snakemake.log, "simulate_towers"):
    settings = EarthSettings.of(snakemake.params.simulation)
    simulate_towers(
        Path(snakemake.output.bundle).parent,
        sites=xr.load_dataset(snakemake.input.sites),
        seed=settings.seed,
        parts=settings.parts,
    )
