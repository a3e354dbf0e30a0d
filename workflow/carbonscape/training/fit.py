"""Training one model of the registry, in cross-validation and for the product alike."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carbonscape.models.block import Block, shape_of
from carbonscape.models.entry import Entry
from carbonscape.products.product import Product
from carbonscape.training.time_input import NO_TIME, TimeInput, fit_time_input

logger = logging.getLogger(__name__)

#: Stands for "all months" where one model serves the whole year.
ALL_MONTHS = 0


@dataclass(frozen=True)
class FittedModel:
    """A trained model: one estimator, or the members of a network, whose mean it predicts.

    Attributes:
        kind: ``network`` or ``estimator``.
        members: the estimator, or the trained networks.
        time: their time encoding.
    """

    kind: str
    members: Sequence[Any]
    time: TimeInput = NO_TIME

    @property
    def warnings(self) -> list[str]:
        """Sentences of its estimator that a reader of its scores should know."""
        return [text for member in self.members for text in getattr(member, "warnings", ())]

    def predict(self, block: Block) -> NDArray[np.float64]:
        """Return predictions (sample,) in the unit of the target."""
        return self.predict_members(block).mean(axis=0)

    def predict_members(self, block: Block) -> NDArray[np.float64]:
        """Return what each member predicts: (member, sample)."""
        read = self.time.apply(block)
        found = np.stack([member.predict(read) for member in self.members])
        return self.time.restore(found, block)


def options_for(options: Mapping[str, Any], *, all_months: bool) -> dict[str, Any]:
    """Return a model's options for one month's model, or for one that serves all months.

    Where the configuration has ``epochs_all_months``, it takes the place of ``epochs`` for a
    model of all months: that one has twelve times the samples.
    """
    resolved = dict(options)
    epochs = resolved.pop("epochs_all_months", None)
    if all_months and epochs is not None:
        resolved["epochs"] = epochs
    return resolved


@dataclass(frozen=True)
class Training:
    """What every training of an experiment shares.

    Attributes:
        entry: the model.
        variables: names of the predictors.
        options: the model's configuration.
        product: what is predicted.
        month_ends: position in the year of the last step of each month, for a yearly model.
        device: of torch, for networks.
        time_input: time encoding of the model (:mod:`carbonscape.training.time_input`).
    """

    entry: Entry
    variables: Sequence[str]
    options: Mapping[str, Any]
    product: Product
    month_ends: Sequence[int] = ()
    device: str = "cpu"
    time_input: str = "none"

    @property
    def members(self) -> int:
        """Number of networks that are averaged; one for an estimator."""
        return self.options["members"] if self.entry.kind == "network" else 1

    def fit(
        self, block: Block, *, seed_of: Callable[[int], int], scratch: Path | None = None
    ) -> FittedModel:
        """Train the model on samples, in one thread.

        Args:
            block: the samples.
            seed_of: seed of each member, by its number.
            scratch: beginning of the path of the members' checkpoints; None for none.
        """
        time = fit_time_input(self.time_input, block)
        block = time.apply(block)
        if self.entry.kind != "network":
            estimator = self.entry.build(shape_of(self.entry, block, self.month_ends), self.options)
            estimator.fit(block, seed_of(0))
            fitted = FittedModel(self.entry.kind, [estimator], time)
            for sentence in fitted.warnings:
                logger.warning("%s", sentence)
            return fitted
        # Imported here, because a job that grows trees should not wait for torch.
        import torch

        from carbonscape.training.checkpoint import Checkpoint
        from carbonscape.training.memory import keep_freed_memory
        from carbonscape.training.network import fit_network

        # One thread a model: sums then have one order, and the cores one job each.
        torch.set_num_threads(1)
        keep_freed_memory()
        return FittedModel(
            self.entry.kind,
            [
                fit_network(
                    self.entry,
                    block,
                    variables=time.variables(self.variables),
                    options=self.options,
                    seed=seed_of(member),
                    month_ends=self.month_ends,
                    checkpoint=scratch and Checkpoint(member_path(scratch, member)),
                    device=self.device,
                    product=self.product,
                )
                for member in range(self.members)
            ],
            time,
        )


def member_path(scratch: Path, member: int) -> Path:
    """Return the path of a member's checkpoint."""
    return scratch.with_name(f"{scratch.name}-member{member}.npz")


def remove_checkpoints(scratch: Path) -> None:
    """Remove the checkpoints of a model whose result is safely kept."""
    for path in scratch.parent.glob(f"{scratch.name}-member*.npz"):
        path.unlink(missing_ok=True)
