"""Stand-ins of the GPP products of others, in their own formats, made from the simulated truth.

They say nothing of the products whose names they bear: each is the true GPP with fixed, simple
departures of its own, so that maps that differ in level, season, year-to-year changes, trend, mask,
grid and years pass through the same readers and figures as the real ones.
"""

from __future__ import annotations

import calendar
import datetime as dt
import os
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
import xarray as xr

from carbonscape.core.errors import ConfigError
from carbonscape.core.io import atomic_path
from carbonscape.simulate.lattice import SIMULATED, Array, add_variable, centres, netcdf_file

_MISSING = -9999
_ORIGIN = dt.date(1970, 1, 1)


@dataclass(frozen=True)
class StandIn:
    """How a stand-in departs from the true GPP. All numbers are choices.

    Attributes:
        spacing: size of its cells, degrees; divides 180.
        level: factor of the whole map.
        tropics: factor at the equator that fades to 1 at 30 degrees.
        season: factor of the departures of the mean months from the mean of the cell.
        changes: factor of the departures of a month from the mean one of its calendar month.
        trend: relative change in a year, about the middle of the truth.
        least: mean GPP, gC m-2 d-1, below which a cell has no value.
        south, north: degrees north between which centres of its rows lie.
    """

    spacing: float
    level: float = 1.0
    tropics: float = 1.0
    season: float = 1.0
    changes: float = 1.0
    trend: float = 0.0
    least: float = 0.0
    south: float = -90.0
    north: float = 90.0


#: Departures after what is known of the kind of product: upscaling damps changes between years
#: (Jung et al. 2020); light-use efficiency models differ most in the tropics (Zheng et al. 2020).
STAND_INS: Mapping[str, StandIn] = {
    "fluxcom": StandIn(2.5, level=0.92, changes=0.4, least=0.1),
    "nies": StandIn(2.0, level=1.05, tropics=1.1, trend=0.002, south=-60.0, north=80.0),
    "metaflux": StandIn(3.0, season=0.9, changes=0.6),
    "nirv_gpp": StandIn(2.5, level=1.03, season=1.1, changes=1.2, trend=0.001),
    "lue_ssvc": StandIn(4.0, level=0.98, tropics=0.9, least=0.05),
    "vpm_gpp": StandIn(5.0, level=0.97, tropics=0.85, season=1.05),
}


def write_other_products(
    paths: Mapping[str, Sequence[str | os.PathLike[str]]], *, grid: xr.Dataset
) -> list[Path]:
    """Write the files of some products.

    Args:
        paths: of ``STAND_INS``, the files of each; their names tell the years.
        grid: the truth on cells: gpp (time, lat, lon), gC m-2 d-1, NaN off land.

    Returns:
        The files.

    Raises:
        ConfigError: a name tells a year that the truth does not have.
        ResultError: the disk is full or the folder cannot be written to.
    """
    written = []
    for name, files in paths.items():
        fields = _Fields(STAND_INS[name], grid)
        for path in map(Path, files):
            _WRITERS[name](path, fields)
            written.append(path)
    return written


class _Fields:
    """The GPP of a stand-in: by year, (month=12, lat, lon) from the north, gC m-2 d-1."""

    def __init__(self, stand_in: StandIn, grid: xr.Dataset) -> None:
        lat, self.lon = centres(stand_in.spacing)
        self.lat = lat[(lat >= stand_in.south) & (lat <= stand_in.north)]
        self.spacing = stand_in.spacing
        stamps = grid["time"].values.astype("M8[M]")
        months = stamps.astype(int) % 12
        years = stamps.astype("M8[Y]").astype(int) + 1970
        truth = _to_cells(grid, self.lat, self.lon, stand_in.spacing)
        mean = np.stack([truth[months == month].mean(axis=0) for month in range(12)])
        level = mean.mean(axis=0)
        near = np.clip(1 - np.abs(self.lat) / 30, 0, 1)[:, None]
        factor = stand_in.level * (1 + (stand_in.tropics - 1) * near)
        growth = 1 + stand_in.trend * (years - years.mean())[:, None, None]
        gpp = level + stand_in.season * (mean[months] - level)
        gpp = (gpp + stand_in.changes * (truth - mean[months])) * factor * growth
        gpp = np.where(level >= stand_in.least, np.maximum(gpp, 0), np.nan)
        self._gpp, self._years = gpp.astype("float32"), years

    def of_year(self, path: Path, year: int) -> Array:
        """Return the months of the year that the name of a file tells."""
        rows = self._years == year
        if rows.sum() != 12:
            raise ConfigError(
                f"{path}: the truth has {self._years.min()} to {self._years.max()}, expected "
                f"{year} among them; set simulation.first_year and simulation.last_year."
            )
        return self._gpp[rows]


