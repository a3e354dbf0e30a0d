"""Whether a process that was noted earlier still exists, and ending with it.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

import os
import platform
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

#: Seconds between two looks at the process that a job ends with.
LOOK_SECONDS = 1.0

#: Seconds that a job has to remove its temporary files before it is ended outright.
GRACE_SECONDS = 5.0


@dataclass(frozen=True)
class Process:
    """A process, told from a later one with the same number.

    Attributes:
        host: name of its machine.
        pid: its number there.
        start: when it started, in the words of the operating system; empty where that is unknown.
    """

    host: str
    pid: int
    start: str = ""

    @classmethod
    def current(cls) -> Process:
        """Return this process."""
        return cls(platform.node(), os.getpid(), _stat(os.getpid())[1])

    @classmethod
    def parse(cls, text: str) -> Process | None:
        """Return the process that a text names (see ``str``), or None if it names none."""
        host, _, rest = text.partition(" ")
        pid, _, start = rest.partition(" ")
        return cls(host, int(pid), start) if host and pid.isdecimal() else None

    def __str__(self) -> str:
        return f"{self.host} {self.pid} {self.start}".strip()

    @property
    def is_here(self) -> bool:
        """Whether it belongs to this machine: of others nothing is known."""
        return self.host == platform.node()

    @property
    def is_gone(self) -> bool:
        """Whether it certainly exists no more."""
        if not self.is_here:
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            pass  # another user's, so it exists
        state, start = _stat(self.pid)
        # A zombie has ended; it waits for its parent alone.
        return state == "Z" or bool(self.start and start and start != self.start)


def _stat(pid: int) -> tuple[str, str]:
    """Return the state and the start of a process as Linux tells them, elsewhere empty texts."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "", ""
    # The name of the program, in brackets, may hold anything.
    fields = text.rpartition(")")[2].split()
    return fields[0], fields[19]


def end_with(process: Process, end: Callable[[], None] | None = None) -> None:
    """End this process soon after another one is gone.

    A parent that is killed outright cannot end its children, and the kernel's own means
    (``PR_SET_PDEATHSIG``) looks at the direct parent alone: between Snakemake and a script there
    is a shell, which lives on.

    Args:
        process: the other one; of another machine it is never seen to be gone.
        end: what ends this process; by default SIGTERM, so that temporary files are removed, and
            an exit without any more ado some seconds later.
    """

    def watch() -> None:
        while not process.is_gone:
            time.sleep(LOOK_SECONDS)
        (end or _end)()

    if process.is_here:
        threading.Thread(target=watch, daemon=True).start()


def _end() -> None:
    """End this process."""
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os._exit(128 + signal.SIGTERM)
