"""Gap filling of the XCO2 predictors: where each value comes from when it was not observed.

The order: observed; interpolated from near cells of the same month;
the cell's own mean of the calendar month; zero for snow, greenness and GPP where it is dark all
month or where nothing grows; the median of all land cells. A value depends on its cell's own
series and on cells at most ``radius`` away, never on the tile in which it is computed.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from carbonscape.core.insolation import declination_at

#: Codes of the layer ``source``. Larger means further from an observation.
OBSERVED, INTERPOLATED, CLIMATOLOGY, DARK_OR_BARE, MEDIAN, MISSING = 0, 1, 2, 3, 4, 255

#: What the codes mean, for ``flag_values`` and ``flag_meanings``.
SOURCE_MEANINGS = {
    OBSERVED: "observed",
    INTERPOLATED: "interpolated",
    CLIMATOLOGY: "calendar_month_climatology",
    DARK_OR_BARE: "zero_where_dark_or_bare",
    MEDIAN: "land_median",
}

#: MCD12Q1 codes: the number of classes, snow and ice, barren, and water.
N_CLASSES, SNOW, BARREN, WATER = 17, 15, 16, 17

#: Land cover as one variable a class.
ONE_HOT = tuple(f"LUCC_{code:02d}" for code in range(1, N_CLASSES + 1))


def radius_in_cells(fill_degrees: float, cell: float) -> int:
    """Return how many whole cells fit into the distance over which gaps are interpolated."""
    return int(np.floor(fill_degrees / cell + 1e-9))


def interpolate_gaps(
    field: NDArray[np.floating], wanted: NDArray[np.bool_], radius: int
) -> NDArray[np.float32]:
    """Interpolate missing cells from valid cells at most ``radius`` cells away.

    The nearest valid cells to the north, south, west and east count with weights 1 / distance:
    linear interpolation along a row and along a column, of which a plane comes out unchanged. A
    cell that has none of the four takes all valid cells within the radius, weighted alike.
    Distances are those of the lattice, in cells.

    Args:
        field: (row, col) values, NaN where missing.
        wanted: (row, col), whether a missing cell is to be filled.
        radius: in cells; 0 leaves every gap open.

    Returns:
        (row, col) float32: ``field`` with the gaps that could be closed.
    """
    filled = np.asarray(field, dtype=np.float32).copy()
    known = ~np.isnan(filled)
    row, col = np.nonzero(wanted & ~known)
    if radius < 1 or not len(row) or not known.any():
        return filled
    total, weight = np.zeros(len(row)), np.zeros(len(row))
    for values, along, across in ((filled, row, col), (filled.T, col, row)):
        for place in _nearest_known(values):
            place = place[along, across]
            distance = np.abs(place - along)
            near = (place >= 0) & (place < len(values)) & (distance <= radius)
            share = np.divide(1.0, distance, out=np.zeros(len(row)), where=near)
            total += np.where(near, values[np.where(near, place, 0), across] * share, 0.0)
            weight += share
    lonely = np.flatnonzero(weight == 0)
    # Most of what is left lies in large gaps, far from anything: one transform finds it.
    # Imported here: whoever reads samples needs the codes of this module alone.
    from scipy.ndimage import distance_transform_edt

    lonely = lonely[distance_transform_edt(~known)[row[lonely], col[lonely]] <= radius + 0.5]
    if len(lonely):
        total[lonely], weight[lonely] = _around(filled, row[lonely], col[lonely], radius)
    result = np.divide(total, weight, out=np.full(len(row), np.nan), where=weight > 0)
    filled[row, col] = result
    return filled


def _nearest_known(values: NDArray[np.floating]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the first index of the nearest valid value before and after; -1 and n for none."""
    known, number = ~np.isnan(values), len(values)
    position = np.arange(number)[:, None]
    before = np.maximum.accumulate(np.where(known, position, -1), axis=0)
    after = np.minimum.accumulate(np.where(known, position, number)[::-1], axis=0)[::-1]
    return before, after


