"""What a stack of networks does differently from one: normalisation, dropout and the optimiser."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from carbonscape.models.layers import ByteDropout
from carbonscape.training.optimiser import BETA1, BETA2, EPS
from carbonscape.training.options import TrainingOptions


class Batch:
    """What the layers know of the batch that goes through, inside ``torch.vmap``.

    Attributes:
        counted: (row,) one for rows that count in a mean and zero for padding; None where no
            model has padding.
        moves: one for a model that takes this step, zero for one that waits.
    """

    def __init__(self) -> None:
        self.counted: Tensor | None = None
        self.moves: Tensor | None = None


class StackedBatchNorm(nn.BatchNorm1d):
    """Batch normalisation of (row, channel) that leaves padding out of its statistics.

    Args:
        norm: the layer that it replaces, with the same names of parameters and buffers.
        batch: what the batch holds.
    """

    def __init__(self, norm: nn.BatchNorm1d, batch: Batch) -> None:
        super().__init__(norm.num_features, eps=norm.eps, momentum=norm.momentum)
        self.batch = batch

    def forward(self, values: Tensor) -> Tensor:
        """Return the normalised values (row, channel); move the running statistics."""
        counted = self.batch.counted
        if counted is None:
            return nn.functional.batch_norm(
                values, self.running_mean, self.running_var, self.weight, self.bias,
                training=True, momentum=self.momentum, eps=self.eps,
            )  # fmt: skip
        # A sample has one row here for each of its steps.
        steps = values.shape[0] // counted.shape[0]
        counted = counted[:, None].expand(-1, steps).reshape(-1, 1)
        number = counted.sum()
        mean = (values * counted).sum(0) / number
        centred = values - mean
        variance = (centred.square() * counted).sum(0) / number
        self._move(mean.detach(), variance.detach(), number)
        return centred * torch.rsqrt(variance + self.eps) * self.weight + self.bias

    def _move(self, mean: Tensor, variance: Tensor, number: Tensor) -> None:
        """Move the running statistics of the models that take this step."""
        share = self.batch.moves * self.momentum
        unbiased = variance * (number / (number - 1).clamp(min=1))
        self.running_mean.add_((mean - self.running_mean) * share)
        self.running_var.add_((unbiased - self.running_var) * share)


class StackedDropout(nn.Module):
    """Dropout with a mask of its own for every model, of the probability that ByteDropout rounds.

    An accelerator draws torch's own masks inside the kernel that applies them, so that the
    bytes, which are made for a CPU, would cost more than they save.
    """

    def __init__(self, dropout: ByteDropout) -> None:
        super().__init__()
        self.probability = dropout.threshold / 256

    def forward(self, values: Tensor) -> Tensor:
        """Return ``values`` with some elements zeroed and the others enlarged."""
        if self.probability == 0:
            return values
        return nn.functional.dropout(values, self.probability, training=True)


def make_stackable(module: nn.Module, batch: Batch) -> None:
    """Replace, in place, the layers of a network that do not know of a stack."""
    for name, child in module.named_children():
        if isinstance(child, nn.BatchNorm1d):
            setattr(module, name, StackedBatchNorm(child, batch))
        elif isinstance(child, ByteDropout):
            setattr(module, name, StackedDropout(child))
        elif isinstance(child, nn.RNNBase):
            raise RuntimeError("torch's recurrent layers cannot be stacked")
        else:
            make_stackable(child, batch)


class StackedOptimiser:
    """RAdam, AdamW or Adam over the parameters of many models, each with steps of its own.

    All are the same arithmetic on (model, parameter), with a few numbers for each model and
    step that are made beforehand; a model that waits has numbers that change nothing. RAdam
    follows Liu et al. (2020, arXiv:1908.03265), AdamW Loshchilov & Hutter (2019,
    arXiv:1711.05101), Adam Kingma & Ba (2015, arXiv:1412.6980), all as torch has them.

    Args:
        values: (model, parameter); changed in place by every step.
        loop: the configuration.
    """

    def __init__(self, values: Tensor, loop: TrainingOptions) -> None:
        self.values = values
        self.loop = loop
        self.first = torch.zeros_like(values)
        self.second = torch.zeros_like(values)

    def plan(self, epoch: int, steps: Sequence[int]) -> Tensor:
        """Return the numbers of every step of an epoch: (step, number, model, 1).

        Args:
            epoch: counted from 0.
            steps: steps of an epoch of each model.
        """
        numbers = np.zeros((max(steps), 6, len(steps), 1))
        waiting = self._numbers(0.0, 0)
        for model, own in enumerate(steps):
            for step in range(max(steps)):
                if step >= own:
                    numbers[step, :, model, 0] = waiting
                    continue
                done = epoch * own + step
                rate = self.loop.rate(done, self.loop.epochs * own)
                numbers[step, :, model, 0] = self._numbers(rate, done + 1)
        return torch.from_numpy(numbers).to(self.values.device, self.values.dtype)

    def _numbers(self, rate: float, step: int) -> NDArray[np.float64]:
        """Return the numbers of one model and step, counted from 1; of waiting if 0.

        The order is: factor of the parameters; of the first and of the second moment, what the
        new gradient weighs; plain rate; adaptive rate; what is added to the root of the second
        moment.
        """
        if step == 0:
            return np.array([1.0, 0.0, 0.0, 0.0, 0.0, 1.0])
        correction1, correction2 = 1 - BETA1**step, 1 - BETA2**step
        rate_corrected, root = rate / correction1, np.sqrt(correction2)
        if self.loop.optimiser != "radam":
            decay = self.loop.weight_decay if self.loop.optimiser == "adamw" else 0.0
            keep = 1 - rate * decay
            adaptive, plain, floor = rate_corrected * root, 0.0, EPS * root
        else:
            keep, floor = 1.0, EPS
            longest = 2 / (1 - BETA2) - 1
            length = longest - 2 * step * BETA2**step / correction2
            adaptive, plain = 0.0, rate_corrected
            if length > 5:
                rectified = (length - 4) * (length - 2) * longest
                rectified /= (longest - 4) * (longest - 2) * length
                adaptive, plain = rate_corrected * root * np.sqrt(rectified), 0.0
        return np.array([keep, 1 - BETA1, 1 - BETA2, plain, adaptive, floor])

    def step(self, gradient: Tensor, numbers: Tensor) -> None:
        """Move the parameters.

        Args:
            gradient: (model, parameter), clipped; it may be changed.
            numbers: (number, model, 1), of :meth:`plan`.
        """
        keep, new_first, new_second, plain, adaptive, floor = numbers.unbind(0)
        if self.loop.optimiser != "adamw" and self.loop.weight_decay:
            gradient.add_(self.values, alpha=self.loop.weight_decay)
        self.first.lerp_(gradient, new_first)
        self.second.lerp_(gradient.square_(), new_second)
        speed = self.second.sqrt().add_(floor).reciprocal_().mul_(adaptive).add_(plain)
        self.values.mul_(keep).addcmul_(self.first, speed, value=-1)
