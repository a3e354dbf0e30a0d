"""Trained models as :mod:`carbonscape.training.final_training` keeps them, read for prediction.

A model may come from a folder that others write to. It is therefore compared with the checksum
that its training recorded, holds numbers and JSON alone, and each number is checked against what
the model can be (:mod:`carbonscape.training.array_archive`): a file can predict wrong numbers,
but not run code.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carbonscape.core.errors import InputError
from carbonscape.core.io import read_json
from carbonscape.core.provenance import versions_of
from carbonscape.models.block import Block
from carbonscape.models.entry import Entry, Shape
from carbonscape.models.registry import get_model
from carbonscape.training.array_archive import (
    DamagedArchiveError,
    json_of_bytes,
    read_file,
    state_of_members,
    unpack,
)
from carbonscape.training.fit import ALL_MONTHS, FittedModel
from carbonscape.training.scaling import Standardiser
from carbonscape.training.time_input import LEARNT, TIME_INPUTS, TimeInput

#: Packages of which a kept estimator may be opened only at the version that wrote it.
ESTIMATOR_PACKAGES = ("scikit-learn", "xgboost")

#: Member with what was trained, on which predictors.
MANIFEST = "manifest.json"

#: Largest number of values that one sample of a model may have.
MAX_INPUTS = 10_000_000

#: What numbers that no training writes may raise while a model takes them.
_MISFITS = (
    *(ValueError, TypeError, KeyError, IndexError, AttributeError),
    *(RuntimeError, MemoryError, OverflowError),
)


def member_name(month: int, member: int) -> str:
    """Return the beginning of the names of all that is kept of a trained model."""
    return f"month{month:02d}-member{member}/"


def time_name(month: int) -> str:
    """Return the beginning of the names of all that is kept of a time encoding."""
    return f"month{month:02d}-time/"


@dataclass(frozen=True)
class ProductModel:
    """The trained models of a product.

    Attributes:
        entry: the model.
        variables, pft, window: what it was trained on.
        lengths: steps of each month's window; empty where one model serves all months.
        months: trained model by month; 0 for all.
        steps: steps of the longest window.
        month_ends: position in the year of the last step of each month, for a yearly model.
    """

    entry: Entry
    variables: Sequence[str]
    pft: str
    window: str
    lengths: Mapping[int, int]
    months: Mapping[int, FittedModel]
    steps: int
    month_ends: Sequence[int] = ()

    @property
    def label(self) -> str:
        """The model's name in figures."""
        return self.entry.label

    @property
    def members(self) -> int:
        """Number of networks that are averaged; one for an estimator."""
        return len(next(iter(self.months.values())).members)

    def batch(self, month: int = ALL_MONTHS) -> int:
        """Return of how many samples all batches must be multiples, for predictions to the bit.

        One for an estimator: no sample's prediction depends on the others.
        """
        fitted = self.months.get(month, self.months.get(ALL_MONTHS))
        return max(getattr(member, "batch", 1) for member in fitted.members)

    def predict(self, block: Block, month: int) -> NDArray[np.float64]:
        """Return predictions (sample,) for samples of one calendar month."""
        return self.predict_members(block, month).mean(axis=0)

    def predict_members(self, block: Block, month: int = ALL_MONTHS) -> NDArray[np.float64]:
        """Return what each member predicts, (member, sample), for samples of one month.

        Args:
            block: the samples.
            month: calendar month; 0 for samples of any month where one model serves all.
        """
        if month in self.lengths:
            block = block.with_series(block.series[:, -self.lengths[month] :])
        return self.months.get(month, self.months.get(ALL_MONTHS)).predict_members(block)

    def predict_year(self, block: Block) -> NDArray[np.float64]:
        """Return the predictions of a yearly model for every month: (sample, month).

        Args:
            block: one sample a cell, with the steps of the whole year that a month owns. A
                month's prediction depends on no later step.
        """
        fitted = self.months[ALL_MONTHS]
        if self.entry.kind == "network":
            return np.mean([member.predict_year(block) for member in fitted.members], axis=0)
        columns = []
        for month, end in enumerate(self.month_ends, start=1):
            series = block.series.copy()
            series[:, end + 1 :] = np.nan
            seen = replace(block, series=series, month=np.full(len(block), month))
            columns.append(fitted.predict(seen))
        return np.stack(columns, axis=1)


