"""The trainer of every network: one loop that owns its data and wastes nothing per step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from carbonscape.errors import ResultError
from carbonscape.features.samples import Block
from carbonscape.features.scaling import Standardiser
from carbonscape.models.registry import Entry, Shape

#: Keys of a network's options that belong to the loop and not to the architecture.
TRAINING_KEYS = (
    "epochs",
    "batch_size",
    "learning_rate",
    "optimiser",
    "weight_decay",
    "clip_norm",
    "schedule",
    "members",
)


@dataclass(frozen=True)
class TrainingOptions:
    """How a network is trained (defaults: the MVTS transformer's; deviation D5).

    Attributes:
        epochs: passes over the training samples.
        batch_size: samples of a step; a last batch of one joins the batch before it, because
            batch normalisation cannot work on one sample.
        learning_rate: of the optimiser.
        optimiser: ``radam`` or ``adamw``.
        weight_decay: of the optimiser.
        clip_norm: largest norm of the gradient of a step.
        schedule: ``constant`` or ``one_cycle`` (rises to the rate, then falls to almost zero).
        members: networks trained from different seeds and averaged.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    optimiser: str
    weight_decay: float
    clip_norm: float
    schedule: str
    members: int


def split_options(options: Mapping[str, Any]) -> tuple[TrainingOptions, dict[str, Any]]:
    """Split a model's configuration into that of the loop and that of the architecture."""
    loop = TrainingOptions(**{key: options[key] for key in TRAINING_KEYS})
    return loop, {key: value for key, value in options.items() if key not in TRAINING_KEYS}


class TrainedNetwork:
    """A network with the standardisation that it was trained under.

    Attributes:
        module: the torch module, in evaluation mode.
        scaler: standardisation of the predictors, from training rows.
        offset, scale: the target's mean and standard deviation over training rows.
    """

    def __init__(
        self, module: nn.Module, scaler: Standardiser, *, offset: float, scale: float
    ) -> None:
        self.module = module
        self.scaler = scaler
        self.offset = offset
        self.scale = scale

    @torch.no_grad()
    def predict(self, block: Block, *, batch_size: int = 4096) -> NDArray[np.float64]:
        """Return predictions (sample,) in the unit of the target."""
        self.module.eval()
        series, context = to_tensors(block, self.scaler)
        parts = []
        for start in range(0, len(block), batch_size):
            rows = slice(start, start + batch_size)
            output = self.module(series[rows], {k: v[rows] for k, v in context.items()})
            parts.append(output.double().numpy())
        return np.concatenate(parts) * self.scale + self.offset


def to_tensors(block: Block, scaler: Standardiser) -> tuple[Tensor, dict[str, Tensor]]:
    """Return standardised series and context as tensors."""
    series = torch.from_numpy(scaler.apply(block.series))
    return series, {source: torch.from_numpy(v) for source, v in block.context.items()}


def fit_network(
    entry: Entry,
    block: Block,
    *,
    variables: list[str],
    options: Mapping[str, Any],
    seed: int,
) -> TrainedNetwork:
    """Train one network on the samples of ``block`` with the mean square error.

    The same seed gives the same weights on any machine with the same versions and one thread.
    The target is standardised while training, which moves no minimum of the loss and spares
    every rate and width from depending on the unit.

    Raises:
        ResultError: the loss is not finite any more.
    """
    loop, architecture = split_options(options)
    torch.manual_seed(seed)
    scaler = Standardiser.fit(block.series, variables)
    shape = Shape(
        steps=block.series.shape[1],
        variables=block.series.shape[2],
        classes={source: values.shape[1] for source, values in block.context.items()},
    )
    module = entry.build(shape, architecture)
    series, context = to_tensors(block, scaler)
    offset = float(block.target.mean())
    scale = float(block.target.std()) or 1.0
    target = torch.from_numpy((block.target - offset) / scale).float()
    flat = FlatParameters(module)
    optimiser = _optimiser(flat.values, loop)
    batches = batch_bounds(len(block), loop.batch_size)
    rate = _Schedule(loop, steps=loop.epochs * len(batches))
    module.train()
    for epoch in range(loop.epochs):
        order = torch.randperm(len(block))
        total = 0.0
        for start, stop in batches:
            rows = order[start:stop]
            output = module(series[rows], {k: v[rows] for k, v in context.items()})
            wanted = target[rows]
            # [batch, 1] against [batch] would broadcast to [batch, batch] in silence.
            if output.shape != wanted.shape:
                raise RuntimeError(f"{entry.name} returned {tuple(output.shape)} for a batch")
            loss = nn.functional.mse_loss(output, wanted)
            flat.gradient.zero_()
            loss.backward()
            flat.clip(loop.clip_norm)
            rate.set(optimiser)
            optimiser.step()
            total += loss.item() * len(rows)
        if not np.isfinite(total):
            raise ResultError(
                f"training of {entry.label} diverged in epoch {epoch + 1} of {loop.epochs} (the "
                f"loss is {total}); lower 'gpp.models.{entry.name}.learning_rate' "
                f"({loop.learning_rate:g})."
            )
    module.eval()
    return TrainedNetwork(module, scaler, offset=offset, scale=scale)


def batch_bounds(samples: int, batch_size: int) -> list[tuple[int, int]]:
    """Return the bounds of batches; a last batch of one sample joins the one before it."""
    starts = list(range(0, samples, batch_size))
    if len(starts) > 1 and samples - starts[-1] == 1:
        starts.pop()
    return list(zip(starts, [*starts[1:], samples], strict=True))


class FlatParameters:
    """All parameters of a module as one vector, and their gradients as another.

    The optimiser then works on a single tensor instead of dozens of small ones, which for
    networks of this size is a good part of a step. The numbers are those of the separate
    tensors.
    """

    def __init__(self, module: nn.Module) -> None:
        parameters = list(module.parameters())
        self.values = nn.Parameter(torch.cat([p.detach().reshape(-1) for p in parameters]))
        self.gradient = torch.zeros_like(self.values)
        self.values.grad = self.gradient
        start = 0
        for parameter in parameters:
            stop = start + parameter.numel()
            parameter.data = self.values.data[start:stop].view_as(parameter)
            parameter.grad = self.gradient[start:stop].view_as(parameter)
            start = stop

    def clip(self, norm: float) -> None:
        """Scale the gradient down to ``norm`` where it is longer."""
        length = self.gradient.norm()
        self.gradient.mul_(torch.clamp(norm / (length + 1e-6), max=1.0))


def _optimiser(values: nn.Parameter, loop: TrainingOptions) -> torch.optim.Optimizer:
    """Return the optimiser of the configuration."""
    kinds = {"radam": torch.optim.RAdam, "adamw": torch.optim.AdamW}
    return kinds[loop.optimiser](
        [values], lr=loop.learning_rate, weight_decay=loop.weight_decay, foreach=False
    )


class _Schedule:
    """The learning rate of each step."""

    def __init__(self, loop: TrainingOptions, *, steps: int) -> None:
        self.loop = loop
        self.steps = max(steps, 1)
        self.step = 0

    def set(self, optimiser: torch.optim.Optimizer) -> None:
        """Give the optimiser the rate of the next step."""
        if self.loop.schedule == "one_cycle":
            rise = max(int(0.3 * self.steps), 1)
            if self.step < rise:
                share = 0.5 * (1 - np.cos(np.pi * self.step / rise))
                factor = 0.04 + 0.96 * share
            else:
                share = (self.step - rise) / max(self.steps - rise, 1)
                factor = 0.5 * (1 + np.cos(np.pi * share)) + 1e-4
            for group in optimiser.param_groups:
                group["lr"] = self.loop.learning_rate * factor
        self.step += 1
