"""Test whether XCO2 steps where the soundings of OCO-3 follow those of OCO-2."""

from carbonscape.columns.evaluation.instrument_step import XCO2_STEP, step_table
from carbonscape.columns.evaluation.kernel_scores import XCO2_OVERPASSES
from carbonscape.core.jobs import job
from carbonscape.core.tables import read_table, write_table
from carbonscape.products.registry import get_product

with job(snakemake.log, "evaluate_xco2_step"):
    files, params = snakemake.input, snakemake.params
    table = step_table(
        dict(zip(params.instruments, files.soundings, strict=True)),
        read_table(files.overpasses, XCO2_OVERPASSES),
        egg4=list(files.egg4),
        months=params.months,
        name=get_product(params.product).name,
    )
    write_table(table, snakemake.output.step, XCO2_STEP)
