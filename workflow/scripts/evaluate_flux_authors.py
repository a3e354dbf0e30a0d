"""Compare a map of the run with that of the paper's authors, cell by cell."""

from carbonscape.core.jobs import job
from carbonscape.core.tables import write_table
from carbonscape.evaluation.grids import files_by_map, write_grid
from carbonscape.fluxes.evaluation.authors import authors_numbers
from carbonscape.fluxes.evaluation.authors_table import AUTHORS_COMPARISON
from carbonscape.products.registry import get_product

with job(snakemake.log, "evaluate_flux_authors", findings=snakemake.output.findings):
    ((name, files),) = files_by_map(snakemake.input.products).items()
    numbers = authors_numbers(
        get_product(snakemake.params.product), name, files, snakemake.input.theirs
    )
    write_grid(numbers.maps, snakemake.output.maps)
    write_table(numbers.table, snakemake.output.table, AUTHORS_COMPARISON)
