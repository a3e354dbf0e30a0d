"""Monthly weather is what loops over raw pixels give; a mistake would be seen."""

from __future__ import annotations

import calendar
import datetime as dt
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from carbonscape.core.errors import CarbonscapeError
from helpers.earth_engine_server import EarthEngine
from helpers.earth_engine_server_archive import SHAPE, SIDE, MadeArchive
from helpers.earth_engine_server_mistakes import Mistaken, number, words

ROWS, COLS = SHAPE[0] // SIDE, SHAPE[1] // SIDE
SOURCE = "era5_land_monthly_ee"


def at_pixel(pixel: dict[str, float], month: dt.date) -> dict[str, float]:
    """Return the weather of a month at a pixel, in the units of the file."""
    days = calendar.monthrange(month.year, month.month)[1]
    return {
        "sp": pixel["surface_pressure"],
        "e": -1000 * pixel["total_evaporation_sum"] / days,
        "v10": pixel["v_component_of_wind_10m"],
        "u10": pixel["u_component_of_wind_10m"],
        "tp": 1000 * max(pixel["total_precipitation_sum"], 0.0) / days,
        "t2m": pixel["temperature_2m"],
    }


def agrees(path: Path) -> bool:
    """Say whether a file holds what loops over pixels give."""
    with xr.open_dataset(path, mask_and_scale=False) as data:
        months = [dt.date.fromisoformat(str(time)[:10]) for time in data["time"].values]
        assert months == [dt.date(2019, month, 1) for month in (1, 2, 4, 12)]
        for step, month in enumerate(months):
            after = month + dt.timedelta(days=1)
            (image,) = MadeArchive().images("ECMWF/ERA5_LAND/MONTHLY_AGGR", month, after)
            there = next(iter(image.masks.values()))
            for row in range(ROWS):
                for col in range(COLS):
                    inside = [
                        at_pixel({n: float(v[at]) for n, v in image.bands.items()}, month)
                        for down in range(SIDE)
                        for across in range(SIDE)
                        if there[at := (SIDE * row + down, SIDE * col + across)]
                    ]
                    for name in ("sp", "e", "v10", "u10", "tp", "t2m"):
                        values = [pixel[name] for pixel in inside]
                        expected = math.fsum(values) / len(values) if values else -9999.0
                        if not np.isclose(data[name].values[step, row, col], expected, rtol=1e-5):
                            return False
    return True


def test_totals_of_a_month_become_those_of_a_day(fetch_file: Callable[..., Path]) -> None:
    path = fetch_file(SOURCE)
    assert agrees(path)
    with xr.open_dataset(path) as data:
        assert data["tp"].attrs["units"] == data["e"].attrs["units"] == "mm d-1"
        assert int(data["images"].max()) == 1


MISTAKES = {
    "wind exchanged": words("v_component_of_wind_10m", "u_component_of_wind_10m"),
    "downwards": number("Image.multiply", -1000, 1000),
    "rain in m": number("Image.multiply", 1000, 1),
    "negative rain": number("Image.max", 0, -1),
    "a month later": words("2019-02-01", "2019-04-01"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_the_recipe_would_be_seen(
    mistake: str, engine: EarthEngine, fetch_file: Callable[..., Path]
) -> None:
    engine.mistake = made = Mistaken(MISTAKES[mistake])
    try:
        wrong = not agrees(fetch_file(SOURCE))
    except (CarbonscapeError, AssertionError):
        wrong = True
    assert wrong
    assert made.made
