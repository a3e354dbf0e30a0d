"""Finished maps as GeoTIFF and as CMIP has them."""

from __future__ import annotations

from pathlib import Path

import netCDF4
import numpy as np
import pytest
import rasterio
import xarray as xr

from carbonscape.core.errors import ResultError
from carbonscape.evaluation.exports import CMIP_FILL, export_cmip, export_geotiff
from carbonscape.products.registry import get_product
from helpers.synthetic_maps import write_years
from helpers.xco2_maps_made import write_product

GPP, XCO2 = get_product("gpp"), get_product("xco2")
CELL = 30.0
#: gC m-2 d-1 that are 1e-10 kg m-2 s-1.
SLOW = 8.64e-3


def globe(months: int) -> np.ndarray:
    """GPP (time, lat, lon): month + row / 10 + column / 1000, none in column 3."""
    month, row, col = np.meshgrid(np.arange(months), np.arange(6), np.arange(12), indexing="ij")
    values = month + row / 10 + col / 1000
    values[..., 3] = np.nan
    return values


@pytest.fixture
def years(tmp_path: Path) -> dict[int, Path]:
    """Two years of a map."""
    paths = write_years(tmp_path / "maps", globe(24), [2015, 2016], CELL)
    return {2015: Path(paths[0]), 2016: Path(paths[1])}


def test_a_geotiff_has_the_months_of_a_year_as_bands(
    years: dict[int, Path], tmp_path: Path
) -> None:
    export_geotiff(years[2016], tmp_path / "out" / "gpp_2016.tif", GPP)
    with rasterio.open(tmp_path / "out" / "gpp_2016.tif") as file:
        assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert file.descriptions == tuple(f"2016-{month:02d}" for month in range(1, 13))
        assert set(file.units) == {"g m-2 d-1"}
        assert file.crs.to_epsg() == 4326
        assert np.isnan(file.nodata)
        assert tuple(file.bounds) == (-180, -90, 180, 90)
        np.testing.assert_array_equal(file.read(), globe(24)[12:].astype(np.float32))
        # A place: the second row from the north, the first column.
        assert next(file.sample([(-165, 45)], indexes=[3]))[0] == pytest.approx(14.1)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["gpp_2016.tif"]


def test_cmip_has_another_unit_and_other_axes(years: dict[int, Path], tmp_path: Path) -> None:
    path = tmp_path / "gpp.nc"
    export_cmip(years, path, GPP)
    with xr.open_dataset(path) as file:
        gpp = file["gpp"]
        assert gpp.sizes == {"time": 24, "lat": 6, "lon": 12}
        assert gpp.units == "kg m-2 s-1"
        assert list(file.lat.values) == [-75, -45, -15, 15, 45, 75]
        assert file.lon.values.tolist() == list(range(15, 360, 30))
        # 14.1 g a day at 45 N, 165 W: the third month of the second year.
        there = gpp.sel(time="2016-03", lat=45, lon=195).values.item()
        assert there == pytest.approx(14.1 * 1e-3 / 86400)
        # Column 3 of the map, 75 W, has none.
        assert gpp.isnull().sum("time").sum("lat").values.tolist() == [0] * 9 + [24 * 6] + [0] * 2
        february = file.time_bnds.values[13]
        assert february.tolist() == np.array(["2016-02-01", "2016-03-01"], "M8[ns]").tolist()
        assert file.time.values[13] == np.datetime64("2016-02-15T12:00")
        assert file.lon_bnds.values[0].tolist() == [0, 30]
    with netCDF4.Dataset(path) as file:
        assert file["gpp"]._FillValue == file["gpp"].missing_value == np.float32(CMIP_FILL)
        assert file["time"].units == "days since 1850-01-01"


def test_a_column_is_a_mole_fraction_and_may_begin_in_december(tmp_path: Path) -> None:
    values = np.full((13, 6, 12), 400.0)
    paths = write_product(tmp_path / "maps", values, "2014-12", "2015-12")
    export_cmip({2014: paths[0], 2015: paths[1]}, tmp_path / "xco2.nc", XCO2)
    with xr.open_dataset(tmp_path / "xco2.nc") as file:
        assert file["xco2"].units == "1"
        assert file.sizes["time"] == 13
        np.testing.assert_allclose(file["xco2"].values, 4e-4, rtol=1e-6)


def test_a_year_that_is_absent_is_refused(tmp_path: Path) -> None:
    paths = write_years(tmp_path / "maps", globe(36), [2014, 2015, 2016], CELL)
    kept = {2014: paths[0], 2016: paths[2]}
    with pytest.raises(ResultError, match="holds 2016-01 where 2015-01 should follow"):
        export_cmip(kept, tmp_path / "gpp.nc", GPP)
    assert not (tmp_path / "gpp.nc").exists()


def test_years_of_two_runs_are_refused(years: dict[int, Path], tmp_path: Path) -> None:
    with netCDF4.Dataset(years[2016], "a") as file:
        file.model_sha256 = "another"
    with pytest.raises(ResultError, match="years of different runs"):
        export_cmip(years, tmp_path / "gpp.nc", GPP)


def test_names_are_those_of_esmvaltool() -> None:
    name = GPP.exchange.file_name("fluxformer-esa_cci", "0.1.0", "2001-01", "2020-12")
    assert name == "OBS6_carbonscape-fluxformer-esa-cci_reanaly_0.1.0_Lmon_gpp_200101-202012.nc"
    assert pytest.approx(1e-10) == SLOW * GPP.exchange.factor
