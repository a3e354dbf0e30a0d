"""Predictor series of the land cells of a tile of the XCO2 grid: what every model reads."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from carbonscape.columns.features.composites import XCO2_VARIABLES
from carbonscape.columns.features.fill import (
    BARREN,
    CLIMATOLOGY,
    INTERPOLATED,
    MEDIAN,
    MISSING,
    OBSERVED,
    ONE_HOT,
    SNOW,
    SOURCE_MEANINGS,
    fill_series,
    interpolate_classes,
    interpolate_gaps,
    is_dark,
    radius_in_cells,
)
from carbonscape.core.errors import InputError
from carbonscape.core.grid import Grid
from carbonscape.core.io import atomic_path

#: The gases of TROPOMI, which begin in 2018.
GASES = ("SO2", "NO2", "CO")

#: Variables that are zero where it is dark all month, or on snow and barren ground.
_ZERO = ("GPP", "EVI", "NDSI")


def model_inputs(options: Mapping[str, Any]) -> list[str]:
    """Return the names of the inputs of a model, in the order of Table 2.

    Args:
        options: ``wind`` (uv or speed), ``lucc`` (code or one_hot) and ``tropomi_missing``
            (climatology, indicator or drop).
    """
    names: list[str] = []
    for name in XCO2_VARIABLES:
        if name == "WIND_V" and options["wind"] == "speed":
            names.append("WIND_SPEED")
        elif name == "LUCC" and options["lucc"] == "one_hot":
            names.extend(ONE_HOT)
        elif name == "WIND_U" and options["wind"] == "speed":
            continue
        elif name not in GASES or options["tropomi_missing"] != "drop":
            names.append(name)
    if options["tropomi_missing"] == "indicator":
        names.extend(f"{gas}_FLAG" for gas in GASES)
    return names


def derive_input(
    name: str, values: Mapping[str, NDArray[np.floating]], source: Mapping[str, NDArray[np.uint8]]
) -> tuple[NDArray[np.floating], NDArray[np.uint8]]:
    """Return an input of a model and its codes from those of the 16 variables.

    Args:
        name: of :func:`model_inputs`.
        values, source: of the variables, all of one shape.
    """
    if name == "WIND_SPEED":
        speed = np.hypot(values["WIND_V"], values["WIND_U"])
        return speed, np.maximum(source["WIND_V"], source["WIND_U"])
    if name in ONE_HOT:
        code = values["LUCC"]
        return np.where(np.isnan(code), np.nan, code == ONE_HOT.index(name) + 1), source["LUCC"]
    if name.endswith("_FLAG"):
        made = np.isin(source[name.removesuffix("_FLAG")], (CLIMATOLOGY, MEDIAN))
        return made.astype(np.float32), np.full(made.shape, OBSERVED, np.uint8)
    return values[name], source[name]


def build_xco2_tile(
    *,
    composites: Sequence[str | os.PathLike[str]],
    grid: Grid,
    rows: slice,
    cols: slice,
    months: Sequence[str],
    options: Mapping[str, Any],
) -> xr.Dataset:
    """Fill the predictors of the land cells of a tile and turn them into inputs of models.

    A cell is land if it is land in every year. Memory is set by the tile: one variable at a time
    is read, with a margin as wide as gaps are interpolated over, closed around the date line.

    Args:
        composites: yearly files of :mod:`carbonscape.columns.features.composites`, in any order.
        grid: the XCO2 grid.
        rows, cols: the tile.
        months: YYYY-MM, in order; the run's months and those that windows look back on.
        options: ``fill_degrees`` and those of :func:`model_inputs`.

    Returns:
        ``predictors`` (cell, time, variable) float32; ``source`` (cell, time, variable) codes;
        ``row`` and ``col`` (cell) on the grid; ``median`` (time, variable) of land cells, NaN
        where none is observed.

    Raises:
        InputError: a file is of another grid, or lacks a variable or a month.
    """
    radius = radius_in_cells(options["fill_degrees"], grid.cell)
    names = model_inputs(options)
    with _Composites(composites, grid, months) as files:
        window = _Window(grid, rows, cols, margin=max(1, radius))
        land = files.land(window)
        row, col = np.nonzero(land[window.inside])
        row, col = rows.start + row, cols.start + col
        shape = (len(row), len(months), len(names))
        predictors = np.empty(shape, np.float32)
        source = np.empty(shape, np.uint8)
        median = np.empty(shape[1:], np.float32)
        dark = is_dark(grid.lat, months)[row]
        bare = None
        for group, needed in _groups_of(names):
            values, codes, typical = {}, {}, {}
            for name in needed:
                zero = (dark | bare) if name in _ZERO else None
                typical[name] = files.median(name)
                if name == "LUCC":
                    typical[name] = np.floor(typical[name] + 0.5)  # a median may lie between
                values[name], codes[name] = _fill_variable(
                    files.read(name, window),
                    land=land,
                    window=window,
                    radius=radius,
                    median=typical[name],
                    zero=zero,
                    categorical=name == "LUCC",
                    months=months,
                )
            if "LUCC" in needed:
                bare = np.isin(values["LUCC"], (SNOW, BARREN))
            none = {name: np.zeros(len(months), np.uint8) for name in typical}
            for name in group:
                place = names.index(name)
                predictors[..., place], source[..., place] = derive_input(name, values, codes)
                median[:, place] = derive_input(name, typical, none)[0]
        units = files.units(names)
    return _label(predictors, source, row, col, names, months, median, units)


def _groups_of(names: Sequence[str]) -> list[tuple[list[str], list[str]]]:
    """Return groups of inputs and the variables that each needs, land cover first.

    Zeros of the vegetation depend on the land cover. One group is held in memory at a time.
    """
    groups: dict[tuple[str, ...], list[str]] = {("LUCC",): []}
    for name in names:
        if name == "WIND_SPEED":
            needed = ("WIND_V", "WIND_U")
        elif name in ONE_HOT:
            needed = ("LUCC",)
        else:
            needed = (name.removesuffix("_FLAG"),)
        groups.setdefault(needed, []).append(name)
    return [(group, list(needed)) for needed, group in groups.items()]


def _fill_variable(
    fields: NDArray[np.float32],
    *,
    land: NDArray[np.bool_],
    window: _Window,
    radius: int,
    median: NDArray[np.floating],
    zero: NDArray[np.bool_] | None,
    categorical: bool,
    months: Sequence[str],
) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Fill one variable, (month, row, col) with its margin, to (cell, month) and its codes."""
    wanted = np.zeros_like(land)
    wanted[window.inside] = land[window.inside]
    close = interpolate_classes if categorical else interpolate_gaps
    observed = fields[:, wanted].T
    values = np.empty_like(observed)
    for number, field in enumerate(fields):
        values[:, number] = close(field, wanted, radius)[wanted]
    source = np.where(np.isnan(observed), INTERPOLATED, OBSERVED).astype(np.uint8)
    source[np.isnan(values)] = MISSING
    return fill_series(
        values,
        source,
        calendar_month=np.array([int(month[5:]) for month in months]),
        median=median,
        zero=zero,
        categorical=categorical,
    )


