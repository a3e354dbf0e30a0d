"""Put figures, counts, scores, configuration and provenance into one HTML file."""

from carbonscape.core.jobs import job
from carbonscape.fluxes.report import write_report

with job(snakemake.log, "write_report"):
    files = snakemake.input
    write_report(
        snakemake.output[0],
        template=files.template,
        config=snakemake.params.config,
        figures=files.figures,
        captions=files.captions,
        filter_counts=files.filter_counts,
        sample_counts=files.sample_counts,
        tables=files.tables,
        folds=files.folds,
        runs=files.runs,
        scorecard=files.scorecard,
        deviations=files.deviations,
        pages=snakemake.params.pages,
    )
