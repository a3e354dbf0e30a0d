"""Cells of the simulated archive: 2 x 2 pixels by hand, and a plain loop over every image."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace

import netCDF4
import numpy as np
import pytest

from carbonscape.archives.modis_lai import read_modis_grid
from carbonscape.archives.modis_surface import lst_cells
from carbonscape.archives.modis_vegetation import gpp_cells
from carbonscape.simulate import cell_rules, native
from carbonscape.simulate.cells import (
    mean_over_pixels,
    write_cells,
    write_classes,
    write_leaves,
)
from carbonscape.simulate.native import NativeArchive, NativeImage
from carbonscape.simulate.xco2_lights import months_of
from helpers.xco2_predictors_made import BEGIN, CELL, SEED, Earth, read, truth
from helpers.xco2_raw import write as write_raw

SIDE = 2


class Images:
    """An archive of one cell of 180 degrees (of two), whose images are given."""

    cell, pixels = 180.0, SIDE
    lat, lon = np.array([45.0, -45.0]), np.array([-135.0, -45.0, 45.0, 135.0])

    def __init__(self, *images: NativeImage) -> None:
        self._images = images

    def images(self, asset: str, first: dt.date, end: dt.date):
        return (image for image in self._images if first <= image.start < end)


def image(day: str, **bands: tuple) -> NativeImage:
    """Return an image whose western cell has four pixels from the north-west; the other none."""
    values, masks = {}, {}
    for name, (kind, pixels) in bands.items():
        field, mask = np.zeros((2, 4), kind), np.zeros((2, 4), bool)
        field[:, :2] = np.reshape(pixels, (2, 2))
        mask[:, :2] = True
        values[name], masks[name] = field, mask
    return NativeImage(dt.date.fromisoformat(day), values, masks)


def cells_of(path: Path, images: Images, product: cell_rules.Product, name: str) -> list:
    """Return value, share and images of the western cell in January."""
    days = [dt.date(2015, 1, 1)]
    write_cells(path / "X_2015.nc", archive=images, product=product, days=days)
    raw = read(path / "X_2015.nc")
    names = (name, f"{name}_good_share", f"{name}_images")
    assert [raw[n][0, 0, 1] for n in names] == [-9999, 0, 0]  # no pixel of the other cell
    return [raw[n][0, 0, 0] for n in names]


def leaf_image(qc: tuple, lai: tuple = (10, 21, 30, 254), fpar: tuple = (20, 40, 61, 90)):
    return image("2015-01-09", Lai_500m=("u1", lai), Fpar_500m=("u1", fpar), FparLai_QC=("u1", qc))


@pytest.mark.parametrize(
    ("qc", "lai", "fpar", "share"),
    [
        # (10 + 21 + 30) / 3 = 20.333 in 0.1 is 203 in 0.01; (20 + 40 + 61) / 3 is 403.
        ((0, 32, 8, 0), 203, 403, 75),
        # Back-up algorithm of the third: 15.5 is 155; 30 is 300.
        ((0, 32, 64, 0), 155, 300, 50),
        ((64, 96, 128, 0), -32768, -32768, 0),
    ],
)
def test_leaves_by_hand(tmp_path: Path, qc: tuple, lai: int, fpar: int, share: int) -> None:
    write_leaves(tmp_path / "a.nc", archive=Images(leaf_image(qc)), year=2015)
    raw = read(tmp_path / "a.nc")
    assert raw["time"].tolist() == [5487]  # 9 January 2015
    found = [raw[name][0, 0, 0] for name in ("lai", "fpar", "good_share", "images")]
    assert found == [lai, fpar, share, int(share > 0)]
    assert [raw[name][0, 0, 1] for name in ("lai", "fpar", "good_share")] == [-32768, -32768, 0]


def test_a_pixel_counts_with_both_of_its_values_and_halves_are_rounded_up(tmp_path: Path) -> None:
    """The third FPAR is a fill class; four pixels 23, 23, 23, 24 are 23.25: 232.5 is 233."""
    images = Images(leaf_image((0,) * 4, fpar=(20, 40, 250, 90)))
    write_leaves(tmp_path / "a.nc", archive=images, year=2015)
    assert read(tmp_path / "a.nc")["lai"][0, 0, 0] == 155
    images = Images(leaf_image((0,) * 4, lai=(23, 23, 23, 24)))
    write_leaves(tmp_path / "b.nc", archive=images, year=2015)
    assert read(tmp_path / "b.nc")["lai"][0, 0, 0] == 233


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ((12, 10, 12, 17), [12, 50, 75, 75]),
        ((12, 10, 10, 12), [10, 50, 100, 100]),  # a tie: the smaller code
        ((13, 17, 255, 255), [13, 50, 50, 0]),  # of the pixels that have a class
        ((16, 16, 16, 1), [16, 75, 100, 25]),
        ((255,) * 4, [255] * 4),
    ],
)
def test_classes_by_hand(tmp_path: Path, codes: tuple, expected: list) -> None:
    images = Images(image("2015-01-01", LC_Type1=("u1", codes)))
    write_classes(tmp_path / "a.nc", archive=images, year=2015)
    raw = read(tmp_path / "a.nc")
    names = ("igbp", "winner_share", "land_share", "vegetated_share")
    assert [raw[name][0, 0, 0] for name in names] == expected
    assert [raw[name][0, 0, 1] for name in names] == [255] * 4  # all masked


@pytest.mark.parametrize(
    ("qc", "confidence", "expected"),
    [
        # 1 and 3 gC m-2 d-1 at the first pixel, 2 at the second: means 2 and 2; the third is 4.
        ((0, 0, 0, 0), 3, [8 / 3, 75, 2]),
        ((0, 0, 128, 0), 3, [2, 50, 2]),  # not retrieved
        ((0, 0, 64, 0), 1, [2, 50, 2]),  # substandard
        ((32, 32, 32, 0), 1, [8 / 3, 75, 2]),
    ],
)
def test_gpp_by_hand(tmp_path: Path, qc: tuple, confidence: int, expected: list) -> None:
    images = Images(
        image("2015-01-01", Gpp=("i2", (80, 160, 320, 29000)), Psn_QC=("u1", qc)),
        image("2015-01-25", Gpp=("i2", (240, 0, 0, 0)), Psn_QC=("u1", (0, 128, 128, 128))),
        image("2015-02-02", Gpp=("i2", (2400,) * 4), Psn_QC=("u1", (0,) * 4)),
    )
    found = cells_of(tmp_path, images, cell_rules.gpp(confidence), "gpp")
    assert found == [np.float32(expected[0]), *expected[1:]]


def test_evi_and_snow_are_the_largest_at_the_pixel(tmp_path: Path) -> None:
    images = Images(
        image("2015-01-01", EVI=("i2", (5000, 4000, 9000, 1)), SummaryQA=("i1", (0, 1, 2, 3))),
        image("2015-01-17", EVI=("i2", (1000, 4600, 10001, 2)), SummaryQA=("i1", (1, 0, 0, 2))),
    )
    assert cells_of(tmp_path, images, cell_rules.EVI_CELLS, "evi") == [np.float32(0.48), 50, 2]
    quality = ("u1", (0, 2, 3, 211))
    images = Images(
        *(
            image(day, NDSI_Snow_Cover=("u1", snow), NDSI=("i2", index),
                  NDSI_Snow_Cover_Basic_QA=quality)
            for day, snow, index in (
                ("2015-01-01", (20, 250, 90, 90), (2000, -5000, 1, 1)),
                ("2015-01-02", (60, 10, 90, 90), (-1000, -3000, 1, 1)),
            )
        )
    )  # fmt: skip
    snow = cells_of(tmp_path, images, cell_rules.SNOW_CELLS, "snow_cover")
    assert snow == [np.float32(0.35), 50, 2]
    index = cells_of(tmp_path, images, cell_rules.SNOW_CELLS, "ndsi")
    assert index == [np.float32(-0.05), 50, 2]


@pytest.mark.parametrize(
    ("bits", "expected"),
    [(0, [305, 50, 1]), (0b10000001, [305, 50, 1]), (0b11000001, [310, 25, 1]),
     (0b00000011, [310, 25, 1])],
)  # fmt: skip
def test_temperature_by_hand(tmp_path: Path, bits: int, expected: list) -> None:
    bands = {
        kind: value
        for name in ("Day", "Night")
        for kind, value in (
            (f"LST_{name}_1km", ("u2", (15000, 15500, 7499, 0))),
            (f"QC_{name}", ("u1", (bits, 0, 0, 0))),
        )
    }
    images = Images(image("2015-01-31", **bands))
    for name in ("lst_day", "lst_night"):
        assert cells_of(tmp_path, images, cell_rules.LST_CELLS, name) == expected


def test_trees_lights_and_gases_by_hand(tmp_path: Path) -> None:
    trees = Images(image("2015-03-06", Percent_Tree_Cover=("u1", (10, 20, 200, 101))))
    assert cells_of(tmp_path, trees, cell_rules.TREE_CELLS, "tree_cover") == [15, 50, 1]
    radiance, nights = ("f4", (-1.5, 3.0, 0.0, 8.0)), ("u2", (4, 1, 0, 2))
    lights = Images(image("2015-01-01", avg_rad=radiance, cf_cvg=nights))
    found = cells_of(tmp_path, lights, cell_rules.LIGHT_CELLS, "lights")
    assert found == [np.float32(11 / 3), 75, 1]
    columns = [("f4", (0.04, 0.02, -34.43, 0.9)), ("f4", (0.02, 0.02, 0.02, 0.9))]
    gas = Images(
        *(image("2015-01-05", CO_column_number_density=column) for column in columns)
    )  # of one day: two orbits
    found = cells_of(tmp_path, gas, cell_rules.gas("co"), "co")
    # 0.03, 0.02, (0 + 0.02) / 2 and 0.5.
    assert found == [pytest.approx(0.14), 100, 2]


def test_a_masked_pixel_has_no_value(tmp_path: Path) -> None:
    one = image("2015-01-01", Gpp=("i2", (80, 160, 80, 80)), Psn_QC=("u1", (0,) * 4))
    one.masks["Gpp"][0, 1] = False
    assert cells_of(tmp_path, Images(one), cell_rules.gpp(3), "gpp") == [1, 75, 1]


def test_means_and_shares_of_pixels() -> None:
    known = np.array([[True, False, False], [True, True, False], [True, True, False]])
    mean, share = mean_over_pixels(np.arange(9.0).reshape(3, 3), known, 3)
    assert mean.tolist() == [[pytest.approx((0 + 3 + 4 + 6 + 7) / 5)]]
    assert share.tolist() == [[56]]
    mean, share = mean_over_pixels(np.zeros((3, 3)), np.zeros((3, 3), bool), 3)
    assert np.isnan(mean).all()
    assert share.tolist() == [[0]]


# The simulated Earth, aggregated once more by a plain loop that shares nothing with the writer.


@pytest.fixture(scope="module")
def archive() -> NativeArchive:
    """2 x 2 pixels to a cell of 10 degrees; the land share makes some of them water."""
    grid, earth = truth(), Earth()
    grid["fpar"] = 0.2 * grid["lai"]
    grid["land_share"][:] = 0.8
    return NativeArchive(
        grid, cell=CELL, seed=SEED, parts=earth.settings.parts, earth=earth, gases_first=BEGIN
    )


def looped(found: list[dict], largest: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return value, share and images of cells from {(row, column): value} of each image."""
    value = np.full((18, 36), -9999.0, "f4")
    share, count = np.zeros((18, 36), int), np.zeros((18, 36), int)
    for lat in range(18):
        for lon in range(36):
            pixels = []
            for row in (2 * lat, 2 * lat + 1):
                for column in (2 * lon, 2 * lon + 1):
                    seen = [one[row, column] for one in found if (row, column) in one]
                    if seen:
                        pixels.append(max(seen) if largest else sum(seen) / len(seen))
                        count[lat, lon] = max(count[lat, lon], len(seen))
            if pixels:
                value[lat, lon] = sum(pixels) / len(pixels)
                share[lat, lon] = {1: 25, 2: 50, 3: 75, 4: 100}[len(pixels)]
    return value, share, count


