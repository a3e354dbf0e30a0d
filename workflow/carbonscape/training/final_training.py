"""The model behind a product: trained on every site, and kept in one file.

The file is an archive of arrays (:mod:`carbonscape.training.array_archive`) with a
``manifest.json`` (what was trained, on which predictors). The arrays of a trained model stand
below ``month04-member0/``: the weights, the standardisation of the predictors and that of the
target of a network; what its ``state()`` gives of an estimator. Month 00 stands for one model for
all months. Where models have a time encoding, the numbers of that stand below ``month04-time/``
(:mod:`carbonscape.training.time_input`). :mod:`carbonscape.training.saved_model` reads it.
"""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from carbonscape.core.errors import InputError, ResultError
from carbonscape.core.io import atomic_path
from carbonscape.core.progress import Progress
from carbonscape.core.provenance import versions_of
from carbonscape.models.block import Block, shape_of
from carbonscape.models.registry import get_model
from carbonscape.products.product import Product
from carbonscape.training.array_archive import (
    DamagedArchiveError,
    pack,
    read_file,
    state_of_members,
    state_to_members,
    unpack,
)
from carbonscape.training.fit import (
    ALL_MONTHS,
    FittedModel,
    Training,
    options_for,
    remove_checkpoints,
)
from carbonscape.training.guards import require_trainable
from carbonscape.training.saved_model import ESTIMATOR_PACKAGES, MANIFEST, member_name, time_name
from carbonscape.training.seeds import child_seed
from carbonscape.training.time_input import LEARNT
from carbonscape.training.workers import run_tasks

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class FinalTraining:
    """What the models of a product are trained on.

    Attributes:
        block: samples of all sites; windows end with the predicted month.
        training: the model, its configuration and the names of the predictors.
        pft, window: settings.
        seed: of the configuration.
        lengths: steps of the window of each month, by month; empty for one model a year.
    """

    block: Block
    training: Training
    pft: str
    window: str
    seed: int
    lengths: Mapping[int, int]

    def months(self) -> list[int]:
        """Return the months that have a model, longest windows first; 0 for all."""
        return sorted(self.lengths, reverse=True) or [ALL_MONTHS]

    def samples(self, month: int) -> Block:
        """Return the training samples of a month's model."""
        if month == ALL_MONTHS:
            return self.block
        of_month = self.block.take(self.block.month == month)
        return of_month.with_series(of_month.series[:, -self.lengths[month] :])


def prepare_training(
    block: Block,
    *,
    model: str,
    options: Mapping[str, Any],
    variables: Sequence[str],
    pft: str = "none",
    window: str,
    seed: int,
    product: Product,
    lengths: Mapping[int, int] = MappingProxyType({}),
    month_ends: Sequence[int] = (),
    device: str = "cpu",
    time_input: str = "none",
) -> FinalTraining:
    """Bind samples to window settings.

    Args:
        block: samples of all places.
        model: name in the registry.
        options: the model's configuration.
        variables: names of the predictors.
        pft, window: settings.
        seed: of the configuration.
        product: what is predicted.
        lengths: steps of the window of each month, by month; empty for one model of all months.
        month_ends: position of the last step of each month, for a yearly model.
        device: of torch, for networks.
        time_input: time encoding of the model.

    Raises:
        InputError: the model's module cannot keep what it learns.
        ResultError: a calendar month has fewer than two samples.
    """
    entry = get_model(model)
    for month in lengths:
        number = int((block.month == month).sum())
        if number < 2:
            raise ResultError(
                f"month {month}: {number} training samples are too few for a model of its own; "
                "use more sites or years, or a window with one model for all months "
                f"('{product.name}.product.window')."
            )
    training = Training(
        entry=entry,
        variables=list(variables),
        options=options_for(options, all_months=not lengths),
        month_ends=tuple(month_ends),
        device=device,
        product=product,
        time_input=time_input,
    )
    _require_keepable(training, block)
    return FinalTraining(block.for_training(), training, pft, window, seed, lengths)


def _require_keepable(training: Training, block: Block) -> None:
    """Refuse an estimator without the methods that keep it, before it is trained for hours."""
    entry = training.entry
    if entry.kind == "network":
        return
    model = entry.build(shape_of(entry, block, training.month_ends), training.options)
    missing = [name for name in ("state", "restore") if not callable(getattr(model, name, None))]
    if missing:
        raise InputError(
            f"workflow/carbonscape/models/{entry.name}.py: {type(model).__name__} has no method "
            f"{' and no method '.join(missing)}, with which a trained model is kept for maps and "
            "read again; add state() and restore(state) as docs/adapting.md shows under 'Own "
            f"model', or take {entry.name} out of '{training.product.name}.product.models'."
        )


