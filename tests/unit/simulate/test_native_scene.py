"""What images are made of: the truth of a year, the weather, and fill values."""

from __future__ import annotations

import numpy as np

from carbonscape.simulate.native_pixels import Pixels
from carbonscape.simulate.native_scene import Scene, with_fill
from helpers.xco2_predictors_made import LAND, Earth, truth

SEED = 3


def pixels(grid=None, **changes) -> Pixels:
    grid = truth() if grid is None else grid
    return Pixels.of(grid, **{"cell": 30.0, "pixels": 2, "seed": SEED} | changes)


def test_a_scene_knows_the_truth_of_a_year_and_the_weather() -> None:
    earth = Earth()
    scene = Scene(pixels(), SEED, earth.settings.parts, earth)
    assert scene.of_year("lai", 2015).shape == (46, LAND.sum())
    assert scene.of_year("lai", 2015) is scene.of_year("lai", 2015)
    np.testing.assert_allclose(scene.trees(2016), 0.4)
    assert scene.surface.days[0] == np.datetime64("2014-01-01")  # snow needs the year before
    assert scene.emission.shape == (12, 24)


def test_a_fill_value_has_no_mask() -> None:
    values, mask = with_fill(np.array([1, 255], "u1"), 255)
    assert mask.tolist() == [True, False]
    assert values.tolist() == [1, 255]
