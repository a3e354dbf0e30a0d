"""Put the tiles of a product together, one CF file a year."""

from carbonscape.core.grid import Grid
from carbonscape.core.io import read_json, sha256
from carbonscape.core.jobs import job
from carbonscape.core.tiles import find_tile
from carbonscape.models.registry import get_model
from carbonscape.prediction.mosaic import product_attributes, write_mosaic

with job(snakemake.log, "mosaic_gpp"):
    files, params = snakemake.input, snakemake.params
    runs = [read_json(path) for path in files.runs]
    attributes = product_attributes(
        model=get_model(snakemake.wildcards.model).label,
        pft=snakemake.wildcards.pft,
        window=runs[0]["config"]["window"],
        archive=params.archive,
        runs=runs,
        models_sha256=[sha256(path) for path in files.models],
    )
    tiles = [
        (find_tile(name, params.cell, params.tile_cells), path)
        for name, path in zip(params.tiles, files.tiles, strict=True)
    ]
    for year, path in zip(params.years, snakemake.output.years, strict=True):
        write_mosaic(path, year=year, tiles=tiles, grid=Grid(params.cell), attributes=attributes)
