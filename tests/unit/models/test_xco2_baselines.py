"""The trivial baselines of XCO2, on functions whose answer is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from carbonscape.models import lasso_harmonics
from carbonscape.models.block import Block
from carbonscape.models.entry import Shape
from carbonscape.models.lasso_harmonics import coordinate_descent
from carbonscape.models.registry import get_model
from carbonscape.models.smooth import LeastSquares, harmonics, legendre

SHAPE = Shape(3, 1, {})


def samples(number: int = 600, *, years=(2015, 2016, 2017, 2018), seed: int = 0, lat=None) -> Block:
    """Return samples of places and months without a target."""
    random = np.random.default_rng(seed)
    year, month = random.choice(years, number), random.integers(1, 13, number)
    lat = random.uniform(-60, 75, number) if lat is None else np.full(number, lat)
    where = np.column_stack([lat, random.uniform(-180, 180, number), year + (month - 0.5) / 12])
    return Block(
        series=np.zeros((number, 3, 1), np.float32), context={}, month=month,
        target=np.zeros(number), where=where,
    )  # fmt: skip


def with_target(block: Block, target: np.ndarray) -> Block:
    return Block(block.series, {}, block.month, target, where=block.where)


def fitted(name: str, block: Block, **options):
    model = get_model(name).build(SHAPE, options)
    model.fit(block, 0)
    return model


# --- latitude, month, year -----------------------------------------------------------------------


def truth(block: Block) -> np.ndarray:
    """Growth that grows, a gradient and a season of its own in each hemisphere, ppm."""
    sine, time = np.sin(np.radians(block.where[:, 0])), block.where[:, 2] - 2015
    return (
        400 + 2.3 * time + 0.05 * time**2 + 2 * sine
        + 4 * sine * np.cos(2 * np.pi * block.month / 12)
    )  # fmt: skip


def test_latitude_month_and_year_are_learnt():
    block, held_out = samples(), samples(100, seed=1)
    model = fitted("latitude_month_year", with_target(block, truth(block)))
    np.testing.assert_allclose(model.predict(held_out), truth(held_out), atol=1e-3)


def test_the_growth_is_carried_into_other_years():
    block, later = samples(), samples(50, years=(2020,), seed=2)
    model = fitted("latitude_month_year", with_target(block, truth(block)))
    np.testing.assert_allclose(model.predict(later), truth(later), atol=0.02)


def test_a_higher_degree_follows_latitude_more_closely():
    block = samples()
    bump = 400 + np.exp(-(((block.where[:, 0] - 40) / 8) ** 2))
    errors = []
    for degree in (1, 3, 8):
        model = fitted("latitude_month_year", with_target(block, bump), degree=degree)
        errors.append(np.std(model.predict(block) - bump))
    assert errors[0] > errors[1] > 2 * errors[2]


def test_one_month_of_one_year_gives_its_mean_and_no_growth():
    block = samples(40, years=(2015,), lat=10.0)
    block = block.take(block.month == block.month[0])
    found = fitted("latitude_month_year", with_target(block, np.full(len(block), 401.0)))
    far = samples(10, years=(2021,), seed=3)
    np.testing.assert_allclose(found.predict(far), 401.0)


def test_the_shortest_solution_is_taken_where_several_are_as_good():
    column = np.arange(6.0)
    twice = LeastSquares.fit(np.column_stack([column, column]), 3 * column)
    np.testing.assert_allclose(twice.predict(np.array([[10.0, 10.0]])), 30.0)
    assert twice.coefficients[0] == pytest.approx(twice.coefficients[1])
    again = LeastSquares.of_numbers(twice.numbers())
    assert again.predict(np.array([[4.0, 4.0]]))[0] == pytest.approx(12.0)


def test_polynomials_and_harmonics():
    sine = np.sin(np.radians(30.0))
    np.testing.assert_allclose(legendre(np.array([30.0]), 2), [[1, sine, (3 * sine**2 - 1) / 2]])
    found = harmonics(np.array([2015.25]), 2)
    np.testing.assert_allclose(found, [[0, -1, 1, 0]], atol=1e-9)


# --- persistence with growth ---------------------------------------------------------------------


def test_persistence_carries_a_month_on_by_the_growth():
    # January: 400 and 402; July: 395 and 397; so growth is 2 ppm a year.
    where = np.array([[10.0, 0, year + (m - 0.5) / 12] for m in (1, 7) for year in (2015, 2016)])
    block = Block(
        np.zeros((4, 3, 1), np.float32), {}, np.array([1, 1, 7, 7]),
        np.array([400.0, 402, 395, 397]), where=where,
    )  # fmt: skip
    model = fitted("growth_persistence", block)
    assert model.growth == pytest.approx(2.0)
    asked = Block(
        np.zeros((4, 3, 1), np.float32), {}, np.array([1, 7, 4, 7]), np.zeros(4),
        where=np.array([[12, 0, 2019 + 0.5 / 12], [12, 0, 2018 + 6.5 / 12],
                        [12, 0, 2015.5 + 3.5 / 12], [80, 0, 2016 + 6.5 / 12]]),
    )  # fmt: skip
    # A month never seen: mean of the band (398.5 at 2015.79...); a band never seen: of all.
    middle = where[:, 2].mean()
    expected = [
        408, 401, 398.5 + 2 * (asked.where[2, 2] - middle), 398.5 + 2 * (asked.where[3, 2] - middle)
    ]  # fmt: skip
    np.testing.assert_allclose(model.predict(asked), expected)


def test_bands_keep_latitudes_apart():
    block = samples(years=(2015, 2016))
    target = np.where(block.where[:, 0] > 0, 410.0, 400.0)
    model = fitted("growth_persistence", with_target(block, target))
    np.testing.assert_allclose(model.predict(block), target, atol=1e-9)
    wide = fitted("growth_persistence", with_target(block, target), band_degrees=180)
    assert np.abs(wide.predict(block) - target).min() > 1


def test_a_single_year_tells_no_growth():
    block = samples(years=(2016,))
    model = fitted("growth_persistence", with_target(block, 400.0 + block.month))
    assert model.growth == 0
    later = samples(50, years=(2020,), seed=1)
    assert set(model.predict(later)) <= set(range(401, 413))


def test_season_is_not_taken_for_growth():
    # Only winter in 2015 and only summer in 2016, but for one month that both have.
    block = samples()
    early = block.where[:, 2] < 2017
    keep = np.where(early, block.month <= 6, block.month >= 6)
    block = block.take(keep)
    season = 5 * np.cos(2 * np.pi * block.month / 12)
    model = fitted(
        "growth_persistence", with_target(block, 400 + season + 2 * block.where[:, 2]),
        band_degrees=180,
    )  # fmt: skip
    assert model.growth == pytest.approx(2.0)


# --- lasso ---------------------------------------------------------------------------------------


def test_the_lasso_shrinks_and_leaves_out():
    # Columns that are apart: each moment less the penalty, none below it.
    found, change = coordinate_descent(np.diag([1.0, 4.0, 1.0]), np.array([3.0, -2.0, 0.4]), 0.5)
    np.testing.assert_allclose(found, [2.5, -0.375, 0.0])
    assert change == 0
    # Without a penalty the normal equations are solved.
    normal = np.array([[2.0, 1.0], [1.0, 1.0]])
    found, change = coordinate_descent(normal, normal @ [1, -1], 0)
    np.testing.assert_allclose(found, [1, -1], atol=1e-5)
    assert 0 < change <= 1e-6


def test_the_lasso_is_at_its_optimum():
    random = np.random.default_rng(4)
    columns = random.normal(size=(80, 12)) @ random.normal(size=(12, 12))
    normal, along = columns.T @ columns / 80, columns.T @ columns[:, 0] / 80
    found, _ = coordinate_descent(normal, along, 0.3)
    slope = along - normal @ found
    # Karush, Kuhn and Tucker: the slope is the penalty where a coefficient is, less elsewhere.
    np.testing.assert_allclose(slope[found != 0], 0.3 * np.sign(found[found != 0]), atol=1e-4)
    assert (np.abs(slope) <= 0.3 + 1e-4).all()
    assert 0 < (found != 0).sum() < 12


def test_the_lasso_follows_growth_season_and_place(monkeypatch):
    def truth_here(block: Block) -> np.ndarray:
        lat, lon = np.radians(block.where[:, :2].T)
        return truth(block) + 1.5 * np.cos(lat) * np.sin(lon)

    block, held_out = samples(1500), samples(100, seed=1)
    given = with_target(block, truth_here(block))
    model = fitted("lasso_harmonics", given, penalty=1e-3)
    np.testing.assert_allclose(model.predict(held_out), truth_here(held_out), atol=0.1)
    # A penalty above the spread of the target leaves its mean.
    flat = fitted("lasso_harmonics", given, penalty=50.0)
    np.testing.assert_allclose(flat.predict(held_out), given.target.mean())
    monkeypatch.setattr(lasso_harmonics, "_ROWS", 100)
    pieces = fitted("lasso_harmonics", given, penalty=1e-3)
    np.testing.assert_allclose(pieces.predict(held_out), model.predict(held_out), atol=1e-3)


def test_a_lasso_that_had_not_settled_says_so(monkeypatch):
    given = with_target(samples(200), truth(samples(200)))
    assert fitted("lasso_harmonics", given, penalty=0.1).warnings == []
    monkeypatch.setattr(lasso_harmonics, "_SWEEPS", 2)
    (said,) = fitted("lasso_harmonics", given, penalty=0.1).warnings
    assert said.startswith("the lasso on harmonics had not settled after 2 sweeps")
    assert "with the penalty 0.1 ppm" in said
    assert "set 'xco2.models.lasso_harmonics.penalty' higher" in said


def test_weights_of_the_lasso_stand_for_repeated_samples():
    block = with_target(samples(40), truth(samples(40)))
    times = np.arange(40) % 3 + 1
    weighed = replace(block, weight=times.astype(float))
    repeated = block.take(np.repeat(np.arange(40), times))
    one, other = (fitted("lasso_harmonics", b, penalty=0.1) for b in (weighed, repeated))
    np.testing.assert_allclose(one.predict(block), other.predict(block), atol=1e-3)


@pytest.mark.parametrize(
    ("name", "options"),
    [("latitude_month_year", {}), ("growth_persistence", {}), ("lasso_harmonics", {"penalty": 1})],
)
def test_baselines_need_to_know_where_and_when(name, options):
    model = get_model(name).build(SHAPE, options)
    with pytest.raises(RuntimeError, match=r"before fit|where and when"):
        model.predict(samples(3))
    blind = Block(np.zeros((3, 3, 1), np.float32), {}, np.ones(3, int), np.zeros(3))
    with pytest.raises(RuntimeError, match="where and when"):
        model.fit(blind, 0)
