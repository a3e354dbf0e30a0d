"""Real OCO-2 exports and granule names, TCCON files, and the axes of CAMS reanalyses."""

from __future__ import annotations

import datetime as dt
import shutil

import netCDF4
import numpy as np
import pytest
import xarray as xr

from carbonscape.archives.oco_days import LISTED, OUTAGES
from carbonscape.archives.oco_exports import read_export, read_granule_list
from carbonscape.archives.oco_granules import choose_granules, granule_version
from carbonscape.archives.oco_lite import NAMES, read_granule
from carbonscape.archives.tccon import read_tccon
from carbonscape.archives.tccon_profiles import TcconProfiles
from carbonscape.archives.xco2_fields import read_xco2_field
from carbonscape.archives.xco2_variables import choose_variable
from carbonscape.columns.quality.soundings import grid_soundings
from carbonscape.columns.quality.tccon import average_tccon, check_positions, read_site_table
from carbonscape.core import findings
from carbonscape.core.errors import InputError
from carbonscape.core.grid import Grid
from carbonscape.core.months import months_between


@pytest.fixture(scope="module")
def oco(shared):
    return shared / "data" / "oco"


@pytest.fixture(scope="module")
def tccon(shared):
    return shared / "data" / "tccon"


ROWS = {"2015-01": 2930, "2015-07": 6543, "2016-07": 7507, "2019-01": 4544, "2019-07": 7156}


@pytest.mark.parametrize("month", ROWS)
def test_real_values_pass_through_the_gridding(oco, month):
    (path,) = oco.glob(f"OCO2L2Stdv10_L3_{month.replace('-', '')}01_*.txt")
    days = read_export(path)
    (found,) = grid_soundings(days, grid=Grid(4.0), months=[month])
    lat, lon, xco2 = (
        np.concatenate([getattr(day, name) for day in days]) for name in ("lat", "lon", "xco2")
    )
    assert xco2.size == found.count.sum() == ROWS[month]
    # Brazil and its neighbours, without a quality flag: outliers are in it.
    assert 349 < xco2.min() < xco2.max() < 434
    row, column = divmod(int(found.cells[found.count.argmax()]), 90)
    inside = (lat <= 90 - 4 * row) & (lat > 86 - 4 * row)
    inside &= (lon >= 4 * column - 180) & (lon < 4 * column - 176)
    at = found.count.argmax()
    assert found.count[at] == inside.sum() > 50
    assert found.mean[at] == pytest.approx(xco2[inside].mean(), rel=1e-12)
    assert found.spread[at] == pytest.approx(xco2[inside].std(), rel=1e-9)


def test_the_exports_grow_as_the_atmosphere_does(oco):
    """Some 2.4 ppm a year between the Julys of 2015, 2016 and 2019."""
    medians = [
        np.median(np.concatenate([day.xco2 for day in read_export(path)]))
        for path in sorted(oco.glob("OCO2L2Stdv10_L3_*0701_*.txt"))
    ]
    assert 1.5 < medians[1] - medians[0] < 4.5
    assert 6 < medians[2] - medians[1] < 9


@pytest.mark.parametrize(
    ("pattern", "instrument", "version", "count"),
    [
        ("subset_OCO2_*.txt", "oco2", "11.1r", 2931),
        ("subset_OCO3_*.txt", "oco3", "10.4r", 780),
    ],
)
def test_all_real_names_of_granules_are_understood(oco, pattern, instrument, version, count):
    (path,) = oco.glob(pattern)
    granules = read_granule_list(path)
    assert {granule.version for granule in granules} == {version}
    assert {granule.instrument for granule in granules} == {instrument}
    assert len({granule.day for granule in granules}) == len(granules)
    assert len(granules) == count


def test_a_real_list_of_the_subsetter_names_its_granules(shared):
    (path,) = (shared / "data" / "more" / "oco").glob("subset_*.txt")
    granules = read_granule_list(path)
    assert len(granules) == len({granule.day for granule in granules}) == 2149
    assert {(granule.version, granule.mark) for granule in granules} == {("10r", ".SUB")}


SUBSETS = ("140906", "141220", "150812", "171027", "180104", "180304", "200526", "201227")


