"""The growth of cells: its interval, and whether it differs from that of their mean."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.columns.evaluation.cell_growth import growth_dataset, growth_totals, mean_series
from carbonscape.columns.evaluation.maps import AnnualMeans
from carbonscape.core.grid import Grid
from carbonscape.evaluation.trends import slope_interval

YEARS = list(range(2015, 2022))


def means(product: np.ndarray) -> AnnualMeans:
    product = product.astype(np.float32)
    return AnnualMeans(YEARS[: len(product)], 12, product, np.full_like(product, np.nan), Grid(30))


def made(*, swing: float = 0.02) -> np.ndarray:
    """All cells grow by 2.4 ppm a year along one curve; one by 0.5 more, one not at all."""
    curve = 400 + 2.4 * np.arange(7) - 0.02 * (np.arange(7) - 3.0) ** 2
    to_and_fro = np.tile([swing, -swing], 4)[:7]
    product = np.tile(curve[:, None, None], (1, 6, 12))
    product += to_and_fro[:, None, None] * np.where(np.arange(72).reshape(6, 12) % 2, 1, -1)
    product[:, 1, 4] += 0.5 * np.arange(7)
    product[:, 2, 7] = 406 + 3 * to_and_fro
    product[2, 3, 0] = np.nan
    return product


def test_what_all_cells_share_widens_the_interval_and_cancels_in_the_difference() -> None:
    annual = means(made())
    growth = growth_dataset(annual)
    alone = slope_interval(YEARS, annual.product[:, 0, 0])
    assert growth["trend_low"].values[0, 0] == pytest.approx(alone.low, abs=1e-5)
    differences = annual.product[:, 1, 4] - mean_series(annual)
    apart = slope_interval(YEARS, differences)
    assert growth["apart_high"].values[1, 4] == pytest.approx(apart.high, abs=1e-5)
    # The curve leaves the slope of any cell unsure, and its difference from the others sure.
    assert growth["trend_high"].values[1, 4] - growth["trend_low"].values[1, 4] > 0.5
    assert 0.4 < growth["apart_low"].values[1, 4] < growth["apart_high"].values[1, 4] < 0.6
    assert growth["trend_low"].values[2, 7] < 0 < growth["trend_high"].values[2, 7]
    assert np.isnan(growth["apart_low"].values[3, 0])
    assert growth["apart_low"].attrs["units"] == "ppm year-1"


def test_the_mean_leaves_out_the_far_south_and_cells_that_lack_a_year() -> None:
    product = made()
    product[:, 5] = 300.0  # its centre lies at 75 S
    product[0, 1:5] = np.nan
    annual = means(product)
    weights = np.ones(12)
    assert mean_series(annual) == pytest.approx(
        np.average(annual.product[:, 0], weights=weights, axis=1), abs=1e-4
    )
    assert np.isnan(mean_series(means(np.full((7, 6, 12), np.nan)))).all()


def test_shares_of_the_area_are_those_of_the_cells_with_an_interval() -> None:
    # A swing that hides how little the mean of all cells differs from most of them.
    annual = means(made(swing=0.1))
    table = growth_totals(growth_dataset(annual), annual).set_index("name")["value"]
    # Rows of 30 degrees to 60 S, as shares of the globe; the cell that lacks a year has none.
    rows = np.diff(np.sin(np.radians([-60, -30, 0, 30, 60, 90])))[::-1] / 2
    known = rows.sum() - rows[3] / 12
    assert table["growth_none"] == pytest.approx(100 * rows[2] / 12 / known)
    assert table["growth_apart"] == pytest.approx(100 * (rows[1] + rows[2]) / 12 / known)
    assert table["growth_half_width"] > 0


def test_four_years_have_no_interval_and_no_share() -> None:
    annual = means(made()[:4])
    growth = growth_dataset(annual)
    assert np.isfinite(growth["trend"].values[0, 0])
    assert np.isnan(growth["trend_low"].values).all()
    assert growth_totals(growth, annual)["value"].isna().all()
