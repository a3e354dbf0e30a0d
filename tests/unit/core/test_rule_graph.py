"""Which rule reads what: a small workflow by hand."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import SimpleNamespace

from carbonscape.core.rule_graph import edges_later, rule_edges


class Pattern(str):
    """An output with wildcards, as Snakemake matches it."""

    def match(self, path: str) -> re.Match | None:
        return re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self), path)


@dataclass(eq=False)
class Rule:
    name: str
    output: list[str]
    reads: list[str]
    asked: list[dict] = field(default_factory=list)

    def expand_input(self, wildcards: dict) -> tuple[list[str]]:
        self.asked.append(dict(wildcards))
        return ([path.format(**wildcards) for path in self.reads],)


def workflow() -> list[Rule]:
    return [
        Rule("read_towers", [Pattern("months.csv")], ["raw/towers/a.zip", "code.py"]),
        Rule("build_tile", [Pattern("tiles/{tile}.nc")], ["raw/lai/{tile}.nc"]),
        Rule(
            "train",
            [Pattern("models/{model}.zip")],
            ["months.csv", "models/{model}.zip.part"],
        ),
        Rule(
            "map",
            [Pattern("maps/{model}.nc")],
            ["models/{model}.zip", "tiles/r0.nc", "tiles/r1.nc"],
        ),
        Rule("list_inputs", [Pattern("inputs.csv")], ["months.csv"]),
        Rule("report", [Pattern("page.html")], ["maps/mlp.nc", "maps/lstm.nc", "inputs.csv"]),
        Rule("other", [Pattern("other.csv")], ["months.csv"]),
    ]


EXPECTED = [
    ["build_tile", "rule", "raw/lai"],
    ["fig11", "figure", "map"],
    ["map", "rule", "build_tile"],
    ["map", "rule", "train"],
    ["read_towers", "rule", "raw/towers"],
    ["report", "rule", "map"],
    ["train", "rule", "read_towers"],
]


def test_only_what_the_targets_need_is_listed() -> None:
    figures = {"fig11": ["maps/mlp.nc", "maps/lstm.nc"]}
    assert rule_edges(workflow(), ["page.html"], figures, raw="raw") == EXPECTED


def test_tiles_that_read_alike_are_asked_once_and_models_each() -> None:
    rules = workflow()
    rule_edges(rules, ["page.html"], {}, raw="raw")
    asked = {rule.name: rule.asked for rule in rules}
    assert len(asked["build_tile"]) == 1
    assert sorted(one["model"] for one in asked["map"]) == ["lstm", "mlp"]
    assert not asked["list_inputs"]
    assert not asked["other"]


def test_a_rule_that_reads_no_file_of_a_rule_has_a_row() -> None:
    lonely = [Rule("simulate", [Pattern("raw/a.nc")], ["code.py"])]
    assert rule_edges(lonely, ["raw/a.nc"], {}, raw="raw") == [["simulate", "rule", ""]]


def test_rules_that_are_parsed_later_count() -> None:
    parsed = SimpleNamespace(rules=[])
    later = edges_later(parsed, ["page.html"], {}, raw="raw")
    parsed.rules = workflow()
    assert len(later(None)) == len(EXPECTED) - 1
