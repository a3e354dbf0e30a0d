"""The trainer of every network: one loop that owns its data and wastes nothing per step."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from carbonscape.core.errors import ResultError
from carbonscape.models.block import Block, shape_of
from carbonscape.models.entry import Entry
from carbonscape.products.product import Product
from carbonscape.training.checkpoint import Checkpoint
from carbonscape.training.optimiser import Optimiser
from carbonscape.training.options import split_options
from carbonscape.training.precision import reader_of
from carbonscape.training.rows import Rows, fit_scaler, make_rows
from carbonscape.training.scaling import Standardiser

#: Samples predicted at a time by a network that does not say how many suit it.
BATCH = 256


class TrainedNetwork:
    """A network with the standardisation that it was trained under.

    Attributes:
        entry: the model.
        module: the torch module, on the CPU and in evaluation mode.
        scaler: standardisation of the predictors, from training rows.
        offset, scale: the target's mean and standard deviation over training samples.
        batch: samples that are predicted at a time. What a batch of another size gives differs by
            rounding.
    """

    def __init__(
        self,
        entry: Entry,
        module: nn.Module,
        scaler: Standardiser,
        *,
        offset: float,
        scale: float,
    ) -> None:
        self.entry = entry
        self.module = module
        self.scaler = scaler
        self.offset = offset
        self.scale = scale
        self.batch: int = getattr(module, "batch", BATCH)
        self._reader: Callable[[Tensor, Mapping[str, Tensor]], Tensor] | None = None

    def use_precision(self, precision: str) -> Callable[[Tensor, Mapping[str, Tensor]], Tensor]:
        """Predict in a precision of :data:`carbonscape.training.precision.KINDS` from now on.

        Returns:
            What computes predictions from standardised series and context.
        """
        self.module.eval()
        self._reader = reader_of(self.module, precision)
        return self._reader

    def predict(self, block: Block, *, batch_size: int | None = None) -> NDArray[np.float64]:
        """Return predictions (sample,) in the unit of the target.

        Args:
            block: the samples.
            batch_size: samples computed at a time; None for :attr:`batch`.
        """
        rows, row = make_rows(self.entry, block, self.scaler)
        output = self._forward(rows, batch_size or self.batch)
        return output[row, block.month - 1] if self.entry.yearly else output

    def predict_year(self, block: Block) -> NDArray[np.float64]:
        """Return the predictions of a yearly model for every month: (sample, month).

        Args:
            block: one sample a site-year or cell, with the whole year's series.
        """
        return self._forward(make_rows(self.entry, block, self.scaler)[0], self.batch)

    @torch.no_grad()
    def _forward(self, rows: Rows, batch_size: int) -> NDArray[np.float64]:
        """Return the network's output for rows in the unit of the target."""
        if self._reader is None:
            # Made once: the weights of a trained network change no more.
            self.use_precision("float32")
        parts = []
        for start in range(0, len(rows), batch_size):
            part = slice(start, start + batch_size)
            # Copied, because products of arrays that begin elsewhere in memory than torch's own do
            # may round differently.
            context = {source: values[part].clone() for source, values in rows.context.items()}
            output = self._reader(rows.series[part].clone(), context)
            parts.append(output.double().numpy())
        return np.concatenate(parts) * self.scale + self.offset


def fit_network(
    entry: Entry,
    block: Block,
    *,
    variables: Sequence[str],
    options: Mapping[str, Any],
    seed: int,
    month_ends: Sequence[int] = (),
    checkpoint: Checkpoint | None = None,
    device: str = "cpu",
    product: Product,
) -> TrainedNetwork:
    """Train one network on the samples of ``block`` with the mean square error.

    Where samples have weights, the loss of a batch is the weighted mean of its squared errors;
    the standardisation of predictors and target knows none.

    The same seed gives the same parameters on any machine with the same versions, one thread and
    a CPU, whether the training was interrupted or not. The target is standardised while training,
    which moves no minimum of the loss and spares every rate and width from depending on the
    unit.

    Args:
        entry: the model.
        block: training samples.
        variables: names of the predictors, for messages.
        options: the model's configuration.
        seed: of the weights, the order of the samples and dropout.
        month_ends: position of the last step of each month, for a yearly model.
        checkpoint: where the training is kept, to go on after an interruption.
        device: of torch.
        product: what is predicted.

    Raises:
        ResultError: the loss is not finite any more.
    """
    trainer = Trainer(
        entry,
        block,
        variables=variables,
        options=options,
        seed=seed,
        month_ends=month_ends,
        checkpoint=checkpoint,
        device=device,
        product=product,
    )
    trainer.run(trainer.loop.epochs)
    return trainer.result()


