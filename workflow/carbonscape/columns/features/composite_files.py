"""Writing the monthly composites of the predictors of XCO2, a file a year."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterator, Sequence

import netCDF4
import numpy as np

from carbonscape.archives.coverage import Coverage
from carbonscape.archives.netcdf import chunk_cache
from carbonscape.archives.night_lights import beyond_lights
from carbonscape.columns.features.composites import (
    COVER_SHARES,
    SCREENED,
    UNITS,
    XCO2_VARIABLES,
    CompositeOptions,
    Composites,
    PredictorFiles,
    land_of,
    median_of,
    require_months,
)
from carbonscape.columns.features.scale_checks import Sizes
from carbonscape.core.errors import InputError
from carbonscape.core.grid import Grid
from carbonscape.core.grid_files import ROWS_PER_BAND
from carbonscape.core.io import atomic_path
from carbonscape.core.progress import Progress

#: Columns of a chunk; its rows are a band, so that each chunk is written once.
_CHUNK_COLUMNS = 400

#: Memory for the chunks of each of some sixty variables, bytes: those of one image's band.
_CACHE = 8 << 20

_EPOCH = np.datetime64("2000-01-01", "D")
_LONG_NAMES = {
    "GPP": "gross primary production, mean of the composites that start in the month",
    "EVI": "enhanced vegetation index, largest of the composites that start in the month",
    "LST": "land surface temperature, mean of the clear days",
    "VCF": "tree cover of the calendar year",
    "NDSI": "snow index, largest of the month",
    "LUCC": "IGBP class of the calendar year, 1 to 17 (17 is water)",
    "NTL": "night-time lights",
    "SO2": "SO2 column",
    "NO2": "tropospheric NO2 column",
    "CO": "CO column",
    "SP": "surface pressure",
    "E": "evaporation, positive upwards",
    "WIND_V": "10 m northward wind",
    "WIND_U": "10 m eastward wind",
    "PRE": "total precipitation",
    "TEMP": "2 m temperature",
}


def write_composites(
    path: str | os.PathLike[str],
    *,
    files: PredictorFiles,
    year: int,
    months: Sequence[str],
    grid: Grid,
    options: CompositeOptions,
    accept_incomplete: Collection[str] = (),
    accept_implausible: Collection[str] = (),
) -> None:
    """Write the monthly composites of a year; memory is that of a band of rows, or of one field.

    Args:
        path: netCDF to write: the 16 predictors (time, lat, lon) float32, NaN where not observed;
            beside each of ``SCREENED`` its ``_good_share`` (percent of the cell's pixels, uint8)
            and ``_images`` (uint16); ``winner_share``, ``land_share`` and ``vegetated_share``
            (lat, lon) of the land cover, percent, 255 unknown; ``land`` (lat, lon) 1 on land;
            ``median`` (time, variable) of the land cells that are observed (of LUCC the lower
            one: a class that exists); ``lights_assumed`` (lat) 1 in rows whose lights are taken
            as zero because the product does not cover them.
        files: the native files.
        year: the year that they hold.
        months: months of that year to write, YYYY-MM.
        grid: the product's grid.
        options: decisions.
        accept_incomplete: sources of which months, composites or areas may be absent.
        accept_implausible: sources whose files may, as a whole, look wrong.

    Raises:
        InputError: a file is damaged, of another product, year or grid, holds an impossible
            value, lacks what its source promises of these months, or there is no land at all.
        ConfigError: the months are not those of the year.
    """
    require_months(months, year)
    with chunk_cache(_CACHE), contextlib.ExitStack() as stack:
        composites = Composites(
            stack,
            files,
            year=year,
            months=months,
            grid=grid,
            options=options,
            accept_incomplete=accept_incomplete,
            accept_implausible=accept_implausible,
        )
        with _create(path, grid, months, options) as file:
            progress = Progress(f"composites {year}", -(-grid.n_lat // ROWS_PER_BAND))
            for start in range(0, grid.n_lat, ROWS_PER_BAND):
                rows = slice(start, min(start + ROWS_PER_BAND, grid.n_lat))
                _write_band(file, composites, rows, months)
                progress.advance()
            land = file["land"][:] == 1
            if not land.any():
                raise InputError(
                    f"{files.weather}: t2m has no value on any cell of the grid whose class in "
                    f"{files.igbp} is not water, in {months[0]} to {months[-1]}; fetch the globe "
                    "and all months."
                )
            composites.judge()
            coverage, sizes = Coverage(land, grid, months), Sizes()
            for column, name in enumerate(XCO2_VARIABLES):
                for number, month in enumerate(months):
                    observed = file[name][number][land]
                    if name in composites.given:
                        coverage.add(name, month, observed)
                        sizes.add(name, observed)
                    file["median"][number, column] = median_of(observed, code=name == "LUCC")
            coverage.judge(composites.given, accept=accept_incomplete)
            sizes.judge(composites.given, accept=accept_implausible)


def _write_band(
    file: netCDF4.Dataset, composites: Composites, rows: slice, months: Sequence[str]
) -> None:
    """Write a band of rows of all months."""
    band = composites.band(rows)
    land = False
    for number, month in enumerate(months):
        fields, cells = band.month(month)
        for name in XCO2_VARIABLES:
            file[name][number, rows, :] = fields[name]
        for name in SCREENED:
            file[f"{name}_good_share"][number, rows, :] = cells[name].good_share
            file[f"{name}_images"][number, rows, :] = cells[name].images
        land = land | land_of(fields["TEMP"], fields["LUCC"])
    file["land"][rows, :] = land
    for name in COVER_SHARES:
        file[name][rows, :] = getattr(band.cover, name)


@contextlib.contextmanager
def _create(
    path: str | os.PathLike[str], grid: Grid, months: Sequence[str], options: CompositeOptions
) -> Iterator[netCDF4.Dataset]:
    """Yield the new file; it appears under its name only when complete."""
    days = (np.array(months, dtype="datetime64[M]").astype("datetime64[D]") - _EPOCH).astype(int)
    with atomic_path(path) as temporary, netCDF4.Dataset(temporary, "w") as file:
        for name, kind, values, attributes in (
            ("time", "i4", days, {"units": f"days since {_EPOCH}", "calendar": "standard"}),
            ("lat", "f8", grid.lat, {"units": "degrees_north", "standard_name": "latitude"}),
            ("lon", "f8", grid.lon, {"units": "degrees_east", "standard_name": "longitude"}),
            ("variable", str, np.array(XCO2_VARIABLES, dtype=object), {}),
        ):
            file.createDimension(name, len(values))
            axis = file.createVariable(name, kind, (name,))
            axis.setncatts(attributes)
            axis[:] = values
        cells = (min(grid.n_lat, ROWS_PER_BAND), min(grid.n_lon, _CHUNK_COLUMNS))
        packed = {"zlib": True, "complevel": 1, "shuffle": True}
        for name in XCO2_VARIABLES:
            variable = file.createVariable(
                name,
                "f4",
                ("time", "lat", "lon"),
                fill_value=np.float32(np.nan),
                chunksizes=(1, *cells),
                **packed,
            )
            variable.setncatts({"long_name": _LONG_NAMES[name], "units": UNITS[name]})
        _create_quality(file, cells)
        land = file.createVariable("land", "u1", ("lat", "lon"), chunksizes=cells, **packed)
        land.long_name = "1 where ERA5-Land has a temperature and the class is not water"
        median = file.createVariable(
            "median", "f4", ("time", "variable"), fill_value=np.float32(np.nan)
        )
        median.long_name = "median over the land cells that are observed"
        assumed = file.createVariable("lights_assumed", "u1", ("lat",))
        assumed.long_name = "1 where lights are taken as zero: beyond what the product covers"
        assumed[:] = beyond_lights(grid.lat) & (options.ntl == "vcmslcfg")
        _note_options(file, options)
        file.set_auto_mask(False)  # of the variables that there are by now
        yield file


def _create_quality(file: netCDF4.Dataset, cells: tuple[int, int]) -> None:
    """Add the quality of the satellites' predictors, and the shares of the land cover."""
    packed = {"zlib": True, "complevel": 1, "shuffle": True}
    for name in SCREENED:
        for kind, suffix, text, units in (
            ("u1", "good_share", "share of the pixels of the cell that have a value", "percent"),
            ("u2", "images", "largest number of good images behind a pixel of the cell", "1"),
        ):
            variable = file.createVariable(
                f"{name}_{suffix}", kind, ("time", "lat", "lon"), chunksizes=(1, *cells), **packed
            )
            variable.setncatts({"long_name": f"{name}: {text}", "units": units})
    for name in COVER_SHARES:
        variable = file.createVariable(name, "u1", ("lat", "lon"), chunksizes=cells, **packed)
        text = f"{name.replace('_', ' ')} of the MCD12Q1 pixels with a class; 255 unknown"
        variable.setncatts({"long_name": text, "units": "percent"})


def _note_options(file: netCDF4.Dataset, options: CompositeOptions) -> None:
    """State in the file which decisions made it."""
    file["GPP"].confidence = f"at most {options.gpp_confidence}"
    file["LST"].overpass = options.lst
    file["NDSI"].index = options.ndsi
    file["NTL"].product = options.ntl
    for gas, month in sorted(options.tropomi_first_month.items()):
        file[gas.upper()].first_month = month
