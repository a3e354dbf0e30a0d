"""Where the native pixels of the simulated satellites lie, and what is truly in them.

A pixel is one of n x n in a cell of a product's grid, north up. It takes the truth of the cell of
the biosphere that holds its centre (its home); what differs between the pixels of one home is
drawn once and stays for good: leaves, warmth, and which of them are water.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import xarray as xr
from scipy.special import ndtr

from carbonscape.simulate.lattice import Array, centres, random_numbers
from carbonscape.simulate.xco2_places import Places

#: Spread of leaves between neighbouring pixels, relative, as at the towers of MOD15A2H.
PIXEL_SPREAD = 0.12
_WARMTH = 1.0  # choice: K between the pixels of a cell
#: Of the variance of clouds, what is common to the pixels of a cell or around a tower.
WEATHER_SHARE = 0.7


@dataclass(frozen=True)
class Pixels:
    """The pixels of a grid; arrays of ``place`` hold those on land that are no water.

    Attributes:
        homes: the land cells of the truth, whose places are the homes of pixels.
        lat: centres of all pixels, descending, degrees north.
        lon: centres of all pixels, ascending from -180, degrees east.
        side: pixels along the side of a cell.
        rows: row of each pixel on land (place).
        columns: column of each pixel on land (place).
        home: number of its home among ``homes`` (place).
        leafier: factor of its leaves (place), whose mean in a home is one.
        warmer: what its ground is warmer than its home's (place), K, whose mean is nought.
    """

    homes: Places
    lat: Array
    lon: Array
    side: int
    rows: Array
    columns: Array
    home: Array
    leafier: Array
    warmer: Array

    @classmethod
    def of(
        cls,
        grid: xr.Dataset,
        *,
        cell: float,
        pixels: int,
        seed: int,
        window: tuple[slice, slice] | None = None,
        is_land: Callable[[Array, Array], Array] | None = None,
    ) -> Pixels:
        """Return the pixels of a grid of cells, or of a window of it.

        Args:
            grid: the truth of the biosphere, ``grid.nc``, NaN off land.
            cell: size of a cell of the product in degrees; divides 180.
            pixels: pixels along the side of a cell.
            seed: seed of the run.
            window: rows and columns of cells; None for the globe. What differs between the pixels
                of a home is then the window's own.
            is_land: says of points (lat, lon) whether they are land; None: water is drawn by the
                share of land of each home.
        """
        years = [int(year) for year in grid["year"].values]
        size = 180.0 / grid.sizes["lat"]
        homes = Places.of(grid, size, years)
        lat, lon = centres(cell / pixels)
        if window is not None:
            row, column = (slice(part.start * pixels, part.stop * pixels) for part in window)
            lat, lon = lat[row], lon[column]
        number = np.full((grid.sizes["lat"], grid.sizes["lon"]), -1)
        number[homes.rows, homes.columns] = np.arange(len(homes))
        nearest = (
            np.floor((90 - lat) / size + 1e-9).astype(int),
            np.floor((lon + 180) / size + 1e-9).astype(int),
        )
        of_pixels = number[np.ix_(*nearest)]
        rows, columns = np.nonzero(of_pixels >= 0)
        home = of_pixels[rows, columns]
        rng = random_numbers(seed, "native", 0)
        luck, leaves, warmth = rng.random(len(home)), *rng.standard_normal((2, len(home)))
        dry = ~_water(home, luck, homes) if is_land is None else is_land(lat[rows], lon[columns])
        rows, columns, home = rows[dry], columns[dry], home[dry]
        leafier = np.exp(PIXEL_SPREAD * leaves[dry])
        leafier /= _means(leafier, home, len(homes))[home]
        warmer = _WARMTH * warmth[dry]
        warmer -= _means(warmer, home, len(homes))[home]
        return cls(homes, lat, lon, pixels, rows, columns, home, leafier, warmer)

    def __len__(self) -> int:
        return len(self.home)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the grid of pixels."""
        return len(self.lat), len(self.lon)

    @property
    def north(self) -> Array:
        """Latitudes (place), degrees north."""
        return self.lat[self.rows]

    @cached_property
    def _flat(self) -> Array:
        return self.rows * len(self.lon) + self.columns

    def spread(self, values: Array, other: int | float) -> Array:
        """Return values (place) on the grid (row, column), ``other`` off land and on water."""
        field = np.full(self.shape, other, values.dtype)
        field.reshape(-1)[self._flat] = values
        return field

    def luck(self, rng: np.random.Generator) -> Array:
        """Return uniform random numbers (place) that neighbours in a home share in part."""
        weather = np.sqrt(WEATHER_SHARE) * rng.standard_normal(len(self.homes), dtype="float32")
        own = np.sqrt(1 - WEATHER_SHARE) * rng.standard_normal(len(self), dtype="float32")
        return ndtr(weather[self.home] + own)


def _water(home: Array, luck: Array, homes: Places) -> Array:
    """Say which pixels (place) are water: as many in each home as its share of land leaves.

    Fewer than half of them, since the truth calls their home land.
    """
    if "land_share" not in homes.truth:
        return np.zeros(len(home), bool)
    count = np.bincount(home, minlength=len(homes))
    wet = np.floor(count * (1 - homes.truth["land_share"].values) + 0.5)
    wet = np.clip(wet, 0, np.maximum(count - 1, 0) // 2)
    order = np.lexsort((luck, home))
    rank = np.empty(len(home), int)
    first = np.cumsum(count) - count
    rank[order] = np.arange(len(home)) - first[home[order]]
    return rank < wet[home]


def _means(values: Array, home: Array, count: int) -> Array:
    """Return the mean (home) of values (place); nought where a home has no pixel."""
    total = np.bincount(home, values, minlength=count)
    return total / np.maximum(np.bincount(home, minlength=count), 1)
