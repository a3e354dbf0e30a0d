"""Mosaics: the tiles of a product put together, one CF-1.11 file a year."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import netCDF4
import numpy as np
from numpy.typing import NDArray

from carbonscape.core.errors import ResultError
from carbonscape.core.grid import Grid, GridTile
from carbonscape.core.io import atomic_path
from carbonscape.core.own_grid import OwnGrid
from carbonscape.core.tiles import cells_of_region
from carbonscape.prediction.discovery import CONVENTIONS, discovery_attributes, extents, identifier
from carbonscape.products.product import Layer, Product

_EPOCH = dt.date(2000, 1, 1)

#: Rows and columns of a chunk.
_CHUNK = 180

#: HDF5 after the classic data model, which netCDF4.MFDataset needs to join years; it knows no
#: unsigned bytes, whose values stand in two bytes (which compress as well).
_FORMAT = "NETCDF4_CLASSIC"
_STORED = {"u1": "i2"}

#: Meaning of the code of a flag where the map has no value.
NO_DATA = "no_data"

#: What a variable holds that others name among their ancillary ones.
_ANCILLARY = ("qualityInformation", "auxiliaryInformation")
_WGS84 = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,'
    'AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,'
    'AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],'
    'AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]'
)


def write_mosaic(
    path: str | os.PathLike[str],
    product: Product,
    *,
    year: int,
    tiles: Sequence[tuple[GridTile, str | os.PathLike[str]]],
    attributes: Mapping[str, Any],
    months: Sequence[int] = range(1, 13),
    layer_attributes: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
    cover: Mapping[str, NDArray] | None = None,
    more: Sequence[str | os.PathLike[str]] = (),
    region: Sequence[float] | None = None,
) -> None:
    """Write one year of a product from its tiles, tile by tile.

    Args:
        path: the netCDF file.
        product: what is mapped; its layers are the variables.
        year: the year to write.
        tiles: each tile of the grid with its file.
        attributes: global attributes that say where the numbers come from.
        months: calendar months that the product has in this year, one after the other.
        layer_attributes: further attributes of variables, by their names.
        cover: variables (lat, lon) of the year by name, of ``product.beside``; every month has
            them, so that files of several years join with each year's own.
        more: a file of each tile with further variables of ``product.beside``, in the order of
            ``tiles``; none for none.
        region: west, south, east and north of the part of the grid that the tiles cover, degrees;
            None for all of it. The file has the axes of the globe all the same, and cells outside
            hold no value: chunks without any take no room on the disk.

    Raises:
        ResultError: a tile lacks the year or a variable, or has another shape, or tiles do not
            cover the region exactly once.
    """
    grid = tiles[0][0].grid
    covered = np.zeros((grid.n_lat, grid.n_lon), dtype=np.uint8)
    fields = dict(cover or {})
    with atomic_path(path) as temporary, netCDF4.Dataset(temporary, "w", format=_FORMAT) as file:
        edges = _month_edges(year, months)
        _write_axes(file, edges, grid)
        layers = _layers_of(tiles[0][1], product.layers)
        extra = _present(more[0], product.beside) if more else {}
        every = {**layers, **extra}
        given = {name: product.beside[name] for name in fields}
        variables = _define_variables(file, grid, {**every, **given}, len(months))
        # In the order of the layers: that of a set changes from process to process.
        for name, variable in variables.items():
            variable.setncatts(dict(layer_attributes.get(name, {})))
        file.setncatts(_global_attributes(edges, grid, product.name, attributes))
        for name, variable in variables.items() if region else ():
            # A flag has no fill value that cells outside of the tiles would have by themselves.
            layer = {**every, **given}[name]
            if _flags_of(layer):
                variable[:] = np.full((len(months), *covered.shape)[layer.annual :], layer.fill)
        for number, (tile, tile_path) in enumerate(tiles):
            read = _read_months(tile_path, layers, year, months)
            if more:
                read |= _read_months(more[number], extra, year, months)
            for name, values in read.items():
                lines, columns = (part.stop - part.start for part in (tile.rows, tile.cols))
                expected = (len(months), lines, columns)[every[name].annual :]
                if values.shape != expected:
                    raise ResultError(
                        f"{tile_path}: {name} of {year} has the shape {values.shape}, expected "
                        f"{expected} (month, lat, lon; without month if annual); delete the file "
                        "and run again."
                    )
                variables[name][..., tile.rows, tile.cols] = values
            for name, field in fields.items():
                part = field[tile.rows, tile.cols]
                variables[name][:, tile.rows, tile.cols] = np.tile(part, (len(months), 1, 1))
            covered[tile.rows, tile.cols] += 1
        # Once inside, and nowhere else.
        covered[cells_of_region(grid.cell, region)] ^= 1
        if covered.any():
            raise ResultError(
                f"{path}: {int((covered != 0).sum())} cells lie in no tile or in several; delete "
                f"the folder {Path(tiles[0][1]).parent} and run again."
            )


def write_year(
    path: str | os.PathLike[str],
    layers: Mapping[str, Layer],
    fields: Mapping[str, NDArray],
    *,
    year: int,
    grid: Grid | OwnGrid,
    attributes: Mapping[str, Any],
) -> None:
    """Write one year of maps that are in memory, on a grid of their own, as mosaics are written.

    Args:
        path: the netCDF file.
        layers: the variables.
        fields: (month=12, lat, lon) of each, NaN where it has no value; they are not changed.
        year: the year to write.
        grid: of the fields.
        attributes: global attributes that say where the numbers come from.
    """
    with atomic_path(path) as temporary, netCDF4.Dataset(temporary, "w", format=_FORMAT) as file:
        edges = _month_edges(year, range(1, 13))
        _write_axes(file, edges, grid)
        file.setncatts(_global_attributes(edges, grid, "", attributes))
        for name, variable in _define_variables(file, grid, layers, 12).items():
            # By rows of chunks, each of which is then compressed once.
            for start in range(0, grid.n_lat, _CHUNK):
                values = fields[name][:, start : start + _CHUNK]
                filled = np.where(np.isnan(values), layers[name].fill, values)
                variable[:, start : start + _CHUNK] = filled


def _layers_of(path: str | os.PathLike[str], layers: Mapping[str, Layer]) -> dict[str, Layer]:
    """Return the variables that the product has: all required ones, and those of a tile."""
    with netCDF4.Dataset(path) as file:
        return {
            name: layer
            for name, layer in layers.items()
            if layer.required or name in file.variables
        }


def _present(path: str | os.PathLike[str], layers: Mapping[str, Layer]) -> dict[str, Layer]:
    """Return those of some variables that a file has."""
    with netCDF4.Dataset(path) as file:
        return {name: layer for name, layer in layers.items() if name in file.variables}


def _read_months(
    path: str | os.PathLike[str],
    layers: Mapping[str, Layer],
    year: int,
    months: Sequence[int],
) -> dict[str, NDArray]:
    """Return the variables of a tile, each (month, lat, lon), with the product's fill values.

    An annual one is (lat, lon).
    """
    with netCDF4.Dataset(path) as file:
        time = file["time"]
        dates = netCDF4.num2date(time[:], time.units, only_use_cftime_datetimes=False)
        rows = np.array([date.year == year and date.month in months for date in dates])
        found = {}
        for name, layer in layers.items():
            if name not in file.variables:
                raise ResultError(f"{path}: the tile has no {name}; delete it and run again.")
            read = file["year"][:].tolist().index(year) if layer.annual else rows
            values = np.ma.filled(file[name][read].astype(layer.kind), layer.fill)
            if layer.kind == "f4":
                values[np.isnan(values)] = layer.fill
            found[name] = values
        return found


def _month_edges(year: int, months: Sequence[int]) -> list[dt.date]:
    """Return the first day of each month, and the day after the last one."""
    after = dt.date(year + months[-1] // 12, months[-1] % 12 + 1, 1)
    return [*(dt.date(year, month, 1) for month in months), after]


def _write_axes(file: netCDF4.Dataset, first: Sequence[dt.date], grid: Grid | OwnGrid) -> None:
    """Write time, latitude and longitude with their bounds."""
    edges = np.array([(day - _EPOCH).days for day in first], dtype=np.float64)
    # Unlimited, so that ncrcat, cdo and netCDF4.MFDataset join the files of several years.
    file.createDimension("time", None)
    file.createDimension("lat", grid.n_lat)
    file.createDimension("lon", grid.n_lon)
    file.createDimension("nv", 2)
    axes: Sequence[tuple[str, NDArray, NDArray, dict[str, str]]] = (
        (
            "time",
            (edges[:-1] + edges[1:]) / 2,
            np.column_stack([edges[:-1], edges[1:]]),
            {
                "standard_name": "time",
                "long_name": "middle of the month",
                "units": "days since 2000-01-01",
                "calendar": "standard",
                "units_metadata": "leap_seconds: none",
                "axis": "T",
            },
        ),
        (
            "lat",
            grid.lat,
            grid.lat_bounds,
            {
                "standard_name": "latitude",
                "long_name": "latitude of cell centres",
                "units": "degrees_north",
                "axis": "Y",
            },
        ),
        (
            "lon",
            grid.lon,
            grid.lon_bounds,
            {
                "standard_name": "longitude",
                "long_name": "longitude of cell centres",
                "units": "degrees_east",
                "axis": "X",
            },
        ),
    )
    for name, centres, bounds, attributes in axes:
        # Chunks as large as the axis: an unlimited one would take room for 512 steps.
        variable = file.createVariable(name, "f8", (name,), chunksizes=centres.shape)
        variable.setncatts(attributes | {"bounds": f"{name}_bnds"})
        variable[:] = centres
        file.createVariable(f"{name}_bnds", "f8", (name, "nv"), chunksizes=bounds.shape)[:] = bounds
    crs = file.createVariable("crs", "i4")
    crs.setncatts(
        {
            "grid_mapping_name": "latitude_longitude",
            "long_name": "WGS 84",
            "longitude_of_prime_meridian": 0.0,
            "semi_major_axis": 6378137.0,
            "inverse_flattening": 298.257223563,
            "crs_wkt": _WGS84,
        }
    )
    crs[...] = 0


def _flags_of(layer: Layer) -> str:
    """Return the attribute that has the codes of a flag or the bits of masks; else nothing."""
    return next((key for key in ("flag_values", "flag_masks") if key in layer.attributes), "")


def _define_variables(
    file: netCDF4.Dataset, grid: Grid | OwnGrid, layers: Mapping[str, Layer], n_months: int
) -> dict[str, netCDF4.Variable]:
    """Define the data variables: compressed, in chunks that serve both maps and series."""
    chunks = (n_months, min(grid.n_lat, _CHUNK), min(grid.n_lon, _CHUNK))
    found = {}
    for name, layer in layers.items():
        kind = _STORED.get(layer.kind, layer.kind)
        # xarray makes floats of integers that have a fill value: a flag has a code for no data.
        flags = _flags_of(layer)
        variable = file.createVariable(
            name,
            kind,
            ("time", "lat", "lon")[layer.annual :],
            zlib=True,
            complevel=4,
            shuffle=True,
            chunksizes=chunks[layer.annual :],
            fill_value=False if flags else layer.fill,
        )
        said = dict(layer.attributes)
        if flags:
            said[flags] = [*said[flags], layer.fill]
            said["flag_meanings"] += f" {NO_DATA}"
        attributes = {
            # Limits have the type of the values, as CF demands.
            key: np.array(value, dtype=kind)
            if isinstance(value, list) or key.startswith("valid_")
            else value
            for key, value in said.items()
        }
        beside = [other for other in layers if other != name and _tells_quality(layers[other])]
        if beside and not _tells_quality(layer):
            attributes["ancillary_variables"] = " ".join(beside)
        variable.setncatts({**attributes, "grid_mapping": "crs"})
        # Values hold the fill value already.
        variable.set_auto_mask(False)
        found[name] = variable
    return found


def _tells_quality(layer: Layer) -> bool:
    """Say whether a layer tells of the quality of another, or of the area that it stands for."""
    return layer.attributes.get("coverage_content_type") in _ANCILLARY


def _global_attributes(
    first: Sequence[dt.date], grid: Grid | OwnGrid, product: str, attributes: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the global attributes; what is not text or a number is written as JSON.

    Maps of others (no product's name) get no identifier: they have their makers'.
    """
    made = {"id": identifier(product, first[0].year, attributes)} if product else {}
    given = {
        key: value if isinstance(value, str | int | float) else json.dumps(value, sort_keys=True)
        for key, value in attributes.items()
    }
    return {"Conventions": CONVENTIONS} | made | extents(first, grid) | given


