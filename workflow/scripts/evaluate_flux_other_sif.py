"""The numbers behind Fig. 14: every product, of others too, and sun-induced fluorescence."""

from carbonscape.core.jobs import job
from carbonscape.core.tables import write_table
from carbonscape.evaluation.grids import files_by_map, write_grid
from carbonscape.fluxes.evaluation.other_sif import other_sif_numbers
from carbonscape.fluxes.evaluation.sif import SIF_CLIMATES
from carbonscape.products.registry import get_product

with job(snakemake.log, "evaluate_flux_other_sif", findings=snakemake.output.findings):
    numbers = other_sif_numbers(
        get_product(snakemake.params.product),
        files_by_map(snakemake.input.products),
        files_by_map(snakemake.input.others),
        snakemake.input.sif,
        snakemake.input.classes,
        asked=snakemake.params.others,
        min_months=snakemake.params.min_months,
    )
    write_grid(numbers.maps, snakemake.output.maps)
    write_table(numbers.climates, snakemake.output.climates, SIF_CLIMATES)
