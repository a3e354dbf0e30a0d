"""The run as a whole: who holds a lock, which steps failed and why, in sentences.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

import json
import os
import shlex
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from carbonscape.core.processes import Process, end_with

#: Environment variable by which a job knows the Snakemake that started it.
VARIABLE = "CARBONSCAPE_RUN"

#: What the last words of the log of a failed job begin with, before its rule.
LAST_WORDS = "carbonscape: "

#: How many failed steps are told one by one at the end of a run.
MOST_TOLD = 10


def announce() -> None:
    """Tell the jobs that this process starts which process they end with."""
    os.environ[VARIABLE] = str(Process.current())


def end_with_run() -> None:
    """End this job when the Snakemake that started it is gone."""
    run = Process.parse(os.environ.get(VARIABLE, ""))
    if run is not None:
        end_with(run)


# --- locks -------------------------------------------------------------------------------------


def register(folder: str | os.PathLike[str], results: str) -> Path:
    """Write down that this process runs, and forget runs that ended without a word.

    Args:
        folder: where runs are written down.
        results: the folder of the results of this run.

    Returns:
        The file to be removed at the end of the run.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for path, process, _ in _registered(folder):
        if process.is_gone:
            path.unlink(missing_ok=True)
    current = Process.current()
    path = folder / f"{current.host}-{current.pid}.json"
    started = time.strftime("%Y-%m-%d %H:%M:%S")
    record = {"process": str(current), "results": results, "started": started}
    path.write_text(json.dumps(record), encoding="utf-8")
    return path


def _registered(folder: Path) -> list[tuple[Path, Process, dict[str, str]]]:
    """Return the runs that are written down: file, process and the rest; damaged ones are not."""
    found = []
    for path in sorted(folder.glob("*.json")):
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            process = Process.parse(record["process"])
            if process is not None:
                found.append((path, process, {key: str(record[key]) for key in record}))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue
    return found


def explain_lock(folder: str | os.PathLike[str], *, results: str, arguments: Sequence[str]) -> str:
    """Return what to do about a lock of Snakemake, with the command to give.

    Args:
        folder: where runs are written down (:func:`register`).
        results: the folder of the results that are locked.
        arguments: the words behind ``snakemake`` of the command that met the lock.
    """
    unlock = shlex.join(["snakemake", "--unlock", *arguments])
    then = f"give this command once, then yours again (finished steps are kept):\n  {unlock}"
    found = _registered(Path(folder))
    # Of these results first; a run of others may hold files that both make.
    found = [run for run in found if run[2].get("results") == results] or found
    # One that lives explains more than one that does not.
    found.sort(key=lambda run: (run[1].is_gone, not run[1].is_here))
    if found:
        _, process, record = found[0]
        told = f"process {process.pid}, which started at {record.get('started')}"
        if process.is_gone:
            return f"{results} is locked by a run that was killed ({told}): {then}"
        if process.is_here:
            return (
                f"{results} is locked, because another run is at work here ({told}): wait for it "
                f"or end it ('kill {process.pid}'), then give your command again."
            )
        return (
            f"{results} is locked by a run on the machine {process.host} ({told}): wait for it, "
            f"or, if it exists no more, {then}"
        )
    return (
        f"{results} is locked: if no other run is at work in this folder, one was killed before "
        f"it could release the lock: {then}"
    )


# --- failed steps ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Failed:
    """A step that failed.

    Attributes:
        rule: its rule.
        log: its log.
        needs: memory and time that it was given, in words.
    """

    rule: str
    log: str
    needs: str


def last_words(log: str | os.PathLike[str], *, since: float) -> str:
    """Return the sentence with which a job failed, without its rule; empty if it has left none.

    Args:
        log: the log of the job.
        since: when the run started, in seconds since 1970: the log of an earlier run is not meant.
    """
    try:
        # Clocks of the nodes of a cluster differ a little.
        if os.stat(log).st_mtime < since - 60:
            return ""
        text = Path(log).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    # A line of a log begins with the time of day.
    _, found, words = text.rpartition(f" {LAST_WORDS}")
    return words.partition(": ")[2].strip() if found else ""


def tell_failed(failed: Iterable[Failed], *, since: float) -> str:
    """Return what the person who started a run reads last: why steps failed and what to do.

    Args:
        failed: the steps, in any order.
        since: as in :func:`last_words`.
    """
    reasons: dict[str, list[Failed]] = {}
    for step in sorted(set(failed), key=lambda step: (step.rule, step.log)):
        reason = last_words(step.log, since=since) or (
            "it ended without a sentence of its own. Most often such a step was killed for its "
            f"memory or its time ({step.needs}), or with its machine; give it more "
            f"('--set-resources {step.rule}:mem_mb=... {step.rule}:runtime=...') and run again."
        )
        reasons.setdefault(f"{step.rule}: {reason}", []).append(step)
    if not reasons:
        return ""
    count = sum(len(steps) for steps in reasons.values())
    lines = [f"Why {'a step' if count == 1 else f'{count} steps'} failed:"]
    for reason, steps in list(reasons.items())[:MOST_TOLD]:
        others = f" (and {len(steps) - 1} like it)" if len(steps) > 1 else ""
        lines += [f"- {reason}", f"  log: {steps[0].log or 'none'}{others}"]
    if len(reasons) > MOST_TOLD:
        lines.append(f"- and {len(reasons) - MOST_TOLD} other reasons, in the logs")
    lines.append("Then give the same command again: finished steps are kept.")
    return "\n".join(lines)
