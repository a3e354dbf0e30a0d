"""Many networks of one architecture trained as one: folds, months and members side by side.

One small network leaves an accelerator idle: a step is a few hundred kernels that each take less
time than their launch. Stacked, the parameters of all networks are one array (model, parameter)
and every kernel works on all models. Each model keeps what it has alone: its rows and their
order, its batches, statistics of batch normalisation, clipping, schedule and optimiser state, so
that the result is that of :class:`carbonscape.training.network.Trainer`. On a CPU stacking gains
nothing; there, models are one-thread processes.

The same stack on the same device and versions is meant to give the same numbers each time, whether
it was interrupted or not; tests show it on a CPU alone. On an accelerator torch promises no order
of sums for some kernels (``index_put``, scatter), so that last digits may differ there from run to
run, and do differ from those of a CPU.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.utils.rnn import pad_sequence

from carbonscape.core.errors import ResultError
from carbonscape.models.block import Block, shape_of
from carbonscape.models.entry import Entry
from carbonscape.products.product import Product
from carbonscape.training.checkpoint import Checkpoint
from carbonscape.training.network import TrainedNetwork, batch_bounds
from carbonscape.training.options import split_options
from carbonscape.training.rows import Rows, fit_scaler, make_rows
from carbonscape.training.stacked_parts import Batch, StackedOptimiser, make_stackable

#: Networks whose recurrent layers ``torch.vmap`` refuses: they are trained in turn, each alone on
#: the device.
ALONE = ("lstm", "bilstm", "at_bilstm")


def can_stack(entry: Entry) -> bool:
    """Say whether models of this kind can be trained as one stack."""
    return entry.kind == "network" and entry.name not in ALONE


def fit_stacked(
    entry: Entry,
    blocks: Sequence[Block],
    *,
    variables: Sequence[str],
    options: Mapping[str, Any],
    seeds: Sequence[int],
    month_ends: Sequence[int] = (),
    device: str = "cpu",
    dtype: torch.dtype = torch.float32,
    product: Product,
    checkpoint: Checkpoint | None = None,
) -> list[TrainedNetwork]:
    """Train one network on each block, all at the same time.

    Initial weights and the order of the samples are those that
    :func:`carbonscape.training.network.fit_network` draws from the same seed on an accelerator,
    so that without dropout the networks are equal but for rounding. With dropout the masks are
    drawn for all models at once: independent, of the same probability, but other masks.

    Args:
        entry: the model; :func:`can_stack` must hold.
        blocks: training samples of each network, of one shape but for their number.
        variables: names of the predictors, for messages.
        options: the model's configuration.
        seeds: of each network.
        month_ends: position of the last step of each month, for a yearly model.
        device: of torch. No test has run on anything but a CPU.
        dtype: of parameters and rows.
        product: what is predicted.
        checkpoint: where the stack is kept, to go on after an interruption.

    Raises:
        ResultError: the loss of a network is not finite any more.
    """
    trainer = StackedTrainer(
        entry,
        blocks,
        variables=variables,
        options=options,
        seeds=seeds,
        month_ends=month_ends,
        device=device,
        dtype=dtype,
        product=product,
        checkpoint=checkpoint,
    )
    trainer.run(trainer.loop.epochs)
    return trainer.results()


class StackedTrainer:
    """One training of many networks: their parameters, rows and optimiser, and how far it is.

    Attributes:
        values: (model, parameter).
        rows: of all models, one model's after the other's, padded to the same number.
    """

    def __init__(
        self,
        entry: Entry,
        blocks: Sequence[Block],
        *,
        variables: Sequence[str],
        options: Mapping[str, Any],
        seeds: Sequence[int],
        month_ends: Sequence[int] = (),
        device: str = "cpu",
        dtype: torch.dtype = torch.float32,
        product: Product,
        checkpoint: Checkpoint | None = None,
    ) -> None:
        self.entry = entry
        self.product = product
        self.loop, architecture = split_options(options)
        self.trained: list[TrainedNetwork] = []
        #: Of the order of each model's samples.
        self.generators: list[torch.Generator] = []
        rows = []
        for block, seed in zip(blocks, seeds, strict=True):
            torch.manual_seed(seed)
            module = entry.build(shape_of(entry, block, month_ends), architecture)
            self.generators.append(torch.Generator())
            self.generators[-1].set_state(torch.get_rng_state())
            trained = TrainedNetwork(
                entry,
                module.to(dtype).eval(),
                fit_scaler(entry, block, variables, product=product),
                offset=float(block.target.mean()),
                scale=float(block.target.std()) or 1.0,
            )
            self.trained.append(trained)
            rows.append(
                make_rows(entry, block, trained.scaler, offset=trained.offset, scale=trained.scale)[
                    0
                ].to("cpu", dtype)
            )
        self._stack_parameters(entry.build(shape_of(entry, blocks[0], month_ends), architecture),
                               device, dtype)  # fmt: skip
        self.rows = stack_rows(rows, device)
        self.schedule = StackSchedule([len(r) for r in rows], self.loop.batch_size, device, dtype)
        self.optimiser = StackedOptimiser(self.values, self.loop)
        self.epoch = 0
        # Masks of dropout come from a stream of their own.
        words = [word & 0xFFFFFFFF for word in seeds]
        torch.manual_seed(int(np.random.SeedSequence(words).generate_state(1)[0]))
        self.checkpoint = checkpoint
        self._resume()

    def _stack_parameters(self, frame: nn.Module, device: str, dtype: torch.dtype) -> None:
        """Hold the parameters of all models as one array, and as views of it by name.

        Args:
            frame: a network of the same shape, which lends its layers to the stack.
        """
        self.batch = Batch()
        make_stackable(frame, self.batch)
        self.frame = frame.to(device, dtype).train()
        modules = [trained.module for trained in self.trained]
        vectors = [nn.utils.parameters_to_vector(module.parameters()) for module in modules]
        self.values = torch.stack(vectors).detach().to(device)
        self.parameters, self.buffers, start = {}, {}, 0
        for name, parameter in frame.named_parameters():
            shape = (len(modules), *parameter.shape)
            part = slice(start, start + parameter.numel())
            self.parameters[name] = self.values[:, part].view(shape).detach().requires_grad_()
            start = part.stop
        for name, buffer in frame.named_buffers():
            if name.endswith(("running_mean", "running_var")):
                self.buffers[name] = buffer.expand(len(modules), *buffer.shape).clone()

    def run(self, epochs: int) -> None:
        """Train until every network has done ``epochs`` passes.

        Raises:
            ResultError: the loss of a network is not finite any more.
        """
        while self.epoch < epochs:
            index = self.schedule.draw(self.generators)
            numbers = self.optimiser.plan(self.epoch, self.schedule.steps)
            total = self.values.new_zeros(len(self.values))
            for step, width in enumerate(self.schedule.widths):
                total += self._step(step, index[:, step, :width], numbers[step])
            self.epoch += 1
            # Read once an epoch: on an accelerator each reading waits for all that was asked.
            self._require_finite(total.cpu(), epochs)
            if self.checkpoint:
                self.checkpoint.offer(self._state, finished=self.epoch == epochs)

    def _parts(self) -> dict[str, Tensor]:
        """Return the tensors that change as the stack is trained, by name: not copies."""
        moments = {"first": self.optimiser.first, "second": self.optimiser.second}
        buffers = {f"buffers/{name}": values for name, values in self.buffers.items()}
        return {"values": self.values, **moments, **buffers}

    def _state(self) -> dict[str, Any]:
        """Return everything that the rest of the training depends on: arrays, and the epoch."""
        parts = {**self._parts(), "random": torch.get_rng_state()}
        parts["orders"] = torch.stack([one.get_state() for one in self.generators])
        if self.values.is_cuda:
            parts["random_cuda"] = torch.cuda.get_rng_state()
        arrays = {name: values.detach().cpu().numpy() for name, values in parts.items()}
        return {"epoch": self.epoch, **arrays}

    @torch.no_grad()
    def _resume(self) -> None:
        """Take up the state of an interrupted training, if there is one."""
        state = self.checkpoint.load(like=self._state()) if self.checkpoint else None
        if state is None:
            return
        kept = {name: torch.from_numpy(v) for name, v in state.items() if name != "epoch"}
        self.epoch = state["epoch"]
        # In place: the parameters by name are views of the values.
        for name, values in self._parts().items():
            values.copy_(kept[name])
        for generator, order in zip(self.generators, kept["orders"], strict=True):
            # A copy: torch reads the state of a generator from the beginning of its storage.
            generator.set_state(order.clone())
        torch.set_rng_state(kept["random"])
        if "random_cuda" in kept:
            torch.cuda.set_rng_state(kept["random_cuda"])

    def _step(self, step: int, index: Tensor, numbers: Tensor) -> Tensor:
        """Take one step of all models and return the losses of their batches: (model,)."""
        rows, schedule = self.rows, self.schedule
        width = index.shape[1]
        weight = schedule.weight[:, step, :width]
        self.full = schedule.full[step]
        if rows.known is not None:
            # (row,), or (row, month) for a yearly model.
            weight = rows.known[index] * (weight[..., None] if rows.known.ndim == 2 else weight)
        losses = torch.vmap(self._loss, randomness="different")(
            self.parameters,
            self.buffers,
            rows.series[index],
            {source: values[index] for source, values in rows.context.items()},
            rows.target[index],
            weight,
            schedule.counted[:, step, :width],
            schedule.moves[:, step],
        )
        # No model's parameters enter another's loss, so the sum has the gradients of each.
        parts = torch.autograd.grad(
            losses.sum(), list(self.parameters.values()), materialize_grads=True
        )
        gradient = torch.cat([part.flatten(1) for part in parts], dim=1)
        if self.loop.clip_norm is not None:
            length = gradient.norm(dim=1, keepdim=True)
            gradient.mul_(torch.clamp(self.loop.clip_norm / (length + 1e-6), max=1.0))
        self.optimiser.step(gradient, numbers)
        return losses.detach()

    def _loss(
        self,
        parameters: Mapping[str, Tensor],
        buffers: Mapping[str, Tensor],
        series: Tensor,
        context: Mapping[str, Tensor],
        wanted: Tensor,
        weight: Tensor,
        counted: Tensor,
        moves: Tensor,
    ) -> Tensor:
        """Return the loss of one model: the mean square error over the targets that count."""
        self.batch.counted = None if self.full else counted
        self.batch.moves = moves
        output = functional_call(self.frame, (parameters, buffers), (series, context))
        if output.shape != wanted.shape:
            raise RuntimeError(
                f"{self.entry.name} returned {tuple(output.shape)}, not {tuple(wanted.shape)}"
            )
        total = weight.sum()
        # A model that waits has no weight at all.
        total = torch.where(total > 0, total, torch.ones_like(total))
        return ((output - wanted).square() * weight).sum() / total

    def _require_finite(self, losses: Tensor, epochs: int) -> None:
        """Refuse losses (model,) that are not finite."""
        wrong = torch.isfinite(losses).logical_not().nonzero().flatten().tolist()
        if wrong:
            others = f" and of {len(wrong) - 1} more" if len(wrong) > 1 else ""
            raise ResultError(
                f"training of {self.entry.label} diverged in epoch {self.epoch} of {epochs}: the "
                f"loss of model {wrong[0]} of the stack's {len(losses)}, counted from 0,{others} "
                f"is not finite (it is {losses[wrong[0]].item()}); lower "
                f"'{self.product.options_key(self.entry.name)}.learning_rate' "
                f"({self.loop.learning_rate:g})."
            )

    def results(self) -> list[TrainedNetwork]:
        """Return the networks as they are now, on the CPU."""
        values = self.values.cpu()
        for model, trained in enumerate(self.trained):
            nn.utils.vector_to_parameters(values[model], trained.module.parameters())
            for name, buffer in trained.module.named_buffers():
                if name in self.buffers:
                    buffer.copy_(self.buffers[name][model])
                elif name.endswith("num_batches_tracked"):
                    buffer.fill_(self.epoch * self.schedule.steps[model])
        return self.trained


class StackSchedule:
    """Which rows every model reads in every step, padded to the widest batch of the step.

    Padding repeats the batch's first row, without weight. A model that has no batch in a step
    reads some of its rows too, which count for nothing but keep its numbers finite.

    Args:
        samples: rows of each model.
        batch_size: rows of a step.

    Attributes:
        steps: of an epoch of each model.
        widths: rows of the widest batch of each step.
        full: whether a step has no padding in any model.
        weight: (model, step, row) of the loss, one or zero.
        counted: (model, step, row) one for rows of which batch normalisation takes its mean.
        moves: (model, step) one where the model has a batch.
    """

    def __init__(
        self, samples: Sequence[int], batch_size: int, device: str, dtype: torch.dtype
    ) -> None:
        self.samples = list(samples)
        bounds = [batch_bounds(number, batch_size) for number in samples]
        self.steps = [len(own) for own in bounds]
        size = np.zeros((len(bounds), max(self.steps)), dtype=np.int64)
        first = np.zeros_like(size)
        for model, own in enumerate(bounds):
            first[model, : len(own)] = [start for start, _ in own]
            size[model, : len(own)] = [stop - start for start, stop in own]
        self.widths = size.max(axis=0).tolist()
        self.full = (size == size.max(axis=0)).all(axis=0).tolist()
        column = np.arange(max(self.widths))
        inside = column < size[:, :, None]
        position = np.where(inside, first[:, :, None] + column, first[:, :, None])
        self.position = torch.from_numpy(position).flatten(1).to(device)
        self.weight = torch.from_numpy(inside).to(device, dtype)
        self.counted = torch.from_numpy(inside | (size == 0)[:, :, None]).to(device, dtype)
        self.moves = torch.from_numpy(size > 0).to(device, dtype)

    def draw(self, generators: Sequence[torch.Generator]) -> Tensor:
        """Draw the order of an epoch: positions among the stacked rows, (model, step, row)."""
        longest = max(self.samples)
        order = torch.zeros(len(self.samples), longest, dtype=torch.int64)
        for model, (number, generator) in enumerate(zip(self.samples, generators, strict=True)):
            # Drawn on the CPU, so that every device sees the samples in the same order.
            order[model, :number] = torch.randperm(number, generator=generator) + model * longest
        chosen = order.to(self.position.device).gather(1, self.position)
        return chosen.view(len(self.samples), len(self.widths), -1)


def stack_rows(rows: Sequence[Rows], device: str) -> Rows:
    """Return the rows of all models after one another, padded with zeros to the same number."""

    def stack(tensors: Sequence[Tensor]) -> Tensor:
        return pad_sequence(list(tensors), batch_first=True).flatten(0, 1).to(device)

    return Rows(
        series=stack([part.series for part in rows]),
        context={
            source: stack([part.context[source] for part in rows]) for source in rows[0].context
        },
        target=stack([part.target for part in rows]),
        known=None if rows[0].known is None else stack([part.known for part in rows]),
    )
