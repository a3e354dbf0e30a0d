"""Average the good land soundings of OCO-2 or OCO-3 over months and cells."""

import os

from carbonscape.archives.oco_granules import choose_granules
from carbonscape.columns.quality.soundings import granule_table, grid_soundings, write_gridded
from carbonscape.columns.tables import OCO_GRANULES
from carbonscape.core.grid import Grid
from carbonscape.core.jobs import job
from carbonscape.core.months import months_between
from carbonscape.core.progress import Progress
from carbonscape.core.tables import write_table
from carbonscape.sources.folders import state_others
from carbonscape.sources.listing import expand_listings
from carbonscape.sources.registry import get_source

with job(snakemake.log, "grid_oco", findings=snakemake.output.findings):
    params, record = snakemake.params, []
    grid, months = Grid(params.cell), months_between(params.first_month, params.last_month)
    given = expand_listings(snakemake.input.granules)
    names = get_source(params.instrument).files["granules"]
    state_others(
        params.folder,
        given,
        named=names.names,
        example=os.path.basename(names.path("", "2015-01-31")),
        source=params.instrument,
    )
    version, granules = choose_granules(
        given,
        params.versions,
        instrument=params.instrument,
        months=months,
        every_days=params.every_days,
        accept=params.instrument in params.accept_incomplete,
    )
    results = grid_soundings(
        granules,
        grid=grid,
        months=months,
        scale=params.scale,
        min_count=params.min_count,
        bad_granule=params.bad_granule,
        source=params.instrument,
        record=record,
        progress=Progress(f"granules of {params.instrument}", len(granules)),
    )
    attrs = {"instrument": params.instrument, "versions": version, "scale": params.scale}
    write_gridded(results, snakemake.output.grid, grid=grid, months=months, attrs=attrs)
    write_table(granule_table(record), snakemake.output.table, OCO_GRANULES)
