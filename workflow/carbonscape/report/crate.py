"""A finished run as a Workflow Run RO-Crate: what was made, from what, by which steps and software.

Research Object Crate 1.1 (https://w3id.org/ro/crate/1.1) with the profiles Workflow Run Crate 0.5
and Workflow RO-Crate. Every file of the crate is listed with its SHA-256 and size; the native
files of the archives stay where they are, and a table of the crate lists their checksums.
"""

from __future__ import annotations

import datetime as dt
import os
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from rocrate.model import ContextEntity, File
from rocrate.model.computationalworkflow import ComputationalWorkflow
from rocrate.model.person import Person
from rocrate.rocrate import ROCrate

from carbonscape.core.errors import InputError
from carbonscape.core.findings import Finding
from carbonscape.core.io import atomic_path, read_json, sha256
from carbonscape.core.progress import Progress
from carbonscape.core.tables import Column, TableSchema
from carbonscape.report.publication import Publication
from carbonscape.sources.source import Source

#: Names of what a crate adds to the files of a run.
METADATA, CITATION, CHECKSUMS = "ro-crate-metadata.json", "CITATION.cff", "input_checksums.csv"

#: Profiles of https://www.researchobject.org/workflow-run-crate/ that a crate follows, beside that
#: of a workflow, which the library adds.
PROFILES = (
    "https://w3id.org/ro/wfrun/process/0.5",
    "https://w3id.org/ro/wfrun/workflow/0.5",
)

#: Media types by suffix, for those who look at a crate without opening its files.
_MEDIA = {
    ".nc": "application/netcdf",
    ".csv": "text/csv",
    ".json": "application/json",
    ".html": "text/html",
    ".png": "image/png",
    ".pdf": "application/pdf",
    ".tif": "image/tiff",
    ".parquet": "application/vnd.apache.parquet",
    ".md": "text/markdown",
    ".py": "text/x-python",
    ".yaml": "application/yaml",
    ".cff": "application/yaml",
}

#: Folder of the workflow in a crate; what belongs to it, and what of that does not.
CODE = "carbonscape"
_CODE = ("*.*", "Snakefile", "Makefile", "LICENSE")
_CODE += tuple(f"{name}/**/*" for name in ("config", "docs", "envs", "profiles", "workflow"))
_CODE += tuple(f"resources/{name}" for name in ("*.csv", "*/*"))
MAIN = f"{CODE}/Snakefile"
_NOT_CODE = {"__pycache__", ".venv", "raw", "truth"}

#: Suffixes of files that are compressed already.
_COMPRESSED = {".nc", ".png", ".pdf", ".tif", ".parquet", ".zip", ".gz"}

CHECKSUM_TABLE = TableSchema(
    "checksums of inputs",
    (
        Column("source", "text", "name of the source, as in docs/sources.md", missing=True),
        Column("path", "text", "native file that the run used"),
        Column("size", "integer", "bytes"),
        Column("sha256", "text", "SHA-256, of the receipt of its download where there is one"),
    ),
    key=("path",),
)


@dataclass(frozen=True)
class Step:
    """A rule of the workflow that took part in the run: its name, what it does, its script."""

    name: str
    title: str
    script: str


@dataclass(frozen=True)
class Contents:
    """What a crate is made of.

    Attributes:
        results: files of the run by their path in the crate.
        code: files of the workflow by their path in the crate (:func:`code_files`).
        sources: archives that the run read.
        steps: rules in the order of the workflow.
        software: versions by package.
        config: the whole configuration.
    """

    results: Mapping[str, Path]
    code: Mapping[str, Path]
    sources: Sequence[Source]
    steps: Sequence[Step]
    software: Mapping[str, str]
    config: Mapping[str, Any] = field(default_factory=dict)


