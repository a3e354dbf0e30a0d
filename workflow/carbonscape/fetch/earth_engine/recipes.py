"""What each product asks of Earth Engine: bands, screening, images of a step, what is stored.

The order of work is the same everywhere (docs/readers.md): the pixels of each image are screened,
the images of a step combined at the pixel, and the pixels of a cell averaged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import ee

from carbonscape.core.errors import DownloadError
from carbonscape.fetch.earth_engine import screening

#: Fill values by stored type.
FILLS = {"float32": -9999, "int16": -32768, "uint8": 255}

#: Length of a degree of latitude on the sphere of MODIS, m.
_DEGREE = 111_194.93


@dataclass(frozen=True)
class Field:
    """A variable of a file, and a band of what is asked for.

    Attributes:
        name: of both.
        dtype: stored type.
        fill: stored where there is nothing; none where 0 says so (shares and counts).
        attributes: of the variable.
    """

    name: str
    dtype: str
    fill: int | None
    attributes: Mapping[str, Any]


@dataclass(frozen=True)
class Layer:
    """A quantity that a screened image holds.

    Attributes:
        name: of the screened band and of the variable.
        units: of the variable.
        long_name: what it is.
        dtype: stored type.
        factor: what the mean is multiplied by before it is stored as a whole number.
        scale: what turns the stored number into the quantity; 0 for none.
    """

    name: str
    units: str
    long_name: str
    dtype: str = "float32"
    factor: float = 1.0
    scale: float = 0.0

    @property
    def field(self) -> Field:
        """The variable that it becomes."""
        attributes: dict[str, Any] = {"units": self.units, "long_name": self.long_name}
        if self.scale:
            attributes["scale_factor"] = self.scale
        return Field(self.name, self.dtype, FILLS[self.dtype], attributes)


@dataclass(frozen=True)
class Recipe:
    """How the files of a product come from images.

    Attributes:
        name: in the registry of sources.
        bands: bands that the images must have.
        screen: turns an image into screened layers.
        layers: what a screened image holds.
        step: ``image`` (a time each image), ``8 days`` (of the calendar of MODIS, all of which
            must be there), ``month`` or ``year``.
        combine: how the images of a step are combined at the pixel: ``only`` (there is one),
            ``mean`` or ``max``.
        text: which pixels count, in words; ``{confidence}`` stands for the option's value.
        pixel: side of a pixel, m.
        most: images that a step may have at most; more are doubled versions.
        shared: whether the layers have one mask, and their share and count no prefix.
        by_class: whether classes are counted instead of values averaged.
    """

    name: str
    bands: tuple[str, ...]
    screen: Callable[[ee.Image, screening.Options], ee.Image]
    layers: tuple[Layer, ...]
    step: str
    combine: str
    text: str
    pixel: float
    most: int
    shared: bool = False
    by_class: bool = False

    @property
    def fields(self) -> tuple[Field, ...]:
        """The variables of a file, in their order."""
        if self.by_class:
            return _CLASS_FIELDS
        fields = []
        for number, layer in enumerate(self.layers):
            fields.append(layer.field)
            if not self.shared:
                fields += companions(f"{layer.name}_")
            elif number == len(self.layers) - 1:
                fields += companions("")
        return tuple(fields)

    def screening_text(self, options: screening.Options) -> str:
        """Return which pixels count, in words."""
        return self.text.format(confidence=screening.gpp_confidence(options))

    def ratio(self, cell: float) -> float:
        """Return how many pixels lie along the side of a cell at the equator."""
        return cell * _DEGREE / self.pixel

    def max_pixels(self, cell: float) -> int:
        """Return how many pixels of a cell Earth Engine must be ready to combine.

        Twice as many along each side as at the equator: in the sinusoidal projection a cell far
        from the equator and from Greenwich is sheared, and the box around it holds up to
        sqrt(1 + pi^2) = 3.3 times as many. 65,535 at most: cells of more than a degree are for
        small simulated Earths.
        """
        side = int(2 * self.ratio(cell)) + 2
        return min(side * side, 65_535)


def companions(prefix: str) -> list[Field]:
    """Return the share of good pixels and the number of images behind a value."""
    share = {"units": "percent", "long_name": "share of the pixels of the cell that have a value"}
    images = {
        "units": "1",
        "long_name": "largest number of good images behind a pixel of the cell",
    }
    return [
        Field(f"{prefix}good_share", "uint8", None, share),
        Field(f"{prefix}images", "uint16", None, images),
    ]


def _percent(name: str, text: str) -> Field:
    """Return a share of the pixels that have a class."""
    return Field(name, "uint8", 255, {"units": "percent", "long_name": text})


_CLASS_FIELDS = (
    Field(
        "igbp",
        "uint8",
        255,
        {"units": "1", "long_name": "most frequent IGBP class, 1 to 17 (17 is water)"},
    ),
    _percent("winner_share", "share of the pixels with a class that have this one"),
    _percent("land_share", "share of the pixels with a class that are no water"),
    _percent(
        "vegetated_share",
        "share of the pixels with a class that are no urban land, snow, barren land or water",
    ),
)


def _gas(name: str) -> Recipe:
    """Return the recipe of a gas of TROPOMI, of which there is an image for each orbit."""
    low, high = screening.GAS_LIMITS[name]
    text = f"{name.upper()} column, mean of the orbits of the month"
    return Recipe(
        name,
        (screening.GAS_BANDS[name],),
        getattr(screening, name),
        (Layer(name, "mol m-2", text),),
        "month",
        "mean",
        f"each orbit clipped to {low:g} to {high:g} mol m-2",
        1113.2,
        most=16 * 31,
    )


_RECIPES = (
    Recipe(
        "modis_lai",
        ("Lai_500m", "Fpar_500m", "FparLai_QC"),
        screening.leaves,
        (
            # Raw 0.1 and 0.01: the means keep a digit more than the pixels.
            Layer("lai", "m2 m-2", "leaf area index, mean of the good pixels", "int16", 10.0, 0.01),
            Layer(
                "fpar", "1", "absorbed share of PAR, mean of the good pixels", "int16", 10.0, 0.001
            ),
        ),
        "image",
        "only",
        "SCF_QC (bits 5-7) <= 1, raw LAI and FPAR <= 100",
        463.3127,
        most=1,
        shared=True,
    ),
    Recipe(
        "mcd12q1",
        ("LC_Type1",),
        screening.classes,
        (Layer("igbp", "1", "IGBP class"),),
        "year",
        "only",
        "every pixel with a class",
        463.3127,
        most=1,
        by_class=True,
    ),
    Recipe(
        "mod17a2h",
        ("Gpp", "Psn_QC"),
        screening.gpp,
        (
            Layer(
                "gpp",
                "gC m-2 d-1",
                "gross primary production, mean of the composites that start in the month",
            ),
        ),
        "month",
        "mean",
        "confidence <= {confidence}",
        463.3127,
        most=5,
    ),
    Recipe(
        "mod13a2",
        ("EVI", "SummaryQA"),
        screening.evi,
        (Layer("evi", "1", "enhanced vegetation index, largest of the month"),),
        "month",
        "max",
        "SummaryQA 0 or 1, raw -2000 to 10000",
        926.6254,
        most=3,
    ),
    Recipe(
        "mod11a1",
        ("LST_Day_1km", "QC_Day", "LST_Night_1km", "QC_Night"),
        screening.lst,
        (
            Layer("lst_day", "K", "daytime land surface temperature, mean of the clear days"),
            Layer("lst_night", "K", "nighttime land surface temperature, mean of the clear days"),
        ),
        "month",
        "mean",
        "QC bits 0-1 <= 1, bits 6-7 <= 2, raw >= 7500",
        926.6254,
        most=31,
    ),
    Recipe(
        "mod10a1",
        ("NDSI_Snow_Cover", "NDSI_Snow_Cover_Basic_QA", "NDSI"),
        screening.snow,
        (
            Layer("snow_cover", "1", "NDSI snow cover, largest of the month"),
            Layer("ndsi", "1", "raw snow index, largest of the month"),
        ),
        "month",
        "max",
        "Basic_QA <= 2",
        463.3127,
        most=31,
    ),
    Recipe(
        "mod44b",
        ("Percent_Tree_Cover",),
        screening.trees,
        (Layer("tree_cover", "percent", "tree cover of the year"),),
        "year",
        "only",
        "raw <= 100",
        231.6564,
        most=1,
    ),
    Recipe(
        "vcmslcfg",
        ("avg_rad", "cf_cvg"),
        screening.lights,
        (Layer("lights", "nW cm-2 sr-1", "night-time lights of the month"),),
        "month",
        "mean",
        "cf_cvg >= 1, negatives are 0",
        463.83,
        most=1,
    ),
    Recipe(
        "vnp46a2",
        ("Gap_Filled_DNB_BRDF_Corrected_NTL",),
        screening.black_marble,
        (Layer("lights", "nW cm-2 sr-1", "night-time lights, mean of the days of the month"),),
        "month",
        "mean",
        "gap-filled radiance, negatives are 0",
        463.83,
        most=31,
    ),
    Recipe(
        "era5_land_8day",
        (
            "temperature_2m",
            "dewpoint_temperature_2m",
            "surface_solar_radiation_downwards_sum",
            "total_precipitation_sum",
            "total_evaporation_sum",
        ),
        screening.weather,
        (
            Layer("t2m", "K", "2 m temperature, mean of the days of the step"),
            Layer("vpd", "hPa", "vapour pressure deficit of the daily means, mean of the days"),
            Layer("ssrd", "W m-2", "surface solar radiation downwards, mean of the days"),
            Layer("tp", "mm d-1", "total precipitation, mean of the days"),
            Layer("e", "mm d-1", "evaporation, positive upwards, mean of the days"),
        ),
        "8 days",
        "mean",
        "every point on land",
        0.1 * _DEGREE,
        most=8,
        shared=True,
    ),
    Recipe(
        "era5_land_monthly_ee",
        (
            "surface_pressure",
            "total_evaporation_sum",
            "v_component_of_wind_10m",
            "u_component_of_wind_10m",
            "total_precipitation_sum",
            "temperature_2m",
        ),
        screening.monthly_weather,
        (
            Layer("sp", "Pa", "surface pressure, mean of the month"),
            Layer("e", "mm d-1", "evaporation, positive upwards, mean of the days of the month"),
            Layer("v10", "m s-1", "10 m northward wind, mean of the month"),
            Layer("u10", "m s-1", "10 m eastward wind, mean of the month"),
            Layer("tp", "mm d-1", "total precipitation, mean of the days of the month"),
            Layer("t2m", "K", "2 m temperature, mean of the month"),
        ),
        "month",
        "only",
        "every point on land",
        0.1 * _DEGREE,
        most=1,
        shared=True,
    ),
    *(_gas(name) for name in screening.GAS_LIMITS),
)
RECIPES: dict[str, Recipe] = {recipe.name: recipe for recipe in _RECIPES}


def get_recipe(name: str) -> Recipe:
    """Return the recipe of that name.

    Raises:
        DownloadError: there is none.
    """
    if name not in RECIPES:
        raise DownloadError(
            f"Earth Engine: no recipe is called '{name}'; there are {', '.join(sorted(RECIPES))} "
            "(workflow/carbonscape/fetch/earth_engine/recipes.py)."
        )
    return RECIPES[name]
