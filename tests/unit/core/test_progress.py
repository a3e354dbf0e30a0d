"""Progress: how far, since when, and how much longer."""

from __future__ import annotations

import io
import logging

import pytest

from carbonscape.core import progress
from carbonscape.core.progress import Progress, format_duration


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock that Progress reads."""
    clock = Clock()
    monkeypatch.setattr(progress, "time", clock)
    return clock


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What was logged so far."""
    caplog.set_level(logging.INFO, logger="carbonscape.core.progress")

    class Lines(list):
        def __iter__(self):
            return iter(record.getMessage() for record in caplog.records)

    return Lines()


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0:00"),
        (0.4, "0:00"),
        (59.6, "1:00"),
        (61, "1:01"),
        (3599.4, "59:59"),
        (3600, "1:00:00"),
        (3723, "1:02:03"),
        (90000, "25:00:00"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


def test_the_estimate_goes_on_at_the_pace_so_far(clock: Clock) -> None:
    work = Progress("training", 10, stream=io.StringIO())
    assert work.describe() == "training: 0/10 in 0:00"
    clock.now += 60
    work.advance(4)
    # 60 s for 4 units are 15 s a unit; 6 are left.
    assert work.describe() == "training: 4/10 in 1:00, about 1:30 left"
    clock.now += 30
    assert work.describe() == "training: 4/10 in 1:30, about 2:15 left"
    work.advance(6)
    assert work.describe() == "training: 10/10 in 1:30"


def test_units_of_an_earlier_run_cost_nothing_now(clock: Clock, lines: list[str]) -> None:
    work = Progress("training", 10, done=6, stream=io.StringIO())
    assert list(lines) == ["training: taking up an earlier run, 6 of 10 are done"]
    clock.now += 20
    assert work.describe() == "training: 6/10 in 0:20", "there is nothing to judge the pace by"
    work.advance()
    # 20 s for the one unit of this run; 3 are left.
    assert work.describe() == "training: 7/10 in 0:20, about 1:00 left"


def test_a_fresh_run_takes_up_nothing(lines: list[str]) -> None:
    Progress("training", 10, stream=io.StringIO())
    assert list(lines) == []


def test_lines_without_a_terminal_are_few(clock: Clock, lines: list[str]) -> None:
    stream = io.StringIO()
    work = Progress("reading", 100, every=20, stream=stream)
    for _ in range(100):
        clock.now += 1
        work.advance()
    assert list(lines) == [
        "reading: 20/100 in 0:20, about 1:20 left",
        "reading: 40/100 in 0:40, about 1:00 left",
        "reading: 60/100 in 1:00, about 0:40 left",
        "reading: 80/100 in 1:20, about 0:20 left",
        "reading: 100/100 in 1:40",
    ]
    assert stream.getvalue() == "", "a bar was drawn into a file"


def test_the_last_unit_is_always_told(clock: Clock, lines: list[str]) -> None:
    work = Progress("reading", 2, stream=io.StringIO())
    work.advance()
    work.advance()
    assert list(lines) == ["reading: 2/2 in 0:00"]


def test_a_terminal_gets_one_bar(clock: Clock) -> None:
    stream = Terminal()
    work = Progress("drawing", 3, stream=stream)
    clock.now += 10
    work.advance()
    work.advance(2)
    first, second = stream.getvalue().split("\r\x1b[K")[1:]
    assert first == "█" * 10 + "░" * 20 + " drawing: 1/3 in 0:10, about 0:20 left"
    assert second == "█" * 30 + " drawing: 3/3 in 0:10\n", "the prompt would stand beside the bar"


def test_no_work_at_all(clock: Clock) -> None:
    stream = Terminal()
    Progress("nothing", 0, stream=stream).advance(0)
    assert stream.getvalue().endswith("nothing: 0/0 in 0:00\n")


def test_the_bar_goes_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    import sys

    assert Progress("x", 1).stream is sys.stderr
