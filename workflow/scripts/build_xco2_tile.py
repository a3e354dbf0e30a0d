"""Fill the predictors of XCO2 of the land cells of a tile."""

from carbonscape.columns.features.tiles import build_xco2_tile, write_xco2_tile
from carbonscape.core.grid import Grid
from carbonscape.core.jobs import job
from carbonscape.core.tiles import find_tile

with job(snakemake.log, "build_xco2_tile"):
    params = snakemake.params
    tile = find_tile(snakemake.wildcards.tile, params.cell, params.tile_cells)
    dataset = build_xco2_tile(
        composites=list(snakemake.input.composites),
        grid=Grid(params.cell),
        rows=tile.rows,
        cols=tile.cols,
        months=params.months,
        options=params.options,
    )
    write_xco2_tile(dataset, snakemake.output.series)
