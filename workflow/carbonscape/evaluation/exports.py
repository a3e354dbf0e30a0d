"""Finished maps in the forms that other tools read: GeoTIFF, and netCDF as of CMIP.

A GeoTIFF holds one year, its months as bands, tiled and with overviews (cloud-optimised), for
geographic information systems. The netCDF holds all years under the name and in the unit of the
CMIP tables, which ILAMB and ESMValTool compare with models.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import netCDF4
import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.shutil import copy as copy_raster

from carbonscape.core.errors import ResultError
from carbonscape.core.io import atomic_path
from carbonscape.evaluation.grids import grid_of, months_of, open_grid
from carbonscape.products.product import Product

#: What CMIP writes where there is no value.
CMIP_FILL = 1e20

#: CMIP counts days from here.
_EPOCH = dt.date(1850, 1, 1)

#: Global attributes of the maps that hold for one year only.
_OF_ONE_YEAR = (
    "id",
    "time_coverage_start",
    "time_coverage_end",
    "time_coverage_duration",
    "history",
    "Conventions",
)

#: Cells a side of the tiles of a GeoTIFF and of the chunks of a netCDF.
_TILE = 512


def export_geotiff(
    source: str | os.PathLike[str], path: str | os.PathLike[str], product: Product
) -> None:
    """Write one year of a map as a cloud-optimised GeoTIFF.

    Every month is a band, described as ``2012-01``; cells without a value are NaN, declared as
    no data; the unit and the attributes of the map stand in the tags.

    Args:
        source: a yearly map, (time, lat, lon).
        path: the GeoTIFF.
        product: what is mapped.

    Raises:
        InputError, ResultError: the map is absent, damaged or of another grid, or the disk full.
    """
    path = Path(path)
    with open_grid(source, product.name, "time", "lat", "lon") as maps:
        grid = grid_of(maps, str(source))
        months = months_of(maps)
        units = maps[product.name].attrs["units"]
        profile = {
            "driver": "GTiff",
            "width": grid.n_lon,
            "height": grid.n_lat,
            "count": len(months),
            "dtype": "float32",
            "crs": "EPSG:4326",
            "transform": rasterio.Affine(grid.cell, 0.0, -180.0, 0.0, -grid.cell, 90.0),
            "nodata": np.nan,
            "tiled": True,
            "blockxsize": _TILE,
            "blockysize": _TILE,
            "bigtiff": "if_safer",
        }
        with atomic_path(path) as final:
            # The driver of cloud-optimised files only copies: first an ordinary one, beside it,
            # under a name that the next run knows to be a killed process's.
            plain = final.with_name(final.name.replace(".part", "plain.part"))
            try:
                with rasterio.open(plain, "w", **profile) as target:
                    for band, (year, month) in enumerate(months, start=1):
                        values = maps[product.name][band - 1].transpose("lat", "lon").values
                        target.write(values.astype(np.float32), band)
                        target.set_band_description(band, f"{year}-{month:02d}")
                        target.set_band_unit(band, units)
                    target.update_tags(**{key: str(value) for key, value in maps.attrs.items()})
                copy_raster(
                    plain,
                    final,
                    driver="COG",
                    compress="DEFLATE",
                    predictor="YES",
                    blocksize=_TILE,
                    overview_resampling="AVERAGE",
                    bigtiff="IF_SAFER",
                )
            finally:
                plain.unlink(missing_ok=True)


def export_cmip(
    sources: Mapping[int, str | os.PathLike[str]], path: str | os.PathLike[str], product: Product
) -> None:
    """Write all years of a map as CMIP has the quantity: name, unit, axes.

    Rows run from south to north and columns from 0 to 360 degrees east; time counts days since
    1850 and has bounds; one month is in memory at a time.

    Args:
        sources: yearly maps, each (time, lat, lon), by year.
        path: the netCDF file.
        product: what is mapped; it has ``exchange``.

    Raises:
        InputError, ResultError: a map is absent, damaged or of another grid or model than the
            first, a month is absent between the first and the last, or the disk is full.
        ValueError: CMIP has no name for the quantity.
    """
    exchange = product.exchange
    if exchange is None:
        raise ValueError(f"CMIP has no name for {product.name}")
    first = sources[min(sources)]
    with open_grid(first, product.name) as maps:
        grid, given = grid_of(maps, str(first)), dict(maps.attrs)
        described = maps[product.name].attrs
    turn = int(np.count_nonzero(grid.lon < 0))
    with atomic_path(path) as temporary, netCDF4.Dataset(temporary, "w") as file:
        file.setncatts(
            {
                "Conventions": "CF-1.11",
                **{key: value for key, value in given.items() if key not in _OF_ONE_YEAR},
                "history": f"exported from {len(sources)} yearly maps of carbonscape "
                f"{given.get('carbonscape_version', '')}".strip(),
                "frequency": "mon",
            }
        )
        longitude = np.roll(grid.lon, -turn) % 360
        _axis(file, "lat", grid.lat[::-1], grid.cell, "latitude", "degrees_north", "Y")
        _axis(file, "lon", longitude, grid.cell, "longitude", "degrees_east", "X")
        _time_axis(file)
        variable = file.createVariable(
            exchange.name,
            "f4",
            ("time", "lat", "lon"),
            compression="zlib",
            complevel=4,
            shuffle=True,
            chunksizes=(1, min(grid.n_lat, _TILE), min(grid.n_lon, _TILE)),
            fill_value=CMIP_FILL,
        )
        kept = ("standard_name", "long_name", "cell_methods")
        variable.setncatts({key: described[key] for key in kept if key in described})
        variable.setncatts({"units": exchange.units, "missing_value": np.float32(CMIP_FILL)})
        if "comment" in described:
            variable.comment = f"{described['comment']}; as mapped: {described['units']}"
        for row, (month, values) in enumerate(_months(sources, product.name, given)):
            edges = [(day - _EPOCH).days for day in _span(*month)]
            file["time"][row], file["time_bnds"][row] = sum(edges) / 2, edges
            turned = np.roll(values[::-1], -turn, axis=1) * exchange.factor
            variable[row] = np.ma.masked_invalid(turned)


def _months(
    sources: Mapping[int, str | os.PathLike[str]], name: str, given: Mapping[str, object]
) -> Iterator[tuple[tuple[int, int], NDArray[np.float64]]]:
    """Yield every month with its values (lat, lon), in order and without a gap."""
    before: tuple[int, int] | None = None
    for year in sorted(sources):
        path = sources[year]
        with open_grid(path, name, "time", "lat", "lon") as maps:
            grid_of(maps, str(path))
            for key in ("model_sha256", "archive"):
                if maps.attrs.get(key) != given.get(key):
                    raise ResultError(
                        f"{path}: its attribute {key} is not that of the first year: years of "
                        "different runs lie in one folder; delete the folder and run again."
                    )
            for row, month in enumerate(months_of(maps)):
                after = before and (before[0] + before[1] // 12, before[1] % 12 + 1)
                if after and month != after:
                    raise ResultError(
                        f"{path}: holds {month[0]}-{month[1]:02d} where {after[0]}-{after[1]:02d} "
                        "should follow; delete it and run again."
                    )
                before = month
                yield month, maps[name][row].transpose("lat", "lon").values.astype(np.float64)


def _span(year: int, month: int) -> tuple[dt.date, dt.date]:
    """Return the first day of a month and that of the next."""
    return dt.date(year, month, 1), dt.date(year + month // 12, month % 12 + 1, 1)


def _axis(
    file: netCDF4.Dataset,
    name: str,
    centres: NDArray[np.float64],
    cell: float,
    standard_name: str,
    units: str,
    axis: str,
) -> None:
    """Write an axis of the grid with the bounds of its cells."""
    file.createDimension(name, len(centres))
    if "bnds" not in file.dimensions:
        file.createDimension("bnds", 2)
    variable = file.createVariable(name, "f8", (name,))
    variable.setncatts(
        {
            "standard_name": standard_name,
            "long_name": standard_name,
            "units": units,
            "axis": axis,
            "bounds": f"{name}_bnds",
        }
    )
    variable[:] = centres
    bounds = np.column_stack([centres - cell / 2, centres + cell / 2])
    file.createVariable(f"{name}_bnds", "f8", (name, "bnds"))[:] = bounds


def _time_axis(file: netCDF4.Dataset) -> None:
    """Define the axis of months, which grows."""
    file.createDimension("time", None)
    # An unlimited axis would take chunks of 512 steps or of one; a few years fit in this.
    variable = file.createVariable("time", "f8", ("time",), chunksizes=(64,))
    variable.setncatts(
        {
            "standard_name": "time",
            "long_name": "time",
            "units": f"days since {_EPOCH.isoformat()}",
            "calendar": "standard",
            "axis": "T",
            "bounds": "time_bnds",
        }
    )
    file.createVariable("time_bnds", "f8", ("time", "bnds"), chunksizes=(64, 2))
