"""The model behind a product: trained on every site, and kept in one file.

The file is a ZIP archive of ``manifest.json`` (what was trained, on which predictors) and one
member a trained model: ``month04-member0.npz`` with the weights, the standardisation of the
predictors and that of the target of a network; ``month04-member0.joblib`` for an estimator.
Month 00 stands for a window setting that has one model for all months.
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
from importlib import metadata
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from numpy.typing import NDArray

from carbonscape.errors import InputError, ResultError
from carbonscape.features.calendar import Calendar
from carbonscape.features.samples import Block
from carbonscape.features.scaling import Standardiser
from carbonscape.features.windows import get_window, month_steps
from carbonscape.io import atomic_path
from carbonscape.models.registry import Shape, get_model
from carbonscape.progress import Progress
from carbonscape.training.fit import ALL_MONTHS, FittedModel, fit_model, shape_of
from carbonscape.training.seeds import child_seed
from carbonscape.training.workers import run_tasks

logger = logging.getLogger(__name__)

#: Packages without which, at another version, a kept estimator must not be opened.
_ESTIMATOR_PACKAGE = "scikit-learn"


@dataclass(frozen=True)
class FinalTraining:
    """What the models of a product are trained on.

    Attributes:
        block: samples of all sites; windows end with the predicted month.
        model: name in the registry.
        options: the model's configuration.
        variables: names of the predictors.
        pft, window: settings.
        seed: of the configuration.
        lengths: steps of the window of each month, by month; empty for one model a year.
    """

    block: Block
    model: str
    options: Mapping[str, Any]
    variables: Sequence[str]
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
    pft: str,
    window: str,
    calendar: Calendar,
    seed: int,
) -> FinalTraining:
    """Bind samples to window settings.

    Raises:
        ResultError: a calendar month has fewer than two samples.
    """
    setting = get_window(window)
    lengths: dict[int, int] = {}
    if setting.monthly_models:
        for month in range(1, 13):
            number = int((block.month == month).sum())
            if number < 2:
                raise ResultError(
                    f"month {month}: {number} training samples are too few for a model of its own; "
                    "use more sites or years, or a window with one model for all months "
                    "('gpp.product.window')."
                )
            lengths[month] = len(month_steps(calendar, setting, 2001, month))
    return FinalTraining(block, model, dict(options), list(variables), pft, window, seed, lengths)


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
    entry = get_model(training.model)
    progress = Progress(
        f"final {entry.label}, {training.pft}", len(months), done=len(months) - len(missing)
    )
    for month, content in run_tasks(partial(_train_month, training), missing, workers):
        with atomic_path(scratch / f"month{month:02d}.zip") as temporary:
            temporary.write_bytes(content)
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


def _train_month(training: FinalTraining, month: int) -> bytes:
    """Train the model of one month and return its members as a ZIP archive."""
    entry = get_model(training.model)
    fitted = fit_model(
        entry,
        training.samples(month),
        variables=training.variables,
        options=training.options,
        seed_of=lambda member: child_seed(training.seed, "final", month, member),
    )
    to_bytes = _network_bytes if entry.kind == "network" else _estimator_bytes
    ending = "npz" if entry.kind == "network" else "joblib"
    return _zip(
        {
            f"month{month:02d}-member{number}.{ending}": to_bytes(member)
            for number, member in enumerate(fitted.members)
        }
    )


def _network_bytes(network: Any) -> bytes:
    """Return weights, standardisation and target scale of a trained network."""
    arrays = {f"weights/{k}": v.numpy() for k, v in network.module.state_dict().items()}
    arrays |= {"scaler/mean": network.scaler.mean, "scaler/std": network.scaler.std}
    arrays["target"] = np.array([network.offset, network.scale])
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
    content = {
        "model": training.model,
        "options": dict(training.options),
        "variables": list(training.variables),
        "pft": training.pft,
        "window": training.window,
        "lengths": {str(month): steps for month, steps in training.lengths.items()},
        "steps": int(training.block.series.shape[1]),
        "classes": dict(shape_of(training.block).classes),
        "samples": len(training.block),
        _ESTIMATOR_PACKAGE: metadata.version(_ESTIMATOR_PACKAGE),
    }
    return (json.dumps(content, indent=2, sort_keys=True) + "\n").encode()


def _zip(members: Mapping[str, bytes]) -> bytes:
    """Return a ZIP archive whose bytes depend on its members alone."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(members):
            archive.writestr(zipfile.ZipInfo(name), members[name])
    return buffer.getvalue()