def _to_cells(grid: xr.Dataset, lat: Array, lon: Array, spacing: float) -> Array:
    """Return the true GPP on other cells (time, lat, lon): means of the land, weighted by area.

    A cell less than half of which lies in land cells has no value.
    """
    true_lat, true_lon = grid["lat"].values, grid["lon"].values
    cell = 180 / true_lat.size
    high = np.sin(np.deg2rad(_overlap(true_lat, cell, lat, spacing)))
    north = np.maximum(high[..., 1] - high[..., 0], 0)
    sides = _overlap(true_lon, cell, lon, spacing)
    east = np.maximum(sides[..., 1] - sides[..., 0], 0)
    truth = grid["gpp"].transpose("time", "lat", "lon").values.astype(float)
    land = ~np.isnan(truth[0])
    total = north @ np.where(land, truth, 0) @ east.T
    area = north @ land @ east.T
    whole = north.sum(axis=1)[:, None] * east.sum(axis=1)
    return np.where(area >= 0.5 * whole, total / np.maximum(area, 1e-30), np.nan)


def _overlap(given: Array, cell: float, wanted: Array, spacing: float) -> Array:
    """Return (wanted, given, 2) the lower and upper end of what intervals share, degrees."""
    low = np.maximum(given - cell / 2, wanted[:, None] - spacing / 2)
    high = np.minimum(given + cell / 2, wanted[:, None] + spacing / 2)
    return np.stack([low, np.maximum(high, low)], axis=-1)


def _days(year: int) -> Array:
    """Return (12, 1, 1) the days of the months of a year."""
    days = [calendar.monthrange(year, month)[1] for month in range(1, 13)]
    return np.array(days, dtype="float32")[:, None, None]


def _year_in(text: str) -> int:
    """Return the year at the end of a text."""
    return int(text[-4:])


def _write_fluxcom(path: Path, fields: _Fields) -> None:
    """FluxCom RS_V006: GPP with its spread, north up, the middle of each month."""
    year = _year_in(path.stem)
    gpp = fields.of_year(path, year)
    stamps = [dt.date(year, month, 15) for month in range(1, 13)]
    names = {"GPP": gpp, "GPP_mad": 0.1 * gpp}
    _write_netcdf(path, fields, names, stamps, title="FluxCom RS_V006", units="gC m-2 d-1")


def _write_nies(path: Path, fields: _Fields) -> None:
    """NIES: means of ten days, from the south to the north, 60 S to 80 N."""
    year = _year_in(path.stem)
    gpp = np.repeat(fields.of_year(path, year), 3, axis=0)
    # Choice: the thirds of a month differ by two percent.
    gpp = gpp * np.tile([0.98, 1.0, 1.02], 12)[:, None, None]
    stamps = [dt.date(year, month, day) for month in range(1, 13) for day in (1, 11, 21)]
    _write_netcdf(
        path, fields, {"GPP": gpp}, stamps, title="NIES", units="gC m-2 day-1", south_up=True
    )


def _write_metaflux(path: Path, fields: _Fields) -> None:
    """MetaFlux: GPP and RECO with NaN where there is none, dimensions (time, lon, lat)."""
    year = _year_in(path.stem)
    gpp = fields.of_year(path, year)
    stamps = [dt.date(year, month, 1) for month in range(1, 13)]
    names = {"GPP": gpp, "RECO": 0.85 * gpp}
    _write_netcdf(
        path, fields, names, stamps, title="MetaFlux", units="gC m-2 d-1", fill=np.nan, turned=True
    )


def _write_netcdf(
    path: Path,
    fields: _Fields,
    variables: Mapping[str, Array],
    stamps: Sequence[dt.date],
    *,
    title: str,
    units: str,
    fill: float = _MISSING,
    south_up: bool = False,
    turned: bool = False,
) -> None:
    """Write the steps of a year (time, lat, lon)."""
    order = slice(None, None, -1) if south_up else slice(None)
    with netcdf_file(path, {"title": title, "comment": SIMULATED}) as data:
        days = np.array([(day - _ORIGIN).days for day in stamps], dtype="int32")
        _add_axis(data, "time", days, "days since 1970-01-01")
        _add_axis(data, "lat", fields.lat[order], "degrees_north")
        _add_axis(data, "lon", fields.lon, "degrees_east")
        for name, values in variables.items():
            values = np.where(np.isnan(values), fill, values)[:, order].astype("float32")
            dims = ("time", "lat", "lon")
            if turned:
                values, dims = values.transpose(0, 2, 1), ("time", "lon", "lat")
            text = {"units": units, "long_name": name}
            add_variable(data, name, values, dims, text, fill=np.float32(fill))