def load_model(
    path: str | os.PathLike[str], run: str | os.PathLike[str] | None = None
) -> ProductModel:
    """Read the models of a product.

    Args:
        path: the file of the models.
        run: the run.json that was written beside it, whose checksum is compared.

    Raises:
        InputError: the file is absent, damaged, not the one that the training made, or holds an
            estimator of another version of its library.
    """
    try:
        content = read_file(path)
        if run is not None:
            _require_recorded(path, content, run)
        members = unpack(content)
        if MANIFEST not in members:
            raise DamagedArchiveError(f"it has no {MANIFEST}")
        manifest = _read_manifest(members.pop(MANIFEST))
        entry = get_model(manifest["model"])
        if entry.kind != "network":
            _require_same_version(path, manifest)
        return ProductModel(
            entry=entry,
            variables=manifest["variables"],
            pft=manifest["pft"],
            window=manifest["window"],
            lengths={int(month): steps for month, steps in manifest["lengths"].items()},
            months=_load_months(entry, manifest, members),
            steps=manifest["steps"],
            month_ends=manifest["month_ends"],
        )
    except (OSError, *_MISFITS) as error:
        reason = " ".join((str(error) or type(error).__name__).split())[:300]
        raise InputError(
            f"{path}: cannot be read as a trained model ({reason}); delete it and run again."
        ) from error


def _require_recorded(
    path: str | os.PathLike[str], content: bytes, run: str | os.PathLike[str]
) -> None:
    """Refuse a file that is not the one of which the training recorded the checksum."""
    record = read_json(run)
    outputs = record.get("outputs") if isinstance(record, dict) else None
    expected = outputs.get(os.path.basename(path)) if isinstance(outputs, dict) else None
    if not isinstance(expected, str):
        raise InputError(
            f"{run}: has no checksum of {path}, so nothing tells whether that is the model that "
            "the run made; delete both and run again."
        )
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise InputError(
            f"{path}: is not the model that the run made: its SHA-256 begins with {found[:12]}, "
            f"{run} has {expected[:12]}; delete it and run again."
        )


#: What the manifest must hold, and of which type.
_FORM = {
    "model": str, "options": dict, "variables": list, "pft": str, "window": str,
    "time_input": str, "lengths": dict, "steps": int, "classes": dict, "sources": list,
    "month_ends": list, "packages": dict,
}  # fmt: skip


def _read_manifest(content: bytes) -> dict[str, Any]:
    """Return the manifest of an archive."""
    manifest = json_of_bytes(content)
    for key, kind in _FORM.items():
        if type(manifest.get(key)) is not kind:
            raise DamagedArchiveError(f"'{key}' of {MANIFEST} is no {kind.__name__}")
    lengths, classes = manifest["lengths"], manifest["classes"]
    numbers = [manifest["steps"], *lengths.values(), *classes.values(), *manifest["month_ends"]]
    if any(type(number) is not int or not 0 <= number <= MAX_INPUTS for number in numbers):
        raise DamagedArchiveError(f"a length in {MANIFEST} is no whole number above zero")
    if not all(isinstance(name, str) for name in manifest["sources"]):
        raise DamagedArchiveError(f"'sources' of {MANIFEST} are no names")
    if sorted(manifest["sources"]) != sorted(classes):
        raise DamagedArchiveError(f"'sources' of {MANIFEST} are not those of 'classes'")
    if manifest["time_input"] not in TIME_INPUTS:
        raise DamagedArchiveError(f"'time_input' of {MANIFEST} is none of ours")
    if not set(lengths) <= {str(month) for month in range(1, 13)}:
        raise DamagedArchiveError(f"'lengths' of {MANIFEST} are not those of months")
    if manifest["steps"] * len(manifest["variables"]) + sum(classes.values()) > MAX_INPUTS:
        raise DamagedArchiveError(f"more than {MAX_INPUTS:,} inputs of a sample")
    return manifest


def _require_same_version(path: str | os.PathLike[str], manifest: Mapping[str, Any]) -> None:
    """Refuse an estimator that was kept by another version of its library."""
    for package, here in versions_of(ESTIMATOR_PACKAGES).items():
        there = manifest["packages"].get(package)
        if there != here:
            raise InputError(
                f"{path}: trained with {package} {there}, but this environment has {here}, which "
                "may predict otherwise; delete it and run again."
            )


