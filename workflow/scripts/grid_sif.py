"""Average the soundings of TROPOSIF days over months and product cells."""

from carbonscape.archives.tropomi_sif import day_of, read_sif_day
from carbonscape.core.grid import Grid
from carbonscape.core.jobs import job
from carbonscape.core.progress import Progress
from carbonscape.fluxes.quality.sif import grid_sif, write_sif
from carbonscape.sources.listing import expand_listings


def soundings(files):
    progress = Progress("TROPOSIF days", len(files))
    for path in sorted(files, key=day_of):
        yield day_of(path), read_sif_day(path)
        progress.advance()


with job(snakemake.log, "grid_sif", findings=snakemake.output.findings):
    grid = Grid(snakemake.params.cell)
    sif = grid_sif(
        soundings(expand_listings(snakemake.input.files)),
        lat=grid.lat,
        lon=grid.lon,
        cell=grid.cell,
        max_cloud_fraction=snakemake.params.max_cloud_fraction,
        min_count=snakemake.params.min_count,
        months=snakemake.params.months,
        accept="tropomi_sif" in snakemake.params.accept_incomplete,
    )
    write_sif(sif, snakemake.output.sif)
