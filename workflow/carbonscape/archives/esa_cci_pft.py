"""Reading the ESA-CCI plant functional types: cover fractions of 14 classes.

Product: ESA Land Cover CCI, Global Plant Functional Types, v2.0.8 (Harper et al. 2023,
doi:10.5194/essd-15-1465-2023): yearly, 1/360 degree, percent of each pixel. ``WATER`` is inland
water and ocean together, so ``WATER_INLAND``, ``WATER_OCEAN`` and ``LAND`` are left out: the 14
classes of the paper add up to 100.
"""

from __future__ import annotations

import os

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from carbonscape.archives.csv_text import CsvText
from carbonscape.archives.file_dates import require_year
from carbonscape.archives.netcdf import chunk_cache, normalise_axes, open_netcdf
from carbonscape.archives.raster_year import Raw, raw_variable
from carbonscape.archives.site_csv import read_site_csv, site_names, whole_numbers
from carbonscape.core.errors import InputError

#: The 14 classes in the order of the paper (section 2.4.1).
PFT_CLASSES = (
    "BARE", "BUILT", "WATER", "SNOWICE", "GRASS-NAT", "GRASS-MAN",
    "TREES-BD", "TREES-BE", "TREES-ND", "TREES-NE",
    "SHRUBS-BD", "SHRUBS-BE", "SHRUBS-ND", "SHRUBS-NE",
)  # fmt: skip

#: Pixels around a tower: 5 x 5, row by row from the north-west.
SITE_PIXELS = 25

#: Percent points by which the classes of a pixel may miss 100 (each is rounded to a whole one),
#: and the share of pixels that may miss it by more.
SUM_TOLERANCE = 1.5
MAX_SHARE_OF_WRONG_SUMS = 1e-4

#: Pixels that are held at a time, of every class, and bytes of the product's chunks (4 MB each)
#: that the library keeps for each: together they bound the memory to about 600 MB.
_BLOCK = 2**22
_CACHE = 18_000_000

_AGAIN = "fetch it again"


def read_pft_grid(
    path: str | os.PathLike[str],
    *,
    cell: float,
    rows: slice = slice(None),
    year: int | None = None,
) -> xr.DataArray:
    """Read cover fractions on product cells: exact means of the pixels in each cell.

    Args:
        path: netCDF with the classes in percent (uint8) on (time=1, lat, lon).
        cell: size of a product cell, degrees; the pixel size must divide it.
        rows: rows of product cells, counted from the north edge of the file.
        year: the year that the file must hold; None: that of its name, if it has one.

    Returns:
        (pft_class=14, lat, lon) float32 fractions, 0 to 1. A pixel with a fill value (above 100)
        in any class is left out; a cell without a pixel left is NaN.

    Raises:
        InputError: the file is no such netCDF or of another year, a class is absent, pixels do not
            fit into cells, or more than one pixel in 10,000 has classes that do not add up to 100
            percent.
    """
    with chunk_cache(_CACHE), open_netcdf(path, mask_and_scale=False) as datasets:
        if len(datasets) != 1:
            raise InputError(f"{path}: a ZIP archive of {len(datasets)} files, expected one.")
        require_year(datasets[0], path, year=year, source="esa_cci_pft")
        dataset = normalise_axes(datasets[0], names=PFT_CLASSES, with_time=False)
        layers = [_layer(dataset, name) for name in PFT_CLASSES]
        pixels = _pixels_per_cell(dataset, cell)
        lat, lon = (
            dataset[axis].values.reshape(-1, pixels).mean(axis=1) for axis in ("lat", "lon")
        )
        wanted = range(lat.size)[rows]
        result = np.full((len(PFT_CLASSES), len(wanted), lon.size), np.nan, dtype=np.float32)
        sums = _Sums(str(path))
        for row, column in _blocks(wanted, lon.size, pixels):
            block = _read(layers, row, column, pixels)
            sums.add(block, dataset, row.start * pixels, column.start * pixels)
            out = slice(row.start - wanted.start, row.stop - wanted.start)
            result[:, out, column] = _block_means(block, pixels)
        sums.judge()
    return xr.DataArray(
        result,
        dims=("pft_class", "lat", "lon"),
        coords={
            "pft_class": list(PFT_CLASSES),
            "lat": ("lat", np.round(lat[rows], 9), dataset["lat"].attrs),
            "lon": ("lon", np.round(lon, 9), dataset["lon"].attrs),
        },
        attrs={"long_name": "cover fraction of plant functional types", "units": "1"},
        name="pft",
    )


def _layer(dataset: xr.Dataset, name: str) -> xr.Variable:
    """Return the raw percent of a class on (lat, lon)."""
    units = dataset[name].attrs.get("units") if name in dataset else None
    if units not in (None, "%", "percent", "1"):
        raise InputError(f"{dataset.encoding['origin']}: {name} is in {units!r}, expected percent.")
    return percent_layer(dataset, name)


def percent_layer(dataset: xr.Dataset, name: str) -> xr.Variable:
    """Return the raw percent of a class on (lat, lon), 255 where the file declares it missing."""
    raw = Raw(name, ("uint8",), fill=255, valid=(0, 100))
    return raw_variable(dataset, raw, source="esa_cci_pft", dims=("lat", "lon"))


