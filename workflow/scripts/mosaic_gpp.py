"""Put the tiles of a product together, one CF file a year."""

from carbonscape.features.grid import Grid
from carbonscape.io import read_json, sha256
from carbonscape.jobs import job
from carbonscape.models.registry import get_model
from carbonscape.prediction.mosaic import product_attributes, write_mosaic
from carbonscape.prediction.tiles import find_tile

with job(snakemake.log, "mosaic_gpp"):
    files, params = snakemake.input, snakemake.params
    run = read_json(files.run)
    attributes = product_attributes(
        model=get_model(snakemake.wildcards.model).label,
        pft=snakemake.wildcards.pft,
        window=run["config"]["window"],
        archive=params.archive,
        run=run,
        model_sha256=sha256(files.model),
    )
    tiles = [
        (find_tile(name, params.cell, params.tile_cells), path)
        for name, path in zip(params.tiles, files.tiles, strict=True)
    ]
    for year, path in zip(params.years, snakemake.output.years, strict=True):
        write_mosaic(path, year=year, tiles=tiles, grid=Grid(params.cell), attributes=attributes)
