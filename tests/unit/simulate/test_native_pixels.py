"""Native pixels: where they lie, whose truth they take, and how they differ for good."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.simulate.native_pixels import Pixels
from helpers.xco2_predictors_made import LAND, truth

SEED = 3


def pixels(grid=None, **changes) -> Pixels:
    grid = truth() if grid is None else grid
    return Pixels.of(grid, **{"cell": 30.0, "pixels": 2, "seed": SEED} | changes)


def test_pixels_divide_cells_and_take_the_truth_of_their_home() -> None:
    found = pixels()
    assert found.lat.tolist() == [82.5 - 15 * n for n in range(12)]
    assert found.lon[:2].tolist() == [-172.5, -157.5]
    assert found.shape == (12, 24)
    assert len(found) == 4 * LAND.sum()
    homes = found.homes
    np.testing.assert_array_equal(homes.rows[found.home], found.rows // 2)
    np.testing.assert_array_equal(homes.columns[found.home], found.columns // 2)
    field = found.spread(np.ones(len(found)), 0)
    np.testing.assert_array_equal(field == 1, LAND.repeat(2, axis=0).repeat(2, axis=1))


def test_pixels_of_another_grid_lie_in_the_cell_that_holds_their_centre() -> None:
    found = pixels(cell=20.0)  # of 10 degrees
    assert found.shape == (18, 36)
    np.testing.assert_array_equal(found.homes.rows[found.home], found.rows // 3)


def test_leaves_and_warmth_differ_within_a_home_but_not_on_average() -> None:
    found = pixels(pixels=4)
    for values, mean in ((found.leafier, 1.0), (found.warmer, 0.0)):
        by_home = np.bincount(found.home, values) / np.bincount(found.home)
        np.testing.assert_allclose(by_home, mean, atol=1e-12)
    assert found.leafier.std() == pytest.approx(0.12, abs=0.02)
    assert found.warmer.std() == pytest.approx(1.0, abs=0.1)
    assert (pixels(pixels=1).leafier == 1).all()
    assert (pixels(pixels=4, seed=SEED + 1).leafier != found.leafier).any()


def test_water_takes_the_share_that_is_no_land_but_never_half() -> None:
    grid = truth()
    for share, wet in ((1.0, 0), (0.9, 0), (0.8, 1), (0.3, 1)):  # of 4 pixels; 0.4 rounds to 0
        grid["land_share"][:] = share
        count = np.bincount(pixels(grid).home)
        assert set(count) == {4 - wet}, share
    grid["land_share"][:] = 0.8
    assert set(np.bincount(pixels(grid, pixels=5).home)) == {20}
    assert set(np.bincount(pixels(grid, pixels=1).home)) == {1}
    assert len(pixels(grid.drop_vars("land_share"))) == 4 * LAND.sum()


def test_neighbours_share_most_of_their_luck() -> None:
    found = pixels()
    rng = np.random.default_rng(0)
    luck = np.stack([found.luck(rng) for _ in range(400)])
    assert luck.mean() == pytest.approx(0.5, abs=0.02)
    assert 0 < luck.min() < luck.max() < 1
    first = np.flatnonzero(found.home == 0)
    other = np.flatnonzero(found.home == 1)
    assert np.corrcoef(luck[:, first[0]], luck[:, first[1]])[0, 1] == pytest.approx(0.7, abs=0.1)
    assert abs(np.corrcoef(luck[:, first[0]], luck[:, other[0]])[0, 1]) < 0.2
