"""Pack a finished run, its workflow and its description into one archive."""

from pathlib import Path

from carbonscape.core.jobs import job
from carbonscape.report.crate import code_files, pack, result_files

with job(snakemake.log, "pack_crate"):
    found = snakemake.input
    beside = (found.metadata, found.citation, found.checksums)
    pack(
        {
            **result_files(found.results, snakemake.params.folder),
            **code_files(snakemake.params.root),
            **{Path(path).name: Path(path) for path in beside},
        },
        snakemake.output.archive,
        described=found.metadata,
    )
