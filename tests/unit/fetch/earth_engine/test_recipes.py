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


# --- leaves ------------------------------------------------------------------------------------


def leaves_by_hand(day: dt.date) -> dict[str, np.ndarray]:
    """Return the stored fields of the composite of a day."""
    (image,) = MadeArchive().images("MODIS/061/MOD15A2H", day, day + dt.timedelta(days=1))
    lai = np.full((ROWS, COLS), -32768)
    fpar, share, images = lai.copy(), np.zeros((ROWS, COLS), int), np.zeros((ROWS, COLS), int)
    for row in range(ROWS):
        for col in range(COLS):
            inside = []
            for down in range(SIDE):
                for across in range(SIDE):
                    at = SIDE * row + down, SIDE * col + across
                    raw = [int(image.bands[name][at]) for name in image.bands]
                    known = all(image.masks[name][at] for name in image.bands)
                    if known and raw[2] // 32 in (0, 1) and raw[0] <= 100 and raw[1] <= 100:
                        inside.append(raw)
            if inside:
                count = len(inside)
                # In whole numbers: halves up, ten times the raw precision.
                fpar[row, col] = (20 * sum(raw[0] for raw in inside) + count) // (2 * count)
                lai[row, col] = (20 * sum(raw[1] for raw in inside) + count) // (2 * count)
                share[row, col] = (200 * count + SIDE**2) // (2 * SIDE**2)
                images[row, col] = 1
    return {"lai": lai, "fpar": fpar, "good_share": share, "images": images}


def leaves_agree(path: Path) -> bool:
    days = starts("MODIS/061/MOD15A2H", 2019)
    with xr.open_dataset(path, mask_and_scale=False) as data:
        assert [str(time)[:10] for time in data["time"].values] == [str(day) for day in days]
        for step, day in enumerate(days):
            for name, values in leaves_by_hand(day).items():
                if not np.array_equal(data[name].values[step], values):
                    return False
    return True


def test_leaves_are_those_of_the_pixels(fetch_file: Callable[..., Path]) -> None:
    path = fetch_file("modis_lai", "grid")
    assert leaves_agree(path)
    with xr.open_dataset(path) as data:
        # As a reader sees it: in units.
        assert 0 <= float(data["lai"].min()) < float(data["lai"].max()) <= 10
        assert float(data["fpar"].max()) <= 1
    with xr.open_dataset(path, mask_and_scale=False) as data:
        assert data["lai"].dtype == data["fpar"].dtype == np.int16
        assert data["lai"].attrs["scale_factor"] == 0.01
        assert data["fpar"].attrs["scale_factor"] == 0.001


LEAF_MISTAKES = {
    "another bit": number("Image.rightShift", 5, 4),
    "fewer bits": number("Image.bitwiseAnd", 7, 1),
    "the empirical algorithm": number("Image.lte", 1, 2),
    "fill classes": number("Image.lte", 100, 255),
    "the other band": words("Lai_500m", "Fpar_500m"),
    "less precision": number("Image.multiply", 10, 1),
    "cut off, not rounded": number("Image.add", 0.5, 0),
    "a maximum": instead("Reducer.mean", "Reducer.max"),
    "masked pixels left at 0": skip("Image.unmask", "input"),
    "another fill value": number("Image.unmask", -32768, 0, "value"),
    "no quality": skip("Image.updateMask", "image"),
    "another composite": words("2019-01-09", "2019-01-01"),
}


@pytest.mark.parametrize("mistake", LEAF_MISTAKES)
def test_a_mistake_in_the_recipe_of_leaves_would_be_seen(
    mistake: str, engine: EarthEngine, fetch_file: Callable[..., Path]
) -> None:
    engine.mistake = made = Mistaken(LEAF_MISTAKES[mistake])
    try:
        wrong = not leaves_agree(fetch_file("modis_lai", "grid"))
    except (CarbonscapeError, AssertionError):
        # Refused, or of other months.
        wrong = True
    assert wrong
    assert made.made
    assert not engine.broken


# --- classes -----------------------------------------------------------------------------------


def classes_agree(path: Path) -> bool:
    """Say whether a file of classes holds what counting pixels gives."""
    first = dt.date(2019, 1, 1)
    (image,) = MadeArchive().images("MODIS/061/MCD12Q1", first, dt.date(2020, 1, 1))
    ties = 0
    with xr.open_dataset(path, mask_and_scale=False) as data:
        found = {name: data[name].values[0] for name in data.data_vars}
    for row in range(ROWS):
        for col in range(COLS):
            codes = [
                int(image.bands["LC_Type1"][at])
                for at in (
                    (SIDE * row + down, SIDE * col + across)
                    for down in range(SIDE)
                    for across in range(SIDE)
                )
                if image.masks["LC_Type1"][at]
            ]
            codes = [code for code in codes if 1 <= code <= 17]
            expected = {"igbp": 255, "winner_share": 255, "land_share": 255, "vegetated_share": 255}
            if codes:
                most = max(codes.count(code) for code in codes)
                winners = [code for code in range(1, 18) if codes.count(code) == most]
                ties += len(winners) > 1
                shares = {
                    "winner_share": most,
                    "land_share": sum(code != 17 for code in codes),
                    "vegetated_share": sum(code not in (13, 15, 16, 17) for code in codes),
                }
                expected = {"igbp": winners[0]}
                for name, count in shares.items():
                    expected[name] = (200 * count + len(codes)) // (2 * len(codes))
            if any(found[name][row, col] != value for name, value in expected.items()):
                return False
    assert ties > 5
    return True