def _pixels_per_cell(dataset: xr.Dataset, cell: float) -> int:
    """Return how many pixels lie side by side in a cell; they must fill all cells evenly."""
    origin = dataset.encoding["origin"]
    for axis, edge in (("lat", 90.0), ("lon", -180.0)):
        values = dataset[axis].values
        size = abs(values[-1] - values[0]) / max(values.size - 1, 1)
        pixels = round(cell / size) if size else 0
        # Where the first edge of the file lies, in cells from the edge of the globe.
        first = (values[0] - np.sign(values[-1] - values[0]) * size / 2 - edge) / cell
        if (
            pixels < 1
            or abs(pixels * size - cell) > 1e-4 * cell
            or values.size % pixels
            or abs(first - round(first)) > 0.01
        ):
            raise InputError(
                f"{origin}: {values.size} pixels of {size:g} degrees along {axis} (from "
                f"{values[0]:g}) do not fill cells of {cell:g} degrees evenly; choose a "
                "'gpp.grid.cell' that is a multiple of the pixel."
            )
    return pixels


def _blocks(rows: range, columns: int, pixels: int):
    """Yield (rows, columns) of product cells, so that a block has at most ``_BLOCK`` pixels."""
    height = max(1, min(len(rows), 2048 // pixels))
    width = max(1, min(columns, _BLOCK // (height * pixels * pixels)))
    for top in range(rows.start, rows.stop, height):
        for left in range(0, columns, width):
            yield (
                slice(top, min(top + height, rows.stop)),
                slice(left, min(left + width, columns)),
            )


def _read(layers: list[xr.Variable], row: slice, column: slice, pixels: int) -> NDArray[np.uint8]:
    """Return (class, pixel row, pixel column) of a block of cells."""
    part = {
        "lat": slice(row.start * pixels, row.stop * pixels),
        "lon": slice(column.start * pixels, column.stop * pixels),
    }
    return np.stack([layer.isel(part).values for layer in layers])


def _block_means(block: NDArray[np.uint8], pixels: int) -> NDArray[np.float32]:
    """Return (class, row, column) mean fractions of the pixels without a fill value."""
    valid = (block <= 100).all(axis=0)
    shape = (block.shape[1] // pixels, pixels, block.shape[2] // pixels, pixels)
    count = valid.reshape(shape).sum(axis=(1, 3))
    # Whole numbers add up exactly, whatever the order.
    total = np.stack(
        [(layer * valid).reshape(shape).sum(axis=(1, 3), dtype=np.int64) for layer in block]
    )
    with np.errstate(invalid="ignore"):
        return (total / (100.0 * count)).astype(np.float32)


class _Sums:
    """Counts pixels whose classes do not add up to 100 percent, and remembers the worst."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.pixels = self.wrong = 0
        self.worst = 0.0
        self.place = ""

    def add(
        self, block: NDArray[np.uint8], dataset: xr.Dataset | None, row: int, column: int
    ) -> None:
        """Count the pixels of a block that begins at a pixel row and column of ``dataset``."""
        valid = (block <= 100).all(axis=0)
        off = np.where(valid, block.sum(axis=0, dtype=np.int16) - 100, 0)
        self.pixels += int(valid.sum())
        wrong = np.abs(off) > SUM_TOLERANCE
        self.wrong += int(wrong.sum())
        at = np.unravel_index(int(np.abs(off).argmax()), off.shape)
        if wrong[at] and abs(off[at]) > abs(self.worst):
            self.worst = float(off[at])
            if dataset is not None:
                lat, lon = dataset["lat"].values[row + at[0]], dataset["lon"].values[column + at[1]]
                self.place = f"at lat {lat:g}, lon {lon:g}"

    def judge(self) -> None:
        """Refuse the file if too many pixels are wrong."""
        if self.wrong > MAX_SHARE_OF_WRONG_SUMS * self.pixels:
            raise InputError(
                f"{self.origin}: in {self.wrong} of {self.pixels} pixels the 14 classes do not add "
                f"up to 100 percent; the worst, {self.place}, has {100 + self.worst:g}; {_AGAIN}."
            )


def read_pft_sites(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Read cover fractions around towers: the mean of the 5 x 5 pixels of each.

    Args:
        path: CSV with site, pixel (0 to 24) and the classes in percent; an empty cell is a pixel
            without a value.

    Returns:
        Column site and one column of fractions (0 to 1) for each of ``PFT_CLASSES``, sorted by
        site; NaN where a site has no pixel left.

    Raises:
        InputError: the file is absent or not such a CSV, a value is impossible, a pixel is
            doubled, or classes do not add up to 100 percent.
    """
    text = read_site_csv(path)
    text.require(["site", "pixel", *PFT_CLASSES])
    sites = site_names(text)
    pixels = whole_numbers(text, "pixel", SITE_PIXELS - 1)
    _refuse_rows(text, sites, pixels)
    raw = np.stack([whole_numbers(text, name, 255, empty=True) for name in PFT_CLASSES])
    block = np.where(np.isnan(raw), 255, raw).astype(np.uint8)
    sums = _Sums(str(path))
    sums.add(block[:, :, None], None, 0, 0)
    off = np.where((block <= 100).all(axis=0), block.sum(axis=0, dtype=np.int16), 100) - 100
    worst = int(np.abs(off).argmax())
    sums.place = f"line {text.lines[worst]}"
    sums.judge()
    valid = (block <= 100).all(axis=0)
    values = np.where(valid, block / 100.0, np.nan)
    table = pd.DataFrame(values.T, columns=list(PFT_CLASSES))
    table.insert(0, "site", sites)
    return table.groupby("site", sort=True).mean().reset_index()


def _refuse_rows(text: CsvText, sites: list[str], pixels: NDArray) -> None:
    """Refuse a pixel that stands there twice."""
    seen = set()
    for row, key in enumerate(zip(sites, pixels.tolist(), strict=True)):
        if key in seen:
            raise text.fault(row, "pixel", f"pixel {key[1]} of {key[0]} is doubled")
        seen.add(key)
