"""Predict the monthly column of every land cell of a tile."""

from carbonscape.columns.prediction.inference import predict_tile, read_tile_series
from carbonscape.columns.prediction.members import read_members
from carbonscape.core.grid import GridTile
from carbonscape.core.jobs import job
from carbonscape.core.progress import Progress
from carbonscape.prediction.predictor import write_tile
from carbonscape.products.registry import get_product
from carbonscape.training.saved_model import load_model

with job(snakemake.log, "predict_xco2"):
    files, params, names = snakemake.input, snakemake.params, snakemake.wildcards
    label = f"{names.model}-{names.time_input}, tile {names.tile}"
    dataset = predict_tile(
        read_tile_series(files.series),
        [load_model(*pair) for pair in zip(files.models, files.runs, strict=True)],
        product=get_product(params.product),
        tile=GridTile.cut(params.cell, params.tile_cells)[names.tile],
        months=params.months,
        steps=params.steps,
        window=params.window,
        progress=Progress(label, len(params.months)),
        others=read_members(files.members, files.member_runs, files.spread),
    )
    write_tile(dataset, snakemake.output.tile)