@pytest.mark.parametrize("kind", ["grid", "xco2_grid"])
def test_classes_are_the_most_frequent_ones(kind: str, fetch_file: Callable[..., Path]) -> None:
    path = fetch_file("mcd12q1", kind)
    assert classes_agree(path)
    with xr.open_dataset(path, mask_and_scale=False) as data:
        assert dict(data.sizes) == {"time": 1, "lat": ROWS, "lon": COLS}
        assert {str(data[name].dtype) for name in data.data_vars} == {"uint8"}


CLASS_MISTAKES = {
    "another class of water": number("Image.neq", 17, 16),
    "towns are vegetated": number("Image.neq", 13, 14),
    "the larger of two": instead("Image.gte", "Image.gt"),
    "a mean of two": instead("Reducer.max", "Reducer.mean"),
    "the maximum of the pixels": instead("Reducer.mean", "Reducer.max"),
    "no class counts": skip("Image.updateMask", "image"),
    "cut off, not rounded": number("Image.add", 0.5, 0),
    "masked pixels left at 0": skip("Image.unmask", "input"),
    "another year": words("2019-01-01", "2019-02-01"),
    "another band": words("LC_Type1", "LC_Type2"),
}


@pytest.mark.parametrize("mistake", CLASS_MISTAKES)
def test_a_mistake_in_the_recipe_of_classes_would_be_seen(
    mistake: str, engine: EarthEngine, fetch_file: Callable[..., Path]
) -> None:
    engine.mistake = made = Mistaken(CLASS_MISTAKES[mistake])
    try:
        wrong = not classes_agree(fetch_file("mcd12q1", "grid"))
    except (CarbonscapeError, AssertionError):
        # Refused, or of other months.
        wrong = True
    assert wrong
    assert made.made
    assert not engine.broken


# --- weather -----------------------------------------------------------------------------------


def weather_of_day(pixel: Pixel) -> dict[str, float]:
    """Return the weather of a day at a pixel, in the units of the file."""

    def saturation(kelvin: float) -> float:
        return 611.21 * math.exp(17.502 * (kelvin - 273.16) / (kelvin - 32.19))

    deficit = saturation(pixel["temperature_2m"]) - saturation(pixel["dewpoint_temperature_2m"])
    return {
        "t2m": pixel["temperature_2m"],
        "vpd": max(deficit, 0.0) / 100,
        "ssrd": max(pixel["surface_solar_radiation_downwards_sum"], 0.0) / 86_400,
        "tp": max(pixel["total_precipitation_sum"], 0.0) * 1000,
        "e": -1000 * pixel["total_evaporation_sum"],
    }


def weather_agrees(path: Path) -> bool:
    """Say whether a file of weather holds what loops over days and pixels give."""
    with xr.open_dataset(path, mask_and_scale=False) as data:
        days = [dt.date.fromisoformat(str(time)[:10]) for time in data["time"].values]
        # Nineteen days: the third step is not complete.
        assert days == [dt.date(2019, 1, 1), dt.date(2019, 1, 9)]
        for step, first in enumerate(days):
            means: dict[tuple[int, int], dict[str, list[float]]] = {}
            end = first + dt.timedelta(days=8)
            for image in MadeArchive().images("ECMWF/ERA5_LAND/DAILY_AGGR", first, end):
                for row in range(SHAPE[0]):
                    for col in range(SHAPE[1]):
                        pixel = {n: float(v[row, col]) for n, v in image.bands.items()
                                 if image.masks[n][row, col]}  # fmt: skip
                        if len(pixel) == len(image.bands):
                            found = means.setdefault((row, col), {})
                            for name, value in weather_of_day(pixel).items():
                                found.setdefault(name, []).append(value)
            for name in ("t2m", "vpd", "ssrd", "tp", "e"):
                for row in range(ROWS):
                    for col in range(COLS):
                        inside = [
                            math.fsum(found[name]) / len(found[name])
                            for at, found in means.items()
                            if (at[0] // SIDE, at[1] // SIDE) == (row, col)
                        ]
                        value = math.fsum(inside) / len(inside) if inside else -9999.0
                        if not np.isclose(data[name].values[step, row, col], value, rtol=1e-6):
                            return False
    return True


WEATHER_MISTAKES = {
    "the dew point": words("temperature_2m", "dewpoint_temperature_2m"),
    "over ice": number("Image.multiply", 17.502, 22.587),
    "degrees Celsius": number("Image.subtract", 32.19, 0),
    "downwards": number("Image.multiply", -1000, 1000),
    "hours for seconds": number("Image.divide", 86_400, 3600),
    "negative rain": number("Image.max", 0, -1),
    "a maximum of the days": instead("reduce.mean", "reduce.max"),
    "another day": words("2019-01-09", "2019-01-10"),
}


def test_weather_is_the_mean_of_days(fetch_file: Callable[..., Path]) -> None:
    path = fetch_file("era5_land_8day")
    assert weather_agrees(path)
    with xr.open_dataset(path) as data:
        assert int(data["images"].max()) <= 8
        assert data["ssrd"].attrs["units"] == "W m-2"


@pytest.mark.parametrize("mistake", WEATHER_MISTAKES)
def test_a_mistake_in_the_recipe_of_weather_would_be_seen(
    mistake: str, engine: EarthEngine, fetch_file: Callable[..., Path]
) -> None:
    engine.mistake = made = Mistaken(WEATHER_MISTAKES[mistake])
    try:
        wrong = not weather_agrees(fetch_file("era5_land_8day"))
    except (CarbonscapeError, AssertionError):
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
