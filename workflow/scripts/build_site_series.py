"""Put the predictor table on a regular step axis, site by site."""

from carbonscape.archives.predictors import PREDICTORS, read_predictors
from carbonscape.artefacts import TOWER_SITES
from carbonscape.features.calendar import get_calendar
from carbonscape.features.series import build_site_series, write_site_series
from carbonscape.jobs import job
from carbonscape.tables import read_table

with job(snakemake.log, "build_site_series"):
    options = snakemake.params.features
    dataset = build_site_series(
        read_predictors(snakemake.input.predictors),
        read_table(snakemake.input.sites, TOWER_SITES),
        variables=options["variables"],
        units={name: predictor.unit for name, predictor in PREDICTORS.items()},
        calendar=get_calendar(options["step"]),
        max_gap_steps=options["max_gap_steps"],
        climatology=options["gap_climatology"],
        lowest=options["gap_lowest"],
    )
    write_site_series(dataset, snakemake.output.series)
