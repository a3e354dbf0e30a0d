"""The model behind a product: trained on every site, and kept in one file.

The file is a ZIP archive of ``manifest.json`` (what was trained, on which predictors) and one
member a trained model: ``month04-member0.npz`` with the weights, the standardisation of the
predictors and that of the target of a network; ``month04-member0.joblib`` for an estimator.
Month 00 stands for one model for all months. Where models have a time encoding,
``month04-time.npz`` has the numbers of that (:mod:`carbonscape.training.time_input`).
:mod:`carbonscape.training.saved_model` reads it.
"""

from __future__ import annotations

import io
import json
import logging
import os
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import joblib
import numpy as np
from numpy.typing import NDArray

from carbonscape.core.errors import ResultError
from carbonscape.core.io import atomic_path
from carbonscape.core.progress import Progress
from carbonscape.core.provenance import versions_of
from carbonscape.models.block import Block, shape_of
from carbonscape.models.registry import get_model
from carbonscape.products.product import Product
from carbonscape.training.fit import ALL_MONTHS, Training, options_for, remove_checkpoints
from carbonscape.training.guards import require_trainable
from carbonscape.training.saved_model import ESTIMATOR_PACKAGES
from carbonscape.training.seeds import child_seed
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
    return FinalTraining(block, training, pft, window, seed, lengths)


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
    missing = [month for month in months if not _is_whole(scratch / f"month{month:02d}.zip")]
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
    members: dict[str, bytes] = {"manifest.json": _manifest(training)}
    for month in sorted(months):
        with zipfile.ZipFile(scratch / f"month{month:02d}.zip") as archive:
            members |= {name: archive.read(name) for name in archive.namelist()}
    with atomic_path(path) as temporary:
        temporary.write_bytes(_zip(members))


def _is_whole(path: Path) -> bool:
    """Say whether an earlier run left a whole file."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except (OSError, zipfile.BadZipFile):
        return False


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
    to_bytes = _network_bytes if entry.kind == "network" else _estimator_bytes
    ending = "npz" if entry.kind == "network" else "joblib"
    members = {
        f"month{month:02d}-member{number}.{ending}": to_bytes(member)
        for number, member in enumerate(fitted.members)
    }
    if fitted.time.name != "none":
        members[f"month{month:02d}-time.npz"] = _arrays_bytes(fitted.time.numbers)
    return _zip(members)


def _network_bytes(network: Any) -> bytes:
    """Return weights, standardisation and target scale of a trained network."""
    arrays = {f"weights/{k}": v.numpy() for k, v in network.module.state_dict().items()}
    arrays |= {"scaler/mean": network.scaler.mean, "scaler/std": network.scaler.std}
    arrays["target"] = np.array([network.offset, network.scale])
    return _arrays_bytes(arrays)


def _arrays_bytes(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return arrays as numpy writes several of them, the same bytes for the same arrays."""
    members = {}
    for name, values in arrays.items():
        buffer = io.BytesIO()
        np.save(buffer, values, allow_pickle=False)
        members[f"{name}.npy"] = buffer.getvalue()
    return _zip(members)


def _estimator_bytes(estimator: Any) -> bytes:
    """Return a trained estimator as joblib writes it."""
    buffer = io.BytesIO()
    joblib.dump(estimator, buffer, compress=3)
    return buffer.getvalue()


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
        "month_ends": list(training.training.month_ends),
        "samples": len(training.block),
        "packages": versions_of(ESTIMATOR_PACKAGES),
    }
    return (json.dumps(content, indent=2, sort_keys=True) + "\n").encode()


def _zip(members: Mapping[str, bytes]) -> bytes:
    """Return a ZIP archive whose bytes depend on its members alone."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(members):
            archive.writestr(zipfile.ZipInfo(name), members[name])
    return buffer.getvalue()
