"""Density scatters: pairs of values counted in square bins."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import LogNorm
from numpy.typing import ArrayLike

from carbonscape.figures import style


def draw_bins(
    ax: Axes, x: ArrayLike, y: ArrayLike, values: ArrayLike, *, width: float, norm: LogNorm
) -> QuadMesh:
    """Draw square bins that hold pairs; bins without a row stay empty.

    Args:
        x, y: (bin,) lower edges, whole bins apart from one another.
        values: (bin,) what the colours show, e.g. counts.
        width: width of a bin, in units of the axes.
        norm: scale of the colours.

    Returns:
        The mesh, for a colour bar.
    """
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    column = np.rint((x - x.min()) / width).astype(int)
    row = np.rint((y - y.min()) / width).astype(int)
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
