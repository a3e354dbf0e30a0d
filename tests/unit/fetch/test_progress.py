"""Progress of a download in bytes."""

from __future__ import annotations

import io

import pytest

from carbonscape.fetch import progress as module
from carbonscape.fetch.progress import ByteProgress, format_bytes


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (7, "7 bytes"),
        (45_600, "45.6 kB"),
        (1.234e6, "1.23 MB"),
        (98.7e9, "98.7 GB"),
        (2.5e12, "2,500 GB"),
    ],
)
def test_bytes_are_readable(count, text):
    assert format_bytes(count) == text


def test_a_line_tells_bytes_rate_and_time_left(monkeypatch):
    progress = ByteProgress("era5", 100_000_000, done=20_000_000, stream=io.StringIO())
    monkeypatch.setattr(module.time, "monotonic", lambda: progress.start + 10)
    progress.done = 60_000_000
    assert progress.describe() == "era5: 60 MB of 100 MB in 0:10, 4 MB/s, about 0:10 left"
