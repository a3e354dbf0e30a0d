"""What a job asks for: memory and time by its size and attempt, within what a node has.

Rules say what a job takes at the size of the papers. A smaller grid takes less; a job that was
killed for memory or time comes back and asks for twice as much (``retries`` of the profile), up to
what the largest fitting partition of the cluster has.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from carbonscape.core.cluster import Cluster
from carbonscape.core.errors import ConfigError

#: MB that any step takes: Snakemake twice, Python and its libraries (measured: 0.1 GB each, and
#: 0.15 to 0.35 GB for a step of the tiny Earth).
START_MB = 1000
#: Minutes that any step may take, on a busy node.
START_MINUTES = 10
#: How much more a job asks for at every new attempt.
GROWTH = 2
#: A grid with less than this share of a paper's cells is small: work on it takes seconds.
SMALL = 0.01

#: How many small jobs of a kind share a submission, and run one after another there.
GROUPS = {"simulation": 20, "years": 12, "tiles": 9, "maps": 9, "cells": 4}

#: A number, or a function of a job's wildcards that returns it.
Amount = float | Callable[[Any], float]


@dataclass(frozen=True)
class Request:
    """What a job asks for: CPUs, MB, minutes, and whether it needs an accelerator."""

    threads: int
    mem_mb: int
    runtime: int
    gpu: bool = False


def grid_share(cell: float, paper: float) -> float:
    """Return how many cells a global grid has beside that of a paper.

    Args:
        cell, paper: side of a cell in degrees, here and in the paper.
    """
    return (paper / cell) ** 2


def grown(amount: float, *, size: float, start: float, attempt: int) -> int:
    """Return an amount for a job of some size, at some attempt.

    Args:
        amount: what the job takes at the size of the paper.
        size: share of the paper's size.
        start: what the smallest job takes.
        attempt: 1 at first.
    """
    needed = amount if amount <= start else start + (amount - start) * size
    return round(needed * GROWTH ** (attempt - 1))


def within(request: Request, cluster: Cluster | None, *, members: int = 1) -> Request:
    """Return a request cut down to what one partition of the cluster has.

    Of partitions where it does not fit as a whole, that which gives the largest part of it. A
    request that needs an accelerator finds one there (:func:`check_device`).

    Args:
        request: what one job needs.
        cluster: None where nothing is cut.
        members: how many such jobs follow one another in one submission.
    """
    if cluster is None:
        return request
    fitting = [p for p in cluster.partitions if p.gpus or not request.gpu]

    def cut(partition: Any) -> Request:
        return replace(
            request,
            threads=min(request.threads, partition.threads),
            mem_mb=min(request.mem_mb, partition.mem_mb),
            runtime=min(request.runtime, max(1, partition.runtime // members)),
        )

    def part(got: Request) -> float:
        shares = (got.threads / request.threads, got.mem_mb / request.mem_mb)
        return shares[0] * shares[1] * got.runtime / request.runtime

    return max(map(cut, fitting), key=part, default=request)


def check_device(device: str, cluster: Cluster | None) -> None:
    """Refuse a run that needs accelerators on a cluster that names none.

    Raises:
        ConfigError: so it is.
    """
    if device == "cuda" and cluster is not None and not cluster.has_gpu:
        raise ConfigError(
            f"config key 'device' is 'cuda', but no partition in {cluster.path} has max_gpu; say "
            f"there how many accelerators a node of which partition has, or set 'device' to 'cpu'."
        )


def wants_gpu(device: str, kind: str, cluster: Cluster | None) -> bool:
    """Say whether a job that trains a model asks for an accelerator.

    Args:
        device: the configuration's word.
        kind: of the model: only a ``network`` can use one.
        cluster: where the run is; ``auto`` asks where a partition has one.
    """
    if kind != "network":
        return False
    return device == "cuda" or (device == "auto" and cluster is not None and cluster.has_gpu)


def resources_of(
    cluster: Cluster | None,
    *,
    mem_mb: Amount,
    runtime: Amount,
    per_thread: float = 0,
    size: Amount = 1,
    gpu: Callable[[Any], bool] | None = None,
    group: str | None = None,
) -> dict[str, Any]:
    """Return the resources of a rule, as functions that Snakemake calls for every job.

    Args:
        cluster: what jobs must fit into, or None where they run on this machine.
        mem_mb: MB at the size of the paper.
        runtime: minutes at the size of the paper.
        per_thread: further MB for every thread.
        size: share of the paper's size.
        gpu: says whether a job needs an accelerator.
        group: name in ``GROUPS`` of the group in which jobs of the rule share a submission, if
            they do. One takes its ``turn`` after another: their times are added up, and the sum
            must fit into a partition.
    """
    members = GROUPS[group] if group else 1

    def request(wildcards: Any, threads: int, attempt: int) -> Request:
        share = _value(size, wildcards)
        memory = _value(mem_mb, wildcards) + per_thread * threads
        asked = Request(
            threads=threads,
            mem_mb=grown(memory, size=share, start=START_MB + per_thread * threads,
                         attempt=attempt),
            runtime=grown(_value(runtime, wildcards), size=share, start=START_MINUTES,
                          attempt=attempt),
            gpu=bool(gpu and gpu(wildcards)),
        )  # fmt: skip
        return within(asked, cluster, members=members)

    found: dict[str, Any] = {
        "mem_mb": lambda wildcards, threads, attempt: request(wildcards, threads, attempt).mem_mb,
        "runtime": lambda wildcards, threads, attempt: request(wildcards, threads, attempt).runtime,
    }
    if gpu is not None:
        found["gpu"] = lambda wildcards: 1 if gpu(wildcards) else None
        if cluster is not None and cluster.gpu_model:
            found["gpu_model"] = lambda wildcards: cluster.gpu_model if gpu(wildcards) else None
    if group and cluster is not None:
        found["turn"] = 1
    return found


def _value(amount: Amount, wildcards: Any) -> float:
    """Return an amount for a job."""
    return amount(wildcards) if callable(amount) else amount
