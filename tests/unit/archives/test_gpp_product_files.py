"""Products of others, from small files in their own formats; values are counted by hand."""

from __future__ import annotations

import zipfile
from dataclasses import replace

import numpy as np
import pytest
import rasterio
import xarray as xr
from rasterio.transform import Affine

from carbonscape.archives.gpp_product_files import find_gpp_files, read_gpp_product
from carbonscape.archives.gpp_products import GPP_PRODUCTS, step_starts
from carbonscape.core import findings
from carbonscape.core.errors import InputError

FLUXCOM = "GPP.RS_V006.FP-ALL.MLM-ALL.METEO-NONE.720_360.monthly.2016.nc"
LAT, LON = [45.0, -45.0], [-120.0, 0.0, 120.0]


def netcdf(path, values, *, lat=LAT, units="gC m-2 d-1", name="GPP", dims=None, days=None, **more):
    """Write (time, lat, lon), or (lat, lon) where no days are given."""
    dims = dims or (("time", "lat", "lon") if days else ("lat", "lon"))
    attributes = {"units": units} if units else {}
    array = xr.DataArray(np.asarray(values), dims=dims, attrs=attributes | more)
    dataset = array.to_dataset(name=name).assign_coords(lat=lat, lon=LON)
    if days:
        dataset = dataset.assign_coords(time=np.array(days, "M8[ns]"))
    dataset.to_netcdf(path, encoding={name: {"_FillValue": None}})
    return path


def months(year=2016):
    return [f"{year}-{month:02d}-01" for month in range(1, 13)]


def monthly(north=2.0, south=5.0):
    values = np.zeros((12, 2, 3), dtype="float32")
    values[:, 0], values[:, 1] = north, south
    return values


def tif(path, values, *, south_up=False, dtype="float32", nodata=None):
    values = np.asarray(values, dtype=dtype)
    transform = Affine(120, 0, -180, 0, 90, -90) if south_up else Affine(120, 0, -180, 0, -90, 90)
    layout = {"driver": "GTiff", "count": 1, "dtype": dtype, "crs": "EPSG:4326", "nodata": nodata}
    with rasterio.open(path, "w", height=2, width=3, transform=transform, **layout) as image:
        image.write(values, 1)
    return path


def read(name, folder, year=2016):
    return read_gpp_product(GPP_PRODUCTS[name], folder, year)


def test_a_daily_rate_stays_what_it_is_and_fills_are_missing(tmp_path):
    values = monthly()
    values[3, 0, 1] = -9999
    values[4, 1, 2] = 77
    netcdf(tmp_path / FLUXCOM, values, days=months(), missing_value=np.float32(77))
    found = read("fluxcom", tmp_path)
    assert found.dims == ("time", "lat", "lon")
    assert found.dtype == np.float32
    assert found.attrs["units"] == "g m-2 day-1"
    assert found["lat"].values.tolist() == LAT
    assert int(np.isnan(found).sum()) == 2
    assert np.isnan(found.values[3, 0, 1])
    assert np.isnan(found.values[4, 1, 2])
    assert found.values[0].tolist() == [[2, 2, 2], [5, 5, 5]]


def test_latitudes_from_the_south_and_turned_dimensions_come_out_north_up(tmp_path):
    values = monthly()
    values[:, 1, 2] = 9
    turned = values[:, ::-1].transpose(0, 2, 1)
    path = tmp_path / "METAFLUX_GPP_RECO_monthly_2016.nc"
    netcdf(path, turned, lat=LAT[::-1], dims=("time", "lon", "lat"), days=months())
    found = read("metaflux", tmp_path)
    assert found.values[7].tolist() == [[2, 2, 2], [5, 5, 9]]


def test_the_finer_file_of_fluxcom_counts(tmp_path):
    netcdf(tmp_path / FLUXCOM, monthly(), days=months())
    fine = netcdf(tmp_path / FLUXCOM.replace("720_360", "4320_2160"), monthly(), days=months())
    assert find_gpp_files(GPP_PRODUCTS["fluxcom"], tmp_path, 2016) == [fine]


