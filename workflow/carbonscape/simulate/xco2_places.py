"""What the simulated instruments of the XCO2 experiment look at: land, leaves and emissions.

The grid of XCO2 may have cells of another size than the truth of the biosphere: each of its
cells takes the truth of the cell that holds its centre.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from carbonscape.core.errors import ConfigError
from carbonscape.simulate.earth import EarthSettings
from carbonscape.simulate.emissions import emission_density
from carbonscape.simulate.lattice import Array, centres

#: Width of an emission plume in the view of lights and gases, degrees.
PLUME = 0.6
_STEP = 0.5  # degrees between the points whose mean is that of a cell
_TRUTH = ("gpp", "lai", "fpar", "cloud", "igbp", "pft", "leafy", "land_share")


def settings_of(simulation: Mapping[str, Any]) -> EarthSettings:
    """Return the settings of the Earth in a mapping that may hold more keys than an Earth has.

    Raises:
        ConfigError: an impossible value.
    """
    names = ("cell", "first_year", "last_year", "sites", "seed", "parts")
    return EarthSettings.of({name: simulation[name] for name in names})


def require_years(years: Sequence[int], first_year: int, last_year: int) -> None:
    """Refuse years that the simulated Earth does not have.

    Args:
        years: the years of files.
        first_year: first year of the truth.
        last_year: last year of the truth.

    Raises:
        ConfigError: a year is before the first or after the last.
    """
    for key, found, needed, outside in (
        ("first_year", first_year, min(years), min(years) < first_year),
        ("last_year", last_year, max(years), max(years) > last_year),
    ):
        if outside:
            raise ConfigError(
                f"simulation.{key}: found {found}, but the months of XCO2 and the two before them "
                f"need files of {needed}; set simulation.{key} to {needed}, or change "
                "xco2.first_month or xco2.last_month."
            )


@dataclass(frozen=True)
class Places:
    """The land cells of the XCO2 grid, and what is true of them.

    Attributes:
        lat: centres of all cells of the grid, descending, degrees north.
        lon: centres of all cells of the grid, ascending from -180, degrees east.
        rows: row of each land cell (place).
        columns: column of each land cell (place).
        truth: those that the truth has of gpp (time, place); lai, fpar, cloud (year, step,
            place); igbp (year, place); pft (year, pft_class, place); leafy, land_share (place).
    """

    lat: Array
    lon: Array
    rows: Array
    columns: Array
    truth: xr.Dataset

    @classmethod
    def of(cls, grid: xr.Dataset, cell: float, years: Sequence[int]) -> Places:
        """Return the land cells of a grid.

        Args:
            grid: the truth of the biosphere, ``grid.nc``, NaN off land.
            cell: size of a cell of XCO2 in degrees; divides 180.
            years: years of files.

        Raises:
            ConfigError: years that the truth does not have.
        """
        known = grid["year"].values
        require_years(years, int(known[0]), int(known[-1]))
        lat, lon = centres(cell)
        size = 180.0 / grid.sizes["lat"]
        nearest_row = np.floor((90 - lat) / size + 1e-9).astype(int)
        nearest_column = np.floor((lon + 180) / size + 1e-9).astype(int)
        land = ~np.isnan(grid["igbp"].sel(year=min(years)).transpose("lat", "lon").values)
        rows, columns = np.nonzero(land[np.ix_(nearest_row, nearest_column)])
        where = {
            "lat": xr.DataArray(nearest_row[rows], dims="place"),
            "lon": xr.DataArray(nearest_column[columns], dims="place"),
        }
        chosen = grid[[name for name in _TRUTH if name in grid]]
        chosen = chosen.sel(year=slice(min(years), max(years))).load()
        axes = ("time", "year", "step", "pft_class", "place")
        truth = chosen.isel(where).transpose(*axes, missing_dims="ignore")
        return cls(lat, lon, rows, columns, truth)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def north(self) -> Array:
        """Latitudes (place), degrees north."""
        return self.lat[self.rows]

    @property
    def east(self) -> Array:
        """Longitudes (place), degrees east."""
        return self.lon[self.columns]

    def of_year(self, name: str, year: int) -> Array:
        """Return the truth (..., place) of one year."""
        return self.truth[name].sel(year=year).values

    def gpp_at(self, days: Array) -> Array:
        """Return GPP (day, place), gC m-2 d-1: straight lines between the middles of months.

        Args:
            days: ``datetime64[D]`` plus a fraction, as days since 1970-01-01 (day).
        """
        months = self.truth["time"].values.astype("M8[M]")
        edges = np.append(months, months[-1] + 1).astype("M8[D]").astype(float)
        middle = (edges[1:] + edges[:-1]) / 2
        number = np.interp(days, middle, np.arange(len(middle)))
        before = np.minimum(number.astype(int), len(middle) - 2)
        share = (number - before)[:, None]
        gpp = self.truth["gpp"].values
        return gpp[before] * (1 - share) + gpp[before + 1] * share

    def spread(self, values: Array, other: int | float) -> Array:
        """Return values (..., place) on the grid (..., lat, lon), ``other`` off land."""
        shape = *values.shape[:-1], len(self.lat), len(self.lon)
        field = np.full(shape, other, values.dtype)
        field[..., self.rows, self.columns] = values
        return field


def emission_in_cells(lat: Array, lon: Array) -> Array:
    """Return the mean emission density (lat, lon) of cells: 1 at the strongest site, 0 far away.

    A coarse cell is sampled at points half a degree apart.

    Args:
        lat: centres of the cells, degrees north.
        lon: centres of the cells, degrees east.
    """
    cell = float(lat[0] - lat[1])
    count = max(round(cell / _STEP), 1)
    inside = cell * ((np.arange(count) + 0.5) / count - 0.5)
    points = (lat[:, None] + inside).ravel(), (lon[:, None] + inside).ravel()
    density = emission_density(*np.meshgrid(*points, indexing="ij"), width=PLUME)
    return density.reshape(len(lat), count, len(lon), count).mean(axis=(1, 3))