class _Window:
    """A tile with a margin: closed around the date line, missing beyond the poles."""

    def __init__(self, grid: Grid, rows: slice, cols: slice, *, margin: int) -> None:
        self.top = max(0, rows.start - margin)
        self.bottom = min(grid.n_lat, rows.stop + margin)
        self.columns = np.arange(cols.start - margin, cols.stop + margin) % grid.n_lon
        self.inside = (
            slice(rows.start - self.top, rows.stop - self.top),
            slice(margin, margin + cols.stop - cols.start),
        )

    def read(self, array: xr.DataArray) -> NDArray[Any]:
        """Read (..., row, col) of a variable on the grid, in contiguous pieces of columns."""
        pieces = np.split(self.columns, np.flatnonzero(np.diff(self.columns) != 1) + 1)
        band = array.isel(lat=slice(self.top, self.bottom))
        read = [band.isel(lon=slice(p[0], p[-1] + 1)).values for p in pieces]
        return np.concatenate(read, axis=-1)


class _Composites:
    """The yearly files of composites as one series of months."""

    def __init__(
        self, paths: Sequence[str | os.PathLike[str]], grid: Grid, months: Sequence[str]
    ) -> None:
        self.paths, self.grid, self.months = paths, grid, list(months)

    def __enter__(self) -> _Composites:
        with contextlib.ExitStack() as stack:
            self.files = [stack.enter_context(_open(path, self.grid)) for path in self.paths]
            self.place: dict[str, tuple[int, int]] = {}
            for number, file in enumerate(self.files):
                for step, month in enumerate(file["time"].values.astype("datetime64[M]")):
                    self.place[str(month)] = (number, step)
            absent = [month for month in self.months if month not in self.place]
            if absent:
                raise InputError(
                    f"the composites of XCO2 predictors ({len(self.files)} files, the first "
                    f"{self.paths[0] if self.paths else 'none'}) lack the months "
                    f"{', '.join(absent[:5])}{' and more' if len(absent) > 5 else ''}; delete "
                    "them and run again."
                )
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *details: object) -> None:
        self._stack.close()

    def _steps(self) -> Iterator[tuple[slice, int, NDArray[np.intp]]]:
        """Yield the months of each file: places in the series, file, places in the file."""
        at = np.array([self.place[month] for month in self.months])
        for number in np.unique(at[:, 0]):
            where = np.flatnonzero(at[:, 0] == number)
            yield slice(where[0], where[-1] + 1), int(number), at[where, 1]

    def read(self, name: str, window: _Window) -> NDArray[np.float32]:
        """Return a variable, (month, row, col) with its margin, NaN where not observed."""
        pieces = {
            span.start: window.read(self.files[number][name].isel(time=steps))
            for span, number, steps in self._steps()
        }
        return np.concatenate([pieces[start] for start in sorted(pieces)]).astype(np.float32)

    def median(self, name: str) -> NDArray[np.float32]:
        """Return the median of land cells of each month, (month,)."""
        pieces = {
            span.start: self.files[number]["median"].sel(variable=name).values[steps]
            for span, number, steps in self._steps()
        }
        return np.concatenate([pieces[start] for start in sorted(pieces)]).astype(np.float32)

    def land(self, window: _Window) -> NDArray[np.bool_]:
        """Return where every year has land, (row, col) with its margin."""
        used = sorted({number for _, number, _ in self._steps()})
        return np.logical_and.reduce(
            [window.read(self.files[number]["land"]) == 1 for number in used]
        )

    def units(self, names: Sequence[str]) -> str:
        """Return the units of inputs as one text."""
        file = self.files[0]
        known = {name: file[name].attrs.get("units", "1") for name in XCO2_VARIABLES}
        known["WIND_SPEED"] = known["WIND_U"]
        return "; ".join(f"{name}: {known.get(name, '1')}" for name in names)


