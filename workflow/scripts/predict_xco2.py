"""Predict the monthly column of every land cell of a tile."""

from carbonscape.columns.prediction.inference import SERIES, predict_tile
from carbonscape.columns.prediction.members import read_members
from carbonscape.core.grid import GridTile
from carbonscape.core.jobs import job
from carbonscape.core.progress import Progress
from carbonscape.prediction.blocks import TileBlocks, predict_blocks
from carbonscape.prediction.precision import use_precision
from carbonscape.prediction.predictor import write_tile
from carbonscape.products.registry import get_product
from carbonscape.training.saved_model import load_model

with job(snakemake.log, "predict_xco2"):
    files, params, names = snakemake.input, snakemake.params, snakemake.wildcards
    tile = GridTile.cut(params.cell, params.tile_cells, params.region)[names.tile]
    models = [load_model(*pair) for pair in zip(files.models, files.runs, strict=True)]
    blocks = TileBlocks(files.series, SERIES)
    label = f"{names.model}-{names.time_input}, tile {names.tile}"
    others = read_members(files.members, files.member_runs, files.spread)
    use_precision([*models, *([others.model] if others else [])], params.precision)
    progress = Progress(label, len(params.months) * len(blocks))

    def predict(series):
        """Predict a block of cells."""
        return predict_tile(
            series,
            models,
            product=get_product(params.product),
            tile=tile,
            months=params.months,
            steps=params.steps,
            window=params.window,
            progress=progress,
            others=others,
        )

    write_tile(predict_blocks(blocks, tile, predict), snakemake.output.tile)
