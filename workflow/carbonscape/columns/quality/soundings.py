"""Monthly means of XCO2 soundings on cells, granule by granule.

Good soundings (quality flag 0) over land, by the UTC month of each sounding. Memory is set by the
cells that hold soundings in two months, never by the length of the record.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import netCDF4
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carbonscape.archives.oco_granules import granule_date
from carbonscape.archives.oco_lite import Soundings, read_granule
from carbonscape.core import findings
from carbonscape.core.errors import InputError, ResultError
from carbonscape.core.grid import Grid
from carbonscape.core.io import atomic_path
from carbonscape.core.progress import Progress

logger = logging.getLogger(__name__)

#: Sums are taken of the difference to this, lest the squares lose their last digits.
_SHIFT = 400.0

#: Soundings that wait before they are added up: bounds memory, and spares sorting.
_WAITING = 1 << 20

#: Sectors of longitude, of which this many granules see more than half unless they were cut out.
_SECTORS, _ENOUGH = 36, 10

#: Values of a band of rows that are written at a time.
_BAND = 1 << 20


@dataclass(frozen=True)
class CellMonth:
    """The cells that hold soundings in a month.

    Attributes:
        month: as 2015-07.
        cells: (cell,) ascending numbers of the cells, row by row from the north-west.
        count: (cell,) soundings.
        mean: (cell,) ppm, NaN below ``min_count`` soundings.
        spread: (cell,) population standard deviation, ppm, NaN there and below two.
    """

    month: str
    cells: NDArray[np.int64]
    count: NDArray[np.int64]
    mean: NDArray[np.float64]
    spread: NDArray[np.float64]


class _Sums:
    """Counts, sums and sums of squares of the soundings of a month, for the cells that occur."""

    def __init__(self) -> None:
        self.cells = np.empty(0, dtype=np.int64)
        self.sums = np.empty((3, 0))
        self.waiting: list[tuple[NDArray, NDArray]] = []
        self.size = 0

    def add(self, cells: NDArray[np.int64], xco2: NDArray[np.float64]) -> None:
        """Take soundings in."""
        self.waiting.append((cells, xco2 - _SHIFT))
        self.size += cells.size
        if self.size >= _WAITING:
            self.settle()

    def settle(self) -> None:
        """Add up what waits."""
        if not self.size:
            return
        numbers, values = (np.concatenate(parts) for parts in zip(*self.waiting, strict=True))
        cells = np.concatenate([self.cells, numbers])
        parts = np.column_stack([self.sums, np.stack([np.ones(values.size), values, values**2])])
        order = np.argsort(cells, kind="stable")
        cells = cells[order]
        starts = np.flatnonzero(np.concatenate([[True], cells[1:] != cells[:-1]]))
        self.cells = cells[starts]
        self.sums = np.add.reduceat(parts[:, order], starts, axis=1)
        self.waiting, self.size = [], 0

    def finish(self, month: str, min_count: int) -> CellMonth:
        """Return means and spreads."""
        self.settle()
        count, total, squares = self.sums
        mean = total / count
        variance = np.maximum(squares / count - mean**2, 0.0)
        enough = count >= min_count
        return CellMonth(
            month=month,
            cells=self.cells,
            count=count.astype(np.int64),
            mean=np.where(enough, mean + _SHIFT, np.nan),
            spread=np.where(enough & (count > 1), np.sqrt(variance), np.nan),
        )


def grid_soundings(
    granules: Sequence[str | os.PathLike[str] | Soundings],
    *,
    grid: Grid,
    months: Sequence[str],
    scale: str = "x2007",
    min_count: int = 1,
    bad_granule: str = "skip",
    source: str = "oco2",
    record: list[dict] | None = None,
    progress: Progress | None = None,
) -> Iterator[CellMonth]:
    """Yield the monthly means of soundings, month by month; every month of ``months`` comes.

    A month without soundings comes without cells. At most two months are open at a time, because
    soundings of a granule may lie across midnight. Which files are used, which are not, and months
    without soundings are stated as findings.

    Args:
        granules: files of ``archives.oco_lite``, or soundings that were read already, by day.
        grid: the cells.
        months: wanted ones, as 2015-07, in order; soundings of others are passed over.
        scale: calibration scale, x2007 or x2019.
        min_count: soundings that a cell needs for a mean.
        bad_granule: ``skip`` names and leaves out a granule that is refused, ``fail`` ends.
        source: name of the source in the registry, for findings.
        record: takes a row of ``OCO_GRANULES`` for each granule.
        progress: advanced by each granule.

    Raises:
        InputError: granules are not in the order of their days; a granule is bad and
            ``bad_granule`` is ``fail``; more than half of all are bad, whatever it is.
    """
    record = [] if record is None else record
    wanted = np.array(months, dtype="datetime64[M]")
    open_: dict[np.datetime64, _Sums] = {}
    left = list(wanted)

    def close(before: np.datetime64 | None) -> Iterator[CellMonth]:
        while left and (before is None or left[0] < before):
            month = left.pop(0)
            result = open_.pop(month, _Sums()).finish(str(month), min_count)
            if not result.cells.size:
                text = "no good sounding over land; the month is empty everywhere"
                findings.warn(f"xco2 of {month}", text, source=source, kind="variable")
            yield result

    read = _read_all(granules, scale, bad_granule, source, record, progress)
    for soundings in _watch_area(read, source):
        # A granule reaches back to the day before it, and no later one reaches further back.
        yield from close((np.datetime64(soundings.day) - 1).astype("datetime64[M]"))
        row = _count(soundings)
        for month, cells, xco2 in _select(soundings, grid, wanted):
            open_.setdefault(month, _Sums()).add(cells, xco2)
            row["kept"] += cells.size
        record.append(row)
    yield from close(None)


def _read_all(
    granules: Sequence[str | os.PathLike[str] | Soundings],
    scale: str,
    bad_granule: str,
    source: str,
    record: list[dict],
    progress: Progress | None,
) -> Iterator[Soundings]:
    """Yield the granules that can be read; note, and count, those that cannot."""
    bad, before = 0, None
    for granule in granules:
        day = granule.day if isinstance(granule, Soundings) else granule_date(granule)
        if before is not None and day < before:
            raise InputError(f"soundings: the granule of {day} comes after {before}; sort them.")
        before = day
        soundings = granule if isinstance(granule, Soundings) else None
        try:
            soundings = soundings or read_granule(granule, scale=scale)
        except InputError as refusal:
            if bad_granule != "skip":
                raise
            bad += 1
            name = Path(granule).name
            # The table is the same wherever the archive lies.
            reason = str(refusal).replace(str(Path(granule)), name)
            findings.left_out(granule, _clause(reason, name), source=source)
            record.append(_row(name, day, "skipped", reason))
            if 2 * bad > len(granules):
                raise InputError(
                    f"soundings: more than half of the {len(granules)} granules cannot be used "
                    f"(config key 'xco2.soundings.bad_granule' is skip, which is meant for single "
                    f"ones); the last: {refusal}"
                ) from refusal
        if soundings is not None:
            if not isinstance(granule, Soundings):
                findings.used(granule, source=source)
            yield soundings
        if progress is not None:
            progress.advance()
    if bad:
        logger.warning("%d of %d granules were skipped", bad, len(granules))


def _watch_area(read: Iterator[Soundings], source: str) -> Iterator[Soundings]:
    """Hand granules on, and state at their end where all of them lie in a part of the globe."""
    count, sectors, south, north = 0, np.zeros(_SECTORS, dtype=bool), np.inf, -np.inf
    for soundings in read:
        there = ~(np.isnan(soundings.lat) | np.isnan(soundings.lon))
        if there.any():
            count += 1
            turns = (soundings.lon[there] + 180.0) * (_SECTORS / 360.0)
            sectors[np.floor(turns).astype(np.int64) % _SECTORS] = True
            south = min(south, float(soundings.lat[there].min()))
            north = max(north, float(soundings.lat[there].max()))
        yield soundings
    if count >= _ENOUGH and 2 * sectors.sum() < _SECTORS:
        degrees = sectors.sum() * 360 // _SECTORS
        text = (
            f"all soundings of {count} granules lie between {south:.0f} and {north:.0f} degrees "
            f"north and in {degrees} degrees of longitude: they are cut out of the globe, "
            "and a map has nothing to learn from elsewhere"
        )
        findings.warn(f"xco2 of {source}", text, source=source, kind="variable")


def _clause(reason: str, name: str) -> str:
    """Return a refusal as a clause, without the name of the file."""
    return reason.removeprefix(f"{name}: ").rstrip(".")


def _row(name: str, day: object, status: str, reason: str) -> dict:
    """Return a row of the table of granules, its counts zero."""
    counts = dict.fromkeys(("soundings", "good", "land", "kept"), 0)
    return {"file": name, "date": str(day), "status": status, "reason": reason, **counts}


def _count(soundings: Soundings) -> dict:
    """Return the row of a granule that is used, except for what is kept."""
    row = _row(soundings.name, soundings.day, "used", "none")
    row["soundings"] = soundings.xco2.size
    row["good"] = int((soundings.flag == 0).sum())
    row["land"] = int(soundings.land.sum())
    return row


def _select(
    soundings: Soundings, grid: Grid, wanted: NDArray[np.datetime64]
) -> Iterator[tuple[np.datetime64, NDArray[np.int64], NDArray[np.float64]]]:
    """Yield (month, cells, ppm) of the good soundings over land in each wanted month."""
    good = (soundings.flag == 0) & soundings.land & ~np.isnan(soundings.xco2)
    good &= ~(np.isnan(soundings.lat) | np.isnan(soundings.lon) | np.isnat(soundings.time))
    xco2 = soundings.xco2[good].astype(np.float64)
    rows, columns = grid.locate(soundings.lat[good], soundings.lon[good])
    cells = rows.astype(np.int64) * grid.n_lon + columns
    months = soundings.time[good].astype("datetime64[M]")
    for month in np.unique(months) if months.size else ():
        if month in wanted:
            inside = months == month
            yield month, cells[inside], xco2[inside]


def granule_table(record: Sequence[dict]) -> pd.DataFrame:
    """Return the rows of :func:`grid_soundings` as the table ``OCO_GRANULES``."""
    columns = ["file", "date", "status", "reason", "soundings", "good", "land", "kept"]
    return pd.DataFrame(record, columns=columns)


def write_gridded(
    results: Iterator[CellMonth],
    path: str | os.PathLike[str],
    *,
    grid: Grid,
    months: Sequence[str],
    attrs: Mapping[str, str],
) -> None:
    """Write months as they come: ``xco2``, ``count`` and ``spread`` on (time, lat, lon).

    Args:
        results: of :func:`grid_soundings` for the same months.
        path: netCDF file, written whole or not at all.
        grid, months: of the file.
        attrs: global attributes (``versions``, ``scale``).
    """
    with atomic_path(path) as temporary, netCDF4.Dataset(temporary, "w") as dataset:
        variables = _define(dataset, grid, months, attrs)
        rows = max(1, min(_BAND // grid.n_lon, grid.n_lat))
        for step, (month, result) in enumerate(zip(months, results, strict=True)):
            if result.month != month:
                raise ResultError(f"{path}: {result.month} came where {month} was expected.")
            for top in range(0, grid.n_lat, rows):
                height = min(rows, grid.n_lat - top)
                limits = np.array([top, top + height]) * grid.n_lon
                part = slice(*np.searchsorted(result.cells, limits))
                place = result.cells[part] - limits[0]
                for name, values, empty in (
                    ("xco2", result.mean, np.nan),
                    ("count", result.count, 0),
                    ("spread", result.spread, np.nan),
                ):
                    band = np.full(height * grid.n_lon, empty, variables[name].dtype)
                    band[place] = values[part]
                    variables[name][step, top : top + height] = band.reshape(height, grid.n_lon)


def _define(
    dataset: netCDF4.Dataset, grid: Grid, months: Sequence[str], attrs: Mapping[str, str]
) -> dict[str, netCDF4.Variable]:
    """Define axes and variables of the gridded file."""
    dataset.setncatts({"Conventions": "CF-1.11", **attrs})
    starts = np.array(months, dtype="datetime64[M]").astype("datetime64[D]")
    days = (starts - np.datetime64("2000-01-01")).astype(np.int32)
    for name, kind, values, texts in (
        ("time", "i4", days, {"units": "days since 2000-01-01", "long_name": "month"}),
        ("lat", "f8", grid.lat, {"units": "degrees_north", "standard_name": "latitude"}),
        ("lon", "f8", grid.lon, {"units": "degrees_east", "standard_name": "longitude"}),
    ):
        dataset.createDimension(name, len(values))
        axis = dataset.createVariable(name, kind, (name,))
        axis.setncatts(texts)
        axis[:] = values
    rows = max(1, min(_BAND // grid.n_lon, grid.n_lat))
    variables = {}
    for name, kind, unit, meaning in (
        ("xco2", "f4", "ppm", "mean XCO2 of the good soundings over land"),
        ("count", "i4", "1", "good soundings over land"),
        ("spread", "f4", "ppm", "standard deviation of these soundings"),
    ):
        fill = {} if name == "count" else {"fill_value": np.float32(np.nan)}
        variables[name] = dataset.createVariable(
            name, kind, ("time", "lat", "lon"), compression="zlib", complevel=1, shuffle=True,
            chunksizes=(1, rows, grid.n_lon), **fill,
        )  # fmt: skip
        # Each chunk is written once, whole: the library's 64 MB a variable would wait for nothing.
        variables[name].set_var_chunk_cache(size=8 * _BAND)
        variables[name].setncatts({"units": unit, "long_name": meaning})
    return variables
