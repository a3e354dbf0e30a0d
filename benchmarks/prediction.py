"""FluxFormer on a CPU: cell-months a second and core, beside the machine's matrix rate; bfloat16.

    PYTHONPATH=workflow .venv/bin/python benchmarks/prediction.py [--quick] [--rounds 3]

The network of the paper (64 channels, 3 layers) reads samples in one thread, by the call that
predicts a tile, three times: rearranged for prediction (carbonscape.models.fluxformer_folded) in
batches of its own, in float32 and in bfloat16, and as it was trained in batches of 1,024, as this
workflow did it before. Each is measured by processes of its own, in turns, because memory that the
C library keeps cannot be given up again; in turns with the network each process multiplies
matrices, and the best of all processes is the machine's rate. The network's rate counts every
multiplication and addition of its matrix products as it was trained, and nothing else. Seconds are
those of the thread, not of the clock: the machine may be shared.

In bfloat16 the large products have rounded factors (bfloat16), or everything has
(bfloat16_plain); the error is that of a network trained by the workflow's trainer on made-up
samples. Numbers are written to results/benchmarks/prediction.json.
"""

from __future__ import annotations

import argparse
import copy
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from carbonscape.models.block import Block
from carbonscape.models.entry import Shape
from carbonscape.models.fluxformer_folded import FoldedFluxFormer
from carbonscape.models.registry import get_model
from carbonscape.products.gpp import PRODUCT as GPP
from carbonscape.training.memory import keep_freed_memory
from carbonscape.training.network import TrainedNetwork, fit_network
from carbonscape.training.scaling import Standardiser

ROOT = Path(__file__).resolve().parents[1]
VARIABLES, CLASSES, WIDTH, LAYERS, FEEDFORWARD, CONTEXT = 7, 17, 64, 3, 256, 16
ARCHITECTURE = {
    "width": WIDTH, "heads": 8, "layers": LAYERS, "feedforward": FEEDFORWARD, "dropout": 0.1,
    "context": "projection", "context_hidden": 64, "context_width": CONTEXT,
}  # fmt: skip
OPTIONS = ARCHITECTURE | {
    "batch_size": 64, "learning_rate": 0.001, "optimiser": "radam", "weight_decay": 0,
    "clip_norm": 4, "schedule": "constant", "members": 1,
}  # fmt: skip
#: Model and steps of what is measured: windows of 8-day steps, and a year.
CASES = (("fluxformer", 4), ("fluxformer", 22), ("fluxformer", 44), ("fluxformer_annual", 44))
MONTH_ENDS = (3, 7, 11, 14, 17, 21, 25, 29, 33, 36, 39, 43)
#: Samples of a call: those put together at a time before, and the largest batch since.
SAMPLES = {"plain": 1024, "folded": 512, "bfloat16": 512}


def flop_of(steps: int) -> int:
    """Return multiplications and additions of the matrix products for one sample."""
    layer = 8 * steps * WIDTH**2 + 4 * steps**2 * WIDTH + 4 * steps * WIDTH * FEEDFORWARD
    return 2 * steps * VARIABLES * (WIDTH - CONTEXT) + LAYERS * layer + 2 * steps * WIDTH


def network_of(model: str, steps: int) -> TrainedNetwork:
    """Return a network with weights at random, normalised as it is after a training."""
    torch.manual_seed(1)
    shape = Shape(steps, VARIABLES, {"igbp": CLASSES}, MONTH_ENDS if "annual" in model else ())
    entry = get_model(model)
    scaler = Standardiser(np.zeros(VARIABLES), np.ones(VARIABLES))
    module = entry.build(shape, ARCHITECTURE)
    norms = [found for found in module.modules() if isinstance(found, torch.nn.BatchNorm1d)]
    for norm in norms:
        norm.momentum = 1.0
    some = samples_of(steps, 64)
    context = {source: torch.from_numpy(values) for source, values in some.context.items()}
    with torch.no_grad():
        # Once for each layer: what one passes on depends on those before.
        for _ in norms:
            module(torch.from_numpy(some.series), context)
    return TrainedNetwork(entry, module.eval(), scaler, offset=0.0, scale=1.0)


def samples_of(steps: int, number: int, seed: int = 1) -> Block:
    """Return samples whose target follows the series and the class, with some noise."""
    random = np.random.default_rng(seed)
    series = random.normal(size=(number, steps, VARIABLES)).astype(np.float32)
    kind = random.integers(0, CLASSES, number)
    cause = series[:, -4:, 0].mean(axis=1) + 0.5 * series[:, :, 1].mean(axis=1) * (kind % 3)
    target = 4 + 3 * np.tanh(2 * cause) + 0.2 * (kind % 5) + 0.5 * random.normal(size=number)
    context = {"igbp": np.eye(CLASSES, dtype=np.float32)[kind]}
    row = np.arange(number)
    return Block(series, context, np.full(number, 12), target, row)


