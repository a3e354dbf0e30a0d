"""Sum what lies inside the area of applicability of a map."""

from carbonscape.core.jobs import job
from carbonscape.core.tables import write_table
from carbonscape.evaluation.grids import grid_in, write_grid
from carbonscape.fluxes.evaluation.applicability import APPLICABILITY, applicability_numbers
from carbonscape.fluxes.evaluation.classes import read_classes
from carbonscape.products.registry import get_product

with job(snakemake.log, "evaluate_flux_applicability"):
    (path,), params = snakemake.input.product, snakemake.params
    maps, table = applicability_numbers(
        get_product(params.product),
        path,
        read_classes(snakemake.input.classes, grid_in(path)),
        name=params.map,
        year=params.year,
    )
    write_grid(maps, snakemake.output.maps)
    write_table(table, snakemake.output.table, APPLICABILITY)
