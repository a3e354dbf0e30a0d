"""Trained models as :mod:`carbonscape.training.final_training` keeps them, read for prediction."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from numpy.typing import NDArray

from carbonscape.core.errors import InputError
from carbonscape.core.provenance import versions_of
from carbonscape.models.block import Block
from carbonscape.models.entry import Entry, Shape
from carbonscape.models.registry import get_model
from carbonscape.training.fit import ALL_MONTHS, FittedModel
from carbonscape.training.scaling import Standardiser
from carbonscape.training.time_input import NO_TIME, TimeInput

#: Packages of which a kept estimator may be opened only at the version that wrote it.
ESTIMATOR_PACKAGES = ("scikit-learn", "xgboost")


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


def load_model(path: str | os.PathLike[str]) -> ProductModel:
    """Read the models of a product.

    Raises:
        InputError: the file is absent, damaged, or holds an estimator of another version of
            its library.
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
    time = manifest.get("time_input", "none")
    times = {
        month: TimeInput(time, _read_arrays(members.pop(name)))
        for month in range(13)
        if (name := f"month{month:02d}-time.npz") in members
    }
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
        entry=entry,
        variables=manifest["variables"],
        pft=manifest["pft"],
        window=manifest["window"],
        lengths=lengths,
        months={
            month: FittedModel(entry.kind, parts, times.get(month, NO_TIME))
            for month, parts in found.items()
        },
        steps=manifest["steps"],
        month_ends=manifest["month_ends"],
    )


def _order(name: str) -> tuple[int, int]:
    """Return month and member of ``month04-member0.npz``."""
    month, member = Path(name).stem.split("-")
    return int(month.removeprefix("month")), int(member.removeprefix("member"))


def _require_same_version(path: str | os.PathLike[str], manifest: Mapping[str, Any]) -> None:
    """Refuse an estimator that was kept by another version of its library."""
    for package, here in versions_of(manifest["packages"]).items():
        there = manifest["packages"][package]
        if there != here:
            raise InputError(
                f"{path}: trained with {package} {there}, but this environment has {here}, which "
                "may read it wrongly; delete it and run again."
            )


def _read_arrays(content: bytes) -> dict[str, NDArray[Any]]:
    """Return arrays by name, as :mod:`carbonscape.training.final_training` keeps them."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {
            name.removesuffix(".npy"): np.load(io.BytesIO(archive.read(name)), allow_pickle=False)
            for name in archive.namelist()
        }


def _load_network(content: bytes, manifest: Mapping[str, Any], steps: int) -> Any:
    """Build a network and give it its weights."""
    import torch

    from carbonscape.training.network import TrainedNetwork
    from carbonscape.training.options import split_options

    torch.set_num_threads(1)
    arrays = _read_arrays(content)
    variables = TimeInput(manifest.get("time_input", "none")).variables(manifest["variables"])
    shape = Shape(
        steps=steps,
        variables=len(variables),
        classes=manifest["classes"],
        month_ends=tuple(manifest["month_ends"]),
    )
    entry = get_model(manifest["model"])
    module = entry.build(shape, split_options(manifest["options"])[1])
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
    return TrainedNetwork(entry, module, scaler, offset=offset, scale=scale)
