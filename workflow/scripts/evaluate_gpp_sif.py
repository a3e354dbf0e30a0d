"""The numbers behind Fig. 8: how GPP and sun-induced fluorescence go together in time."""

from carbonscape.evaluation.maps import files_by_product, write_grid
from carbonscape.evaluation.sif import SIF_CLIMATES, sif_numbers
from carbonscape.jobs import job
from carbonscape.tables import write_table

with job(snakemake.log, "evaluate_gpp_sif"):
    numbers = sif_numbers(
        files_by_product(snakemake.input.products),
        snakemake.input.sif,
        snakemake.input.classes,
        min_months=snakemake.params.min_months,
    )
    write_grid(numbers.maps, snakemake.output.maps)
    write_table(numbers.climates, snakemake.output.climates, SIF_CLIMATES)
