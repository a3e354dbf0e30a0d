"""Compare the finished maps of XCO2 with the true ones (simulated Earth only)."""

from carbonscape.columns.evaluation.crossval import parse_cell
from carbonscape.columns.evaluation.tables import XCO2_TRUTH_GAP, XCO2_TRUTH_SCORES
from carbonscape.columns.evaluation.truth import score_truth, truth_map
from carbonscape.columns.evaluation.truth_cover import XCO2_TRUTH_COVER, truth_cover
from carbonscape.columns.evaluation.truth_gap import gap_table
from carbonscape.columns.tables import XCO2_PREDICTIONS
from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table, write_table
from carbonscape.evaluation.comparison import compare, read_fields
from carbonscape.evaluation.grids import files_by_map, write_grid
from carbonscape.products.registry import get_product

with job(snakemake.log, "evaluate_xco2_truth"):
    files, output, params = snakemake.input, snakemake.output, snakemake.params
    product = get_product(params.product)
    maps = files_by_map(files.products)
    whole = read_fields(files.truth, maps, product.name)
    cover = truth_cover(product, whole, maps, list(files.soundings))
    fields = compare(whole)
    scores = score_truth(
        fields,
        continents_path=files.continents,
        tropomi_first_month=params.tropomi_first_month,
        steps=params.steps,
        window=params.window,
    )
    gap = gap_table(
        product,
        fields,
        predictions=((parse_cell(path), read_table(path, XCO2_PREDICTIONS))
                     for path in files.predictions),
        truth_path=files.truth,
    )  # fmt: skip
    write_table(scores, output.scores, XCO2_TRUTH_SCORES)
    write_table(gap, output.gap, XCO2_TRUTH_GAP)
    write_table(cover, output.cover, XCO2_TRUTH_COVER)
    write_grid(truth_map(fields, shown=params.shown), output.map)
