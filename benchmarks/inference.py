"""At-BiLSTM on a CPU: how near its inference comes to the machine's matrix rate, and bfloat16.

    PYTHONPATH=workflow .venv/bin/python benchmarks/inference.py [--quick] [--epochs 12]

The network of Table 3 (512 units, three layers, windows of 3 x 16) reads full batches in one
thread, by the same call as a tile of the product. Beside it, in turns, products of two large
matrices are computed: the best rate of three sizes is what the machine can do. The network's rate
counts every multiplication and addition of its matrix products as Table 3 has them, and nothing
else (gates, softmax), so that it cannot flatter itself.

In bfloat16 the same weights are rounded once and read the same inputs; the error in ppm is that of
a network trained by the workflow's trainer on samples like those of XCO2: growth, latitude and
season, predictors that follow them, and noise of an observation. Predictions of held-out samples
in both precisions are compared. Numbers are written to results/benchmarks/inference.json.
"""

from __future__ import annotations

import argparse
import copy
import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from carbonscape.models.block import Block
from carbonscape.models.entry import Shape
from carbonscape.models.registry import get_model
from carbonscape.products.xco2 import PRODUCT as XCO2
from carbonscape.training.memory import keep_freed_memory
from carbonscape.training.network import TrainedNetwork, fit_network

ROOT = Path(__file__).resolve().parents[1]
STEPS, VARIABLES, UNITS, LAYERS = 3, 16, 512, 3
BATCHES = (256, 1024, 4096)
MATRICES = (1024, 2048, 4096)
OPTIONS = {
    "units": UNITS, "layers": LAYERS, "dropout": 0.5, "batch_size": 256, "learning_rate": 0.001,
    "optimiser": "adam", "weight_decay": 0, "clip_norm": None, "schedule": "step",
    "step_factor": 10, "members": 1,
}  # fmt: skip


def flop_of(units: int, layers: int, *, steps: int = STEPS, variables: int = VARIABLES) -> int:
    """Return multiplications and additions of the matrix products for one sample."""
    total, channels = 0, variables
    for _ in range(layers):
        # Four gates, two directions: each reads the channels and its state, at every step.
        total += 2 * steps * 2 * 4 * units * (channels + units)
        channels = 2 * units
    return total + 2 * steps * steps * channels + 2 * steps * channels