def _load_months(
    entry: Entry, manifest: Mapping[str, Any], members: Mapping[str, bytes]
) -> dict[int, FittedModel]:
    """Return the trained models by month; 0 for all.

    Raises:
        DamagedArchiveError: a model is missing or too many, or cannot predict.
    """
    if entry.kind not in ("network", "estimator"):
        raise DamagedArchiveError(f"{entry.name} is never trained itself")
    number = manifest["options"]["members"] if entry.kind == "network" else 1
    months = sorted(map(int, manifest["lengths"])) or [ALL_MONTHS]
    kept = {member_name(month, member) for month in months for member in range(number)}
    timed = manifest["time_input"] in LEARNT
    kept |= {time_name(month) for month in months if timed}
    states: dict[str, dict[str, bytes]] = {}
    for name, content in members.items():
        states.setdefault(re.split("(?<=/)", name, maxsplit=1)[0], {})[name] = content
    if set(states) != kept:
        some = ", ".join(sorted(set(states) ^ kept)[:3])
        raise DamagedArchiveError(f"its parts are not those of {MANIFEST}: {some}")
    found = {}
    for month in months:
        steps = manifest["lengths"].get(str(month), manifest["steps"])
        time = TimeInput(manifest["time_input"])
        if timed:
            prefix = time_name(month)
            time = replace(time, numbers=state_of_members(states[prefix], prefix))
        shape = Shape(
            steps=steps,
            variables=len(time.variables(manifest["variables"])),
            classes={source: manifest["classes"][source] for source in manifest["sources"]},
            month_ends=tuple(manifest["month_ends"]) if entry.yearly else (),
        )
        load = _load_network if entry.kind == "network" else _load_estimator
        prefixes = [member_name(month, member) for member in range(number)]
        parts = [
            load(entry, shape, manifest["options"], state_of_members(states[prefix], prefix))
            for prefix in prefixes
        ]
        found[month] = FittedModel(entry.kind, parts, time)
        _require_predicts(found[month], shape, len(manifest["variables"]), month)
    return found


def _load_estimator(
    entry: Entry, shape: Shape, options: Mapping[str, Any], state: Mapping[str, Any]
) -> Any:
    """Build an estimator and give it what it learnt."""
    model = entry.build(shape, options)
    model.restore(state)
    return model


def _load_network(
    entry: Entry, shape: Shape, options: Mapping[str, Any], arrays: Mapping[str, Any]
) -> Any:
    """Build a network and give it its weights."""
    import torch

    from carbonscape.training.memory import keep_freed_memory
    from carbonscape.training.network import TrainedNetwork
    from carbonscape.training.options import split_options

    torch.set_num_threads(1)
    keep_freed_memory()
    weights = {
        name.removeprefix("weights/"): torch.from_numpy(values)
        for name, values in arrays.items()
        if name.startswith("weights/")
    }
    architecture = split_options(options)[1]
    with torch.device("meta"):  # takes no memory, however large the file says that it is
        expected = entry.build(shape, architecture).state_dict()
    if {k: v.shape for k, v in expected.items()} != {k: v.shape for k, v in weights.items()}:
        raise DamagedArchiveError(f"the weights are not those of {entry.name} of this size")
    module = entry.build(shape, architecture)
    module.load_state_dict(weights)
    module.eval()
    offset, scale = arrays["target"].tolist()
    scaler = Standardiser(mean=arrays["scaler/mean"], std=arrays["scaler/std"])
    if not scaler.mean.shape == scaler.std.shape == (shape.variables,):
        raise DamagedArchiveError(f"the standardisation is not that of {shape.variables} variables")
    return TrainedNetwork(entry, module, scaler, offset=offset, scale=scale)


def _require_predicts(fitted: FittedModel, shape: Shape, variables: int, month: int) -> None:
    """Refuse models that cannot predict one sample of their shape."""
    sample = Block(
        series=np.zeros((1, shape.steps, variables), dtype=np.float32),
        context={name: np.zeros((1, n), dtype=np.float32) for name, n in shape.classes.items()},
        month=np.array([month or 1]),
        target=np.zeros(1),
        year_row=np.zeros(1, dtype=np.int64),
        where=np.array([[0.0, 0.0, 2000.0]]),
    )
    found = fitted.predict_members(sample)
    if found.shape != (len(fitted.members), 1) or found.dtype != np.float64:
        raise DamagedArchiveError("its models do not predict one number for a sample")
