"""Whether files cover what they should: months of a quantity, and areas of it, without a value.

A file may have an image of every month and yet no value from June on, or lack a tile of the globe.
Both look like clouds once gaps are filled, so they are looked for before that.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carbonscape.archives.cell_months import CellYear
from carbonscape.archives.promises import PROMISES, recorded, refuse_absent, require_delivery
from carbonscape.core.grid import Grid

#: Side of the areas that are looked at, degrees, and the latitude up to which: beyond it there are
#: months of night, and land that is nothing but ice.
AREA, LATITUDE = 30, 60

#: Land cells that an area must have, in number and as a share: of few, all may be under clouds,
#: and products leave out islands far from any coast.
FEWEST_CELLS, LEAST_LAND = 20, 0.02

#: Months that a quantity must be without a value in an area: snow may cover it for two.
FEWEST_MONTHS = 3


@dataclass(frozen=True)
class Given:
    """Where a quantity on a grid comes from.

    Attributes:
        origin: its file.
        source: name in the registry.
        first: first month (YYYY-MM) in which there is any.
        annual: whether one image stands for all months.
        without: months that have no image, which was looked at before.
    """

    origin: str
    source: str
    first: str = ""
    annual: bool = False
    without: Collection[str] = ()


def require_images(
    cells: CellYear, source: str, *, months: Sequence[str], accept: bool = False
) -> list[str]:
    """Refuse a file that lacks images of some months, none of which was read yet.

    Args:
        cells: the opened file.
        source: name in the registry.
        months: months of one year that are needed, YYYY-MM; none: nothing is looked at.
        accept: whether what is absent is stated as a finding instead.

    Returns:
        The months without any image: accepted, or because the archive has none.

    Raises:
        InputError: as :func:`carbonscape.archives.promises.require_delivery`.
    """
    days = cells.images.days.astype(object).tolist()
    # Black Marble is daily, but monthly composites of it are stamped on the first.
    monthly = source == "vnp46a2" and all(day.day == 1 for day in days)
    record = recorded(cells.origin, cells.images.attributes)
    if months:
        require_delivery(
            PROMISES[source],
            days,
            origin=cells.origin,
            months=months,
            record=record,
            by_month=cells.by_month or monthly,
            accept=accept,
        )
    seen = {f"{day:%Y-%m}" for day in days}
    none = {f"{day:%Y-%m}" for day in record} if cells.by_month else set()
    return [month for month in months if month not in seen or month in none]


class Coverage:
    """Counts in which months and areas quantities have a value on land.

    Args:
        land: (lat, lon) where there is land.
        grid: the product's grid.
        months: months of the file, YYYY-MM.
    """

    def __init__(self, land: NDArray[np.bool_], grid: Grid, months: Sequence[str]) -> None:
        self._months = list(months)
        across = 360 // AREA
        row = ((90 - grid.lat) // AREA).astype(np.int64)
        col = ((grid.lon + 180) // AREA).astype(np.int64)
        number = np.where(np.abs(grid.lat) < LATITUDE, row * across, -across)[:, None] + col
        # Of each land cell; -1 beyond the latitude.
        self._area = np.maximum(number, -1)[land]
        self._cells = self._by_area(np.ones(self._area.size, dtype=bool))
        self._enough = max(FEWEST_CELLS, LEAST_LAND * (AREA / grid.cell) ** 2)
        self._found: dict[str, list[NDArray[np.int64]]] = {}
        self._empty: dict[str, list[str]] = {}

    def _by_area(self, chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return how many land cells of each area are chosen."""
        inside = self._area[chosen & (self._area >= 0)]
        return np.bincount(inside, minlength=(180 // AREA) * (360 // AREA))

    def add(self, name: str, month: str, values: NDArray[np.floating]) -> None:
        """Count the values (land cell) of a quantity in a month, NaN where there is none."""
        known = ~np.isnan(values)
        self._found.setdefault(name, []).append(self._by_area(known))
        if not known.any():
            self._empty.setdefault(name, []).append(month)

    def judge(self, given: Mapping[str, Given], *, accept: Collection[str]) -> None:
        """Refuse months and areas without any value on land.

        Args:
            given: where each quantity comes from.
            accept: sources of which that is stated as a finding instead.

        Raises:
            InputError: names the file, and the months or areas.
        """
        for name, where in given.items():
            common = {
                "origin": where.origin,
                "source": where.source,
                "accept": where.source in accept,
            }
            empty = self._empty.get(name, ())
            months = [m for m in empty if m >= where.first and m not in where.without]
            refuse_absent(months, what=f"{name} has no value on land in", **common)
            areas = self._areas(name, where)
            refuse_absent(areas, what=f"{name} has no value on any land of", **common)

    def _areas(self, name: str, where: Given) -> list[str]:
        """Return the areas in which a quantity never has a value, though it has elsewhere."""
        found = [
            counts
            for month, counts in zip(self._months, self._found[name], strict=True)
            if month >= where.first and counts.any()
        ]
        if not found or (len(found) < FEWEST_MONTHS and not where.annual):
            return []
        never = (np.sum(found, axis=0) == 0) & (self._cells >= self._enough)
        across = 360 // AREA
        return [_words(number // across, number % across) for number in np.flatnonzero(never)]


def _words(row: int, col: int) -> str:
    """Return the bounds of an area."""
    north, west = 90 - AREA * int(row), AREA * int(col) - 180
    return f"{north - AREA} to {north} N, {west} to {west + AREA} E"
