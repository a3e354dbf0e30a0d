"""The numbers behind Fig. 7 and 13: interannual variability of PFT settings and of products."""

from carbonscape.core.jobs import job
from carbonscape.core.tables import write_table
from carbonscape.evaluation.grids import files_by_map, write_grid
from carbonscape.fluxes.evaluation.variability import VARIABILITY, variability_numbers
from carbonscape.products.registry import get_product

with job(snakemake.log, "evaluate_flux_variability", findings=snakemake.output.findings):
    numbers = variability_numbers(
        get_product(snakemake.params.product),
        files_by_map(snakemake.input.products),
        snakemake.input.classes,
        settings=snakemake.params.settings,
        products=snakemake.params.products,
        others=files_by_map(snakemake.input.others),
        asked=snakemake.params.others,
    )
    write_grid(numbers.settings, snakemake.output.settings)
    write_grid(numbers.products, snakemake.output.products)
    write_table(numbers.table, snakemake.output.table, VARIABILITY)
