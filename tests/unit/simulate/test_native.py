"""The native images of the simulated satellites: one at a time, each with its own numbers."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pytest

from carbonscape.core.errors import ConfigError
from carbonscape.simulate.native import ASSETS, CLASSES, EVI, GPP, LEAVES, LST, NativeArchive
from helpers.xco2_predictors_made import BEGIN, CELL, SEED, Earth, archive, seen, truth

MARCH, APRIL = dt.date(2016, 3, 1), dt.date(2016, 4, 1)


def first_of(images: NativeArchive, asset: str, day: dt.date = MARCH):
    """Return the first image from a day on."""
    return next(images.images(asset, day, dt.date(day.year + 1, 1, 1)))


def leaves() -> NativeArchive:
    """Return an archive whose truth has FPAR too."""
    grid = truth()
    grid["fpar"] = 0.2 * grid["lai"]
    parts = Earth().settings.parts
    return NativeArchive(grid, cell=CELL, seed=SEED, parts=parts, earth=Earth(), gases_first=BEGIN)


@pytest.mark.parametrize("asset", ASSETS)
def test_an_image_made_alone_is_the_one_made_in_order(asset: str) -> None:
    start = dt.date(2016, 1, 1)
    images = list(leaves().images(asset, start, dt.date(2017, 1, 1)))
    assert images
    last = images[-1]
    alone = list(leaves().images(asset, last.start, last.start + dt.timedelta(days=1)))[-1]
    assert alone.start == last.start
    for name, band in last.bands.items():
        np.testing.assert_array_equal(alone.bands[name], band)
        np.testing.assert_array_equal(alone.masks[name], last.masks[name])
        assert band.shape == (36, 72)  # 2 x 2 pixels to a cell of 10 degrees


def test_the_end_is_not_included_and_images_are_in_order() -> None:
    days = [image.start for image in archive().images(LST, MARCH, APRIL)]
    assert days[0] == MARCH
    assert days == sorted(days)
    assert max(days) == dt.date(2016, 3, 31)
    across = [i.start for i in archive().images(GPP, dt.date(2015, 12, 20), dt.date(2016, 1, 9))]
    assert across == [dt.date(2015, 12, 27), dt.date(2016, 1, 1)]


def test_two_images_and_two_seeds_differ() -> None:
    images, other = archive(), archive(earth=Earth(seed=SEED + 1))
    one, two = list(images.images(LST, MARCH, MARCH + dt.timedelta(days=2)))
    assert (one.bands["LST_Day_1km"] != two.bands["LST_Day_1km"]).any()
    assert (one.bands["LST_Day_1km"] != first_of(other, LST).bands["LST_Day_1km"]).any()
    by_day, by_night = (seen(images, "MOD11A1.061", 2016)[f"QC_{n}"] for n in ("Day", "Night"))
    assert (by_day != by_night).any()


def test_a_missing_image_leaves_the_others_as_they_are() -> None:
    earth = Earth()
    earth.settings.parts.missing_composites = False
    whole = seen(archive(earth=earth), "MOD17A2H.006", 2016)
    few = seen(archive(), "MOD17A2H.006", 2016)
    assert len(few["days"]) < len(whole["days"]) == 46
    kept = [day in few["days"] for day in whole["days"]]
    np.testing.assert_array_equal(whole["Gpp"][kept], few["Gpp"])


def test_the_truth_is_what_the_pixels_show_on_average() -> None:
    """Of a home the leaves of the pixels differ, but not their mean."""
    earth = Earth(switches=False)
    for pixels in (1, 3):
        raw = seen(archive(earth=earth, cloud=0.0, pixels=pixels), "MOD17A2H.006", 2015)
        daily = raw["Gpp"][:45].astype(float)
        daily[daily > 3000] = np.nan
        assert np.nanmean(daily) / 80 == pytest.approx(5.0 * 0.8, rel=0.02)


def test_images_of_the_weather_need_an_earth() -> None:
    images = NativeArchive(truth(), cell=CELL, seed=1, parts=Earth().settings.parts)
    assert first_of(images, GPP).bands.keys() == {"Gpp", "Psn_QC"}
    for asset in (EVI, LST):
        with pytest.raises(ConfigError, match="made without an Earth"):
            first_of(images, asset)


def test_other_collections_and_years_are_refused() -> None:
    with pytest.raises(ConfigError, match="no image collection MODIS/061/MOD09A1; choose one of"):
        first_of(archive(), "MODIS/061/MOD09A1")
    with pytest.raises(ConfigError, match="MCD12Q1 in 2017: the truth has 2015 to 2016"):
        first_of(archive(), CLASSES, dt.date(2017, 1, 1))


def test_a_truth_without_the_earth_s_switches_makes_classes() -> None:
    grid = truth()[["igbp"]]
    images = NativeArchive(grid, seed=1, parts=SimpleNamespace(cover_views=False), pixels=1)
    code = first_of(images, CLASSES, dt.date(2015, 1, 1)).bands["LC_Type1"]
    np.testing.assert_array_equal(code, np.nan_to_num(truth()["igbp"].values[0], nan=17))


def test_leaves_of_the_archive() -> None:
    image = first_of(leaves(), LEAVES)
    assert image.start == dt.date(2016, 3, 5)
    assert {name: band.dtype for name, band in image.bands.items()} == dict.fromkeys(
        ("Lai_500m", "Fpar_500m", "FparLai_QC"), np.dtype("u1")
    )
    assert image.masks["FparLai_QC"].all()
    np.testing.assert_array_equal(image.masks["Lai_500m"], image.bands["Lai_500m"] != 255)
