"""Pairs of TCCON, products, OCO and EGG4 on coarse cells, and the footprints of single days."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from carbonscape.archives.oco_lite import read_granule
from carbonscape.columns.evaluation.footprints import footprints
from carbonscape.columns.evaluation.tccon import (
    Colocated,
    colocate,
    find_candidates,
    pair_table,
)
from carbonscape.columns.evaluation.tccon_scores import (
    figure_fig06,
    figure_fig08,
    score_pairs,
    score_sites,
)
from carbonscape.columns.quality.soundings import grid_soundings
from carbonscape.columns.tables import TCCON_PAIRS
from carbonscape.core.errors import ResultError
from carbonscape.core.grid import Grid
from carbonscape.core.months import months_between
from carbonscape.core.sphere import KM_PER_DEGREE, arc_degrees
from carbonscape.evaluation.grids import files_by_map
from carbonscape.products.registry import get_product
from helpers.guards import PROJECT
from helpers.lite_granules import write_granule
from helpers.xco2_maps_made import SHAPE, flat, stamps, write_product, write_soundings

XCO2 = get_product("xco2")
SHOWN = "at_bilstm-none"
MONTHS = months_between("2019-11", "2020-02")

#: Inland lies in row 1 (30 to 60 N), column 6 (0 to 30 E) near its western edge; island in row 2,
#: column 0 (180 to 150 W), whose cell the product leaves out.
SITES = pd.DataFrame(
    {
        "site": ["inland01", "island01"],
        "name": ["Inland", "Island"],
        "lat": [45.0, 20.0],
        "lon": [3.0, -155.0],
        "version": "GGG2020",
        "scale": "x2007",
        "first_month": "2019-11",
        "last_month": "2020-02",
        "spectra": 99,
        "file": "a.nc",
    }
)


def tccon() -> pd.DataFrame:
    """Four months inland, of which one has too few spectra, and one month on the island."""
    rows = [
        ("inland01", 2019, 11, 410.0, True), ("inland01", 2019, 12, 411.0, True),
        ("inland01", 2020, 1, 412.0, True), ("inland01", 2020, 2, 500.0, False),
        ("island01", 2020, 1, 409.0, True),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["site", "year", "month", "xco2", "kept"])
    return table.assign(spread=0.5, spectra=30, days=5)


@pytest.fixture
def data(tmp_path: Path) -> Colocated:
    xco2 = flat(411.0, 412.0, 413.0, 414.0)
    xco2[:, 2, 0] = np.nan  # the island's own cell is sea
    xco2[:, 2, 1] = 420.0  # its eastern neighbour
    products = write_product(tmp_path / SHOWN, xco2, "2019-11", "2020-02")
    seen, count = np.full((2, *SHAPE), np.nan), np.zeros((2, *SHAPE))
    seen[0, 1, 6], count[0, 1, 6] = 409.0, 3  # November: the cell that holds the site
    seen[1, 1, 5], count[1, 1, 5] = 415.0, 8  # December: only its western neighbour
    oco2 = write_soundings(tmp_path / "oco2.nc", seen, count, MONTHS[:2])
    seen, count = np.full((3, *SHAPE), np.nan), np.zeros((3, *SHAPE))
    seen[0, 1, 5], count[0, 1, 5] = 418.0, 4  # December again, by the other instrument
    seen[1, 1, 8], count[1, 1, 8] = 400.0, 9  # January: too far
    oco3 = write_soundings(tmp_path / "oco3.nc", seen, count, MONTHS[1:])
    # In its own longitudes, 0 to 360, node by node its distance to Greenwich along the equator.
    egg4 = tmp_path / "egg4_2019.nc"
    nodes = np.arange(0, 360, 3.0)
    lat = np.arange(90, -91, -3.0)
    field = np.broadcast_to(400 + nodes / 36, (2, lat.size, nodes.size)).astype(np.float32)
    xr.Dataset(
        {"tcco2": (("valid_time", "latitude", "longitude"), field, {"units": "ppm"})},
        coords={"valid_time": stamps(MONTHS[:2]), "latitude": lat, "longitude": nodes},
    ).to_netcdf(egg4)
    sampled = pd.DataFrame({"row": [1, 1], "col": [6, 5], "year": 2019, "month": [11, 12]})
    return colocate(
        XCO2,
        tccon(),
        SITES,
        products=files_by_map(products),
        oco=[oco2, oco3],
        egg4=[egg4],
        sampled=sampled,
        months=MONTHS,
        cell=30.0,
        max_distance=0.25,
        shown=SHOWN,
    )


#: Sites of the paper that lie on an edge of cells of 0.05 degrees as written: row and column by
#: exact arithmetic in hundredths of a degree.
ON_AN_EDGE = {
    "burgos01": (1429, 6013),
    "bremen01": (738, 3777),
    "easttroutlake01": (713, 1500),
    "karlsruhe01": (818, 3768),
    "paris01": (823, 3647),
}


@pytest.mark.parametrize("cell", [0.05, 4.0])
def test_a_site_is_compared_with_the_cell_to_which_soundings_above_it_were_gridded(
    tmp_path: Path, cell: float
) -> None:
    table = pd.read_csv(PROJECT / "resources" / "tccon_sites.csv")
    sites = table.rename(columns={"paper_lat": "lat", "paper_lon": "lon"})
    grid = Grid(cell)
    near = find_candidates(sites, grid=grid, max_distance=0.25)
    first = near.first(np.ones(len(near.site), dtype=bool), len(sites))
    own = near.rows[first] * grid.n_lon + near.cols[first]
    rows = [(lat, lon, 400.0, 0, 0) for lat, lon in zip(sites["lat"], sites["lon"], strict=True)]
    granule = read_granule(write_granule(tmp_path, "2015-07-01", rows))
    # Files hold single precision, which moves a place off its edge: here both are the same number.
    granule = replace(granule, lat=sites["lat"].to_numpy(), lon=sites["lon"].to_numpy())
    (month,) = grid_soundings([granule], grid=grid, months=["2015-07"])
    assert sorted(set(own)) == month.cells.tolist()
    if cell == 0.05:
        for site, place in ON_AN_EDGE.items():
            at = first[sites["site"].tolist().index(site)]
            assert (near.rows[at], near.cols[at]) == place, site


def of(pairs: pd.DataFrame, product: str, site: str = "inland01") -> pd.DataFrame:
    """The pairs of a product at a site."""
    return pairs[(pairs["product"] == product) & (pairs["site"] == site)].reset_index(drop=True)


# --- co-location -------------------------------------------------------------------------------


def test_a_site_may_take_its_own_cell_or_near_ones_across_the_date_line():
    sites = pd.DataFrame({"lat": [0.05], "lon": [-179.95]})
    near = find_candidates(sites, grid=Grid(0.5), max_distance=0.6)
    # Its own cell first, though others might be as near; then those within 0.6 degrees.
    assert (near.rows[0], near.cols[0]) == (179, 0)
    assert set(near.cols.tolist()) == {719, 0}, "column 1 is 0.7 degrees away"
    assert np.all(np.diff(near.km[1:]) >= 0)
    assert near.km.max() <= 0.6 * KM_PER_DEGREE
    own = find_candidates(sites, grid=Grid(0.5), max_distance=0.0)
    assert own.km.max() <= 0.5 * KM_PER_DEGREE, "at least one cell"


def test_the_product_keeps_one_cell_a_site(data: Colocated):
    pairs = pair_table(data)
    inland = of(pairs, SHOWN)
    assert inland["observed"].tolist() == [410.0, 411.0, 412.0], "a month with few spectra is out"
    assert inland["predicted"].tolist() == [411.0, 412.0, 413.0]
    # From 3 E to the centre at 15 E along 45 N.
    expected = arc_degrees(45.0, 3.0, 45.0, 15.0) * KM_PER_DEGREE
    assert inland["distance_km"].tolist() == pytest.approx([expected] * 3)
    assert inland["soundings"].tolist() == [3, 0, 0]
    assert inland["in_sample"].tolist() == [True, False, False]
    island = of(pairs, SHOWN, "island01")
    # The centre at 135 W 15 N is nearer than that across the date line.
    assert island["predicted"].tolist() == [420.0]


def test_soundings_are_looked_for_month_by_month(data: Colocated):
    pairs = of(pair_table(data), "oco")
    assert pairs["month"].tolist() == [11, 12], "January's soundings are too far"
    # December: the mean of both instruments by their soundings, (8 * 415 + 4 * 418) / 12.
    assert pairs["predicted"].tolist() == pytest.approx([409.0, 416.0])
    assert pairs["soundings"].tolist() == [3, 12]
    assert pairs["in_sample"].tolist() == [True, True]
    assert pairs["distance_km"][0] < pairs["distance_km"][1]


def test_the_reanalysis_is_taken_at_the_nearest_node_until_it_ends(data: Colocated):
    pairs = pair_table(data)
    assert of(pairs, "egg4")["predicted"].tolist() == pytest.approx([400 + 3 / 36] * 2)
    assert of(pairs, "egg4")["distance_km"].tolist() == pytest.approx([0.0, 0.0], abs=1e-6)
    assert of(pairs, "egg4")["soundings"].tolist() == [3, 0], "those of the product's cell"
    assert of(pairs, "egg4", "island01").empty, "it has no January 2020"


def test_a_product_that_is_not_there_is_named(tmp_path: Path):
    options = {"products": {}, "oco": [], "egg4": [], "sampled": pd.DataFrame(), "cell": 30.0}
    with pytest.raises(ResultError, match=r"no product mlp-none.*xco2\.figures"):
        colocate(
            XCO2, tccon(), SITES, months=MONTHS, max_distance=0.25, shown="mlp-none", **options
        )


# --- scores ------------------------------------------------------------------------------------


def test_scores_on_all_months_and_on_those_of_oco(data: Colocated):
    table = score_pairs(pair_table(data)).set_index(["product", "subset"])
    every = table.loc[(SHOWN, "all")]
    # Errors 1, 1, 1 inland and 11 on the island.
    assert (every["samples"], every["sites"]) == (4, 2)
    assert every["bias"] == pytest.approx(3.5)
    assert every["rmse"] == pytest.approx(np.sqrt(124 / 4))
    common = table.loc[(SHOWN, "oco_months")]
    assert (common["samples"], common["sites"], common["bias"]) == (2, 1, pytest.approx(1.0))
    assert table.loc[("oco", "oco_months"), "samples"] == 2
    assert table.loc[(SHOWN, "in_sample"), "samples"] == 1
    assert table.loc[(SHOWN, "out_of_sample"), "samples"] == 3
    assert ("oco", "out_of_sample") not in table.index, "a subset without a pair has no row"
    # Inland, TCCON rises by a straight line, and so do the errors not.
    assert np.isnan(table.loc[(SHOWN, "oco_months"), "r2_detrended"])


def test_scores_by_site(data: Colocated):
    table = score_sites(pair_table(data)).set_index(["product", "site"])
    assert table.loc[(SHOWN, "inland01"), ["slope", "intercept"]].tolist() == pytest.approx(
        [1.0, 1.0]
    )
    assert table.loc[(SHOWN, "island01"), "bias"] == pytest.approx(11.0)
    assert np.isnan(table.loc[(SHOWN, "island01"), ["r2", "slope"]].astype(float)).all()


def test_figures_6_and_8(data: Colocated):
    pairs = pair_table(data)
    bins, scores = figure_fig06(pairs, shown=SHOWN)
    assert scores["dataset"].tolist() == ["oco", SHOWN]
    assert scores["samples"].tolist() == [2, 4]
    assert bins.groupby("dataset")["share"].sum().tolist() == pytest.approx([1, 1])
    series = figure_fig08(data, shown=SHOWN)
    inland = series[series["site"] == "inland01"]
    # The product has a month that TCCON has not.
    assert inland["tccon"].fillna(0).tolist() == [410.0, 411.0, 412.0, 0.0]
    assert inland["oco"].fillna(0).tolist() == pytest.approx([409.0, 416.0, 0, 0])
    assert inland["product"].tolist() == [411.0, 412.0, 413.0, 414.0]


def test_without_pairs_there_are_empty_tables():
    pairs = pd.DataFrame(columns=TCCON_PAIRS.names).astype({"in_sample": bool})
    assert score_pairs(pairs).empty
    assert score_sites(pairs).empty
    assert [len(part) for part in figure_fig06(pairs, shown=SHOWN)] == [0, 0]


# --- footprints --------------------------------------------------------------------------------


def test_footprints_are_the_good_soundings_of_the_days(tmp_path: Path):
    # Latitude, longitude, ppm, quality flag (0 good), land indicator (1 water).
    first = write_granule(tmp_path, "2018-01-20", [(10, 20, 405, 0, 0), (11, 21, 300, 1, 0),
                                                   (12, 22, 406, 0, 1)])  # fmt: skip
    other = write_granule(tmp_path, "2018-01-21", [(10, 20, 405, 0, 0)])
    third = write_granule(
        tmp_path, "2021-12-04", [(-5, 100, 414, 0, 0)], build="B10400Br", instrument="oco3"
    )
    days = ["2018-01-20", "2021-12-04"]
    table = footprints([first, other, third], days=days)
    assert table["day"].tolist() == [days[0], days[0], days[1]]
    assert table["instrument"].tolist() == ["oco2", "oco2", "oco3"]
    assert table["xco2"].tolist() == [405.0, 406.0, 414.0], "land and sea, but none that is bad"
    with pytest.raises(ResultError, match="footprint_days"):
        footprints([other], days=days)