def train_final(
    training: FinalTraining, path: str | os.PathLike[str], *, scratch: Path, workers: int
) -> None:
    """Train every model of a product and write them to one file.

    Finished models wait in ``scratch`` for the others, so that an interrupted run goes on where
    it stopped; its name must change with everything that decides the result. Numbers depend
    neither on ``workers`` nor on interruptions.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    months = training.months()
    missing = [month for month in months if not _finished(scratch, month)]
    label = training.training.entry.label
    progress = Progress(
        f"final {label}, {training.pft}", len(months), done=len(months) - len(missing)
    )
    train = partial(_train_month, training, scratch=scratch)
    if training.training.device != "cpu":
        # Processes beside each other would share one accelerator and gain nothing.
        workers = 1
    for month, content in run_tasks(train, missing, workers):
        with atomic_path(scratch / f"month{month:02d}.zip") as temporary:
            temporary.write_bytes(content)
        remove_checkpoints(scratch / f"month{month:02d}")
        progress.advance()
    members: dict[str, bytes] = {MANIFEST: _manifest(training)}
    for month in sorted(months):
        members |= _finished(scratch, month)
    with atomic_path(path) as temporary:
        temporary.write_bytes(pack(members))


def _finished(scratch: Path, month: int) -> dict[str, bytes]:
    """Return the members of a month that this or an earlier run finished, or none."""
    path = scratch / f"month{month:02d}.zip"
    if not path.exists():
        return {}
    try:
        members = unpack(read_file(path))
        own = re.compile(rf"month{month:02d}-[a-z0-9]+/")
        found = {name: own.match(name) for name in members}
        if not found or None in found.values():
            raise DamagedArchiveError("it is not of this month")
        for prefix in {match.group() for match in found.values()}:
            state_of_members(members, prefix)
        return members
    except (OSError, DamagedArchiveError):
        logger.warning("%s is damaged; the month is trained again", path)
        return {}


def _train_month(training: FinalTraining, month: int, *, scratch: Path) -> bytes:
    """Train the model of one month and return its members as a ZIP archive."""
    entry = training.training.entry
    block = training.samples(month)
    require_trainable(
        block,
        place=f"{entry.name}, final training" + (f", month {month}" if month else ""),
        variables=training.training.variables,
        month_ends=training.training.month_ends,
        product=training.training.product,
    )
    fitted = training.training.fit(
        block,
        seed_of=lambda member: child_seed(training.seed, "final", month, member),
        scratch=scratch / f"month{month:02d}",
    )
    return pack(_members_of(fitted, training.training, block, month))


def _members_of(
    fitted: FittedModel, training: Training, block: Block, month: int
) -> dict[str, bytes]:
    """Return what keeps the trained models of one month.

    Raises:
        ResultError: the state of an estimator cannot be kept, or another model that takes it
            predicts otherwise.
    """
    entry, members = training.entry, {}
    for number, member in enumerate(fitted.members):
        prefix = member_name(month, number)
        if entry.kind == "network":
            members |= state_to_members(_network_state(member), prefix)
            continue
        try:
            kept = state_to_members(member.state(), prefix)
        except ValueError as error:
            raise ResultError(
                f"workflow/carbonscape/models/{entry.name}.py: state() gives {error}; give arrays "
                "of numbers, or values that JSON keeps (docs/adapting.md, 'Own model')."
            ) from error
        members |= kept
        # What is learnt from time is part of the samples that the estimator reads.
        some = fitted.time.apply(block.take(np.arange(min(len(block), 64))))
        other = entry.build(shape_of(entry, some, training.month_ends), training.options)
        other.restore(state_of_members(kept, prefix))
        if not np.array_equal(member.predict(some), other.predict(some), equal_nan=True):
            raise ResultError(
                f"workflow/carbonscape/models/{entry.name}.py: a model that takes the state() of a "
                "trained one in restore(state) predicts otherwise; state() must give all that "
                "fit() learns."
            )
    if fitted.time.name in LEARNT:
        members |= state_to_members(fitted.time.numbers, time_name(month))
    return members


def _network_state(network: Any) -> dict[str, Any]:
    """Return weights, standardisation and target scale of a trained network."""
    arrays = {f"weights/{k}": v.numpy() for k, v in network.module.state_dict().items()}
    arrays |= {"scaler/mean": network.scaler.mean, "scaler/std": network.scaler.std}
    return arrays | {"target": np.array([network.offset, network.scale])}


def _manifest(training: FinalTraining) -> bytes:
    """Return what a reader must know to build the models again."""
    entry = training.training.entry
    content = {
        "model": entry.name,
        "options": dict(training.training.options),
        "variables": list(training.training.variables),
        "pft": training.pft,
        "window": training.window,
        "time_input": training.training.time_input,
        "lengths": {str(month): steps for month, steps in training.lengths.items()},
        "steps": int(training.block.series.shape[1]),
        "classes": dict(shape_of(entry, training.block).classes),
        # Networks read the sources in this order, which a mapping in JSON does not promise.
        "sources": list(training.block.context),
        "month_ends": list(training.training.month_ends),
        "samples": len(training.block),
        "packages": versions_of(ESTIMATOR_PACKAGES),
    }
    return (json.dumps(content, indent=2, sort_keys=True) + "\n").encode()
