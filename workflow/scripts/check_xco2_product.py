"""Check a finished map of a column: land, bounds, months, seams, growth and attributes."""

from carbonscape.columns.evaluation.map_checks import check_product
from carbonscape.core.jobs import job
from carbonscape.evaluation.grids import files_by_map
from carbonscape.products.registry import get_product

with job(snakemake.log, "check_xco2_product"):
    for years in files_by_map(snakemake.input.products).values():
        check_product(
            get_product(snakemake.params.product),
            years,
            tiles=list(snakemake.input.tiles),
            composites=list(snakemake.input.composites),
            months=snakemake.params.months,
            strict=snakemake.params.strict,
            region=snakemake.params.region,
        )
