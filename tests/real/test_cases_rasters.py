"""Made files after public reports, of satellite rasters: each gives its value or its sentence."""

from __future__ import annotations

import netCDF4
import numpy as np
import pytest

from carbonscape.archives.coverage import require_images
from carbonscape.archives.mcd12q1 import open_class_year, read_class_cells, read_igbp_grid
from carbonscape.archives.modis_surface import lst_cells
from carbonscape.archives.modis_vegetation import decode_evi, open_evi, open_gpp
from carbonscape.archives.night_lights import light_cells, open_lights
from carbonscape.core import findings
from carbonscape.core.errors import InputError
from helpers.xco2_raw import write

NAN = np.nan
ALL = slice(None)


@pytest.fixture(scope="module")
def columns(shared):
    return shared / "cases" / "xco2"


@pytest.fixture(scope="module")
def more(shared):
    return shared / "data" / "more"


def first(opened):
    with opened as images:
        return images.values(slice(0, 1), ALL)[0]


@pytest.mark.parametrize("folder", ["", "variant_65535"])
def test_declared_fills_of_black_marble_are_missing(columns, folder):
    """Case 01: -999.9 became darkness, 65535 a light of 65,535 nW."""
    path = columns / "01_blackmarble_c2_fill" / folder / "VNP46A2_2019.nc"
    values = first(open_lights(path, year=2019, product="vnp46a2"))
    np.testing.assert_array_equal(values, np.repeat([[3.5], [NAN], [3.5]], 4, axis=1))
    with light_cells(path, year=2019, product="vnp46a2") as cells:
        month = cells.month("2019-01", ALL)
    assert month.images.tolist() == [[1] * 4, [0] * 4, [1] * 4]


@pytest.mark.parametrize(
    ("name", "opener", "source", "sentinel"),
    [
        ("MOD17A2H.006", open_gpp, "mod17a2h", "Gpp 32767: image.unmask(32767)"),
        ("MOD13A2.061", open_evi, "mod13a2", "EVI -3000: image.unmask(-3000)"),
    ],
)
def test_masked_pixels_that_came_as_zero_are_noticed(columns, name, opener, source, sentinel):
    """Case 02, of a small area: it may be land alone, so that it is a warning."""
    path = columns / "02_ee_mask_is_zero" / f"{name}_2019.nc"
    with findings.collected() as found:
        first(opener(path, year=2019))
    (finding,) = found
    assert (finding.source, finding.item, finding.outcome) == (source, str(path), "warning")
    assert "in 8 of 12 pixels, and none of them are missing" in finding.reason
    assert finding.reason.endswith(sentinel)


def test_masked_pixels_of_the_globe_are_refused(columns, tmp_path):
    """The same numbers on a grid of the globe."""
    with netCDF4.Dataset(columns / "02_ee_mask_is_zero" / "MOD17A2H.006_2019.nc") as file:
        gpp, quality = file["Gpp"][:], file["Psn_QC"][:]
    path = write(tmp_path / "a.nc", ["2019-01-01"], lat=np.array([60.0, 0.0, -60.0]),
                 lon=np.array([-135.0, -45.0, 45.0, 135.0]), Gpp=("i2", gpp),
                 Psn_QC=("u1", quality))  # fmt: skip
    with pytest.raises(InputError, match="with sea in it, where some must be: .*unmask.32767"):
        first(open_gpp(path, year=2019))


def test_a_temperature_that_ends_in_june_is_refused(columns):
    """Case 04: July to December were filled from the climatology without a word."""
    path = columns / "04_lst_ends_in_june" / "MOD11A1.061_2019.nc"
    months = [f"2019-{month:02d}" for month in range(1, 13)]
    with lst_cells(path, year=2019) as cells:
        message = f"no image of {', '.join(months[6:])}, which .*inputs.accept_incomplete"
        with pytest.raises(InputError, match=message):
            require_images(cells, "mod11a1", months=months)
        with findings.collected() as found:
            without = require_images(cells, "mod11a1", months=months, accept=True)
        assert require_images(cells, "mod11a1", months=months[:6]) == []
    assert without == months[6:]
    assert [(f.source, f.outcome) for f in found] == [("mod11a1", "incomplete")]


