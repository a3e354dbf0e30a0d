"""The numbers of figures 11 and 16a, from small product files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from carbonscape.core.errors import InputError, ResultError
from carbonscape.core.sphere import cell_areas
from carbonscape.evaluation.grids import files_by_map, open_year, write_grid
from carbonscape.fluxes.evaluation.classes import Classes
from carbonscape.fluxes.evaluation.maps import MapNumbers, growth_of, map_numbers
from carbonscape.products.registry import get_product
from helpers.synthetic_maps import grid, write_classes, write_years

CELL = 30.0
SHAPE = (6, 12)
AREAS = cell_areas(grid(CELL)["lat_bnds"], grid(CELL)["lon_bnds"])


def classes(folder: Path) -> str:
    """Class maps whose land is the northern half."""
    climate, igbp = np.zeros(SHAPE), np.full(SHAPE, 17)
    climate[:3], igbp[:3] = 4, 10
    return write_classes(folder / "climate.nc", climate, igbp, CELL)


def product(folder: Path, name: str, *levels: float, first: int = 2011) -> list[str]:
    """A product with one level a year over the two northernmost rows."""
    gpp = np.full((12 * len(levels), *SHAPE), np.nan)
    for number, level in enumerate(levels):
        gpp[12 * number : 12 * number + 12, :2] = level
    return write_years(folder / name, gpp, range(first, first + len(levels)), CELL)


def numbers_of(paths: list[str], classes_path: str, *, map_year: int) -> MapNumbers:
    return map_numbers(get_product("gpp"), files_by_map(paths), classes_path, map_year=map_year)


def test_files_are_sorted_by_product_and_year():
    found = files_by_map(
        ["a/mlp-igbp/gpp_2012.nc", "a/mlp-igbp/gpp_2011.nc", "x/rf-none/gpp_2011.nc"]
    )
    assert {name: sorted(years) for name, years in found.items()} == {
        "mlp-igbp": [2011, 2012],
        "rf-none": [2011],
    }
    assert found["rf-none"][2011] == Path("x/rf-none/gpp_2011.nc")


def test_land_is_a_climate_or_a_class_other_than_water():
    maps = Classes(np.array([[0, 1, 5, 0, 0]]), np.array([[17, 17, 10, 16, 0]]))
    assert maps.land.tolist() == [[False, True, True, True, False]]


def test_the_map_of_the_year_and_the_totals_of_all_years(tmp_path):
    paths = product(tmp_path, "mlp-igbp", 1.0, 2.0) + product(tmp_path, "rf-igbp", 3.0, 3.0)
    numbers = numbers_of(paths, classes(tmp_path), map_year=2012)
    annual = numbers.annual["gpp"]
    assert annual.dims == ("product", "lat", "lon")
    assert annual.sel(product="mlp-igbp").values[:2] == pytest.approx(2.0 * 366)
    assert np.isnan(annual.values[:, 2:]).all()
    assert numbers.annual.attrs["year"] == 2012
    totals = numbers.totals
    north = AREAS[:2].sum()
    assert totals["total"].tolist() == pytest.approx(
        [level * days * north / 1e15 for level, days in ((1, 365), (2, 366), (3, 365), (3, 366))]
    )
    assert totals["product"].tolist() == ["mlp-igbp"] * 2 + ["rf-igbp"] * 2
    assert set(totals["cells"]) == {24}
    assert totals["area"].tolist() == pytest.approx([north / 1e12] * 4)
    # The belt north of 30 degrees is half of the northern hemisphere: 1 - sin 30.
    assert totals["coverage"].tolist() == pytest.approx([0.5] * 4)


def test_another_flux_is_summed_under_its_own_name(tmp_path):
    (path,) = product(tmp_path, "mlp-igbp", 1.0)
    reco = Path(path).with_name("reco_2011.nc")
    with xr.open_dataset(path) as dataset:
        dataset.rename(gpp="reco").to_netcdf(reco)
    files = files_by_map([reco])
    numbers = map_numbers(get_product("reco"), files, classes(tmp_path), map_year=2011)
    assert numbers.annual.attrs["title"] == "Ecosystem respiration of 2011 by product"
    assert numbers.annual["reco"].attrs["long_name"] == "RECO summed over 2011, as mass of carbon"
    assert "standard_name" not in numbers.annual["reco"].attrs
    assert numbers.totals["total"].tolist() == pytest.approx([365 * AREAS[:2].sum() / 1e15])


def test_a_cell_that_lacks_a_month_counts_nowhere(tmp_path):
    gpp = np.ones((12, *SHAPE))
    gpp[:, 3:] = np.nan
    gpp[4, 0, 0] = np.nan
    paths = write_years(tmp_path / "mlp-igbp", gpp, [2011], CELL)
    numbers = numbers_of(paths, classes(tmp_path), map_year=2011)
    row = numbers.totals.iloc[0]
    assert row["cells"] == 35
    assert row["total"] == pytest.approx(365 * (AREAS[:3].sum() - AREAS[0, 0]) / 1e15)
    assert row["coverage"] == pytest.approx(1 - AREAS[0, 0] / AREAS[:3].sum())


def test_the_map_can_be_read_by_others(tmp_path):
    paths = product(tmp_path, "mlp-igbp", 1.0)
    numbers = numbers_of(paths, classes(tmp_path), map_year=2011)
    write_grid(numbers.annual, tmp_path / "one.nc")
    write_grid(numbers.annual, tmp_path / "two.nc")
    assert (tmp_path / "one.nc").read_bytes() == (tmp_path / "two.nc").read_bytes()
    with xr.open_dataset(tmp_path / "one.nc") as maps:
        assert maps.attrs["Conventions"] == "CF-1.11"
        assert maps["lat"].attrs["standard_name"] == "latitude"
        assert maps["lat"].attrs["bounds"] == "lat_bnds"
        assert maps["gpp"].attrs["units"] == "g m-2 year-1"
        assert maps["gpp"].dtype == np.float32
        assert maps["product"].values.tolist() == ["mlp-igbp"]
        assert maps["lat_bnds"].values[0].tolist() == [90, 60]
        assert "_FillValue" not in maps["lat"].encoding


# --- growth ------------------------------------------------------------------------------------


def totals(*values: float) -> pd.DataFrame:
    years = range(2001, 2001 + len(values))
    table = pd.DataFrame(
        {"product": "mlp-igbp", "year": years, "total": values, "vegetated_total": np.nan}
    )
    return table.assign(coverage=np.linspace(0.8, 1.0, len(values)))


def test_growth_is_the_slope_of_the_line():
    # Around the mean: -3, 0, 3 and rests 1, -2, 1; the slope of the rests is zero.
    row = growth_of(totals(98.0, 98.0, 104.0)).iloc[0]
    assert row["growth"] == pytest.approx(3.0)
    assert row["total"] == 100.0
    assert (row["first_year"], row["last_year"]) == (2001, 2003)
    assert row["coverage"] == pytest.approx(0.9)
    # Residuals 1, -2, 1: sum of squares 6, one degree of freedom, spread of the years 2.
    assert row["growth_error"] == pytest.approx(np.sqrt(6 / 1 / 2))


def test_growth_needs_two_years_and_its_error_three():
    assert np.isnan(growth_of(totals(98.0)).iloc[0]["growth"])
    two = growth_of(totals(98.0, 99.0)).iloc[0]
    assert two["growth"] == 1.0
    assert np.isnan(two["growth_error"])


def test_the_interval_of_the_growth_needs_five_years():
    four = growth_of(totals(98.0, 99.0, 98.5, 100.0)).iloc[0]
    names = ["autocorrelation", "effective_years", "growth_low", "growth_high"]
    assert four[names].isna().all()
    # Slow swings: wider than twice the standard error of independent years.
    row = growth_of(totals(1.0, 2.0, 2.5, 2.0, 1.0, 0.0, -0.5, 0.0, 1.0, 2.0)).iloc[0]
    assert row["growth_low"] < row["growth"] < row["growth_high"]
    assert row["effective_years"] < 6
    assert row["growth_high"] - row["growth_low"] > 6 * row["growth_error"]


# --- refusals ----------------------------------------------------------------------------------


def test_a_year_that_no_product_has_is_refused(tmp_path):
    paths = product(tmp_path, "mlp-igbp", 1.0, 1.0)
    with pytest.raises(ResultError, match=r"no year 2016 \(it has 2011 to 2012\)"):
        numbers_of(paths, classes(tmp_path), map_year=2016)


def test_a_file_of_another_year_or_with_fewer_months_is_refused(tmp_path):
    (path,) = product(tmp_path, "mlp-igbp", 1.0)
    with pytest.raises(ResultError, match="2011-01 to 2011-12"), open_year(path, "gpp", 2012):
        pass
    with xr.open_dataset(path) as dataset:
        dataset.isel(time=slice(0, 11)).to_netcdf(tmp_path / "short.nc")
    with (
        pytest.raises(ResultError, match="holds 11 months"),
        open_year(tmp_path / "short.nc", "gpp", 2011),
    ):
        pass


def test_a_product_that_is_absent_cut_short_or_without_gpp_is_refused(tmp_path):
    with pytest.raises(InputError, match="no such file"), open_year(tmp_path / "x.nc", "gpp", 1):
        pass
    (path,) = product(tmp_path, "mlp-igbp", 1.0)
    (tmp_path / "cut.nc").write_bytes(Path(path).read_bytes()[:3000])
    with (
        pytest.raises(InputError, match="cannot be read as netCDF"),
        open_year(tmp_path / "cut.nc", "gpp", 2011),
    ):
        pass
    with xr.open_dataset(path) as dataset:
        dataset.rename(gpp="npp").to_netcdf(tmp_path / "npp.nc")
    with (
        pytest.raises(ResultError, match="has no variable gpp"),
        open_year(tmp_path / "npp.nc", "gpp", 2011),
    ):
        pass


def test_class_maps_of_another_grid_are_refused(tmp_path):
    paths = product(tmp_path, "mlp-igbp", 1.0)
    other = write_classes(tmp_path / "other.nc", np.ones((12, 24)), np.ones((12, 24)), 15.0)
    with pytest.raises(ResultError, match="15 degrees, those of the product 30"):
        numbers_of(paths, other, map_year=2011)
