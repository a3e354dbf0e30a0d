"""The numbers behind Fig. 8: how GPP and sun-induced fluorescence go together in time."""

from carbonscape.core.jobs import job
from carbonscape.core.tables import write_table
from carbonscape.evaluation.grids import write_grid
from carbonscape.fluxes.evaluation.maps import files_by_product
from carbonscape.fluxes.evaluation.sif import SIF_CLIMATES, sif_numbers

with job(snakemake.log, "evaluate_gpp_sif"):
    numbers = sif_numbers(
        files_by_product(snakemake.input.products),
        snakemake.input.sif,
        snakemake.input.classes,
        min_months=snakemake.params.min_months,
    )
    write_grid(numbers.maps, snakemake.output.maps)
    write_table(numbers.climates, snakemake.output.climates, SIF_CLIMATES)
