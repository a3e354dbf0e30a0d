"""What surrounds every script: the log, and how refusals, faults and signals end it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from helpers import guards

TRACEBACK = "Traceback (most recent call last)"


def source(body: str, log: str) -> str:
    """Return a script that runs a body inside job(); ``log`` is an expression."""
    return (
        "import logging, sys, time, warnings\n"
        "from pathlib import Path\n"
        "from carbonscape.core.errors import *\n"
        "from carbonscape.core.io import atomic_path\n"
        "from carbonscape.core.jobs import job\n"
        "from carbonscape.core.progress import Progress\n"
        f"with job({log}, 'draw_map'):\n"
        f"{textwrap.indent(textwrap.dedent(body), '    ')}\n"
        "print('after')\n"
    )


def environment() -> dict[str, str]:
    """Return the environment of a script."""
    return {**os.environ, "PYTHONPATH": str(guards.PROJECT / "workflow")}


def run(body: str, log: Path) -> tuple[subprocess.CompletedProcess[str], str]:
    """Run a body inside job() in a process of its own; return it and the text of the log."""
    done = subprocess.run(
        [sys.executable, "-c", source(body, repr([str(log), "second.log"]))],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done, log.read_text(encoding="utf-8")


def test_a_script_that_succeeds_says_nothing(tmp_path: Path) -> None:
    done, log = run("logging.info('read %d rows', 7)", tmp_path / "new" / "a.log")
    assert (done.returncode, done.stdout, done.stderr) == (0, "after\n", "")
    assert log.endswith(" read 7 rows\n")


@pytest.mark.parametrize("kind", ["str", "Path"])
def test_a_log_may_be_one_path(tmp_path: Path, kind: str) -> None:
    code = source("logging.info('x')", f"{kind}({str(tmp_path / 'a.log')!r})")
    subprocess.run([sys.executable, "-c", code], env=environment(), check=True)
    assert (tmp_path / "a.log").read_text().endswith("x\n")


def test_a_log_of_an_earlier_run_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("of yesterday\n")
    _, log = run("logging.info('of today')", tmp_path / "a.log")
    assert "of today" in log
    assert "of yesterday" not in log


@pytest.mark.parametrize("error", ["ConfigError", "InputError", "ResultError"])
def test_a_refusal_is_a_sentence(tmp_path: Path, error: str) -> None:
    sentence = "towers/a.csv: line 3 holds 'x', expected a number."
    done, log = run(f'raise {error}("{sentence}")', tmp_path / "a.log")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == f"\ncarbonscape: draw_map: {sentence}\n\n"
    assert f"draw_map: {sentence}" in log
    assert TRACEBACK in log, "the log does not say where the refusal came from"


def test_a_fault_names_the_log_that_holds_its_traceback(tmp_path: Path) -> None:
    done, log = run("table = {}\ntable['first\\nsecond']", tmp_path / "a.log")
    assert done.returncode == 1
    assert done.stdout == ""
    message = done.stderr.strip()
    assert message.startswith("carbonscape: draw_map: unexpected KeyError: ")
    assert f"the traceback is in {tmp_path / 'a.log'}; please report it" in message
    assert TRACEBACK not in done.stderr
    assert "\n" not in message
    assert TRACEBACK in log
    assert "draw_map failed" in log


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        ("ValueError('rows: 3, not 4')", "unexpected ValueError: rows: 3, not 4 "),
        ("ValueError('one\\ntwo')", "unexpected ValueError: one "),
        ("ZeroDivisionError()", "unexpected ZeroDivisionError: ZeroDivisionError "),
    ],
)
def test_the_text_of_a_fault_is_told(tmp_path: Path, raised: str, said: str) -> None:
    done, _ = run(f"raise {raised}", tmp_path / "a.log")
    assert said in done.stderr


def test_warnings_land_in_the_log(tmp_path: Path) -> None:
    done, log = run("warnings.warn('two sites are close')", tmp_path / "a.log")
    assert done.returncode == 0
    assert done.stderr == ""
    assert "UserWarning: two sites are close" in log


def test_warnings_that_python_hides_land_in_the_log(tmp_path: Path) -> None:
    body = "warnings.warn('will go', PendingDeprecationWarning, stacklevel=1)"
    _, log = run(body, tmp_path / "a.log")
    assert "PendingDeprecationWarning: will go" in log


def test_progress_is_shown_where_there_is_no_terminal_and_nothing_else(tmp_path: Path) -> None:
    body = "p = Progress('training', 2, every=0)\nlogging.info('detail')\np.advance(2)\n"
    body += "Progress('quick work', 1).advance()"
    done, log = run(body, tmp_path / "a.log")
    assert done.stderr == "training: 2/2 in 0:00\n"
    assert "training: 2/2 in 0:00" in log
    assert "quick work: 1/1 in 0:00" in log
    assert "detail" in log


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="this system has no pseudo-terminals")
def test_a_terminal_shows_the_bar_once(tmp_path: Path) -> None:
    leader, follower = os.openpty()
    code = source("Progress('training', 1).advance()", repr(str(tmp_path / "a.log")))
    subprocess.run(
        [sys.executable, "-c", code],
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=follower,
        check=True,
        timeout=60,
    )
    shown = os.read(leader, 10_000).decode()
    os.close(leader)
    os.close(follower)
    assert shown.count("training: 1/1") == 1
    assert "█" in shown
    assert "training: 1/1" in (tmp_path / "a.log").read_text(encoding="utf-8")


def test_a_termination_ends_the_script_and_removes_what_is_half_written(tmp_path: Path) -> None:
    body = f"""
        try:
            with atomic_path({str(tmp_path / "result.csv")!r}) as temporary:
                temporary.write_text("half")
                Path({str(tmp_path / "started")!r}).touch()
                time.sleep(60)
        except SystemExit as end:
            print("exit", end.code)
            raise
    """
    process = subprocess.Popen(
        [sys.executable, "-c", source(body, repr(str(tmp_path / "a.log")))],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        end = time.monotonic() + 30
        while not (tmp_path / "started").exists():
            assert process.poll() is None, "the script ended before it was told to"
            assert time.monotonic() < end, "the script did not start"
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        out, error = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 128 + signal.SIGTERM
    assert out == "exit 143\n"
    assert TRACEBACK not in error
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.log", "started"]
