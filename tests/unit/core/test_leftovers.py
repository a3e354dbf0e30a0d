"""What killed processes leave behind, and what must not be taken for it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from carbonscape.core import leftovers
from carbonscape.core.io import atomic_path
from carbonscape.core.leftovers import remove_parts, remove_scratch
from helpers import guards


def killed_writer(folder: Path) -> Path:
    """Leave the temporary file of a process that was killed while it wrote."""
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom carbonscape.core.io import atomic_path\n"
        "with atomic_path(sys.argv[1]) as part:\n"
        "    part.write_text('half')\n    os.kill(os.getpid(), 9)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(guards.PROJECT / "workflow")}
    command = [sys.executable, "-c", code, str(folder / "maps-2015.nc")]
    assert subprocess.run(command, env=environment, check=False).returncode == -9
    (part,) = folder.glob(".*.part.nc")
    return part


def make_old(path: Path, days: float = 2) -> None:
    """Date a file or folder back."""
    past = time.time() - days * 86400
    os.utime(path, (past, past))


def test_the_file_of_a_killed_process_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / "gpp" / "product"
    folder.mkdir(parents=True)
    part = killed_writer(folder)
    whole = folder / "maps-2014.nc"
    whole.write_text("whole")
    assert remove_parts([tmp_path, tmp_path / "absent"]) == [part]
    assert list(folder.iterdir()) == [whole]


@pytest.mark.parametrize("name", ["a.txt", "no_suffix", "a-b.c-d.csv.gz", ".hidden", "a\nb.nc"])
def test_a_file_that_is_being_written_stays(tmp_path: Path, name: str) -> None:
    with atomic_path(tmp_path / name) as part:
        make_old(part)
        assert remove_parts([tmp_path]) == []
        part.write_text("x")
    assert (tmp_path / name).read_text() == "x"


@pytest.mark.parametrize("name", ["a.txt", "no_suffix", "a-b.c-d.csv.gz", ".hidden", "a\nb.nc"])
def test_of_another_machine_only_what_is_old_is_removed(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with atomic_path(tmp_path / name) as part:
        monkeypatch.setattr(leftovers.platform, "node", lambda: "elsewhere")
        assert remove_parts([tmp_path]) == []
        make_old(part)
        assert remove_parts([tmp_path]) == [part]
        part.write_text("x")


@pytest.mark.parametrize(
    "name", [".download.nc.part", ".oco2-20150101.part", "a.part.nc", ".a-b.part", ".snakemake"]
)
def test_what_is_not_written_whole_or_not_at_all_stays(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("x")
    make_old(tmp_path / name)
    assert remove_parts([tmp_path]) == []


def test_a_training_that_nobody_took_up_is_removed(tmp_path: Path) -> None:
    old, recent = (tmp_path / "train_flux" / key for key in ("old", "recent"))
    for folder in (old, recent):
        folder.mkdir(parents=True)
        for name in ("month01.zip", "month02.zip"):
            (folder / name).write_text("x")
            make_old(folder / name)
        make_old(folder)
    (recent / "month02.zip").write_text("a checkpoint of a minute ago")
    assert remove_scratch(tmp_path) == [old]
    assert not old.exists()
    assert len(list(recent.iterdir())) == 2
