"""Each recipe gives what loops over raw pixels give, and a mistake in it would be seen."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from carbonscape.core.errors import CarbonscapeError, DownloadError
from carbonscape.fetch.earth_engine.recipes import RECIPES, get_recipe
from helpers.earth_engine_server import EarthEngine
from helpers.earth_engine_server_archive import CELL, SHAPE, SIDE, MadeArchive, starts
from helpers.earth_engine_server_mistakes import Mistaken, instead, number, skip, words

Pixel = dict[str, float]
Rule = Callable[[Pixel, dt.date], float | None]
ROWS, COLS = SHAPE[0] // SIDE, SHAPE[1] // SIDE


def gpp(most: int) -> Rule:
    def rule(pixel: Pixel, day: dt.date) -> float | None:
        if pixel["Psn_QC"] // 32 > most or not 0 <= pixel["Gpp"] <= 3000:
            return None
        days = 5 if (day.month, day.day) == (12, 27) else 8
        return pixel["Gpp"] * 0.0001 * 1000 / days

    return rule


def evi(pixel: Pixel, day: dt.date) -> float | None:
    good = pixel["SummaryQA"] in (0, 1) and -2000 <= pixel["EVI"] <= 10_000
    return pixel["EVI"] * 0.0001 if good else None


def lst(time: str) -> Rule:
    def rule(pixel: Pixel, day: dt.date) -> float | None:
        raw, quality = pixel[f"LST_{time}_1km"], int(pixel[f"QC_{time}"])
        good = quality % 4 <= 1 and quality // 64 <= 2 and raw >= 7500
        return raw * 0.02 if good else None

    return rule


def snow(band: str, scale: int) -> Rule:
    def rule(pixel: Pixel, day: dt.date) -> float | None:
        good = pixel["NDSI_Snow_Cover_Basic_QA"] <= 2 and abs(pixel[band]) <= scale
        return pixel[band] / scale if good else None

    return rule


def trees(pixel: Pixel, day: dt.date) -> float | None:
    return pixel["Percent_Tree_Cover"] if pixel["Percent_Tree_Cover"] <= 100 else None


def lights(pixel: Pixel, day: dt.date) -> float | None:
    return max(pixel["avg_rad"], 0.0) if pixel["cf_cvg"] >= 1 else None


def black_marble(pixel: Pixel, day: dt.date) -> float | None:
    return max(pixel["Gap_Filled_DNB_BRDF_Corrected_NTL"], 0.0)


def gas(band: str, low: float, high: float) -> Rule:
    return lambda pixel, day: min(max(pixel[band], low), high)


#: Source, options, variables with their rules and bands, and how images are combined.
FLOATS: dict[str, tuple[str, dict[str, Any], dict[str, tuple[Rule, tuple[str, ...]]], str]] = {
    "gpp": ("mod17a2h", {}, {"gpp": (gpp(3), ("Gpp", "Psn_QC"))}, "mean"),
    "strict gpp": (
        "mod17a2h", {"gpp_confidence": 1}, {"gpp": (gpp(1), ("Gpp", "Psn_QC"))}, "mean",
    ),
    "evi": ("mod13a2", {}, {"evi": (evi, ("EVI", "SummaryQA"))}, "max"),
    "lst": (
        "mod11a1",
        {},
        {
            f"lst_{time.lower()}": (lst(time), (f"LST_{time}_1km", f"QC_{time}"))
            for time in ("Day", "Night")
        },
        "mean",
    ),
    "snow": (
        "mod10a1",
        {},
        {
            "snow_cover": (
                snow("NDSI_Snow_Cover", 100), ("NDSI_Snow_Cover", "NDSI_Snow_Cover_Basic_QA"),
            ),
            "ndsi": (snow("NDSI", 10_000), ("NDSI", "NDSI_Snow_Cover_Basic_QA")),
        },
        "max",
    ),
    "trees": ("mod44b", {}, {"tree_cover": (trees, ("Percent_Tree_Cover",))}, "mean"),
    "lights": ("vcmslcfg", {}, {"lights": (lights, ("avg_rad", "cf_cvg"))}, "mean"),
    "black marble": (
        "vnp46a2",
        {},
        {"lights": (black_marble, ("Gap_Filled_DNB_BRDF_Corrected_NTL",))},
        "mean",
    ),
    **{
        name: (f"tropomi_{name}", {}, {name: (gas(band, low, high), (band,))}, "mean")
        for name, band, low, high in (
            ("no2", "tropospheric_NO2_column_number_density", -0.0005, 0.02),
            ("co", "CO_column_number_density", 0.0, 0.5),
            ("so2", "SO2_column_number_density", -0.001, 0.05),
        )
    },
}  # fmt: skip


def months_of(asset: str) -> list[tuple[dt.date, dt.date, dt.date]]:
    """Return time, first day and end of the steps of a monthly or yearly file."""
    year = 2019
    if "MOD44B" in asset:
        return [(dt.date(year, 1, 1), dt.date(year, 1, 1), dt.date(year + 1, 1, 1))]
    months = sorted({day.month for day in starts(asset, year)})
    firsts = [dt.date(year, month, 1) for month in months]
    return [(day, day, (day + dt.timedelta(days=31)).replace(day=1)) for day in firsts]


def by_hand(asset: str, span: tuple, rule: Rule, bands: tuple[str, ...], how: str) -> tuple:
    """Return value, share and number of images of each cell, pixel by pixel."""
    pixels: dict[tuple[int, int], list[float]] = {}
    for image in MadeArchive().images(asset, span[1], span[2]):
        for row in range(SHAPE[0]):
            for col in range(SHAPE[1]):
                if not all(image.masks[band][row, col] for band in bands):
                    continue
                raw = {band: float(image.bands[band][row, col]) for band in bands}
                value = rule(raw, image.start)
                if value is not None:
                    pixels.setdefault((row, col), []).append(value)
    combine = max if how == "max" else lambda found: math.fsum(found) / len(found)
    value = np.full((ROWS, COLS), -9999.0)
    share = np.zeros((ROWS, COLS), int)
    images = np.zeros((ROWS, COLS), int)
    for row in range(ROWS):
        for col in range(COLS):
            inside = [
                pixels[key]
                for key in (
                    (SIDE * row + down, SIDE * col + across)
                    for down in range(SIDE)
                    for across in range(SIDE)
                )
                if key in pixels
            ]
            if inside:
                value[row, col] = math.fsum(map(combine, inside)) / len(inside)
                share[row, col] = math.floor(100 * len(inside) / SIDE**2 + 0.5)
                images[row, col] = max(map(len, inside))
    return value, share, images


def agree(path: Path, name: str) -> bool:
    """Say whether a fetched file of floats holds what loops over pixels give."""
    _, _, variables, how = FLOATS[name]
    with xr.open_dataset(path, mask_and_scale=False) as data:
        asset = data.attrs["source"]
        spans = months_of(asset)
        assert [str(time)[:10] for time in data["time"].values] == [str(span[0]) for span in spans]
        for variable, (rule, bands) in variables.items():
            for step, span in enumerate(spans):
                value, share, images = by_hand(asset, span, rule, bands, how)
                same = (
                    np.allclose(data[variable].values[step], value, rtol=2e-7, atol=0)
                    and np.array_equal(data[f"{variable}_good_share"].values[step], share)
                    and np.array_equal(data[f"{variable}_images"].values[step], images)
                )
                if not same:
                    return False
                assert (value == -9999).any()
                assert (value != -9999).sum() > 20
    return True


@pytest.mark.parametrize("name", FLOATS)
def test_monthly_and_yearly_means_are_those_of_the_pixels(
    name: str, fetch_file: Callable[..., Path]
) -> None:
    source, options, variables, _ = FLOATS[name]
    path = fetch_file(source, options=options)
    assert agree(path, name)
    with xr.open_dataset(path, mask_and_scale=False) as data:
        for variable in variables:
            assert data[variable].dtype == np.float32
            assert data[variable].attrs["_FillValue"] == -9999
            assert data[f"{variable}_good_share"].dtype == np.uint8
            assert data[f"{variable}_images"].dtype == np.uint16
        assert data.attrs["screening"]


#: What could be wrong in each recipe of floats.
_ALL = {
    "a mean of the cell that is a maximum": instead("Reducer.mean", "Reducer.max"),
    "no pixels combined": skip("Image.reduceResolution", "image"),
    "masked pixels left at 0": skip("Image.unmask", "input"),
    "another fill value": number("Image.unmask", -9999, -999, "value"),
    "another month": words("2019-01-01", "2019-01-02"),
    "too few pixels for a cell": number("Image.reduceResolution", 65_535, 4, "maxPixels"),
    "a maximum of images that is a count": instead("reduce.count", "reduce.max"),
}
_MEANS = {
    "a maximum of the month": instead("reduce.mean", "reduce.max"),
    "a composite without projection": skip("Image.setDefaultProjection", "image"),
}
_MAXIMA = {
    "a mean of the month": instead("reduce.max", "reduce.mean"),
    "a composite without projection": skip("Image.setDefaultProjection", "image"),
}
FLOAT_MISTAKES: dict[str, dict[str, Callable[[str], str]]] = {
    "gpp": {
        **_ALL,
        **_MEANS,
        "another bit": number("Image.rightShift", 5, 4),
        "fewer bits": number("Image.bitwiseAnd", 7, 3),
        "another class of confidence": number("Image.lte", 3, 2),
        "another range": number("Image.lte", 3000, 30_000),
        "another scale": number("Image.multiply", 0.1, 0.0001),
        "always 8 days": instead("Number.min", "Number.add"),
        "the other band": words("Gpp", "Psn_QC"),
        "no quality": skip("Image.updateMask", "image"),
    },
    "evi": {
        **_ALL,
        **_MAXIMA,
        "another class": number("Image.eq", 1, 2),
        "another range": number("Image.gte", -2000, -3000),
        "another scale": number("Image.divide", 10_000, 1000),
        "and for or": instead("Image.or", "Image.and"),
        "no quality": skip("Image.updateMask", "image"),
    },
    "lst": {
        **_ALL,
        **_MEANS,
        "another bit": number("Image.rightShift", 6, 4),
        "more bits": number("Image.bitwiseAnd", 3, 7),
        "a larger error": number("Image.lte", 2, 3),
        "another range": number("Image.gte", 7500, 0),
        "another scale": number("Image.divide", 50, 100),
        "night for day": words("LST_Day_1km", "LST_Night_1km"),
        "the night's quality": words("QC_Day", "QC_Night"),
        "no quality": skip("Image.updateMask", "image"),
    },
    "snow": {
        **_ALL,
        **_MAXIMA,
        "another class": number("Image.lte", 2, 3),
        "another range": number("Image.lte", 100, 255),
        "another scale": number("Image.divide", 10_000, 100),
        "the other band": words("NDSI_Snow_Cover", "NDSI"),
        "no quality": skip("Image.updateMask", "image"),
    },
    "trees": {
        name: mistake
        for name, mistake in {
            **_ALL,
            "another range": number("Image.lte", 100, 200),
            "no quality": skip("Image.updateMask", "image"),
        }.items()
        # There is one image, which starts in March.
        if name not in ("another month",)
    },
    "lights": {
        **_ALL,
        "no cloud-free night": number("Image.gte", 1, 0),
        "negative light": number("Image.max", 0, -2),
        "no fill value beyond the images": number("Image.unmask", False, True, "sameFootprint"),
        "no quality": skip("Image.updateMask", "image"),
    },
    "black marble": {**_ALL, **_MEANS, "negative light": number("Image.max", 0, -2)},
    "no2": {**_ALL, **_MEANS, "no limits": skip("Image.clamp", "input")},
    "co": {**_ALL, **_MEANS, "a lower limit": number("Image.clamp", 0, -1, "low")},
    "so2": {**_ALL, **_MEANS, "an upper limit": number("Image.clamp", 0.05, 0.06, "high")},
}


@pytest.mark.parametrize(
    ("name", "mistake"),
    [(name, mistake) for name, found in FLOAT_MISTAKES.items() for mistake in found],
)
def test_a_mistake_in_a_recipe_of_means_would_be_seen(
    name: str, mistake: str, engine: EarthEngine, fetch_file: Callable[..., Path]
) -> None:
    engine.mistake = made = Mistaken(FLOAT_MISTAKES[name][mistake])
    try:
        wrong = not agree(fetch_file(FLOATS[name][0]), name)
    except (CarbonscapeError, AssertionError):
        # Refused, or of other months.
        wrong = True
    assert wrong
    assert made.made
    assert not engine.broken


# --- the recipes themselves --------------------------------------------------------------------


def test_every_pixel_of_a_cell_may_be_combined() -> None:
    for recipe in RECIPES.values():
        for cell in (0.05, 0.1):
            # Twice as wide in the sinusoidal projection at the edges of the map.
            assert recipe.max_pixels(cell) >= 2 * math.ceil(recipe.ratio(cell)) ** 2
        assert recipe.max_pixels(CELL) <= 65_535
    assert RECIPES["mod44b"].max_pixels(0.1) > 2304


def test_an_unknown_recipe_is_refused() -> None:
    with pytest.raises(DownloadError, match="no recipe is called 'mod99'; there are .*mcd12q1"):
        get_recipe("mod99")