def seconds_of(function: Callable[[], object]) -> float:
    """Return how long a call takes."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


@torch.inference_mode()
def measure(
    rounds: int, *, units: int, matrices: tuple[int, ...], batches: tuple[int, ...]
) -> dict[str, dict]:
    """Return GFLOP/s of matrix products and of the network, in turns: the best of each.

    The machine is shared with others now and then, and what they take only makes a call longer.
    """
    network = get_model("at_bilstm").build(
        Shape(STEPS, VARIABLES, {}), {"units": units, "layers": LAYERS, "dropout": 0.5}
    )
    flop = flop_of(units, LAYERS)
    calls: dict[tuple[str, str], tuple[Callable[[], object], float]] = {}
    for name, kind in (("float32", torch.float32), ("bfloat16", torch.bfloat16)):
        for size in matrices:
            left, right = (torch.randn(size, size).to(kind) for _ in range(2))
            calls[name, f"matrix {size}"] = (lambda a=left, b=right: a @ b), 2 * size**3
        module = copy.deepcopy(network).to(kind).eval()
        for batch in batches:
            series = torch.randn(batch, STEPS, VARIABLES).to(kind)
            calls[name, str(batch)] = (lambda m=module, s=series: m(s, {})), flop * batch
    best = dict.fromkeys(calls, float("inf"))
    for call, _ in calls.values():
        call()  # the first one allocates
    for _ in range(rounds):
        for key, (call, _) in calls.items():
            best[key] = min(best[key], seconds_of(call))
    rates = {key: calls[key][1] / seconds / 1e9 for key, seconds in best.items()}
    found: dict[str, dict] = {}
    for name in ("float32", "bfloat16"):
        matrix = max(rates[name, f"matrix {size}"] for size in matrices)
        found[name] = {"matrix_gflops": matrix, "batches": {}}
        for batch in batches:
            rate = rates[name, str(batch)]
            found[name]["batches"][batch] = {
                "gflops": rate,
                "samples_per_s": rate * 1e9 / flop,
                "share_of_matrix_rate": rate / matrix,
            }
    return found


def make_samples(number: int, *, seed: int) -> Block:
    """Return samples like those of XCO2: seven years, all latitudes, and 16 predictors.

    The target is growth, gradient, season and local departures in ppm, with 0.5 ppm of noise;
    the predictors are mixtures of what drives it, so that a network can learn all but the noise.
    """
    random = np.random.default_rng(seed)
    mixing = np.random.default_rng(99).normal(size=(6, VARIABLES))
    year, lat = random.uniform(2015, 2022, number), np.arcsin(random.uniform(-0.85, 0.95, number))
    local = random.normal(size=number)
    causes, target = [], np.zeros(number)
    for step in range(STEPS):
        time_ = year - (STEPS - 1 - step) / 12
        season = 2 * np.pi * time_
        parts = [(time_ - 2018.5) / 2, np.sin(lat), np.cos(season), np.sin(season), local,
                 random.normal(size=number)]  # fmt: skip
        causes.append(np.stack(parts, axis=1) @ mixing)
    season = 2 * np.pi * year
    target = (
        405 + 2.4 * (year - 2018.5) + 1.5 * np.sin(lat)
        + 3 * np.sin(lat) * np.cos(season - 2) + 0.6 * local + 0.5 * random.normal(size=number)
    )  # fmt: skip
    series = np.stack(causes, axis=1) + 0.05 * random.normal(size=(number, STEPS, VARIABLES))
    month = np.floor((year % 1) * 12).astype(np.int64) + 1
    return Block(series.astype(np.float32), {}, month, target)


@torch.inference_mode()
def compare_precisions(trained: TrainedNetwork, block: Block) -> dict[str, float]:
    """Return how far predictions in bfloat16 lie from those in float32, in ppm."""

    def predict(module: nn.Module, kind: torch.dtype) -> np.ndarray:
        series = torch.from_numpy(trained.scaler.apply(block.series)).to(kind)
        parts: list[Tensor] = [module(part, {}) for part in series.split(1024)]
        return torch.cat(parts).double().numpy() * trained.scale + trained.offset

    single = predict(trained.module, torch.float32)
    half = predict(copy.deepcopy(trained.module).bfloat16(), torch.bfloat16)
    np.testing.assert_allclose(single, trained.predict(block, batch_size=1024), atol=1e-3)
    error = half - single
    return {
        "samples": len(block),
        "rmse_float32_ppm": float(np.sqrt(np.mean((single - block.target) ** 2))),
        "rmse_bfloat16_ppm": float(np.sqrt(np.mean((half - block.target) ** 2))),
        "difference_rms_ppm": float(np.sqrt(np.mean(error**2))),
        "difference_mean_ppm": float(error.mean()),
        "difference_largest_ppm": float(np.abs(error).max()),
        "target_sd_ppm": float(block.target.std()),
    }


def train(number: int, epochs: int, *, units: int) -> TrainedNetwork:
    """Train the network on made-up samples by the workflow's trainer."""
    return fit_network(
        get_model("at_bilstm"),
        make_samples(number, seed=1),
        variables=[f"v{n}" for n in range(VARIABLES)],
        options=OPTIONS | {"units": units, "epochs": epochs, "step_epochs": max(epochs // 3, 1)},
        seed=1,
        product=XCO2,
    )


def main() -> None:
    """Measure and write the numbers."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small: tries the script only")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--samples", type=int, default=4096, help="of the training")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--out", type=Path, default=ROOT / "results/benchmarks/inference.json")
    given = parser.parse_args()
    torch.set_num_threads(1)
    keep_freed_memory()
    units, matrices, batches = (UNITS, MATRICES, BATCHES)
    if given.quick:
        units, matrices, batches = 16, (128,), (32,)
    found: dict[str, object] = {
        "torch": torch.__version__,
        "units": units,
        "mflop_per_sample": flop_of(units, LAYERS) / 1e6,
        "rates": measure(2 if given.quick else given.rounds, units=units, matrices=matrices,
                         batches=batches),
    }  # fmt: skip
    print(json.dumps(found, indent=2), flush=True)
    samples, epochs = (256, 2) if given.quick else (given.samples, given.epochs)
    start = time.process_time()
    trained = train(samples, epochs, units=units)
    found["training"] = {
        "samples": samples, "epochs": epochs, "core_s": time.process_time() - start,
    }  # fmt: skip
    held_out = make_samples(256 if given.quick else 4096, seed=2)
    found["precision"] = compare_precisions(trained, held_out)
    print(json.dumps({key: found[key] for key in ("training", "precision")}, indent=2))
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
