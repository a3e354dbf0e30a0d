"""The benchmark of inference counts and compares what it says."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import torch

PATH = Path(__file__).resolve().parents[3] / "benchmarks" / "inference.py"


@pytest.fixture(scope="module")
def benchmark():
    torch.set_num_threads(1)
    spec = importlib.util.spec_from_file_location("benchmark_inference", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_operations_are_counted_by_hand(benchmark):
    # One unit, one layer, one step, one variable: 4 gates x 2 directions x 2 inputs, twice;
    # attention 1 x 1 of two channels, and the output of two.
    assert benchmark.flop_of(1, 1, steps=1, variables=1) == 32 + 4 + 4
    assert benchmark.flop_of(512, 3) / 1e6 == pytest.approx(88.5, abs=0.01)


def test_rates_are_those_of_the_same_run(benchmark):
    found = benchmark.measure(1, units=8, matrices=(64,), batches=(16,))
    assert list(found) == ["float32", "bfloat16"]
    for rates in found.values():
        part = rates["batches"][16]
        assert part["share_of_matrix_rate"] == part["gflops"] / rates["matrix_gflops"]
        assert part["samples_per_s"] > 0


def test_half_precision_is_compared_on_a_network_that_learnt(benchmark):
    trained = benchmark.train(2048, 12, units=32)
    held_out = benchmark.make_samples(300, seed=2)
    found = benchmark.compare_precisions(trained, held_out)
    assert found["rmse_float32_ppm"] < 0.8 * found["target_sd_ppm"]
    assert 0 < found["difference_rms_ppm"] <= found["difference_largest_ppm"] < 1
    assert np.isfinite(list(found.values())).all()
