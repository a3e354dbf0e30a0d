"""Put MODIS and ERA5-Land of the land cells of a tile on the 8-day axis."""

from carbonscape.core.grid import GridTile
from carbonscape.core.jobs import job
from carbonscape.fluxes.features.calendar import get_calendar
from carbonscape.fluxes.features.tile_series import build_tile_series, write_tile_series

with job(snakemake.log, "build_tile_series", findings=snakemake.output.findings):
    files, params = snakemake.input, snakemake.params
    tile = GridTile.cut(params.cell, params.tile_cells, params.region)[snakemake.wildcards.tile]
    dataset = build_tile_series(
        leaves=dict(zip(params.years, files.leaves, strict=True)),
        weather=dict(zip(params.years, files.weather, strict=True)),
        grid=tile.grid,
        rows=tile.rows,
        cols=tile.cols,
        variables=params.features["variables"],
        calendar=get_calendar(params.features["step"]),
        max_gap_steps=params.features["max_gap_steps"],
        climatology=params.features["gap_climatology"],
        lowest=params.features["gap_lowest"],
        accept="modis_lai" in params.accept_incomplete,
        implausible="modis_lai" in params.accept_implausible,
    )
    write_tile_series(dataset, snakemake.output.series)
