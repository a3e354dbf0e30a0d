"""Numbers of the anomalies where the paper speaks of them."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from carbonscape.columns.evaluation.anomaly_numbers import anomaly_totals
from carbonscape.columns.evaluation.places import ANOMALY_PLACES
from carbonscape.core.grid import Grid
from carbonscape.evaluation.grids import labelled

GRID = Grid(5.0)
SHAPE = (GRID.n_lat, GRID.n_lon)


def anomalies(*fields: np.ndarray) -> xr.Dataset:
    values = np.array(fields).reshape(-1, *SHAPE)
    years = list(range(2015, 2015 + len(values)))
    return labelled(
        {"median": (("year", "lat", "lon"), values, "anomaly", "ppm")}, GRID,
        title="made", coordinates={"year": years}, shown="median",
    )  # fmt: skip


def numbers(dataset: xr.Dataset) -> dict[str, float]:
    return anomaly_totals(dataset).set_index("name")["value"].to_dict()


def test_means_are_of_the_box_and_by_area() -> None:
    lat, lon = GRID.lat[:, None], GRID.lon[None, :]
    field = np.where(lat > 0, 1.0, -1.0) + 0 * lon
    china = next(one.box for one in ANOMALY_PLACES if one.name == "eastern_china")
    field[china.holds(lat, lon)] = 2.5
    found = numbers(anomalies(field, field))
    assert found["anomaly_eastern_china"] == pytest.approx(2.5)
    assert found["anomaly_europe"] == pytest.approx(1)
    assert found["anomaly_south_negative"] == pytest.approx(100)
    # From 15 S to 5 N: sin 5 of sin 5 + sin 15.
    share = 100 * np.sin(np.radians(5)) / (np.sin(np.radians(5)) + np.sin(np.radians(15)))
    assert found["anomaly_amazonia_positive"] == pytest.approx(share)
    assert found["anomaly_likeness"] == pytest.approx(1)


def test_the_year_that_differs_most_counts() -> None:
    rise = np.broadcast_to(GRID.lat[:, None], SHAPE)
    found = numbers(anomalies(rise, rise, -0.5 * rise))
    assert found["anomaly_likeness"] == pytest.approx(-1)


def test_what_is_not_there_has_no_number() -> None:
    assert np.isnan(list(numbers(anomalies()).values())).all()
    one = numbers(anomalies(np.full(SHAPE, np.nan)))
    assert np.isnan(list(one.values())).all()
