"""Progress of long work: a bar on a terminal, plain lines in a log."""

from __future__ import annotations

import logging
import sys
import time
from typing import TextIO

logger = logging.getLogger(__name__)


def format_duration(seconds: float) -> str:
    """Return a duration as ``1:02:03`` or ``2:03``."""
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


class Progress:
    """Counts finished units and says how far the work is and how long it will still take.

    Args:
        label: what is being done.
        total: number of units.
        done: units that an earlier, interrupted run had finished: they cost nothing now and
            are left out of the estimate.
        every: seconds between two lines where there is no terminal.
        stream: where a terminal's bar is drawn; standard error by default.
    """

    def __init__(
        self,
        label: str,
        total: int,
        *,
        done: int = 0,
        every: float = 20.0,
        stream: TextIO | None = None,
    ) -> None:
        self.label = label
        self.total = total
        self.done = done
        self.resumed = done
        self.every = every
        self.stream = stream if stream is not None else sys.stderr
        self.start = self.last = time.monotonic()
        if done:
            text = "%s: taking up an earlier run, %d of %d are done"
            logger.info(text, label, done, total, extra={"waiting": True})

    def advance(self, units: int = 1) -> None:
        """Count units as finished and show it."""
        self.done += units
        now = time.monotonic()
        if self.stream.isatty():
            filled = round(30 * self.done / max(self.total, 1))
            end = "\n" if self.done >= self.total else ""
            self.stream.write(f"\r\x1b[K{'█' * filled}{'░' * (30 - filled)} {self.describe()}{end}")
            self.stream.flush()
        if now - self.last >= self.every or self.done >= self.total:
            self.last = now
            # Who waits wants to know; what took no time is for the log alone.
            waiting = now - self.start >= self.every
            logger.info("%s", self.describe(), extra={"waiting": waiting})

    def describe(self) -> str:
        """Return one line: how far, since when, how much longer."""
        elapsed = time.monotonic() - self.start
        fresh = self.done - self.resumed
        text = f"{self.label}: {self.done}/{self.total} in {format_duration(elapsed)}"
        if self.done < self.total and fresh > 0:
            left = elapsed / fresh * (self.total - self.done)
            text += f", about {format_duration(left)} left"
        return text
