"""Put figures, counts, scores, configuration and provenance of XCO2 into one HTML file."""

from carbonscape.columns.report import write_xco2_report
from carbonscape.core.jobs import job

with job(snakemake.log, "write_xco2_report"):
    files = snakemake.input
    names = ("template", "figures", "captions", "scorecard", "granules", "sample_counts", "sites")
    write_xco2_report(
        snakemake.output[0],
        config=snakemake.params.config,
        pages=snakemake.params.pages,
        **{name: files[name] for name in (*names, "tables", "runs", "deviations")},
    )
