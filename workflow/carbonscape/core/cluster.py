"""The user's file of a cluster's local names: partitions, their sizes, account and accelerators.

The profile ``profiles/slurm`` reads it (:func:`use_cluster`), and so do the rules, which ask for
no more than a partition has (:mod:`carbonscape.core.resources`). Its table of partitions is in the
format of Snakemake's SLURM plugin, which chooses the partition of every job by it.

Only the standard library and PyYAML are used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from carbonscape.core.errors import CarbonscapeError, ConfigError

#: The environment variable that names the file, for the rules and for jobs on other nodes.
VARIABLE = "CARBONSCAPE_CLUSTER"
#: Shows what the file asks for: name, CPUs, MB of memory, longest time, accelerators.
SHOW = 'sinfo -o "%P %c %m %l %G"'

_KEYS = {
    "account": str,
    "accounting": bool,
    "partitions": dict,
    "gpu_model": str,
    "jobs": int,
    "login_cores": int,
}
_REQUIRED = ("max_threads", "max_mem_mb", "max_runtime")
#: Further limits that the plugin knows.
_FURTHER = (
    "max_mem_mb_per_cpu", "max_cpus_per_task", "max_nodes", "max_tasks", "max_tasks_per_node",
    "max_gpu", "available_gpu_models", "max_cpus_per_gpu", "supports_mpi", "max_mpi_tasks",
    "available_constraints", "cluster", "clusters", "slurm_cluster",
)  # fmt: skip


@dataclass(frozen=True)
class Partition:
    """What the largest job of a partition may ask for.

    Attributes:
        name: as SLURM calls it.
        threads: CPUs of one node.
        mem_mb: MB of memory of one node.
        runtime: minutes.
        gpus: accelerators of one node.
    """

    name: str
    threads: int
    mem_mb: int
    runtime: int
    gpus: int = 0


@dataclass(frozen=True)
class Cluster:
    """What the user's file says.

    Attributes:
        path: the file.
        partitions: those that jobs may go to.
        account: whom SLURM charges, or None for its default.
        accounting: whether ``sacct`` answers, that is, whether slurmdbd runs.
        gpu_model: type of accelerator to ask for, or None for any.
        jobs: how many jobs wait or run at a time.
        login_cores: CPUs of the node where snakemake runs, for light steps.
    """

    path: Path
    partitions: tuple[Partition, ...]
    account: str | None = None
    accounting: bool = False
    gpu_model: str | None = None
    jobs: int = 100
    login_cores: int = 2

    @property
    def max_threads(self) -> int:
        """CPUs of the largest node."""
        return max(partition.threads for partition in self.partitions)

    @property
    def has_gpu(self) -> bool:
        """Whether a partition has accelerators."""
        return any(partition.gpus for partition in self.partitions)

    @property
    def status_command(self) -> str:
        """The command of SLURM that tells what became of jobs."""
        return "sacct" if self.accounting else "squeue"

    @property
    def default_resources(self) -> dict[str, Any]:
        """What every job asks for, whatever its rule says."""
        asked: dict[str, Any] = {"mem_mb": 1000, "runtime": 15}
        return {**asked, "slurm_account": self.account} if self.account else asked


def read_cluster(path: str | os.PathLike[str]) -> Cluster:
    """Read the user's file.

    Raises:
        ConfigError: it is absent, no YAML, names no partition, or a key or value is wrong.
    """
    try:
        content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be read ({error.strerror}); start snakemake in the folder of the "
            f"project, or let the environment variable {VARIABLE} name the file."
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: is no YAML: {str(error).splitlines()[0]}.") from error
    if not isinstance(content, dict):
        raise ConfigError(f"{path}: holds no keys; see docs/cluster.md for what stands in it.")
    for key, value in content.items():
        if key not in _KEYS:
            raise ConfigError(f"{path}: no key is called '{key}'; expected {', '.join(_KEYS)}.")
        kind = _KEYS[key]
        if value is not None and not _is(value, kind):
            raise ConfigError(f"{path}: {key} is {value!r}; expected {_WORDS[kind]}.")
    partitions = content.get("partitions") or {}
    if not partitions:
        raise ConfigError(
            f"{path}: names no partition; write down those of your cluster with the size of their "
            f"nodes, as `{SHOW}` shows them (docs/cluster.md)."
        )
    settings = {key: content[key] for key in _KEYS if content.get(key) is not None}
    settings["partitions"] = tuple(
        _read_partition(path, str(name), limits) for name, limits in partitions.items()
    )
    return Cluster(path=Path(path), **settings)


_WORDS = {
    str: "a text",
    bool: "true or false",
    int: "a whole number above 0",
    dict: "a table",
}


def _is(value: Any, kind: type) -> bool:
    """Say whether a value is of a kind; whole numbers count from 1, and texts may look like one."""
    if kind is int:
        return type(value) is int and value > 0
    if kind is str:
        return type(value) in (str, int) and bool(str(value).strip())
    return isinstance(value, kind)


def _read_partition(path: str | os.PathLike[str], name: str, limits: Any) -> Partition:
    """Return one partition of the file."""
    where = f"{path}: partition '{name}'"
    if not isinstance(limits, dict):
        raise ConfigError(f"{where} has no limits; expected {', '.join(_REQUIRED)}.")
    for key in limits:
        if key not in (*_REQUIRED, *_FURTHER):
            raise ConfigError(
                f"{where} has an unknown limit '{key}'; expected {', '.join(_REQUIRED)}, and "
                f"max_gpu where its nodes have accelerators."
            )
    for key in _REQUIRED:
        if not _is(limits.get(key), int):
            raise ConfigError(
                f"{where}: {key} is {limits.get(key)!r}; expected a whole number above 0 "
                f"(CPUs and MB of a node, minutes; `{SHOW}` shows them)."
            )
    gpus = limits.get("max_gpu", 0)
    if type(gpus) is not int or gpus < 0:
        raise ConfigError(f"{where}: max_gpu is {gpus!r}; expected a whole number.")
    return Partition(name, *(limits[key] for key in _REQUIRED), gpus=gpus)


def check_offered(cluster: Cluster, offered: Mapping[str, tuple[int, int]]) -> None:
    """Refuse a file that promises more than SLURM has: such jobs would wait for ever.

    Args:
        cluster: the user's file.
        offered: CPUs and MB of the largest node of each partition that SLURM has.

    Raises:
        ConfigError: a partition is unknown, or no node of it is as large.
    """
    for partition in cluster.partitions:
        where = f"{cluster.path}: partition '{partition.name}'"
        if partition.name not in offered:
            raise ConfigError(
                f"{where} is not on this cluster, which has {', '.join(sorted(offered))}."
            )
        cpus, memory = offered[partition.name]
        for key, asked, there, what in (
            ("max_threads", partition.threads, cpus, "CPUs"),
            ("max_mem_mb", partition.mem_mb, memory, "MB of memory"),
        ):
            if asked > there:
                raise ConfigError(
                    f"{where} has {key}: {asked}, but its largest node has {there} {what}: a job "
                    f"that asks for more would wait for ever; write {there} or less."
                )


def offered_by_slurm() -> dict[str, tuple[int, int]]:
    """Return CPUs and MB of the largest node of each partition; nothing where no SLURM answers."""
    command = ["sinfo", "--noheader", "--exact", "--format=%R|%c|%m"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return {}
    offered: dict[str, tuple[int, int]] = {}
    for line in done.stdout.splitlines():
        match = re.fullmatch(r"(.+)\|(\d+)\+?\|(\d+)\+?", line.strip())
        if match:
            cpus, memory = offered.get(match.group(1), (0, 0))
            size = max(cpus, int(match.group(2))), max(memory, int(match.group(3)))
            offered[match.group(1)] = size
    return offered


def use_cluster(path: str | os.PathLike[str]) -> Cluster:
    """Read the user's file for the profile, and tell the rules and their jobs where it is.

    Ends the program with a sentence where the file is wrong.

    Args:
        path: the file, unless the environment variable ``CARBONSCAPE_CLUSTER`` names another.
    """
    path = os.path.abspath(os.environ.get(VARIABLE) or path)
    try:
        cluster = read_cluster(path)
        offered = offered_by_slurm()
        if offered:
            check_offered(cluster, offered)
    except CarbonscapeError as refusal:
        raise SystemExit(f"carbonscape: {refusal}") from None
    os.environ[VARIABLE] = path
    return cluster


def cluster_of_run(environ: Mapping[str, str]) -> Cluster | None:
    """Return the cluster that a run is on, or None where it has no profile of one."""
    path = environ.get(VARIABLE)
    return read_cluster(path) if path else None
