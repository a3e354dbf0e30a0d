"""Put the tiles of a map of a flux together, one CF file a year."""

from carbonscape.core.grid import GridTile
from carbonscape.core.io import read_json, sha256
from carbonscape.core.jobs import job
from carbonscape.core.region import describe
from carbonscape.fluxes.evaluation.calibration import layer_attributes
from carbonscape.fluxes.features.cell_shares import read_cell_shares
from carbonscape.models.registry import get_model
from carbonscape.prediction.applicability import read_reference
from carbonscape.prediction.mosaic import map_attributes, write_mosaic
from carbonscape.prediction.precision import precision_attributes
from carbonscape.products.registry import get_product

with job(snakemake.log, "mosaic_flux"):
    files, params, names = snakemake.input, snakemake.params, snakemake.wildcards
    product = get_product(params.product)
    runs = [read_json(path) for path in files.runs]
    fitted = read_json(files.weights[0])["parts"] if files.weights else {}
    attributes = map_attributes(
        product,
        model=get_model(names.model).label,
        archive=params.archive,
        runs=runs,
        models_sha256=[sha256(path) for path in files.models],
        publish=params.publish,
        pft_setting=names.pft,
        window=params.window,
        **({"blend_weights": ", ".join(f"{k}: {v}" for k, v in fitted.items())} if fitted else {}),
    )
    said = {f"{product.name}_std": layer_attributes(read_json(path)) for path in files.spread}
    attributes |= precision_attributes(params.precision, get_model(names.model).kind)
    if params.region:
        attributes["mapped_region"] = describe(params.region)
    if files.reference:
        attributes["applicability_threshold"] = read_reference(files.reference[0]).threshold
    cut = GridTile.cut(params.cell, params.tile_cells, params.region)
    tiles = [(cut[name], path) for name, path in zip(params.tiles, files.tiles, strict=True)]
    years = zip(params.years, snakemake.output.years, files.cover, strict=True)
    for year, path, cover in years:
        shares = read_cell_shares(cover)
        write_mosaic(
            path, product, year=year, tiles=tiles, attributes=attributes, layer_attributes=said,
            cover=shares, more=files.applicability, region=params.region,
        )  # fmt: skip
