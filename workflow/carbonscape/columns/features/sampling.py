"""How samples of XCO2 are drawn: cells and months with soundings joined with predictors."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from carbonscape.columns.features.fill import MISSING
from carbonscape.columns.features.sample_windows import Drawn, open_file
from carbonscape.columns.features.samples import INSTRUMENTS, block_of_years
from carbonscape.core.errors import ConfigError, InputError, ResultError
from carbonscape.core.grid import Grid
from carbonscape.core.months import months_between
from carbonscape.core.tables import Column, TableSchema

COUNTS = TableSchema(
    "counts of XCO2 samples",
    (
        Column("step", "text", "short name of the condition"),
        Column("meaning", "text", "what the condition asks"),
        Column("samples", "integer", "cells and months that meet it and those before it", "1"),
        Column("cells", "integer", "different cells among them", "1"),
    ),
    key=("step",),
)

_Paths = Sequence[str | os.PathLike[str]]


def window_offsets(steps: int, window: str) -> NDArray[np.int64]:
    """Return the months of a window relative to its own month, (step,): -2, -1, 0 if trailing."""
    ahead = steps // 2 if window == "centred" else 0
    return np.arange(steps) - (steps - 1) + ahead


def draw_samples(
    *,
    tiles: _Paths,
    soundings: Mapping[str, str | os.PathLike[str]],
    instruments: Mapping[str, Mapping[str, str]],
    grid: Grid,
    steps: int,
    window: str,
    min_count: int,
    max_samples: int | None,
    seed: int,
    temporal_blocks: Sequence[Sequence[int]],
) -> tuple[Drawn, pd.DataFrame]:
    """Join the cells and months that have soundings with their windows of predictors.

    Tile by tile: what is kept in memory is one tile and the table of samples; their windows are
    read when they are written. The result does not depend on how the globe is cut into tiles.

    Args:
        tiles: files of :mod:`carbonscape.columns.features.tiles`.
        soundings: gridded soundings by instrument.
        instruments: ``first_month`` and ``last_month`` (YYYY-MM) of each instrument.
        grid: the XCO2 grid.
        steps: months of a window.
        window: ``trailing`` or ``centred``.
        min_count: fewest soundings of a cell in a month.
        max_samples: most samples, drawn evenly from all; None for all.
        seed: the configuration's seed.
        temporal_blocks: first and last year of each block.

    Returns:
        The samples, in the order of time, row and column; and the counts: what each condition
        left (step, meaning, samples, cells).

    Raises:
        ConfigError: two instruments serve one month, or the blocks overlap.
        InputError: a file does not fit.
        ResultError: no sample is left.
    """
    offsets = window_offsets(steps, window)
    with open_file(tiles[0], "predictors") as tile:
        months = tile["time"].values.astype("datetime64[M]").astype(str).tolist()
        variables = tile["variable"].values.tolist()
    years = np.array([int(month[:4]) for month in months])
    block_of_years(years, temporal_blocks)  # refuses what does not fit before hours of work
    counts = _Counts()
    with contextlib.ExitStack() as stack:
        slabs = _soundings_of(stack, soundings, instruments, months, offsets, grid)
        _count_soundings(slabs, grid, min_count, counts)
        parts = [_eligible(path, k, slabs, offsets, min_count) for k, path in enumerate(tiles)]
    parts = [part for part in parts if len(part)] or parts[:1]
    table = pd.concat(parts, ignore_index=True)
    counts.add("land", "of these, on land cells", table)
    holes = _holes(table, variables)
    table = table[table["holes"] == 0].drop(columns="holes")
    counts.add("predictors", "of these, every predictor known in the whole window", table)
    if table.empty:
        raise ResultError(
            f"no sample of XCO2 is left: {counts.describe()}"
            f"{f'; never known: {holes}' if holes else ''}. Supply soundings and predictors of "
            "the same months and cells, or make 'xco2.soundings.min_count' smaller."
        )
    table = table.sort_values(["time", "row", "col"], kind="stable", ignore_index=True)
    if max_samples is not None and len(table) > max_samples:
        # This room may not import training/seeds.py, where stage 7 is kept for this draw.
        random = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(7,)))
        table = table.iloc[np.sort(random.choice(len(table), max_samples, replace=False))]
        table = table.reset_index(drop=True)
    counts.add("kept", "of these, drawn (config 'xco2.samples.max_samples')", table)
    for number, name in enumerate(INSTRUMENTS):
        part = table[table["instrument"] == number]
        counts.add(name, f"of these, of {name}", part)
    block = block_of_years(years, temporal_blocks)
    oco3 = instruments.get("oco3") if "oco3" in soundings else None
    later = months_between(oco3["first_month"], oco3["last_month"]) if oco3 else []
    # Months that each block of years holds out; last, those that a model of OCO-2 is tested on.
    held_out = [block == number for number in range(len(temporal_blocks))]
    held_out.append(np.isin(months, later))
    drawn = Drawn(
        tiles=tiles, table=table, offsets=offsets, months=months, variables=variables,
        held_out=np.array(held_out), grid=grid, temporal_blocks=temporal_blocks,
    )  # fmt: skip
    return drawn, counts.table()


class _Counts:
    """What each condition left."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, int, int]] = []

    def add(self, step: str, meaning: str, table: pd.DataFrame) -> None:
        """Add the samples and cells of a table."""
        cells = len(table[["row", "col"]].drop_duplicates())
        self.rows.append((step, meaning, len(table), cells))

    def describe(self) -> str:
        """Return all in words."""
        return ", ".join(f"{meaning}: {samples}" for _, meaning, samples, _ in self.rows)

    def table(self) -> pd.DataFrame:
        """Return one row a condition."""
        return pd.DataFrame(self.rows, columns=["step", "meaning", "samples", "cells"])