def input_checksums(findings: Iterable[Finding]) -> pd.DataFrame:
    """Return the checksum of every native file that a run used (CHECKSUM_TABLE).

    A file that was downloaded by the workflow has a receipt, whose checksum holds as long as the
    size does; of others it is computed.

    Raises:
        InputError: a file that was used is not there any more.
    """
    read = {
        one.item: one.source
        for one in findings
        if one.kind == "file" and one.outcome != "left out" and not os.path.isdir(one.item)
    }
    rows = []
    progress = Progress("checksums of inputs", len(read))
    for path, source in sorted(read.items()):
        rows.append(_checksum(source, path))
        progress.advance()
    return pd.DataFrame(rows, columns=CHECKSUM_TABLE.names)


def _checksum(source: str, path: str) -> dict[str, Any]:
    """Return a row of the table of checksums."""
    if not os.path.isfile(path):
        raise InputError(
            f"{path}: the run used this file, and it is not there any more; put it back (or run "
            "again without it) before the run is published."
        )
    size = os.path.getsize(path)
    receipt = Path(f"{path}.receipt.json")
    known = read_json(receipt) if receipt.is_file() else {}
    digest = known["sha256"] if known.get("size") == size and "sha256" in known else sha256(path)
    return {"source": source or None, "path": path, "size": size, "sha256": digest}


def result_files(paths: Iterable[str], folder: str | os.PathLike[str]) -> dict[str, Path]:
    """Return results by their path in the crate: below the folder of the run.

    Args:
        paths: results, some perhaps twice.
        folder: the folder of the run.
    """
    return {Path(path).relative_to(folder).as_posix(): Path(path) for path in paths}


def code_files(root: str | os.PathLike[str]) -> dict[str, Path]:
    """Return the files of the workflow by their path in the crate: what a person runs it with.

    Args:
        root: the folder of the project.
    """
    root = Path(root)
    found = [path for pattern in _CODE for path in root.glob(pattern) if path.is_file()]
    return {
        f"{CODE}/{path.relative_to(root).as_posix()}": path
        for path in sorted(found)
        if not set(path.relative_to(root).parts) & _NOT_CODE and not path.name.startswith(".")
    }


def describe_crate(contents: Contents, publication: Publication) -> dict[str, Any]:
    """Return the metadata of a crate: JSON-LD, what ``ro-crate-metadata.json`` holds.

    Args:
        contents: what the crate is made of.
        publication: who publishes what.
    """
    crate = ROCrate(gen_preview=False)
    crate.name, crate.description = publication.title, publication.description
    crate.license = f"https://spdx.org/licenses/{publication.license}"
    crate.datePublished = dt.datetime.now(dt.UTC).replace(microsecond=0)
    crate.root_dataset["conformsTo"] = [
        crate.add(ContextEntity(crate, url, {"@type": "CreativeWork", "name": url}))
        for url in PROFILES
    ]
    creators = [_person(crate, creator) for creator in publication.creators]
    crate.root_dataset["author"] = creators
    workflow = _add_code(crate, contents, publication.version)
    made = [_add_file(crate, name, path) for name, path in sorted(contents.results.items())]
    read = [_add_source(crate, source) for source in contents.sources]
    checksums = crate.dereference(CHECKSUMS)
    action = ContextEntity(
        crate,
        "#run",
        {
            "@type": "CreateAction",
            "name": publication.title,
            "actionStatus": "http://schema.org/CompletedActionStatus",
            "endTime": _newest(contents.results.values()),
        },
    )
    crate.add(action)
    action["instrument"] = workflow
    action["object"] = [*read, *([checksums] if checksums else []), *_settings(crate, contents)]
    action["result"] = made
    action["agent"] = creators
    crate.root_dataset["mentions"] = [action]
    return crate.metadata.generate()


def _person(crate: ROCrate, creator: Mapping[str, str]) -> Person:
    """Add a person."""
    identifier = creator.get("orcid") or f"#{creator['name'].replace(' ', '_')}"
    properties = {"name": creator["name"]}
    if creator.get("affiliation"):
        properties["affiliation"] = creator["affiliation"]
    return crate.add(Person(crate, identifier, properties=properties))


