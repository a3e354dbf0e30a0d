"""The numbers of figures 12 and A1: sums by latitude and by region, from small product files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from carbonscape.archives.srex import read_regions
from carbonscape.core import findings
from carbonscape.core.errors import InputError, ResultError
from carbonscape.core.grid import Grid
from carbonscape.core.sphere import cell_areas
from carbonscape.evaluation.grids import files_by_map, write_grid
from carbonscape.fluxes.evaluation.maps import map_numbers
from carbonscape.fluxes.evaluation.regions import RegionNumbers, band_edges, region_numbers
from carbonscape.products.registry import get_product
from helpers.synthetic_maps import grid, write_classes, write_years

CELL = 10.0
SHAPE = (18, 36)
AREAS = cell_areas(grid(CELL)["lat_bnds"], grid(CELL)["lon_bnds"])
GPP = get_product("gpp")


@pytest.fixture(scope="module")
def srex(project: Path) -> Path:
    return project / "resources" / "regions" / "srex.csv"


def noise(years: int, *, seed: int = 0, shape=SHAPE) -> np.ndarray:
    """Months of a map with gaps in space and, for some cells, in time."""
    generator = np.random.default_rng(seed)
    gpp = generator.uniform(0, 10, (12 * years, *shape))
    gpp[:, generator.random(shape) < 0.4] = np.nan
    gpp[generator.random(gpp.shape) < 0.01] = np.nan
    return gpp


def numbers_of(paths: list[str], srex: Path) -> RegionNumbers:
    return region_numbers(GPP, files_by_map(paths), read_regions(srex))


def row_of(table: pd.DataFrame, abbreviation: str) -> pd.Series:
    return table.set_index("abbreviation").loc[abbreviation]


# --- sums --------------------------------------------------------------------------------------


def test_bands_and_regions_sum_to_the_globe(tmp_path, srex):
    years = [2011, 2012, 2013]
    paths = write_years(tmp_path / "mlp-igbp", noise(3), years, CELL)
    paths += write_years(tmp_path / "rf-igbp", noise(3, seed=1), years, CELL)
    numbers = numbers_of(paths, srex)
    classes = write_classes(tmp_path / "c.nc", np.ones(SHAPE), np.full(SHAPE, 10), CELL)
    totals = map_numbers(GPP, files_by_map(paths), classes, map_year=2012).totals
    globe = totals.groupby("product")[["total", "area"]].mean()
    for name in ("mlp-igbp", "rf-igbp"):
        for table in (numbers.latitude, numbers.regions):
            rows = table[table["product"] == name]
            assert rows["total"].sum() == pytest.approx(globe.loc[name, "total"], rel=1e-9)
            assert rows["area"].sum() == pytest.approx(globe.loc[name, "area"], rel=1e-9)
    # Every cell of the grid counts once, whether or not it has a value.
    assert numbers.regions.groupby("product")["grid_cells"].sum().tolist() == [648, 648]


def test_fine_rows_sum_to_bands_of_five_degrees(tmp_path, srex):
    gpp = noise(1, shape=(72, 144))
    numbers = numbers_of(write_years(tmp_path / "mlp-igbp", gpp, [2011], 2.5), srex)
    bands = numbers.latitude
    assert len(bands) == 36
    assert bands["north"].tolist() == [90.0 - 5 * at for at in range(36)]
    assert (bands["north"] - bands["south"] == 5).all()
    assert bands["total"].sum() == pytest.approx(numbers.regions["total"].sum(), rel=1e-9)


def test_the_numbers_of_one_cell(tmp_path, srex):
    gpp = np.full((24, *SHAPE), np.nan)
    # 0 to 10 S, 60 to 70 W: Amazonia. Two years, the second of 366 days at twice the level.
    gpp[:12, 9, 11], gpp[12:, 9, 11] = 2.0, 4.0
    numbers = numbers_of(write_years(tmp_path / "mlp-igbp", gpp, [2011, 2012], CELL), srex)
    mean = (2 * 365 + 4 * 366) / 2
    area = AREAS[9, 11]
    found = row_of(numbers.regions, "AMZ")
    assert (found["region"], found["name"], found["cells"]) == (7, "Amazon", 1)
    assert (found["first_year"], found["last_year"]) == (2011, 2012)
    assert found["total"] == pytest.approx(mean * area / 1e15)
    assert found["mean"] == pytest.approx(mean)
    assert found["area"] == pytest.approx(area / 1e12)
    band = numbers.latitude.set_index("south").loc[-10.0]
    assert band["north"] == 0
    assert band["per_degree"] == pytest.approx(mean * area / 1e15 / 10)
    assert band["mean"] == pytest.approx(mean)
    others = numbers.latitude[numbers.latitude["south"] != -10]
    assert others[["total", "per_degree", "mean"]].isna().all(axis=None)
    assert (others["cells"] == 0).all()


def test_a_year_without_all_months_counts_neither_as_carbon_nor_as_area(tmp_path, srex):
    gpp = np.full((24, *SHAPE), np.nan)
    gpp[:, 9, 11] = 2.0
    gpp[3, 9, 11] = np.nan
    numbers = numbers_of(write_years(tmp_path / "mlp-igbp", gpp, [2013, 2014], CELL), srex)
    found = row_of(numbers.regions, "AMZ")
    assert found["cells"] == 1
    assert found["area"] == pytest.approx(AREAS[9, 11] / 2 / 1e12)
    assert found["total"] == pytest.approx(2 * 365 * AREAS[9, 11] / 2 / 1e15)
    assert found["mean"] == pytest.approx(2 * 365)


def test_what_lies_in_no_region_is_a_row_of_its_own(tmp_path, srex):
    gpp = np.full((12, *SHAPE), np.nan)
    gpp[:, -1] = 1.0  # Antarctica
    numbers = numbers_of(write_years(tmp_path / "mlp-igbp", gpp, [2011], CELL), srex)
    last = numbers.regions.iloc[-1]
    assert (last["region"], last["abbreviation"]) == (0, "none")
    assert last["total"] == pytest.approx(365 * AREAS[-1].sum() / 1e15)
    assert (numbers.regions["cells"] > 0).sum() == 1


# --- regions without a value -------------------------------------------------------------------


def stated(paths: list[str], srex: Path) -> dict[str, str]:
    with findings.collected() as found:
        numbers_of(paths, srex)
    assert {finding.outcome for finding in found} <= {"left out"}
    return {finding.item: finding.reason for finding in found}


def test_regions_without_a_cell_are_said_in_one_line(tmp_path, srex):
    paths = write_years(tmp_path / "mlp-igbp", np.ones((12, 6, 12)), [2011], 30.0)
    paths += write_years(tmp_path / "rf-igbp", np.ones((12, 6, 12)), [2011], 30.0)
    # As regionmask counts on this grid.
    ((item, reason),) = stated(paths, srex).items()
    assert item == "SREX region ALA, CNA, AMZ, CEU, SAH, NAS, TIB"
    assert reason == "no cell of the grid has its centre in it; figure 12 shows no value of it"


def test_a_product_without_values_in_a_region_is_named(tmp_path, srex):
    full, hollow = np.ones((12, *SHAPE)), np.ones((12, *SHAPE))
    hollow[6, 6:8, 16:22] = np.nan  # the Sahara, 10 to 30 N
    paths = write_years(tmp_path / "mlp-igbp", full, [2011], CELL)
    assert stated(paths, srex) == {}
    lines = stated(paths + write_years(tmp_path / "rf-igbp", hollow, [2011], CELL), srex)
    (item,) = lines
    assert item == "SREX region SAH of rf-igbp"
    assert "no cell of the grid in it has twelve valid months in any year" in lines[item]


# --- grids and files ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "bands", "height"),
    [
        (0.1, 36, 5.0),
        (0.5, 36, 5.0),
        (2.0, 45, 4.0),
        (3.0, 60, 3.0),
        (5.0, 36, 5.0),
        (7.5, 24, 7.5),
    ],
)
def test_bands_hold_whole_rows(cell, bands, height):
    edges = band_edges(Grid(cell))
    assert edges.shape == (bands, 2)
    assert edges[:, 0] - edges[:, 1] == pytest.approx(height)
    assert edges[0, 0] == 90
    assert edges[-1, 1] == -90
    assert (edges[1:, 0] == edges[:-1, 1]).all()


def test_each_map_is_summed_on_its_own_grid_and_years(tmp_path, srex):
    paths = write_years(tmp_path / "mlp-igbp", np.ones((12, *SHAPE)), [2011], CELL)
    paths += write_years(tmp_path / "rf-igbp", np.ones((24, 36, 72)), [2013, 2014], 5.0)
    numbers = numbers_of(paths, srex)
    totals = numbers.regions.groupby("product")["total"].sum()
    earth = 365 * AREAS.sum() / 1e15
    assert totals.tolist() == pytest.approx([earth, earth])
    assert numbers.latitude.groupby("product").size().tolist() == [18, 36]
    years = numbers.regions.groupby("product")[["first_year", "last_year"]].first()
    assert years.to_numpy().tolist() == [[2011, 2011], [2013, 2014]]


def test_the_mask_shows_the_regions_of_the_cells(tmp_path, srex):
    paths = write_years(tmp_path / "mlp-igbp", np.ones((12, *SHAPE)), [2011], CELL)
    mask = numbers_of(paths, srex).mask
    write_grid(mask, tmp_path / "one.nc")
    write_grid(mask, tmp_path / "two.nc")
    assert (tmp_path / "one.nc").read_bytes() == (tmp_path / "two.nc").read_bytes()
    with xr.open_dataset(tmp_path / "one.nc") as found:
        assert found["region"].dims == ("lat", "lon")
        assert found["region"].sel(lat=-5, lon=-65) == 7
        assert np.isnan(found["region"].sel(lat=-85, lon=5))
        assert found["abbreviation"].values.tolist()[6] == "AMZ"
        # The Tibetan Plateau has four corners, Amazonia five.
        corners = np.isfinite(found["corner_lat"].sel(number=[21, 7])).sum("corner")
        assert corners.values.tolist() == [4, 5]
        plateau = found.sel(number=21)
        assert (plateau["centre_lat"], plateau["centre_lon"]) == (40, 87.5)


def test_files_of_different_grids_and_an_absent_table_are_refused(tmp_path, srex):
    paths = write_years(tmp_path / "a" / "mlp-igbp", np.ones((12, *SHAPE)), [2011], CELL)
    paths += write_years(tmp_path / "b" / "mlp-igbp", np.ones((12, 36, 72)), [2012], 5.0)
    with pytest.raises(ResultError, match="5 degrees, those of the product 10"):
        numbers_of(paths, srex)
    with pytest.raises(InputError, match="no such file"):
        numbers_of(paths[:1], tmp_path / "srex.csv")
