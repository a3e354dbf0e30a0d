"""What every script does around its one call: the log, and refusals as sentences."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import traceback
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from carbonscape.core import findings as stated
from carbonscape.core import runs, written
from carbonscape.core.errors import CarbonscapeError

_LINE = "%(asctime)s %(message)s"


@contextlib.contextmanager
def job(log: Any, rule: str, *, findings: str | os.PathLike[str] | None = None) -> Iterator[None]:
    """Run the body of a workflow script.

    Everything that is logged goes to the log file; what is worth knowing while waiting also
    goes to standard error. A refusal ends the script with its sentence and status 1; any other
    error with a sentence that names the log, where the traceback is. What the script finds out
    about its inputs (:mod:`carbonscape.core.findings`) is written last, and printed unless they
    are simply used. The sizes of the outputs are noted beside the log of a job that succeeds
    (:mod:`carbonscape.core.written`). A job ends with the Snakemake that started it, however that
    ends.

    Args:
        log: the rule's log files (``snakemake.log``); the first is used.
        rule: name of the rule, for the message.
        findings: the rule's output for what became of its inputs, if it reads native files.
    """
    path = Path(str(log[0] if not isinstance(log, str | os.PathLike) else log))
    path.parent.mkdir(parents=True, exist_ok=True)
    written.forget(path)
    logging.captureWarnings(capture=True)
    warnings.simplefilter("default")
    file = logging.FileHandler(path, mode="w", encoding="utf-8")
    file.setFormatter(logging.Formatter(_LINE, datefmt="%H:%M:%S"))
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    root.addHandler(file)
    handlers: list[logging.Handler] = [file]
    if not sys.stderr.isatty():
        # On a terminal the bar shows the progress; elsewhere lines on long work do.
        lines = logging.StreamHandler(sys.stderr)
        lines.setFormatter(logging.Formatter("%(message)s"))
        lines.addFilter(lambda record: getattr(record, "waiting", False))
        root.addHandler(lines)
        handlers.append(lines)
    # Snakemake and SLURM end a job with SIGTERM: turn it into an exception, so that temporary
    # files are removed and worker processes end with their parent.
    signal.signal(signal.SIGTERM, _raise_exit)
    runs.end_with_run()
    try:
        with stated.collected() as found:
            yield
        if findings is not None:
            stated.write_findings(findings, found)
        for line in stated.lines(found, path=findings or path):
            _say(rule, line)
        written.note(path, _outputs())
    except CarbonscapeError as refusal:
        logging.exception("%s is refused", rule)
        _fail(rule, str(refusal))
    except Exception as error:
        logging.exception("%s failed", rule)
        _fail(
            rule,
            f"unexpected {type(error).__name__}: {_first_line(error)} (this is a fault of the "
            f"workflow, not of your data, unless the text says otherwise; the traceback is in "
            f"{path}; please report it).",
        )
    finally:
        for handler in handlers:
            root.removeHandler(handler)
            handler.close()


def _raise_exit(signum: int, frame: Any) -> None:
    """End the process by an exception, as an interrupt from the keyboard would."""
    sys.exit(128 + signum)


def _outputs() -> list[str]:
    """Return the outputs of the script that this process runs: Snakemake puts them there."""
    script = getattr(sys.modules.get("__main__"), "snakemake", None)
    return [str(path) for path in getattr(script, "output", ())]


def _fail(rule: str, sentence: str) -> NoReturn:
    """End the script with a sentence: on the screen, and as the last words of the log.

    On a cluster the screen is not that of the person who started the run, who is told from there.
    """
    logging.error("%s%s: %s", runs.LAST_WORDS, rule, sentence)
    _say(rule, sentence)
    sys.exit(1)


def _say(rule: str, sentence: str) -> None:
    """Print a refusal or a finding where the user looks."""
    print(f"\ncarbonscape: {rule}: {sentence}\n", file=sys.stderr, flush=True)


def _first_line(error: Exception) -> str:
    """Return the first line of an error's text."""
    text = "".join(traceback.format_exception_only(error)).strip().splitlines()
    return text[0].split(": ", 1)[-1] if text else ""
