"""What fills a gap of a predictor when years, or the months of OCO-3, are held out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from carbonscape.columns.features.fill import (
    CLIMATOLOGY,
    INTERPOLATED,
    MEDIAN,
    ONE_HOT,
    label_means,
    median_over_months,
)


def fold_climatology_values(
    values: NDArray[np.floating],
    source: NDArray[np.uint8],
    median: NDArray[np.floating],
    *,
    outside: NDArray[np.bool_],
    calendar_month: NDArray[np.integer],
    variables: Sequence[str],
    cell: NDArray[np.integer],
    steps: NDArray[np.integer],
) -> NDArray[np.float32]:
    """Return the inputs of windows that rest on other months, without the months held out.

    An input of code CLIMATOLOGY takes the mean of the cell's observed or interpolated values of
    the calendar month over the months outside the block; where there is none, the mean over all
    the cell's months outside; where there is none of these either, the median over the months
    outside of the medians of land cells. The last also stands where the land's median of the
    month itself was not known (code MEDIAN).

    Args:
        values, source: (cell, time, variable) of the cells that have samples.
        median: (time, variable) medians of observed land cells, NaN where none is observed.
        outside: (time,), the months that do not belong to the block.
        calendar_month: (time,) 1 to 12.
        variables: names of the inputs.
        cell: (sample,) position in the first dimension of ``values``.
        steps: (sample, step) positions in time.

    Returns:
        (sample, step, variable) float32, NaN where the input rests on its own month alone, and
        where nothing outside the block is known.
    """
    result = np.full((*steps.shape, len(variables)), np.nan, np.float32)
    if not outside.any():
        return result
    label = np.asarray(calendar_month) - 1
    with_median = ~np.isnan(median)
    codes = source[cell[:, None], steps]
    hidden = (codes == CLIMATOLOGY) | ((codes == MEDIAN) & ~with_median[steps])
    typical = median_over_months(median[outside])
    if "LUCC" in variables:
        place = list(variables).index("LUCC")
        typical[place] = np.floor(typical[place] + 0.5)
    usable = (source <= INTERPOLATED) & outside[None, :, None]
    for group in _groups(variables):
        if not hidden[..., group].any():
            continue
        means = np.stack(
            [
                _reference(values[..., place], usable[..., place], label, variables[place])
                for place in group
            ],
            axis=-1,
        )
        means = np.where(np.isnan(means), typical[group], means)
        offer = means[cell[:, None], label[steps]]
        # Where no month of the cell was used, the median of the land stands.
        alone = codes[..., group] == MEDIAN
        offer = np.where(alone, typical[group], offer)
        if len(group) > 1:
            offer = _harden(offer)
        result[..., group] = np.where(hidden[..., group], offer, np.nan)
    return result


def _groups(variables: Sequence[str]) -> list[list[int]]:
    """Return the places of the variables one by one, those of one-hot land cover together."""
    hot = [place for place, name in enumerate(variables) if name in ONE_HOT]
    return [[p] for p, name in enumerate(variables) if name not in ONE_HOT] + ([hot] if hot else [])


def _reference(
    values: NDArray[np.floating], usable: NDArray[np.bool_], label: NDArray[np.integer], name: str
) -> NDArray[np.float64]:
    """Return the cell's means by calendar month, of all months where there is none."""
    classes = name == "LUCC"
    means = label_means(values, usable, label, 12, categorical=classes)
    overall = label_means(values, usable, np.zeros_like(label), 1, categorical=classes)
    return np.where(np.isnan(means), overall, means)


def _harden(shares: NDArray[np.floating]) -> NDArray[np.float64]:
    """Turn shares of classes (..., class) into the most frequent class as one-hot."""
    best = np.nan_to_num(shares, nan=-1.0).argmax(axis=-1)[..., None]
    hot = (np.arange(shares.shape[-1]) == best).astype(np.float64)
    return np.where(np.isnan(shares).any(axis=-1, keepdims=True), np.nan, hot)
