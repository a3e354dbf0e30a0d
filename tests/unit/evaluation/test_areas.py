"""Areas of cells and sums over them, against geometry and against paper and pencil."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.core.errors import ResultError
from carbonscape.core.sphere import MODIS_RADIUS, arc_degrees, cell_areas, unit_vectors
from carbonscape.evaluation.areas import annual_sum, month_days, petagrams
from helpers.synthetic_maps import grid

SPHERE = 4 * np.pi * MODIS_RADIUS**2


def test_a_tenth_of_a_degree_on_the_equator():
    area = cell_areas([[0.0, 0.1]], [[10.0, 10.1]])
    assert area.shape == (1, 1)
    assert area[0, 0] == pytest.approx(1.236433e8, rel=1e-6)


@pytest.mark.parametrize("cell", [30.0, 4.0, 0.5])
def test_the_cells_of_the_globe_are_the_sphere(cell):
    areas = cell_areas(grid(cell)["lat_bnds"], grid(cell)["lon_bnds"])
    assert areas.shape == (180 / cell, 360 / cell)
    assert areas.sum() == pytest.approx(5.1006562e14, rel=1e-7)
    assert areas.sum() == pytest.approx(SPHERE, rel=1e-12)


def test_a_polar_cell_is_a_piece_of_a_cap():
    # The cap north of 60 degrees: 2 pi R2 (1 - sin 60).
    cap = 2 * np.pi * MODIS_RADIUS**2 * (1 - np.sqrt(3) / 2)
    assert cell_areas([[60, 90]], [[0, 90]])[0, 0] == pytest.approx(cap / 4, rel=1e-12)


def test_the_order_of_the_edges_does_not_matter():
    one = cell_areas([[0, 10], [50, 60]], [[0, 4], [4, 8]])
    two = cell_areas([[10, 0], [60, 50]], [[4, 0], [8, 4]])
    assert np.array_equal(one, two)
    assert np.all(one > 0)


@pytest.mark.parametrize(
    ("lat", "lon", "text"),
    [
        ([[0, 91]], [[0, 1]], "latitude bounds must lie"),
        ([[0, np.nan]], [[0, 1]], "latitude bounds must lie"),
        ([[5, 5]], [[0, 1]], "enclose a cell"),
        ([[0, 1]], [[0, 400]], "longitude bounds must lie"),
        ([0, 1], [[0, 1]], "latitude bounds have shape"),
    ],
)
def test_bounds_that_are_no_cells_are_refused(lat, lon, text):
    with pytest.raises(ResultError, match=text):
        cell_areas(lat, lon)


def test_distances_follow_great_circles():
    assert arc_degrees(0.0, 0.0, 0.0, 90.0) == pytest.approx(90.0)
    near = arc_degrees([60.0, 0.0], [179.0, 10.0], [60.0, 1.0], [-179.0, 10.0])
    assert near == pytest.approx([1.0, 1.0], abs=1e-3)
    one, two = unit_vectors([60.0, 60.0], [179.0, -179.0])
    chord = np.linalg.norm(one - two)
    assert np.degrees(2 * np.arcsin(chord / 2)) == pytest.approx(near[0])


# --- a year ------------------------------------------------------------------------------------


def test_days_of_the_months():
    assert month_days(2011).tolist() == [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    assert month_days(2012)[1] == 29
    assert month_days(2100)[1] == 28


def test_months_count_by_their_days():
    gpp = np.zeros((12, 1))
    gpp[1] = 2.0
    assert annual_sum(gpp, year=2011) == 56.0
    assert annual_sum(gpp, year=2012) == 58.0


def test_a_cell_without_a_month_has_no_year():
    gpp = np.ones((12, 2))
    gpp[6, 1] = np.nan
    assert annual_sum(gpp, year=2011)[0] == 365
    assert np.isnan(annual_sum(gpp, year=2011)[1])


@pytest.mark.parametrize("months", [0, 11, 13, 24])
def test_a_year_has_twelve_months(months):
    with pytest.raises(ResultError, match=f"2011 has {months} months"):
        annual_sum(np.ones((months, 1)), year=2011)
    with pytest.raises(ResultError, match=f"2011 has {months} months"):
        annual_sum((np.ones(1) for _ in range(months)), year=2011)


# --- the globe ---------------------------------------------------------------------------------


def belt(cell: float, south: float, north: float) -> np.ndarray:
    """One everywhere in a belt of latitudes, and no value elsewhere: (time, lat, lon)."""
    lat = grid(cell)["lat"].values
    inside = (lat > south) & (lat < north)
    field = np.where(inside[:, None], 1.0, np.nan) * np.ones(round(360 / cell))
    return np.repeat(field[None], 12, axis=0)


@pytest.mark.parametrize("cell", [30.0, 5.0, 1.0])
@pytest.mark.parametrize(("year", "days"), [(2011, 365), (2012, 366)])
def test_one_gram_a_day_over_a_land_gives_the_analytic_petagrams(cell, year, days):
    # A belt from 30 to 60 degrees north holds (sin 60 - sin 30) / 2 of the sphere.
    expected = SPHERE * (np.sqrt(3) / 2 - 0.5) / 2 * days / 1e15
    cells = grid(cell)
    areas = cell_areas(cells["lat_bnds"], cells["lon_bnds"])
    total = petagrams(annual_sum(belt(cell, 30, 60), year=year), areas)
    assert total == pytest.approx(expected, rel=1e-6)
    assert total == pytest.approx(expected, rel=1e-12)


def test_the_cosine_of_the_centre_would_not_do():
    cell = 30.0
    lat = grid(cell)["lat"].values
    cosine = np.radians(cell) ** 2 * MODIS_RADIUS**2 * np.cos(np.radians(lat))
    exact = cell_areas(grid(cell)["lat_bnds"], grid(cell)["lon_bnds"])[:, 0]
    # (sin 60 - sin 30) / (cos 45 * pi / 6): the cosine is 1.1 % too large in this belt.
    assert cosine[1] / exact[1] - 1 == pytest.approx(0.0115, abs=1e-4)
    assert abs(cosine[1] / exact[1] - 1) > 1e-6


def test_the_sum_does_not_depend_on_the_tiles():
    rng = np.random.default_rng(1)
    gpp = rng.random((12, 36, 72))
    gpp[:, rng.random((36, 72)) < 0.6] = np.nan
    bounds = grid(5.0)["lat_bnds"].values, grid(5.0)["lon_bnds"].values
    whole = petagrams(annual_sum(gpp, year=2012), cell_areas(*bounds))
    for size in (7, 36):
        parts = [
            petagrams(
                annual_sum(gpp[:, row : row + size, column : column + size], year=2012),
                cell_areas(bounds[0][row : row + size], bounds[1][column : column + size]),
            )
            for row in range(0, 36, size)
            for column in range(0, 72, size)
        ]
        assert sum(parts) == pytest.approx(whole, rel=1e-12)


def test_grams_are_turned_into_petagrams():
    assert petagrams([[1.0, np.nan]], [[2e15, 5e15]]) == 2.0
