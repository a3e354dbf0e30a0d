"""Samples of XCO2: cells and months with soundings, and the windows of predictors before them.

A gas of TROPOMI has no observation before 2018; its predictor is then the cell's mean of the
calendar month over all years (source 2), so that a year that is held out speaks through it.
``fold_climatology`` holds what stands there when the years of a block are taken out of that mean,
``transfer_climatology`` when the months of OCO-3 are.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from carbonscape.columns.features.fill import CLIMATOLOGY, MEDIAN
from carbonscape.core.errors import ConfigError, InputError
from carbonscape.models.block import Block

#: Instruments by their number in samples.nc.
INSTRUMENTS = ("oco2", "oco3")

#: Columns of the table of samples: place, time and what was observed.
_COLUMNS = ("lat", "lon", "row", "col", "year", "month", "instrument", "count", "spread", "xco2")

#: The predictors that come from TROPOMI.
_GASES = ("SO2", "NO2", "CO")


class StoredBlocks:
    """The arrays ``fold_climatology`` of a file, one of which is in memory at a time.

    Each is as large as the samples' inputs: 2 GB for ten million, and there are five.

    Args:
        path: of the samples.
        blocks: how many there are.
    """

    def __init__(self, path: str | os.PathLike[str], blocks: int) -> None:
        self.path, self.blocks = path, blocks

    def __len__(self) -> int:
        return self.blocks

    def __getitem__(self, block: int) -> NDArray[np.float32]:
        """Read that of one block, (sample, step, variable)."""
        with xr.open_dataset(self.path, engine="netcdf4") as dataset:
            return dataset["fold_climatology"].isel(block=block).values


@dataclass(frozen=True)
class XCO2Samples:
    """Samples of XCO2 and their windows.

    Attributes:
        series: (sample, step, variable) inputs of models, float32.
        source: (sample, step, variable) codes of :mod:`carbonscape.columns.features.fill`.
        fold_climatology: (block, sample, step, variable) float32: inputs that rest on other months,
            without those of a block of years; NaN where the input of ``series`` stands; of a file,
            read when a block is asked for.
        transfer_climatology: (sample, step, variable) float32: the same without the months that
            OCO-3 serves, which are held out while a model of OCO-2 predicts them.
        variables: names of the inputs.
        table: one row a sample: lat, lon, row, col, year, month, instrument (oco2 or oco3),
            count, spread and xco2 (ppm).
        blocks: (block, 2) first and last year of the blocks of years.
    """

    series: NDArray[np.float32]
    source: NDArray[np.uint8]
    fold_climatology: NDArray[np.float32] | StoredBlocks
    transfer_climatology: NDArray[np.float32]
    variables: list[str]
    table: pd.DataFrame
    blocks: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of samples."""
        return len(self.table)

    def block(self, series: NDArray[np.float32] | None = None) -> Block:
        """Return what a model reads, with other inputs than ``series`` if they are given."""
        table = self.table
        decimal_year = table["year"] + (table["month"] - 0.5) / 12
        return Block(
            series=self.series if series is None else series,
            context={},
            month=table["month"].to_numpy(np.int64),
            target=table["xco2"].to_numpy(np.float64),
            where=np.column_stack([table["lat"], table["lon"], decimal_year]).astype(np.float64),
        )

    def series_for(self, block: int) -> NDArray[np.float32]:
        """Return the inputs as they are when a block of years is held out, for all samples.

        Training and held-out samples alike: nothing in them knows the block's gases, but for
        what was observed in a sample's own window.
        """
        without = self.fold_climatology[block]
        return np.where(np.isnan(without), self.series, without)

    def tropomi(self) -> NDArray[np.str_]:
        """Return ``observed`` or ``climatology`` for each sample, (sample,).

        ``climatology`` where a gas at a step of the window comes from other months or from other
        cells' median. Samples without gases among their inputs are ``observed``.
        """
        gases = [place for place, name in enumerate(self.variables) if name in _GASES]
        made = np.isin(self.source[..., gases], (CLIMATOLOGY, MEDIAN)).any(axis=(1, 2))
        return np.where(made, "climatology", "observed")


def load_samples(path: str | os.PathLike[str]) -> XCO2Samples:
    """Read the samples that ``sample_xco2`` wrote.

    Raises:
        InputError: the file is absent, cannot be read or lacks a variable.
    """
    try:
        with xr.open_dataset(path, engine="netcdf4") as dataset:
            names = ("series", "source", "fold_climatology", "transfer_climatology", "variable",
                     "block_first_year")  # fmt: skip
            absent = [name for name in (*names, *_COLUMNS) if name not in dataset]
            if absent:
                raise InputError(
                    f"{path}: the samples of XCO2 lack {', '.join(absent)}; delete the file and "
                    "run again."
                )
            table = pd.DataFrame({name: dataset[name].values for name in _COLUMNS})
            table["instrument"] = np.array(INSTRUMENTS)[table["instrument"]]
            return XCO2Samples(
                series=dataset["series"].values,
                source=dataset["source"].values,
                fold_climatology=StoredBlocks(path, dataset.sizes["block"]),
                transfer_climatology=dataset["transfer_climatology"].values,
                variables=dataset["variable"].values.tolist(),
                table=table,
                blocks=np.column_stack(
                    [dataset["block_first_year"].values, dataset["block_last_year"].values]
                ).astype(np.int64),
            )
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path}: this is no readable netCDF file ({error}); delete it and run again."
        ) from error


def block_of_years(
    years: NDArray[np.integer], temporal_blocks: Sequence[Sequence[int]]
) -> NDArray[np.int64]:
    """Return the block of each year, -1 for none.

    The year before the first block belongs to it: the papers' record begins in December 2014,
    and windows look back two months more.

    Args:
        years: calendar years, any shape.
        temporal_blocks: first and last year of each block.

    Raises:
        ConfigError: a block ends before it begins, or two share a year.
    """
    years = np.asarray(years)
    block = np.full(years.shape, -1, dtype=np.int64)
    spans = [(int(first), int(last)) for first, last in temporal_blocks]
    for number, (first, last) in enumerate(spans):
        if last < first:
            raise ConfigError(
                f"config key 'xco2.crossval.temporal_blocks': block {first}-{last} ends before it "
                "begins."
            )
        for other in spans[:number]:
            if first <= other[1] and other[0] <= last:
                raise ConfigError(
                    f"config key 'xco2.crossval.temporal_blocks': the blocks "
                    f"{other[0]}-{other[1]} and {first}-{last} share a year."
                )
        block[(years >= first) & (years <= last)] = number
    if spans:
        begin = min(first for first, _ in spans)
        block[years == begin - 1] = [first for first, _ in spans].index(begin)
    return block
