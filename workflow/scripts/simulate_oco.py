"""Observe the simulated atmosphere with OCO-2 and OCO-3: soundings, granule by granule."""

from pathlib import Path

import xarray as xr

from carbonscape.core.jobs import job
from carbonscape.simulate.geography import Geography
from carbonscape.simulate.oco import View, write_oco
from carbonscape.simulate.xco2 import Atmosphere

with job(snakemake.log, "simulate_oco"), xr.open_dataset(snakemake.input.grid) as grid:
    maps = Geography(Path(snakemake.input.geography[0]).parent)
    write_oco(
        [*snakemake.output.oco2, *snakemake.output.oco3],
        view=View(Atmosphere(grid), maps),
        soundings=snakemake.params.soundings,
        seed=snakemake.params.simulation["seed"],
    )
