"""A year of predictors that lacks months, or whose masked pixels came as 0."""

from __future__ import annotations

import dataclasses

import netCDF4
import numpy as np
import pytest

from carbonscape.core import findings
from helpers.composite_year import (
    GRID,
    NAN,
    OPTIONS,
    YEAR,
    column,
    compose,
    days_of,
    refused,
    series,
    write_year,
)
from helpers.xco2_raw import write


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return write_year(tmp_path_factory.mktemp("raw"))


def changed(files, tmp_path, key, days, **variables):
    """Return the files of which one has other images."""
    path = write(tmp_path / f"{key}_2019.nc", days, lat=GRID.lat, lon=GRID.lon, **variables)
    return dataclasses.replace(files, **{key: str(path)})


def temperature(files, tmp_path, last):
    """Return the files of which that of the temperature ends on a day of the year."""
    return changed(files, tmp_path, "lst", days_of(range(1, last + 1)),
                   LST_Day_1km=("u2", 15_000), QC_Day=("u1", 0))  # fmt: skip


def test_a_fetch_that_stopped_in_june_is_refused(files, tmp_path):
    """Day 181 is 30 June."""
    given = temperature(files, tmp_path, 181)
    refused(
        tmp_path, "lst_2019.nc: no image of 2019-07, 2019-08, .*2019-12, which .*'mod11a1'", given
    )
    with findings.collected() as found:
        result = compose(tmp_path / "a.nc", given, accept=["mod11a1"])
    assert series(result, "LST").tolist()[:6] == [300] * 6
    assert np.isnan(series(result, "LST")[6:]).all()
    mine = [(f.outcome, f.reason) for f in found if f.source == "mod11a1"]
    months = ", ".join(YEAR[6:])
    assert mine == [("incomplete", f"no image of {months}")]


def test_months_that_the_run_does_not_need_may_be_absent(files, tmp_path):
    result = compose(tmp_path / "a.nc", temperature(files, tmp_path, 181), months=YEAR[:5])
    assert series(result, "LST").tolist() == [300] * 5


def test_a_composite_of_vegetation_that_is_absent_is_refused(files, tmp_path):
    days = [day for day in range(1, 362, 8) if day != 185]
    given = changed(files, tmp_path, "gpp", days_of(days), Gpp=("i2", 80), Psn_QC=("u1", 32))
    refused(tmp_path, "gpp_2019.nc: no image of 2019-07-04, which .*'mod17a2h'", given)


def test_a_month_whose_images_hold_nothing_is_refused(files, tmp_path):
    """The file has all times, but nothing was written from September on."""
    days = np.arange(1, 354, 16)
    values = np.where(days < 244, 3000, -3000)
    given = changed(files, tmp_path, "evi", days_of(days), EVI=("i2", column(values)),
                    SummaryQA=("i1", column(np.where(days < 244, 0, -1))))  # fmt: skip
    refused(tmp_path, "evi_2019.nc: EVI has no value on land in 2019-09, 2019-10, 2019-11", given)
    result = compose(tmp_path / "a.nc", given, accept=["mod13a2"])
    assert np.isnan(series(result, "EVI")[8:]).all()


def test_trees_without_any_value_are_refused(files, tmp_path):
    given = changed(files, tmp_path, "vcf", days_of([65]), Percent_Tree_Cover=("u1", 200))
    refused(tmp_path, "vcf_2019.nc: VCF has no value on land in 2019-01, .*'mod44b'", given)


def test_a_month_that_the_archive_lacks_passes(files, tmp_path):
    """In October one composite of sixteen days starts, and once it was lost."""
    months = [f"{month}-01" for month in YEAR]
    known = np.array([month != "2019-10" for month in YEAR])
    given = changed(files, tmp_path, "evi", months,
                    evi=("f4", column(np.where(known, 0.5, -9999))),
                    evi_good_share=("u1", column(50 * known)),
                    evi_images=("u2", column(1 * known)))  # fmt: skip
    refused(tmp_path, "EVI has no value on land in 2019-10,", given)
    with netCDF4.Dataset(given.evi, "a") as file:
        file.not_in_archive = "2019-10-01"
    np.testing.assert_array_equal(
        series(compose(tmp_path / "a.nc", given), "EVI"), np.where(known, 0.5, NAN)
    )


def test_a_gas_that_stops_is_refused_but_not_before_it_begins(files, tmp_path):
    path = write(tmp_path / "S5P_L3_SO2_2019.nc", [f"{m}-01" for m in YEAR[2:8]],
                 lat=GRID.lat, lon=GRID.lon, images=("u2", 3),
                 SO2_column_number_density=("f4", 1e-4))  # fmt: skip
    given = dataclasses.replace(files, gases=[str(path)])
    assert OPTIONS.tropomi_first_month["so2"] == "2019-03"
    refused(tmp_path, "no image of 2019-09, 2019-10, 2019-11, 2019-12, .*'tropomi_so2'", given)
    result = compose(tmp_path / "a.nc", given, months=YEAR[:8])
    assert np.isnan(series(result, "SO2")[:2]).all()
    assert not np.isnan(series(result, "SO2")[2:]).any()


def test_masked_pixels_that_came_as_zero_leave_no_file(files, tmp_path):
    gpp = np.full((46, 4, 8), 80)
    gpp[:, :, 4:] = 0
    given = changed(files, tmp_path, "gpp", days_of(range(1, 362, 8)), Gpp=("i2", gpp),
                    Psn_QC=("u1", np.where(gpp, 32, 0)))  # fmt: skip
    refused(tmp_path, "gpp_2019.nc: Gpp is 0 .*image.unmask.32767.*'mod17a2h'", given)
    with findings.collected() as found:
        compose(tmp_path / "a.nc", given, accept_implausible=["mod17a2h"])
    assert ("mod17a2h", "warning") in {(f.source, f.outcome) for f in found}
