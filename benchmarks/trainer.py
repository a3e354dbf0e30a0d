"""What the trainer saves: core time, memory and final loss beside a plain PyTorch loop.

    PYTHONPATH=workflow .venv/bin/python benchmarks/trainer.py [--quick]

The plain loop is what a reader of the paper would write: nn.TransformerEncoder with batch
normalisation, nn.MultiheadAttention, nn.Dropout, a DataLoader over a TensorDataset, torch.optim
over separate tensors. Architecture, initial weights, samples, epochs, batches and optimiser are the
same; dropout masks and the order of samples differ by chance. Each loop has a process of one
thread of its own, and the two take turns, an epoch each, so that a busy machine troubles both.

Where torch sees a GPU, 60 networks are also trained there as one stack and one after the other.
Everything is written to results/benchmarks/trainer.json.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import resource
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from carbonscape.models.block import Block
from carbonscape.models.fluxformer import FluxFormer
from carbonscape.models.registry import get_model
from carbonscape.products.gpp import PRODUCT as GPP
from carbonscape.training.memory import keep_freed_memory
from carbonscape.training.network import Trainer
from carbonscape.training.stacked import StackedTrainer

ROOT = Path(__file__).resolve().parents[1]
VARIABLES = ["LAI", "FPAR", "T2M", "SSRD", "VPD", "TP", "E"]
WINDOWS = (4, 22, 44)
KINDS = ("plain", "trainer")
OPTIONS = {
    "width": 64, "heads": 8, "layers": 3, "feedforward": 256, "dropout": 0.1,
    "context": "projection", "context_hidden": 64, "context_width": 16, "epochs": 3,
    "batch_size": 64, "learning_rate": 0.001, "optimiser": "radam", "weight_decay": 0,
    "clip_norm": 4, "schedule": "constant", "members": 1,
}  # fmt: skip


class PlainBlock(nn.Module):
    """An encoder layer as torch's own, with batch instead of layer normalisation."""

    def __init__(self, width: int, heads: int, feedforward: int, dropout: float) -> None:
        super().__init__()
        self.self_attn = nn.MultiheadAttention(width, heads, dropout=dropout, batch_first=True)
        self.linear1 = nn.Linear(width, feedforward)
        self.linear2 = nn.Linear(feedforward, width)
        self.norm1 = nn.BatchNorm1d(width)
        self.norm2 = nn.BatchNorm1d(width)
        self.dropout, self.dropout1, self.dropout2 = (nn.Dropout(dropout) for _ in range(3))

    def forward(self, values: Tensor, **_: object) -> Tensor:
        """Map (sample, step, channel) to the same shape."""
        attended = self.self_attn(values, values, values, need_weights=False)[0]
        values = self.normalise(self.norm1, values + self.dropout1(attended))
        inner = self.dropout(nn.functional.gelu(self.linear1(values)))
        return self.normalise(self.norm2, values + self.dropout2(self.linear2(inner)))

    @staticmethod
    def normalise(norm: nn.BatchNorm1d, values: Tensor) -> Tensor:
        """Normalise over samples and steps; torch wants the channel before the step."""
        return norm(values.transpose(1, 2)).transpose(1, 2)


class PlainNetwork(nn.Module):
    """FluxFormer without land cover from torch's own layers, with the weights of ``network``."""

    def __init__(self, network: FluxFormer, *, heads: int, dropout: float) -> None:
        super().__init__()
        first = network.blocks[0]
        self.width = network.width
        self.project = nn.Linear(network.project.in_features, self.width)
        self.positions = nn.Parameter(network.positions.detach().clone())
        self.dropout = nn.Dropout(dropout)
        block = PlainBlock(self.width, heads, first.widen.out_features, dropout)
        self.encoder = nn.TransformerEncoder(block, len(network.blocks), enable_nested_tensor=False)
        self.head = nn.Linear(network.head.in_features, 1)
        self.project.load_state_dict(network.project.state_dict())
        self.head.load_state_dict(network.head.state_dict())
        for mine, theirs in zip(self.encoder.layers, network.blocks, strict=True):
            attention = theirs.attention
            with torch.no_grad():
                mine.self_attn.in_proj_weight.copy_(attention.project_in.weight)
                mine.self_attn.in_proj_bias.copy_(attention.project_in.bias)
            mine.self_attn.out_proj.load_state_dict(attention.project_out.state_dict())
            mine.linear1.load_state_dict(theirs.widen.state_dict())
            mine.linear2.load_state_dict(theirs.narrow.state_dict())

    def forward(self, series: Tensor) -> Tensor:
        """Map (sample, step, variable) to (sample,)."""
        values = self.project(series) * math.sqrt(self.width) + self.positions
        values = self.encoder(self.dropout(values))
        return self.head(self.dropout(nn.functional.gelu(values)).flatten(1)).squeeze(-1)