def map_attributes(
    product: Product,
    *,
    model: str,
    archive: str,
    runs: Sequence[Mapping[str, Any]],
    models_sha256: Sequence[str],
    publish: Mapping[str, Any] = MappingProxyType({"creators": (), "license": "none stated"}),
    **settings: str,
) -> dict[str, Any]:
    """Return the global attributes of a map: title, sources, settings and provenance.

    Args:
        product: what is mapped.
        model: the model's label.
        archive: ``real`` or ``simulated``.
        runs: provenance record (run.json) of the model, or of each part of a blend.
        models_sha256: checksums of their files.
        publish: the section of the configuration that says who made the maps.
        settings: further attributes that say how the model was set up.
    """
    run, simulated = runs[0], archive == "simulated"
    return {
        "title": f"{product.title}, {model}"
        + (" (SIMULATED Earth: not an estimate of the real one)" if simulated else ""),
        **discovery_attributes(
            product,
            model=model,
            simulated=simulated,
            version=run["carbonscape"],
            publish=publish,
        ),
        "source": f"{model} trained on {product.trained_on}"
        + (" of a simulated Earth" if simulated else "")
        + f"; {product.source}",
        "history": f"written by carbonscape {run['carbonscape']}",
        "archive": archive,
        **settings,
        "seed": int(run["seed"]),
        "carbonscape_version": run["carbonscape"],
        "carbonscape_commit": run["git"]["commit"] or "none",
        "model_sha256": ", ".join(models_sha256),
        "model_config": run["config"] if len(runs) == 1 else [part["config"] for part in runs],
        "model_inputs_sha256": run["inputs"],
        "software": run["packages"],
    }
