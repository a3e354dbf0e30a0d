"""Questions to a plan: who reads a file, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from helpers.project_copy import Job


def nowhere(path: str) -> bool:
    """Close no way."""
    return False


def reached(
    jobs: Iterable[Job], start: Iterable[str], *, closed: Callable[[str], bool] = nowhere
) -> set[str]:
    """Return the rules that learn of some files, on any way; none leads through ``closed``."""
    known, rules = set(start), set()
    waiting = list(jobs)
    while following := [job for job in waiting if job.inputs & known]:
        waiting = [job for job in waiting if job not in following]
        for job in following:
            rules.add(job.rule)
            known |= {path for path in job.outputs if not closed(path)}
    return rules


def rule_that_writes(jobs: Iterable[Job], path: str) -> str:
    """Return the rule that writes a file."""
    (rule,) = {job.rule for job in jobs if path in job.outputs}
    return rule


def output_with(jobs: Iterable[Job], *words: str) -> str:
    """Return the one output whose path holds all words."""
    found = {path for job in jobs for path in job.outputs if all(word in path for word in words)}
    assert len(found) == 1, f"files with {words}: {sorted(found)}"
    return found.pop()


def verb_of(rule: str) -> str:
    """Return the first word of a rule's name, which says what it does."""
    return rule.split("_")[0]
