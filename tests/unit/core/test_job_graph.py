"""Which jobs a run has: a small workflow by hand."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from carbonscape.core.job_graph import asked, jobs_later, needed_jobs, planned_jobs


class Pattern(str):
    """An output with wildcards, as Snakemake matches it."""

    def match(self, path: str) -> re.Match | None:
        return re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self), path)


class Resource:
    """A resource of a rule, a number or a function of a job's wildcards."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def evaluate(self, wildcards: Any, **further: int) -> Resource:
        return Resource(self.value(wildcards, **further)) if callable(self.value) else self


@dataclass(eq=False)
class Rule:
    name: str
    output: list[str]
    reads: list[str]
    resources: dict[str, Resource] = field(default_factory=dict)
    asked: int = 0

    def expand_input(self, wildcards: dict) -> tuple[list[str]]:
        self.asked += 1
        return ([path.format(**wildcards) for path in self.reads],)


def rules() -> list[Rule]:
    memory = Resource(lambda w, attempt, threads: 1000 + 600 * threads)
    return [
        Rule("read", ["months.csv", "sites.csv"], ["raw/a.zip", "code.py"]),
        Rule("tile", [Pattern("tiles/{tile}.nc")], ["raw/lai.nc"]),
        Rule(
            "train",
            [Pattern("models/{model}.zip")],
            ["months.csv", "sites.csv"],
            {"_cores": Resource(lambda w, attempt: 4 if w.model == "mlp" else 1), "mem_mb": memory},
        ),
        Rule("map", ["map.nc"], ["models/mlp.zip", "tiles/r0.nc", "tiles/r1.nc"]),
        Rule("column", ["column.nc"], ["months.csv", "models/lstm.zip"]),
        Rule("check", ["places.csv"], ["sites.csv"]),
        Rule("list_inputs", ["inputs.csv"], ["months.csv", "places.csv"]),
        Rule("never", ["other.csv"], ["months.csv"]),
    ]


TARGETS = {"gpp": ["map.nc", "inputs.csv"], "xco2": ["column.nc", "inputs.csv"]}


def test_every_job_is_found_once_with_the_products_that_need_it() -> None:
    found = {(job.rule, *job.wildcards.values()): job for job in planned_jobs(rules(), TARGETS)}
    both = {"gpp", "xco2"}
    assert {key: job.products for key, job in found.items()} == {
        ("read",): both,
        ("tile", "r0"): {"gpp"},
        ("tile", "r1"): {"gpp"},
        ("train", "mlp"): {"gpp"},
        ("train", "lstm"): {"xco2"},
        ("map",): {"gpp"},
        ("column",): {"xco2"},
        ("list_inputs",): both,
        # Behind the list of all products alone.
        ("check",): both,
    }
    assert found["map",].reads == 3


def test_a_rule_is_asked_once_for_what_a_job_reads() -> None:
    made = rules()
    planned_jobs(made, TARGETS)
    assert {rule.name: rule.asked for rule in made} == {
        "read": 1, "tile": 2, "train": 2, "map": 1, "column": 1, "check": 1, "list_inputs": 1,
        "never": 0,
    }  # fmt: skip


def test_what_a_job_asks_for() -> None:
    train = rules()[2]
    assert asked(train, {"model": "mlp"}) == (4, 3400)
    assert asked(train, {"model": "lstm"}) == (1, 1600)
    assert asked(rules()[0], {}) == (1, 0)


def test_rules_that_are_parsed_later_count() -> None:
    parsed = SimpleNamespace(rules=[])
    later = jobs_later(parsed, TARGETS, len)
    parsed.rules = rules()
    assert later(None) == 9


def test_jobs_that_are_about_to_run() -> None:
    job = SimpleNamespace(rule=SimpleNamespace(name="train"), wildcards_dict={"model": "mlp"})
    job.threads = 3
    (found,) = needed_jobs(SimpleNamespace(needrun_jobs=lambda: iter([job])), ["gpp"])
    assert (found.rule, found.wildcards, found.threads) == ("train", {"model": "mlp"}, 3)
    assert found.products == {"gpp"}
