"""The real maps under the simulated Earth: land, climate, Koppen classes and land cover.

The maps are read from ``resources/geography`` (its README says where they come from). Every
method takes points: latitudes in degrees north, longitudes in degrees east, -180 to 360, in
arrays of one shape.
"""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path

import netCDF4
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from carbonscape.core.errors import InputError

#: The names of the 30 Koppen classes in the order of Beck et al. 2018; code 1 is the first.
KOPPEN = (
    "Af", "Am", "Aw", "BWh", "BWk", "BSh", "BSk", "Csa", "Csb", "Csc", "Cwa", "Cwb", "Cwc", "Cfa",
    "Cfb", "Cfc", "Dsa", "Dsb", "Dsc", "Dsd", "Dwa", "Dwb", "Dwc", "Dwd", "Dfa", "Dfb", "Dfc",
    "Dfd", "ET", "EF",
)  # fmt: skip
#: The files of ``resources/geography`` that the simulated Earth stands on.
FILES = (
    "land_share.nc", "koppen.nc", "igbp_west.nc", "igbp_east.nc", "era5_t2m_01-06.nc",
    "era5_t2m_07-12.nc", "era5_tp_01-06.nc", "era5_tp_07-12.nc",
)  # fmt: skip
#: Nothing south of here is known: Antarctica is left out.
SOUTH = -60.0
#: How many of the IGBP classes of MCD12Q1 (1 to 17) and of the climate groups there are.
CLASSES, GROUPS = 17, 5

