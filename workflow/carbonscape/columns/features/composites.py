"""Monthly composites of the sixteen predictors of XCO2 on the product's grid.

As published (the XCO2 paper, section 2.1.3 and Table 2): the largest value of a month for EVI and
NDSI, the mean for GPP and LST; what is annual stands for every month of its calendar year. Nothing
is filled here: a cell that was not observed is NaN.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from carbonscape.archives.cell_aggregation import ClassCells
from carbonscape.archives.cell_months import Cells, CellYear
from carbonscape.archives.coverage import Given, require_images
from carbonscape.archives.era5_land_monthly import MonthlyWeather, open_monthly
from carbonscape.archives.mcd12q1 import open_class_year
from carbonscape.archives.modis_surface import lst_cells, snow_cells, tree_cells
from carbonscape.archives.modis_vegetation import evi_cells, gpp_cells
from carbonscape.archives.night_lights import light_cells
from carbonscape.archives.tropomi_gases import GASES, gas_cells, gas_of
from carbonscape.core.bilinear import Bilinear
from carbonscape.core.errors import ConfigError, InputError
from carbonscape.core.grid import Grid

#: Predictors of XCO2 in the order of the paper's Table 2, with their units.
UNITS = {
    "GPP": "gC m-2 d-1",
    "EVI": "1",
    "LST": "K",
    "VCF": "percent",
    "NDSI": "1",
    "LUCC": "1",
    "NTL": "nW cm-2 sr-1",
    "SO2": "mol m-2",
    "NO2": "mol m-2",
    "CO": "mol m-2",
    "SP": "Pa",
    "E": "mm d-1",
    "WIND_V": "m s-1",
    "WIND_U": "m s-1",
    "PRE": "mm d-1",
    "TEMP": "K",
}
XCO2_VARIABLES = tuple(UNITS)

#: Predictors of ERA5-Land, in the order in which its reader hands them out.
WEATHER = ("SP", "E", "WIND_V", "WIND_U", "PRE", "TEMP")

#: IGBP class of water.
WATER = 17

_CHOICES = {
    "gpp_confidence": (0, 1, 2, 3),
    "lst": ("day", "night", "mean"),
    "ndsi": ("snow_cover", "raw"),
    "ntl": ("vcmslcfg", "vnp46a2"),
}
_KEY = "xco2.features"


@dataclass(frozen=True)
class PredictorFiles:
    """Native files of one year.

    Attributes:
        gpp, evi, lst, ndsi, vcf, igbp, lights: on the product's grid, one file each.
        weather: ERA5-Land monthly means at its own grid points.
        gases: files of TROPOMI, whose names tell the gas; none before 2018.
    """

    gpp: str
    evi: str
    lst: str
    ndsi: str
    vcf: str
    igbp: str
    lights: str
    weather: str
    gases: Sequence[str] = ()


@dataclass(frozen=True)
class CompositeOptions:
    """Decisions that change the composites.

    Attributes:
        gpp_confidence: largest class of confidence of GPP that counts (1: strict).
        lst: overpass at day or at night, or the mean of the monthly means of both.
        ndsi: screened snow cover (0 to 1), or the raw index (-1 to 1).
        ntl: product of night-time lights.
        tropomi_first_month: first complete month (YYYY-MM) of so2, no2 and co.
    """

    gpp_confidence: int = 3
    lst: str = "day"
    ndsi: str = "snow_cover"
    ntl: str = "vcmslcfg"
    tropomi_first_month: Mapping[str, str] = field(
        default_factory=lambda: {"so2": "2019-01", "no2": "2018-07", "co": "2018-07"}
    )

    def __post_init__(self) -> None:
        for key, allowed in _CHOICES.items():
            if getattr(self, key) not in allowed:
                raise ConfigError(
                    f"config key '{_KEY}.{key}': found {getattr(self, key)!r}, expected one of "
                    f"{', '.join(map(str, allowed))}."
                )
        for gas in GASES:
            month = self.tropomi_first_month.get(gas.lower())
            if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", str(month)):
                raise ConfigError(
                    f"config key '{_KEY}.tropomi_first_month.{gas.lower()}': found {month!r}, "
                    "expected a month such as 2018-07."
                )


#: Predictors of satellites: each has a share of good pixels and a number of images beside it.
SCREENED = ("GPP", "EVI", "LST", "VCF", "NDSI", "NTL", *GASES)

#: Shares of the land cover of a cell, percent; 255 where there is no class.
COVER_SHARES = ("winner_share", "land_share", "vegetated_share")

#: Values of a month (YYYY-MM) in a band of rows.
_Monthly = Callable[[str, slice], Cells]


class Composites:
    """Opened native files of a year; close them through the stack they were opened on.

    Args:
        stack: keeps the files open.
        files: the native files.
        year: the year that they must hold.
        months: months of that year that are needed, YYYY-MM.
        grid: the product's grid.
        options: decisions.
        accept_incomplete: sources whose absent months are accepted.
        accept_implausible: sources whose masked pixels may have been delivered as 0.

    Attributes:
        given: where each predictor of a satellite comes from.

    Raises:
        InputError: a file is of another product, year or grid, or lacks a month that is needed.
    """

    def __init__(
        self,
        stack: contextlib.ExitStack,
        files: PredictorFiles,
        *,
        year: int,
        months: Sequence[str],
        grid: Grid,
        options: CompositeOptions,
        accept_incomplete: Collection[str] = (),
        accept_implausible: Collection[str] = (),
    ) -> None:
        self.grid = grid
        self.given: dict[str, Given] = {}
        self._stack, self._months = stack, list(months)
        self._accept, self._implausible = accept_incomplete, accept_implausible
        self._looked_at: list[CellYear] = []
        common = {"year": year, "cell": grid.cell}
        strict, lights, index = options.gpp_confidence, options.ntl, options.ndsi
        zeros = {name: {**common, "implausible": name in accept_implausible}
                 for name in ("mod17a2h", "mod13a2", "mod10a1", "mod44b", lights)}  # fmt: skip
        gpp = gpp_cells(files.gpp, confidence=strict, **zeros["mod17a2h"])
        snow = snow_cells(files.ndsi, index=index, **zeros["mod10a1"])
        light = light_cells(files.lights, product=lights, **zeros[lights])
        self._monthly: dict[str, _Monthly] = {
            "GPP": self._observed("GPP", gpp, "mod17a2h"),
            "EVI": self._observed("EVI", evi_cells(files.evi, **zeros["mod13a2"]), "mod13a2"),
            "LST": self._temperature(files.lst, options.lst, common),
            "NDSI": self._observed("NDSI", snow, "mod10a1"),
            "NTL": self._observed("NTL", light, lights),
        }
        for gas in GASES:
            self._monthly[gas] = self._none
        for path in files.gases:
            gas = gas_of(path, year=year)
            if self._monthly[gas] != self._none:
                raise InputError(f"{path}: there is another file of {gas} in {year}; give one.")
            first, source = options.tropomi_first_month[gas.lower()], f"tropomi_{gas.lower()}"
            read = self._observed(gas, gas_cells(path, gas=gas, **common), source, first=first)
            self._monthly[gas] = self._since(first, read)
        self._trees = self._open(tree_cells(files.vcf, **zeros["mod44b"]))
        self._looked_at.append(self._trees)
        self._classes = self._open(open_class_year(files.igbp, **common))
        self.given["VCF"] = Given(str(files.vcf), "mod44b", annual=True)
        self.given["LUCC"] = Given(str(files.igbp), "mcd12q1", annual=True)
        accepted = {"accept": accept_incomplete, "accept_implausible": accept_implausible}
        self._weather = stack.enter_context(
            open_monthly(files.weather, year=year, months=months, grid=grid, **accepted)
        )

    def band(self, rows: slice) -> Band:
        """Return what is the same in all months of a band of rows."""
        trees, cover = self._trees.year(rows), self._classes.year(rows)
        return Band(rows, trees, cover, self._monthly, self._weather, self.grid)

    def judge(self) -> None:
        """Look at what was read of each file as a whole.

        Raises:
            InputError: masked pixels were delivered as 0.
        """
        for cells in self._looked_at:
            cells.images.judge()

    def _observed(
        self,
        name: str,
        opened: contextlib.AbstractContextManager[CellYear],
        source: str,
        *,
        first: str = "",
    ) -> _Monthly:
        """Return the months of a file, none of which it lacks from the month ``first`` on."""
        cells = self._open(opened)
        months = [month for month in self._months if month >= first]
        accept = source in self._accept
        without = require_images(cells, source, months=months, accept=accept)
        self.given[name] = Given(cells.origin, source, first=first, without=without)
        self._looked_at.append(cells)
        return cells.month

    def _open(self, opened: contextlib.AbstractContextManager[_Located]) -> _Located:
        """Return an opened file of this grid."""
        cells = self._stack.enter_context(opened)
        _require_grid(cells, self.grid)
        return cells

    def _temperature(self, path: str, lst: str, common: Mapping[str, float]) -> _Monthly:
        """Return the months of one overpass, or the mean of those of both."""
        names = (lst,) if lst != "mean" else ("day", "night")
        read = [
            self._observed("LST", lst_cells(path, overpass=name, **common), "mod11a1")
            for name in names
        ]
        if len(read) == 1:
            return read[0]
        day, night = read
        return lambda month, rows: _mean_of_both(day(month, rows), night(month, rows))

    def _none(self, month: str, rows: slice) -> Cells:
        """Return a band without any value."""
        return Cells.none((len(self.grid.lat[rows]), self.grid.n_lon))

    def _since(self, first: str, read: _Monthly) -> _Monthly:
        """Return months that have no value before the first complete one."""
        return lambda month, rows: (self._none if month < first else read)(month, rows)


def _mean_of_both(day: Cells, night: Cells) -> Cells:
    """Return the mean of the monthly means of two overpasses, with the poorer quality of both.

    Clear days and clear nights differ: averaging single values would favour the clearer.
    """
    values = (day.values + night.values) / np.float32(2)
    known = ~np.isnan(values)
    share, images = (
        np.where(known, np.minimum(getattr(day, name), getattr(night, name)), 0)
        for name in ("good_share", "images")
    )
    return Cells(values, share.astype(np.uint8), images.astype(np.uint16))


class Band:
    """A band of rows of the grid: composites of one month after the other.

    Args:
        rows: which rows.
        trees: tree cover, which stands for every month.
        cover: land cover, which stands for every month.
        monthly: composites of the other images.
        weather: ERA5-Land.
        grid: the product's grid.
    """

    def __init__(
        self,
        rows: slice,
        trees: Cells,
        cover: ClassCells,
        monthly: Mapping[str, _Monthly],
        weather: MonthlyWeather,
        grid: Grid,
    ) -> None:
        self.rows = rows
        self.cover = cover
        self._trees = trees
        self._monthly = monthly
        self._weather = weather
        self._shape = (len(grid.lat[rows]), grid.n_lon)
        self._nodes = _nodes_around(weather.lat, grid.lat[rows])
        self._bilinear = Bilinear(
            weather.lat[self._nodes],
            weather.lon,
            np.repeat(grid.lat[rows], grid.n_lon),
            np.tile(grid.lon, self._shape[0]),
        )

    def month(self, month: str) -> tuple[dict[str, NDArray[np.float32]], dict[str, Cells]]:
        """Return (lat, lon) float32 of every predictor in a month, and the cells of satellites."""
        cells = {name: read(month, self.rows) for name, read in self._monthly.items()}
        cells["VCF"] = self._trees
        fields = {name: found.values for name, found in cells.items()}
        codes = self.cover.igbp
        fields["LUCC"] = np.where(codes == 0, np.float32(np.nan), codes).astype(np.float32)
        weather = self._bilinear.apply(self._weather.values(month, self._nodes))
        for column, name in enumerate(WEATHER):
            fields[name] = weather[:, column].reshape(self._shape)
        return fields, cells


def _nodes_around(nodes: NDArray[np.floating], lat: NDArray[np.floating]) -> slice:
    """Return the grid points (descending latitudes) that cells of a band lie between.

    At least two, or all: the interpolation itself leaves out cells beyond them.
    """
    first = int(np.searchsorted(-nodes, -lat[0], side="right")) - 1
    last = int(np.searchsorted(-nodes, -lat[-1], side="left")) + 1
    first = min(max(first, 0), max(len(nodes) - 2, 0))
    return slice(first, min(max(last, first + 2), len(nodes)))


class _Located(Protocol):
    """An opened file that says where its cells lie."""

    origin: str
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]


def _require_grid(images: _Located, grid: Grid) -> None:
    """Refuse a file that does not lie on the grid."""
    for name, found, expected in (
        ("lat", images.lat, grid.lat),
        ("lon", images.lon, grid.lon),
    ):
        if found.shape != expected.shape or np.abs(found - expected).max() > 1e-3 * grid.cell:
            raise InputError(
                f"{images.origin}: {name} has {found.size} values from {found[0]:g} to "
                f"{found[-1]:g}, expected {expected.size} cell centres from {expected[0]:g} to "
                f"{expected[-1]:g} (config key 'xco2.grid.cell' is {grid.cell:g}); fetch the data "
                "on this grid, or change the key."
            )


def require_months(months: Sequence[str], year: int) -> None:
    """Refuse months that are not those of one year, in their order.

    Raises:
        ConfigError: there is none, or one of another year, or twice.
    """
    wrong = [month for month in months if not month.startswith(f"{year:04d}-")]
    if not months or wrong or list(months) != sorted(set(months)):
        raise ConfigError(
            f"composites of {year}: found the months {', '.join(months) or 'none'}, expected "
            "months of that year, each once and in their order."
        )


def land_of(temperature: NDArray[np.float32], classes: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Say where there is land: ERA5-Land has a temperature, and the IGBP class is not water."""
    return ~np.isnan(temperature) & (classes != WATER)


def median_of(values: NDArray[np.float32], *, code: bool = False) -> np.float32:
    """Return the exact median of the values that there are, NaN if none is.

    Args:
        values: of the land cells of a month.
        code: values are codes: of an even number the lower of the two in the middle is taken,
            for no class lies between two.
    """
    values = values[~np.isnan(values)]
    if not values.size:
        return np.float32(np.nan)
    if code:
        middle = (values.size - 1) // 2
        return np.float32(np.partition(values, middle)[middle])
    # The selection above is a copy already.
    return np.float32(np.median(values, overwrite_input=True))
