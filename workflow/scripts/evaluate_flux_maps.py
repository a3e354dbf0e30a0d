"""The numbers behind Fig. 11 and 16a: maps of one year, and annual totals of every product."""

from carbonscape.core.jobs import job
from carbonscape.core.tables import write_table
from carbonscape.evaluation.grids import files_by_map, write_grid
from carbonscape.fluxes.evaluation.maps import ANNUAL_TOTALS, GROWTH, map_numbers
from carbonscape.products.registry import get_product

with job(snakemake.log, "evaluate_flux_maps", findings=snakemake.output.findings):
    numbers = map_numbers(
        get_product(snakemake.params.product),
        files_by_map(snakemake.input.products),
        snakemake.input.classes,
        map_year=snakemake.params.map_year,
        others=files_by_map(snakemake.input.others),
        asked=snakemake.params.others,
    )
    write_grid(numbers.annual, snakemake.output.maps)
    write_table(numbers.totals, snakemake.output.totals, ANNUAL_TOTALS)
    write_table(numbers.growth, snakemake.output.growth, GROWTH)
