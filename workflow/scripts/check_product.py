"""Check a finished product: land, bounds, months, seams and the global total."""

from carbonscape.core.jobs import job
from carbonscape.fluxes.evaluation.map_checks import check_product
from carbonscape.fluxes.evaluation.maps import files_by_product

with job(snakemake.log, "check_product"):
    for years in files_by_product(snakemake.input.products).values():
        check_product(
            years,
            tiles=snakemake.input.tiles,
            classes_path=snakemake.input.classes,
            plausible=tuple(snakemake.params.plausible),
            strict=snakemake.params.strict,
        )
