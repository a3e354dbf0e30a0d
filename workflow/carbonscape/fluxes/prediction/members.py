"""The spread of a tile: networks with several numbers of epochs predict it beside the map."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from carbonscape.core.grid import GridTile
from carbonscape.core.io import read_json
from carbonscape.core.sphere import cell_areas
from carbonscape.products.product import Product
from carbonscape.training.members import mean_and_spread
from carbonscape.training.saved_model import ProductModel, load_model

#: Grams in a petagram.
PETAGRAM = 1e15

#: Predicts a model for every month and cell of a tile in a year: (month, cell).
Predict = Callable[[ProductModel], NDArray[np.float32]]


@dataclass(frozen=True)
class Members:
    """The networks whose spread a map has.

    Attributes:
        models: by number of epochs, the network of each part of the map's model; None for a part
            without members, which counts as it is.
        factor: of the spread, so that it is a standard deviation of errors; None where it is not
            known, which leaves ``<flux>_std`` out.
    """

    models: Mapping[int, Sequence[ProductModel | None]]
    factor: float | None = None

    @property
    def networks(self) -> list[ProductModel]:
        """Every network."""
        return [model for parts in self.models.values() for model in parts if model is not None]


def read_members(
    models: Sequence[ProductModel],
    paths: Sequence[str],
    runs: Sequence[str],
    calibrated: Sequence[str],
    epochs: Sequence[int],
) -> Members | None:
    """Read the members of a map; None where it has none.

    Args:
        models: the parts of the map's model.
        paths: files of the members: all numbers of epochs of the first part that is a network,
            then those of the next.
        runs: provenance record of the members of each such part.
        calibrated: the file of ``calibrate_spread``, or none.
        epochs: the numbers of epochs.

    Raises:
        InputError: a file is absent, damaged or not the one that the training made.
    """
    if not paths:
        return None
    given = iter(paths)
    waiting = iter(runs)
    each: list[Sequence[ProductModel | None]] = []
    for model in models:
        if model.entry.kind == "network":
            run = next(waiting)
            each.append([load_model(next(given), run) for _ in epochs])
        else:
            each.append([None] * len(epochs))
    factor = read_json(calibrated[0])["factor"] if calibrated else None
    return Members(dict(zip(epochs, zip(*each, strict=True), strict=True)), factor)


def blend(
    parts: Sequence[NDArray[np.floating]], weights: Sequence[float] | None
) -> NDArray[np.floating]:
    """Return the mean (month, cell) of the parts of a map, by their weights where there are any."""
    return np.mean(parts, axis=0) if weights is None else np.tensordot(weights, parts, 1)


class TileSpread:
    """What the members say of a tile, gathered year by year.

    Args:
        members: the networks.
        product: the flux.
        tile: where the cells lie.
        series: predictor series of the cells, with their positions ``row`` and ``col``.
        years: years of the maps.
    """

    def __init__(
        self,
        members: Members,
        product: Product,
        tile: GridTile,
        series: xr.Dataset,
        years: Sequence[int],
    ) -> None:
        self.members, self.product, self.years = members, product, list(years)
        grid, row = tile.grid, series["row"].values
        self._areas = cell_areas(grid.lat_bounds, grid.lon_bounds)[row, series["col"].values]
        self._monthly = np.full((12 * len(years), len(row)), np.nan, dtype=np.float32)
        self._annual = np.full((len(years), len(row)), np.nan, dtype=np.float32)
        self._totals = np.zeros((len(members.models), len(years)))

    def add(
        self,
        year: int,
        parts: Sequence[NDArray[np.float32]],
        weights: Sequence[float] | None,
        known: NDArray[np.bool_],
        predict: Predict,
    ) -> None:
        """Predict a year by every member.

        Args:
            year: the year.
            parts: (month, cell) what the parts of the map's model predict.
            weights: of the parts; None for equal ones.
            known: (month, cell) where the map has a value.
            predict: what a network predicts in this year.
        """
        at = self.years.index(year)
        found = np.stack(
            [
                blend(
                    [
                        part if network is None else predict(network)
                        for part, network in zip(parts, networks, strict=True)
                    ],
                    weights,
                )
                for networks in self.members.models.values()
            ]
        ).astype(np.float64)
        found[:, ~known] = np.nan
        days = np.array([calendar.monthrange(year, month)[1] for month in range(1, 13)])
        # A year that lacks a month has no sum.
        sums = (found * days[:, None]).sum(axis=1)
        self._monthly[12 * at : 12 * (at + 1)] = mean_and_spread(found)[1]
        self._annual[at] = mean_and_spread(sums)[1]
        self._totals[:, at] = np.nansum(sums * self._areas, axis=1) / PETAGRAM

    def layers(self) -> dict[str, NDArray[np.float32]]:
        """Return the layers of the map.

        ``<flux>_std`` (month, cell), gC m-2 d-1, where the factor is known; ``<flux>_annual_std``
        (year, cell), gC m-2 yr-1: the standard deviation of the members' annual sums.
        """
        name, factor = self.product.name, self.members.factor
        found = {f"{name}_annual_std": self._annual}
        if factor is not None:
            found[f"{name}_std"] = (factor * self._monthly).astype(np.float32)
        return found

    def totals(self) -> dict[str, xr.DataArray]:
        """Return ``<flux>_member_total`` (epochs, year): the tile's annual sum, PgC yr-1."""
        total = xr.DataArray(
            self._totals,
            dims=("epochs", "year"),
            coords={"epochs": list(self.members.models), "year": self.years},
            attrs={
                "long_name": f"annual {self.product.long_name} of the tile by member",
                "units": "Pg year-1",
            },
        )
        return {f"{self.product.name}_member_total": total}