def _add_axis(data, name: str, values: Array, units: str) -> None:
    """Write a dimension with its coordinates."""
    data.createDimension(name, len(values))
    text = {"units": units} | ({"calendar": "standard"} if name == "time" else {})
    add_variable(data, name, values, (name,), text)


def _write_nirv(path: Path, fields: _Fields) -> None:
    """NIRv-GPP: a ZIP of months, whole thousandths (lon, lat), no unit, -9999 undeclared."""
    year = _year_in(path.stem)
    gpp = fields.of_year(path, year)

    def write(month: int, target: Path) -> None:
        values = np.where(np.isnan(gpp[month]), _MISSING, np.rint(1000 * gpp[month]))
        with netcdf_file(target, {"title": "NIRv-GPP", "comment": SIMULATED}) as data:
            _add_axis(data, "longitude", fields.lon, "degrees_east")
            _add_axis(data, "latitude", fields.lat, "degrees_north")
            dims = ("longitude", "latitude")
            add_variable(data, "GPP", values.T.astype("int32"), dims, {})

    _write_zip(path, {f"NIRv.GPP.{year}{month + 1:02d}.v1.nc": month for month in range(12)}, write)


def _write_lue_ssvc(path: Path, fields: _Fields) -> None:
    """LUE-SSVC: a ZIP of monthly GeoTIFFs, tenths of gC m-2 in the month, 0 for no value."""
    year = _year_in(path.stem)
    gpp = fields.of_year(path, year) * _days(year) * 10
    raw = np.rint(np.nan_to_num(gpp)).astype("uint16")

    def write(month: int, target: Path) -> None:
        _write_tif(target, raw[month], fields, "LUE-SSVC, 0.1 gC m-2 month-1")

    names = {f"{year}/Month/GPP_v21_{year}_{month + 1:02d}.tif": month for month in range(12)}
    _write_zip(path, names, write)


def _write_vpm(path: Path, fields: _Fields) -> None:
    """LUE-VPM: a GeoTIFF a month, gC m-2 in the month, -9999 for no value."""
    year, month = int(path.name.split(".")[2]), int(path.name.split(".")[3][1:]) - 1
    gpp = (fields.of_year(path, year) * _days(year))[month]
    raw = np.where(np.isnan(gpp), _MISSING, gpp).astype("float32")
    with atomic_path(path) as temporary:
        _write_tif(temporary, raw, fields, "LUE-VPM, gC m-2 month-1", nodata=_MISSING)


def _write_tif(
    path: Path, values: Array, fields: _Fields, text: str, *, nodata: float | None = None
) -> None:
    """Write one global map (lat, lon), north up."""
    step = fields.spacing
    layout = {
        "driver": "GTiff",
        "height": values.shape[0],
        "width": values.shape[1],
        "count": 1,
        "dtype": values.dtype.name,
        "crs": "EPSG:4326",
        "transform": rasterio.Affine(step, 0.0, -180.0, 0.0, -step, 90.0),
        "compress": "deflate",
        "nodata": nodata,
    }
    with rasterio.open(path, "w", **layout) as image:
        image.write(values, 1)
        image.update_tags(TIFFTAG_IMAGEDESCRIPTION=f"{text}. {SIMULATED}")


def _write_zip(path: Path, names: Mapping[str, int], write: Callable[[int, Path], None]) -> None:
    """Write a ZIP of one file a month."""
    with (
        tempfile.TemporaryDirectory() as scratch,
        atomic_path(path) as temporary,
        zipfile.ZipFile(temporary, "w") as archive,
    ):
        for name, month in names.items():
            part = Path(scratch) / Path(name).name
            write(month, part)
            # No clock: the same numbers give the same bytes.
            entry = zipfile.ZipInfo(name, date_time=(2025, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, part.read_bytes(), zipfile.ZIP_DEFLATED)


_WRITERS: Mapping[str, Callable[[Path, _Fields], None]] = {
    "fluxcom": _write_fluxcom,
    "nies": _write_nies,
    "metaflux": _write_metaflux,
    "nirv_gpp": _write_nirv,
    "lue_ssvc": _write_lue_ssvc,
    "vpm_gpp": _write_vpm,
}