class Trainer:
    """One training: a network, its rows on a device, its optimiser, and how far it is."""

    def __init__(
        self,
        entry: Entry,
        block: Block,
        *,
        variables: Sequence[str],
        options: Mapping[str, Any],
        seed: int,
        month_ends: Sequence[int] = (),
        checkpoint: Checkpoint | None = None,
        device: str = "cpu",
        dtype: torch.dtype = torch.float32,
        product: Product,
    ) -> None:
        self.entry = entry
        self.product = product
        self.loop, architecture = split_options(options)
        torch.manual_seed(seed)
        self.scaler = fit_scaler(entry, block, variables, product=product)
        self.module = entry.build(shape_of(entry, block, month_ends), architecture)
        self.module = self.module.to(device, dtype)
        self.offset = float(block.target.mean())
        self.scale = float(block.target.std()) or 1.0
        rows, _ = make_rows(entry, block, self.scaler, offset=self.offset, scale=self.scale)
        self.rows = rows.to(device, dtype)
        self.flat = FlatParameters(self.module)
        self.optimiser = Optimiser(self.flat.values, self.loop)
        self.batches = batch_bounds(len(self.rows), self.loop.batch_size)
        self.checkpoint = checkpoint
        self.epoch = 0
        self._resume()

    def run(self, epochs: int) -> None:
        """Train until ``epochs`` passes are done.

        Raises:
            ResultError: the loss is not finite any more.
        """
        self.module.train()
        while self.epoch < epochs:
            # Drawn on the CPU, so that every device sees the samples in the same order.
            order = torch.randperm(len(self.rows)).to(self.rows.series.device)
            total = self.rows.series.new_zeros(())
            for number, (start, stop) in enumerate(self.batches):
                total += self._step(order[start:stop], number)
            self.epoch += 1
            # Read once an epoch: on an accelerator each reading waits for all that was asked.
            if not np.isfinite(total.item()):
                raise ResultError(
                    f"training of {self.entry.label} diverged in epoch {self.epoch} of {epochs} "
                    f"(the loss is {total.item()}); lower "
                    f"'{self.product.options_key(self.entry.name)}.learning_rate' "
                    f"({self.loop.learning_rate:g})."
                )
            if self.checkpoint:
                self.checkpoint.offer(self._state, finished=self.epoch == epochs)
        self.module.eval()

    def _step(self, chosen: Tensor, number: int) -> Tensor:
        """Take one step of the optimiser and return the loss of its batch."""
        rows = self.rows
        output = self.module(
            rows.series[chosen], {source: values[chosen] for source, values in rows.context.items()}
        )
        known = None if rows.known is None else rows.known[chosen]
        loss = mean_square(output, rows.target[chosen], known, name=self.entry.name)
        self.flat.gradient.zero_()
        loss.backward()
        self.flat.clip(self.loop.clip_norm)
        steps = len(self.batches)
        rate = self.loop.rate(self.epoch * steps + number, self.loop.epochs * steps)
        self.optimiser.step(self.flat.gradient, rate)
        return loss.detach()

    def result(self) -> TrainedNetwork:
        """Return the network as it is now; further training does not change it."""
        module = copy.deepcopy(self.module).cpu().eval()
        return TrainedNetwork(self.entry, module, self.scaler, offset=self.offset, scale=self.scale)

    def _state(self) -> dict[str, Any]:
        """Return everything that the rest of the training depends on: arrays, and the epoch."""
        parts = {"values": self.flat.values, "random": torch.get_rng_state()}
        parts |= {f"buffers/{name}": values for name, values in self.module.named_buffers()}
        parts |= {f"optimiser/{name}": values for name, values in self.optimiser.state().items()}
        if self.rows.series.is_cuda:
            parts["random_cuda"] = torch.cuda.get_rng_state()
        arrays = {name: values.detach().cpu().numpy() for name, values in parts.items()}
        return {"epoch": self.epoch, **arrays}

    def _resume(self) -> None:
        """Take up the state of an interrupted training, if there is one."""
        state = self.checkpoint.load(like=self._state()) if self.checkpoint else None
        if state is None:
            return
        parts = {name: torch.from_numpy(v) for name, v in state.items() if name != "epoch"}
        self.epoch = state["epoch"]
        self.flat.values.copy_(parts["values"])
        for name, values in self.module.named_buffers():
            values.copy_(parts[f"buffers/{name}"])
        self.optimiser.resume({name: parts[f"optimiser/{name}"] for name in self.optimiser.state()})
        torch.set_rng_state(parts["random"])
        if "random_cuda" in parts:
            torch.cuda.set_rng_state(parts["random_cuda"])


def mean_square(output: Tensor, wanted: Tensor, known: Tensor | None, *, name: str) -> Tensor:
    """Return the mean square error over the targets that are known, by their weights.

    Args:
        output, wanted: (row,), or (row, month) for a yearly model.
        known: weights of the same shape, zero where no target is known, or None where every
            target is known and all weigh the same.
        name: of the model.

    Raises:
        RuntimeError: the shapes differ; [batch, 1] against [batch] would broadcast to
            [batch, batch] in silence.
    """
    if output.shape != wanted.shape:
        raise RuntimeError(f"{name} returned {tuple(output.shape)}, not {tuple(wanted.shape)}")
    if known is None:
        return nn.functional.mse_loss(output, wanted)
    return ((output - wanted).square() * known).sum() / known.sum()


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
        self.values = torch.cat([p.detach().reshape(-1) for p in parameters])
        self.gradient = torch.zeros_like(self.values)
        start = 0
        for parameter in parameters:
            stop = start + parameter.numel()
            parameter.data = self.values[start:stop].view_as(parameter)
            parameter.grad = self.gradient[start:stop].view_as(parameter)
            start = stop

    def clip(self, norm: float | None) -> None:
        """Scale the gradient down to ``norm`` where it is longer; None leaves it as it is."""
        if norm is None:
            return
        length = self.gradient.norm()
        self.gradient.mul_(torch.clamp(norm / (length + 1e-6), max=1.0))
