"""The numbers behind Fig. 9: the spread of maps by setting of the plant functional types."""

from carbonscape.core.jobs import job
from carbonscape.core.tables import write_table
from carbonscape.evaluation.grids import files_by_map, write_grid
from carbonscape.fluxes.evaluation.map_spread import (
    MAP_SPREAD,
    MEMBER_TOTALS,
    member_totals,
    spread_numbers,
)
from carbonscape.products.registry import get_product

with job(snakemake.log, "evaluate_flux_spread"):
    files, output, params = snakemake.input, snakemake.output, snakemake.params
    product = get_product(params.product)
    totals = member_totals(product, files.tiles)
    maps, table = spread_numbers(
        product, files_by_map(files.products), totals, files.classes, year=params.year
    )
    write_grid(maps, output.maps)
    write_table(totals, output.totals, MEMBER_TOTALS)
    write_table(table, output.table, MAP_SPREAD)