class PlainLoop:
    """The usual loop: a DataLoader, an optimiser over separate tensors, clipping."""

    def __init__(self, trainer: Trainer) -> None:
        loop, rows = trainer.loop, trainer.rows
        self.module = PlainNetwork(trainer.module, heads=OPTIONS["heads"],
                                   dropout=OPTIONS["dropout"])  # fmt: skip
        self.clip_norm = loop.clip_norm
        self.loader = DataLoader(
            TensorDataset(rows.series, rows.target), batch_size=loop.batch_size, shuffle=True
        )
        self.optimiser = torch.optim.RAdam(self.module.parameters(), lr=loop.learning_rate)

    def run_epoch(self) -> None:
        """Train one epoch."""
        self.module.train()
        for series, target in self.loader:
            self.optimiser.zero_grad()
            loss = nn.functional.mse_loss(self.module(series), target)
            loss.backward()
            nn.utils.clip_grad_norm_(self.module.parameters(), self.clip_norm)
            self.optimiser.step()
            loss.item()


def make_samples(samples: int, steps: int, *, seed: int = 0) -> Block:
    """Return samples whose target is a smooth function of the window and some noise."""
    random = np.random.default_rng(seed)
    series = random.normal(size=(samples, steps, len(VARIABLES))).astype(np.float32)
    target = np.tanh(series[:, :, 0].sum(1) / math.sqrt(steps)) + series[:, -1, 1:3].prod(1)
    return Block(
        series=series,
        context={},
        month=np.ones(samples, dtype=np.int64),
        target=target + 0.3 * random.normal(size=samples),
    )


def make_trainer(block: Block, *, seed: int = 0, device: str = "cpu") -> Trainer:
    """Return the workflow's trainer of FluxFormer."""
    return Trainer(get_model("fluxformer"), block, variables=VARIABLES, options=OPTIONS,
                   seed=seed, device=device, product=GPP)  # fmt: skip


@torch.no_grad()
def training_loss(network: nn.Module, trainer: Trainer) -> float:
    """Return the mean square error over all training rows without dropout, standardised."""
    network.eval()
    rows, total = trainer.rows, 0.0
    context = [{}] if isinstance(network, FluxFormer) else []
    for start in range(0, len(rows), 1024):
        part = slice(start, start + 1024)
        output = network(rows.series[part], *context)
        total += (output - rows.target[part]).square().sum().item()
    return total / len(rows)


def serve(kind: str, samples: int, steps: int, seed: int, pipe: Connection) -> None:
    """Train an epoch whenever told to; answer core seconds, and loss and memory at the end."""
    torch.set_num_threads(1)
    trainer = make_trainer(make_samples(samples, steps), seed=seed)
    plain = PlainLoop(trainer) if kind == "plain" else None
    if kind == "trainer":
        # As carbonscape.training.fit does before it trains.
        keep_freed_memory()
    pipe.send("ready")
    while pipe.recv() == "epoch":
        start = time.process_time()
        if plain:
            plain.run_epoch()
        else:
            trainer.run(trainer.epoch + 1)
        pipe.send(time.process_time() - start)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    loss = training_loss(plain.module if plain else trainer.module, trainer)
    pipe.send({"peak_memory_mb": memory, "training_loss": loss})


def take_turns(samples: int, steps: int, epochs: int, seed: int) -> dict[str, dict]:
    """Train both loops in turns and return what each took: its epochs, memory and loss."""
    context = multiprocessing.get_context("spawn")
    pipes, processes = {}, []
    for kind in KINDS:
        pipes[kind], theirs = context.Pipe()
        process = context.Process(target=serve, args=(kind, samples, steps, seed, theirs))
        process.start()
        processes.append(process)
        pipes[kind].recv()
    seconds = {kind: [] for kind in KINDS}
    for epoch in range(epochs):
        # Either goes first in turn, lest one always meets a warmer machine.
        for kind in sorted(KINDS, reverse=bool(epoch % 2)):
            pipes[kind].send("epoch")
            seconds[kind].append(pipes[kind].recv())
    found = {}
    for kind, pipe in pipes.items():
        pipe.send("end")
        found[kind] = {"core_s": seconds[kind], **pipe.recv()}
    for process in processes:
        process.join()
    return found