@pytest.mark.parametrize("day", SUBSETS)
def test_a_real_subset_is_told_which_boxes_to_tick_and_read_where_they_were(shared, tmp_path, day):
    """Real values; flag and surface, which nobody ticked, are made."""
    (path,) = (shared / "data" / "more" / "oco").glob(f"oco2_LtCO2_{day}_*.SUB.nc4")
    assert granule_version(path) == "10r"
    with pytest.raises(InputError, match=r"no variable xco2_quality_flag .* tick xco2, xco2_qual"):
        read_granule(path)
    ticked = tmp_path / path.name
    shutil.copyfile(path, ticked)
    with netCDF4.Dataset(ticked, "a") as file:
        size, xco2 = len(file["xco2"]), file["xco2"][:]
        file.createVariable("xco2_quality_flag", "i1", ("sounding_id",))[:] = np.arange(size) % 2
        land = file.createGroup("Sounding").createVariable(
            "land_water_indicator", "i1", ("sounding_id",)
        )
        land[:] = 0
    found = read_granule(ticked)
    assert found.xco2.size == size == found.land.sum()
    np.testing.assert_array_equal(found.xco2, xco2)
    assert (found.flag == np.arange(size) % 2).all()
    assert set(found.time.astype("datetime64[D]").astype(str)) == {
        f"20{day[:2]}-{day[2:4]}-{day[4:]}"
    }
    assert ((found.lat > 36.9) & (found.lat < 43.1)).all()


def test_a_folder_of_real_subsets_without_flags_ends_with_the_boxes_to_tick(shared):
    paths = sorted((shared / "data" / "more" / "oco").glob("*.nc4"))
    months = months_between("2014-09", "2020-12")
    version, granules = choose_granules(paths, ["10r"], instrument="oco2", months=months)
    assert (version, len(granules)) == ("10r", 8)
    with pytest.raises(InputError, match=r"more than half of the 8 granules.*tick xco2, xco2_qual"):
        list(grid_soundings(granules, grid=Grid(4.0), months=months))


@pytest.mark.parametrize(
    ("name", "month", "size", "mean"),
    [
        ("CO2_mx_monthly_07_2015.fnl.nc", "2015-07", (51, 111), 394.0),
        ("CO2_mx_monthly_03_2022.fnl.nc", "2022-03", (51, 111), 415.0),
        ("CO2_mx_monthly_01_2024.nc", "2024-01", (91, 111), 418.0),
        ("CO2_mx_monthly_04_2025.nc", "2025-04", (91, 111), 425.0),
    ],
)
def test_a_real_map_of_others_is_read_with_a_word_on_what_it_does_not_say(
    shared, name, month, size, mean
):
    """``co2``, "CO2 mixing ratio", ppm: a mapped product of OCO-2 in four layouts."""
    path = shared / "data" / "more" / "products" / name
    with findings.collected() as found:
        field = read_xco2_field(path)
    assert field.shape == (1, *size)
    assert str(field["time"].values[0])[:7] == month
    assert float(field.mean()) == pytest.approx(mean, abs=8)
    (warning,) = found
    assert (warning.item, warning.outcome) == (str(path), "warning")
    assert "nothing says that co2 is the mean of a column" in warning.reason


def test_the_real_lists_lack_the_days_that_are_called_outages(shared):
    lists = {"oco2": ["oco/subset_OCO2_*", "more/oco/subset_OCO2_*"], "oco3": ["oco/subset_OCO3_*"]}
    for instrument, patterns in lists.items():
        paths = [path for pattern in patterns for path in (shared / "data").glob(pattern)]
        lists_of_days = [{one.day for one in read_granule_list(path)} for path in paths]
        out = [
            day.item()
            for first, last in OUTAGES[instrument]
            for day in np.arange(np.datetime64(first), np.datetime64(last) + 1)
        ]
        # 2020-11-19 is in the older list, and not in the newer one.
        assert all(any(day not in days for days in lists_of_days) for day in out)
        days = set.union(*lists_of_days)
        first, last = (dt.date.fromisoformat(day) for day in LISTED[instrument])
        assert (min(days), max(days)) == (first, last)
        span = {first + dt.timedelta(days=n) for n in range((last - first).days + 1)}
        assert span - days <= set(out)


def test_of_the_real_list_a_run_takes_its_days_and_august_2017_has_few(oco):
    lines = next(oco.glob("subset_OCO2_*.txt")).read_text(encoding="utf-8").split()
    names = [line.rsplit("/", 1)[-1] for line in lines if line.endswith(".nc4")]
    months = months_between("2015-01", "2019-12")
    version, paths = choose_granules(
        names, ["11r", "11.1r", "11.2r"], instrument="oco2", months=months
    )
    days = [dt.datetime.strptime(path.name[11:17], "%y%m%d").date() for path in paths]
    assert version == "11.1r"
    assert days == sorted(set(days))
    # The day before the first month and the day after the last belong to it.
    assert (days[0], days[-1]) == (dt.date(2014, 12, 31), dt.date(2020, 1, 1))
    in_month = [sum(f"{day:%Y-%m}" == month for day in days) for month in months]
    assert min(in_month) == in_month[months.index("2017-08")] < 10


def test_the_real_attributes_state_the_scale(oco):
    """Re-written by others, but with the attributes of a Lite file of version 11.2r."""
    with netCDF4.Dataset(next(oco.glob("oco2-spectrometer*.nc"))) as file:
        attributes = {name: variable.__dict__ for name, variable in file.variables.items()}
    assert attributes["xco2"]["long_name"] == "Bias-corrected XCO2 on X2007 scale"
    assert choose_variable(attributes, scale="x2007", names=NAMES, origin="file") == "xco2"
    with pytest.raises(InputError, match="xco2 \\(X2007\\), expected X2019"):
        choose_variable(attributes, scale="x2019", names=NAMES, origin="file")


