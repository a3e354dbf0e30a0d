"""ESA-CCI minus IGBP in the flux and in tree, shrub and grass cover, from small files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from carbonscape.archives.esa_cci_pft import PFT_CLASSES
from carbonscape.core.classes import IGBP_CLASSES
from carbonscape.core.errors import ResultError
from carbonscape.core.findings import collected
from carbonscape.core.grid import Grid
from carbonscape.core.sphere import cell_areas
from carbonscape.evaluation.grids import files_by_map, write_grid
from carbonscape.fluxes.evaluation.covers import (
    ESA_CCI_GROUPS,
    IGBP_GROUPS,
    CoverNumbers,
    cover_numbers,
    differences_table,
    read_covers,
)
from carbonscape.products.registry import get_product
from helpers.synthetic_maps import grid, write_classes, write_years

CELL = 30.0
SHAPE = (6, 12)
GPP = get_product("gpp")
#: Percent of one cell by class: tree 10 + 15 + 5 + 20, shrub 6 + 4, grass 12 + 8, other 20.
PERCENT = {
    "TREES-BD": 10, "TREES-BE": 15, "TREES-ND": 5, "TREES-NE": 20, "SHRUBS-BE": 6, "SHRUBS-NE": 4,
    "GRASS-NAT": 12, "GRASS-MAN": 8, "BARE": 20,
}  # fmt: skip


def write_cover(folder: Path, codes: np.ndarray, *, known: bool = True) -> Path:
    """Write land cover with one mixture of ESA-CCI classes everywhere and some IGBP codes."""
    fractions = np.zeros((len(PFT_CLASSES), *SHAPE), dtype=np.float32)
    for name, percent in PERCENT.items():
        fractions[PFT_CLASSES.index(name)] = percent / 100
    fractions[:, 2, 5] = fractions[:, 2, 5] if known else np.nan
    dataset = grid(CELL)[["lat", "lon"]].assign_coords(pft_class=list(PFT_CLASSES))
    dataset["pft_esa_cci"] = (("pft_class", "lat", "lon"), fractions)
    dataset["igbp"] = (("lat", "lon"), codes.astype(np.uint8))
    dataset.to_netcdf(folder / "grid_2001.nc")
    return folder / "grid_2001.nc"


def codes_of(name: str) -> np.ndarray:
    return np.full(SHAPE, IGBP_CLASSES.index(name) + 1)


def classes(folder: Path) -> str:
    """The northern half is land: two tropical rows and a polar one."""
    climate, igbp = np.zeros(SHAPE), np.full(SHAPE, 17)
    climate[:2], climate[2], igbp[:3] = 1, 5, 10
    return write_classes(folder / "classes.nc", climate, igbp, CELL)


def maps(folder: Path) -> list[str]:
    """A map of 3 gC m-2 d-1 with ESA-CCI and one of 2 with IGBP, in the northern half."""
    paths = []
    for pft, level in (("esa_cci", 3.0), ("igbp", 2.0)):
        gpp = np.full((12, *SHAPE), np.nan)
        gpp[:, :3] = level
        paths += write_years(folder / f"fluxformer-{pft}", gpp, [2001], CELL)
    return paths


def numbers_of(folder: Path, cover: Path, paths: list[str]) -> CoverNumbers:
    return cover_numbers(GPP, files_by_map(paths), cover, classes(folder), year=2001)


# --- regrouping --------------------------------------------------------------------------------


def test_the_groups_are_those_of_the_paper():
    found = {
        group: [name for name in PFT_CLASSES if name.startswith(begin)]
        for group, begin in ESA_CCI_GROUPS.items()
    }
    assert {group: len(names) for group, names in found.items()} == {
        "tree": 4, "shrub": 4, "grass": 2,
    }  # fmt: skip
    grouped = [name for names in IGBP_GROUPS.values() for name in names]
    assert len(grouped) == len(set(grouped))
    assert set(IGBP_CLASSES) - set(grouped) == {"WET", "URB", "CVM", "SNO", "BSV", "WAT"}


@pytest.mark.parametrize(
    ("igbp", "expected"),
    [
        ("MF", {"tree": -0.5, "shrub": 0.1, "grass": 0.2}),
        ("CSH", {"tree": 0.5, "shrub": -0.9, "grass": 0.2}),
        ("OSH", {"tree": 0.5, "shrub": 0.1, "grass": -0.8}),
        ("WSA", {"tree": 0.5, "shrub": 0.1, "grass": -0.8}),
        ("CRO", {"tree": 0.5, "shrub": 0.1, "grass": -0.8}),
        ("BSV", {"tree": 0.5, "shrub": 0.1, "grass": 0.2}),
    ],
)
def test_a_class_counts_in_its_group(tmp_path, igbp, expected):
    covers = read_covers(write_cover(tmp_path, codes_of(igbp)), Grid(CELL))
    for group, difference in expected.items():
        esa_cci, one_class = covers[group]
        assert esa_cci - one_class == pytest.approx(np.full(SHAPE, difference), abs=1e-6)


def test_an_unknown_source_has_no_cover(tmp_path):
    codes = codes_of("GRA")
    codes[1, 3] = 0
    covers = read_covers(write_cover(tmp_path, codes, known=False), Grid(CELL))
    for esa_cci, igbp in covers.values():
        assert np.argwhere(np.isnan(esa_cci)).tolist() == [[2, 5]]
        assert np.argwhere(np.isnan(igbp)).tolist() == [[1, 3]]


def test_a_file_without_the_classes_is_refused(tmp_path):
    path = write_cover(tmp_path, codes_of("GRA"))
    with xr.open_dataset(path) as dataset:
        few = dataset.sel(pft_class=["BARE", "TREES-BD"]).load()
    few.to_netcdf(tmp_path / "few.nc")
    with pytest.raises(ResultError, match=r"few\.nc: no class .* begins with SHRUBS-"):
        read_covers(tmp_path / "few.nc", Grid(CELL))


# --- from files --------------------------------------------------------------------------------


def test_flux_and_cover_from_files(tmp_path):
    numbers = numbers_of(tmp_path, write_cover(tmp_path, codes_of("GRA")), maps(tmp_path))
    found = numbers.maps
    assert found["flux_difference"].values[:3] == pytest.approx(365.0)
    assert np.isnan(found["flux_difference"].values[3:]).all()
    assert found["cover_difference"].dims == ("cover", "lat", "lon")
    assert found["cover"].values.tolist() == ["tree", "shrub", "grass"]
    assert found["cover_difference"].sel(cover="tree").values[:3] == pytest.approx(0.5)
    # Off the land there is no cover to compare.
    assert np.isnan(found["cover_difference"].values[:, 3:]).all()
    assert (found.attrs["year"], found.attrs["model"]) == (2001, "fluxformer")
    table = numbers.table.set_index(["quantity", "climate"])
    row = table.loc[("gpp", "tropical")]
    assert (row["esa_cci"], row["igbp"]) == pytest.approx((1095.0, 730.0))
    assert row["difference"] == pytest.approx(365.0)
    assert row["cells"] == 24
    assert table.loc[("grass", "polar"), "difference"] == pytest.approx(-0.8)
    assert np.isnan(table.loc[("tree", "arid"), "difference"])
    areas = cell_areas(grid(CELL)["lat_bnds"], grid(CELL)["lon_bnds"])
    assert table.loc[("tree", "all"), "area"] == pytest.approx(areas[:3].sum() / 1e12)


def test_without_both_maps_the_cover_alone_is_compared(tmp_path):
    with collected() as found:
        numbers = numbers_of(tmp_path, write_cover(tmp_path, codes_of("GRA")), [])
    assert "flux_difference" not in numbers.maps
    assert set(numbers.table["quantity"]) == {"tree", "shrub", "grass"}
    (line,) = found
    assert line.outcome == "left out"
    assert "needs a map of one model with esa_cci and one with igbp" in line.reason
    write_grid(numbers.maps, tmp_path / "fig10.nc")
    with xr.open_dataset(tmp_path / "fig10.nc") as written:
        assert written["cover"].values.tolist() == ["tree", "shrub", "grass"]
        assert "model" not in written.attrs


def test_a_map_without_the_year_is_refused(tmp_path):
    paths = maps(tmp_path)
    cover = write_cover(tmp_path, codes_of("GRA"))
    with pytest.raises(ResultError, match="fluxformer-esa_cci has no year 2002"):
        cover_numbers(GPP, files_by_map(paths), cover, classes(tmp_path), year=2002)


def test_means_are_weighted_by_area_and_need_both():
    esa_cci = np.array([[1.0, 0.0, 0.5]])
    igbp = np.array([[0.0, 0.0, np.nan]])
    climate, areas = np.array([[1, 1, 1]]), np.array([[1e12, 3e12, 5e12]])
    table = differences_table({"tree": (esa_cci, igbp)}, climate, areas)
    row = table.set_index("climate").loc["tropical"]
    assert (row["cells"], row["area"]) == (2, 4.0)
    assert (row["esa_cci"], row["igbp"], row["difference"]) == (0.25, 0.0, 0.25)
