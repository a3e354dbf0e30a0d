"""Processes that were noted earlier: there, gone, or of another machine; and ending with one."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from carbonscape.core.processes import Process, _stat, end_with
from helpers import guards

linux = pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="no /proc here")


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen]:
    """A process that sleeps."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    yield process
    process.kill()
    process.wait()


def noted(process: subprocess.Popen) -> Process:
    """Return what is noted of a process."""
    return replace(Process.current(), pid=process.pid, start=_stat(process.pid)[1])


def test_this_process_is_there() -> None:
    current = Process.current()
    assert current.is_here
    assert not current.is_gone
    assert Process.parse(str(current)) == current


@pytest.mark.parametrize("text", ["", "host", "host x", " 7"])
def test_what_names_no_process_is_none(text: str) -> None:
    assert Process.parse(text) is None


def test_a_process_without_a_start_is_parsed() -> None:
    assert Process.parse("host 7") == Process("host", 7)


def test_a_killed_process_is_gone(sleeper: subprocess.Popen) -> None:
    process = noted(sleeper)
    assert not process.is_gone
    sleeper.kill()
    sleeper.wait()
    assert process.is_gone


@linux
def test_a_killed_process_that_nobody_waited_for_is_gone(sleeper: subprocess.Popen) -> None:
    process = noted(sleeper)
    sleeper.kill()
    end = time.monotonic() + 10
    while not process.is_gone:
        assert time.monotonic() < end
        time.sleep(0.01)


@linux
def test_a_later_process_with_the_same_number_is_another() -> None:
    assert replace(Process.current(), start="1").is_gone


def test_of_another_machine_nothing_is_known() -> None:
    other = replace(Process.current(), host="elsewhere", pid=2**22)
    assert not other.is_here
    assert not other.is_gone


def test_the_end_of_a_process_is_seen(sleeper: subprocess.Popen) -> None:
    ended = threading.Event()
    end_with(noted(sleeper), ended.set)
    assert not ended.wait(0.2)
    sleeper.kill()
    sleeper.wait()
    assert ended.wait(10)


def test_a_process_ends_with_another_though_it_is_not_its_child(
    sleeper: subprocess.Popen,
) -> None:
    code = (
        "import time\nfrom carbonscape.core.processes import Process, end_with\n"
        f"end_with(Process.parse({str(noted(sleeper))!r}))\nprint('ready', flush=True)\n"
        "time.sleep(60)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(guards.PROJECT / "workflow")}
    with subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True
    ) as bound:
        try:
            assert bound.stdout.readline() == "ready\n"
            sleeper.kill()
            sleeper.wait()
            assert bound.wait(timeout=20) != 0
        finally:
            bound.kill()
