"""Which jobs a run has, from the rules as Snakemake parsed them: no file is read, none is needed.

Snakemake's own graph of jobs asks every input for its time and its metadata. Here only the question
is asked who makes a file, and what that job reads, of every file behind the results of a run.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from carbonscape.core.rule_graph import Makers

#: Jobs for all products: what they read is not followed, lest every job serve every product.
_OF_ALL = frozenset({"list_inputs", "write_front_page"})


@dataclass
class PlannedJob:
    """One job of a run.

    Attributes:
        rule: name of its rule.
        wildcards: values by name.
        threads: cores that it asks for.
        mem_mb: MB that it asks for at its first attempt.
        reads: number of files that it reads.
        products: of the run, whose results need it.
    """

    rule: str
    wildcards: Mapping[str, str]
    threads: int = 1
    mem_mb: int = 0
    reads: int = 0
    products: set[str] = field(default_factory=set)


def planned_jobs(rules: Iterable[Any], targets: Mapping[str, Iterable[str]]) -> list[PlannedJob]:
    """Return every job behind the results of a run, whether or not they are there.

    Args:
        rules: rules of Snakemake: ``name``, ``output`` (paths or patterns that ``match``),
            ``resources`` and ``expand_input(wildcards)``, whose first item is the input files.
        targets: files that each product is asked for.

    Returns:
        Jobs in the order in which they are found. A rule of several outputs has one job for all.
    """
    walk = _Walk(Makers(rules))
    for product, paths in targets.items():
        walk.follow(paths, {product}, closed=_OF_ALL)
    for key in [key for key in walk.jobs if key[0] in _OF_ALL]:
        # What nothing else reads serves them all.
        walk.follow(walk.inputs[key], set(targets), known=set(walk.jobs))
    return list(walk.jobs.values())


class _Walk:
    """Goes from files to the jobs that make them, and on to what these read."""

    def __init__(self, maker: Makers) -> None:
        self.maker = maker
        self.jobs: dict[tuple, PlannedJob] = {}
        self.inputs: dict[tuple, list[str]] = {}

    def follow(
        self,
        paths: Iterable[str],
        products: set[str],
        *,
        closed: Iterable[str] = (),
        known: Iterable[tuple] = (),
    ) -> None:
        """Add the jobs behind some files, for products; neither rules nor jobs are passed twice.

        Args:
            paths: files.
            products: that need them.
            closed: rules whose inputs are not followed.
            known: jobs that are left alone.
        """
        done, seen, open_files = set(known), set(), [str(path) for path in paths]
        while open_files:
            path = open_files.pop()
            if path in seen:
                continue
            seen.add(path)
            rule, wildcards = self.maker.of(path)
            key = rule and (rule.name, *sorted(wildcards.items()))
            if rule is None or key in done:
                continue
            done.add(key)
            if key not in self.jobs:
                self.inputs[key] = [str(one) for one in rule.expand_input(wildcards)[0]]
                self.jobs[key] = PlannedJob(
                    rule.name, wildcards, *asked(rule, wildcards), reads=len(self.inputs[key])
                )
            self.jobs[key].products |= products
            open_files += [] if rule.name in closed else self.inputs[key]


def jobs_later(
    workflow: Any, targets: Mapping[str, Iterable[str]], estimate: Callable[[list], Any]
) -> Callable[[Any], Any]:
    """Return a parameter of a rule that is known only when all rules are parsed.

    Args:
        workflow: Snakemake's, with all ``rules`` at the time of the call.
        targets: see :func:`planned_jobs`.
        estimate: makes the parameter of the planned jobs.
    """
    return lambda wildcards: estimate(planned_jobs(workflow.rules, targets))


def needed_jobs(dag: Any, products: Iterable[str]) -> list[PlannedJob]:
    """Return the jobs that Snakemake is about to run.

    Args:
        dag: its graph of jobs.
        products: of the run.
    """
    return [
        PlannedJob(
            job.rule.name, dict(job.wildcards_dict), threads=job.threads, products=set(products)
        )
        for job in dag.needrun_jobs()
    ]


def asked(rule: Any, wildcards: Mapping[str, str]) -> tuple[int, int]:
    """Return threads and MB of a job, with as many cores as it can use.

    Args:
        rule: of Snakemake; ``resources`` by name, numbers or functions.
        wildcards: of the job.
    """
    words = _Words(wildcards)
    threads = _number(rule.resources.get("_cores"), words, {"attempt": 1}) or 1
    memory = _number(rule.resources.get("mem_mb"), words, {"attempt": 1, "threads": threads})
    return threads, memory or 0


class _Words(dict):
    """Wildcards as functions of the rules read them: ``w.model`` and ``w["model"]``."""

    __getattr__ = dict.__getitem__


def _number(resource: Any, words: Mapping[str, str], further: Mapping[str, int]) -> int | None:
    """Return the number that a resource of a rule is for a job, None where it has none."""
    if resource is None:
        return None
    value = resource.evaluate(words, **further).value
    return value if isinstance(value, int) else None
