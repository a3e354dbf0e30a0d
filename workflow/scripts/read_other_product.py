"""Read a GPP product of others: monthly means on its own grid, one file a year."""

from carbonscape.archives.gpp_products import get_gpp_product
from carbonscape.core.jobs import job
from carbonscape.fluxes.prediction.other_products import write_other_product
from carbonscape.products.registry import get_product

with job(snakemake.log, "read_other_product", findings=snakemake.output.findings):
    params = snakemake.params
    write_other_product(
        get_gpp_product(params.other),
        get_product(params.product),
        outputs=dict(zip(params.years, snakemake.output.get("years", []), strict=True)),
        years=params.map_years,
        **params.files,
    )