def test_folders_behind_links_are_searched_and_circles_end(tmp_path):
    there, folder = tmp_path / "disk", tmp_path / "fluxcom"
    (there / ".trash").mkdir(parents=True)
    folder.mkdir()
    netcdf(there / FLUXCOM, monthly(), days=months())
    netcdf(there / ".trash" / FLUXCOM.replace("2016", "2017"), monthly(), days=months(2017))
    (folder / "link").symlink_to(there)
    (there / "circle").symlink_to(there)
    assert find_gpp_files(GPP_PRODUCTS["fluxcom"], folder, 2016) == [folder / "link" / FLUXCOM]
    with pytest.raises(InputError, match="no file of FluxCom for 2017"):
        find_gpp_files(GPP_PRODUCTS["fluxcom"], folder, 2017)


def nirv(folder, **more):
    paths = []
    for month in range(1, 13):
        values = np.array([[2000, -9999, 500], [1000 * month, 0, 1]], dtype="int16")
        name = f"NIRv.GPP.2016{month:02d}.v1.nc"
        paths.append(netcdf(folder / name, values, units=None, **more))
    return paths


def test_whole_numbers_of_nirv_are_thousandths_in_files_or_in_the_zip(tmp_path):
    loose = tmp_path / "loose"
    loose.mkdir()
    paths = nirv(loose)
    found = read("nirv_gpp", loose)
    np.testing.assert_allclose(found.values[6], [[2, np.nan, 0.5], [7, 0, 0.001]], rtol=1e-6)
    packed = tmp_path / "packed"
    packed.mkdir()
    with zipfile.ZipFile(packed / "2016.zip", "w") as archive:
        for path in paths:
            archive.write(path, f"2016/{path.name}")
    xr.testing.assert_identical(read("nirv_gpp", packed), found)


def test_another_scale_of_nirv_is_refused(tmp_path):
    nirv(tmp_path, scale_factor=0.01)
    with pytest.raises(InputError, match=r"NIRv.GPP.201601.*factor 0.01.*expected 0.001"):
        read("nirv_gpp", tmp_path)


def test_months_of_lue_ssvc_are_divided_by_their_days_and_capped(tmp_path):
    raw = np.full((50, 60), 620, dtype="uint16")  # 62 gC m-2 in the month
    raw[0, 0], raw[1, 1] = 0, 20000
    layout = {"driver": "GTiff", "count": 1, "dtype": "uint16", "crs": "EPSG:4326"}
    for month in range(1, 13):
        name = f"GPP_v21_2016_{month:02d}.tif"
        with rasterio.open(
            tmp_path / name, "w", height=50, width=60,
            transform=Affine(6, 0, -180, 0, -3.6, 90), **layout,
        ) as image:  # fmt: skip
            image.write(raw if month == 1 else np.where(raw == 20000, 620, raw), 1)
    found = read("lue_ssvc", tmp_path).values
    assert found[0, 5, 5] == pytest.approx(2.0)  # 31 days
    assert found[1, 5, 5] == pytest.approx(62 / 29)  # February of a leap year
    assert found[0, 1, 1] == 30  # 2000 gC m-2 in January: 64.5 a day
    assert np.isnan(found[:, 0, 0]).all()


def test_a_winter_without_productivity_is_no_gap_of_lue_ssvc(tmp_path):
    for month in range(1, 13):
        summer = 310 if month in (6, 7) else 0
        rows = np.array([[summer, 0, 310], [0, 0, 310]], dtype="uint16")
        tif(tmp_path / f"GPP_v21_2016_{month:02d}.tif", rows, dtype="uint16")
    found = read("lue_ssvc", tmp_path).values
    assert found[:, 0, 0].tolist() == pytest.approx([0] * 5 + [31 / 30, 1] + [0] * 5)
    # The sea: never anything but 0.
    assert np.isnan(found[:, 0, 1]).all()
    assert np.isnan(found[:, 1, :2]).all()


def test_vpm_is_a_total_of_the_month_whatever_way_up(tmp_path):
    for month in range(1, 13):
        rows = np.array([[62, -9999, 31], [155, 0, 93]], dtype="float32")
        tif(tmp_path / f"GPP.VPM.2016.M{month:02d}.v20.HD.tif", rows[::-1], south_up=True)
    found = read("vpm_gpp", tmp_path).values
    np.testing.assert_allclose(found[0], [[2, np.nan, 1], [5, 0, 3]], rtol=1e-6)
    np.testing.assert_allclose(found[3, 1, 0], 155 / 30, rtol=1e-6)


