"""The standard deviation of the XCO2 map: where it is large, and whether it tells the errors."""

from carbonscape.columns.evaluation.spread_maps import spread_maps
from carbonscape.columns.evaluation.spread_reliability import spread_reliability
from carbonscape.columns.evaluation.spread_tables import (
    XCO2_SPREAD_BINS,
    XCO2_SPREAD_GROUPS,
    XCO2_SPREAD_MONTHS,
)
from carbonscape.columns.tables import XCO2_PREDICTIONS
from carbonscape.core.io import read_json
from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table, write_table
from carbonscape.evaluation.grids import write_grid
from carbonscape.products.registry import get_product

with job(snakemake.log, "evaluate_xco2_spread"):
    files, output, params = snakemake.input, snakemake.output, snakemake.params
    maps, months = spread_maps(get_product(params.product), list(files.products))
    write_grid(maps, output.maps)
    write_table(months, output.months, XCO2_SPREAD_MONTHS)
    groups, bins = spread_reliability(
        read_table(files.predictions, XCO2_PREDICTIONS),
        read_table(files.members, XCO2_PREDICTIONS),
        factor=read_json(files.spread)["factor"],
        block_km=params.block_km,
        origin=files.members,
    )
    write_table(groups, output.groups, XCO2_SPREAD_GROUPS)
    write_table(bins, output.bins, XCO2_SPREAD_BINS)