_GROUP_OF_CODE = np.array([0, *("ABCDE".index(name[0]) for name in KOPPEN)], np.int8)
_DAYS = np.array([31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


class Geography:
    """The real maps, read when they are first needed.

    Args:
        folder: ``resources/geography``.

    Raises:
        InputError: a map is absent or cannot be read.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        for name in FILES:
            if not (self.folder / name).is_file():
                raise InputError(
                    f"{self.folder / name}: no such file; this map comes with the project: "
                    "restore it, or rebuild it as resources/geography/README.md says."
                )

    def _read(self, name: str, variable: str) -> NDArray:
        """Return the values of a map, rows from the north."""
        path = self.folder / name
        try:
            with netCDF4.Dataset(path) as file:
                file.set_auto_mask(False)
                return file[variable][:]
        except (OSError, RuntimeError, IndexError) as error:
            raise InputError(
                f"{path}: the map '{variable}' cannot be read ({error}); compare the file with "
                "SHA256SUMS beside it and restore it."
            ) from error

    @cached_property
    def _share(self) -> NDArray[np.uint8]:
        return self._read("land_share.nc", "land_share")

    @cached_property
    def _codes(self) -> NDArray[np.uint8]:
        return self._read("koppen.nc", "koppen")

    @cached_property
    def _groups(self) -> NDArray[np.int8]:
        return _GROUP_OF_CODE[_fill_from_nearest(self._codes, 0)]

    @cached_property
    def _igbp(self) -> NDArray[np.uint8]:
        return np.hstack([self._read(f"igbp_{side}.nc", "igbp") for side in ("west", "east")])

    @cached_property
    def _climate(self) -> dict[str, NDArray[np.float32]]:
        """Monthly t2m in degC and tp in mm d-1 on nodes; over the sea that of the nearest land."""
        fields = {}
        for name in ("t2m", "tp"):
            halves = [self._read(f"era5_{name}_{half}.nc", name) for half in ("01-06", "07-12")]
            months = _fill_from_nearest(np.concatenate(halves), -32768).astype(np.float32)
            fields[name] = months / 10 if name == "t2m" else months / _DAYS[:, None, None]
        return {name: months.astype(np.float32) for name, months in fields.items()}

    def land_share(self, lat: ArrayLike, lon: ArrayLike) -> NDArray[np.float64]:
        """Return the share of land (0-1) in the 0.1-degree cell of each point."""
        return _nearest(self._share, lat, lon, outside=0) / 100

    def is_land(self, lat: ArrayLike, lon: ArrayLike) -> NDArray[np.bool_]:
        """Say of each point whether half of its 0.1-degree cell is land; lakes are land."""
        return self.land_share(lat, lon) >= 0.5

    def koppen(self, lat: ArrayLike, lon: ArrayLike) -> NDArray[np.uint8]:
        """Return the Beck code (1-30) of each point; 0 at sea and south of 60 degrees south."""
        return _nearest(self._codes, lat, lon, outside=0)

    def climate_group(self, lat: ArrayLike, lon: ArrayLike) -> NDArray[np.int64]:
        """Return the main Koppen group, 0 to 4 for A to E, of each point or the nearest land."""
        return _nearest(self._groups, lat, lon, outside=4)

    def igbp(self, lat: ArrayLike, lon: ArrayLike) -> NDArray[np.uint8]:
        """Return the IGBP class (1-17) of the 0.05-degree pixel of each point in 2019."""
        return _nearest(self._igbp, lat, lon, outside=15)

    def climatology(self, lat: ArrayLike, lon: ArrayLike) -> tuple[NDArray, NDArray]:
        """Return t2m in degC and tp in mm d-1 (month, point): bilinear between ERA5 nodes."""
        row = np.clip((90.0 - np.asarray(lat, float)) / 0.5, 0, self._climate["tp"].shape[1] - 1)
        column = (np.asarray(lon, float) + 180.0) % 360.0 / 0.5
        above = np.minimum(row.astype(int), self._climate["tp"].shape[1] - 2)
        left = column.astype(int) % 720
        right, down, east = (left + 1) % 720, row - above, column - np.floor(column)
        results = []
        for name in ("t2m", "tp"):
            months = self._climate[name]
            upper = months[:, above, left] * (1 - east) + months[:, above, right] * east
            lower = months[:, above + 1, left] * (1 - east) + months[:, above + 1, right] * east
            results.append((upper * (1 - down) + lower * down).astype(np.float32))
        return results[0], results[1]

    def land_in_cells(self, cell: float) -> NDArray[np.float64]:
        """Return the share of land (0-1) in each cell (lat, lon), exact in area."""
        step = 180 / len(self._with_south(self._share, 0))
        lat = 90 - step * (np.arange(round(180 / step)) + 0.5)
        share = self._with_south(self._share, 0) * np.cos(np.deg2rad(lat))[:, None]
        rows, columns = _cells_of(lat, cell), _cells_of_longitude(share.shape[1], cell)
        size = (round(180 / cell), round(360 / cell))
        index = (rows[:, None] * size[1] + columns[None, :]).ravel()
        land = np.bincount(index, share.ravel(), size[0] * size[1])
        weight = np.broadcast_to(np.cos(np.deg2rad(lat))[:, None], share.shape)
        area = np.bincount(index, weight.ravel(), size[0] * size[1])
        return np.clip(land / area / 100, 0.0, 1.0).reshape(size)

    def cover_in_cells(self, cell: float) -> NDArray[np.float64]:
        """Return the shares (class, group, lat, lon) of IGBP classes and Koppen groups in cells.

        Class is 17 long (MCD12Q1 codes 1-17), group 5 (A-E); the shares of a cell sum to one
        where it lies north of 60 degrees south.
        """
        size = (round(180 / cell), round(360 / cell))
        cells = size[0] * size[1]
        pixels, total = self._igbp, np.zeros(CLASSES * GROUPS * cells)
        groups = np.repeat(self._groups, 5, axis=1).astype(np.int32)
        columns = _cells_of_longitude(pixels.shape[1], cell).astype(np.int32)
        for row, line in enumerate(pixels):
            lat = 90 - 0.05 * (row + 0.5)
            kind = (line.astype(np.int32) - 1) * GROUPS + groups[row // 5]
            index = kind * np.int32(size[1]) + columns
            counts = np.bincount(index, minlength=CLASSES * GROUPS * size[1])
            band = counts.reshape(-1, size[1]) * np.cos(np.deg2rad(lat))
            where = int(_cells_of(np.array([lat]), cell)[0])
            total.reshape(-1, *size)[:, where] += band
        total = total.reshape(CLASSES, GROUPS, *size)
        return total / np.maximum(total.sum(axis=(0, 1)), 1e-9)

    def _with_south(self, rows: NDArray, value: int) -> NDArray:
        """Return a map with rows down to the South Pole."""
        missing = round(rows.shape[1] / 2) - rows.shape[0]
        return np.pad(rows, ((0, missing), (0, 0)), constant_values=value)


def _cells_of(lat: NDArray, cell: float) -> NDArray[np.int64]:
    """Return the row of the cell that holds each latitude."""
    return np.floor((90.0 - lat) / cell + 1e-9).astype(np.int64)


def _cells_of_longitude(pixels: int, cell: float) -> NDArray[np.int64]:
    """Return the column of the cell that holds each pixel of a row round the globe."""
    centre = 360.0 / pixels * (np.arange(pixels) + 0.5)
    return np.floor(centre / cell + 1e-9).astype(np.int64)


def _nearest(rows: NDArray, lat: ArrayLike, lon: ArrayLike, *, outside: int) -> NDArray:
    """Return the value of the pixel of each point, and ``outside`` south of the map."""
    step = 360.0 / rows.shape[1]
    row = np.floor((90.0 - np.asarray(lat, float)) / step + 1e-9).astype(int)
    column = np.floor((np.asarray(lon, float) + 180.0) % 360.0 / step + 1e-9).astype(int)
    found = rows[np.clip(row, 0, len(rows) - 1), column % rows.shape[1]]
    return np.where(row < len(rows), found, np.asarray(outside, rows.dtype))


def _fill_from_nearest(rows: NDArray, missing: int) -> NDArray:
    """Return a map (..., lat, lon) whose missing places hold the value of the nearest place."""
    empty = (rows if rows.ndim == 2 else rows[0]) == missing
    wide = np.hstack([empty, empty, empty])  # round the globe
    index = ndimage.distance_transform_edt(wide, return_distances=False, return_indices=True)
    width = empty.shape[1]
    row, column = index[0][:, width : 2 * width], index[1][:, width : 2 * width] % width
    return rows[..., row, column]
