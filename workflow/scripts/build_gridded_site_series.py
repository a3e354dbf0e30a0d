"""Put MODIS, ERA5-Land and land cover of every tower on the 8-day axis."""

import xarray as xr

from carbonscape.archives.modis_lai import read_modis_sites
from carbonscape.artefacts import TOWER_SITES
from carbonscape.features.calendar import get_calendar
from carbonscape.features.series import write_site_series
from carbonscape.features.site_grids import build_gridded_site_series
from carbonscape.jobs import job
from carbonscape.tables import read_table

with job(snakemake.log, "build_gridded_site_series"):
    files, params = snakemake.input, snakemake.params
    options = params.features
    by_year = dict(zip(params.years, files.leaves, strict=True))
    dataset = build_gridded_site_series(
        sites=read_table(files.sites, TOWER_SITES),
        leaves={year: read_modis_sites(path, year=year) for year, path in by_year.items()},
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
    )
    write_site_series(dataset, snakemake.output.series)
