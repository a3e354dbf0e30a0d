"""Compose the predictors of XCO2 of a year by months, on the product's grid."""

from carbonscape.columns.features.composite_files import write_composites
from carbonscape.columns.features.composites import CompositeOptions, PredictorFiles
from carbonscape.core.grid import Grid
from carbonscape.core.jobs import job

with job(snakemake.log, "composite_xco2", findings=snakemake.output.findings):
    files, params = snakemake.input, snakemake.params
    names = ("gpp", "evi", "lst", "ndsi", "vcf", "igbp", "lights", "weather")
    write_composites(
        snakemake.output.composites,
        files=PredictorFiles(
            **{name: getattr(files, name) for name in names}, gases=list(files.gases)
        ),
        year=int(params.year),
        months=list(params.months),
        grid=Grid(params.cell),
        options=CompositeOptions(**params.options),
        accept_incomplete=params.accept_incomplete,
        accept_implausible=params.accept_implausible,
    )
