"""Cells of the simulated archive: 2 x 2 pixels by hand, and a plain loop over every image."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

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
from helpers.one_cell import Images, image
from helpers.xco2_predictors_made import BEGIN, CELL, SEED, Earth, read, truth
from helpers.xco2_raw import write as write_raw


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


def plain(image: NativeImage, bands: tuple[str, ...], value) -> dict:
    """Return the values of the pixels of an image that count: of those for which there is one."""
    seen = {}
    for place in np.ndindex(image.bands[bands[0]].shape):
        if all(image.masks[name][place] for name in bands):
            found = value(*(image.bands[name][place].item() for name in bands))
            if found is not None:
                seen[place] = found
    return seen


def clipped(low: float, high: float):
    return lambda column: min(max(column, low), high)


#: Bands of each variable, whether the largest value counts, and the value of a good pixel.
PRODUCTS = {
    "gpp": (
        cell_rules.gpp(3), ("Gpp", "Psn_QC"), False,
        lambda raw, qc: raw * 0.1 / 8 if 0 <= raw <= 3000 and qc // 32 <= 3 else None),
    "evi": (
        cell_rules.EVI_CELLS, ("EVI", "SummaryQA"), True,
        lambda raw, qa: raw / 10000 if qa in (0, 1) and -2000 <= raw <= 10000 else None),
    "lst_day": (
        cell_rules.LST_CELLS, ("LST_Day_1km", "QC_Day"), False,
        lambda raw, qc: raw / 50 if raw >= 7500 and qc % 4 <= 1 and qc // 64 <= 2 else None),
    "lst_night": (
        cell_rules.LST_CELLS, ("LST_Night_1km", "QC_Night"), False,
        lambda raw, qc: raw / 50 if raw >= 7500 and qc % 4 <= 1 and qc // 64 <= 2 else None),
    "snow_cover": (
        cell_rules.SNOW_CELLS, ("NDSI_Snow_Cover", "NDSI_Snow_Cover_Basic_QA"), True,
        lambda raw, qa: raw / 100 if raw <= 100 and qa <= 2 else None),
    "ndsi": (
        cell_rules.SNOW_CELLS, ("NDSI", "NDSI_Snow_Cover_Basic_QA"), True,
        lambda raw, qa: raw / 10000 if abs(raw) <= 10000 and qa <= 2 else None),
    "tree_cover": (
        cell_rules.TREE_CELLS, ("Percent_Tree_Cover",), False,
        lambda raw: float(raw) if raw <= 100 else None),
    "lights": (
        cell_rules.LIGHT_CELLS, ("avg_rad", "cf_cvg"), False,
        lambda raw, nights: max(raw, 0.0) if nights >= 1 else None),
    "no2": (
        cell_rules.gas("no2"), ("tropospheric_NO2_column_number_density",), False,
        clipped(-0.0005, 0.02)),
    "co": (cell_rules.gas("co"), ("CO_column_number_density",), False, clipped(0.0, 0.5)),
    "so2": (cell_rules.gas("so2"), ("SO2_column_number_density",), False, clipped(-0.001, 0.05)),
}  # fmt: skip


@pytest.mark.parametrize("name", PRODUCTS)
def test_the_writer_equals_a_plain_loop(archive: NativeArchive, tmp_path: Path, name: str) -> None:
    product, bands, largest, value = PRODUCTS[name]
    first, end = dt.date(2016, 3, 1), dt.date(2016, 4, 1)
    if product.annual:
        first, end = dt.date(2016, 1, 1), dt.date(2017, 1, 1)
    write_cells(tmp_path / "A_2016.nc", archive=archive, product=product, days=[first])
    raw = read(tmp_path / "A_2016.nc")
    images = archive.images(product.asset, first, end)
    expected = looped([plain(image, bands, value) for image in images], largest)
    assert 0 < (expected[1] > 0).mean() < 1
    np.testing.assert_array_equal(raw[f"{name}_good_share"][0], expected[1])
    np.testing.assert_array_equal(raw[f"{name}_images"][0], expected[2])
    np.testing.assert_allclose(raw[name][0], expected[0], rtol=1e-7)
    assert (raw[name][0] == expected[0]).mean() > 0.999


def test_leaves_and_classes_equal_a_plain_loop(archive: NativeArchive, tmp_path: Path) -> None:
    write_leaves(tmp_path / "a.nc", archive=archive, year=2016)
    write_classes(tmp_path / "b.nc", archive=archive, year=2016)
    raw, year = read(tmp_path / "a.nc"), (dt.date(2016, 1, 1), dt.date(2017, 1, 1))
    images = list(archive.images(native.LEAVES, *year))
    assert len(raw["time"]) == len(images)
    bands = ("Lai_500m", "Fpar_500m", "FparLai_QC")

    def both(lai: int, fpar: int, qc: int) -> tuple[int, int] | None:
        return (lai, fpar) if lai <= 100 and fpar <= 100 and qc // 32 <= 1 else None

    for number in (5, 20):
        good = plain(images[number], bands, both)
        for lat, lon in np.ndindex(18, 36):
            block = [(2 * lat + i, 2 * lon + j) for i in (0, 1) for j in (0, 1)]
            seen = [good[place] for place in block if place in good]
            expected = [-32768, -32768, 0, 0]
            if seen:
                tenfold = [10 * sum(x) / len(seen) for x in zip(*seen, strict=True)]
                expected = [*(int(x + 0.5) for x in tenfold), 25 * len(seen), 1]
            names = ("lai", "fpar", "good_share", "images")
            assert [raw[name][number, lat, lon] for name in names] == expected
    raw, (image,) = read(tmp_path / "b.nc"), archive.images(native.CLASSES, *year)
    codes = plain(image, ("LC_Type1",), int)
    for lat, lon in np.ndindex(18, 36):
        block = [(2 * lat + i, 2 * lon + j) for i in (0, 1) for j in (0, 1)]
        seen = [codes[place] for place in block if place in codes]
        best = min(seen, key=lambda code: (-seen.count(code), code))
        land, green = (sum(x not in none for x in seen) for none in ((17,), (13, 15, 16, 17)))
        shares = [int(100 * n / len(seen) + 0.5) for n in (seen.count(best), land, green)]
        names = ("igbp", "winner_share", "land_share", "vegetated_share")
        assert [raw[name][0, lat, lon] for name in names] == [best, *shares]


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
