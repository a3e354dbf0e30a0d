"""Months and areas of a quantity without any value on land."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.archives.coverage import Coverage, Given, require_images
from carbonscape.archives.modis_vegetation import evi_cells, gpp_cells
from carbonscape.archives.night_lights import light_cells
from carbonscape.core import findings
from carbonscape.core.errors import InputError
from carbonscape.core.grid import Grid
from helpers.xco2_raw import write

GRID = Grid(5.0)  # 36 cells in an area of 30 degrees
MONTHS = ["2015-01", "2015-02", "2015-03"]
LAND = np.ones((36, 72), dtype=bool)
GIVEN = {"EVI": Given("evi.nc", "mod13a2")}


def judge(values, *, land=LAND, months=MONTHS, given=GIVEN, accept=()):
    """Look at values (month, lat, lon) of EVI."""
    coverage = Coverage(land, GRID, months)
    for month, field in zip(months, values, strict=True):
        coverage.add("EVI", month, field[land])
    coverage.judge(given, accept=accept)


def full():
    return np.ones((3, 36, 72))


def test_what_is_whole_passes():
    judge(full())


def test_a_month_without_a_value_on_land_is_named():
    values = full()
    values[1] = np.nan
    with pytest.raises(InputError, match="evi.nc: EVI has no value on land in 2015-02, which"):
        judge(values)
    with findings.collected() as found:
        judge(values, accept=["mod13a2"])
    assert [(f.source, f.outcome) for f in found] == [("mod13a2", "incomplete")]
    # A gas has none before its first month, and a month without an image was looked at before.
    judge(values, given={"EVI": Given("evi.nc", "mod13a2", first="2015-03")})
    judge(values, given={"EVI": Given("evi.nc", "mod13a2", without=["2015-02"])})


def test_an_area_without_a_value_is_named():
    values = full()
    values[:, 12:18, 36:42] = np.nan  # 0 to 30 N, 0 to 30 E
    with pytest.raises(InputError, match="EVI has no value on any land of 0 to 30 N, 0 to 30 E,"):
        judge(values)
    values[2, 12, 36] = 1
    judge(values)


def test_few_cells_few_months_and_high_latitudes_tell_nothing():
    values = full()
    values[:, 12:18, 36:42] = np.nan
    land = LAND.copy()
    land[12:18, 36:42] = False
    land[12, 36:42] = land[13, 36:42] = land[14, 36:42] = True  # 18 cells
    judge(values, land=land)
    judge(values[:2], months=MONTHS[:2])
    with pytest.raises(InputError, match="EVI has no value on any land"):
        judge(values[:1], months=MONTHS[:1], given={"EVI": Given("e.nc", "mod44b", annual=True)})
    polar = full()
    polar[:, :6] = polar[:, 30:] = np.nan
    judge(polar)


@pytest.mark.parametrize(("cells", "refused"), [(40, False), (80, True)])
def test_an_island_is_no_area(cells, refused):
    """Of 3,600 cells of half a degree in an area 72 must be land."""
    land = np.zeros((360, 720), dtype=bool)
    land[70] = True
    land[150:152, 360 : 360 + cells // 2] = True  # 0 to 30 N, 0 to 30 E
    values = np.where(np.arange(360)[:, None] == 70, 1.0, np.nan) * np.ones(720)
    coverage = Coverage(land, Grid(0.5), ["2015"])
    coverage.add("VCF", "2015", values[land])
    given = {"VCF": Given("e.nc", "mod44b", annual=True)}
    if refused:
        with pytest.raises(InputError, match="VCF has no value on any land of 0 to 30 N, 0 to 30"):
            coverage.judge(given, accept=())
    else:
        coverage.judge(given, accept=())


LAT, LON = np.array([45.0, -45.0]), np.array([-90.0, 90.0])


def gpp_file(path, without=()):
    days = np.datetime64("2015-01-01") + np.arange(0, 361, 8)
    days = [str(day) for day in days if str(day) not in without]
    return write(path, days, Gpp=("i2", 80), Psn_QC=("u1", 32))


def test_raw_images_of_the_months_that_are_needed(tmp_path):
    path = gpp_file(tmp_path / "a.nc", without=["2015-07-04"])
    with gpp_cells(path, year=2015) as cells:
        assert require_images(cells, "mod17a2h", months=["2015-06", "2015-08"]) == []
        with pytest.raises(InputError, match="a.nc: no image of 2015-07-04"):
            require_images(cells, "mod17a2h", months=["2015-06", "2015-07"])
        assert require_images(cells, "mod17a2h", months=["2015-07"], accept=True) == []
        assert require_images(cells, "mod17a2h", months=[]) == []


def test_a_month_that_the_archive_lacks_has_no_image(tmp_path):
    months = [f"2015-{month:02d}-01" for month in range(1, 13)]
    fields = {"evi": ("f4", 0.5), "evi_good_share": ("u1", 50), "evi_images": ("u2", 1)}
    path = write(tmp_path / "a.nc", [m for m in months if m != "2015-10-01"], **fields)
    with evi_cells(path, year=2015) as cells:
        with pytest.raises(InputError, match="no image of 2015-10,"):
            require_images(cells, "mod13a2", months=["2015-09", "2015-10"])
        found = require_images(cells, "mod13a2", months=["2015-09", "2015-10"], accept=True)
        assert found == ["2015-10"]


def test_monthly_composites_of_daily_lights(tmp_path):
    months = [f"2015-{month:02d}-01" for month in range(1, 7)]
    path = write(tmp_path / "a.nc", months, Gap_Filled_DNB_BRDF_Corrected_NTL=("f4", 2))
    with light_cells(path, year=2015, product="vnp46a2") as cells:
        assert require_images(cells, "vnp46a2", months=["2015-05"]) == []
        with pytest.raises(InputError, match="no image of 2015-07"):
            require_images(cells, "vnp46a2", months=["2015-07"])
