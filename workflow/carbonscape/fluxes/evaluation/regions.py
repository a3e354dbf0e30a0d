"""Where on the land a flux is: its sums by latitude and by region (figures 12 and A1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from carbonscape.core import findings
from carbonscape.core.errors import ResultError
from carbonscape.core.grid import Grid
from carbonscape.core.own_grid import OwnGrid
from carbonscape.core.regions import OUTSIDE, Region, regions_of
from carbonscape.core.tables import Column, TableSchema
from carbonscape.evaluation.areas import PETAGRAM, annual_sum
from carbonscape.evaluation.grids import (
    MapFiles,
    areas_of,
    grid_in,
    grid_of_maps,
    labelled,
    open_year,
    require_grid,
)
from carbonscape.fluxes.evaluation.maps import PRODUCT_COLUMN
from carbonscape.fluxes.evaluation.other_maps import (
    NO_OTHERS,
    other_annual,
    other_grid,
    own_areas,
    state_unshown,
)
from carbonscape.products.product import Product

#: Height of the bands of latitude, degrees, on grids whose rows are not higher.
BAND = 5.0

#: Smallest share of a row of cells that is no rounding.
_ROUNDING = 1e-9

#: Abbreviation and name of what lies in no region.
NO_REGION = ("none", "Outside all regions")

_SUMS = (
    Column("first_year", "integer", "first year"),
    Column("last_year", "integer", "last year"),
    Column(
        "cells",
        "integer",
        "cells with twelve valid months in any of these years; a cell of a product of others "
        "counts in every band that it reaches into",
        "1",
    ),
    Column("area", "number", "area of the cells with such months, mean over the years", "1e6 km2"),
)

_TOTAL = "sum over the cells with twelve valid months, mean over the years; none without a cell"

_MEAN = "sum of these cells and years over their area; none without a cell"

LATITUDE_BANDS = TableSchema(
    "sums by latitude",
    (
        PRODUCT_COLUMN,
        Column("south", "number", "southern edge of the band", "degrees north"),
        Column("north", "number", "northern edge", "degrees north"),
        *_SUMS,
        Column("total", "number", _TOTAL, "PgC yr-1", True),
        Column(
            "per_degree", "number", "total over the height of the band", "PgC yr-1 degree-1", True
        ),
        Column("mean", "number", _MEAN, "gC m-2 yr-1", True),
    ),
    key=("product", "south"),
)

REGION_SUMS = TableSchema(
    "sums by region",
    (
        PRODUCT_COLUMN,
        Column("region", "integer", "number of the SREX region, 1 to 26; 0 for cells in none"),
        Column("abbreviation", "text", "its abbreviation; 'none' for cells in none"),
        Column("name", "text", "its name"),
        Column("grid_cells", "integer", "cells of the grid whose centres lie in it", "1"),
        *_SUMS,
        Column("total", "number", _TOTAL, "PgC yr-1", True),
        Column("mean", "number", _MEAN, "gC m-2 yr-1", True),
    ),
    key=("product", "region"),
)


@dataclass(frozen=True)
class RegionNumbers:
    """What figures 12 and A1 show.

    Attributes:
        latitude: LATITUDE_BANDS, from the north to the south.
        regions: REGION_SUMS, in the order of the regions, cells in none last.
        mask: ``region`` (lat, lon), number of the region of each cell of the first map, NaN in
            none; ``corner_lat`` and ``corner_lon`` (number, corner), degrees, NaN after the last;
            ``centre_lat``, ``centre_lon``, ``abbreviation`` and ``name`` (number); with cell
            bounds.
    """

    latitude: pd.DataFrame
    regions: pd.DataFrame
    mask: xr.Dataset


def region_numbers(
    product: Product,
    files: MapFiles,
    regions: list[Region],
    *,
    others: MapFiles = NO_OTHERS,
    asked: Sequence[str] = (),
) -> RegionNumbers:
    """Sum every map by bands of latitude and by SREX regions, one year in memory at a time.

    A cell belongs, whole, to the band and the region of its centre. Each map is summed on its own
    grid and over its own years. The bands of a map, and its regions with the cells in none, sum to
    the mean of its annual totals. Products of others are summed by the bands of the first map, into
    which their cells are divided by area where they reach over an edge.

    Args:
        product: the flux that is mapped.
        files: files of every map.
        regions: of ``archives.srex.read_regions``.
        others: files of products of others.
        asked: names of those that the run compares with; those without a file are stated.

    Raises:
        InputError, ResultError: a file is absent, damaged or of another grid than the others of
            its map.

    Source: the GPP paper, section 3.2.3 and figures 12 and A1; twelve months and exact areas are
        those of ``evaluation.areas``.
    """
    latitude, by_region = [], []
    for name, years in files.items():
        grid = grid_in(next(iter(years.values())))
        sums = _sum_of_years(product, years, grid)
        bands = band_edges(grid)
        rows = np.repeat(np.arange(len(bands)), grid.n_lat // len(bands))
        of_cells = np.broadcast_to(rows[:, None], (grid.n_lat, grid.n_lon))
        table = sums.by(of_cells, len(bands))
        latitude.append(_with_bands(table, name, bands))
        by_region.append(_by_region(name, sums, regions, grid))
    first = grid_of_maps(files, product.name)
    for name in asked:
        if others.get(name):
            sums, own = _sum_of_other(product, others[name])
            bands = band_edges(first)
            shares = _shares(bands, own)
            latitude.append(_with_bands(sums.split(shares), name, bands))
            by_region.append(_by_region(name, sums, regions, own))
    state_unshown("figure 12", asked, others, {year for years in files.values() for year in years})
    _state_empty(pd.concat(by_region))
    return RegionNumbers(
        latitude=LATITUDE_BANDS.check(_joined(latitude, LATITUDE_BANDS), "sums by latitude"),
        regions=REGION_SUMS.check(_joined(by_region, REGION_SUMS), "sums by region"),
        mask=_mask(regions, first),
    )


def band_edges(grid: Grid) -> NDArray[np.float64]:
    """Return northern and southern edge of each band of latitude, (band, 2), from the north.

    A band holds whole rows: as many as fit into 5 degrees and divide the grid, one at least.
    """
    fit = max(1, int(BAND / grid.cell + 1e-9))
    rows = next(number for number in range(fit, 0, -1) if grid.n_lat % number == 0)
    edges = grid.lat_bounds
    return np.column_stack([edges[::rows, 0], edges[rows - 1 :: rows, 1]])


def _with_bands(table: pd.DataFrame, name: str, bands: NDArray[np.float64]) -> pd.DataFrame:
    """Add product, edges and the sum per degree to the sums by bands (band, 2)."""
    north, south = bands.T
    per_degree = table["total"] / (north - south)
    return table.assign(product=name, south=south, north=north, per_degree=per_degree)


def _shares(bands: NDArray[np.float64], own: OwnGrid) -> NDArray[np.float64]:
    """Return (band, lat) which share of the area of each row of a grid lies in each band."""
    north, south = np.sin(np.radians(bands.T))
    upper, lower = np.sin(np.radians(own.lat_bounds.T))
    shared = np.minimum(north[:, None], upper) - np.maximum(south[:, None], lower)
    # What rounding makes of edges that meet is no share.
    return np.where(shared > _ROUNDING * (upper - lower), shared / (upper - lower), 0.0)


@dataclass(frozen=True)
class _YearSums:
    """The sums of all years of one map.

    Attributes:
        years: first and last year, and how many there are.
        mass: (lat, lon) carbon of all years, g, 0 where no year is valid.
        covered: (lat, lon) area times the number of valid years, m2.
    """

    years: tuple[int, int, int]
    mass: NDArray[np.float64]
    covered: NDArray[np.float64]

    def by(self, places: NDArray[np.integer], count: int) -> pd.DataFrame:
        """Return sums and means by places, (lat, lon) numbers from 0 to below ``count``."""

        def summed(values: NDArray) -> NDArray[np.float64]:
            return np.bincount(places.ravel(), weights=values.ravel(), minlength=count)

        return self._table(*map(summed, (self.mass, self.covered, self.covered > 0)))

    def split(self, shares: NDArray[np.float64]) -> pd.DataFrame:
        """Return sums and means by bands, from the shares (band, lat) of the area of each row.

        A cell counts in every band that it reaches into.
        """
        cells = (shares > 0).astype(float) @ (self.covered > 0).sum(axis=1)
        return self._table(shares @ self.mass.sum(axis=1), shares @ self.covered.sum(axis=1), cells)

    def _table(
        self, mass: NDArray[np.float64], covered: NDArray[np.float64], cells: NDArray[np.float64]
    ) -> pd.DataFrame:
        """Return sums and means of places, (place,) each."""
        first, last, years = self.years
        cells = np.rint(cells).astype(np.int64)
        there = cells > 0
        return pd.DataFrame(
            {
                "first_year": first,
                "last_year": last,
                "cells": cells,
                "area": covered / years / 1e12,
                "total": np.where(there, mass / years / PETAGRAM, np.nan),
                "mean": np.where(there, mass / np.where(there, covered, 1), np.nan),
            }
        )


def _sum_of_years(product: Product, years: Mapping[int, Path], grid: Grid) -> _YearSums:
    """Add up the years of a map."""

    def annual_of(year: int) -> NDArray[np.float64]:
        with open_year(years[year], product.name, year) as flux:
            require_grid(flux, grid, str(years[year]))
            return annual_sum(flux.values, year=year)

    return _added(map(annual_of, sorted(years)), sorted(years), areas_of(grid))


def _sum_of_other(product: Product, years: Mapping[int, Path]) -> tuple[_YearSums, OwnGrid]:
    """Add up the years of a product of others on its own grid, and return that grid."""
    order = sorted(years)
    own = other_grid(years[order[0]], product.name, order[0])

    def annual_of(year: int) -> NDArray[np.float64]:
        annual, found = other_annual(years[year], product.name, year)
        same = [np.array_equal(getattr(found, axis), getattr(own, axis)) for axis in ("lat", "lon")]
        if not all(same):
            raise ResultError(
                f"{years[year]}: has {found.n_lat} x {found.n_lon} cells, and the file of "
                f"{order[0]} {own.n_lat} x {own.n_lon}, or others in other places; all years of a "
                "product must have one grid: give it files of one resolution and run again."
            )
        return annual

    return _added(map(annual_of, order), order, own_areas(own)), own


def _added(
    annual: Iterable[NDArray[np.float64]], years: list[int], areas: NDArray[np.float64]
) -> _YearSums:
    """Add up annual sums (lat, lon), one year in memory at a time."""
    mass, covered = np.zeros(areas.shape), np.zeros(areas.shape)
    for values in annual:
        valid = np.isfinite(values)
        mass[valid] += (values * areas)[valid]
        covered += np.where(valid, areas, 0)
    return _YearSums((years[0], years[-1], len(years)), mass, covered)


def _by_region(
    name: str, sums: _YearSums, regions: list[Region], grid: Grid | OwnGrid
) -> pd.DataFrame:
    """Return the sums of one map by region, cells in none last."""
    places = regions_of(regions, grid.lat[:, None], grid.lon)
    # Cells in no region go to the end.
    order = np.where(places == OUTSIDE, len(regions), places - 1)
    return sums.by(order, len(regions) + 1).assign(
        product=name,
        region=[*(region.number for region in regions), OUTSIDE],
        abbreviation=[*(region.abbreviation for region in regions), NO_REGION[0]],
        name=[*(region.name for region in regions), NO_REGION[1]],
        grid_cells=np.bincount(order.ravel(), minlength=len(regions) + 1),
    )


def _joined(tables: list[pd.DataFrame], schema: TableSchema) -> pd.DataFrame:
    """Return the tables of all maps as one, with the columns of a schema."""
    return pd.concat(tables, ignore_index=True)[schema.names]


def _state_empty(table: pd.DataFrame) -> None:
    """State which regions have no value of a map, in one line a reason."""
    empty = table[(table["region"] != OUTSIDE) & (table["cells"] == 0)]
    lines: dict[tuple[str, str], list[str]] = {}
    for abbreviation, rows in empty.groupby("abbreviation", sort=False):
        every = len(rows) == table["product"].nunique()
        of = "" if every else f" of {', '.join(rows['product'])}"
        off = (rows["grid_cells"] == 0).all()
        why = "has its centre in it" if off else "in it has twelve valid months in any year"
        lines.setdefault((of, why), []).append(str(abbreviation))
    for (of, why), names in lines.items():
        findings.left_out(
            f"SREX region {', '.join(names)}{of}",
            f"no cell of the grid {why}; figure 12 shows no value of it",
            source="srex",
            kind="variable",
        )


def _mask(regions: list[Region], grid: Grid) -> xr.Dataset:
    """Return the region of each cell, and the regions themselves, as a labelled dataset."""
    places = regions_of(regions, grid.lat[:, None], grid.lon).astype(float)
    corners = np.full((2, len(regions), max(len(region.lat) for region in regions)), np.nan)
    for at, region in enumerate(regions):
        corners[:, at, : len(region.lat)] = region.lat, region.lon
    centres = np.array([region.centre for region in regions])
    dims = ("number", "corner")
    mask = labelled(
        {
            "region": (
                ("lat", "lon"),
                np.where(places == OUTSIDE, np.nan, places),
                "number of the SREX region in which the centre of the cell lies",
                "1",
            ),
            "corner_lat": (dims, corners[0], "latitude of the corner", "degrees_north"),
            "corner_lon": (dims, corners[1], "longitude of the corner", "degrees_east"),
            "centre_lat": (dims[:1], centres[:, 0], "latitude of the centre", "degrees_north"),
            "centre_lon": (dims[:1], centres[:, 1], "longitude of the centre", "degrees_east"),
        },
        grid,
        title="The 26 regions of the IPCC SREX report",
        coordinates={"number": [region.number for region in regions]},
        source="Seneviratne et al. (2012), IPCC SREX, chapter 3",
    )
    mask["number"].attrs = {"long_name": "number of the region", "units": "1"}
    for key in ("abbreviation", "name"):
        texts = [getattr(region, key) for region in regions]
        mask[key] = ("number", texts, {"long_name": f"{key} of the region"})
    return mask
