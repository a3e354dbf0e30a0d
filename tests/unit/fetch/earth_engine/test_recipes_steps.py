"""Leaves, classes and weather are what loops over raw pixels give; a mistake would be seen."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from carbonscape.core.errors import CarbonscapeError
from helpers.earth_engine_server import EarthEngine
from helpers.earth_engine_server_archive import SHAPE, SIDE, MadeArchive, starts
from helpers.earth_engine_server_mistakes import Mistaken, instead, number, skip, words

Pixel = dict[str, float]
ROWS, COLS = SHAPE[0] // SIDE, SHAPE[1] // SIDE


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
