"""Fill the predictors of XCO2 of the land cells of a tile."""

from carbonscape.columns.features.tiles import build_xco2_tile, write_xco2_tile
from carbonscape.core.grid import GridTile
from carbonscape.core.jobs import job

with job(snakemake.log, "build_xco2_tile"):
    params = snakemake.params
    tile = GridTile.cut(params.cell, params.tile_cells, params.region)[snakemake.wildcards.tile]
    dataset = build_xco2_tile(
        composites=list(snakemake.input.composites),
        grid=tile.grid,
        rows=tile.rows,
        cols=tile.cols,
        months=params.months,
        options=params.options,
    )
    write_xco2_tile(dataset, snakemake.output.series)
