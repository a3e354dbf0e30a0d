"""Put the tiles of a map of a column together, one CF file a year."""

from carbonscape.core.grid import GridTile
from carbonscape.core.io import read_json, sha256
from carbonscape.core.jobs import job
from carbonscape.core.region import describe
from carbonscape.evaluation.calibration import factor_attributes
from carbonscape.models.registry import get_model
from carbonscape.prediction.mosaic import map_attributes, write_mosaic
from carbonscape.prediction.precision import precision_attributes
from carbonscape.products.registry import get_product

with job(snakemake.log, "mosaic_xco2"):
    files, params, names = snakemake.input, snakemake.params, snakemake.wildcards
    product = get_product(params.product)
    attributes = map_attributes(
        product,
        model=get_model(names.model).label,
        archive=params.archive,
        runs=[read_json(path) for path in files.runs],
        models_sha256=[sha256(path) for path in files.models],
        publish=params.publish,
        time_input=names.time_input,
        calibration_scale=params.scale,
    )
    attributes |= precision_attributes(params.precision, get_model(names.model).kind)
    if params.region:
        attributes["mapped_region"] = describe(params.region)
    cut = GridTile.cut(params.cell, params.tile_cells, params.region)
    said = {"xco2": {"calibration_scale": params.scale}}
    for path in files.spread:
        said["xco2_std"] = factor_attributes(read_json(path))
    tiles = [(cut[name], path) for name, path in zip(params.tiles, files.tiles, strict=True)]
    for year, path in zip(params.years, snakemake.output.years, strict=True):
        months = [int(month[5:]) for month in params.months if int(month[:4]) == year]
        write_mosaic(
            path, product, year=year, tiles=tiles, attributes=attributes, months=months,
            region=params.region,
            layer_attributes=said,
        )  # fmt: skip
