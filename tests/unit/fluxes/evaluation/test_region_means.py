"""Means of maps over the SREX regions, by hand on a grid of a few cells."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from carbonscape.core.errors import ResultError
from carbonscape.core.grid import Grid
from carbonscape.core.sphere import cell_areas
from carbonscape.evaluation.grids import labelled, write_grid
from carbonscape.fluxes.evaluation.region_means import region_means
from helpers.synthetic_maps import grid, write_classes

CELL = 30.0
SHAPE = (6, 12)
AREAS = cell_areas(grid(CELL)["lat_bnds"], grid(CELL)["lon_bnds"])
ESA, IGBP, OTHER = "fluxformer-esa_cci", "fluxformer-igbp", "nies"


def figure(path: Path, name: str, maps: dict[str, np.ndarray], dim: str = "product") -> Path:
    """Write the file of a figure."""
    dataset = labelled(
        {name: ((dim, "lat", "lon"), np.stack([*maps.values()]), "what", "1")},
        Grid(CELL), title="x", coordinates={dim: np.array([*maps], dtype=object)},
    )  # fmt: skip
    write_grid(dataset, path)
    return path


@pytest.fixture
def mask(tmp_path: Path) -> Path:
    """Two regions: two columns of the first two rows, and one cell of the last."""
    region = np.full(SHAPE, np.nan)
    region[:2, :2], region[5, 0] = 1, 2
    dataset = labelled(
        {"region": (("lat", "lon"), region, "region", "1")},
        Grid(CELL), title="x", coordinates={"number": [1, 2]},
    ).assign(abbreviation=("number", np.array(["AAA", "BBB"], dtype=object)))  # fmt: skip
    write_grid(dataset, tmp_path / "mask.nc")
    return tmp_path / "mask.nc"


@pytest.fixture
def classes(tmp_path: Path) -> str:
    """The second row is arid, all else tropical."""
    climate = np.ones(SHAPE)
    climate[1] = 2
    return write_classes(tmp_path / "classes.nc", climate, np.full(SHAPE, 10), CELL)


def row(table: pd.DataFrame, name: str, region: str, group: str = "all") -> pd.Series:
    """Return a row of the only figure of a table."""
    found = table[(table["name"] == name) & (table["region"] == region)]
    return found.set_index("group").loc[group]


def test_a_mean_is_over_areas_and_beside_it_over_the_cells_of_all_maps(tmp_path, mask, classes):
    first = np.full(SHAPE, 7.0)
    first[0, :2], first[1, :2] = 1.0, 3.0
    second = first + 10
    second[0, 0] = np.nan
    # A product that does not reach the region decides nothing there.
    nowhere = np.full(SHAPE, np.nan)
    path = figure(
        tmp_path / "gpp_fig13.nc", "variability", {ESA: first, IGBP: second, OTHER: nowhere}
    )
    table = region_means({"fig13": path}, mask, classes)
    north, south = AREAS[0, 0], AREAS[1, 0]
    assert row(table, ESA, "AAA")["mean"] == pytest.approx((north + 3 * south) / (north + south))
    expected = (north + 6 * south) / (north + 2 * south)
    assert row(table, ESA, "AAA")["common_mean"] == pytest.approx(expected)
    assert row(table, IGBP, "AAA")["common_mean"] == pytest.approx(10 + expected)
    assert row(table, IGBP, "AAA")["mean"] == row(table, IGBP, "AAA")["common_mean"]
    assert row(table, ESA, "AAA")[["cells", "common_cells"]].tolist() == [4, 3]
    assert row(table, ESA, "AAA", "arid")["mean"] == pytest.approx(3)
    assert row(table, OTHER, "AAA")["cells"] == 0
    assert np.isnan(row(table, OTHER, "AAA")["mean"])
    assert row(table, ESA, "BBB")["mean"] == pytest.approx(7)
    assert np.isnan(row(table, ESA, "BBB", "arid")["mean"])


def test_every_variable_of_a_figure_counts(tmp_path, mask, classes):
    path = figure(tmp_path / "a.nc", "cover_difference", {"tree": np.full(SHAPE, 0.2)}, dim="cover")
    dataset = xr.open_dataset(path).load()
    dataset.close()
    dataset["flux_difference"] = (("lat", "lon"), np.full(SHAPE, -5.0, dtype=np.float32))
    write_grid(dataset, tmp_path / "b.nc")
    table = region_means({"fig10": tmp_path / "b.nc"}, mask, classes)
    assert set(zip(table["variable"], table["name"], strict=True)) == {
        ("cover_difference", "tree"), ("flux_difference", "all")
    }  # fmt: skip
    assert row(table, "all", "AAA")["mean"] == pytest.approx(-5)


def test_files_of_another_kind_or_grid_are_refused(tmp_path, mask, classes):
    path = figure(tmp_path / "a.nc", "median", {ESA: np.zeros(SHAPE)})
    with pytest.raises(ResultError, match=r"a\.nc: holds none of variability, found .*median.*run"):
        region_means({"fig07": path}, mask, classes)
    coarse = labelled(
        {"variability": (("lat", "lon"), np.zeros((3, 6)), "what", "1")}, Grid(60.0), title="x"
    )
    write_grid(coarse, tmp_path / "coarse.nc")
    with pytest.raises(ResultError, match="its cells have 60 degrees"):
        region_means({"fig07": tmp_path / "coarse.nc"}, mask, classes)


def test_the_first_figure_may_be_absent(mask, classes):
    assert not len(region_means({}, mask, classes))
