"""Reading monthly means of ERA5-Land: six variables, joined by the month that they stand for.

The Climate Data Store delivers state and accumulations as two members of a ZIP archive whose
stamps differ by six hours. Accumulations of the stream moda are per day: m d-1 here become mm d-1
(ECMWF, ERA5-Land data documentation; Muñoz-Sabater et al. 2021, doi:10.5194/essd-13-4349-2021).
Evaporation is negative in the files and positive here.

The second layout is what the fetch step writes with Earth Engine: the same months on cells, in the
units that are handed on.
"""

from __future__ import annotations

import contextlib
import os
import zipfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from carbonscape.archives.cell_months import holds
from carbonscape.archives.era5_land import (
    ACCUMULATIONS,
    STATE,
    check_range,
    open_accumulation,
    open_state,
)
from carbonscape.archives.era5_land_checks import refuse_or_state, spans
from carbonscape.archives.netcdf import normalise_axes, open_netcdf
from carbonscape.core import findings
from carbonscape.core.bilinear import uncovered
from carbonscape.core.errors import InputError
from carbonscape.core.grid import Grid

_AGAIN = "request all months and the globe again"

#: Short names of ECMWF, in the order of the paper's Table 2.
MONTHLY_VARIABLES = ("sp", "e", "v10", "u10", "tp", "t2m")


@dataclass(frozen=True)
class MonthlyWeather:
    """Opened monthly means of ERA5-Land.

    Attributes:
        origin: name of the file, for messages.
        names: variables, in the order in which they are handed out.
        lat, lon: grid points, or centres of cells, degrees; latitudes descend, longitudes ascend
            in [-180, 180).
        months: those that the file holds, YYYY-MM.
        source: name in the registry of sources.
        accept: whether absent values are accepted.
        accept_implausible: whether fields that look wrong as a whole are accepted.
    """

    origin: str
    names: tuple[str, ...]
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    months: tuple[str, ...]
    source: str
    accept: bool
    accept_implausible: bool
    _parts: tuple[xr.Dataset, ...]
    # Band of grid points -> month -> number of points with a value.
    _land: dict[tuple[int, int], dict[str, int]] = field(default_factory=dict)

    def values(self, month: str, nodes: slice) -> NDArray[np.float32]:
        """Return one month at a band of grid points.

        Returns:
            (lat, lon, variable) float32: sp Pa, e mm d-1 (positive for evaporation), v10 and u10
            m s-1, tp mm d-1, t2m K; NaN over the sea and where the file lacks the month.

        Raises:
            InputError: the data are damaged, or a value is impossible.
        """
        shape = (len(self.lat[nodes]), len(self.lon), len(self.names))
        result = np.full(shape, np.nan, dtype=np.float32)
        for part in self._parts:
            found = np.flatnonzero(part["time"].values == np.datetime64(month))
            if not found.size:
                continue
            slab = check_range(
                part.isel(time=int(found[0]), lat=nodes).load(),
                self.origin,
                step="month",
                part=True,
                accept=self.accept,
                accept_implausible=self.accept_implausible,
                source=self.source,
            )
            for name in set(self.names) & set(map(str, slab.data_vars)):
                result[..., self.names.index(name)] = slab[name].values
        if month in self.months:
            self._check_land(month, nodes, ~np.isnan(result))
        return result

    def _check_land(self, month: str, nodes: slice, known: NDArray[np.bool_]) -> None:
        """Refuse, or state, a month or a variable that has no value where there is land."""
        anywhere = int(known.any(axis=-1).sum())
        few = [
            name
            for name, count in zip(self.names, known.sum(axis=(0, 1)), strict=True)
            if count < anywhere / 2
        ]
        if few:
            refuse_or_state(
                f"{', '.join(few)} has no value in {month} where other variables have some",
                self.origin, self.accept, self.source,
            )  # fmt: skip
        # The land of a band is the same in all months: the first that differs tells.
        band = self._land.setdefault(nodes.indices(len(self.lat))[:2], {})
        band[month] = anywhere
        least, most = min(band, key=lambda name: band[name]), max(band.values())
        if band[least] < most / 2:
            refuse_or_state(
                f"there is no value in {least} on land that has one in other months",
                self.origin, self.accept, self.source,
            )  # fmt: skip


