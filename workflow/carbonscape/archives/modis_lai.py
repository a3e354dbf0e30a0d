"""Reading MODIS leaf area index and FPAR (MOD15A2H.061): grids and the pixels around towers.

Values are raw (LAI in 0.1 m2 m-2, FPAR in 0.01); 249 to 255 are classes without a value (255 not
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

from carbonscape.archives.csv_text import CsvText
from carbonscape.archives.lazy import byte_variable
from carbonscape.archives.netcdf import normalise_axes, open_netcdf
from carbonscape.archives.site_csv import read_site_csv, site_names, whole_numbers
from carbonscape.core.errors import InputError

#: Composites of every year: they start on day of year 1, 9, ... 361.
STEPS = 46

#: Pixels around a tower: 3 x 3, row by row from the north-west.
SITE_PIXELS = 9

_LARGEST = 100
_LAI, _FPAR, _QC = "Lai_500m", "Fpar_500m", "FparLai_QC"
_SCALES = {_LAI: 0.1, _FPAR: 0.01}


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


def grid_axes(path: str | os.PathLike[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the (descending) latitudes and (ascending) longitudes of a grid file.

    Raises:
        InputError: the file is no such netCDF.
    """
    with open_netcdf(path, mask_and_scale=False) as datasets:
        dataset = normalise_axes(_only(datasets, path), names=())
        return dataset["lat"].values, dataset["lon"].values


def read_modis_grid(
    path: str | os.PathLike[str],
    *,
    year: int,
    rows: slice = slice(None),
    cols: slice = slice(None),
) -> xr.Dataset:
    """Read a part of one year's composites onto the nominal calendar of that year.

    Args:
        path: netCDF on (time, lat, lon) with raw Lai_500m, Fpar_500m and FparLai_QC; ``time`` is
            the start of each composite; composites may be absent.
        year: the year that the file must hold.
        rows, cols: part of the grid, counted from the north and from 180 W.

    Returns:
        ``lai`` [m2 m-2] and ``fpar`` [1], float32 (step=46, lat, lon), NaN where the composite is
        absent, the main algorithm failed, or the surface has no value; coordinate ``present``
        (step) says which composites the file has.

    Raises:
        InputError: the file is no such netCDF, or its composites are not those of ``year``.
    """
    with open_netcdf(path, mask_and_scale=False) as datasets:
        dataset = normalise_axes(_only(datasets, path), names=(_LAI, _FPAR, _QC))
        steps = [
            _step(day, year, str(path))
            for day in dataset["time"].values.astype("datetime64[D]").astype(object)
        ]
        raw = {
            name: byte_variable(dataset, name, scale=_SCALES.get(name)).isel(lat=rows, lon=cols)
            for name in (_LAI, _FPAR, _QC)
        }
        lat, lon = dataset["lat"].values[rows], dataset["lon"].values[cols]
        bad = ~good_retrieval(raw[_QC].values)
        values = {}
        for name, out, decode in ((_LAI, "lai", decode_lai), (_FPAR, "fpar", decode_fpar)):
            decoded = decode(raw[name].values)
            decoded[bad] = np.nan
            values[out] = np.full((STEPS, lat.size, lon.size), np.nan, dtype=np.float32)
            values[out][steps] = decoded
    present = np.zeros(STEPS, dtype=bool)
    present[steps] = True
    dims = ("step", "lat", "lon")
    return xr.Dataset(
        {
            "lai": (dims, values["lai"], {"long_name": "leaf area index", "units": "m2 m-2"}),
            "fpar": (
                dims,
                values["fpar"],
                {
                    "long_name": "fraction of absorbed photosynthetically active radiation",
                    "units": "1",
                },
            ),
        },
        coords={
            "step": np.arange(STEPS),
            "lat": dataset["lat"][rows],
            "lon": dataset["lon"][cols],
            "present": ("step", present),
        },
    )


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


def read_modis_sites(path: str | os.PathLike[str], *, year: int) -> pd.DataFrame:
    """Read one year's composites of the 3 x 3 pixels around each tower.

    Args:
        path: CSV with system:index (YYYY_MM_DD of the composite's start), site, pixel (0 to 8)
            and the three raw bands; an empty cell is a pixel that Earth Engine masked.
        year: the year that the file must hold.

    Returns:
        Columns site, step (0 to 45), lai [m2 m-2], fpar [1] (means over the good pixels, NaN if
        there is none) and good_pixels (0 to 9), one row for each site and composite of the file,
        sorted by both.

    Raises:
        InputError: the file is absent or not such a CSV, a value is impossible, a row is doubled,
            or a composite is none of ``year``.
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
    masked = np.any([np.isnan(values) for values in raw.values()], axis=0)
    bytes_ = {name: np.where(masked, 255, values).astype(np.uint8) for name, values in raw.items()}
    lai, fpar = decode_lai(bytes_[_LAI]), decode_fpar(bytes_[_FPAR])
    good = good_retrieval(bytes_[_QC]) & ~np.isnan(lai) & ~np.isnan(fpar)
    table["lai"] = np.where(good, lai, np.nan)
    table["fpar"] = np.where(good, fpar, np.nan)
    table["good_pixels"] = good
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
