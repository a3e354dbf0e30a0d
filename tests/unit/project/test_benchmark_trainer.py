"""The benchmark of the trainer compares like with like."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

ROOT = Path(__file__).resolve().parents[3]
PATH, WORKFLOW = ROOT / "benchmarks" / "trainer.py", ROOT / "workflow"


@pytest.fixture(scope="module")
def benchmark():
    torch.set_num_threads(1)
    spec = importlib.util.spec_from_file_location("benchmark_trainer", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_both_loops_train_the_same_network(benchmark):
    trainer = benchmark.make_trainer(benchmark.make_samples(128, 6))
    plain = benchmark.PlainLoop(trainer)
    series = trainer.rows.series[:32]
    # Both normalise the batch; without dropout they are the same function.
    for module in (trainer.module, plain.module):
        module.train()
        for part in module.modules():
            if "Dropout" in type(part).__name__:
                part.eval()
            if isinstance(part, torch.nn.MultiheadAttention):
                part.dropout = 0.0
    expected = trainer.module(series, {})
    torch.testing.assert_close(plain.module(series), expected, atol=1e-5, rtol=1e-4)
    number = sum(p.numel() for p in trainer.module.parameters())
    assert sum(p.numel() for p in plain.module.parameters()) == number


def test_the_plain_loop_learns_as_well(benchmark):
    trainer = benchmark.make_trainer(benchmark.make_samples(512, 3))
    plain = benchmark.PlainLoop(trainer)
    before = benchmark.training_loss(trainer.module, trainer)
    assert benchmark.training_loss(plain.module, trainer) == pytest.approx(before, rel=1e-4)
    for epoch in range(4):
        trainer.run(epoch + 1)
        plain.run_epoch()
    losses = [benchmark.training_loss(network, trainer) for network in (trainer.module,
                                                                        plain.module)]  # fmt: skip
    assert max(losses) < 0.9 * before
    assert losses[0] == pytest.approx(losses[1], rel=0.15)


def test_the_loss_is_the_mean_square_error_of_standardised_targets(benchmark):
    trainer = benchmark.make_trainer(benchmark.make_samples(64, 2))
    torch.nn.init.zeros_(trainer.module.head.weight)
    torch.nn.init.zeros_(trainer.module.head.bias)
    # A network that always says zero leaves the variance, which is one.
    assert benchmark.training_loss(trainer.module, trainer) == pytest.approx(1.0, rel=1e-5)


FAULTS = """
import resource, sys
import numpy as np
from carbonscape.training.memory import keep_freed_memory
if sys.argv[1] == "keep" and not keep_freed_memory():
    sys.exit("no glibc")
for number in range(12):
    if number == 2:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    arrays = [np.ones(1 << 19) for _ in range(12)]
    del arrays
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def test_freed_memory_is_kept():
    found = {}
    for word in ("keep", "leave"):
        done = subprocess.run([sys.executable, "-c", FAULTS, word], capture_output=True, text=True,
                              env={**os.environ, "PYTHONPATH": str(WORKFLOW)})  # fmt: skip
        if "no glibc" in done.stderr:
            pytest.skip("the C library is not glibc")
        found[word] = int(done.stdout)
    # Twelve arrays of 4 MB are 12,288 pages, which come back ten times.
    assert found["keep"] < 1000 < found["leave"]