def test_ten_day_means_are_weighted_by_their_days(tmp_path):
    days = [str(day) for day in step_starts("dekad", 2017)]
    values = np.full((36, 2, 3), 4, dtype="float32")
    values[2] = 15  # 21 to 31 January, 11 days
    values[5] = 11  # 21 to 28 February, 8 days
    values[9, 0, 0] = -9999  # 1 to 10 April
    netcdf(tmp_path / "GPP_NIES_2017.nc", values, days=days)
    found = read("nies", tmp_path, 2017).values
    np.testing.assert_allclose(found[0, 0, 0], (20 * 4 + 11 * 15) / 31, rtol=1e-6)
    np.testing.assert_allclose(found[1, 0, 0], (20 * 4 + 8 * 11) / 28, rtol=1e-6)
    assert np.argwhere(np.isnan(found)).tolist() == [[3, 0, 0]]


@pytest.mark.parametrize("per", ["day", "step"])
def test_eight_day_steps_count_in_the_months_that_they_overlap(tmp_path, per):
    product = replace(GPP_PRODUCTS["metaflux"], step="8day", per=per)
    days = [str(day) for day in step_starts("8day", 2017)]
    values = np.full((46, 2, 3), 2, dtype="float32")
    values[3] = 10  # 25 January to 1 February
    values[45] = 7  # 27 to 31 December
    if per == "step":
        values *= np.array([8] * 45 + [5], dtype="float32")[:, None, None]
    path = tmp_path / "METAFLUX_GPP_RECO_monthly_2017.nc"
    netcdf(path, values, days=days, units=None)
    found = read_gpp_product(product, tmp_path, 2017).values[:, 0, 0]
    np.testing.assert_allclose(found[0], (24 * 2 + 7 * 10) / 31, rtol=1e-6)
    np.testing.assert_allclose(found[1], (10 + 27 * 2) / 28, rtol=1e-6)
    np.testing.assert_allclose(found[11], (26 * 2 + 5 * 7) / 31, rtol=1e-6)
    np.testing.assert_allclose(found[2:11], 2, rtol=1e-6)


def test_absent_months_are_missing_and_stated(tmp_path):
    keep = [row for row in range(12) if row != 6]
    netcdf(tmp_path / FLUXCOM, monthly()[keep], days=[months()[row] for row in keep])
    with findings.collected() as found:
        values = read("fluxcom", tmp_path).values
    assert np.isnan(values[6]).all()
    assert not np.isnan(np.delete(values, 6, axis=0)).any()
    assert "FluxCom lacks 1 of 12 steps of 2016 (2016-07-01)" in found[0].reason


def test_files_that_hold_the_same_steps_are_refused(tmp_path):
    days = [str(day) for day in step_starts("dekad", 2016)]
    values = np.full((36, 2, 3), 4, dtype="float32")
    netcdf(tmp_path / "GPP_2016.nc", values, days=days)
    netcdf(tmp_path / "GPP_2016_v2.nc", values, days=days)
    with pytest.raises(InputError, match=r"GPP_2016_v2.nc: holds the step of 2016-01-01, which"):
        read("nies", tmp_path)


def test_a_year_beyond_those_of_the_files_is_refused(tmp_path):
    netcdf(tmp_path / FLUXCOM, monthly(), days=months())
    with pytest.raises(InputError, match="no file of FluxCom for 2030; expected names like GPP"):
        read("fluxcom", tmp_path, 2030)


def test_a_unit_that_no_file_states_is_told_once(tmp_path):
    nirv(tmp_path)
    with findings.collected() as found:
        read("nirv_gpp", tmp_path)
    assert [(one.kind, one.item, one.source) for one in found] == [("variable", "GPP", "nirv_gpp")]
    assert "taken for gC m-2 per day" in found[0].reason


