"""Which failures are tried again, and how long one waits."""

from __future__ import annotations

import datetime as dt
import email.utils

import pytest
import requests

from carbonscape.core.errors import DownloadError
from carbonscape.fetch.retry import BusyError, Policy, asked_wait, reason_of, repeat


@pytest.fixture
def waits(monkeypatch) -> list[float]:
    """Seconds that were waited for, none of them really."""
    seen: list[float] = []
    monkeypatch.setattr("carbonscape.fetch.retry.time.sleep", seen.append)
    return seen


def fails(*errors: BaseException, then: str = "result"):
    """Return a call that raises these, then returns."""
    left = list(errors)

    def call() -> str:
        if left:
            raise left.pop(0)
        return then

    return call


def test_waits_double_within_their_bounds_and_vary(waits):
    policy = Policy(attempts=8, base_seconds=2, cap_seconds=20)
    assert repeat(fails(*[BusyError("busy")] * 7), policy=policy, label="file") == "result"
    spans = [2, 4, 8, 16, 20, 20, 20]
    assert all(span / 2 <= wait <= span for wait, span in zip(waits, spans, strict=True))
    assert len(set(waits)) == len(waits)


def test_what_was_asked_for_is_waited_for(waits):
    repeat(fails(BusyError("busy", after=7)), policy=Policy(), label="file")
    assert 7 <= waits[0] <= 8


def test_attempts_with_progress_do_not_count(waits):
    policy = Policy(attempts=2)
    repeat(fails(*[BusyError("broke", progress=True)] * 5), policy=policy, label="file")
    assert len(waits) == 5


@pytest.mark.parametrize(
    "error",
    [requests.ConnectionError(), requests.Timeout(), requests.exceptions.ChunkedEncodingError()],
)
def test_broken_connections_are_tried_again(waits, error):
    assert repeat(fails(error), policy=Policy(), label="file") == "result"


@pytest.mark.parametrize(
    "error", [ValueError("x"), DownloadError("no"), requests.exceptions.SSLError()]
)
def test_other_errors_are_raised_at_once(waits, error):
    with pytest.raises(type(error)):
        repeat(fails(error), policy=Policy(), label="file")
    assert waits == []


def test_the_end_is_a_sentence_with_the_last_reason(waits):
    with pytest.raises(
        DownloadError, match=r"t2m of 2001: no success in 3 attempts .*: busy\. What"
    ):
        repeat(fails(*[BusyError("busy")] * 9), policy=Policy(attempts=3), label="t2m of 2001")


def test_retry_after_is_a_number_or_a_date():
    later = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=90)
    assert asked_wait({}) is None
    assert asked_wait({"Retry-After": "12"}) == 12
    assert 80 < asked_wait({"Retry-After": email.utils.format_datetime(later)}) < 91
    assert asked_wait({"Retry-After": "soon"}) is None


def test_reasons_hold_no_address():
    error = requests.ConnectionError("https://a.org/?token=hunter2")
    assert "hunter2" not in reason_of(error)
