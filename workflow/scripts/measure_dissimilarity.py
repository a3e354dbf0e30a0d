"""Measure how far the predictors of a tile lie from those of the training samples."""

from carbonscape.core.grid import GridTile
from carbonscape.core.jobs import job
from carbonscape.fluxes.features.calendar import get_calendar
from carbonscape.fluxes.features.cell_cover import read_cover
from carbonscape.fluxes.features.landcover import sources_of
from carbonscape.fluxes.features.series import read_series
from carbonscape.fluxes.prediction.applicability import measure_tile
from carbonscape.prediction.applicability import read_reference
from carbonscape.prediction.predictor import write_tile
from carbonscape.products.registry import get_product

with job(snakemake.log, "measure_dissimilarity"):
    files, params, names = snakemake.input, snakemake.params, snakemake.wildcards
    series = read_series(files.series)
    dataset = measure_tile(
        series,
        read_cover(
            dict(zip(params.years, files.cover, strict=True)),
            sources_of(names.pft),
            series["row"].values,
            series["col"].values,
        ),
        read_reference(files.reference),
        product=get_product(params.product),
        tile=GridTile.cut(params.cell, params.tile_cells, params.region)[names.tile],
        calendar=get_calendar(params.step),
        years=params.years,
        pft=names.pft,
    )
    write_tile(dataset, snakemake.output.tile)
