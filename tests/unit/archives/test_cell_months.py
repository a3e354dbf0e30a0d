"""Monthly values on cells from both layouts: by hand, pixel by pixel, and what is refused."""

from __future__ import annotations

import netCDF4
import numpy as np
import pytest

from carbonscape.archives.mcd12q1 import open_class_year
from carbonscape.archives.modis_surface import lst_cells, snow_cells, tree_cells
from carbonscape.archives.modis_vegetation import evi_cells, gpp_cells
from carbonscape.archives.night_lights import light_cells
from carbonscape.archives.tropomi_gases import gas_cells
from carbonscape.core.errors import InputError
from helpers.xco2_raw import write

NAN = np.nan
ALL = slice(None)
#: Two cells of 30 degrees side by side, each of 2 x 2 pixels.
LAT, LON = np.array([37.5, 22.5]), np.array([-22.5, -7.5, 7.5, 22.5])


def images(*pixels):
    """Return values (image, row, column) of images given as four pixels of the first cell.

    The second cell has the first pixel alone, twice as large.
    """
    found = np.zeros((len(pixels), 2, 4))
    for number, (a, b, c, d) in enumerate(pixels):
        found[number] = [[a, b, 2 * a, 0], [c, d, 0, 0]]
    return found


def month(opened, name="2015-01"):
    with opened as cells:
        assert cells.lat.tolist() == [30]
        assert cells.lon.tolist() == [-15, 15]
        found = cells.month(name, ALL)
    assert (found.values.dtype, found.good_share.dtype) == (np.float32, np.uint8)
    return [x[0].tolist() for x in (found.values, found.good_share, found.images)]


def raw(path, days, **variables):
    return write(path, days, lat=LAT, lon=LON, **variables)


def gpp_file(path, qc=0):
    """Composites of 1 and 9 January: pixels 80, 160, 240 (QC), 3001 (fill); then 240 alone."""
    good = np.zeros((2, 2, 4), int)
    good[0, 1, 0] = qc
    good[:, :, 3] = good[:, 1, 2:] = 255  # the second cell has its first pixel alone
    return raw(
        path, ["2015-01-01", "2015-01-09"],
        Gpp=("i2", images((80, 160, 240, 3001), (240, 3001, 3001, 3001))), Psn_QC=("u1", good),
    )  # fmt: skip


def test_gpp_pixel_by_pixel(tmp_path):
    """Over eight days 80 is 1 gC m-2 d-1: (1 + 3) / 2, 2 and 3; (2 + 6) / 2 in the other cell."""
    path = gpp_file(tmp_path / "a.nc")
    values, share, count = month(gpp_cells(path, year=2015, cell=30.0))
    assert values == [np.float32(7 / 3), 4]
    assert share == [75, 25]
    assert count == [2, 2]


@pytest.mark.parametrize(
    ("bits", "confidence", "expected", "share"),
    [
        (0b00000000, 3, 7 / 3, 75),
        (0b01100000, 3, 7 / 3, 75),  # confidence 3
        (0b10000000, 3, 2.0, 50),  # 4: not retrieved
        (0b01100000, 1, 2.0, 50),  # 3, where 1 is the worst that counts
        (0b00100001, 1, 7 / 3, 75),  # 1, though MODLAND says other
    ],
)
def test_a_bit_of_gpp_changes_the_cell(tmp_path, bits, confidence, expected, share):
    path = gpp_file(tmp_path / "a.nc", qc=bits)
    found = month(gpp_cells(path, year=2015, cell=30.0, confidence=confidence))
    assert (found[0][0], found[1][0]) == (np.float32(expected), share)


def test_evi_is_the_largest_at_the_pixel_before_the_mean(tmp_path):
    """Largest 5000, 4000, 1000, none: mean 1 / 3; a cloudy one does not count."""
    quality = np.zeros((2, 2, 4), int)
    quality[1, 0, 0] = quality[:, 1, 1] = quality[:, :, 2:] = 3
    path = raw(
        tmp_path / "a.nc", ["2015-01-01", "2015-01-17"],
        EVI=("i2", images((5000, 4000, 1000, 9000), (9000, 2000, 500, 9000))),
        SummaryQA=("i1", quality),
    )  # fmt: skip
    values, share, count = month(evi_cells(path, year=2015, cell=30.0))
    assert (values[0], share[0], count[0]) == (np.float32(1 / 3), 75, 2)
    assert np.isnan(values[1])
    assert (share[1], count[1]) == (0, 0)


@pytest.mark.parametrize(
    ("bits", "expected", "share"),
    [(0, 300, 50), (0b10000001, 300, 50), (0b11000001, 290, 25), (0b00000010, 290, 25)],
)
def test_temperature_by_its_bits(tmp_path, bits, expected, share):
    """Pixels of 310 K (by the bits) and 290 K, and two of fill."""
    quality = np.zeros((1, 2, 4), int)
    quality[0, 0, 0] = bits
    path = raw(
        tmp_path / "a.nc", ["2015-01-01"],
        LST_Day_1km=("u2", images((15500, 14500, 0, 7499)) % 20_000), QC_Day=("u1", quality),
    )  # fmt: skip
    found = month(lst_cells(path, year=2015, cell=30.0))
    assert [x[0] for x in found] == [expected, share, 1]