def plain(image: NativeImage, band: str, good, value) -> dict:
    """Return the values of the pixels of an image that count."""
    seen = {}
    for place in np.ndindex(image.bands[band].shape):
        raw = {name: values[place].item() for name, values in image.bands.items()}
        if all(mask[place] for mask in image.masks.values()) and good(SimpleNamespace(**raw)):
            seen[place] = value(SimpleNamespace(**raw))
    return seen


PRODUCTS = {
    "gpp": (
        cell_rules.gpp(3), "Gpp", False,
        lambda p: 0 <= p.Gpp <= 3000 and p.Psn_QC // 32 <= 3, lambda p: p.Gpp * 0.1 / 8),
    "evi": (
        cell_rules.EVI_CELLS, "EVI", True,
        lambda p: p.SummaryQA in (0, 1) and -2000 <= p.EVI <= 10000, lambda p: p.EVI / 10000),
    "lights": (
        cell_rules.LIGHT_CELLS, "avg_rad", False,
        lambda p: p.cf_cvg >= 1, lambda p: max(p.avg_rad, 0.0)),
    "no2": (
        cell_rules.gas("no2"), "tropospheric_NO2_column_number_density", False,
        lambda p: True,
        lambda p: min(max(p.tropospheric_NO2_column_number_density, -0.0005), 0.02)),
}  # fmt: skip


@pytest.mark.parametrize("name", PRODUCTS)
def test_the_writer_equals_a_plain_loop(archive: NativeArchive, tmp_path: Path, name: str) -> None:
    product, band, largest, good, value = PRODUCTS[name]
    first, end = dt.date(2016, 3, 1), dt.date(2016, 4, 1)
    write_cells(tmp_path / "A_2016.nc", archive=archive, product=product, days=[first])
    raw = read(tmp_path / "A_2016.nc")
    images = archive.images(product.asset, first, end)
    expected = looped([plain(image, band, good, value) for image in images], largest)
    assert 0 < (expected[1] > 0).mean() < 1
    np.testing.assert_array_equal(raw[f"{name}_good_share"][0], expected[1])
    np.testing.assert_array_equal(raw[f"{name}_images"][0], expected[2])
    np.testing.assert_allclose(raw[name][0], expected[0], rtol=1e-7)
    assert (raw[name][0] == expected[0]).mean() > 0.999


def test_both_layouts_of_the_same_pixels_are_read_alike(
    archive: NativeArchive, tmp_path: Path
) -> None:
    """The raw images of a year, screened and aggregated on reading, are what was written."""
    first, end = dt.date(2016, 1, 1), dt.date(2016, 4, 1)
    days = months_of(2016)[:3]
    for product, opener, name in (
        (cell_rules.gpp(3), gpp_cells, "MOD17A2H.006"),
        (cell_rules.LST_CELLS, lst_cells, "MOD11A1.061"),
    ):
        stored, raw = tmp_path / f"{name}_2016.nc", tmp_path / f"raw_{name}.nc"
        write_cells(stored, archive=archive, product=product, days=days)
        images = list(archive.images(product.asset, first, end))
        write_raw(
            raw, [image.start.isoformat() for image in images], lat=archive.lat, lon=archive.lon,
            **{
                band: (values.dtype.str[1:], np.stack([image.bands[band] for image in images]))
                for band, values in images[0].bands.items()
            },
        )  # fmt: skip
        with opener(stored, year=2016, cell=CELL) as a, opener(raw, year=2016, cell=CELL) as b:
            for month in ("2016-01", "2016-02", "2016-03"):
                one, two = (cells.month(month, slice(None)) for cells in (a, b))
                for part in ("values", "good_share", "images"):
                    np.testing.assert_array_equal(getattr(one, part), getattr(two, part))
                assert set(np.unique(one.good_share)) >= {0, 75}


def test_leaves_of_both_layouts_are_read_alike(archive: NativeArchive, tmp_path: Path) -> None:
    write_leaves(tmp_path / "a.nc", archive=archive, year=2016)
    images = list(archive.images(native.LEAVES, dt.date(2016, 1, 1), dt.date(2017, 1, 1)))
    bands = ("Lai_500m", "Fpar_500m", "FparLai_QC")
    write_raw(
        tmp_path / "b.nc", [image.start.isoformat() for image in images],
        lat=archive.lat, lon=archive.lon,
        **{band: ("u1", np.stack([image.bands[band] for image in images])) for band in bands},
    )  # fmt: skip
    one, two = (
        read_modis_grid(tmp_path / name, year=2016, rows=slice(3, 9), cell=CELL)
        for name in ("a.nc", "b.nc")
    )
    assert one.identical(two)
    assert one["lai"].shape == (46, 6, 36)
    known = one["lai"].notnull()
    assert ((one["good_share"] > 0) == known).all()
    assert ((one["images"] == 1) == known).all()


def test_a_file_says_what_it_holds(archive: NativeArchive, tmp_path: Path) -> None:
    path = tmp_path / "MOD17A2H.006_2016.nc"
    days = months_of(2016)
    write_cells(path, archive=archive, product=cell_rules.gpp(1), days=days)
    with netCDF4.Dataset(path) as data:
        assert data.source == "MODIS/006/MOD17A2H"
        assert data.version == "006"
        assert data.screening == "confidence <= 1"
        assert data["gpp"].units == "gC m-2 d-1"
        assert data["gpp"].dtype == np.float32
        assert data["gpp"]._FillValue == -9999
        assert data["gpp_good_share"].dtype == np.uint8
        assert data["gpp_images"].dtype == np.uint16
        assert data["time"].units == "days since 2000-01-01"
        assert [str(x) for x in data["gpp"].dimensions] == ["time", "lat", "lon"]
        assert len(data["time"]) == 12
