"""Check a finished map of a flux: land, bounds, months, seams and the global total."""

from carbonscape.core.jobs import job
from carbonscape.evaluation.grids import files_by_map
from carbonscape.fluxes.evaluation.map_checks import check_product
from carbonscape.products.registry import get_product

with job(snakemake.log, "check_flux_product"):
    for years in files_by_map(snakemake.input.products).values():
        check_product(
            get_product(snakemake.params.product),
            years,
            tiles=snakemake.input.tiles,
            classes_path=snakemake.input.classes,
            plausible=tuple(snakemake.params.plausible),
            strict=snakemake.params.strict,
            region=snakemake.params.region,
        )
