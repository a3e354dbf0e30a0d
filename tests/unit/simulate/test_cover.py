"""The true cover and the two maps that see it: sums, crosswalk, change, confusion."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.simulate.cover import (
    BASE_YEAR,
    CROSSWALK,
    GRASS_MAN,
    IGBP,
    PFTS,
    change_classes,
    change_fractions,
    dominant_class,
    esa_view,
    fractions_of_classes,
    igbp_view,
    whole_percents,
)
from helpers.simulated import geography

TREES = [number for number, name in enumerate(PFTS) if name.startswith("TREES")]


def numbers(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_every_class_in_every_climate_is_made_of_types_that_sum_to_one() -> None:
    assert CROSSWALK.shape == (17, 5, 14)
    assert CROSSWALK.sum(axis=2) == pytest.approx(1)
    assert (CROSSWALK >= 0).all()


@pytest.mark.parametrize(
    ("kind", "climate", "name"),
    [
        ("ENF", 3, "TREES-NE"), ("EBF", 0, "TREES-BE"), ("DNF", 3, "TREES-ND"),
        ("DBF", 2, "TREES-BD"), ("GRA", 1, "GRASS-NAT"), ("CRO", 2, "GRASS-MAN"),
        ("URB", 2, "BUILT"), ("SNO", 4, "SNOWICE"), ("BSV", 1, "BARE"), ("WAT", 2, "WATER"),
        ("WSA", 3, "GRASS-NAT"),
    ],
)  # fmt: skip
def test_the_leading_type_of_a_class(kind: str, climate: int, name: str) -> None:
    assert PFTS[CROSSWALK[IGBP.index(kind), climate].argmax()] == name


def test_savannas_have_needles_in_the_cold_and_broad_leaves_in_the_tropics() -> None:
    woody = CROSSWALK[IGBP.index("WSA")]
    assert woody[3, PFTS.index("TREES-NE")] > woody[3, PFTS.index("TREES-BD")]
    assert woody[0, PFTS.index("TREES-NE")] == 0


def test_fractions_are_means_over_pixels_and_sum_to_one_on_the_real_map() -> None:
    half = np.zeros((17, 5, 1))
    half[1, 0] = half[16, 0] = 0.5
    fractions = fractions_of_classes(half)
    assert fractions[PFTS.index("WATER"), 0] == pytest.approx(0.5)
    assert fractions[PFTS.index("TREES-BE"), 0] == pytest.approx(0.45)
    cells = fractions_of_classes(geography().cover_in_cells(30.0))[:, :5]
    assert cells.sum(axis=0) == pytest.approx(1)
    amazon = cells[:, 2, 4]  # 0-30 N, 60-30 W holds the Guianas and the Atlantic
    assert amazon[PFTS.index("WATER")] > 0.8


def test_trees_give_way_to_crops_and_come_back() -> None:
    fractions = np.zeros((14, 4))
    fractions[TREES[0]], fractions[TREES[3]], fractions[GRASS_MAN] = 0.3, 0.3, 0.4
    fractions[:, 3] = np.eye(14)[4]  # grassland: nothing to change
    rate = np.array([0.01, -0.01, 0.0, 0.01])
    later = change_fractions(fractions, rate, BASE_YEAR + 10)
    assert later.sum(axis=0) == pytest.approx(1)
    assert later[TREES, 0].sum() == pytest.approx(0.6 * np.exp(-0.1))
    assert later[TREES[0], 0] == pytest.approx(later[TREES[3], 0])
    assert later[TREES, 1].sum() == pytest.approx(0.6 * np.exp(0.1))
    np.testing.assert_array_equal(later[:, 2:], fractions[:, 2:])
    np.testing.assert_array_equal(change_fractions(fractions, rate, BASE_YEAR), fractions)
    bounded = change_fractions(fractions, 100 * rate, BASE_YEAR + 10)
    assert ((bounded >= 0) & (bounded <= 1 + 1e-12)).all()
    assert bounded.sum(axis=0) == pytest.approx(1)


def test_classes_change_as_fractions_do() -> None:
    shares = np.zeros((17, 1))
    shares[3], shares[11] = 0.52, 0.48
    assert dominant_class(shares).tolist() == [4]
    later = change_classes(shares, np.array([0.02]), BASE_YEAR + 10)
    assert later.sum() == pytest.approx(1)
    assert dominant_class(later).tolist() == [12]


def test_water_is_dominant_only_where_there_is_no_land() -> None:
    shares = np.zeros((17, 2))
    shares[16] = [0.9, 1.0]
    shares[9, 0] = 0.1
    assert dominant_class(shares).tolist() == [10, 17]


def test_percents_are_whole_and_sum_to_a_hundred() -> None:
    fractions = numbers().dirichlet(np.full(14, 0.3), (20, 30)).transpose(2, 0, 1)
    for noise in (True, False):
        seen = esa_view(fractions, numbers(), noise=noise)
        assert seen.dtype == np.uint8
        assert (seen.sum(axis=0, dtype=int) == 100).all()
    np.testing.assert_allclose(seen / 100, fractions, atol=0.01)
    thirds = whole_percents(np.array([[1 / 3], [1 / 3], [1 / 3]]))
    assert sorted(thirds[:, 0].tolist()) == [33, 33, 34]


def test_the_esa_map_errs_where_cover_is_mixed_and_invents_nothing() -> None:
    pure, mixed = np.zeros((14, 2000)), np.zeros((14, 2000))
    pure[3] = 1
    mixed[4] = mixed[6] = 0.5
    assert (esa_view(pure, numbers(), noise=True)[3] == 100).all()
    seen = esa_view(mixed, numbers(), noise=True)
    assert seen[[4, 6]].sum(axis=0, dtype=int).tolist() == [100] * 2000
    # Two independent errors of 0.09 of which the sum is scaled away: 0.09 / sqrt(2) is left.
    assert seen[4].mean() == pytest.approx(50, abs=1)
    assert seen[4].std() == pytest.approx(100 * 0.09 / np.sqrt(2), rel=0.1)


def test_the_igbp_map_takes_a_fifth_for_a_class_like_it() -> None:
    codes = np.tile(np.arange(1, 18), 2000)
    seen = igbp_view(codes, numbers(), noise=True)
    wrong = (seen != codes).reshape(2000, 17).mean(axis=0)
    assert wrong[:14] == pytest.approx(0.2, abs=0.04)
    assert (wrong[14:] == 0).all()
    forests = seen[codes == 1]
    assert set(forests.tolist()) == {1, 5, 8}
    assert (forests == 5).sum() > 1.5 * (forests == 8).sum()
    assert (igbp_view(codes, numbers(), noise=False) == codes).all()


def test_the_igbp_map_keeps_its_errors_from_year_to_year_and_fills_the_sea() -> None:
    codes = np.array([1.0, np.nan, 4.0, 10.0] * 50)
    first, second = (igbp_view(codes, numbers(9), noise=True) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert (first[1::4] == 255).all()
    assert first.dtype == np.uint8
