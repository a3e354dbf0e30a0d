"""Progress of a download: bytes, rate and the time that is left."""

from __future__ import annotations

import time

from carbonscape.core.progress import Progress, format_duration

_UNITS = (("GB", 1e9), ("MB", 1e6), ("kB", 1e3))


def format_bytes(count: float) -> str:
    """Return a number of bytes as ``1.23 GB``, ``12.3 MB``, ``456 kB`` or ``7 bytes``."""
    for name, size in _UNITS:
        if count >= size:
            return (
                f"{count / size:.3g} {name}" if count < 1000 * size else f"{count / size:,.0f} GB"
            )
    return f"{count:.0f} bytes"


class ByteProgress(Progress):
    """Counts received bytes; the total is 0 where the service does not announce it."""

    def describe(self) -> str:
        """Return one line: how much of how much, how fast, how much longer."""
        elapsed = max(time.monotonic() - self.start, 1e-6)
        rate = (self.done - self.resumed) / elapsed
        of_total = f" of {format_bytes(self.total)}" if self.total else ""
        text = f"{self.label}: {format_bytes(self.done)}{of_total} in {format_duration(elapsed)}"
        if rate > 0:
            text += f", {format_bytes(rate)}/s"
            if self.done < self.total:
                text += f", about {format_duration((self.total - self.done) / rate)} left"
        return text
