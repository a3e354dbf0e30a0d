"""What the records of sources say is so: readers, simulated twins, folders, documents."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from carbonscape.columns.periods import OTHERS
from carbonscape.sources.registry import get_source, source_names
from carbonscape.sources.source import Files
from helpers.project_copy import copy_project
from helpers.source_tree import LIBRARY, PROJECT

SOURCES = [get_source(name) for name in source_names()]
FILES = [(source.name, kind, files) for source in SOURCES for kind, files in source.files.items()]
IDS = [f"{name}-{kind}" for name, kind, _ in FILES]

#: Options of the real archive alone.
WITHOUT_TWIN = {"vnp46a2", "era5_land_8day", "era5_land_monthly_ee", "fluxformer_maps", *OTHERS}


def test_every_record_says_what_it_is() -> None:
    assert len(SOURCES) > 20
    for source in SOURCES:
        said = (source.title, source.use, source.units, source.service.name, source.page)
        assert all(said), f"the record of {source.name} lacks a text"
        assert source.page.startswith("https://")
        assert "{" not in source.page
        for moment in (source.first, source.last):
            assert re.fullmatch(r"(\d{4}(-\d\d(-\d\d)?)?)?", moment), source.name
        assert source.doi == "" or re.fullmatch(r"10\.\d{4,5}/\S+", source.doi), source.name


@pytest.mark.parametrize(("name", "kind", "files"), FILES, ids=IDS)
def test_readers_and_simulated_twins_exist(name: str, kind: str, files: Files) -> None:
    if files.reader:
        assert (LIBRARY / "archives" / f"{files.reader}.py").is_file()
        assert (files.twin == "") == (name in WITHOUT_TWIN)
    if files.twin:
        assert (PROJECT / "workflow/scripts" / f"{files.twin}.py").is_file()
        rules = "".join(path.read_text("utf-8") for path in PROJECT.rglob("workflow/rules/*/*.smk"))
        assert re.search(rf"^ *rule {files.twin}:$", rules, re.M)
    assert (LIBRARY / files.wing / "periods.py").is_file()


def test_every_raw_file_of_a_run_belongs_to_a_source(tmp_path: Path) -> None:
    project = copy_project(tmp_path)
    simulated = "resources/raw/simulated/tiny/"
    jobs = project.jobs()
    owners = {}
    for _, _, files in FILES:
        if not files.twin:
            continue
        owners.setdefault(files.folder, set()).add(files.twin)
    seen = set()
    for job in jobs:
        for path in job.inputs | job.outputs:
            if path.startswith(simulated):
                folder = path.removeprefix(simulated).split("/")[0]
                assert folder in owners, f"{job.rule}: {path} is of no source"
                if path in job.outputs:
                    assert job.rule in owners[folder], f"{path} has another twin than {job.rule}"
                    seen.add(folder)
    assert seen == set(owners)


def test_sources_load_no_package() -> None:
    code = "import sys; from carbonscape.sources import needs, document; document.document();"
    code += "print(sorted({'numpy', 'xarray', 'pandas', 'yaml'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=LIBRARY.parent, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
