"""From screened pixels to cells: the rules by which every gridded file is aggregated.

Quality is screened at the product's own resolution; the images of a step are combined at the
pixel; the pixels of a cell are averaged by area, classes by the most frequent one. Pixels that
have no value are left out, and each cell tells how many there were. Sums are in double precision;
whole numbers are rounded half up (docs/readers.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carbonscape.core.classes import IGBP_CLASSES

#: Share of a cell of which none of the pixels has a class.
NO_SHARE = 255

#: IGBP code of water, and those of land without vegetation.
WATER = 17
_NOT_VEGETATED = (13, 15, 16, WATER)

#: Largest difference of a ratio of sizes from a whole number.
_TOLERANCE = 1e-4


def pixels_per_side(size: float, cell: float | None, shape: tuple[int, int]) -> int:
    """Return how many pixels lie side by side in a cell; 1 where they do not fill cells.

    Whoever asks compares the cells that result with the grid.

    Args:
        size: of a pixel, degrees.
        cell: size of a cell, degrees; None: the pixels are the cells.
        shape: rows and columns of pixels.
    """
    if cell is None:
        return 1
    ratio = round(cell / size)
    fits = ratio > 1 and abs(cell / size - ratio) < _TOLERANCE * ratio
    return ratio if fits and not any(count % ratio for count in shape) else 1


def cell_centres(pixels: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    """Return the centres of cells from those of the pixels along one axis."""
    return np.round(pixels.reshape(-1, side).mean(axis=1), 9)


def pixel_slice(cells: slice, side: int, count: int) -> slice:
    """Return the pixels along one axis that lie in a slice of its ``count`` cells."""
    start, stop, _ = cells.indices(count)
    return slice(start * side, stop * side)


def half_up(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return values as whole numbers, halves rounded up."""
    return np.floor(np.asarray(values, dtype=np.float64) + 0.5)


def by_cells(pixels: NDArray, side: int) -> NDArray:
    """Return pixels (..., row, col) as (..., lat, lon, pixel of the cell)."""
    *leading, rows, cols = pixels.shape
    split = pixels.reshape(*leading, rows // side, side, cols // side, side).swapaxes(-3, -2)
    return split.reshape(*leading, rows // side, cols // side, side * side)


def mean_of_pixels(
    values: NDArray[np.float64], side: int
) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """Return the mean of the pixels of each cell that have a value, and their share.

    Args:
        values: (..., row, col), NaN where a pixel has none.
        side: pixels along the side of a cell.

    Returns:
        (..., lat, lon) float64, NaN where no pixel has a value; percent of the cell's pixels.
    """
    cells = by_cells(values, side)
    known = ~np.isnan(cells)
    count = known.sum(axis=-1)
    total = np.where(known, cells, 0.0).sum(axis=-1)
    mean = np.divide(total, count, out=np.full(count.shape, np.nan), where=count > 0)
    return mean, half_up(100 * count / side**2).astype(np.uint8)


def largest_of_pixels(counts: NDArray[np.integer], side: int) -> NDArray[np.uint16]:
    """Return the largest number of images (..., lat, lon) behind any pixel of a cell."""
    return by_cells(counts, side).max(axis=-1).astype(np.uint16)


@dataclass(frozen=True)
class ClassCells:
    """Land cover of cells (lat, lon), uint8.

    Attributes:
        igbp: the most frequent class, 1 to 17; 0 where there is none.
        winner_share: percent of the pixels with a class that have this one.
        land_share: percent of them that are no water (17).
        vegetated_share: percent of them that are none of urban land (13), snow (15), barren
            land (16) and water. All shares are ``NO_SHARE`` where there is no class.
    """

    igbp: NDArray[np.uint8]
    winner_share: NDArray[np.uint8]
    land_share: NDArray[np.uint8]
    vegetated_share: NDArray[np.uint8]


def classes_of_pixels(codes: NDArray[np.uint8], side: int) -> ClassCells:
    """Return the classes of cells from IGBP codes (row, col) of pixels, 0 for none.

    Of classes that are equally frequent the one with the smaller code is taken.
    """
    cells = by_cells(codes, side)
    shape = cells.shape[:-1]
    most, best = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.uint8)
    valid, land, vegetated = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    for code in range(1, len(IGBP_CLASSES) + 1):
        count = (cells == code).sum(axis=-1)
        best = np.where(count > most, np.uint8(code), best)
        most = np.maximum(most, count)
        valid += count
        land += count if code != WATER else 0
        vegetated += count if code not in _NOT_VEGETATED else 0

    def percent(count: NDArray[np.int64]) -> NDArray[np.uint8]:
        share = half_up(100 * count / np.maximum(valid, 1))
        return np.where(valid > 0, share, NO_SHARE).astype(np.uint8)

    return ClassCells(best, percent(most), percent(land), percent(vegetated))


class MeanOfImages:
    """The mean of images at each pixel, one image after the other.

    Args:
        shape: of an image.

    Attributes:
        count: number of images behind each pixel.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.count = np.zeros(shape, dtype=np.int64)
        self._total = np.zeros(shape, dtype=np.float64)
        self._images = np.zeros(shape, dtype=np.int64)

    def add(self, values: NDArray[np.floating], behind: NDArray[np.integer] | int = 1) -> None:
        """Take one more image, NaN where it has no value; ``behind`` it are so many."""
        known = ~np.isnan(values)
        np.add(self._total, values, out=self._total, where=known)
        self._images += known
        self.count += np.where(known, behind, 0)

    def values(self) -> NDArray[np.float64]:
        """Return the means, NaN where no image has a value."""
        none = np.full(self._total.shape, np.nan)
        return np.divide(self._total, self._images, out=none, where=self._images > 0)


class LargestOfImages:
    """The largest value of images at each pixel; arguments as of :class:`MeanOfImages`."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.count = np.zeros(shape, dtype=np.int64)
        self._largest = np.full(shape, np.nan)

    def add(self, values: NDArray[np.floating], behind: NDArray[np.integer] | int = 1) -> None:
        """Take one more image, NaN where it has no value; ``behind`` it are so many."""
        np.fmax(self._largest, values, out=self._largest)
        self.count += np.where(np.isnan(values), 0, behind)

    def values(self) -> NDArray[np.float64]:
        """Return the largest values, NaN where no image has one."""
        return self._largest
