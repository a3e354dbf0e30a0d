"""Density scatters: pairs of values counted in square bins."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm
from numpy.typing import ArrayLike

from carbonscape.figures import style

#: Cells of a field of bins, 8 MB; one value far from all others would need a field of gigabytes.
MAX_CELLS = 1_000_000


def draw_bins(
    ax: Axes, x: ArrayLike, y: ArrayLike, values: ArrayLike, *, width: float, norm: LogNorm
) -> ScalarMappable:
    """Draw square bins that hold pairs; bins without a row stay empty.

    The memory follows the number of bins that hold pairs, however far these lie apart: where a
    field of all bins would have more than ``MAX_CELLS``, each bin is a mark of a fixed size.

    Args:
        x, y: (bin,) lower edges, whole bins apart from one another.
        values: (bin,) what the colours show, e.g. counts.
        width: width of a bin, in units of the axes.
        norm: scale of the colours.

    Returns:
        What was drawn, for a colour bar.
    """
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    column = np.rint((x - x.min()) / width)
    row = np.rint((y - y.min()) / width)
    if (row.max() + 1) * (column.max() + 1) > MAX_CELLS:
        return ax.scatter(
            x + width / 2, y + width / 2, c=values, s=4, marker="s", lw=0, cmap=style.DENSITY,
            norm=norm, rasterized=True,
        )  # fmt: skip
    row, column = row.astype(int), column.astype(int)
    field = np.full((row.max() + 1, column.max() + 1), np.nan)
    field[row, column] = values
    return ax.pcolormesh(
        x.min() + np.arange(field.shape[1] + 1) * width,
        y.min() + np.arange(field.shape[0] + 1) * width,
        field, cmap=style.DENSITY, norm=norm, rasterized=True,
    )  # fmt: skip


def score_box(ax: Axes, text: str) -> None:
    """Write scores into the upper left corner of a panel."""
    ax.text(
        0.04, 0.97, text, transform=ax.transAxes, va="top", fontsize=7, linespacing=1.35,
        bbox={"fc": "white", "ec": "none", "alpha": 0.75, "pad": 1.5},
    )  # fmt: skip