def _around(
    field: NDArray[np.floating], row: NDArray[np.intp], col: NDArray[np.intp], radius: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the weighted sum and the weight of the valid cells in a disc around cells."""
    padded = np.pad(field, radius, constant_values=np.nan)
    total, weight = np.zeros(len(row)), np.zeros(len(row))
    for down in range(-radius, radius + 1):
        for right in range(-radius, radius + 1):
            distance = np.hypot(down, right)
            if 0 < distance <= radius:
                values = padded[row + radius + down, col + radius + right]
                valid = ~np.isnan(values)
                total += np.where(valid, values / distance, 0.0)
                weight += valid / distance
    return total, weight


def interpolate_classes(
    field: NDArray[np.floating], wanted: NDArray[np.bool_], radius: int
) -> NDArray[np.float32]:
    """Close gaps of a field of class codes: the class with the largest weight nearby.

    Half-way between class 4 and class 6 there is no class 5. Water counts as missing, so that a
    land cell never becomes water. Arguments and result as :func:`interpolate_gaps`.
    """
    filled = np.asarray(field, dtype=np.float32).copy()
    open_ = wanted & np.isnan(filled)
    dry = np.where(filled == WATER, np.nan, filled)
    codes = np.unique(dry[~np.isnan(dry)])
    if radius < 1 or not open_.any() or not len(codes):
        return filled
    best = np.zeros(int(open_.sum()))
    result = np.full(len(best), np.nan)
    for code in codes:
        share = interpolate_gaps(np.where(np.isnan(dry), np.nan, dry == code), open_, radius)
        share = np.nan_to_num(share[open_])
        result = np.where(share > best, code, result)
        best = np.maximum(share, best)
    filled[open_] = result
    return filled


def label_means(
    values: NDArray[np.floating],
    usable: NDArray[np.bool_],
    label: NDArray[np.integer],
    n_labels: int,
    *,
    categorical: bool,
) -> NDArray[np.float64]:
    """Return the means of series over months that share a label, (cell, label).

    Args:
        values: (cell, month).
        usable: (cell, month), which values count.
        label: (month,) numbers from 0, such as the calendar month less one.
        n_labels: number of labels.
        categorical: whether the values are class codes 1 to 17, of which the most frequent is
            taken (the lowest code among equals).

    Returns:
        NaN where no value counts.
    """
    means = np.full((len(values), n_labels), np.nan)
    for number in range(n_labels):
        some, use = values[:, label == number], usable[:, label == number]
        if categorical:
            codes = range(1, N_CLASSES + 1)
            votes = np.stack([((some == code) & use).sum(axis=1) for code in codes], axis=1)
            means[:, number] = np.where(votes.any(axis=1), votes.argmax(axis=1) + 1, np.nan)
        else:
            total = np.where(use, some, 0.0).sum(axis=1, dtype=np.float64)
            counted = use.sum(axis=1)
            np.divide(total, counted, out=means[:, number], where=counted > 0)
    return means


def fill_series(
    values: NDArray[np.floating],
    source: NDArray[np.uint8],
    *,
    calendar_month: NDArray[np.integer],
    median: NDArray[np.floating],
    zero: NDArray[np.bool_] | None = None,
    categorical: bool = False,
) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Fill what interpolation left open from the cell's own months, then from the land's median.

    Args:
        values: (cell, month), NaN where missing.
        source: (cell, month) codes: OBSERVED, INTERPOLATED, or MISSING where ``values`` are NaN.
        calendar_month: (month,) 1 to 12.
        median: (month,) median of land cells, NaN where no cell is observed; such months take
            the median over months.
        zero: (cell, month), where the value is known to be zero; None for nowhere.
        categorical: as in :func:`label_means`; medians are rounded to codes.

    Returns:
        (cell, month) values, float32, and their codes. A variable that no land cell has in any
        month stays NaN, code MISSING.
    """
    values, source = np.array(values, dtype=np.float32), np.array(source)
    label = np.asarray(calendar_month) - 1
    means = label_means(values, source <= INTERPOLATED, label, 12, categorical=categorical)
    _put(values, source, means[:, label], CLIMATOLOGY)
    if zero is not None:
        _put(values, source, np.where(zero, 0.0, np.nan), DARK_OR_BARE)
    typical = np.where(np.isnan(median), median_over_months(median), median)
    if categorical:
        typical = np.floor(typical + 0.5)
    _put(values, source, np.broadcast_to(typical, values.shape), MEDIAN)
    return values, source


def _put(
    values: NDArray[np.float32], source: NDArray[np.uint8], offer: NDArray[np.floating], code: int
) -> None:
    """Put what is offered where nothing is yet, in place."""
    take = (source == MISSING) & ~np.isnan(offer)
    values[take], source[take] = offer[take], code


def median_over_months(median: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the median over the first dimension (month) without NaN; NaN where all are."""
    ordered = np.sort(np.asarray(median, dtype=np.float64), axis=0)  # NaN come last
    number = (~np.isnan(ordered)).sum(axis=0)
    low = np.take_along_axis(ordered, np.maximum(number - 1, 0)[None] // 2, axis=0)[0]
    high = np.take_along_axis(ordered, np.minimum(number // 2, len(ordered) - 1)[None], axis=0)[0]
    return np.where(number > 0, (low + high) / 2, np.nan)


def is_dark(lat: NDArray[np.floating], months: Sequence[str]) -> NDArray[np.bool_]:
    """Say where the sun's centre stays below the horizon in the whole month, (lat, month).

    Args:
        lat: (lat,) degrees north.
        months: YYYY-MM.

    Source: declination after Spencer (1971), Search 2, 172, within 0.04 degrees; without
    refraction.
    """
    dark = np.empty((len(lat), len(months)), dtype=bool)
    for number, text in enumerate(months):
        year, month = int(text[:4]), int(text[5:])
        first = sum(calendar.monthrange(year, m)[1] for m in range(1, month))
        angle = 2 * np.pi * (first + np.arange(calendar.monthrange(year, month)[1])) / 365
        declination = np.degrees(declination_at(angle))
        noon = 90 - np.abs(np.asarray(lat)[:, None] - declination)
        dark[:, number] = (noon < 0).all(axis=1)
    return dark
