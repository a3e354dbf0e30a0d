"""Simulated land cover: percents, hyphens, codes, and block means that keep the cell's cover."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import netCDF4
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from carbonscape.simulate.land_cover import VARIABLES, patches, whole_percent, write_land_cover

FOURTEEN = (
    "BARE", "BUILT", "WATER", "SNOWICE", "GRASS-NAT", "GRASS-MAN", "TREES-BD", "TREES-BE",
    "TREES-ND", "TREES-NE", "SHRUBS-BD", "SHRUBS-BE", "SHRUBS-ND", "SHRUBS-NE",
)  # fmt: skip
TRUE, SEEN = (SimpleNamespace(cover_views=on) for on in (False, True))
CELL, YEARS = 30.0, [2011, 2012]
LAT, LON = 90 - 30 * (np.arange(6) + 0.5), -180 + 30 * (np.arange(12) + 0.5)


def cover(**shares: float) -> np.ndarray:
    return np.array([shares.get(name.replace("-", "_"), 0.0) for name in FOURTEEN])


MIXED = cover(TREES_BD=0.4, GRASS_MAN=0.3, BARE=0.2, WATER=0.1)
LATER = cover(TREES_BD=0.3, GRASS_MAN=0.4, BARE=0.2, WATER=0.1)


def truth() -> tuple[xr.Dataset, xr.Dataset]:
    """Return land on the western half (bare where 80 south), and three towers."""
    pft = np.full((2, 14, 6, 12), np.nan)
    pft[0, :, :, :6], pft[1, :, :, :6] = MIXED[:, None, None], LATER[:, None, None]
    pft[:, :, 5, :6] = cover(BARE=1.0)[:, None]
    igbp = np.full((2, 6, 12), np.nan)
    igbp[:, :, :6], igbp[:, 5, :6] = 4, 16
    grid = xr.Dataset(
        {
            "pft": (("year", "pft_class", "lat", "lon"), pft),
            "igbp": (("year", "lat", "lon"), igbp),
        },
        coords={"year": YEARS, "pft_class": list(FOURTEEN), "lat": LAT, "lon": LON},
    )
    towers = xr.Dataset(
        {
            "pft": (("site", "year", "pft_class"), np.stack([[MIXED, LATER]] * 3)),
            "igbp_code": (("site", "year"), [[4, 4], [12, 12], [16, 16]]),
        },
        coords={"site": ["ZZ-Aa1", "ZZ-Bb2", "ZZ-Cc3"], "year": YEARS, "pft_class": list(FOURTEEN)},
    )
    return grid, towers


def write(folder: Path, parts: SimpleNamespace = TRUE, seed: int = 1) -> list[Path]:
    grid, sites = truth()
    return write_land_cover(
        folder / "esa_cci_pft", folder / "mcd12q1",
        grid=grid, sites=sites, cell=CELL, first_year=2011, last_year=2012, seed=seed, parts=parts,
    )  # fmt: skip


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cover")
    write(folder)
    return folder


def esa(folder: Path, year: int) -> dict[str, np.ndarray]:
    path = folder / "esa_cci_pft" / f"ESACCI-LC-L4-PFT-Map-300m-P1Y-{year}-v2.0.8.nc"
    with netCDF4.Dataset(path) as data:
        data.set_auto_mask(False)
        return {name: data[name][:] for name in data.variables}


def blocks(values: np.ndarray) -> np.ndarray:
    """Return the 4x4 pixels of each cell (lat, lon, pixel)."""
    return values.reshape(6, 4, 12, 4).swapaxes(1, 2).reshape(6, 12, 16)


def test_patches_keep_the_cover_of_the_place() -> None:
    uneven = np.exp(np.random.default_rng(0).standard_normal((2, 16, 14)))
    share = patches(np.stack([MIXED, cover(SNOWICE=1.0)]), uneven)
    assert share.shape == (2, 16, 14)
    np.testing.assert_allclose(share.sum(axis=2), 1.0)
    np.testing.assert_allclose(share.mean(axis=1), [MIXED, cover(SNOWICE=1.0)], atol=1e-3)
    assert share[0, :, 6].std() > 0.1  # uneven within the cell


def test_percents_are_rounded_by_largest_remainders() -> None:
    share = np.array([[0.336, 0.338, 0.326], [1.0, 0.0, 0.0], [0.295, 0.295, 0.41]])
    found = whole_percent(share, np.array([100, 100, 99]))
    assert found.tolist() == [[34, 34, 32], [100, 0, 0], [29, 29, 41]]
    assert found.dtype == np.uint8
    assert whole_percent(share[:1], np.array([101])).tolist() == [[34, 34, 33]]


def test_the_file_has_seventeen_percents_with_hyphens(archive: Path) -> None:
    path = archive / "esa_cci_pft" / "ESACCI-LC-L4-PFT-Map-300m-P1Y-2011-v2.0.8.nc"
    with netCDF4.Dataset(path) as data:
        names = set(data.variables) - {"time", "lat", "lon"}
        assert names == {*FOURTEEN, "WATER_INLAND", "WATER_OCEAN", "LAND"} == set(VARIABLES)
        for name in names:
            assert data[name].dimensions == ("time", "lat", "lon")
            assert data[name].dtype == np.uint8
            assert data[name].shape == (1, 24, 48)
            assert not {"units", "_FillValue", "scale_factor"} & set(data[name].ncattrs())
        assert data["lat"][:].tolist() == (90 - 7.5 * (np.arange(24) + 0.5)).tolist()
        assert data["lon"][:][[0, -1]].tolist() == [-176.25, 176.25]
        assert data["time"][:].tolist() == [4018]  # days from 2000 to 2011


def test_pixels_sum_to_a_hundred_or_one_off(archive: Path) -> None:
    found = esa(archive, 2011)
    total = sum(found[name].astype(int) for name in FOURTEEN)
    assert set(np.unique(total)) == {99, 100, 101}
    assert (total == 100).mean() > 0.9
    assert (found["WATER"] == found["WATER_INLAND"] + found["WATER_OCEAN"]).all()
    assert (np.abs(found["LAND"].astype(int) + found["WATER"] - 100) <= 1).all()


@pytest.mark.parametrize(("year", "expected"), [(2011, MIXED), (2012, LATER)])
def test_block_means_are_the_cover_of_the_cell(
    archive: Path, year: int, expected: np.ndarray
) -> None:
    found = esa(archive, year)
    for number, name in enumerate(FOURTEEN):
        pixels = blocks(found[name][0])[:5, :6]
        np.testing.assert_allclose(pixels.mean(axis=2), 100 * expected[number], atol=1.0)
    trees = blocks(found["TREES-BD"][0])[:5, :6]
    assert trees.std(axis=2).min() > 5  # patches within the cell
    assert (blocks(found["BARE"][0])[5, :6] == 100).all()  # one class: no patches


def test_patches_stay_where_they_are_while_cover_changes(archive: Path) -> None:
    trees = [blocks(esa(archive, year)["TREES-BD"][0])[:5, :6].ravel() for year in YEARS]
    assert np.corrcoef(*trees)[0, 1] > 0.95


def test_the_sea_is_water_and_coasts_touch_it(archive: Path) -> None:
    found = {
        name: blocks(values[0]) for name, values in esa(archive, 2011).items() if name in VARIABLES
    }
    assert (found["WATER_OCEAN"][:, 6:] == 100).all()
    assert (found["LAND"][:, 6:] == 0).all()
    coast, inland = found["WATER_OCEAN"][:5, [0, 5]], found["WATER_INLAND"][:5, 1:5]
    assert coast.mean() == pytest.approx(10, abs=1)
    assert inland.mean() == pytest.approx(10, abs=1)
    assert (found["WATER_OCEAN"][:, 1:5] == 0).all()


def test_the_site_table_has_twenty_five_pixels(archive: Path) -> None:
    path = archive / "esa_cci_pft" / "sites_ESACCI-LC-L4-PFT-Map-300m-P1Y-2012-v2.0.8.csv"
    table = pd.read_csv(path)
    assert list(table.columns[:2]) == ["site", "pixel"]
    assert set(table.columns[2:]) == set(VARIABLES)
    assert table["pixel"].tolist() == [*range(25)] * 3
    assert table["site"].unique().tolist() == ["ZZ-Aa1", "ZZ-Bb2", "ZZ-Cc3"]
    assert table[list(FOURTEEN)].sum(axis=1).between(99, 101).all()
    mean = table.groupby("site")[list(FOURTEEN)].mean()
    np.testing.assert_allclose(mean, np.stack([100 * LATER] * 3), atol=1.0)


def test_the_class_map_has_one_code_a_cell(archive: Path) -> None:
    with netCDF4.Dataset(archive / "mcd12q1" / "MCD12Q1.061_2012.nc") as data:
        data.set_auto_mask(False)
        kind = data["igbp"]
        assert kind.dimensions == ("time", "lat", "lon")
        assert kind.dtype == np.uint8
        assert kind._FillValue == 255
        codes = kind[0]
        shares = {name: data[name][0] for name in ("winner_share", "land_share", "vegetated_share")}
        assert data["time"][:].tolist() == [4383]
        assert data["lat"][:].tolist() == LAT.tolist()
    assert set(codes[:5, :6].ravel()) == {4}
    assert set(codes[5, :6]) == {16}
    assert set(codes[:, 6:].ravel()) == {17}  # the sea
    assert set(shares["winner_share"].ravel()) == {100}
    assert set(shares["land_share"][:, :6].ravel()) == {100}
    assert set(shares["land_share"][:, 6:].ravel()) == {0}
    assert set(shares["vegetated_share"][:5, :6].ravel()) == {100}
    assert set(shares["vegetated_share"][5, :6]) == {0}  # barren


def test_the_class_table_is_dated_the_first_of_january(archive: Path) -> None:
    text = (archive / "mcd12q1" / "sites_MCD12Q1.061_2011.csv").read_text()
    assert text == (
        "system:index,site,LC_Type1\n"
        "2011_01_01,ZZ-Aa1,4\n2011_01_01,ZZ-Bb2,12\n2011_01_01,ZZ-Cc3,16\n"
    )


def test_both_views_err_and_can_be_set_right(tmp_path: Path) -> None:
    write(tmp_path, SEEN)
    trees = [blocks(esa(tmp_path, year)["TREES-BD"][0])[:5, :6].mean(axis=2) for year in YEARS]
    error = trees[0] - 40
    assert 3 < error.std() < 20
    # The same place errs alike in both years: the trend is seen.
    assert np.corrcoef(error.ravel(), (trees[1] - 30).ravel())[0, 1] > 0.9
    codes = []
    for year in YEARS:
        with netCDF4.Dataset(tmp_path / "mcd12q1" / f"MCD12Q1.061_{year}.nc") as data:
            codes.append(data["igbp"][0].filled(255))
    assert (codes[0] == codes[1]).all()
    assert 0 < (codes[0][:5, :6] != 4).mean() < 0.5


def test_files_are_named_and_ordered_and_same_seed_same_bytes(tmp_path: Path) -> None:
    first, again, other = (
        write(tmp_path / n, SEEN, seed=s) for n, s in zip("abc", (4, 4, 5), strict=True)
    )
    assert [path.name for path in first[:4]] == [
        "ESACCI-LC-L4-PFT-Map-300m-P1Y-2011-v2.0.8.nc",
        "sites_ESACCI-LC-L4-PFT-Map-300m-P1Y-2011-v2.0.8.csv",
        "MCD12Q1.061_2011.nc",
        "sites_MCD12Q1.061_2011.csv",
    ]
    assert len(first) == 8
    for a, b in zip(first, again, strict=True):
        assert a.read_bytes() == b.read_bytes()
    assert first[0].read_bytes() != other[0].read_bytes()
