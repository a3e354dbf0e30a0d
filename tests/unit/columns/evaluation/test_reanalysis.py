"""Maps beside CAMS-EGG4 over all cells: sums give the scores of the pairs themselves."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from carbonscape.columns.evaluation.reanalysis import compare_reanalysis
from carbonscape.columns.evaluation.skill import skill
from carbonscape.core.grid import Grid
from carbonscape.evaluation.grids import areas_of
from helpers.source_tree import PROJECT

GRID = Grid(30.0)
SHAPE = (GRID.n_lat, GRID.n_lon)
MONTHS = ["2019-01", "2019-07", "2020-02"]


def write(path, name, values, months):
    time = np.array(months, "datetime64[M]").astype("datetime64[ns]")
    variables = {name: (("time", "lat", "lon"), values)}
    if name == "xco2":
        variables["count"] = (("time", "lat", "lon"), np.isfinite(values).astype("i4"))
    coords = {"time": time, "lat": GRID.lat, "lon": GRID.lon}
    xr.Dataset(variables, coords).to_netcdf(path)
    return path


@pytest.fixture
def compared(tmp_path):
    random = np.random.default_rng(3)
    egg4 = 405 + random.normal(0, 2, (3, *SHAPE)).astype("f4")
    product = (egg4 + 0.4 + random.normal(0, 0.5, egg4.shape)).astype("f4")
    product[:, :, :5] = np.nan
    oco = np.where(random.random(egg4.shape) < 0.3, egg4 - 1, np.nan).astype("f4")
    folder = tmp_path / "at_bilstm-none"
    folder.mkdir()
    paths = {2019: write(folder / "xco2_2019.nc", "xco2", product[:2], MONTHS[:2])}
    paths[2020] = write(folder / "xco2_2020.nc", "xco2", product[2:], MONTHS[2:])
    # The reanalysis lacks the last month.
    reference = write(tmp_path / "egg4_2019.nc", "tcco2", egg4[:2], MONTHS[:2])
    table, differences = compare_reanalysis(
        "xco2",
        products={"at_bilstm-none": paths},
        oco=[write(tmp_path / "oco2.nc", "xco2", oco, MONTHS)],
        egg4=[reference],
        months=MONTHS,
        continents_path=PROJECT / "resources" / "continents" / "continents.nc",
        shown="at_bilstm-none",
    )
    return egg4, product, table, differences


def test_sums_give_the_scores_of_the_pairs(compared):
    egg4, product, table, _ = compared
    there = np.isfinite(product[:2])
    weights = np.broadcast_to(areas_of(GRID), there.shape)[there]
    month = np.broadcast_to(np.array([1, 7])[:, None, None], there.shape)[there]
    year = np.full(month.shape, 2019)
    expected = skill(egg4[:2][there], product[:2][there], year=year, month=month, weights=weights)
    row = table[(table["product"] == "at_bilstm-none") & (table["scope"] == "global")].iloc[0]
    for name, value in expected.items():
        assert row[name] == pytest.approx(value, rel=1e-6, abs=1e-6), name
    assert set(table["scope"]) == {"global", "year", "season", "continent"}
    assert table.loc[table["scope"] == "year", "group"].unique().tolist() == ["2019"]


def test_soundings_and_the_map_of_differences(compared):
    egg4, product, table, differences = compared
    row = table[(table["product"] == "oco") & (table["scope"] == "global")].iloc[0]
    assert row["bias"] == pytest.approx(-1, abs=1e-5)
    assert row["rmse"] == pytest.approx(1, abs=1e-5)
    gap = (product - egg4)[:2]
    expected = np.where(np.isfinite(gap).any(axis=0), gap.mean(axis=0), np.nan)
    np.testing.assert_allclose(differences["difference"].values, expected, atol=1e-5)
    expected = np.sqrt((gap**2).mean(axis=0))
    np.testing.assert_allclose(differences["rmse"].values, expected, atol=1e-5)
    assert differences.attrs["last_month"] == "2019-07"
