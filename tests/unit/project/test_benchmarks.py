"""Every benchmark starts and runs in its quick form. What it measures is not judged here."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.project_copy import ROOT, Project, copy_project

SCRIPTS = sorted(path.name for path in (ROOT / "benchmarks").glob("*.py"))
#: What a script needs beside --quick.
ARGUMENTS = {
    "earth_parts.py": ["--cores", "2"],
    "paper_tile.py": ["tile"],
    "planet.py": ["planet"],
}
#: Words of the last lines that it prints.
SAID = {
    "costs.py": "core-hours",
    "earth_parts.py": "rmse, mean over the seeds",
    "gridding.py": "times faster, largest difference",
    "inference.py": "rmse_bfloat16_ppm",
    "paper_tile.py": "cell-months a second",
    "prediction.py": "bfloat16_rms",
    "planet.py": "stage sample_xco2, product xco2, cells 50",
    "trainer.py": "times less core time",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the tree with its benchmarks, which write their results into it."""
    project = copy_project(tmp_path_factory.mktemp("benchmarks"))
    shutil.copytree(ROOT / "benchmarks", project.folder / "benchmarks")
    return project


def test_every_benchmark_is_described_and_tried() -> None:
    text = (ROOT / "benchmarks/README.md").read_text(encoding="utf-8")
    assert set(SAID) == set(SCRIPTS)
    assert not [name for name in SCRIPTS if f"`{name}`" not in text]


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_quick_form_runs(project: Project, name: str) -> None:
    done = subprocess.run(
        [sys.executable, Path("benchmarks", name), "--quick", *ARGUMENTS.get(name, [])],
        cwd=project.folder,
        env={**project.environment(), "PYTHONPATH": str(project.folder / "workflow")},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    assert SAID[name] in done.stdout
