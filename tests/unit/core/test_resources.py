"""What jobs ask for: by size and attempt, and never more than a partition has."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from carbonscape.core.cluster import Cluster, Partition
from carbonscape.core.errors import ConfigError
from carbonscape.core.resources import (
    START_MB,
    Request,
    check_device,
    grid_share,
    grown,
    resources_of,
    wants_gpu,
    within,
)  # fmt: skip

CLUSTER = Cluster(
    Path("cluster.yaml"),
    (
        Partition("standard", 32, 60_000, 2880),
        Partition("large", 64, 500_000, 720),
        Partition("gpu", 8, 90_000, 1440, gpus=2),
    ),
)
CPU_ONLY = Cluster(Path("cluster.yaml"), CLUSTER.partitions[:2])
LSTM = SimpleNamespace(model="lstm")


def asked(resources: dict[str, Any], key: str, *, threads: int = 1, attempt: int = 1) -> int:
    return resources[key](LSTM, threads=threads, attempt=attempt)


def test_half_the_cells_on_each_side_are_a_quarter_of_the_grid() -> None:
    assert grid_share(0.2, 0.1) == pytest.approx(0.25)
    assert grid_share(0.1, 0.1) == 1


@pytest.mark.parametrize(
    ("amount", "size", "attempt", "expected"),
    [
        (6000, 1, 1, 6000), (6000, 0, 1, 1000), (6000, 0.5, 1, 3500), (6000, 2, 1, 11000),
        (6000, 1, 2, 12000), (6000, 0.5, 3, 14000), (600, 0.1, 1, 600), (600, 0.1, 3, 2400),
    ],
)  # fmt: skip
def test_amounts_grow_with_size_and_attempt(
    amount: int, size: float, attempt: int, expected: int
) -> None:
    assert grown(amount, size=size, start=1000, attempt=attempt) == expected


def test_a_crossvalidation_asks_for_a_worker_s_memory_a_thread() -> None:
    found = resources_of(None, mem_mb=1000, per_thread=600, runtime=240)
    assert asked(found, "mem_mb", threads=16) == 10_600
    assert asked(found, "mem_mb", threads=2) == 2200
    assert asked(found, "mem_mb", threads=16, attempt=2) == 21_200
    assert asked(found, "runtime", attempt=3) == 960


def test_what_fits_somewhere_is_left_alone() -> None:
    for request in (
        Request(32, 60_000, 2880),
        Request(64, 500_000, 720),
        Request(8, 90_000, 1440, gpu=True),
    ):
        assert within(request, CLUSTER) == request
        assert within(request, None) == request


def test_a_request_is_cut_to_one_partition() -> None:
    # More memory than `standard` has, for longer than `large` gives: time is what is cut least.
    assert within(Request(16, 70_000, 1440), CPU_ONLY) == Request(16, 60_000, 1440)
    assert within(Request(16, 400_000, 1440), CPU_ONLY) == Request(16, 400_000, 720)
    assert within(Request(128, 10, 10), CPU_ONLY) == Request(64, 10, 10)
    assert within(Request(16, 10, 10, gpu=True), CLUSTER) == Request(8, 10, 10, gpu=True)


def test_no_attempt_asks_for_more_than_a_partition_has() -> None:
    found = resources_of(CPU_ONLY, mem_mb=300_000, runtime=700)
    for attempt in (1, 2, 3, 9):
        memory, minutes = (
            asked(found, key, attempt=attempt) for key in ("mem_mb", "runtime")
        )  # fmt: skip
        assert any(memory <= p.mem_mb and minutes <= p.runtime for p in CPU_ONLY.partitions)
    assert asked(found, "mem_mb") == 300_000


def test_amounts_and_sizes_may_depend_on_wildcards() -> None:
    found = resources_of(
        None,
        mem_mb=lambda w: 9000 if w.model == "lstm" else 0,
        runtime=60,
        size=lambda w: 0.5,
    )
    assert asked(found, "mem_mb") == START_MB + (9000 - START_MB) // 2


@pytest.mark.parametrize(
    ("device", "kind", "cluster", "expected"),
    [
        ("cuda", "network", None, True), ("cuda", "network", CLUSTER, True),
        ("cuda", "estimator", CLUSTER, False), ("cpu", "network", CLUSTER, False),
        ("auto", "network", CLUSTER, True), ("auto", "network", CPU_ONLY, False),
        ("auto", "network", None, False),
    ],
)  # fmt: skip
def test_networks_alone_ask_for_accelerators(
    device: str, kind: str, cluster: Cluster | None, expected: bool
) -> None:
    assert wants_gpu(device, kind, cluster) is expected


def test_an_accelerator_is_asked_for_by_number_and_type() -> None:
    typed = Cluster(Path("cluster.yaml"), CLUSTER.partitions, gpu_model="a100")
    found = resources_of(typed, mem_mb=1000, runtime=9, gpu=lambda w: w.model == "lstm")
    other = SimpleNamespace(model="xgboost")
    assert [found["gpu"](LSTM), found["gpu_model"](LSTM)] == [1, "a100"]
    assert [found["gpu"](other), found["gpu_model"](other)] == [None, None]
    plain = resources_of(CLUSTER, mem_mb=1000, runtime=9)
    assert set(plain) == {"mem_mb", "runtime"}
    assert "gpu_model" not in resources_of(CLUSTER, mem_mb=1, runtime=9, gpu=lambda w: True)


def test_members_of_a_group_take_turns_on_a_cluster_alone() -> None:
    found = resources_of(CLUSTER, mem_mb=1000, runtime=700, group="cells")
    assert found["turn"] == 1
    # Four in a row fit into the longest partition.
    assert [asked(found, "runtime", attempt=n) for n in (1, 2, 3)] == [700, 720, 720]
    assert "turn" not in resources_of(None, mem_mb=1000, runtime=9, group="cells")
    assert "turn" not in resources_of(CLUSTER, mem_mb=1000, runtime=9)


def test_cuda_without_a_partition_that_has_it_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"'device' is 'cuda', but no partition in cluster.yaml"):
        check_device("cuda", CPU_ONLY)
    for device, cluster in (("cuda", CLUSTER), ("cuda", None), ("auto", CPU_ONLY)):
        check_device(device, cluster)
