"""Write all years of a finished map under the name and in the unit of the tables of CMIP."""

from carbonscape.core.jobs import job
from carbonscape.evaluation.exports import export_cmip
from carbonscape.evaluation.grids import files_by_map
from carbonscape.products.registry import get_product

with job(snakemake.log, "export_cmip"):
    for years in files_by_map(snakemake.input.years).values():
        export_cmip(years, snakemake.output.file, get_product(snakemake.params.product))
