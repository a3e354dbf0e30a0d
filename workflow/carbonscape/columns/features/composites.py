"""Monthly composites of the sixteen predictors of XCO2 on the product's grid.

As published (the XCO2 paper, section 2.1.3 and Table 2): the largest value of a month for EVI and
NDSI, the mean for GPP and LST; what is annual stands for every month of its calendar year. Nothing
is filled here: a cell that was not observed is NaN.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from carbonscape.archives.era5_land_monthly import MonthlyWeather, open_monthly
from carbonscape.archives.modis_surface import open_classes, open_lst, open_snow, open_tree_cover
from carbonscape.archives.modis_vegetation import open_evi, open_gpp
from carbonscape.archives.night_lights import open_lights
from carbonscape.archives.raster_year import RasterYear
from carbonscape.archives.tropomi_gases import GASES, gas_of, open_gas
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


def mean_of(images: Iterable[NDArray[np.float32]], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return the mean of images of a shape (lat, lon) over the values that there are, else NaN."""
    total = np.zeros(shape, dtype=np.float64)
    count = np.zeros(shape, dtype=np.int64)
    for image in images:
        known = ~np.isnan(image)
        np.add(total, image, out=total, where=known)
        count += known
    none = np.full(shape, np.nan)
    return np.divide(total, count, out=none, where=count > 0).astype(np.float32)


def maximum_of(
    images: Iterable[NDArray[np.float32]], shape: tuple[int, ...]
) -> NDArray[np.float32]:
    """Return the largest values of images of a shape (lat, lon), NaN where there is none."""
    largest = np.full(shape, np.nan, dtype=np.float32)
    for image in images:
        np.fmax(largest, image, out=largest)
    return largest


#: Composite of a month (YYYY-MM) in a band of rows: (lat, lon) float32.
_Monthly = Callable[[str, slice], NDArray[np.float32]]


class Composites:
    """Opened native files of a year; close them through the stack they were opened on.

    Args:
        stack: keeps the files open.
        files: the native files.
        year: the year that they must hold.
        grid: the product's grid.
        options: decisions.

    Raises:
        InputError: a file is of another product, year or grid.
    """

    def __init__(
        self,
        stack: contextlib.ExitStack,
        files: PredictorFiles,
        *,
        year: int,
        grid: Grid,
        options: CompositeOptions,
    ) -> None:
        self.grid = grid
        self._stack = stack
        strict = options.gpp_confidence
        self._monthly: dict[str, _Monthly] = {
            "GPP": self._of(open_gpp(files.gpp, year=year, confidence=strict), mean_of),
            "EVI": self._of(open_evi(files.evi, year=year), maximum_of),
            "LST": self._temperature(files.lst, year, options.lst),
            "NDSI": self._of(open_snow(files.ndsi, year=year, index=options.ndsi), maximum_of),
            "NTL": self._of(open_lights(files.lights, year=year, product=options.ntl), mean_of),
        }
        for gas in GASES:
            self._monthly[gas] = self._none
        for path in files.gases:
            gas = gas_of(path, year=year)
            if self._monthly[gas] != self._none:
                raise InputError(f"{path}: there is another file of {gas} in {year}; give one.")
            read = self._of(open_gas(path, year=year, gas=gas), mean_of)
            self._monthly[gas] = self._since(options.tropomi_first_month[gas.lower()], read)
        self._annual = {
            "VCF": self._open(open_tree_cover(files.vcf, year=year)),
            "LUCC": self._open(open_classes(files.igbp, year=year)),
        }
        self._weather = stack.enter_context(open_monthly(files.weather, year=year))

    def band(self, rows: slice) -> Band:
        """Return what is the same in all months of a band of rows."""
        annual = {
            name: images.values(slice(0, 1), rows)[0] for name, images in self._annual.items()
        }
        return Band(rows, annual, self._monthly, self._weather, self.grid)

    def _open(self, opened: contextlib.AbstractContextManager[RasterYear]) -> RasterYear:
        """Return an opened file of this grid."""
        images = self._stack.enter_context(opened)
        _require_grid(images, self.grid)
        return images

    def _of(self, opened, reduce: Callable) -> _Monthly:
        """Return the composite of the images that are stamped in a month."""
        images = self._open(opened)

        def composite(month: str, rows: slice) -> NDArray[np.float32]:
            shape = (len(self.grid.lat[rows]), self.grid.n_lon)
            return reduce(images.each(images.images_of(month), rows), shape)

        return composite

    def _temperature(self, path: str, year: int, lst: str) -> _Monthly:
        """Return the composite of one overpass, or the mean of those of both."""
        if lst != "mean":
            return self._of(open_lst(path, year=year, overpass=lst), mean_of)
        day, night = (
            self._of(open_lst(path, year=year, overpass=name), mean_of) for name in ("day", "night")
        )
        # Clear days and clear nights differ: averaging single values would favour the clearer.
        return lambda month, rows: (day(month, rows) + night(month, rows)) / np.float32(2)

    def _none(self, month: str, rows: slice) -> NDArray[np.float32]:
        """Return a band without any value."""
        shape = (len(self.grid.lat[rows]), self.grid.n_lon)
        return np.full(shape, np.nan, dtype=np.float32)

    def _since(self, first: str, read: _Monthly) -> _Monthly:
        """Return a composite that has no value before its first complete month."""
        return lambda month, rows: (self._none if month < first else read)(month, rows)


class Band:
    """A band of rows of the grid: composites of one month after the other.

    Args:
        rows: which rows.
        annual: (lat, lon) values that stand for every month.
        monthly: composites of the other images.
        weather: ERA5-Land.
        grid: the product's grid.
    """

    def __init__(
        self,
        rows: slice,
        annual: Mapping[str, NDArray[np.float32]],
        monthly: Mapping[str, _Monthly],
        weather: MonthlyWeather,
        grid: Grid,
    ) -> None:
        self.rows = rows
        self.annual = annual
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

    def month(self, month: str) -> dict[str, NDArray[np.float32]]:
        """Return (lat, lon) float32 of every predictor in a month (YYYY-MM)."""
        fields = dict(self.annual)
        for name, read in self._monthly.items():
            fields[name] = read(month, self.rows)
        weather = self._bilinear.apply(self._weather.values(month, self._nodes))
        for column, name in enumerate(WEATHER):
            fields[name] = weather[:, column].reshape(self._shape)
        return fields


def _nodes_around(nodes: NDArray[np.floating], lat: NDArray[np.floating]) -> slice:
    """Return the grid points (descending latitudes) that cells of a band lie between.

    At least two, or all: the interpolation itself leaves out cells beyond them.
    """
    first = int(np.searchsorted(-nodes, -lat[0], side="right")) - 1
    last = int(np.searchsorted(-nodes, -lat[-1], side="left")) + 1
    first = min(max(first, 0), max(len(nodes) - 2, 0))
    return slice(first, min(max(last, first + 2), len(nodes)))


def _require_grid(images: RasterYear, grid: Grid) -> None:
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
