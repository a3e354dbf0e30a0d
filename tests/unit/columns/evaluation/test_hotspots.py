"""Six places of high XCO2: their pictures and numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from carbonscape.columns.evaluation.hotspots import PIXELS, hotspot_maps, hotspot_totals
from carbonscape.columns.evaluation.places import HOTSPOTS
from helpers.xco2_windows import fields, write_year


def test_numbers_of_a_place_are_those_of_its_cell(tmp_path: Path) -> None:
    maps, table = hotspot_maps(**write_year(tmp_path), year=2020, degrees=4)
    grid, xco2 = fields()
    assert maps.attrs["degrees"] == 28  # seven cells of four degrees
    for one, row in zip(HOTSPOTS, table.itertuples(), strict=True):
        at = grid.locate(one.lat, one.lon)
        assert row.xco2 == pytest.approx(xco2[at], abs=1e-4)
        assert row.anomaly == pytest.approx(xco2[at] - 410, abs=1e-4)
        land = xco2[grid.lat > -60]
        assert row.rank == pytest.approx(100 * np.mean(land < xco2[at]))
        picture = maps["xco2"].sel(place=one.name).values
        assert picture[PIXELS // 2, PIXELS // 2] == pytest.approx(row.xco2, abs=1e-4)
        assert row.above_surroundings == pytest.approx(row.xco2 - np.median(picture), abs=1e-4)


def test_water_has_no_class_and_a_finer_grid_is_thinned(tmp_path: Path) -> None:
    maps, _ = hotspot_maps(**write_year(tmp_path), year=2020, degrees=4)
    assert set(np.unique(maps["world_cover"].values)[:16]) == set(range(1, 17))
    assert np.isnan(maps["world_cover"].values).any()
    fine = write_year(tmp_path, cell=0.15)
    maps, _ = hotspot_maps(**fine, year=2020, degrees=4)
    assert dict(maps["world_cover"].sizes) == {"lat": 600, "lon": 1200}
    assert maps.attrs["degrees"] == 4


def test_a_run_without_the_year_has_no_values(tmp_path: Path) -> None:
    files = write_year(tmp_path) | {"composites": None}
    maps, table = hotspot_maps(**files, year=2019, degrees=4)
    assert np.isnan(maps["xco2"].values).all()
    assert np.isnan(maps["cover"].values).all()
    assert table[["xco2", "anomaly", "above_surroundings", "rank"]].isna().all(axis=None)


def test_the_scorecard_reads_two_numbers_of_each_place(tmp_path: Path) -> None:
    _, table = hotspot_maps(**write_year(tmp_path), year=2020, degrees=4)
    totals = hotspot_totals(table).set_index("name")["value"]
    assert len(totals) == 2 * len(HOTSPOTS)
    assert hotspot_totals(table.assign(year=2019)).empty
    assert totals["hotspot_anomaly_jiangsu"] == table.set_index("place").loc["jiangsu", "anomaly"]
