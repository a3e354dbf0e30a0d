"""Four regions in one month, by source."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from carbonscape.columns.evaluation.places import PARTS, REGIONS, XCO2_REGIONS
from carbonscape.columns.evaluation.regions import (
    MonthField,
    compare_regions,
    field_of_other,
    field_of_run,
    region_totals,
)
from carbonscape.core.errors import InputError
from carbonscape.core.grid import Grid
from carbonscape.evaluation.grids import labelled, write_grid

GRID = Grid(1.0)


def field(values: np.ndarray | float) -> MonthField:
    full = np.broadcast_to(np.float32(values), (GRID.n_lat, GRID.n_lon)).copy()
    return MonthField(full, GRID.lat, GRID.lon)


def test_numbers_are_those_of_the_pixels_that_both_have() -> None:
    own, half = field(400.0), field(401.0)
    half.values[:, GRID.lon < -110] = np.nan  # the western half of North America
    _, table = compare_regions({"oco2": half, "product": own}, month="2015-01")
    found = table.set_index(["region", "source"])
    numbers = found.loc[("north_america", "oco2"), ["share", "mean", "difference"]]
    assert numbers.tolist() == pytest.approx([50.0, 401.0, 1.0])
    assert found.loc[("asia", "oco2"), "share"] == 100
    assert found.loc[("asia", "product"), "difference"] == 0


def test_a_part_is_compared_with_the_rest_of_its_region() -> None:
    own = field(400.0)
    box = PARTS[0].box
    inside = box.holds(GRID.lat[:, None], GRID.lon[None, :])
    own.values[inside] = 398.5
    _, table = compare_regions({"product": own}, month="2015-01")
    contrast = table.set_index("region")["contrast"]
    assert contrast["eastern_canada"] == pytest.approx(-1.5)
    assert contrast["papua_new_guinea"] == pytest.approx(0, abs=1e-9)
    assert contrast[[one.name for one in REGIONS]].isna().all()
    totals = region_totals(table).set_index("name")["value"]
    assert totals["contrast_eastern_canada"] == pytest.approx(-1.5)
    assert "detail_ratio" not in totals.index  # no other product


def test_detail_is_what_blocks_of_two_degrees_do_not_tell() -> None:
    checks = np.where((np.arange(180)[:, None] + np.arange(360)[None, :]) % 2, 1.0, -1.0)
    given = {"gcxco2": field(400 + 0.5 * checks), "product": field(400 + checks)}
    maps, table = compare_regions(given, month="2015-01")
    found = table.set_index(["region", "source"])["detail"]
    assert found[("asia", "product")] == pytest.approx(1, abs=1e-3)
    assert found[("asia", "gcxco2")] == pytest.approx(0.5, abs=1e-3)
    totals = region_totals(table).set_index("name")["value"]
    assert totals["detail_ratio"] == pytest.approx(2, abs=0.01)
    assert maps["asia"].sizes["row_asia"] == 60


def test_cells_of_two_degrees_tell_no_detail() -> None:
    grid = Grid(2.0)
    coarse = MonthField(np.full((90, 180), 400.0), grid.lat, grid.lon)
    _, table = compare_regions({"product": coarse}, month="2015-01")
    assert table["detail"].isna().all()


def test_what_has_no_field_is_named_and_a_run_without_the_month_is_empty() -> None:
    maps, _ = compare_regions(
        {"egg4": None, "product": field(400.0)}, month="2015-01", absent=["s_stdct"]
    )
    assert maps.attrs["absent"] == "s_stdct, egg4"
    assert maps["source"].values.tolist() == ["product"]
    maps, table = compare_regions({"oco2": field(400.0), "product": None}, month="2015-01")
    assert maps.sizes["source"] == 0
    assert table.empty
    assert list(table.columns) == XCO2_REGIONS.names


def test_a_damaged_file_of_the_reanalysis_is_refused_and_not_left_out(tmp_path: Path) -> None:
    path = tmp_path / "egg4_2015.nc"
    path.write_bytes(b"cut short")
    with pytest.raises(InputError, match=r"egg4_2015.nc"):
        field_of_other("egg4", [str(path)], "2015-01")


def test_a_month_of_the_run_is_read_by_its_name(tmp_path: Path) -> None:
    grid = Grid(30.0)
    values = np.stack([np.full((6, 12), 400.0), np.full((6, 12), 401.0)])
    times = np.array(["2015-01-16", "2015-02-15"], dtype="datetime64[ns]")
    dims = ("time", "lat", "lon")
    dataset = labelled(
        {"xco2": (dims, values, "xco2", "ppm")}, grid, title="x", coordinates={"time": times}
    )
    write_grid(dataset, tmp_path / "xco2_2015.nc")
    found = field_of_run(tmp_path / "xco2_2015.nc", "2015-02")
    assert found is not None
    assert (found.cell, found.values.mean()) == (30, 401)
    assert field_of_run(tmp_path / "xco2_2015.nc", "2015-03") is None
