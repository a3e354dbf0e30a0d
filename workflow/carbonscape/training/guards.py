"""Guards of a training: what would give a silent score is a sentence instead.

What no model can be trained on or asked about is refused: too few samples, an observation or a
predictor that is no number, land cover that is not known. What a model survives but a reader
of its scores should know (a constant target or predictor, a land-cover class that no training
site has) is logged as a warning and returned, so that it can be kept with the result.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carbonscape.core.classes import IGBP_CLASSES
from carbonscape.core.errors import ResultError
from carbonscape.models.block import Block
from carbonscape.products.product import Product

logger = logging.getLogger(__name__)

#: Names of the classes of land-cover sources; classes of other sources are numbered from 1.
CLASS_NAMES: Mapping[str, Sequence[str]] = {"igbp": IGBP_CLASSES}

#: Samples below which a model is not trained.
MIN_TRAINING = 2


@dataclass(frozen=True)
class Place:
    """Which training a sentence is about.

    Attributes:
        model: name in the registry.
        split, fold: which samples are held out.
        month: calendar month of the model, 0 where one model has them all.
        scheme: what the samples are split by, where it has a name.
    """

    model: str
    split: int
    fold: int
    month: int = 0
    scheme: str = ""

    def __str__(self) -> str:
        """Return the beginning of a sentence."""
        month = f", month {self.month}" if self.month else ""
        scheme = f"the scheme '{self.scheme}'" if self.scheme else f"split {self.split}"
        return f"{self.model}, fold {self.fold} of {scheme}{month}"


def require_trainable(
    training: Block,
    *,
    place: Place | str,
    variables: Sequence[str],
    month_ends: Sequence[int] = (),
    product: Product,
) -> list[str]:
    """Refuse samples that no model should be trained on.

    Args:
        training: the training samples of one model.
        place: for the message.
        variables: names of the predictors.
        month_ends: position of the last step of each calendar month, for a yearly block, whose
            series may be NaN after the sample's month; empty for the others.
        product: what is predicted, for messages.

    Returns:
        Warnings (logged too): the target or a predictor is the same in all samples.

    Raises:
        ResultError: there are fewer than two samples, or one of them has an observation or a
            predictor that is no finite number, or no land cover.
    """
    if len(training) < MIN_TRAINING:
        raise ResultError(
            f"{place}: {len(training)} training samples are too few for a model; use more sites or "
            f"years, or fewer folds (config key '{product.name}.crossval.folds')."
        )
    wrong = ~np.isfinite(training.target)
    if wrong.any():
        raise ResultError(
            f"{place}: the observed {product.label} of {int(wrong.sum())} of {len(training)} "
            f"training samples is no finite number; {product.samples_hint}."
        )
    _require_inputs(training, "training", place, variables, month_ends, product)
    warnings = []
    if np.all(training.target == training.target[0]):
        warnings.append(
            f"{place}: the observed {product.label} of all {len(training)} training samples is "
            f"{training.target[0]:g} {product.unit}, so that a model can learn nothing but that "
            "number."
        )
    needed = _needed_steps(training, month_ends)
    for number, name in enumerate(variables):
        values = training.series[:, :, number][needed]
        if np.all(values == values[0]):
            warnings.append(
                f"{place}: predictor {name} is {values[0]:g} in every step of every training "
                f"window, so that a model can learn nothing from it; {product.variables_hint}."
            )
    for sentence in warnings:
        logger.warning("%s", sentence)
    return warnings


def require_predictable(
    held_out: Block,
    *,
    place: Place | str,
    variables: Sequence[str],
    month_ends: Sequence[int] = (),
    product: Product,
) -> None:
    """Refuse held-out samples whose predictors or land cover are missing.

    Observations are not looked at. Arguments and refusals are those of
    :func:`require_trainable`; no samples are nothing to refuse.
    """
    if len(held_out):
        _require_inputs(held_out, "held-out", place, variables, month_ends, product)


def unseen_classes(
    training: Block,
    held_out: Block,
    *,
    place: Place | str,
    names: Mapping[str, Sequence[str]] = CLASS_NAMES,
) -> list[str]:
    """Warn of land-cover classes that held-out samples have and no training sample has.

    The weights that a model gives to such a class are those it started with.

    Args:
        training, held_out: samples of one model; where a class is a fraction of the land, any
            fraction above zero counts.
        place: for the message.
        names: names of the classes by source.

    Returns:
        One sentence for each source that has such classes; they are logged too.
    """
    sentences = []
    for source, vectors in held_out.context.items():
        unseen = (vectors > 0).any(axis=0) & ~(training.context[source] > 0).any(axis=0)
        if not unseen.any():
            continue
        called = names.get(source) or [f"class {k + 1}" for k in range(vectors.shape[1])]
        affected = int((vectors[:, unseen] > 0).any(axis=1).sum())
        classes = ", ".join(called[k] for k in np.flatnonzero(unseen))
        sentences.append(
            f"{place}: no training sample has the {source} land cover {classes}, which "
            f"{affected} of {len(held_out)} held-out samples have; the model is asked about a "
            "class that it has never seen."
        )
    for sentence in sentences:
        logger.warning("%s", sentence)
    return sentences


def _require_inputs(
    block: Block,
    part: str,
    place: Place | str,
    variables: Sequence[str],
    month_ends: Sequence[int],
    product: Product,
) -> None:
    """Refuse windows and land cover that are missing."""
    allowed = np.isnan(block.series) & ~_needed_steps(block, month_ends)[:, :, None]
    wrong = (~np.isfinite(block.series) & ~allowed).any(axis=1)
    if wrong.any():
        named = ", ".join(variables[k] for k in np.flatnonzero(wrong.any(axis=0)))
        raise ResultError(
            f"{place}: predictor {named} is missing or infinite in the windows of "
            f"{int(wrong.any(axis=1).sum())} of {len(block)} {part} samples; "
            f"{product.window_hint}."
        )
    for source, vectors in block.context.items():
        unknown = ~np.isfinite(vectors).all(axis=1) | ~(vectors != 0).any(axis=1)
        if unknown.any():
            raise ResultError(
                f"{place}: {int(unknown.sum())} of {len(block)} {part} samples have no {source} "
                "land cover (their vector is all zero or missing); supply the cover of these "
                "sites, leave the sites out, or take the PFT settings with "
                f"{source} out of '{product.name}.crossval.pfts'."
            )


def _needed_steps(block: Block, month_ends: Sequence[int]) -> NDArray[np.bool_]:
    """Return the steps that a sample needs, (sample, step): in a yearly block up to its month."""
    steps = np.arange(block.series.shape[1])
    if not len(month_ends):
        return np.ones((len(block), len(steps)), dtype=bool)
    last = np.asarray(month_ends)[block.month - 1]
    return steps <= last[:, None]
