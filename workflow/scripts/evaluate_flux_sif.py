"""The numbers behind Fig. 8: how a flux and sun-induced fluorescence go together in time."""

from carbonscape.core.jobs import job
from carbonscape.core.tables import write_table
from carbonscape.evaluation.grids import files_by_map, write_grid
from carbonscape.fluxes.evaluation.sif import SIF_CLIMATES, sif_numbers
from carbonscape.products.registry import get_product

with job(snakemake.log, "evaluate_flux_sif"):
    numbers = sif_numbers(
        get_product(snakemake.params.product),
        files_by_map(snakemake.input.products),
        snakemake.input.sif,
        snakemake.input.classes,
        min_months=snakemake.params.min_months,
    )
    write_grid(numbers.maps, snakemake.output.maps)
    write_table(numbers.climates, snakemake.output.climates, SIF_CLIMATES)