def compare(samples: int, steps: int, epochs: int, seeds: int) -> dict[str, dict[str, float]]:
    """Train both loops from several seeds and return medians, and the losses' mean and spread."""
    runs = [take_turns(samples, steps, epochs, seed) for seed in range(seeds)]
    found = {}
    for kind in KINDS:
        core = float(np.median([value for run in runs for value in run[kind]["core_s"]]))
        losses = [run[kind]["training_loss"] for run in runs]
        found[kind] = {
            "core_s_per_epoch": core,
            "samples_per_s": samples / core,
            "peak_memory_mb": max(run[kind]["peak_memory_mb"] for run in runs),
            "training_loss": float(np.mean(losses)),
            "training_loss_sd": float(np.std(losses, ddof=1)) if seeds > 1 else 0.0,
        }
    return found


def compare_stack(models: int, samples: int, steps: int, epochs: int) -> dict[str, float]:
    """Return wall seconds of an epoch of many networks on a GPU: one by one, and as one stack."""
    blocks = [make_samples(samples, steps, seed=seed) for seed in range(models)]
    separate = [make_trainer(block, seed=k, device="cuda") for k, block in enumerate(blocks)]
    stack = StackedTrainer(
        get_model("fluxformer"), blocks, variables=VARIABLES, options=OPTIONS,
        seeds=range(models), device="cuda", product=GPP,
    )  # fmt: skip

    def one_by_one() -> None:
        for trainer in separate:
            trainer.run(trainer.epoch + 1)

    found = {}
    for name, run in (
        ("separate", one_by_one),
        ("stacked", lambda: stack.run(stack.epoch + 1)),
    ):
        run()
        torch.cuda.synchronize()
        start = time.perf_counter()
        for _ in range(epochs):
            run()
        torch.cuda.synchronize()
        found[f"{name}_s_per_epoch"] = (time.perf_counter() - start) / epochs
    return found | {"models": models, "peak_memory_mb": torch.cuda.max_memory_allocated() / 2**20}


def lines_of(steps: int, found: dict[str, dict[str, float]]) -> Iterator[str]:
    """Yield the lines of the table for one length of the window."""
    for kind, values in found.items():
        yield (
            f"{steps:>4}  {kind:<8}{values['core_s_per_epoch']:>12.2f}"
            f"{values['samples_per_s']:>11.0f}{values['peak_memory_mb']:>10.0f}"
            f"{values['training_loss']:>9.3f} ({values['training_loss_sd']:.3f})"
        )
    ratio = found["plain"]["core_s_per_epoch"] / found["trainer"]["core_s_per_epoch"]
    yield f"      the trainer needs {ratio:.2f} times less core time"


def main() -> None:
    """Measure, print a table and write the numbers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small: tries the script only")
    parser.add_argument("--samples", type=int, help="training samples; 8,410 unless quick")
    parser.add_argument("--epochs", type=int, help="epochs of each loop; 3 unless quick")
    parser.add_argument("--seeds", type=int, help="repetitions; 3 unless quick")
    parser.add_argument("--steps", type=int, nargs="+", help="lengths of windows")
    parser.add_argument("--out", type=Path, default=ROOT / "results/benchmarks/trainer.json")
    arguments = parser.parse_args()
    quick = arguments.quick
    samples = arguments.samples or (256 if quick else 8410)
    epochs = arguments.epochs or (2 if quick else 3)
    seeds = arguments.seeds or (1 if quick else 3)
    windows = arguments.steps or (WINDOWS[:1] if quick else WINDOWS)
    report = {"samples": samples, "epochs": epochs, "seeds": seeds,
              "torch": torch.__version__, "windows": {}}  # fmt: skip
    print(f"{samples} samples, {epochs} epochs, {seeds} seeds, torch {torch.__version__}")
    print("   w  loop     core-s/epoch  samples/s   peak MB     loss (sd of seeds)", flush=True)
    for steps in windows:
        found = compare(samples, steps, epochs, seeds)
        report["windows"][steps] = found
        print("\n".join(lines_of(steps, found)), flush=True)
    if torch.cuda.is_available():
        report["gpu"] = {steps: compare_stack(60, 700, steps, epochs) for steps in windows}
        for steps, found in report["gpu"].items():
            ratio = found["separate_s_per_epoch"] / found["stacked_s_per_epoch"]
            print(f"{steps:>4}  60 models stacked on the GPU: {ratio:.1f} times less wall time")
    else:
        print("No GPU here: what a stack of models saves on one is not measured.")
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
