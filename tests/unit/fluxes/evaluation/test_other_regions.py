"""Products of others by latitude and region: on their own grids, nothing lost and nothing twice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from carbonscape.archives.srex import read_regions
from carbonscape.core.errors import ResultError
from carbonscape.core.findings import collected
from carbonscape.core.sphere import MODIS_RADIUS
from carbonscape.evaluation.grids import files_by_map
from carbonscape.fluxes.evaluation.maps import map_numbers
from carbonscape.fluxes.evaluation.regions import region_numbers
from carbonscape.products.registry import get_product
from helpers.other_products_made import centres, write_other
from helpers.synthetic_maps import write_classes, write_years

CELL, SHAPE = 10.0, (18, 36)
GPP = get_product("gpp")


@pytest.fixture
def regions(project: Path):
    return read_regions(project / "resources" / "regions" / "srex.csv")


@pytest.fixture
def ours(tmp_path):
    gpp = np.full((24, *SHAPE), 1.0)
    return files_by_map(write_years(tmp_path / "mlp-igbp", gpp, [2011, 2012], CELL))


def noise(shape: tuple[int, int], seed: int) -> np.ndarray:
    """A year with gaps in space and, in some cells, in time."""
    generator = np.random.default_rng(seed)
    values = generator.uniform(0, 10, (12, *shape))
    values[:, generator.random(shape) < 0.4] = np.nan
    values[generator.random(values.shape) < 0.01] = np.nan
    return values


@pytest.mark.parametrize("edges", [(3.0, 90.0, -90.0), (4.0, 80.0, -60.0), (0.7, 70.0, -20.3)])
def test_bands_and_regions_sum_to_the_globe(edges, ours, regions, tmp_path) -> None:
    cell, north, south = edges
    lat, lon = centres(cell, north=north, south=south)
    years = {year: noise((lat.size, lon.size), year) for year in (2011, 2012)}
    paths = files_by_map(write_other(tmp_path, "nies", years, lat, lon))
    numbers = region_numbers(GPP, ours, regions, others=paths, asked=["nies"])
    classes = write_classes(tmp_path / "c.nc", np.ones(SHAPE), np.full(SHAPE, 10), CELL)
    totals = map_numbers(
        GPP, ours, classes, map_year=2012, others=paths, asked=["nies"]
    ).totals  # fmt: skip
    globe = totals[totals["product"] == "nies"][["total", "area"]].mean()
    for table in (numbers.latitude, numbers.regions):
        rows = table[table["product"] == "nies"]
        for column in ("total", "area"):
            assert rows[column].sum() == pytest.approx(globe[column], rel=1e-6)
    assert numbers.regions.groupby("product")["grid_cells"].sum()["nies"] == lat.size * lon.size


def test_a_row_over_an_edge_is_divided_by_area(ours, regions, tmp_path) -> None:
    lat, lon = centres(20.0, north=70, south=-70)
    values = np.full((12, lat.size, lon.size), np.nan)
    values[:, 0] = 1.0
    paths = files_by_map(write_other(tmp_path, "nies", {2011: values}, lat, lon))
    bands = region_numbers(GPP, ours, regions, others=paths, asked=["nies"]).latitude
    rows = bands[bands["product"] == "nies"].set_index("south")
    ring = 2 * np.pi * MODIS_RADIUS**2
    sines = np.sin(np.radians([50, 60, 70]))
    # Bands of ours are 10 degrees high: one row of theirs, 50 to 70 N, fills two.
    assert rows["cells"].to_dict() == {
        **dict.fromkeys(rows.index, 0), 60.0: lon.size, 50.0: lon.size
    }  # fmt: skip
    assert rows.loc[60, "area"] == pytest.approx(ring * (sines[2] - sines[1]) / 1e12)
    assert rows.loc[50, "total"] == pytest.approx(365 * ring * (sines[1] - sines[0]) / 1e15)
    assert rows.loc[[50, 60], "mean"].tolist() == pytest.approx([365, 365])
    assert rows["total"].isna().sum() == 16


def test_years_on_two_grids_are_refused_and_absent_products_stated(ours, regions, tmp_path) -> None:
    paths = []
    for year, cell in ((2011, 10.0), (2012, 20.0)):
        lat, lon = centres(cell)
        paths += write_other(
            tmp_path, "nies", {year: np.ones((12, lat.size, lon.size))}, lat, lon
        )  # fmt: skip
    with pytest.raises(ResultError, match=r"gpp_2012\.nc: has 9 x 18 cells, and the file of 2011"):
        region_numbers(GPP, ours, regions, others=files_by_map(paths), asked=["nies"])
    with collected() as said:
        region_numbers(GPP, ours, regions, asked=["fluxcom"])
    assert any("so that figure 12 does not show it" in line.reason for line in said)
