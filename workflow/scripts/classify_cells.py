"""Say of every cell of the grid in which climate it lies and which IGBP class it has."""

from carbonscape.archives.koppen import read_koppen
from carbonscape.core.grid import Grid
from carbonscape.core.jobs import job
from carbonscape.fluxes.features.class_files import write_cell_classes

with job(snakemake.log, "classify_cells", findings=snakemake.output.findings):
    write_cell_classes(
        read_koppen(snakemake.input.koppen),
        land_cover=snakemake.input.cover,
        grid=Grid(snakemake.params.cell),
        path=snakemake.output.classes,
    )