def test_land_cover_of_another_year_is_refused(shared):
    """Case c01: the file of 2010 holds the map of 2001."""
    path = shared / "cases" / "gpp" / "c01-mcd12q1-of-another-year" / "MCD12Q1.061_2010.nc"
    message = r"MCD12Q1.061_2010.nc: it holds the year 2001 .*expected 2010"
    for read in (read_igbp_grid, read_class_cells):
        with pytest.raises(InputError, match=message):
            read(path)
        with pytest.raises(InputError, match=message):
            read(path, year=2010)
    with (
        pytest.raises(InputError, match="an image is of 2001-01-01, expected the year 2010 alone"),
        open_class_year(path, year=2010),
    ):
        pass


def real_lights(more):
    """Return the real radiance of January 2014 of Sao Tome and Principe; nodata undeclared."""
    rasterio = pytest.importorskip("rasterio")
    name = "NL_STP_VIIRS.M_201401_VCMCFG_GADM-3.6-SHPZIP.tif"
    with rasterio.open(more / "viirs" / name) as image:
        values, transform = image.read(1), image.transform
    lat = transform.f + (np.arange(values.shape[0]) + 0.5) * transform.e
    lon = transform.c + (np.arange(values.shape[1]) + 0.5) * transform.a
    return values, lat, lon


def test_real_lights_without_their_coverage_are_refused(more, tmp_path):
    values, lat, lon = real_lights(more)
    path = write(tmp_path / "a.nc", ["2014-01-01"], lat=lat, lon=lon, avg_rad=("f4", values))
    with pytest.raises(InputError, match="no variable cf_cvg; found avg_rad"):
        first(open_lights(path, year=2014))


def test_the_undeclared_nodata_of_real_lights_is_missing(more, tmp_path):
    """Of 98,328 pixels 4,681 have a value; 985 of them are noise below zero, 300 are zero."""
    values, lat, lon = real_lights(more)
    assert values.min() < -3e38
    path = write(tmp_path / "a.nc", ["2014-01-01"], lat=lat, lon=lon, avg_rad=("f4", values),
                 cf_cvg=("u2", 1))  # fmt: skip
    found = first(open_lights(path, year=2014))
    known = found[~np.isnan(found)]
    assert (found.size, known.size) == (98_328, 4_681)
    assert int((known == 0).sum()) == 985 + 300
    assert known.max() == pytest.approx(14.94, abs=0.005)


@pytest.mark.parametrize(
    "day", ["001.h18v09.061.2025022080611", "145.h18v09.061.2025218223451"]
)  # fmt: skip
def test_real_tiles_of_the_sea_pass(more, tmp_path, day):
    """98 percent of these tiles of the Gulf of Guinea is fill: nothing was masked as 0."""
    science = pytest.importorskip("pyhdf.SD").SD(str(more / "modis" / f"MOD13A2.A2025{day}.hdf"))
    raw = science.select("1 km 16 days EVI").get()
    quality = science.select("1 km 16 days pixel reliability").get()
    degrees = (np.arange(1200) + 0.5) / 120
    start = {"001": "2025-01-01", "145": "2025-05-25"}[day[:3]]
    path = write(tmp_path / "a.nc", [start], lat=-degrees, lon=degrees, EVI=("i2", raw),
                 SummaryQA=("i1", quality),
                 attributes={"EVI": {"_FillValue": np.int16(-3000), "scale_factor": 10_000.0,
                                     "valid_range": np.array([-2000, 10_000], "i2")},
                             "SummaryQA": {"_FillValue": np.int8(-1)}})  # fmt: skip
    with findings.collected() as found:
        values = first(open_evi(path, year=2025))
    assert found == []
    np.testing.assert_array_equal(values, decode_evi(raw, quality))
    assert np.isnan(values).mean() > 0.97


def test_a_real_temperature_that_was_scaled_is_refused(more, tmp_path):
    """LP DAAC's OPeNDAP delivers Kelvin as floats, without the quality."""
    path = more / "modis" / "MOD11A1.061.2017001_2017030.h17v08.nc4"
    with netCDF4.Dataset(path) as file:
        file.set_auto_mask(False)
        kelvin = file["LST_Day_1km"][0]
    lat, lon = (0.01 * np.arange(size) for size in kelvin.shape)
    made = write(tmp_path / "a.nc", ["2017-01-01"], lat=10 - lat, lon=lon,
                 LST_Day_1km=("f4", kelvin), QC_Day=("u1", 0))  # fmt: skip
    with (
        pytest.raises(InputError, match="LST_Day_1km holds float32 values, expected uint16"),
        lst_cells(made, year=2017),
    ):
        pass
