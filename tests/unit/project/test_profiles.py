"""The profiles, and what rules ask of a cluster."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
import yte

from carbonscape.core import cluster
from carbonscape.core.resources import GROUPS
from helpers import source_tree
from helpers.source_tree import PROJECT

SLURM = PROJECT / "profiles" / "slurm" / "config.yaml"
DEFAULT = PROJECT / "profiles" / "default" / "config.yaml"


def rules() -> dict[str, str]:
    """Return the text of every rule that runs a script, by its first line and file."""
    found = {}
    for path in source_tree.snakefiles():
        for part in re.split(r"(?m)^(?= *rule\b.*:$)", path.read_text(encoding="utf-8")):
            if "    script:" in part:
                # Of a file's last rule before a loop, the loop's text is a part of its own.
                found[f"{path.name}: {part.split(chr(10))[0].strip()} {len(found)}"] = part
    assert len(found) > 50
    return found


def test_every_rule_that_may_be_submitted_asks_by_size_and_attempt() -> None:
    plain = [
        name
        for name, text in rules().items()
        if "localrule: True" not in text
        and "**needs(" not in text
        # Named in `localrules:` of its file.
        and name.split()[2].rstrip(":") not in ("plan_downloads", "check_sources", "plan_costs")
    ]
    assert plain == []


def test_a_group_s_members_take_turns_and_the_profile_knows_its_size() -> None:
    grouped = {
        name: re.findall(r'group_of\("(\w+)"\)|(cell)_group', text)
        for name, text in rules().items()
        if re.search(r"^ +group:$", text, re.MULTILINE)
    }
    assert len(grouped) > 20
    for name, text in rules().items():
        turns = re.findall(r'group="(\w+)"', text)
        groups = [word or f"{cell}s" for word, cell in grouped.get(name, [])]
        assert turns == groups, name
    assert {"".join(words) for part in grouped.values() for words in part} <= {*GROUPS, "cell"}


def test_neither_profile_sets_what_the_other_one_sets() -> None:
    # profiles/default wins where both set a key: the other's value would be lost without a word.
    default, slurm = (yaml.safe_load(p.read_text(encoding="utf-8")) for p in (DEFAULT, SLURM))
    assert not set(default) & set(slurm)


@pytest.fixture
def filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The profile as Snakemake reads it, beside the file of a cluster with two partitions."""
    path = tmp_path / "cluster.yaml"
    path.write_text(
        "account: my-project\naccounting: true\njobs: 7\nlogin_cores: 3\npartitions:\n"
        "  small: {max_threads: 8, max_mem_mb: 9000, max_runtime: 60}\n"
        "  large: {max_threads: 48, max_mem_mb: 99000, max_runtime: 600}\n",
        encoding="utf-8",
    )
    monkeypatch.setenv(cluster.VARIABLE, str(path))
    monkeypatch.setattr(cluster, "offered_by_slurm", dict)
    monkeypatch.chdir(PROJECT)
    with SLURM.open(encoding="utf-8") as stream:
        found = yte.process_yaml(stream, require_use_yte=True)
    return {**found, "file": str(path)}


def test_the_profile_takes_names_and_sizes_from_the_user_s_file(filled: dict[str, Any]) -> None:
    assert filled["executor"] == "slurm"
    assert filled["retries"] == 2
    assert filled["max-threads"] == filled["cores"] == 48
    assert (filled["jobs"], filled["local-cores"]) == (7, 3)
    assert filled["slurm-partition-config"] == filled["file"]
    assert filled["slurm-status-command"] == "sacct"
    assert filled["default-resources"]["slurm_account"] == "my-project"
    assert filled["group-components"] == GROUPS
