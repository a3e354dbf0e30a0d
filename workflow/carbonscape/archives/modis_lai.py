"""Reading MODIS leaf area index and FPAR (MOD15A2H.061): grids and the pixels around towers.

Grids hold the means of good pixels on cells, as the fetch step writes them, or raw values like the
tables of towers: LAI in 0.1 m2 m-2, FPAR in 0.01; 249 to 255 are classes without a value (255 not
produced, 254 water, 253 barren, 252 snow, 251 wetland, 250 urban, 249 unclassified). Only
retrievals of the main algorithm, with or without saturation, count: bits 5 to 7 of ``FparLai_QC``
(MOD15 user guide; the GPP paper, section 2.2).
"""

from __future__ import annotations

import datetime as dt
import os
import re

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from carbonscape.archives.cell_aggregation import (
    cell_centres,
    half_up,
    mean_of_pixels,
    pixel_slice,
    pixels_per_side,
)
from carbonscape.archives.cell_months import require_companions
from carbonscape.archives.csv_text import CsvText
from carbonscape.archives.modis_lai_checks import (
    ENOUGH_CELLS,
    LIT,
    SOURCE,
    check_towers,
    look_for_zeros,
    require_composites,
    require_values,
)
from carbonscape.archives.netcdf import normalise_axes, open_netcdf
from carbonscape.archives.raster_year import Raw, raw_variable
from carbonscape.archives.site_csv import read_site_csv, site_names, whole_numbers
from carbonscape.core.errors import InputError

#: Composites of every year: they start on day of year 1, 9, ... 361.
STEPS = 46

#: Pixels around a tower: 3 x 3, row by row from the north-west.
SITE_PIXELS = 9

_LARGEST = 100
_LAI, _FPAR, _QC = "Lai_500m", "Fpar_500m", "FparLai_QC"
#: Raw variables; from 249 on there are classes without a value, and SCF_QC 4 to 7 made none.
_RAW = (
    Raw(_LAI, ("uint8",), scale=0.1, fill=255, valid=(0, _LARGEST)),
    Raw(_FPAR, ("uint8",), scale=0.01, fill=255, valid=(0, _LARGEST)),
    Raw(_QC, ("uint8",), fill=255, best=0, valid=(0, 127)),
)
#: Variables of the layout of the fetch step: types accepted and scale, meaning and unit.
_STORED = ("lai", "fpar", "good_share", "images")
_FILL = -32768
_STORED_UNITS = {"lai": 100, "fpar": 1000}
_STORED_RAW = (
    Raw("lai", ("int16",), 0.01, fill=_FILL),
    Raw("fpar", ("int16",), 0.001, fill=_FILL),
    Raw("good_share", ("uint8",)),
    Raw("images", ("uint16", "uint8", "int16", "int32")),
)
_MEANINGS = {
    "lai": ("leaf area index", "m2 m-2"),
    "fpar": ("fraction of absorbed photosynthetically active radiation", "1"),
    "good_share": ("share of the pixels of the cell that have a value", "percent"),
    "images": ("number of good images behind the value", "1"),
}


