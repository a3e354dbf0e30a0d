"""Which pixels of the simulated images count, and how the images of a step are combined.

The decisions of the gridded archive (docs/readers.md): quality is screened pixel by pixel, the
images of a step are combined at the pixel, and only then are the pixels of a cell averaged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from carbonscape.simulate.lattice import Array
from carbonscape.simulate.native import EVI, GPP, LIGHTS, LST, SNOW, TREES, NativeImage
from carbonscape.simulate.xco2_gases import GASES
from carbonscape.simulate.xco2_modis import composite_length

#: Values (row, column) of an image in the units of the file, float64, and where they count.
Screened = tuple[Array, Array]


@dataclass(frozen=True)
class Rule:
    """How one variable of a file comes from images.

    Attributes:
        name: the variable.
        units: its unit.
        long_name: what it is.
        screen: values of an image, and which count.
        largest: whether the largest value of the images is taken instead of their mean.
    """

    name: str
    units: str
    long_name: str
    screen: Callable[[NativeImage], Screened]
    largest: bool = False


@dataclass(frozen=True)
class Product:
    """What a file of monthly or yearly cells is made of.

    Attributes:
        asset: id of the image collection.
        version: of the product.
        rules: one for each variable.
        screening: which pixels count, in words.
        annual: whether the file has one step, that of the year.
    """

    asset: str
    version: str
    rules: tuple[Rule, ...]
    screening: str
    annual: bool = False


def _band(image: NativeImage, name: str) -> Screened:
    """Return a band as float64, and where it has a value."""
    return image.bands[name].astype(float), image.masks[name]


def gpp(confidence: int) -> Product:
    """Return what MOD17A2H files are made of.

    Args:
        confidence: largest class of confidence (bits 5-7 of ``Psn_QC``) that counts.
    """

    def screen(image: NativeImage) -> Screened:
        raw, there = _band(image, "Gpp")
        qc = image.bands["Psn_QC"]
        good = there & image.masks["Psn_QC"] & (raw >= 0) & (raw <= 3000) & (qc >> 5 <= confidence)
        return raw * 0.1 / composite_length(image.start), good

    text = "gross primary production, mean of the composites that start in the month"
    rule = Rule("gpp", "gC m-2 d-1", text, screen)
    return Product(GPP, "006", (rule,), f"confidence <= {confidence}")


def _evi(image: NativeImage) -> Screened:
    raw, there = _band(image, "EVI")
    quality = image.bands["SummaryQA"]
    good = there & image.masks["SummaryQA"] & ((quality == 0) | (quality == 1))
    return raw / 10_000, good & (raw >= -2000) & (raw <= 10_000)


def _lst(name: str, image: NativeImage) -> Screened:
    raw, there = _band(image, f"LST_{name}_1km")
    qc = image.bands[f"QC_{name}"]
    good = there & image.masks[f"QC_{name}"] & (raw >= 7500)
    return raw / 50, good & (qc & 3 <= 1) & (qc >> 6 <= 2)


def _snow(name: str, scale: int, image: NativeImage) -> Screened:
    raw, there = _band(image, name)
    good = there & image.masks["NDSI_Snow_Cover_Basic_QA"] & (np.abs(raw) <= scale)
    return raw / scale, good & (image.bands["NDSI_Snow_Cover_Basic_QA"] <= 2)


def _trees(image: NativeImage) -> Screened:
    raw, there = _band(image, "Percent_Tree_Cover")
    return raw, there & (raw <= 100)


def _lights(image: NativeImage) -> Screened:
    radiance, there = _band(image, "avg_rad")
    good = there & image.masks["cf_cvg"] & (image.bands["cf_cvg"] >= 1)
    return np.maximum(radiance, 0), good


def _gas(variable: str, limits: tuple[float, float], image: NativeImage) -> Screened:
    column, there = _band(image, variable)
    return np.clip(column, *limits), there


def gas(name: str) -> Product:
    """Return what the files of a gas (so2, no2 or co) are made of."""
    about = GASES[name]
    low, high = about.limits
    rule = Rule(
        name,
        "mol m-2",
        f"{name.upper()} column, mean of the orbits of the month",
        partial(_gas, about.variable, about.limits),
    )
    screening = f"each orbit clipped to {low:g} to {high:g} mol m-2"
    return Product(f"COPERNICUS/S5P/OFFL/L3_{name.upper()}", "OFFL", (rule,), screening)


EVI_CELLS = Product(
    EVI,
    "061",
    (Rule("evi", "1", "enhanced vegetation index, largest of the month", _evi, largest=True),),
    "SummaryQA 0 or 1, raw -2000 to 10000",
)
LST_CELLS = Product(
    LST,
    "061",
    tuple(
        Rule(
            f"lst_{name.lower()}",
            "K",
            f"{name.lower()}time land surface temperature, mean of the clear days",
            partial(_lst, name),
        )
        for name in ("Day", "Night")
    ),
    "QC bits 0-1 <= 1, bits 6-7 <= 2, raw >= 7500",
)
SNOW_CELLS = Product(
    SNOW,
    "061",
    (
        Rule(
            "snow_cover",
            "1",
            "NDSI snow cover, largest of the month",
            partial(_snow, "NDSI_Snow_Cover", 100),
            largest=True,
        ),
        Rule(
            "ndsi",
            "1",
            "raw snow index, largest of the month",
            partial(_snow, "NDSI", 10_000),
            largest=True,
        ),
    ),
    "Basic_QA <= 2",
)
TREE_CELLS = Product(
    TREES,
    "061",
    (Rule("tree_cover", "percent", "tree cover of the year", _trees),),
    "raw <= 100",
    annual=True,
)
LIGHT_CELLS = Product(
    LIGHTS,
    "V1",
    (Rule("lights", "nW cm-2 sr-1", "night-time lights of the month", _lights),),
    "cf_cvg >= 1, negatives are 0",
)
