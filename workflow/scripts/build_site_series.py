"""Put the predictor table on a regular step axis, site by site."""

from carbonscape.archives.predictors import PREDICTORS, read_predictors
from carbonscape.archives.tables import TOWER_SITES
from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table
from carbonscape.fluxes.features.calendar import get_calendar
from carbonscape.fluxes.features.series import build_site_series, write_site_series

with job(snakemake.log, "build_site_series"):
    options = snakemake.params.features
    dataset = build_site_series(
        # read_towers has judged its columns.
        read_predictors(snakemake.input.predictors, judged=True),
        read_table(snakemake.input.sites, TOWER_SITES),
        variables=options["variables"],
        units={name: predictor.unit for name, predictor in PREDICTORS.items()},
        calendar=get_calendar(options["step"]),
        max_gap_steps=options["max_gap_steps"],
        climatology=options["gap_climatology"],
        lowest=options["gap_lowest"],
    )
    write_site_series(dataset, snakemake.output.series)
