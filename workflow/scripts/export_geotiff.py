"""Write one year of a finished map as a cloud-optimised GeoTIFF."""

from carbonscape.core.jobs import job
from carbonscape.evaluation.exports import export_geotiff
from carbonscape.products.registry import get_product

with job(snakemake.log, "export_geotiff"):
    export_geotiff(
        snakemake.input.year, snakemake.output.year, get_product(snakemake.params.product)
    )
