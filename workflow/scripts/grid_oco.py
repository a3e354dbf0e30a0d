"""Average the good land soundings of OCO-2 or OCO-3 over months and cells."""

from carbonscape.archives.oco_lite import choose_granules
from carbonscape.columns.quality.soundings import granule_table, grid_soundings, write_gridded
from carbonscape.columns.tables import OCO_GRANULES
from carbonscape.core.grid import Grid
from carbonscape.core.jobs import job
from carbonscape.core.months import months_between
from carbonscape.core.progress import Progress
from carbonscape.core.tables import write_table
from carbonscape.sources.listing import expand_listings

with job(snakemake.log, "grid_oco", findings=snakemake.output.findings):
    params, record = snakemake.params, []
    grid, months = Grid(params.cell), months_between(params.first_month, params.last_month)
    version, granules = choose_granules(
        expand_listings(snakemake.input.granules),
        params.versions,
        instrument=params.instrument,
        months=months,
    )
    results = grid_soundings(
        granules,
        grid=grid,
        months=months,
        scale=params.scale,
        min_count=params.min_count,
        bad_granule=params.bad_granule,
        record=record,
        progress=Progress(f"granules of {params.instrument}", len(granules)),
    )
    attrs = {"instrument": params.instrument, "versions": version, "scale": params.scale}
    write_gridded(results, snakemake.output.grid, grid=grid, months=months, attrs=attrs)
    write_table(granule_table(record), snakemake.output.table, OCO_GRANULES)
