"""Put MODIS, ERA5-Land and land cover of every tower on the 8-day axis."""

import xarray as xr

from carbonscape.archives.modis_lai import read_modis_sites
from carbonscape.archives.tables import TOWER_SITES
from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table
from carbonscape.fluxes.features.calendar import get_calendar
from carbonscape.fluxes.features.series import write_site_series
from carbonscape.fluxes.features.site_grids import build_gridded_site_series

with job(snakemake.log, "build_gridded_site_series", findings=snakemake.output.findings):
    files, params = snakemake.input, snakemake.params
    options = params.features
    by_year = dict(zip(params.years, files.leaves, strict=True))
    dataset = build_gridded_site_series(
        sites=read_table(files.sites, TOWER_SITES),
        leaves={
            year: read_modis_sites(
                path,
                year=year,
                accept="modis_lai" in params.accept_incomplete,
                implausible="modis_lai" in params.accept_implausible,
            )
            for year, path in by_year.items()
        },
        weather={
            year: xr.load_dataset(path)
            for year, path in zip(params.years, files.weather, strict=True)
        },
        cover={
            year: xr.load_dataset(path)
            for year, path in zip(params.cover_years, files.cover, strict=True)
        },
        variables=options["variables"],
        calendar=get_calendar(options["step"]),
        max_gap_steps=options["max_gap_steps"],
        climatology=options["gap_climatology"],
        lowest=options["gap_lowest"],
        accept=params.accept_incomplete,
    )
    write_site_series(dataset, snakemake.output.series)
