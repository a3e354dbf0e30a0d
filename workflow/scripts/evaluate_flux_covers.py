"""The numbers behind Fig. 10: ESA-CCI minus IGBP, on the maps of a flux and in land cover."""

from carbonscape.core.jobs import job
from carbonscape.core.tables import write_table
from carbonscape.evaluation.grids import files_by_map, write_grid
from carbonscape.fluxes.evaluation.covers import COVER_DIFFERENCES, cover_numbers
from carbonscape.products.registry import get_product

with job(snakemake.log, "evaluate_flux_covers", findings=snakemake.output.findings):
    numbers = cover_numbers(
        get_product(snakemake.params.product),
        files_by_map(snakemake.input.products),
        snakemake.input.cover,
        snakemake.input.classes,
        year=snakemake.params.year,
    )
    write_grid(numbers.maps, snakemake.output.maps)
    write_table(numbers.table, snakemake.output.table, COVER_DIFFERENCES)
