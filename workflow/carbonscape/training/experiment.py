"""A cross-validation as data: samples, folds and months, and the models that they ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carbonscape.core.errors import ResultError
from carbonscape.models.block import Block
from carbonscape.models.registry import get_model
from carbonscape.products.product import Product
from carbonscape.training.fit import ALL_MONTHS, FittedModel, Training, options_for
from carbonscape.training.guards import Place
from carbonscape.training.permutation import groups_of, predict_permuted
from carbonscape.training.seeds import child_seed


@dataclass(frozen=True)
class Task:
    """One model to train: the fold it must not see and the month it predicts (0 for all)."""

    fold: int
    month: int

    @property
    def name(self) -> str:
        """Name of the task's file in the scratch folder."""
        return f"fold{self.fold}-month{self.month:02d}"


@dataclass(frozen=True)
class Experiment:
    """Everything that the models of one cross-validation share.

    Attributes:
        block: all samples.
        fold: (sample,) fold in which each sample is held out; -1 for a sample that is only
            trained on.
        model: name in the registry.
        options: the model's configuration.
        variables: names of the predictors.
        seed, split: of the configuration; with fold and month they seed a model.
        lengths: steps of the window of each month, by month; empty for one model a year.
        site: (sample,) site of each sample.
        month_ends: position of the last step of each month, for a yearly model; else empty.
        fold_options: the configuration of the folds for which a search chose another.
        device: of torch, for networks.
        product: what is predicted.
        time_input: time encoding of the models (:mod:`carbonscape.training.time_input`).
        scheme: what samples are split by, for messages, where it has a name.
        excluded: (fold, sample) whether a fold may not train on a sample; None for no such one.
        replaced: (fold, sample, step, variable) predictors as they are while a fold is held out,
            NaN where they are those of ``block``; None where they never change.
        repeats: permutations of each group of predictors at held-out samples, for their
            importance (:mod:`carbonscape.training.permutation`); 0 for none.
    """

    block: Block
    fold: NDArray[np.int64]
    model: str
    options: Mapping[str, Any]
    variables: Sequence[str]
    seed: int
    split: int
    lengths: Mapping[int, int]
    site: NDArray[np.str_]
    product: Product
    month_ends: Sequence[int] = ()
    fold_options: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    device: str = "cpu"
    time_input: str = "none"
    scheme: str = ""
    excluded: NDArray[np.bool_] | None = None
    replaced: NDArray[np.float32] | None = None
    repeats: int = 0

    @property
    def checked(self) -> dict[str, Any]:
        """What the guards of a training must know."""
        return {
            "variables": self.variables,
            "month_ends": self.month_ends,
            "product": self.product,
        }

    def training(self, task: Task) -> Training:
        """Return how the model of a task is trained."""
        options = self.fold_options.get(task.fold, self.options)
        return Training(
            entry=get_model(self.model),
            variables=self.variables,
            options=options_for(options, all_months=task.month == ALL_MONTHS),
            month_ends=self.month_ends,
            device=self.device,
            product=self.product,
            time_input=self.time_input,
        )

    def tasks(self) -> list[Task]:
        """Return the models to train, longest windows first so that cores end together."""
        months = sorted(self.lengths, reverse=True) or [ALL_MONTHS]
        return [Task(int(f), m) for m in months for f in np.unique(self.fold[self.fold >= 0])]

    def rows(self, task: Task) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the positions of training and of held-out samples of a task."""
        of_month = (
            np.ones(len(self.block), dtype=bool)
            if task.month == ALL_MONTHS
            else self.block.month == task.month
        )
        held_out = self.fold == task.fold
        trained = ~held_out if self.excluded is None else ~held_out & ~self.excluded[task.fold]
        return np.flatnonzero(of_month & trained), np.flatnonzero(of_month & held_out)

    def samples(self, task: Task, rows: NDArray[np.int64]) -> Block:
        """Return samples as a task's model reads them, with the target that it is fitted to.

        Args:
            task: which model.
            rows: (sample,) positions among all samples.
        """
        block = self.block.take(rows).for_training()
        if self.replaced is not None:
            instead = self.replaced[task.fold][rows]
            block = block.with_series(np.where(np.isnan(instead), block.series, instead))
        return self.cut(block, task)

    def cut(self, block: Block, task: Task) -> Block:
        """Return samples of one month with the steps of that month's window only."""
        if task.month == ALL_MONTHS:
            return block
        return block.with_series(block.series[:, -self.lengths[task.month] :])

    def seed_of(self, task: Task, member: int) -> int:
        """Return the seed of one model."""
        return child_seed(self.seed, "crossval", self.split, task.fold, task.month, member)

    @property
    def groups(self) -> list[str]:
        """Groups of predictors that are permuted; none without repeats."""
        return groups_of(self.block, self.variables) if self.repeats else []

    def permuted(self, task: Task, fitted: FittedModel, held_out: Block) -> NDArray[np.float64]:
        """Return what a task's model predicts with permuted groups: (group, repeat, sample)."""

        def seed_of(repeat: int) -> int:
            return child_seed(self.seed, "importance", self.split, task.fold, task.month, repeat)

        return predict_permuted(
            fitted, held_out, groups=len(self.groups), repeats=self.repeats, seed_of=seed_of
        )

    def place(self, task: Task) -> Place:
        """Return what a message calls a task."""
        return Place(self.model, self.split, task.fold, task.month, self.scheme)


@dataclass(frozen=True)
class Part:
    """What one task gives.

    Attributes:
        predicted: (sample,) predictions of the held-out samples, in the unit of the target.
        spread: (sample,) standard deviation of the members (:mod:`.members`); NaN without members.
        cost: seconds of training and of prediction (of one core), training samples.
        warnings: sentences that a reader of the scores should know.
        permuted: (group, repeat, sample) predictions with each group of predictors permuted; None
            where none is.
    """

    predicted: NDArray[np.float64]
    spread: NDArray[np.float64]
    cost: NDArray[np.float64]
    warnings: Sequence[str] = ()
    permuted: NDArray[np.float64] | None = None


def predict_members(
    fitted: FittedModel, held_out: Block, training: Training, place: Place
) -> NDArray[np.float64]:
    """Return what each member predicts for held-out samples: (member, sample).

    Raises:
        ResultError: a prediction is not finite.
    """
    members = fitted.predict_members(held_out)
    entry = training.entry
    if members.shape[1:] != (len(held_out),) or not np.isfinite(members).all():
        raise ResultError(
            f"{place}: {entry.label} returned predictions that are not finite numbers; lower its "
            f"learning rate or look at its options under "
            f"'{training.product.options_key(entry.name)}'."
        )
    return members