def test_snow_is_the_largest_of_good_quality(tmp_path):
    """Pixels 0.8 (of 40 and 80), 0.2, cloud (250), and 1.0 of poor quality."""
    quality = np.zeros((2, 2, 4), int)
    quality[:, 1, 1] = 3
    path = raw(
        tmp_path / "a.nc", ["2015-01-01", "2015-01-02"],
        NDSI_Snow_Cover=("u1", images((40, 20, 125, 100), (80, 10, 125, 100))),
        NDSI_Snow_Cover_Basic_QA=("u1", quality),
        NDSI=("i2", images((-100, 0, 0, 0), (0, 0, 0, 0))),
    )  # fmt: skip
    values, share, count = month(snow_cells(path, year=2015, cell=30.0))
    assert (values[0], share[0], count[0]) == (np.float32(0.5), 50, 2)
    values, share, count = month(snow_cells(path, year=2015, cell=30.0, index="raw"))
    assert (values[0], share[0], count[0]) == (0, 75, 2)


def test_trees_lights_and_gases(tmp_path):
    path = raw(
        tmp_path / "a.nc", ["2015-03-06"], Percent_Tree_Cover=("u1", images((10, 51, 100, 127)))
    )
    with tree_cells(path, year=2015, cell=30.0) as cells:
        found = cells.year(ALL)
    assert (found.values[0, 0], found.good_share[0, 0]) == (np.float32(161 / 3), 75)
    lights = {
        "avg_rad": ("f4", images((-1, 3, 5, 7))), "cf_cvg": ("u2", images((1, 1, 0, 9))),
    }  # fmt: skip
    path = raw(tmp_path / "b.nc", ["2015-01-01"], **lights)
    values, share, count = month(light_cells(path, year=2015, cell=30.0))
    assert (values[0], share[0], count[0]) == (np.float32(10 / 3), 75, 1)
    columns = {
        "CO_column_number_density": ("f4", images((0.01, 0.02, 0.03, -9999))),
        "images": ("u2", images((3, 4, 5, 0))),
    }
    path = raw(tmp_path / "c.nc", ["2015-01-01"], **columns)
    values, share, count = month(gas_cells(path, year=2015, gas="CO", cell=30.0))
    assert values[0] == pytest.approx(0.02)
    assert (share[0], count[0]) == (75, 5)


def test_lights_beyond_the_product_do_not_darken_the_cells_beside_them(tmp_path):
    """Of the cell from 70 to 80 N the southern pixels alone are seen; 80 to 90 N is taken as 0."""
    path = write(
        tmp_path / "a.nc", ["2015-01-01"], lat=[87.5, 82.5, 77.5, 72.5], lon=[-175.0, -170.0],
        avg_rad=("f4", 6), cf_cvg=("u2", 1),
    )  # fmt: skip
    with light_cells(path, year=2015, cell=10.0) as cells:
        assert cells.lat.tolist() == [85, 75]
        found = cells.month("2015-01", ALL)
    assert found.values[:, 0].tolist() == [0, 6]
    assert found.good_share[:, 0].tolist() == [0, 50]
    assert found.images[:, 0].tolist() == [0, 1]


def test_daily_black_marble_is_averaged(tmp_path):
    path = raw(
        tmp_path / "a.nc", ["2015-01-01", "2015-01-02"],
        Gap_Filled_DNB_BRDF_Corrected_NTL=("f4", images((1, 2, 3, 6553.5), (3, 2, 1, 6553.5))),
    )  # fmt: skip
    values, share, count = month(light_cells(path, year=2015, product="vnp46a2", cell=30.0))
    assert (values[0], share[0], count[0]) == (2, 75, 2)


def test_pixels_may_be_the_cells_and_months_may_be_absent(tmp_path):
    path = gpp_file(tmp_path / "a.nc")
    with gpp_cells(path, year=2015) as cells:
        assert cells.lat.tolist() == LAT.tolist()
        found = cells.month("2015-01", slice(0, 1))
        assert found.values[0, :3].tolist() == [2, 2, 4]
        assert found.good_share[0].tolist() == [100, 100, 100, 0]
        none = cells.month("2015-02", slice(0, 1))
        assert np.isnan(none.values).all()
        assert not none.good_share.any()


# The layout of the fetch step.

GPP = {
    "gpp": ("f4", [[1.5, -9999], [0, -9999]]),
    "gpp_good_share": ("u1", [[75, 0], [0, 0]]),
    "gpp_images": ("u2", [[2, 0], [1, 0]]),
}


def stored(path, screening="confidence <= 3", days=("2015-01-01",), **changes):
    write(path, list(days), **GPP | changes)
    with netCDF4.Dataset(path, "a") as file:
        if screening:
            file.screening = screening
    return path


