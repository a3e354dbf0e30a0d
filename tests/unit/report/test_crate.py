"""A finished run as an RO-Crate: read back by the library, file by file."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from rocrate.rocrate import ROCrate

from carbonscape.core.errors import InputError
from carbonscape.core.findings import Finding
from carbonscape.core.io import sha256, write_json
from carbonscape.report.crate import (
    CHECKSUM_TABLE,
    METADATA,
    Contents,
    Step,
    code_files,
    describe_crate,
    input_checksums,
    pack,
    result_files,
)
from carbonscape.report.publication import Publication, publication_of
from carbonscape.sources.registry import get_source
from helpers.source_tree import PROJECT

CREATOR = {"name": "Doe, Jo", "orcid": "https://orcid.org/0000-0002-1825-0097"}


def publication(**changed) -> Publication:
    words = {"creators": [CREATOR], "license": "CC-BY-4.0", "simulated": True, "version": "0.1.0"}
    return publication_of("demo", ["gross primary productivity"], **(words | changed))


@pytest.fixture
def contents(tmp_path: Path) -> Contents:
    """A run of two results, made by a workflow of three files."""
    run, code = tmp_path / "results" / "demo", tmp_path / "code"
    for path, text in (
        (run / "gpp" / "scores.csv", "r2\n0.7\n"),
        (run / "report" / "index.html", "<p>"),
        (code / "Snakefile", "rule all:\n"),
        (code / "workflow" / "scripts" / "score.py", "pass\n"),
        (code / "resources" / "raw" / "large.nc", "never packed"),
        (code / ".git", "gitdir: elsewhere"),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    paths = [str(path) for path in run.rglob("*") if path.is_file()]
    return Contents(
        results=result_files([*paths, paths[0]], run),
        code=code_files(code),
        # Two sources with one DOI, and one without any.
        sources=[get_source(name) for name in ("era5_land", "era5_land_8day", "egg4")],
        steps=[Step("score", "Score all", "workflow/scripts/score.py"), Step("all", "", "")],
        software={"python": "3.11", "torch": "2.13.0"},
        config={"seed": 42, "gpp": {"grid": {"cell": 4}}},
    )


def test_a_crate_can_be_read_and_each_file_has_its_checksum(
    contents: Contents, tmp_path: Path
) -> None:
    metadata = tmp_path / METADATA
    write_json(metadata, describe_crate(contents, publication()))
    files = contents.results | contents.code
    pack(files | {METADATA: metadata}, tmp_path / "demo.zip", described=metadata)
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(tmp_path / "demo.zip") as archive:
        archive.extractall(folder)
    crate = ROCrate(folder)
    assert crate.mainEntity.id == "carbonscape/Snakefile"
    assert crate.license == "https://spdx.org/licenses/CC-BY-4.0"
    listed = {one.id: one for one in crate.data_entities if one.get("sha256")}
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert set(listed) == there - {METADATA} == set(files)
    assert there >= {"gpp/scores.csv", "report/index.html", "carbonscape/Snakefile"}
    for name, one in listed.items():
        assert one["sha256"] == sha256(folder / name)
        assert int(one["contentSize"]) == (folder / name).stat().st_size
    action = crate.dereference("#run")
    assert {one.id for one in action["result"]} == set(contents.results)
    assert action["instrument"].id == "carbonscape/Snakefile"
    # As written: the library ends identifiers of data sets with a slash when it reads them.
    graph = {one["@id"]: one for one in json.loads(metadata.read_text())["@graph"]}
    assert {name for name in graph if "cds.e2161bac" in name} == {
        "https://doi.org/10.24381/cds.e2161bac#era5_land",
        "https://doi.org/10.24381/cds.e2161bac#era5_land_8day",
    }
    assert len(graph["#run"]["object"]) == 3 + 2  # sources, sections of the configuration
    assert crate.dereference("#config-gpp")["value"] == "{grid: {cell: 4}}"
    step = crate.dereference("carbonscape/Snakefile#score")
    assert step["workExample"].id == "carbonscape/workflow/scripts/score.py"
    assert crate.dereference("#torch")["softwareVersion"] == "2.13.0"
    assert "SIMULATED" in crate.name


def test_what_changed_after_it_was_described_is_not_packed(
    contents: Contents, tmp_path: Path
) -> None:
    metadata = tmp_path / METADATA
    write_json(metadata, describe_crate(contents, publication()))
    contents.results["gpp/scores.csv"].write_text("r2\n0.9\n")
    with pytest.raises(InputError, match=r"scores\.csv: has changed since"):
        pack(contents.results, tmp_path / "demo.zip", described=metadata)
    assert not (tmp_path / "demo.zip").exists()


def test_checksums_are_those_of_receipts_as_long_as_the_size_holds(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.nc", "b.nc", "c.nc", "d.nc")]
    for path in paths:
        path.write_text("four")
    for path, size in ((paths[1], 4), (paths[2], 5)):
        told = {"sha256": "0f" * 32, "size": size}
        Path(f"{path}.receipt.json").write_text(json.dumps(told))
    outcomes = ("used", "warning", "used", "left out")
    findings = [Finding("egg4", "file", str(p), o) for p, o in zip(paths, outcomes, strict=True)]
    table = CHECKSUM_TABLE.check(input_checksums(findings), "here")
    assert table["path"].tolist() == [str(path) for path in paths[:3]]
    own = sha256(paths[0])
    assert table["sha256"].tolist() == [own, "0f" * 32, own]


def test_an_input_that_is_gone_is_refused(tmp_path: Path) -> None:
    gone = Finding("egg4", "file", str(tmp_path / "gone.nc"), "used")
    with pytest.raises(InputError, match="not there any more"):
        input_checksums([gone])


def test_the_workflow_itself_is_packed_without_data_of_the_user() -> None:
    names = code_files(PROJECT)
    assert {"carbonscape/Snakefile", "carbonscape/workflow/rules/common.smk"} <= set(names)
    assert "carbonscape/resources/regions/srex.csv" in names
    assert not [name for name in names if "/raw/" in name or "/.venv/" in name or "results" in name]
