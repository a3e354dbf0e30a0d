"""Average ERA5-Land over the steps of the 8-day calendar, on the grid and at the towers."""

from carbonscape.artefacts import TOWER_SITES
from carbonscape.features.calendar import MODIS_8DAY
from carbonscape.features.grid import Grid
from carbonscape.features.grid_files import write_step_means
from carbonscape.features.meteorology import open_daily_weather
from carbonscape.jobs import job
from carbonscape.tables import read_table

with job(snakemake.log, "aggregate_era5_land"):
    files, year = snakemake.input, int(snakemake.wildcards.year)
    with open_daily_weather(year, state=files.state, totals=files.totals) as weather:
        write_step_means(
            weather,
            grid=Grid(snakemake.params.cell),
            sites=read_table(files.sites, TOWER_SITES),
            calendar=MODIS_8DAY,
            grid_path=snakemake.output.grid,
            sites_path=snakemake.output.sites,
        )