def _add_code(crate: ROCrate, contents: Contents, version: str) -> ComputationalWorkflow:
    """Add the files of the workflow, its steps and its software; return the workflow."""
    for name, path in sorted(contents.code.items()):
        if name != MAIN:
            _add_file(crate, name, path)
    main = contents.code[MAIN]
    workflow = crate.add_workflow(
        main, MAIN, main=True, lang="snakemake", properties=_facts(MAIN, main)
    )
    workflow["name"], workflow["version"] = "carbonscape", version
    workflow["softwareRequirements"] = [
        crate.add(
            ContextEntity(
                crate,
                f"#{package}",
                {"@type": "SoftwareApplication", "name": package, "softwareVersion": number},
            )
        )
        for package, number in sorted(contents.software.items())
    ]
    steps = []
    for position, step in enumerate(contents.steps, start=1):
        properties: dict[str, Any] = {
            "@type": "HowToStep",
            "position": str(position),
            "name": step.title or step.name,
        }
        if f"{CODE}/{step.script}" in contents.code:
            properties["workExample"] = {"@id": f"{CODE}/{step.script}"}
        steps.append(crate.add(ContextEntity(crate, f"{MAIN}#{step.name}", properties)))
    workflow["step"] = steps
    return workflow


def _add_file(crate: ROCrate, name: str, path: Path) -> File:
    """Add a file of the crate with its checksum, size and media type."""
    return crate.add_file(path, name, properties=_facts(name, path))


def _facts(name: str, path: Path) -> dict[str, str]:
    """Return what is listed of a file."""
    facts = {"name": name, "contentSize": str(path.stat().st_size), "sha256": sha256(path)}
    media = _MEDIA.get(path.suffix)
    return {**facts, "encodingFormat": media} if media else facts


def _add_source(crate: ROCrate, source: Source) -> ContextEntity:
    """Add an archive that was read: data on the web, not in the crate.

    Several sources may share a DOI.
    """
    address = f"https://doi.org/{source.doi}" if source.doi else source.page
    known = {
        "name": source.title,
        "alternateName": source.name,
        "url": source.page,
        "version": ", ".join(source.versions),
        "license": source.licence,
    }
    properties = {key: value for key, value in known.items() if value}
    # Not crate.add_dataset, which ends every identifier with a slash: no DOI does.
    properties["@type"] = "Dataset"
    found = crate.add(ContextEntity(crate, f"{address}#{source.name}", properties))
    crate.root_dataset.append_to("hasPart", found)
    return found


def _settings(crate: ROCrate, contents: Contents) -> list[ContextEntity]:
    """Add the sections of the configuration as values of the run."""
    return [
        crate.add(
            ContextEntity(
                crate,
                f"#config-{key}",
                {
                    "@type": "PropertyValue",
                    "name": key,
                    "value": yaml.safe_dump(value, default_flow_style=True, width=10**6).strip(),
                },
            )
        )
        for key, value in sorted(contents.config.items())
    ]


def _newest(paths: Iterable[Path]) -> str:
    """Return when the newest of some files was written, UTC."""
    moment = max(path.stat().st_mtime for path in paths)
    return dt.datetime.fromtimestamp(moment, dt.UTC).isoformat(timespec="seconds")


def pack(
    files: Mapping[str, Path],
    path: str | os.PathLike[str],
    *,
    described: str | os.PathLike[str],
) -> None:
    """Write files into one archive, in the order of their names.

    What is compressed already is stored as it is. The archive appears when it is complete.

    Args:
        files: by their path in the archive.
        path: the archive.
        described: metadata of the crate, which lists every other file with its checksum.

    Raises:
        InputError: a file is not as it was described, or was not described.
    """
    listed = {
        one["@id"]: one["sha256"] for one in read_json(described)["@graph"] if "sha256" in one
    }
    for name, file in files.items():
        if name != METADATA and listed.get(name) != sha256(file):
            raise InputError(
                f"{file}: has changed since {described} was written, or is not listed there; "
                f"delete {described} and run `snakemake publish` again."
            )
    progress = Progress("files packed", len(files))
    with atomic_path(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for name, file in sorted(files.items()):
            kind = zipfile.ZIP_STORED if file.suffix in _COMPRESSED else zipfile.ZIP_DEFLATED
            archive.write(file, name, compress_type=kind)
            progress.advance()
