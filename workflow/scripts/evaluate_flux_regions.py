"""The numbers behind Fig. 12 and A1: sums by latitude and by SREX region, and the regions."""

from carbonscape.archives.srex import read_regions
from carbonscape.core.jobs import job
from carbonscape.core.tables import write_table
from carbonscape.evaluation.grids import files_by_map, write_grid
from carbonscape.fluxes.evaluation.regions import LATITUDE_BANDS, REGION_SUMS, region_numbers
from carbonscape.products.registry import get_product

with job(snakemake.log, "evaluate_flux_regions", findings=snakemake.output.findings):
    numbers = region_numbers(
        get_product(snakemake.params.product),
        files_by_map(snakemake.input.products),
        read_regions(snakemake.input.regions),
        others=files_by_map(snakemake.input.others),
        asked=snakemake.params.others,
    )
    write_table(numbers.latitude, snakemake.output.latitude, LATITUDE_BANDS)
    write_table(numbers.regions, snakemake.output.regions, REGION_SUMS)
    write_grid(numbers.mask, snakemake.output.mask)
