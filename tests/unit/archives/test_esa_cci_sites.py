"""The pixels around towers are taken out of the map, around its edge as well."""

from __future__ import annotations

from pathlib import Path

import netCDF4
import numpy as np
import pandas as pd
import pytest

from carbonscape.archives.esa_cci_pft import PFT_CLASSES, read_pft_sites
from carbonscape.archives.esa_cci_sites import write_pft_sites
from carbonscape.core.errors import InputError

SIZE = 10.0
LAT, LON = 85.0 - SIZE * np.arange(18), -175.0 + SIZE * np.arange(36)


def write_map(path: Path, *, rows: slice = slice(None)) -> np.ndarray:
    """Write a map of two classes: trees in percent by pixel, the rest bare; return the trees."""
    trees = (np.arange(18)[:, None] * 5 + np.arange(36)[None, :] % 7).astype("uint8")
    with netCDF4.Dataset(path, "w") as file:
        for name, values in {"time": [0], "lat": LAT[rows], "lon": LON}.items():
            file.createDimension(name, len(values))
            file.createVariable(name, "f8", (name,))[:] = values
        file["time"].units = "days since 2001-01-01"
        for name in PFT_CLASSES:
            layer = file.createVariable(name, "u1", ("time", "lat", "lon"))
            layer[0] = {"TREES-BD": trees, "BARE": 100 - trees}.get(name, 0 * trees)[rows]
    return trees


def towers(**places: tuple[float, float]) -> pd.DataFrame:
    rows = [{"site": site, "lat": lat, "lon": lon} for site, (lat, lon) in places.items()]
    return pd.DataFrame(rows)


def test_the_mean_around_a_tower_is_that_of_its_25_pixels(tmp_path: Path) -> None:
    trees = write_map(tmp_path / "map.nc")
    sites = towers(B=(42.0, 13.0), A=(-33.0, -64.0))
    write_pft_sites(tmp_path / "map.nc", tmp_path / "sites.csv", sites=sites)
    found = read_pft_sites(tmp_path / "sites.csv")
    assert found["site"].tolist() == ["A", "B"]
    # 33 S lies in row 12, 64 W in column 11; 42 N in row 4, 13 E in column 19.
    for site, (row, col) in {"A": (12, 11), "B": (4, 19)}.items():
        expected = trees[row - 2 : row + 3, col - 2 : col + 3].mean() / 100
        value = found.set_index("site").loc[site, "TREES-BD"]
        assert value == pytest.approx(expected, rel=1e-6)
        assert found.set_index("site").loc[site, "BARE"] == pytest.approx(1 - expected, rel=1e-6)


def test_pixels_go_row_by_row_from_the_north_west(tmp_path: Path) -> None:
    trees = write_map(tmp_path / "map.nc")
    write_pft_sites(tmp_path / "map.nc", tmp_path / "s.csv", sites=towers(A=(42.0, 13.0)))
    table = pd.read_csv(tmp_path / "s.csv")
    assert table["pixel"].tolist() == list(range(25))
    assert table["TREES-BD"].tolist() == trees[2:7, 17:22].ravel().tolist()


def test_longitudes_go_round(tmp_path: Path) -> None:
    trees = write_map(tmp_path / "map.nc")
    write_pft_sites(tmp_path / "map.nc", tmp_path / "s.csv", sites=towers(FJ=(-17.0, 179.0)))
    found = pd.read_csv(tmp_path / "s.csv")["TREES-BD"].to_numpy().reshape(5, 5)
    np.testing.assert_array_equal(found, trees[8:13][:, [33, 34, 35, 0, 1]])


def test_a_fill_value_is_an_empty_cell(tmp_path: Path) -> None:
    write_map(tmp_path / "map.nc")
    with netCDF4.Dataset(tmp_path / "map.nc", "a") as file:
        file["BARE"].set_auto_maskandscale(False)
        file["BARE"][0, 4, 19] = 255
    write_pft_sites(tmp_path / "map.nc", tmp_path / "s.csv", sites=towers(A=(42.0, 13.0)))
    bare = pd.read_csv(tmp_path / "s.csv")["BARE"]
    assert bare.isna().tolist() == [number == 12 for number in range(25)]


def test_a_tower_beyond_the_map_is_refused(tmp_path: Path) -> None:
    write_map(tmp_path / "map.nc", rows=slice(0, 9))
    with pytest.raises(InputError, match=r"tower ZA-Kru \(lat -25\) lies outside the map .*whole"):
        write_pft_sites(
            tmp_path / "map.nc", tmp_path / "s.csv", sites=towers(**{"ZA-Kru": (-25.0, 31.5)})
        )
    assert not (tmp_path / "s.csv").exists()
