"""Write the monthly weather of the simulated Earth as the Climate Data Store delivers it."""

from pathlib import Path

from carbonscape.core.jobs import job
from carbonscape.simulate.earth import Earth
from carbonscape.simulate.era5_land_monthly import write_era5_land_monthly
from carbonscape.simulate.xco2_places import require_years, settings_of

with job(snakemake.log, "simulate_era5_land_monthly"):
    settings = settings_of(snakemake.params.simulation)
    require_years(snakemake.params.years, settings.first_year, settings.last_year)
    write_era5_land_monthly(
        list(snakemake.output),
        earth=Earth(settings, Path(snakemake.input.geography[0]).parent),
        years=snakemake.params.years,
        spacing=min(snakemake.params.cell, 5.0),
    )