@contextlib.contextmanager
def _open(path: str | os.PathLike[str], grid: Grid) -> Iterator[xr.Dataset]:
    """Open a yearly file of composites and check its grid and variables."""
    try:
        file = xr.open_dataset(path, engine="netcdf4")
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path}: this is no readable netCDF file ({error}); delete it and run again."
        ) from error
    with file:
        absent = [n for n in ("time", "land", "median", *XCO2_VARIABLES) if n not in file]
        if absent:
            raise InputError(
                f"{path}: the composites of XCO2 predictors lack {', '.join(absent)}; delete the "
                "file and run again."
            )
        grid.require(file["lat"].values, file["lon"].values, origin=str(path))
        yield file


def _label(
    predictors: NDArray[np.float32],
    source: NDArray[np.uint8],
    row: NDArray[np.integer],
    col: NDArray[np.integer],
    names: Sequence[str],
    months: Sequence[str],
    median: NDArray[np.float32],
    units: str,
) -> xr.Dataset:
    """Name the dimensions and say what the numbers are."""
    dims = ("cell", "time", "variable")
    meanings = {
        "long_name": "where a predictor comes from",
        "flag_values": np.array(list(SOURCE_MEANINGS), np.uint8),
        "flag_meanings": " ".join(SOURCE_MEANINGS.values()),
    }
    return xr.Dataset(
        {
            "predictors": (dims, predictors, {"long_name": "inputs of models", "units": units}),
            "source": (dims, source, meanings),
            "median": (dims[1:], median, {"long_name": "median of observed land cells"}),
        },
        coords={
            "time": np.array(months, dtype="datetime64[M]").astype("datetime64[ns]"),
            "variable": list(names),
            "row": ("cell", row.astype(np.int32)),
            "col": ("cell", col.astype(np.int32)),
        },
        attrs={"title": "Predictors of XCO2 of the land cells of a tile"},
    )


def write_xco2_tile(dataset: xr.Dataset, path: str | os.PathLike[str]) -> None:
    """Write the predictors of a tile as netCDF-4, whole or not at all."""
    encoding: dict[str, dict[str, Any]] = {
        "time": {"units": "days since 2000-01-01", "dtype": "int32"}
    }
    if dataset.sizes["cell"]:
        for name in ("predictors", "source"):
            encoding[name] = {"zlib": True, "complevel": 1, "shuffle": True}
    with atomic_path(path) as temporary:
        dataset.to_netcdf(temporary, engine="netcdf4", encoding=encoding)