def test_a_real_public_file_of_tccon(tccon, project):
    found = read_tccon(tccon / "hw20230402_20230402.public.qc.nc")
    assert (found.site, found.version, found.xco2.size) == ("harwell01", "GGG2020", 64)
    assert (found.lat, found.lon) == (pytest.approx(51.57, 0.01), pytest.approx(-1.32, abs=0.02))
    assert (found.xco2.min(), found.xco2.max()) == pytest.approx((420.05, 421.85), abs=0.01)
    assert set(found.time.astype("datetime64[D]").astype(str)) == {"2023-04-02"}
    table = read_site_table(project / "resources" / "tccon_sites.csv")
    assert check_positions([found], table) == []
    months, sites = average_tccon([found], months=["2023-04"], names=table)
    assert months.loc[0, ["spectra", "days", "kept"]].tolist() == [64, 1, False]
    assert sites.loc[0, "name"] == "Harwell"
    newer = read_tccon(tccon / "hw20230402_20230402.public.qc.nc", scale="x2019")
    assert 0 < np.abs(np.median(newer.xco2 - found.xco2)) < 0.6


def test_a_real_private_file_keeps_good_spectra_and_holds_one_scale_only(tccon):
    path = tccon / "pa_input_test.private.qc.nc"
    with pytest.raises(InputError, match="xco2_x2019 .X2019., expected X2007.*xco2.soundings"):
        read_tccon(path)
    found = read_tccon(path, scale="x2019")
    with netCDF4.Dataset(path) as file:
        flag, xco2 = file["flag"][:], file["xco2_x2019"][:]
    assert (found.site, flag.size) == ("parkfalls01", 548)
    assert 0 < found.xco2.size == (flag == 0).sum() < 548
    assert found.xco2.mean() == pytest.approx(xco2[flag == 0].mean(), abs=1e-3)
    assert (found.lat, found.lon) == (pytest.approx(45.945, 0.01), pytest.approx(-90.27, abs=0.02))


@pytest.mark.parametrize("name", ["levtype_ml.nc", "jefftessitore_RSproject/data_sfc.nc"])
def test_the_axes_of_real_cams_files_carry_egg4(shared, tmp_path, name):
    """EAC4 is EGG4's sibling, in the old and the new layout of the store; XCO2 is invented."""
    with xr.open_dataset(shared / "data" / "products" / name, decode_times=False) as real:
        first = real[next(iter(real.data_vars))]
        made = (first * 0 + 400).rename("tcco2").fillna(400).astype("f4")
        made.attrs = {"units": "ppm"}
        made.encoding = {}
        made.to_netcdf(tmp_path / "egg4.nc")
    found = read_xco2_field(tmp_path / "egg4.nc")
    assert (found.values == 400).all()
    assert (np.diff(found["lat"]) == -0.75).all()
    assert (np.diff(found["lon"]) == 0.75).all()
    months = found["time"].values.astype("datetime64[M]").astype(str).tolist()
    if name == "levtype_ml.nc":
        assert months == [f"{year}-08" for year in range(2003, 2021)]
        assert found.shape == (18, 121, 480)
    else:
        # Three-hourly steps of two months.
        assert months == ["2022-11", "2022-12"]


@pytest.mark.parametrize("name", ["levtype_ml.nc", "jefftessitore_RSproject/data_sfc.nc"])
def test_real_files_without_carbon_dioxide_are_refused(shared, name):
    with pytest.raises(InputError, match="no variable holds values of XCO2"):
        read_xco2_field(shared / "data" / "products" / name)


def test_the_prior_of_a_real_tccon_file_is_dried_and_gives_its_own_column(tccon):
    path = tccon / "hw20230402_20230402.public.qc.nc"
    with TcconProfiles(path) as file:
        assert not file.absent
        found = file.mean(read_tccon(path).time)
    with netCDF4.Dataset(path) as data:
        column, wet = data["prior_xco2"][:].mean(), data["prior_co2"][:].mean(axis=0)
    mean = np.trapezoid(found.prior, found.pressure) / np.ptp(found.pressure)
    assert mean == pytest.approx(column, abs=0.2)
    wet = np.trapezoid(wet[::-1], found.pressure) / np.ptp(found.pressure)
    assert column - wet > 0.4, "of wet air it would be half a ppm less"
    assert 1000 < found.pressure[-1] < 1040
    assert 0.9 < np.interp(900, found.kernel_pressure, found.kernel) < 1.2
    with TcconProfiles(tccon / "pa_input_test.private.qc.nc") as file:
        assert file.absent == ["prior_co2"], "engineering files keep priors by an index"
