"""Observe the simulated Earth with the instruments whose data predict XCO2."""

from pathlib import Path

import xarray as xr

from carbonscape.core.jobs import job
from carbonscape.simulate.earth import Earth
from carbonscape.simulate.xco2_places import settings_of
from carbonscape.simulate.xco2_predictors import write_xco2_predictors

with (
    job(snakemake.log, "simulate_xco2_predictors"),
    xr.open_dataset(snakemake.input.grid) as grid,
):
    settings = settings_of(snakemake.params.simulation)
    write_xco2_predictors(
        {name: list(paths) for name, paths in snakemake.output.items()},
        earth=Earth(settings, Path(snakemake.input.geography[0]).parent),
        grid=grid,
        cell=snakemake.params.cell,
        years=snakemake.params.years,
        gases_first=snakemake.params.gases_first,
        last_month=snakemake.params.last_month,
        gpp_confidence=snakemake.params.gpp_confidence,
        pixels=snakemake.params.pixels,
    )
