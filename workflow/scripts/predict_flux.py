"""Predict the monthly flux of every land cell of a tile."""

from carbonscape.core.grid import GridTile
from carbonscape.core.io import read_json
from carbonscape.core.jobs import job
from carbonscape.core.progress import Progress
from carbonscape.fluxes.features.calendar import get_calendar
from carbonscape.fluxes.features.cell_cover import read_cover
from carbonscape.fluxes.features.landcover import sources_of
from carbonscape.fluxes.prediction.inference import SERIES, predict_tile
from carbonscape.fluxes.prediction.members import read_members
from carbonscape.prediction.blocks import TileBlocks, predict_blocks
from carbonscape.prediction.precision import use_precision
from carbonscape.prediction.predictor import write_tile
from carbonscape.products.registry import get_product
from carbonscape.training.saved_model import load_model

with job(snakemake.log, "predict_flux"):
    files, params = snakemake.input, snakemake.params
    tile = GridTile.cut(params.cell, params.tile_cells, params.region)[snakemake.wildcards.tile]
    models = [load_model(*pair) for pair in zip(files.models, files.runs, strict=True)]
    members = read_members(models, files.members, files.member_runs, files.spread, params.epochs)
    use_precision([*models, *(members.networks if members else [])], params.precision)
    weights = read_json(files.weights[0])["weights"] if files.weights else None
    blocks = TileBlocks(files.series, SERIES)
    label = f"{snakemake.wildcards.model}, tile {tile.name}"
    progress = Progress(label, 12 * len(params.years) * len(blocks))

    def predict(series):
        """Predict a block of cells."""
        return predict_tile(
            series,
            read_cover(
                dict(zip(params.years, files.cover, strict=True)),
                sources_of(snakemake.wildcards.pft),
                series["row"].values,
                series["col"].values,
            ),
            models,
            product=get_product(params.product),
            tile=tile,
            calendar=get_calendar(params.step),
            years=params.years,
            min_leaf_steps=params.min_leaf_steps,
            weights=weights,
            members=members,
            progress=progress,
        )

    write_tile(predict_blocks(blocks, tile, predict), snakemake.output.tile)