def test_stored_cells_are_read_as_they_are(tmp_path):
    """The share of 0 with a value is fewer than one pixel in two hundred."""
    path = stored(tmp_path / "a.nc")
    with gpp_cells(path, year=2015, cell=90.0) as cells:
        assert cells.lat.tolist() == [45, -45]
        found = cells.month("2015-01", ALL)
        np.testing.assert_array_equal(found.values, np.array([[1.5, NAN], [0, NAN]], "f4"))
        assert found.good_share.tolist() == [[75, 0], [0, 0]]
        assert found.images.tolist() == [[2, 0], [1, 0]]
        assert found.images.dtype == np.uint16
        assert np.isnan(cells.month("2015-02", slice(0, 1)).values).all()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"gpp_images": ("u2", [[0, 0], [1, 0]])}, "gpp has a value, but no image behind it"),
        ({"gpp_images": ("u2", [[2, 1], [1, 0]])}, "gpp has images, but no value in 1 of 4 cells"),
        ({"gpp_good_share": ("u1", [[75, 25], [0, 0]])}, "a share of good pixels, but no value"),
        ({"gpp_good_share": ("u1", [[101, 0], [0, 0]])}, "above 100 percent in 1 of 4"),
        ({"gpp": ("f4", [[61, -9999], [0, -9999]])}, "gpp is 61 gC m-2 d-1 in 1 of 2 cells"),
        ({"gpp": ("i2", 0)}, "gpp holds int16 values, expected float32"),
    ],
)
def test_impossible_cells_are_refused(tmp_path, changes, message):
    path = stored(tmp_path / "a.nc", **changes)
    with pytest.raises(InputError, match=f"a.nc: .*{message}"), gpp_cells(path, year=2015) as cells:
        cells.month("2015-01", ALL)


def test_a_missing_companion_is_refused(tmp_path):
    path = write(tmp_path / "a.nc", ["2015-01-01"], gpp=("f4", 1))
    with (
        pytest.raises(InputError, match="no variable gpp_good_share; found gpp"),
        gpp_cells(path, year=2015),
    ):
        pass


def test_another_screening_than_the_configuration_says_is_refused(tmp_path):
    path = stored(tmp_path / "a.nc", screening="confidence <= 1")
    with gpp_cells(path, year=2015, confidence=1):
        pass
    with (
        pytest.raises(
            InputError,
            match=r"a.nc: its attribute 'screening' is 'confidence <= 1', expected "
            r"'confidence <= 3' \(config key 'xco2.features.gpp_confidence'\); delete the file",
        ),
        gpp_cells(path, year=2015),
    ):
        pass
    path = stored(tmp_path / "b.nc", screening="")
    with pytest.raises(InputError, match="'screening' is ''"), gpp_cells(path, year=2015):
        pass


def test_stored_months_are_stamped_on_the_first_of_their_year(tmp_path):
    path = stored(tmp_path / "a.nc", days=("2015-01-09",))
    with pytest.raises(InputError, match="stamped on the first"), gpp_cells(path, year=2015):
        pass
    path = stored(tmp_path / "b.nc")
    with pytest.raises(InputError, match="expected the year 2016"), gpp_cells(path, year=2016):
        pass


def test_a_stored_gas_beyond_its_limits_is_refused(tmp_path):
    path = write(
        tmp_path / "a.nc", ["2019-01-01"],
        co=("f4", -34.43), co_good_share=("u1", 100), co_images=("u2", 3),
    )  # fmt: skip
    with (
        pytest.raises(InputError, match="co is -34.43 mol m-2.*clip every orbit"),
        gas_cells(path, year=2019, gas="CO") as cells,
    ):
        cells.month("2019-01", ALL)


def test_classes_of_both_layouts(tmp_path):
    """Cells: 12 in two pixels of four; 17 in the only pixel that has a class."""
    codes = np.array([[12, 12, 17, 255], [13, 17, 255, 255]])
    path = raw(tmp_path / "a.nc", ["2015-01-01"], LC_Type1=("u1", codes))
    with open_class_year(path, year=2015, cell=30.0) as cover:
        assert cover.lon.tolist() == [-15, 15]
        found = cover.year(ALL)
    assert found.igbp.tolist() == [[12, 17]]
    assert found.winner_share.tolist() == [[50, 100]]
    assert found.land_share.tolist() == [[75, 0]]
    assert found.vegetated_share.tolist() == [[50, 0]]
    path = write(
        tmp_path / "b.nc", ["2015-01-01"], lat=[30.0], lon=[-15.0, 15.0],
        igbp=("u1", [[12, 17]]), winner_share=("u1", [[50, 100]]), land_share=("u1", [[75, 0]]),
        vegetated_share=("u1", [[50, 0]]),
    )  # fmt: skip
    with open_class_year(path, year=2015, cell=30.0) as cover:
        again = cover.year(ALL)
    for name in ("igbp", "winner_share", "land_share", "vegetated_share"):
        np.testing.assert_array_equal(getattr(again, name), getattr(found, name))
    with (
        pytest.raises(InputError, match="expected the year 2016"),
        open_class_year(path, year=2016),
    ):
        pass
