"""Correlation of GPP with fluorescence: numbers that can be worked out on paper."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from carbonscape.core.classes import CLIMATES
from carbonscape.core.errors import InputError, ResultError
from carbonscape.core.sphere import cell_areas
from carbonscape.core.tables import read_table, write_table
from carbonscape.evaluation.grids import files_by_map, write_grid
from carbonscape.fluxes.evaluation.sif import (
    SIF_CLIMATES,
    Correlation,
    climates_table,
    sif_numbers,
)
from carbonscape.products.registry import get_product
from helpers.synthetic_maps import grid, write_classes, write_years

CELL = 30.0
SHAPE = (6, 12)
GPP = get_product("gpp")
AREAS = cell_areas(grid(CELL)["lat_bnds"], grid(CELL)["lon_bnds"])
MONTHS = [f"2018-{month:02d}" for month in range(11, 13)] + ["2019-01", "2019-02"]


def write_sif(path: Path, values: np.ndarray, months: list[str] = MONTHS, cell: float = CELL):
    """Write sif (time, lat, lon) as quality.sif does: stamped with the first day of the month."""
    dataset = grid(cell)[["lat", "lon"]].assign_coords(
        time=np.array([f"{month}-01" for month in months], "datetime64[ns]")
    )
    dataset["sif"] = (("time", "lat", "lon"), values.astype(np.float32))
    dataset.to_netcdf(path)
    return str(path)


def classes(folder: Path) -> str:
    """Tropical in the first row, arid in the second, water elsewhere."""
    climate, igbp = np.zeros(SHAPE), np.full(SHAPE, 17)
    climate[0], climate[1], igbp[:2] = 1, 2, 10
    return write_classes(folder / "climate.nc", climate, igbp, CELL)


def product(folder: Path, values: np.ndarray, name: str = "mlp-igbp", first: int = 2018):
    """Write a product of 2018 and 2019 whose last two and first two months are ``values``."""
    gpp = np.full((24, *SHAPE), 99.0)
    gpp[10:14] = values
    return write_years(folder / name, gpp, range(first, first + 2), CELL)


def one_cell(*numbers: float) -> np.ndarray:
    """The four months of one cell; all others have no value."""
    field = np.full((4, *SHAPE), np.nan)
    field[:, 0, 0] = numbers
    return field


def run(folder: Path, gpp: np.ndarray, sif: np.ndarray, *, min_months: int = 3):
    return sif_numbers(
        GPP,
        files_by_map(product(folder, gpp)),
        write_sif(folder / "sif.nc", sif),
        classes(folder),
        min_months=min_months,
    )


# --- one cell ----------------------------------------------------------------------------------


def correlate(one, two, *, min_months: int = 3) -> float:
    total = Correlation((1,))
    for pair in zip(one, two, strict=True):
        total.add(*(np.array([value], dtype=np.float32) for value in pair))
    return float(total.r(min_months=min_months)[0])


def test_r_of_three_months_on_paper() -> None:
    # Around the means -1, 0, 1 and -1, -1, 2: 3 / sqrt(2 * 6) = sqrt(3) / 2.
    assert correlate([1, 2, 3], [4, 4, 7]) == pytest.approx(np.sqrt(3) / 2)
    assert correlate([3, 2, 1], [4, 4, 7]) == pytest.approx(-np.sqrt(3) / 2)


def test_r_does_not_depend_on_units_or_level() -> None:
    one, two = np.array([1.0, 5, 2, 8]), np.array([0.3, 0.2, 0.9, 1.1])
    expected = np.corrcoef(one, two)[0, 1]
    assert correlate(one, two) == pytest.approx(expected, abs=1e-6)
    # A sum of squares would lose the spread beside this level.
    assert correlate(one * 2**-7 + 2**14, two) == pytest.approx(expected, abs=1e-6)


def test_a_line_never_exceeds_one() -> None:
    values = [0.1, 0.7, 0.3, 0.9, 0.2]
    assert correlate(values, values) == pytest.approx(1)
    assert correlate(values, values) <= 1


def test_months_without_one_of_the_two_do_not_count() -> None:
    nan = np.nan
    one, two = [1, 2, nan, 50, 3], [4, 4, 9, nan, 7]
    assert correlate(one, two) == pytest.approx(np.sqrt(3) / 2)
    assert np.isnan(correlate(one, two, min_months=4))


@pytest.mark.parametrize("level", [0.0, 0.1, 1e-3, 7.3])
def test_a_series_that_does_not_vary_has_no_r(level: float) -> None:
    assert np.isnan(correlate([level] * 5, [1, 2, 3, 4, 9]))
    assert np.isnan(correlate([1, 2, 3, 4, 9], [level] * 5))


# --- maps --------------------------------------------------------------------------------------


def test_months_of_two_years_meet_their_own_fluorescence(tmp_path: Path) -> None:
    numbers = run(tmp_path, one_cell(1, 2, 3, np.nan), one_cell(4, 4, 7, 5))
    r, months = numbers.maps["r"], numbers.maps["months"]
    assert r.dims == ("product", "lat", "lon")
    assert r.values[0, 0, 0] == pytest.approx(np.sqrt(3) / 2)
    assert np.isfinite(r.values).sum() == 1
    # A cell with GPP counts its months; elsewhere there is none to count.
    assert months.values[0, 0, 0] == 3
    assert np.isnan(months.values[0, 0, 1])
    assert (numbers.maps.attrs["first_month"], numbers.maps.attrs["last_month"]) == (
        "2018-11",
        "2019-02",
    )


def test_too_few_months_are_counted_and_have_no_r(tmp_path: Path) -> None:
    numbers = run(tmp_path, one_cell(1, 2, 3, 4), one_cell(4, np.nan, 7, 5), min_months=4)
    assert numbers.maps["months"].values[0, 0, 0] == 3
    assert np.isnan(numbers.maps["r"].values).all()
    assert set(numbers.climates["cells"]) == {0}
    assert numbers.climates["r"].isna().all()


def test_every_product_is_compared_with_the_same_fluorescence(tmp_path: Path) -> None:
    paths = product(tmp_path, one_cell(1, 2, 3, 4), "mlp-igbp")
    paths += product(tmp_path, one_cell(4, 3, 2, 1), "rf-igbp")
    sif = write_sif(tmp_path / "sif.nc", one_cell(1, 2, 3, 4))
    numbers = sif_numbers(GPP, files_by_map(paths), sif, classes(tmp_path), min_months=4)
    assert numbers.maps["product"].values.tolist() == ["mlp-igbp", "rf-igbp"]
    assert numbers.maps["r"].values[:, 0, 0].tolist() == pytest.approx([1, -1])
    table = numbers.climates.set_index(["product", "climate"])
    assert table.loc[("mlp-igbp", "tropical"), "positive"] == 1
    assert table.loc[("rf-igbp", "tropical"), "positive"] == 0


def test_files_can_be_read_by_others_and_are_the_same_each_time(tmp_path: Path) -> None:
    numbers = run(tmp_path, one_cell(1, 2, 3, 4), one_cell(4, 4, 7, 5))
    write_grid(numbers.maps, tmp_path / "one.nc")
    write_grid(numbers.maps, tmp_path / "two.nc")
    assert (tmp_path / "one.nc").read_bytes() == (tmp_path / "two.nc").read_bytes()
    with xr.open_dataset(tmp_path / "one.nc") as maps:
        assert maps.attrs["Conventions"] == "CF-1.11"
        assert "year" not in maps.attrs
        assert maps["r"].dtype == np.float32
        assert maps["r"].attrs["units"] == "1"
        assert maps["lat_bnds"].values[0].tolist() == [90, 60]
    write_table(numbers.climates, tmp_path / "table.csv", SIF_CLIMATES)
    back = read_table(tmp_path / "table.csv", SIF_CLIMATES)
    assert back["climate"].tolist() == ["all", *CLIMATES]


# --- climates ----------------------------------------------------------------------------------


def test_medians_are_of_cells_and_shares_of_area() -> None:
    r = np.full((1, *SHAPE), np.nan, dtype=np.float32)
    # Tropical: three cells of the top row and one at the equator, four times their area.
    r[0, 0, :3], r[0, 2, 0] = (-0.5, -0.3, -0.1), 0.9
    r[0, 1, 4] = 0.2
    months = np.full_like(r, 20)
    months[0, 0, :3] = 12
    climate = np.zeros(SHAPE, dtype=int)
    climate[0], climate[2], climate[1] = 1, 1, 0
    maps = xr.Dataset(
        {"r": (("product", "lat", "lon"), r), "months": (("product", "lat", "lon"), months)},
        coords={"product": ["mlp-igbp"]},
    )
    table = climates_table(maps, climate, AREAS).set_index("climate")
    tropical = table.loc["tropical"]
    assert (tropical["cells"], tropical["months"]) == (4, 12)
    assert tropical["r"] == pytest.approx(-0.2)
    assert tropical["r_p25"] == pytest.approx(-0.35)
    assert tropical["r_p75"] == pytest.approx(0.15)
    # Belts of 30 degrees from the pole: 1 - sin 60, sin 60 - sin 30, sin 30.
    top, equator = 1 - np.sin(np.pi / 3), 0.5
    assert tropical["positive"] == pytest.approx(equator / (equator + 3 * top))
    assert tropical["area"] == pytest.approx((AREAS[2, 0] + 3 * AREAS[0, 0]) / 1e12)
    # A cell without a climate counts for all land.
    assert table.loc["all", "cells"] == 5
    assert table.loc["all", "r"] == pytest.approx(-0.1)
    assert table.loc["polar", "cells"] == 0
    assert np.isnan(table.loc["polar", "positive"])


# --- refusals ----------------------------------------------------------------------------------


def test_a_product_without_a_year_of_fluorescence_is_refused(tmp_path: Path) -> None:
    paths = product(tmp_path, one_cell(1, 2, 3, 4), first=2017)
    sif = write_sif(tmp_path / "sif.nc", one_cell(1, 2, 3, 4))
    with pytest.raises(ResultError, match=r"product mlp-igbp has no year 2019, of which"):
        sif_numbers(GPP, files_by_map(paths), sif, classes(tmp_path), min_months=3)


def test_fluorescence_of_another_grid_is_refused(tmp_path: Path) -> None:
    paths = product(tmp_path, one_cell(1, 2, 3, 4))
    sif = write_sif(tmp_path / "sif.nc", np.zeros((4, 3, 6)), cell=60.0)
    with pytest.raises(
        ResultError, match=r"sif\.nc: its cells have 60 degrees, those of the product 30"
    ):
        sif_numbers(GPP, files_by_map(paths), sif, classes(tmp_path), min_months=3)


def test_absent_fluorescence_is_named(tmp_path: Path) -> None:
    paths = files_by_map(product(tmp_path, one_cell(1, 2, 3, 4)))
    with pytest.raises(InputError, match=r"no\.nc: no such file"):
        sif_numbers(GPP, paths, tmp_path / "no.nc", classes(tmp_path), min_months=3)
    grid(CELL).to_netcdf(tmp_path / "empty.nc")
    with pytest.raises(ResultError, match=r"has no variable sif, time"):
        sif_numbers(GPP, paths, tmp_path / "empty.nc", classes(tmp_path), min_months=3)
