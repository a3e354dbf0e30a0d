"""The user's file of a cluster: what it may say, and the sentence for everything else."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from carbonscape.core import cluster as module
from carbonscape.core.cluster import (
    VARIABLE,
    Cluster,
    Partition,
    check_offered,
    cluster_of_run,
    offered_by_slurm,
    read_cluster,
    use_cluster,
)  # fmt: skip
from carbonscape.core.errors import ConfigError
from helpers.guards import PROJECT

GOOD = """
account: 4711
accounting: true
gpu_model: a100
jobs: 30
partitions:
  standard: {max_threads: 32, max_mem_mb: 180000, max_runtime: 2880}
  gpu: {max_threads: 16, max_mem_mb: 120000, max_runtime: 1440, max_gpu: 4, max_cpus_per_gpu: 8}
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "cluster.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(ConfigError) as refused:
        read_cluster(write(folder, text))
    return str(refused.value).removeprefix(f"{folder}/")


def test_partitions_and_settings_are_read(tmp_path: Path) -> None:
    found = read_cluster(write(tmp_path, GOOD))
    assert found.partitions == (
        Partition("standard", 32, 180000, 2880),
        Partition("gpu", 16, 120000, 1440, gpus=4),
    )
    assert (found.jobs, found.login_cores, found.gpu_model) == (30, 2, "a100")
    assert (found.max_threads, found.has_gpu) == (32, True)
    assert found.status_command == "sacct"
    assert found.default_resources == {"mem_mb": 1000, "runtime": 15, "slurm_account": 4711}


def test_without_accounting_or_account_slurm_is_asked_for_neither(tmp_path: Path) -> None:
    text = "partitions: {p: {max_threads: 2, max_mem_mb: 900, max_runtime: 10}}\naccount: null"
    found = read_cluster(write(tmp_path, text))
    assert found.status_command == "squeue"
    assert "slurm_account" not in found.default_resources
    assert not found.has_gpu


def test_the_file_as_it_comes_asks_to_be_filled_in() -> None:
    with pytest.raises(ConfigError, match=r"cluster.yaml: names no partition; .*sinfo -o"):
        read_cluster(PROJECT / "profiles" / "slurm" / "cluster.yaml")


PARTITION = "partitions: {p: {max_threads: 2, max_mem_mb: 900, max_runtime: 10, %s}}"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("- a", "holds no keys"),
        ("", "holds no keys"),
        ("a: [", "is no YAML"),
        ("partition: {}", "no key is called 'partition'; expected account"),
        ("accounting: maybe", "accounting is 'maybe'; expected true or false"),
        ("jobs: 0", "jobs is 0; expected a whole number above 0"),
        ("jobs: true", "jobs is True; expected a whole number above 0"),
        ("account: ''", "account is ''; expected a text"),
        ("partitions: [a]", "partitions is ['a']; expected a table"),
        ("partitions: {p: 3}", "partition 'p' has no limits; expected max_threads"),
        ("partitions: {p: {max_threads: 2}}", "partition 'p': max_mem_mb is None; expected"),
        (PARTITION % "max_runtime: 1-00:00:00", "partition 'p': max_runtime is '1-00:00:00'"),
        (PARTITION % "memory: 3", "partition 'p' has an unknown limit 'memory'"),
        (PARTITION % "max_gpu: many", "partition 'p': max_gpu is 'many'; expected a whole number"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(tmp_path: Path, text: str, sentence: str) -> None:
    assert sentence in refusal(tmp_path, text)


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=f"cannot be read .* {VARIABLE} name the file"):
        read_cluster(tmp_path / "absent.yaml")


def small(threads: int = 4, memory: int = 900) -> Cluster:
    return Cluster(Path("cluster.yaml"), (Partition("p", threads, memory, 60),))


@pytest.mark.parametrize(
    ("cluster", "sentence"),
    [
        (small(threads=5), "has max_threads: 5, but its largest node has 4 CPUs: .* wait for ever"),
        (small(memory=1001), "has max_mem_mb: 1001, but its largest node has 1000 MB of memory"),
    ],
)
def test_more_than_a_node_has_is_refused(cluster: Cluster, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        check_offered(cluster, {"p": (4, 1000)})


def test_an_unknown_partition_is_refused_and_a_fitting_one_is_not() -> None:
    check_offered(small(), {"p": (4, 1000), "q": (8, 10)})
    with pytest.raises(ConfigError, match="'p' is not on this cluster, which has q, r"):
        check_offered(small(), {"r": (4, 1000), "q": (8, 10)})


def test_the_largest_node_of_a_partition_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 0, "p|4|1000\np|8+|500+\nq|2|100\nodd\n", "")

    monkeypatch.setattr(module.subprocess, "run", answer)
    assert offered_by_slurm() == {"p": (8, 1000), "q": (2, 100)}


def test_where_no_slurm_answers_nothing_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(*_: Any, **__: Any) -> None:
        raise FileNotFoundError("sinfo")

    monkeypatch.setattr(module.subprocess, "run", absent)
    assert offered_by_slurm() == {}


def test_the_profile_tells_rules_and_jobs_where_the_file_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert cluster_of_run(os.environ) is None
    monkeypatch.setattr(module, "offered_by_slurm", dict)
    path = write(tmp_path, GOOD)
    assert use_cluster(path).path == path
    assert os.environ[VARIABLE] == str(path)
    found = cluster_of_run(os.environ)
    assert found is not None
    assert found.jobs == 30
    # The variable names another file than the profile's own.
    assert use_cluster("profiles/slurm/cluster.yaml").path == path


def test_the_profile_ends_with_the_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(SystemExit, match=r"^carbonscape: .*: jobs is -1; expected a whole number"):
        use_cluster(write(tmp_path, "jobs: -1"))
    assert VARIABLE not in os.environ
