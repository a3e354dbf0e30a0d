"""Put figures, counts, scores, configuration and provenance of a product into one HTML file."""

from carbonscape.core.jobs import job
from carbonscape.report.write import write_report

with job(snakemake.log, snakemake.rule):
    files, params = snakemake.input, snakemake.params
    shared = ("template", "figures", "captions", "tables", "runs", "deviations", "inputs")
    write_report(
        snakemake.output[0],
        product=params.product,
        config=params.config,
        told=params.told,
        sections=params.sections,
        pages=params.pages,
        scorecard=files.scorecard or None,
        **{name: files[name] for name in (*shared, *params.files)},
    )
