"""Score every cross-validation of XCO2; the numbers behind Fig. 5 and the first Table 4."""

from carbonscape.columns.evaluation.crossval import (
    XCO2_FIG05,
    XCO2_FIG05_SCORES,
    XCO2_TABLE4,
    XCO2_VALIDATION,
    crossval_numbers,
    parse_cell,
)
from carbonscape.columns.tables import XCO2_PREDICTIONS, XCO2_SCORES
from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table, write_table

with job(snakemake.log, "evaluate_xco2_crossval"):
    files, output = snakemake.input, snakemake.output
    numbers = crossval_numbers(
        ((parse_cell(path), read_table(path, XCO2_PREDICTIONS)) for path in files.predictions),
        continents_path=files.continents,
        shown=snakemake.params.shown,
    )
    write_table(numbers.scores, output.scores, XCO2_SCORES)
    write_table(numbers.table4, output.table4, XCO2_TABLE4)
    write_table(numbers.validation, output.validation, XCO2_VALIDATION)
    write_table(numbers.fig05, output.fig05, XCO2_FIG05)
    write_table(numbers.fig05_scores, output.fig05_scores, XCO2_FIG05_SCORES)