def test_a_file_without_a_unit_is_read_with_a_warning(tmp_path):
    netcdf(tmp_path / FLUXCOM, monthly(), days=months(), units=None)
    with findings.collected() as found:
        read("fluxcom", tmp_path)
    assert [(one.outcome, one.source) for one in found] == [("warning", "fluxcom")]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"units": "kg m-2 s-1"}, "'kg m-2 s-1', expected gC m-2 d-1"),
        ({"units": "gC m-2 month-1"}, "'gC m-2 month-1', expected gC m-2 d-1"),
        ({"days": months(2015)}, "holds 2015-01-01, expected steps of 2016"),
        ({"days": [*months()[:11], "2016-11-20"]}, "the step of 2016-11-01"),
        ({"name": "GPP_mad"}, "no variable GPP of FluxCom; found GPP_mad"),
        ({"add_offset": 1.0}, "offset 1, expected 1 and 0"),
    ],
)
def test_what_is_another_file_is_refused(tmp_path, more, message):
    netcdf(tmp_path / FLUXCOM, monthly(), **({"days": months()} | more))
    with pytest.raises(InputError, match=message):
        read("fluxcom", tmp_path)


@pytest.mark.parametrize("factor", [31, 0.001, -9.0])
def test_values_of_another_unit_are_refused_where_none_is_stated(tmp_path, factor):
    netcdf(tmp_path / FLUXCOM, factor * monthly(), days=months(), units=None)
    with pytest.raises(InputError, match=r"720_360.*expected values of GPP up to 30 gC m-2 d-1"):
        read("fluxcom", tmp_path)


def test_a_truncated_file_is_refused(tmp_path):
    path = netcdf(tmp_path / FLUXCOM, monthly(), days=months())
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(InputError, match="720_360"):
        read("fluxcom", tmp_path)


def test_a_truncated_map_and_another_grid_are_refused(tmp_path):
    for month in range(1, 13):
        tif(tmp_path / f"GPP.VPM.2016.M{month:02d}.v20.HD.tif", [[60] * 3] * 2)
    path = tmp_path / "GPP.VPM.2016.M05.v20.HD.tif"
    path.write_bytes(path.read_bytes()[:120])
    with pytest.raises(InputError, match=r"M05.*fetch it again"):
        read("vpm_gpp", tmp_path)
    path.unlink()
    layout = {"driver": "GTiff", "count": 1, "dtype": "float32", "crs": "EPSG:4326"}
    transform = Affine(60, 0, -180, 0, -90, 90)
    with rasterio.open(path, "w", height=2, width=6, transform=transform, **layout) as image:
        image.write(np.full((2, 6), 60, dtype="float32"), 1)
    with pytest.raises(InputError, match=r"M05.*lon has 6 values.*expected 3"):
        read("vpm_gpp", tmp_path)


def test_a_folder_without_the_year_says_what_it_should_hold(tmp_path):
    with pytest.raises(InputError, match=r"no file of LUE-VPM for 2016.* GPP\.VPM\.2016\.MMM\.v20"):
        read("vpm_gpp", tmp_path)
    with pytest.raises(InputError, match="expected names like any netCDF file with 2016 in its"):
        read("nies", tmp_path)


def test_the_zip_of_lue_ssvc_gives_its_months_alone(tmp_path):
    inner = tmp_path / "inner"
    inner.mkdir()
    with zipfile.ZipFile(tmp_path / "2016.zip", "w") as archive:
        for month in range(1, 13):
            name = f"GPP_v21_2016_{month:02d}.tif"
            tif(inner / name, [[0, 310, 310], [930, 930, 930]], dtype="uint16")
            archive.write(inner / name, f"2016/Month/{name}")
        archive.write(inner / name, "2016/8day/GPP_v21_2016_001.tif")
        archive.write(inner / name, "2016/Year/GPP_v21_2016.tif")
    for path in inner.iterdir():
        path.unlink()
    found = read("lue_ssvc", tmp_path).values
    np.testing.assert_allclose(found[0], [[np.nan, 1, 1], [3, 3, 3]], rtol=1e-6)
    np.testing.assert_allclose(found[3, 1, 0], 93 / 30, rtol=1e-6)


def test_a_zip_that_is_cut_short_or_of_another_kind_is_refused(tmp_path):
    path = tmp_path / "2016.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("2016/readme.txt", "nothing")
    with pytest.raises(InputError, match=r"2016.zip.*without any .tif.*readme.txt"):
        read("lue_ssvc", tmp_path)
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(InputError, match=r"2016.zip.*damaged or cut short"):
        read("lue_ssvc", tmp_path)