@dataclass(frozen=True)
class ProductModel:
    """The trained models of a product.

    Attributes:
        label: the model's name in figures.
        variables, pft, window: what it was trained on.
        lengths: steps of each month's window; empty where one model serves all months.
        months: trained model by month; 0 for all.
    """

    label: str
    variables: Sequence[str]
    pft: str
    window: str
    lengths: Mapping[int, int]
    months: Mapping[int, FittedModel]

    def predict(self, block: Block, month: int) -> NDArray[np.float64]:
        """Return predictions (sample,) for samples of one calendar month."""
        if month in self.lengths:
            block = block.with_series(block.series[:, -self.lengths[month] :])
        return self.months.get(month, self.months.get(ALL_MONTHS)).predict(block)


def load_model(path: str | os.PathLike[str]) -> ProductModel:
    """Read the models of a product.

    Raises:
        InputError: the file is absent, damaged, or holds an estimator of another version of
            scikit-learn.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        manifest = json.loads(members.pop("manifest.json"))
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise InputError(
            f"{path}: cannot be read as a trained model ({error}); delete it and run again."
        ) from error
    entry = get_model(manifest["model"])
    if entry.kind != "network":
        _require_same_version(path, manifest)
    found: dict[int, list[Any]] = {}
    lengths = {int(month): steps for month, steps in manifest["lengths"].items()}
    for name in sorted(members, key=_order):
        month, _ = _order(name)
        if entry.kind == "network":
            steps = lengths.get(month, manifest["steps"])
            member = _load_network(members[name], manifest, steps)
        else:
            member = joblib.load(io.BytesIO(members[name]))
        found.setdefault(month, []).append(member)
    return ProductModel(
        label=entry.label,
        variables=manifest["variables"],
        pft=manifest["pft"],
        window=manifest["window"],
        lengths=lengths,
        months={month: FittedModel(entry.kind, parts) for month, parts in found.items()},
    )


def _order(name: str) -> tuple[int, int]:
    """Return month and member of ``month04-member0.npz``."""
    month, member = Path(name).stem.split("-")
    return int(month.removeprefix("month")), int(member.removeprefix("member"))


def _require_same_version(path: str | os.PathLike[str], manifest: Mapping[str, Any]) -> None:
    """Refuse an estimator that was kept by another version of its library."""
    here = metadata.version(_ESTIMATOR_PACKAGE)
    if manifest[_ESTIMATOR_PACKAGE] != here:
        raise InputError(
            f"{path}: trained with {_ESTIMATOR_PACKAGE} {manifest[_ESTIMATOR_PACKAGE]}, but this "
            f"environment has {here}, which may read it wrongly; delete it and run again."
        )


def _load_network(content: bytes, manifest: Mapping[str, Any], steps: int) -> Any:
    """Build a network and give it its weights."""
    import torch

    from carbonscape.training.network import TrainedNetwork, split_options

    torch.set_num_threads(1)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        arrays = {
            name.removesuffix(".npy"): np.load(io.BytesIO(archive.read(name)), allow_pickle=False)
            for name in archive.namelist()
        }
    shape = Shape(steps=steps, variables=len(manifest["variables"]), classes=manifest["classes"])
    module = get_model(manifest["model"]).build(shape, split_options(manifest["options"])[1])
    module.load_state_dict(
        {
            name.removeprefix("weights/"): torch.from_numpy(values)
            for name, values in arrays.items()
            if name.startswith("weights/")
        }
    )
    module.eval()
    offset, scale = arrays["target"].tolist()
    scaler = Standardiser(mean=arrays["scaler/mean"], std=arrays["scaler/std"])
    return TrainedNetwork(module, scaler, offset=offset, scale=scale)
