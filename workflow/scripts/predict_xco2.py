"""Predict monthly XCO2 of every land cell of a tile."""

from carbonscape.features.grid import Grid
from carbonscape.jobs import job
from carbonscape.prediction.predictor import write_tile
from carbonscape.prediction.tiles import find_tile
from carbonscape.prediction.xco2 import predict_xco2_tile, read_tile_series
from carbonscape.progress import Progress
from carbonscape.training.kept import load_model

with job(snakemake.log, "predict_xco2"):
    files, params, names = snakemake.input, snakemake.params, snakemake.wildcards
    label = f"{names.model}-{names.time_input}, tile {names.tile}"
    dataset = predict_xco2_tile(
        read_tile_series(files.series),
        [load_model(path) for path in files.models],
        grid=Grid(params.cell),
        tile=find_tile(names.tile, params.cell, params.tile_cells),
        months=params.months,
        steps=params.steps,
        window=params.window,
        progress=Progress(label, len(params.months)),
    )
    write_tile(dataset, snakemake.output.tile)
