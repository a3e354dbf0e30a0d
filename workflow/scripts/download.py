"""Fetch one native file of an archive, or the files of a month and their listing."""

from carbonscape.core.jobs import job
from carbonscape.fetch.dispatch import fetch_file

with job(snakemake.log, snakemake.rule):
    fetch_file(
        snakemake.output[0],
        sites=snakemake.input.get("sites"),
        **dict(snakemake.params.items()),
    )
