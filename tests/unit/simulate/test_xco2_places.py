"""What the instruments of XCO2 look at: cells, their truth and the settings."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from carbonscape.simulate.xco2_places import Places, emission_in_cells, settings_of
from helpers.xco2_predictors_made import (
    CELL,
    GPP,
    LAND,
    YEARS,
    truth,
)


def test_gpp_follows_the_months_of_the_truth() -> None:
    grid = truth()
    grid["gpp"] = grid["gpp"] * xr.DataArray(np.arange(24.0), dims="time")
    places = Places.of(grid, CELL, YEARS)
    middle = (np.datetime64("2015-04-16") - np.datetime64("1970-01-01")).astype(int)
    assert places.gpp_at(np.array([float(middle)]))[0] == pytest.approx(3 * GPP)
    between = places.gpp_at(np.array([middle + 15.25]))[0]  # halfway to the middle of May
    assert between == pytest.approx(3.5 * GPP)
    # Beyond the ends the nearest month holds.
    assert places.gpp_at(np.array([0.0, 1e6]))[:, 0].tolist() == pytest.approx([0, 23 * GPP])


def test_a_grid_of_coarser_cells_takes_the_truth_at_its_centres() -> None:
    places = Places.of(truth(), 60.0, YEARS)
    # Centres at 60, 0 and 60 S lie on edges: the truth's cell to the south and east counts.
    rows, columns = np.nonzero(LAND[np.ix_([1, 3, 5], range(1, 12, 2))])
    assert places.rows.tolist() == rows.tolist()
    assert places.columns.tolist() == columns.tolist()


def test_settings_take_no_notice_of_other_keys() -> None:
    simulation = {
        "cell": 30.0, "first_year": 2015, "last_year": 2016, "sites": 5, "seed": 1,
        "parts": {"clouds": False}, "oco_every_days": 5,
    }  # fmt: skip
    settings = settings_of(simulation)
    assert (settings.cell, settings.parts.clouds) == (30.0, False)


def test_cell_means_of_emissions_keep_the_total() -> None:
    totals = []
    for cell in (2.0, 10.0):
        rows = round(180 / cell)
        lat = 90 - cell * (np.arange(rows) + 0.5)
        lon = -180 + cell * (np.arange(2 * rows) + 0.5)
        totals.append(emission_in_cells(lat, lon).sum() * cell**2)
    assert totals[0] == pytest.approx(totals[1], rel=1e-6)
