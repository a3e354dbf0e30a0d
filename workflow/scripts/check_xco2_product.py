"""Check a finished product of XCO2: land, bounds, months, seams, growth and attributes."""

from carbonscape.columns.evaluation.grids import product_files
from carbonscape.columns.evaluation.map_checks import check_product
from carbonscape.core.jobs import job

with job(snakemake.log, "check_xco2_product"):
    for years in product_files(snakemake.input.products).values():
        check_product(
            years,
            tiles=list(snakemake.input.tiles),
            composites=list(snakemake.input.composites),
            months=snakemake.params.months,
            strict=snakemake.params.strict,
        )
