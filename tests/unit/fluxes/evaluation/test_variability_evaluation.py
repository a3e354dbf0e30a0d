"""Interannual variability: standard deviation over mean of annual sums, from small maps."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from carbonscape.core.errors import ResultError
from carbonscape.core.findings import collected
from carbonscape.core.sphere import cell_areas
from carbonscape.evaluation.grids import files_by_map, write_grid
from carbonscape.fluxes.evaluation.classes import Classes
from carbonscape.fluxes.evaluation.variability import (
    GROUPS,
    VariabilityNumbers,
    YearSpread,
    cells_of,
    shared_years,
    variability_numbers,
    variability_table,
)
from carbonscape.products.registry import get_product
from helpers.synthetic_maps import grid, write_classes, write_years

CELL = 30.0
SHAPE = (6, 12)
AREAS = cell_areas(grid(CELL)["lat_bnds"], grid(CELL)["lon_bnds"])
GPP = get_product("gpp")
ESA, IGBP, FOREST = "fluxformer-esa_cci", "fluxformer-igbp", "random_forest-esa_cci"


def classes(folder: Path) -> str:
    """The northernmost row tropical forest, the second arid: half of it desert."""
    climate, igbp = np.zeros(SHAPE), np.full(SHAPE, 17)
    climate[0], climate[1] = 1, 2
    igbp[0], igbp[1, :6], igbp[1, 6:9], igbp[1, 9:] = 2, 10, 16, 7
    return write_classes(folder / "classes.nc", climate, igbp, CELL)


def product(folder: Path, name: str, *levels: float, first: int = 2001) -> list[str]:
    """A product with one level a year over the two northernmost rows."""
    gpp = np.full((12 * len(levels), *SHAPE), np.nan)
    for number, level in enumerate(levels):
        gpp[12 * number : 12 * number + 12, :2] = level
    return write_years(folder / name, gpp, range(first, first + len(levels)), CELL)


def numbers_of(
    folder: Path, paths: list[str], *, settings=(ESA,), products=(ESA,)
) -> VariabilityNumbers:
    return variability_numbers(
        GPP, files_by_map(paths), classes(folder), settings=settings, products=products
    )


# --- the spread of years -----------------------------------------------------------------------


def test_the_deviation_is_that_of_a_sample_over_the_mean():
    spread = YearSpread((2,))
    for annual in ((100.0, 50.0), (200.0, 50.0), (300.0, 50.0)):
        spread.add(np.array(annual))
    # Deviations -100, 0, 100: their squares are 20000, over two 10000, whose root is 100.
    assert spread.variability().tolist() == [0.5, 0.0]
    assert spread.mean.tolist() == [200.0, 50.0]


def test_two_years_may_come_in_any_order():
    values = np.random.default_rng(3).uniform(100, 3000, (9, 4))
    forth, back = YearSpread((4,)), YearSpread((4,))
    for one, other in zip(values, values[::-1], strict=True):
        forth.add(one)
        back.add(other)
    assert forth.variability() == pytest.approx(back.variability(), rel=1e-12)
    # A ratio: the unit does not matter.
    scaled = YearSpread((4,))
    for one in values:
        scaled.add(7 * one)
    assert scaled.variability() == pytest.approx(forth.variability(), rel=1e-12)


def test_a_large_mean_costs_no_digits():
    spread = YearSpread((1,))
    for change in (-1.0, 0.0, 1.0):
        spread.add(np.array([1e9 + change]))
    assert spread.variability() == pytest.approx([1e-9], rel=1e-9)


def test_cells_with_a_gap_or_next_to_no_flux_have_none():
    spread = YearSpread((4,))
    spread.add(np.array([9.0, 9.0, np.nan, -30.0]))
    spread.add(np.array([10.0, 10.5, 50.0, -40.0]))
    spread.add(np.array([10.9, 10.5, 50.0, -50.0]))
    # Means 9.97, 10, none and below zero.
    assert np.isfinite(spread.variability()).tolist() == [False, True, False, False]


def test_a_trend_is_part_of_the_variability():
    flat, rising = YearSpread((1,)), YearSpread((1,))
    for year, noise in enumerate((1.0, -1.0, 1.0, -1.0)):
        flat.add(np.array([500 + noise]))
        rising.add(np.array([500 + noise + 20 * year]))
    assert rising.variability()[0] > 10 * flat.variability()[0]


# --- from files --------------------------------------------------------------------------------


def test_maps_and_table_from_the_files_of_maps(tmp_path):
    paths = product(tmp_path, ESA, 1.0, 2.0, 3.0)
    paths += product(tmp_path, IGBP, 2.0, 2.0, 2.0) + product(tmp_path, FOREST, 3.0, 2.0, 1.0)
    numbers = numbers_of(tmp_path, paths, settings=(ESA, IGBP), products=(ESA, FOREST))
    assert numbers.settings["product"].values.tolist() == [ESA, IGBP]
    assert numbers.products["product"].values.tolist() == [ESA, FOREST]
    assert numbers.settings["variability"].dims == ("product", "lat", "lon")
    # Years of 365 days with 1, 2 and 3 gC m-2 d-1 a day.
    for maps in (numbers.settings, numbers.products):
        one = maps.sel(product=ESA)
        assert one["variability"].values[:2] == pytest.approx(0.5)
        assert one["mean_annual"].values[:2] == pytest.approx(730.0)
        assert np.isnan(one["variability"].values[2:]).all()
        assert (one["first_year"].item(), one["last_year"].item(), one["years"].item()) == (
            2001, 2003, 3,
        )  # fmt: skip
    assert numbers.settings["variability"].sel(product=IGBP).values[:2] == pytest.approx(0.0)
    assert "ddof 1" in numbers.settings.attrs["definition"]
    assert "not detrended" in numbers.settings.attrs["definition"]
    table = numbers.table.set_index(["product", "group"])
    assert len(table) == 3 * len(GROUPS)
    assert table.loc[(ESA, "all"), "median"] == pytest.approx(0.5)
    assert table.loc[(ESA, "all"), "cells"] == 24
    assert table.loc[(ESA, "desert"), "cells"] == 6
    assert table.loc[(ESA, "polar"), "cells"] == 0
    assert np.isnan(table.loc[(ESA, "polar"), "median"])


def test_the_files_can_be_read_by_others(tmp_path):
    numbers = numbers_of(tmp_path, product(tmp_path, ESA, 1.0, 2.0, 3.0))
    write_grid(numbers.products, tmp_path / "one.nc")
    with xr.open_dataset(tmp_path / "one.nc") as maps:
        assert maps["variability"].attrs["units"] == "1"
        assert maps["product"].values.tolist() == [ESA]
        assert maps["years"].values.tolist() == [3]
        assert maps.attrs["Conventions"] == "CF-1.11"


def test_too_few_years_are_left_out_with_a_line(tmp_path, caplog):
    # The second map begins two years later: one year is common.
    paths = product(tmp_path, ESA, 1.0, 2.0, 3.0)
    paths += product(tmp_path, FOREST, 1.0, 2.0, 3.0, first=2003)
    with caplog.at_level(logging.WARNING), collected() as found:
        numbers = numbers_of(tmp_path, paths, products=(ESA, FOREST))
    assert numbers.products["product"].values.tolist() == [ESA]
    assert set(numbers.table["product"]) == {ESA}
    (line,) = found
    assert (line.item, line.outcome) == (FOREST, "left out")
    assert "needs 3 years that fluxformer-esa_cci, the first map" in line.reason
    assert line.reason.endswith("found 1")
    assert FOREST in caplog.text


def test_where_nothing_has_three_years_the_maps_are_empty_and_can_be_written(tmp_path):
    numbers = numbers_of(tmp_path, product(tmp_path, ESA, 1.0, 2.0))
    assert numbers.settings.sizes["product"] == 0
    assert numbers.table.empty
    write_grid(numbers.settings, tmp_path / "none.nc")
    with xr.open_dataset(tmp_path / "none.nc") as maps:
        assert maps["variability"].shape == (0, *SHAPE)
        assert maps["product"].values.tolist() == []


def test_years_are_those_shared_with_the_first_map():
    files = {
        "a-x": {2001: Path(), 2002: Path(), 2003: Path(), 2004: Path()},
        "b-x": {2002: Path(), 2003: Path(), 2004: Path(), 2005: Path()},
    }
    assert shared_years(files) == {"a-x": [2001, 2002, 2003, 2004], "b-x": [2002, 2003, 2004]}


def test_no_map_is_refused(tmp_path):
    with pytest.raises(ResultError, match=r"the run makes no map; set 'gpp\.product'"):
        numbers_of(tmp_path, [])


# --- groups of cells ---------------------------------------------------------------------------


def test_deserts_are_arid_and_bare_or_open():
    maps = Classes(np.array([[2, 2, 2, 3, 5]]), np.array([[16, 7, 10, 16, 7]]))
    assert cells_of("desert", maps).tolist() == [[True, True, False, False, False]]
    assert cells_of("arid", maps).tolist() == [[True, True, True, False, False]]
    assert cells_of("all", maps).all()


def test_common_cells_are_those_that_every_product_has():
    maps = Classes(np.ones((2, 2), dtype=int), np.full((2, 2), 10))
    one = np.array([[0.1, 0.2], [0.3, 0.8]])
    two = np.array([[0.2, np.nan], [0.4, 0.4]])
    areas = np.array([[1.0, 1.0], [1.0, 6.0]]) * 1e12
    years = {"a-x": [2001, 2002, 2003], "b-x": [2001, 2002, 2004]}
    table = variability_table({"a-x": one, "b-x": two}, years, maps, areas)
    row = table.set_index(["product", "group"]).loc[("a-x", "tropical")]
    assert (row["cells"], row["common_cells"]) == (4, 3)
    assert row["area"] == pytest.approx(9.0)
    assert row["median"] == pytest.approx(0.25)
    assert row["mean"] == pytest.approx(0.6)  # (0.1 + 0.2 + 0.3 + 6 x 0.8) / 9
    assert row["common_median"] == pytest.approx(0.3)
    assert row["common_mean"] == pytest.approx(0.65)  # (0.1 + 0.3 + 4.8) / 8
    other = table.set_index(["product", "group"]).loc[("b-x", "tropical")]
    assert (other["last_year"], other["years"]) == (2004, 3)
