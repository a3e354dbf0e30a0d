"""Compare the finished maps of XCO2 with the true ones (simulated Earth only)."""

from carbonscape.columns.evaluation.crossval import parse_cell
from carbonscape.columns.evaluation.grids import product_files, write_maps
from carbonscape.columns.evaluation.truth import (
    XCO2_TRUTH_SCORES,
    read_truth_fields,
    score_truth,
    truth_map,
)
from carbonscape.columns.evaluation.truth_gap import XCO2_TRUTH_GAP, gap_table
from carbonscape.columns.tables import XCO2_PREDICTIONS
from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table, write_table

with job(snakemake.log, "evaluate_xco2_truth"):
    files, output, params = snakemake.input, snakemake.output, snakemake.params
    fields = read_truth_fields(files.truth, product_files(files.products))
    scores = score_truth(
        fields,
        continents_path=files.continents,
        tropomi_first_month=params.tropomi_first_month,
        steps=params.steps,
        window=params.window,
    )
    gap = gap_table(
        fields,
        predictions=((parse_cell(path), read_table(path, XCO2_PREDICTIONS))
                     for path in files.predictions),
        truth_path=files.truth,
    )  # fmt: skip
    write_table(scores, output.scores, XCO2_TRUTH_SCORES)
    write_table(gap, output.gap, XCO2_TRUTH_GAP)
    write_maps(truth_map(fields, shown=params.shown), output.map)