def good_retrieval(qc: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Say where ``FparLai_QC`` names the main algorithm (SCF_QC, bits 5 to 7, is 0 or 1)."""
    return ((qc >> 5) & 7) <= 1


def decode_lai(raw: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return LAI in m2 m-2, NaN where the raw value is a class without one."""
    return _decode(raw, 10)


def decode_fpar(raw: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return FPAR as a fraction, NaN where the raw value is a class without one."""
    return _decode(raw, 100)


def _decode(raw: NDArray[np.uint8], divisor: int) -> NDArray[np.float32]:
    """Return raw values over ``divisor``: dividing rounds once, 0.1 is itself rounded."""
    values = raw.astype(np.float32) / np.float32(divisor)
    values[raw > _LARGEST] = np.nan
    return values


def grid_axes(
    path: str | os.PathLike[str], *, cell: float | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the (descending) latitudes and (ascending) longitudes of the cells of a grid file.

    Args:
        path: as of :func:`read_modis_grid`.
        cell: size of a cell that raw pixels fill, degrees; None: they are the cells.

    Raises:
        InputError: the file is no such netCDF.
    """
    with open_netcdf(path, mask_and_scale=False) as datasets:
        opened = _only(datasets, path)
        side, dataset = _side(opened, cell), normalise_axes(opened, names=())
        return tuple(cell_centres(dataset[name].values, side) for name in ("lat", "lon"))


def _side(opened: xr.Dataset, cell: float | None) -> int:
    """Return the pixels along the side of a cell: 1 where the file has values on cells."""
    if "lai" in opened.variables:
        return 1
    dataset = normalise_axes(opened, names=())
    lat, lon = dataset["lat"].values, dataset["lon"].values
    size = abs(lat[0] - lat[-1]) / max(lat.size - 1, 1) or 180.0
    return pixels_per_side(size, cell, (lat.size, lon.size))


def read_modis_grid(
    path: str | os.PathLike[str],
    *,
    year: int,
    rows: slice = slice(None),
    cols: slice = slice(None),
    cell: float | None = None,
    accept: bool = False,
    implausible: bool = False,
) -> xr.Dataset:
    """Read a part of one year's composites onto the nominal calendar of that year.

    Args:
        path: netCDF on (time, lat, lon), as the fetch step writes it (``lai``, ``fpar``,
            ``good_share``, ``images``), or with raw Lai_500m, Fpar_500m and FparLai_QC on pixels;
            ``time`` is the start of each composite.
        year: the year that the file must hold.
        rows, cols: part of the cells of the file, counted from its north-west.
        cell: size of a cell that raw pixels fill, degrees; None: they are the cells.
        accept: whether composites may be absent, or without any value.
        implausible: whether masked pixels delivered as 0 are warned of, not refused.

    Returns:
        ``lai`` [m2 m-2] and ``fpar`` [1], float32 (step=46, lat, lon), NaN where the composite is
        absent or no pixel of the cell is good: the main algorithm succeeded and neither raw value
        is a class without one; ``good_share`` [percent] and ``images`` (0 or 1), uint8;
        coordinate ``present`` (step) says which composites the file has.

    Raises:
        InputError: the file is no such netCDF, its composites are not those of ``year``, it
            lacks some, or its quality layers contradict its values.
    """
    with open_netcdf(path, mask_and_scale=False) as datasets:
        opened = _only(datasets, path)
        names = _STORED if "lai" in opened.variables else (_LAI, _FPAR, _QC)
        side, dataset = _side(opened, cell), normalise_axes(opened, names=names)
        steps = [
            _step(day, year, str(path))
            for day in dataset["time"].values.astype("datetime64[D]").astype(object)
        ]
        lat, lon = (cell_centres(dataset[name].values, side) for name in ("lat", "lon"))
        part = {"lat": pixel_slice(rows, side, lat.size), "lon": pixel_slice(cols, side, lon.size)}
        if names is _STORED:
            found = _read_stored(dataset.isel(part), str(path))
        else:
            found = _read_raw(dataset.isel(part), side, str(path), implausible)
        require_composites(steps, year=year, path=path, attributes=opened.attrs, accept=accept)
    lat, lon = lat[rows], lon[cols]
    known = ~np.isnan(found[0][:, np.abs(lat) < LIT])
    require_values(
        known.reshape(len(known), -1),
        steps,
        year=year,
        enough=ENOUGH_CELLS,
        places="on any cell",
        origin=str(path),
        accept=accept,
    )
    present = np.zeros(STEPS, dtype=bool)
    present[steps] = True
    fields = {}
    for name, values in zip(_STORED, found, strict=True):
        none = np.nan if values.dtype == np.float32 else 0
        field = np.full((STEPS, lat.size, lon.size), none, dtype=values.dtype)
        field[steps] = values
        long_name, units = _MEANINGS[name]
        fields[name] = (("step", "lat", "lon"), field, {"long_name": long_name, "units": units})
    coords = {"step": np.arange(STEPS), "lat": lat, "lon": lon, "present": ("step", present)}
    return xr.Dataset(fields, coords=coords)


def _read_raw(
    dataset: xr.Dataset, side: int, origin: str, implausible: bool
) -> tuple[NDArray, ...]:
    """Return LAI, FPAR, share and images of cells from the raw bytes of pixels."""
    raw = {kind.name: raw_variable(dataset, kind, source=SOURCE).values for kind in _RAW}
    look_for_zeros(raw, _RAW, dataset, origin=origin, accept=implausible)
    good = good_retrieval(raw[_QC]) & (raw[_LAI] <= _LARGEST) & (raw[_FPAR] <= _LARGEST)
    lai, share = _of_cells(raw[_LAI], good, side, _STORED_UNITS["lai"])
    fpar, _ = _of_cells(raw[_FPAR], good, side, _STORED_UNITS["fpar"])
    return lai, fpar, share, (~np.isnan(lai)).astype(np.uint8)


def _of_cells(
    raw: NDArray[np.uint8], good: NDArray[np.bool_], side: int, divisor: int
) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Return the means of good pixels, stored as whole numbers of ten times the precision."""
    mean, share = mean_of_pixels(np.where(good, raw.astype(np.float64), np.nan), side)
    return half_up(10 * mean).astype(np.float32) / np.float32(divisor), share


def _read_stored(dataset: xr.Dataset, origin: str) -> tuple[NDArray, ...]:
    """Return LAI, FPAR, share and images as the fetch step wrote them."""
    stored = {raw.name: raw_variable(dataset, raw, source=SOURCE).values for raw in _STORED_RAW}
    share, images = stored["good_share"], stored["images"]
    values = []
    for name, divisor in _STORED_UNITS.items():
        raw = stored[name]
        known = raw != _FILL
        if (known & ((raw < 0) | (raw > 1000))).any():
            raise InputError(
                f"{origin}: {name} is {raw[known].min() / divisor:g} to "
                f"{raw[known].max() / divisor:g}, expected 0 to {1000 / divisor:g}."
            )
        require_companions(known, share, images, name=name, origin=origin)
        decoded = raw.astype(np.float32) / np.float32(divisor)
        values.append(np.where(known, decoded, np.float32(np.nan)))
    return *values, share.astype(np.uint8), images.astype(np.uint8)


def _only(datasets: list[xr.Dataset], path: str | os.PathLike[str]) -> xr.Dataset:
    """Return the only dataset of a file."""
    if len(datasets) != 1:
        raise InputError(f"{path}: a ZIP archive of {len(datasets)} files, expected one.")
    return datasets[0]


def _step(day: dt.date, year: int, origin: str) -> int:
    """Return the number (0 to 45) of the composite of ``year`` that starts on a day."""
    step, late = divmod((day - dt.date(year, 1, 1)).days, 8)
    if day.year != year:
        raise InputError(f"{origin}: a composite starts on {day}, expected the year {year} alone.")
    if late:
        raise InputError(
            f"{origin}: a composite starts on {day} (day of year {8 * step + late + 1}); 8-day "
            "composites start on day 1, 9, ... 361; is this a 4-day or another product?"
        )
    return step


def read_modis_sites(
    path: str | os.PathLike[str],
    *,
    year: int,
    accept: bool = False,
    implausible: bool = False,
) -> pd.DataFrame:
    """Read one year's composites of the 3 x 3 pixels around each tower.

    Args:
        path: CSV with system:index (YYYY_MM_DD of the composite's start), site, pixel (0 to 8)
            and the three raw bands; an empty cell is a pixel that Earth Engine masked.
        year: the year that the file must hold.
        accept: whether composites may be absent.
        implausible: whether masked pixels delivered as 0 are warned of, not refused.

    Returns:
        Columns site, step (0 to 45), lai [m2 m-2], fpar [1] (means over the good pixels, NaN if
        there is none) and good_pixels (0 to 9), one row for each site and composite of the file,
        sorted by both.

    Raises:
        InputError: the file is absent or not such a CSV, a value is impossible, a row is doubled,
            a composite is none of ``year`` or absent, or masked pixels stand as 0.
    """
    text = read_site_csv(path)
    text.require(["system:index", "site", "pixel", _LAI, _FPAR, _QC])
    table = pd.DataFrame(
        {
            "site": site_names(text),
            "step": _steps(text, year),
            "pixel": whole_numbers(text, "pixel", SITE_PIXELS - 1),
        }
    )
    doubled = table.duplicated().to_numpy()
    if doubled.any():
        row = int(doubled.argmax())
        key = table.iloc[row]
        raise text.fault(
            row, "pixel", f"pixel {key.pixel} of {key.site} is doubled in composite {key.step}"
        )
    raw = {name: whole_numbers(text, name, 255, empty=True) for name in (_LAI, _FPAR, _QC)}
    require_composites(table["step"], year=year, path=path, accept=accept)
    masked = np.any([np.isnan(values) for values in raw.values()], axis=0)
    bytes_ = {name: np.where(masked, 255, values).astype(np.uint8) for name, values in raw.items()}
    lai, fpar = decode_lai(bytes_[_LAI]), decode_fpar(bytes_[_FPAR])
    good = good_retrieval(bytes_[_QC]) & ~np.isnan(lai) & ~np.isnan(fpar)
    table["lai"] = np.where(good, lai, np.nan)
    table["fpar"] = np.where(good, fpar, np.nan)
    table["good_pixels"] = good
    zero = np.logical_and.reduce([values == 0 for values in bytes_.values()])
    check_towers(table, zero, year=year, origin=str(path), accept=accept, implausible=implausible)
    groups = table.groupby(["site", "step"], sort=True)
    result = groups.agg(
        lai=("lai", "mean"), fpar=("fpar", "mean"), good_pixels=("good_pixels", "sum")
    )
    return result.reset_index()


def _steps(text: CsvText, year: int) -> list[int]:
    """Return the number of the composite on every row."""
    known: dict[str, int] = {}
    steps = []
    for row, index in enumerate(text.texts("system:index")):
        if index not in known:
            try:
                if not re.fullmatch(r"\d{4}_\d\d_\d\d", index):
                    raise ValueError
                day = dt.date(*map(int, index.split("_")))
            except ValueError as error:
                raise text.fault(
                    row, "system:index", f"found {index!r}, expected a date such as {year}_01_09"
                ) from error
            known[index] = _step(day, year, f"{text.origin}, line {text.lines[row]}")
        steps.append(known[index])
    return steps