@contextlib.contextmanager
def open_monthly(
    path: str | os.PathLike[str],
    *,
    year: int,
    names: Sequence[str] = MONTHLY_VARIABLES,
    months: Sequence[str] | None = None,
    grid: Grid | None = None,
    accept: Collection[str] = (),
    accept_implausible: Collection[str] = (),
) -> Iterator[MonthlyWeather]:
    """Open monthly means of ERA5-Land; nothing but the axes is read.

    Args:
        path: netCDF, or a ZIP archive of several under whatever name, of
            ``monthly_averaged_reanalysis``; or what the fetch step has of Earth Engine, which has
            a variable ``good_share``. It may hold other years beside ``year``.
        year: the year wanted.
        names: variables that must be in it.
        months: months of that year (YYYY-MM) that are needed; by default all twelve.
        grid: cells that are needed; by default whatever the file covers.
        accept: names of sources whose absent months, values and places are stated, and stay NaN
            (``inputs.accept_incomplete``).
        accept_implausible: names of sources of whose fields that look wrong as a whole a line is
            said (``inputs.accept_implausible``).

    Raises:
        InputError: the file is no such netCDF, lacks a variable or has another unit, lacks a
            month or a part of the grid, or holds means by hour of the day (stream mnth, stamped
            on the second).
    """
    # An archive holds the two files of the Climate Data Store: it is unpacked only once.
    on_cells = not zipfile.is_zipfile(path) and holds(path, "good_share")
    source = "era5_land_monthly_ee" if on_cells else "era5_land_monthly"
    kinds = ((STATE, open_state), (ACCUMULATIONS, open_accumulation))
    with contextlib.ExitStack() as stack:
        parts = []
        for variables, opener in kinds:
            wanted = [variable.name for variable in variables if variable.name in names]
            if wanted:
                opened = _on_cells(path, wanted) if on_cells else opener(path, step="month")
                parts.append(_of_year(stack.enter_context(opened), wanted, year, str(path)))
        first = parts[0]
        for other in parts[1:]:
            _refuse_other_nodes(first, other, str(path))
        found = np.unique(np.concatenate([part["time"].values for part in parts]))
        absent = _absent_months(
            parts, months or [f"{year}-{number:02d}" for number in range(1, 13)]
        )
        gap = "" if grid is None else uncovered(first["lat"].values, first["lon"].values, grid)
        for what in filter(None, (absent, gap)):
            refuse_or_state(what, path, source in accept, source, again=_AGAIN)
        findings.used(path, source=source)
        yield MonthlyWeather(
            origin=str(path),
            names=tuple(names),
            lat=first["lat"].values,
            lon=first["lon"].values,
            months=tuple(np.datetime_as_string(found, unit="M").tolist()),
            source=source,
            accept=source in accept,
            accept_implausible=source in accept_implausible,
            _parts=tuple(parts),
        )


def _absent_months(parts: Sequence[xr.Dataset], wanted: Sequence[str]) -> str:
    """Say which of the wanted months which variables lack."""
    lacks: dict[str, list[str]] = {}
    for part in parts:
        months = part["time"].values.astype("datetime64[M]")
        absent = np.setdiff1d(np.array(wanted, "datetime64[M]"), months)
        if absent.size:
            lacks.setdefault(spans(absent, unit="M"), []).extend(map(str, part.data_vars))
    texts = [f"{which} ({', '.join(names)})" for which, names in lacks.items()]
    return f"these months are absent: {'; '.join(texts)}" if texts else ""


@contextlib.contextmanager
def _on_cells(path: str | os.PathLike[str], wanted: Sequence[str]) -> Iterator[xr.Dataset]:
    """Open variables of a file of the fetch step: they are in the units handed on."""
    known = {variable.name: variable for variable in (*STATE, *ACCUMULATIONS)}
    with open_netcdf(path) as datasets:
        dataset = normalise_axes(datasets[0], names=wanted)
        for name in wanted:
            if name not in dataset.data_vars:
                raise InputError(
                    f"{path}: no variable {name}, of which the fetch step writes "
                    f"{', '.join(MONTHLY_VARIABLES)}; delete the file and fetch it again."
                )
            found, expected = dataset[name].attrs.get("units"), known[name].units
            if found != expected:
                raise InputError(
                    f"{path}: {name} is in {found!r}, expected {expected!r} as the fetch step "
                    "writes it; delete the file and fetch it again."
                )
        times = dataset["time"].values
        odd = times[times != times.astype("datetime64[M]")]
        if odd.size:
            raise InputError(
                f"{path}: a month is stamped {np.datetime_as_string(odd[0], unit='m')}, expected "
                "its first day; delete the file and fetch it again."
            )
        yield dataset


def _of_year(part: xr.Dataset, wanted: Sequence[str], year: int, path: str) -> xr.Dataset:
    """Return the wanted variables in the months of a year."""
    absent = [name for name in wanted if name not in part.data_vars]
    if absent:
        raise InputError(
            f"{path}: no variable {', '.join(absent)}; found "
            f"{', '.join(map(str, part.data_vars))}; request all six of "
            "reanalysis-era5-land-monthly-means."
        )
    times = part["time"].values
    inside = times.astype("datetime64[Y]") == np.datetime64(str(year), "Y")
    if not inside.any():
        raise InputError(
            f"{path}: {wanted[0]} has {times.size} months from "
            f"{np.datetime_as_string(times[0], unit='M')} to "
            f"{np.datetime_as_string(times[-1], unit='M')}, expected those of {year}."
        )
    # Times ascend, so that the year is one slice and the variables stay lazy.
    first = int(np.argmax(inside))
    return part[list(wanted)].isel(time=slice(first, first + int(inside.sum())))


def _refuse_other_nodes(first: xr.Dataset, other: xr.Dataset, path: str) -> None:
    """Refuse state and accumulations that do not lie on the same grid points."""
    for axis in ("lat", "lon"):
        a, b = first[axis].values, other[axis].values
        if a.shape != b.shape or not np.allclose(a, b, atol=1e-4):
            raise InputError(
                f"{path}: the accumulations lie on {b.size} {axis}s from {b[0]:g} to {b[-1]:g}, "
                f"the state on {a.size} from {a[0]:g} to {a[-1]:g}; request them together."
            )
