"""Average ERA5-Land over the steps of the 8-day calendar, on the grid and at the towers."""

from carbonscape.archives.site_list import read_site_list
from carbonscape.core.grid import Grid
from carbonscape.core.jobs import job
from carbonscape.fluxes.features.calendar import MODIS_8DAY
from carbonscape.fluxes.features.cell_weather import open_cell_weather
from carbonscape.fluxes.features.meteorology import open_daily_weather
from carbonscape.fluxes.features.weather_files import write_step_means

with job(snakemake.log, "aggregate_era5_land", findings=snakemake.output.findings):
    files, year = snakemake.input, int(snakemake.wildcards.year)
    grid = Grid(snakemake.params.cell)
    source = "era5_land_8day" if files.steps else "era5_land"
    accepted = {
        "accept": source in snakemake.params.accept_incomplete,
        "accept_implausible": source in snakemake.params.accept_implausible,
    }
    opened = (
        open_cell_weather(year, files.steps[0], grid=grid, **accepted)
        if files.steps
        else open_daily_weather(year, state=files.state, totals=files.totals, **accepted)
    )
    with opened as weather:
        write_step_means(
            weather,
            grid=grid,
            sites=read_site_list(files.sites),
            calendar=MODIS_8DAY,
            grid_path=snakemake.output.grid,
            sites_path=snakemake.output.sites,
            accept=accepted["accept"],
        )
