"""Yearly maps of products of others: each on its own grid, over its own mask and years."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from carbonscape.core.findings import left_out
from carbonscape.core.grid import Grid
from carbonscape.core.own_grid import OwnGrid
from carbonscape.core.sphere import cell_areas
from carbonscape.evaluation.areas import annual_sum
from carbonscape.evaluation.grids import MapFiles, open_year
from carbonscape.evaluation.regrid import AreaRegridder

#: No product of others.
NO_OTHERS: MapFiles = MappingProxyType({})


@contextlib.contextmanager
def open_other(path: Path, name: str, year: int) -> Iterator[tuple[xr.DataArray, OwnGrid]]:
    """Open one year of a product of others: (time=12, lat, lon), and its grid.

    Args:
        path: the file.
        name: variable of the map.
        year: the year that it must hold.

    Raises:
        InputError, ResultError: the file is absent, damaged, of another year or of no regular
            grid.
    """
    with open_year(path, name, year) as flux:
        yield flux, OwnGrid.of(flux["lat"].values, flux["lon"].values, str(path))


def other_annual(path: Path, name: str, year: int) -> tuple[NDArray[np.float64], OwnGrid]:
    """Return a year's sum of a product on its own grid, (lat, lon) gC m-2 yr-1, and that grid.

    No more than one month is read at a time.

    Raises:
        InputError, ResultError: as :func:`open_other`.
    """
    with open_other(path, name, year) as (flux, own):
        return annual_sum((month.values for month in flux), year=year), own


def other_grid(path: Path, name: str, year: int) -> OwnGrid:
    """Return the grid of a file of a product of others.

    Raises:
        InputError, ResultError: as :func:`open_other`.
    """
    with open_other(path, name, year) as (_, own):
        return own


def own_areas(own: OwnGrid) -> NDArray[np.float64]:
    """Return the areas of the cells of a product's own grid, (lat, lon) m2."""
    return cell_areas(own.lat_bounds, own.lon_bounds)


@dataclass
class ToGrid:
    """Brings fields of products of others to the grid of the run, weighted by area.

    Attributes:
        grid: the grid of the run.
    """

    grid: Grid
    _known: dict[tuple[bytes, bytes], AreaRegridder] = field(default_factory=dict)

    def apply(
        self, values: NDArray[np.floating], own: OwnGrid, *, origin: str
    ) -> NDArray[np.float32]:
        """Return a field (lat, lon) on the grid of the run, NaN where less than half has a value.

        Args:
            values: (lat, lon) on the product's own grid.
            own: that grid.
            origin: of the values, for messages.

        Raises:
            InputError: the grid reaches over more than 360 degrees.
        """
        key = (own.lat.tobytes(), own.lon.tobytes())
        if key not in self._known:
            self._known[key] = AreaRegridder(own.lat, own.lon, self.grid, origin=origin)
        return self._known[key].apply(values)


def locate(
    own: OwnGrid, lat: ArrayLike, lon: ArrayLike
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]:
    """Return row and column of the cells that hold some places, and which places have a cell.

    Args:
        own: a product's own grid.
        lat, lon: (place,) degrees north and east, -180 to 180.

    Returns:
        (place,) each; row and column are 0 where no cell holds the place.
    """
    south = (own.lat[0] - own.lat[-1]) / (own.n_lat - 1)
    east = (own.lon[-1] - own.lon[0]) / (own.n_lon - 1)
    west = own.lon[0] - east / 2
    north = own.lat[0] + south / 2
    rows = np.floor((north - np.asarray(lat, dtype=np.float64)) / south + 1e-9).astype(np.intp)
    # Cells may reach over the 180th meridian.
    turned = np.mod(np.asarray(lon, dtype=np.float64) - west + 1e-9, 360)
    columns = np.floor(turned / east).astype(np.intp)
    inside = (rows >= 0) & (rows < own.n_lat) & (columns < own.n_lon)
    return np.where(inside, rows, 0), np.where(inside, columns, 0), inside


def state_unshown(
    figure: str, asked: Iterable[str], others: MapFiles, years: Iterable[int]
) -> None:
    """State which products that the run asks for a figure cannot show, for want of years.

    Args:
        figure: as in ``figure 11``.
        asked: names of the products of others that the run compares with.
        others: the files of those that have any.
        years: any one of which the figure needs.
    """
    years = sorted(years)
    span = f"{years[0]}" if len(years) == 1 else f"any year from {years[0]} to {years[-1]}"
    for name in asked:
        if not set(years) & set(others.get(name, {})):
            reason = f"it has no file of {span}, so that {figure} does not show it"
            left_out(name, reason, source=name, kind="variable")
