"""Put the tiles of a product of XCO2 together, one CF file a year."""

from carbonscape.columns.prediction.layers import XCO2_LAYERS, xco2_attributes
from carbonscape.core.grid import Grid
from carbonscape.core.io import read_json, sha256
from carbonscape.core.jobs import job
from carbonscape.core.tiles import find_tile
from carbonscape.models.registry import get_model
from carbonscape.prediction.mosaic import write_mosaic

with job(snakemake.log, "mosaic_xco2"):
    files, params, names = snakemake.input, snakemake.params, snakemake.wildcards
    attributes = xco2_attributes(
        model=get_model(names.model).label,
        time_input=names.time_input,
        archive=params.archive,
        scale=params.scale,
        runs=[read_json(path) for path in files.runs],
        models_sha256=[sha256(path) for path in files.models],
    )
    tiles = [
        (find_tile(name, params.cell, params.tile_cells), path)
        for name, path in zip(params.tiles, files.tiles, strict=True)
    ]
    for year, path in zip(params.years, snakemake.output.years, strict=True):
        write_mosaic(
            path,
            year=year,
            tiles=tiles,
            grid=Grid(params.cell),
            attributes=attributes,
            layers=XCO2_LAYERS,
            months=[int(month[5:]) for month in params.months if int(month[:4]) == year],
        )
