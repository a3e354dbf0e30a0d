"""Seasons, and what the group of all samples is called."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: Seasons by their northern names, and their months.
SEASONS = {"DJF": (12, 1, 2), "MAM": (3, 4, 5), "JJA": (6, 7, 8), "SON": (9, 10, 11)}

#: What the group of all samples, or of all land and the whole year, is called.
ALL = "all"


def season_of(month: ArrayLike) -> NDArray[np.str_]:
    """Return the season of calendar months, by its northern name."""
    names = {number: name for name, months in SEASONS.items() for number in months}
    table = np.array([names.get(number, "") for number in range(13)])
    return table[np.asarray(month, dtype=np.intp)]
