"""Predict the monthly flux of every land cell of a tile."""

from carbonscape.core.grid import GridTile
from carbonscape.core.io import read_json
from carbonscape.core.jobs import job
from carbonscape.core.progress import Progress
from carbonscape.fluxes.features.calendar import get_calendar
from carbonscape.fluxes.features.cell_cover import read_cover
from carbonscape.fluxes.features.landcover import sources_of
from carbonscape.fluxes.features.series import read_series
from carbonscape.fluxes.prediction.inference import predict_tile
from carbonscape.fluxes.prediction.members import read_members
from carbonscape.prediction.predictor import write_tile
from carbonscape.products.registry import get_product
from carbonscape.training.saved_model import load_model

with job(snakemake.log, "predict_flux"):
    files, params = snakemake.input, snakemake.params
    series = read_series(files.series)
    cover = read_cover(
        dict(zip(params.years, files.cover, strict=True)),
        sources_of(snakemake.wildcards.pft),
        series["row"].values,
        series["col"].values,
    )
    models = [load_model(*pair) for pair in zip(files.models, files.runs, strict=True)]
    dataset = predict_tile(
        series,
        cover,
        models,
        product=get_product(params.product),
        tile=GridTile.cut(params.cell, params.tile_cells, params.region)[snakemake.wildcards.tile],
        calendar=get_calendar(params.step),
        years=params.years,
        min_leaf_steps=params.min_leaf_steps,
        weights=read_json(files.weights[0])["weights"] if files.weights else None,
        members=read_members(models, files.members, files.member_runs, files.spread, params.epochs),
        progress=Progress(
            f"{snakemake.wildcards.model}, tile {snakemake.wildcards.tile}", 12 * len(params.years)
        ),
    )
    write_tile(dataset, snakemake.output.tile)