def measure(way: str, repeats: int, number: int, size: int) -> dict[str, float]:
    """Return seconds of matrix products and of each case: the best of several, in turns."""
    torch.set_num_threads(1)
    if way != "plain":
        keep_freed_memory()
    left, right = torch.randn(size, size), torch.randn(size, size)
    calls: dict[str, Callable[[], object]] = {"matrix": lambda: left @ right}
    for model, steps in CASES:
        network, block = network_of(model, steps), samples_of(steps, number)
        if way == "plain":
            network.batch, network._reader = number, network.module
        if way == "bfloat16":
            network.use_precision(way)
        calls[f"{model} {steps}"] = lambda n=network, b=block: n.predict_year(b)
    best = dict.fromkeys(calls, float("inf"))
    for _ in range(repeats):
        for name, call in calls.items():
            for _ in range(8 if name == "matrix" else 1):
                start = time.thread_time()
                call()
                best[name] = min(best[name], time.thread_time() - start)
    return best


def in_turns(rounds: int, repeats: int, share: int, size: int) -> dict[str, dict]:
    """Return rates of the ways, each the best of several processes, of a share of the samples."""
    best: dict[str, dict[str, float]] = {way: {} for way in SAMPLES}
    for _ in range(rounds):
        for way, found in best.items():
            words = [sys.executable, __file__, "--way", way, repeats, SAMPLES[way] // share, size]
            done = subprocess.run([*map(str, words)], check=True, capture_output=True, text=True)
            said = done.stdout
            for name, seconds in json.loads(said).items():
                found[name] = min(found.get(name, seconds), seconds)
    matrix = 2e-9 * size**3 / min(found["matrix"] for found in best.values())
    cases = {}
    for model, steps in CASES:
        name = f"{model} {steps}"
        months = 12 if "annual" in model else 1
        case: dict[str, Any] = {}
        for way, found in best.items():
            rate = SAMPLES[way] // share / found[name]
            case[way] = {
                "cell_months_per_s": months * rate,
                "gflops": rate * flop_of(steps) / 1e9,
                "share_of_matrix_rate": rate * flop_of(steps) / 1e9 / matrix,
            }
        rates = {way: case[way]["cell_months_per_s"] for way in SAMPLES}
        case["times_faster"] = rates["folded"] / rates["plain"]
        case["bfloat16_times_faster"] = rates["bfloat16"] / rates["folded"]
        cases[name] = case
    return {"matrix_gflops": matrix, "cases": cases}


def compare_precisions(steps: int, number: int, epochs: int) -> dict[str, float]:
    """Return how far predictions lie from those of the trained network in float64, gC m-2 d-1."""
    trained = fit_network(
        get_model("fluxformer"), samples_of(steps, number),
        variables=[f"v{n}" for n in range(VARIABLES)], options=OPTIONS | {"epochs": epochs},
        seed=1, product=GPP,
    )  # fmt: skip
    held_out = samples_of(steps, number, seed=2)
    series = torch.from_numpy(trained.scaler.apply(held_out.series))
    context = torch.from_numpy(held_out.context["igbp"])

    @torch.inference_mode()
    def predict(kind: torch.dtype) -> np.ndarray:
        module = copy.deepcopy(trained.module).to(kind)
        output = module(series.to(kind), {"igbp": context.to(kind)})
        return output.double().numpy() * trained.scale + trained.offset

    exact, found = predict(torch.float64), {"rmse": 0.0}
    found["rmse"] = float(np.sqrt(np.mean((exact - held_out.target) ** 2)))
    found["target_sd"] = float(held_out.target.std())
    if not isinstance(trained.module.for_prediction(), FoldedFluxFormer):
        raise RuntimeError("the trained network was not rearranged")
    ways = {
        "float32_plain": predict(torch.float32),
        "float32_folded": trained.predict(held_out),
        "bfloat16_plain": predict(torch.bfloat16),
    }
    trained.use_precision("bfloat16")
    ways["bfloat16"] = trained.predict(held_out)
    for name, values in ways.items():
        error = values - exact
        found[f"{name}_rms"] = float(np.sqrt(np.mean(error**2)))
        found[f"{name}_largest"] = float(np.abs(error).max())
        found[f"{name}_mean"] = float(error.mean())
    return found


def main() -> None:
    """Measure and write the numbers."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small: tries the script only")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--way", nargs=4, help="of a process that measures")
    parser.add_argument("--out", type=Path, default=ROOT / "results/benchmarks/prediction.json")
    given = parser.parse_args()
    if given.way:
        print(json.dumps(measure(given.way[0], *map(int, given.way[1:]))))
        return
    torch.set_num_threads(1)
    rounds, repeats, share, size = (1, 1, 64, 64) if given.quick else (given.rounds, 16, 1, 512)
    found = {"torch": torch.__version__, **in_turns(rounds, repeats, share, size)}
    print(json.dumps(found, indent=2), flush=True)
    steps, trained, epochs = (4, 64, 1) if given.quick else (22, 2048, 12)
    found["precision"] = compare_precisions(steps, trained, epochs)
    print(json.dumps(found["precision"], indent=2))
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
