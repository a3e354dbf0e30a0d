"""Describe a finished run: the metadata of its RO-Crate, its citation, checksums of its inputs."""

from pathlib import Path

from carbonscape.core.findings import read_findings
from carbonscape.core.io import write_json, write_text
from carbonscape.core.jobs import job
from carbonscape.core.provenance import software
from carbonscape.core.tables import write_table
from carbonscape.report.crate import (
    CHECKSUM_TABLE,
    Contents,
    Step,
    code_files,
    describe_crate,
    input_checksums,
    result_files,
)
from carbonscape.report.publication import citation, publication_of
from carbonscape.sources.registry import get_source, source_names

with job(snakemake.log, "write_crate"):
    params, output = snakemake.params, snakemake.output
    publication = publication_of(
        params.run,
        params.labels,
        simulated=params.simulated,
        version=params.version,
        **{key: params.publish[key] for key in ("creators", "license", "doi")},
    )
    findings = read_findings(snakemake.input.inputs)
    write_table(input_checksums(findings), output.checksums, CHECKSUM_TABLE)
    write_text(output.citation, citation(publication))
    beside = {Path(path).name: Path(path) for path in (output.citation, output.checksums)}
    made = software()
    contents = Contents(
        results=result_files(snakemake.input.results, params.folder) | beside,
        code=code_files(params.root),
        sources=[
            get_source(name)
            for name in sorted({one.source for one in findings if one.outcome != "left out"})
            if name in source_names()
        ],
        steps=[Step(*step) for step in params.steps],
        software={"python": made["python"], **made["packages"]},
        config=params.config,
    )
    write_json(output.metadata, describe_crate(contents, publication))
