"""What a person is told about a lock and about steps that failed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from carbonscape.core import runs
from carbonscape.core.processes import Process
from carbonscape.core.runs import Failed, explain_lock, last_words, register, tell_failed
from helpers import guards

ARGUMENTS = ["--configfile", "my config.yaml", "--", "maps"]
UNLOCK = "snakemake --unlock --configfile 'my config.yaml' -- maps"


def registered(folder: Path, process: Process, results: str = "results/tiny") -> Path:
    """Write a run down as if another process had done it."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{process.host}-{process.pid}.json"
    record = {"process": str(process), "results": results, "started": "2026-01-01 12:00:00"}
    path.write_text(json.dumps(record))
    return path


def gone() -> Process:
    """Return a process of this machine that exists no more."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass
    return replace(Process.current(), pid=process.pid, start="")


def explained(folder: Path) -> str:
    """Return what is said about a lock on the results."""
    return explain_lock(folder, results="results/tiny", arguments=ARGUMENTS)


def test_the_lock_of_a_killed_run_is_explained_with_the_command_that_helps(tmp_path: Path) -> None:
    dead = gone()
    registered(tmp_path / "runs", dead)
    said = explained(tmp_path / "runs")
    assert "that was killed" in said
    assert f"process {dead.pid}, which started at 2026-01-01 12:00:00" in said
    assert said.splitlines()[-1].strip() == UNLOCK


def test_the_lock_of_a_run_at_work_is_not_to_be_removed(tmp_path: Path) -> None:
    register(tmp_path / "runs", "results/tiny")
    # A run that died is of no interest then.
    registered(tmp_path / "runs", gone())
    said = explained(tmp_path / "runs")
    assert f"kill {os.getpid()}" in said
    assert "--unlock" not in said


def test_of_a_run_on_another_machine_both_ways_are_told(tmp_path: Path) -> None:
    registered(tmp_path / "runs", Process("node7", 12))
    said = explained(tmp_path / "runs")
    assert "on the machine node7 (process 12" in said
    assert said.splitlines()[-1].strip() == UNLOCK


def test_a_run_of_other_results_does_not_hold_this_lock(tmp_path: Path) -> None:
    register(tmp_path / "runs", "results/other")
    dead = registered(tmp_path / "runs", gone())
    assert UNLOCK in explained(tmp_path / "runs")
    dead.unlink()
    assert f"kill {os.getpid()}" in explained(tmp_path / "runs")


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"process": 7}', '{"process": "x"}'])
def test_a_lock_of_which_nothing_is_known_is_explained(tmp_path: Path, text: str) -> None:
    (tmp_path / "damaged.json").write_text(text)
    for folder in (tmp_path / "absent", tmp_path):
        said = explained(folder)
        assert "if no other run is at work" in said
        assert said.splitlines()[-1].strip() == UNLOCK


def test_a_run_forgets_those_that_are_gone(tmp_path: Path) -> None:
    folder = tmp_path / "runs"
    dead, other = registered(folder, gone()), registered(folder, Process("node7", 12))
    mine = register(folder, "results/tiny")
    assert sorted(folder.iterdir()) == sorted([mine, other])
    assert not dead.exists()


def job_fails(log: Path, body: str) -> str:
    """Run a body that fails inside job(); return what the screen showed."""
    code = (
        "from carbonscape.core.errors import InputError\nfrom carbonscape.core.jobs import job\n"
        f"with job({str(log)!r}, 'read_towers'):\n    {body}\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(guards.PROJECT / "workflow")}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    return done.stderr


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("raise InputError('a.csv: line 3: holds x.')", "a.csv: line 3: holds x."),
        ("raise InputError('two\\nlines: here.')", r"two\nlines: here."),
        ("{}['key']", "unexpected KeyError: 'key'"),
    ],
)
def test_the_last_words_of_a_log_are_what_its_job_said(
    tmp_path: Path, body: str, sentence: str
) -> None:
    screen = job_fails(tmp_path / "a.log", body)
    words = last_words(tmp_path / "a.log", since=time.time())
    assert words.startswith(sentence)
    assert screen == f"\ncarbonscape: read_towers: {words}\n\n"


def test_a_log_of_an_earlier_run_is_not_meant(tmp_path: Path) -> None:
    job_fails(tmp_path / "a.log", "raise InputError('x')")
    assert last_words(tmp_path / "a.log", since=time.time() + 3600) == ""


def test_a_killed_job_has_no_last_words(tmp_path: Path) -> None:
    job_fails(tmp_path / "a.log", "import os; os.kill(os.getpid(), 9)")
    assert last_words(tmp_path / "a.log", since=time.time()) == ""
    assert last_words(tmp_path / "absent.log", since=time.time()) == ""


def failed(folder: Path, name: str, sentence: str | None, rule: str = "read_towers") -> Failed:
    """Return a step that failed with a sentence, or was killed."""
    log = folder / f"{name}.log"
    words = "" if sentence is None else f"12:00:00 {runs.LAST_WORDS}{rule}: {sentence}\n"
    log.write_text(f"12:00:00 started\n{words}")
    return Failed(rule, str(log), "4000 MB, 60 minutes")


def test_every_reason_is_told_once_with_its_log(tmp_path: Path) -> None:
    steps = [failed(tmp_path, name, "a.csv: no rows.") for name in "abc"]
    steps.append(failed(tmp_path, "d", "b.csv: no columns."))
    said = tell_failed([*steps, steps[0]], since=0)
    assert said.splitlines() == [
        "Why 4 steps failed:",
        "- read_towers: a.csv: no rows.",
        f"  log: {tmp_path / 'a.log'} (and 2 like it)",
        "- read_towers: b.csv: no columns.",
        f"  log: {tmp_path / 'd.log'}",
        "Then give the same command again: finished steps are kept.",
    ]


def test_a_killed_step_is_told_with_what_it_was_given(tmp_path: Path) -> None:
    said = tell_failed([failed(tmp_path, "a", None)], since=0)
    assert "Why a step failed" in said
    assert "killed" in said
    assert "4000 MB, 60 minutes" in said
    assert "--set-resources read_towers:mem_mb=" in said
    assert str(tmp_path / "a.log") in said


def test_many_reasons_are_counted(tmp_path: Path) -> None:
    steps = [failed(tmp_path, f"{n:02}", f"file {n}.") for n in range(runs.MOST_TOLD + 3)]
    said = tell_failed(steps, since=0)
    assert said.count("- read_towers") == runs.MOST_TOLD
    assert "- and 3 other reasons, in the logs" in said


def test_nothing_is_told_where_nothing_failed() -> None:
    assert tell_failed([], since=0) == ""