def _soundings_of(
    stack: contextlib.ExitStack,
    soundings: Mapping[str, str | os.PathLike[str]],
    instruments: Mapping[str, Mapping[str, str]],
    months: Sequence[str],
    offsets: NDArray[np.int64],
    grid: Grid,
) -> list[tuple[int, xr.Dataset, list[tuple[int, int]]]]:
    """Return, by instrument, its file and its months as (place in the tiles, in the file)."""
    slabs, served = [], {}
    for number, name in enumerate(INSTRUMENTS):
        if name not in instruments or name not in soundings:
            continue
        file = stack.enter_context(open_file(soundings[name], "xco2", "count", "spread"))
        grid.require(file["lat"].values, file["lon"].values, origin=str(soundings[name]))
        in_file = file["time"].values.astype("datetime64[M]").astype(str).tolist()
        span = months_between(instruments[name]["first_month"], instruments[name]["last_month"])
        # Months whose window lies within those of the tiles.
        places = range(max(0, -offsets[0]), len(months) - max(0, offsets[-1]))
        wanted = [place for place in places if months[place] in set(span)]
        for place in wanted:
            if months[place] not in in_file:
                raise InputError(
                    f"{soundings[name]}: there is no month {months[place]}, but config key "
                    f"'xco2.soundings.{name}' asks for it; delete the file and run again."
                )
            if months[place] in served:
                raise ConfigError(
                    f"config keys 'xco2.soundings.{served[months[place]]}' and "
                    f"'xco2.soundings.{name}' both hold the month {months[place]}; a month is "
                    "served by one instrument."
                )
            served[months[place]] = name
        slabs.append((number, file, [(t, in_file.index(months[t])) for t in wanted]))
    return slabs


def _count_soundings(
    slabs: Sequence[tuple[int, xr.Dataset, list[tuple[int, int]]]],
    grid: Grid,
    min_count: int,
    counts: _Counts,
) -> None:
    """Count cells and months with soundings over the whole grid, month by month."""
    least = (1, max(1, min_count))
    number = [0, 0]
    seen = [np.zeros((grid.n_lat, grid.n_lon), dtype=bool) for _ in least]
    for _, file, places in slabs:
        for _, place in places:
            field = np.nan_to_num(file["count"].isel(time=place).values)
            for k, limit in enumerate(least):
                number[k] += int((field >= limit).sum())
                seen[k] |= field >= limit
    for k, (step, meaning) in enumerate(
        (
            ("soundings", "cells and months with soundings"),
            ("enough", f"of these, with {min_count} soundings or more"),
        )
    ):
        counts.rows.append((step, meaning, number[k], int(seen[k].sum())))


def _eligible(
    path: str | os.PathLike[str],
    number: int,
    slabs: Sequence[tuple[int, xr.Dataset, list[tuple[int, int]]]],
    offsets: NDArray[np.int64],
    min_count: int,
) -> pd.DataFrame:
    """Return the land cells of a tile and the months that have enough soundings."""
    names = ["tile", "cell", "row", "col", "time", "instrument", "count"]
    columns = [*names, "xco2", "spread", "holes"]
    found: list[pd.DataFrame] = []
    with open_file(path, "source", "row", "col") as tile:
        row, col = tile["row"].values, tile["col"].values
        if not len(row):
            return pd.DataFrame(columns=columns)
        hole = tile["source"].values == MISSING
    # Bits say which variables a cell lacks at a month.
    lacking = hole @ (np.int64(1) << np.arange(hole.shape[2], dtype=np.int64))
    box = {
        "lat": slice(int(row.min()), int(row.max()) + 1),
        "lon": slice(int(col.min()), int(col.max()) + 1),
    }
    inner = row - box["lat"].start, col - box["lon"].start
    for instrument, file, places in slabs:
        for time, place in places:
            field = file[["count", "xco2", "spread"]].isel(time=place, **box).load()
            count = np.nan_to_num(field["count"].values[inner])
            cell = np.flatnonzero(count >= max(1, min_count))
            bits = np.bitwise_or.reduce(lacking[cell[:, None], time + offsets], axis=1)
            data = (number, cell, row[cell], col[cell], time, instrument, count[cell].astype(int))
            part = pd.DataFrame(dict(zip(names, data, strict=True)))
            part["xco2"] = field["xco2"].values[inner][cell].astype(np.float64)
            part["spread"] = field["spread"].values[inner][cell].astype(np.float64)
            part["holes"] = bits
            if len(part):
                found.append(part)
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=columns)


def _holes(table: pd.DataFrame, variables: Sequence[str]) -> str:
    """Return the names of predictors that no sample has in its whole window."""
    if table.empty:
        return ""
    always = np.bitwise_and.reduce(table["holes"].to_numpy(dtype=np.int64))
    return ", ".join(name for bit, name in enumerate(variables) if always >> bit & 1)
