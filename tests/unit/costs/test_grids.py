"""Sizes of grids."""

from __future__ import annotations

from carbonscape.core.job_graph import PlannedJob
from carbonscape.costs.grids import GridSize, cells_of, native_cells


def test_cells_of_the_globe_and_of_a_region() -> None:
    assert cells_of(0.1) == cells_of(0.1, [-180, -90, 180, 90]) == 3600 * 1800
    assert cells_of(4, [0, 0, 40, 20]) == 50
    # Across the date line.
    assert cells_of(1, [170, -10, -170, 10]) == 400


def test_a_job_of_a_tile_and_year_is_charged_for_its_part() -> None:
    size = GridSize(cells=1000, land=0.2, tiles=10, months=24, native=5000)
    whole = size.work(PlannedJob("mosaic", {}, reads=3))
    part = size.work(PlannedJob("predict", {"tile": "r0c0", "year": "2001"}))
    assert whole == {
        "cells": 1000, "cell_months": 24000, "land_months": 4800, "native_cells": 5000, "files": 3,
    }  # fmt: skip
    assert part["cell_months"] == 100 * 12
    assert part["land_months"] == 100 * 12 * 0.2


def test_real_weather_has_its_own_cells() -> None:
    assert native_cells({"archive": "real", "simulation": {"pixels": 2}}, 10) == 3600 * 1800
    assert native_cells({"archive": "simulated", "simulation": {"pixels": 2}}, 10) == 40
