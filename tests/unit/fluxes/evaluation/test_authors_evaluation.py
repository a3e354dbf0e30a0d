"""Ours and the authors' own map, from small files: hand-computed numbers and what is left out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from carbonscape.core.errors import InputError
from carbonscape.core.findings import collected
from carbonscape.core.sphere import cell_areas
from carbonscape.evaluation.areas import month_days
from carbonscape.evaluation.grids import files_by_map, write_grid
from carbonscape.fluxes.evaluation.authors import AuthorsNumbers, Moments, authors_numbers
from carbonscape.products.registry import get_product
from helpers.synthetic_maps import grid, months_of, write_years

GPP = get_product("gpp")
NAME = "fluxformer-esa_cci"
YEARS = [2001, 2002]
#: The seasonal cycle of all cells of ours, gC m-2 d-1.
CYCLE = 4 + 2 * np.sin(np.arange(24) * np.pi / 6)


def ours(folder: Path, *, cell: float = 30.0, years=YEARS, level: float = 0.0) -> dict[int, Path]:
    """Our map: the cycle in the northern half, nothing in the southern."""
    rows, columns = round(180 / cell), round(360 / cell)
    field = np.tile((CYCLE[: 12 * len(years)] + level)[:, None, None], (1, rows, columns))
    field[:, rows // 2 :] = np.nan
    return files_by_map(write_years(folder / NAME, field, years, cell))[NAME]


def theirs(folder: Path, *, cell: float = 15.0, years=YEARS, shift: float = -1.0, months=None):
    """Their map: ours plus a shift, without the westernmost 30 degrees."""
    cells = grid(cell)[["lat", "lon"]]
    field = np.tile((CYCLE[: 12 * len(years)] + shift)[:, None, None], (1, *cells.sizes.values()))
    dataset = cells.assign_coords(time=months_of(years, day=1))
    dataset["GPP"] = (("time", "lat", "lon"), field[:, : cells.sizes["lat"]])
    dataset["GPP"] = dataset["GPP"].where(dataset["lon"] > -150)
    dataset["GPP"].attrs = {"units": "gC m-2 d-1"}
    dataset.isel(time=slice(0, months)).to_netcdf(folder / "theirs.nc")
    return [folder / "theirs.nc"]


def compare(mine: dict[int, Path], other: list[Path]) -> AuthorsNumbers:
    return authors_numbers(GPP, NAME, mine, other)


def test_a_constant_shift_is_the_bias_and_the_error(tmp_path: Path) -> None:
    with collected() as found:
        numbers = compare(ours(tmp_path), theirs(tmp_path))
    assert [one.outcome for one in found] == ["used"]
    maps = numbers.maps
    # The coarser grid is ours; where either has no value nothing is compared.
    assert maps["bias"].shape == (6, 12)
    assert maps["bias"].values[:3, 1:] == pytest.approx(1.0)
    assert np.isnan(maps["bias"].values[3:]).all()
    assert np.isnan(maps["bias"].values[:, 0]).all()
    assert maps["rmse"].values[:3, 1:] == pytest.approx(1.0)
    assert maps["r"].values[:3, 1:] == pytest.approx(1.0)
    assert (maps.attrs["months"], maps.attrs["last_month"]) == (24, "2002-12")
    rows = numbers.table.set_index("period")
    assert [*rows.index] == ["all", "2001", "2002"]
    areas = cell_areas(grid(30.0)["lat_bnds"], grid(30.0)["lon_bnds"])
    row = rows.loc["2001"]
    assert (row["cells"], row["months"]) == (33, 12)
    assert (row["bias"], row["rmse"], row["r"]) == pytest.approx((1.0, 1.0, 1.0))
    per_area = float((CYCLE[:12] * month_days(2001)).sum())
    assert row["ours"] == pytest.approx(per_area * areas[:3, 1:].sum() / 1e15)
    assert row["ours"] - row["theirs"] == pytest.approx(365 * areas[:3, 1:].sum() / 1e15)
    # Over the own mask: ours has the west too, theirs the south.
    assert row["ours_own"] == pytest.approx(per_area * areas[:3].sum() / 1e15)
    assert row["theirs_own"] == pytest.approx(2 * row["theirs"])
    assert rows.loc["all", "ours"] == pytest.approx(rows["ours"].iloc[1:].mean())


def test_the_coarser_grid_may_be_theirs(tmp_path: Path) -> None:
    numbers = compare(ours(tmp_path, cell=10.0), theirs(tmp_path, cell=15.0))
    assert numbers.maps["bias"].shape == (12, 24)
    assert numbers.maps.attrs["their_cell"] == 15
    assert numbers.maps["bias"].values[:6, 2:] == pytest.approx(1.0)
    row = numbers.table.set_index("period").loc["2002"]
    # Both cover whole cells of the common grid, so that no area is lost.
    assert row["ours"] == pytest.approx(row["ours_own"] * 22 / 24, rel=1e-6)


def test_the_same_map_on_the_same_grid_differs_in_nothing(tmp_path: Path) -> None:
    numbers = compare(ours(tmp_path), theirs(tmp_path, cell=30.0, shift=0.0))
    assert numbers.table["rmse"].tolist() == pytest.approx([0, 0, 0], abs=1e-6)
    assert numbers.table["ours"].tolist() == pytest.approx(numbers.table["theirs"].tolist())


def test_a_year_in_part_has_scores_and_no_totals(tmp_path: Path) -> None:
    with collected() as found:
        numbers = compare(ours(tmp_path, years=[2001, 2002]), theirs(tmp_path, months=15))
    rows = numbers.table.set_index("period")
    assert rows.loc["2002", "months"] == 3
    assert np.isnan(rows.loc["2002", "ours"])
    assert rows.loc["all", "ours"] == rows.loc["2001", "ours"]
    assert found[-1].outcome == "incomplete"
    assert "has 3 of 12 months of 2002, which has no annual totals" in found[-1].reason


def test_a_year_that_they_lack_is_said(tmp_path: Path) -> None:
    with collected() as found:
        numbers = compare(ours(tmp_path), theirs(tmp_path, years=[2001]))
    assert numbers.table["period"].tolist() == ["all", "2001"]
    assert "has 0 of 12 months of 2002, which is not compared" in found[-1].reason


def test_fewer_than_twelve_months_give_no_correlation(tmp_path: Path) -> None:
    numbers = compare(ours(tmp_path), theirs(tmp_path, months=11))
    assert np.isnan(numbers.maps["r"].values).all()
    assert numbers.maps["bias"].values[:3, 1:] == pytest.approx(1.0)


def test_other_years_and_other_places_are_refused(tmp_path: Path) -> None:
    mine = ours(tmp_path)
    with pytest.raises(InputError, match=r"no month of 2001 to 2002, the years of the map"):
        compare(mine, theirs(tmp_path, years=[1999]))
    path = theirs(tmp_path)[0]
    with xr.open_dataset(path) as dataset:
        south = dataset.where(dataset["lat"] < 0).load()
    south["GPP"].encoding, south["GPP"].attrs = {}, {"units": "gC m-2 d-1"}
    south.to_netcdf(tmp_path / "south.nc")
    with pytest.raises(InputError, match="no cell has a value in a month in which fluxformer-esa"):
        compare(mine, [tmp_path / "south.nc"])


def test_moments_are_those_of_numpy() -> None:
    rng = np.random.default_rng(0)
    x, y, weight = rng.normal(size=(3, 40))
    weight = np.abs(weight)
    found = Moments.of()
    found.add(np.append(x, np.nan), np.append(y, 1.0), np.append(weight, 1.0))
    assert found.bias == pytest.approx(np.average(x - y, weights=weight))
    assert found.rmse == pytest.approx(np.sqrt(np.average((x - y) ** 2, weights=weight)))
    covariance = np.cov(x, y, aweights=weight, ddof=0)
    expected = covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1])
    assert found.r == pytest.approx(expected)
    constant = Moments.of((1,))
    for value in (0.1, 0.1, 0.1):
        constant.add([value], [3 * value], 1.0)
    assert np.isnan(constant.r).all()


def test_the_maps_are_written(tmp_path: Path) -> None:
    numbers = compare(ours(tmp_path), theirs(tmp_path))
    write_grid(numbers.maps, tmp_path / "authors.nc")
    with xr.open_dataset(tmp_path / "authors.nc") as found:
        assert found.attrs["product"] == NAME
        assert found["ours"].attrs["units"] == "g m-2 day-1"
