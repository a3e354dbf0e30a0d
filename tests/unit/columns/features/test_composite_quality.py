"""Quality that travels with composites, files of pixels and of cells, absent months."""

from __future__ import annotations

import dataclasses

import netCDF4
import numpy as np
import xarray as xr

from carbonscape.columns.features.composites import (
    COVER_SHARES,
    SCREENED,
)
from carbonscape.core.grid import Grid
from helpers.composite_year import (
    GRID,
    NAN,
    OPTIONS,
    YEAR,
    compose,
    days_of,
    refused,
    series,
)
from helpers.xco2_raw import write, write_cells


def test_quality_travels_with_the_values(composites):
    """GPP: four composites a month, in February one was not retrieved; LST: sixteen odd days."""
    assert series(composites, "GPP_images")[:2].tolist() == [4, 3]
    assert series(composites, "LST_images")[:2].tolist() == [16, 14]
    assert series(composites, "EVI_images")[[0, 11]].tolist() == [2, 1]
    assert series(composites, "NDSI_images")[[0, 5]].tolist() == [31, 0]
    assert series(composites, "NDSI_good_share")[[0, 5]].tolist() == [100, 0]
    assert series(composites, "NTL_images", 3).tolist() == [0] * 12  # beyond the product
    assert series(composites, "SO2_images")[:3].tolist() == [0, 0, 3]
    assert set(series(composites, "VCF_good_share")) == {100}
    for name in SCREENED:
        share, images = (composites[f"{name}_{what}"] for what in ("good_share", "images"))
        assert (share.dtype, images.dtype) == (np.uint8, np.uint16)
        assumed = composites["lights_assumed"] == 1 if name == "NTL" else False
        known = composites[name].notnull() & ~xr.DataArray(assumed)
        assert ((images > 0) == known).all(), name
        assert (share.where(known, 0) == share).all(), name


def test_shares_of_the_land_cover_stand_beside_its_class(composites):
    """A pixel is a cell here: water in the north-west, snow in the south, crops elsewhere."""
    found = {name: composites[name].values for name in COVER_SHARES}
    assert set(found["winner_share"].ravel()) == {100}
    assert found["land_share"].ravel().tolist() == [0] + [100] * 31
    assert found["vegetated_share"].ravel().tolist() == [0] + [100] * 23 + [0] * 8


def test_the_mean_of_both_overpasses_has_the_poorer_quality(files, tmp_path):
    options = dataclasses.replace(OPTIONS, lst="mean")
    result = compose(tmp_path / "a.nc", files, options=options, months=YEAR[:2])
    assert series(result, "LST_images").tolist() == [16, 14]  # of 31 nights and 16 days


def test_pixels_that_fill_cells_are_aggregated(files, tmp_path):
    """2 x 2 pixels of 10, 20, 30 percent and water: 20 percent of three quarters."""
    pixels = np.tile(np.array([[10, 20], [30, 200]]), (4, 8))
    lat, lon = 90 - 22.5 * (np.arange(8) + 0.5), -180 + 22.5 * (np.arange(16) + 0.5)
    path = write(tmp_path / "v.nc", days_of([65]), lat=lat, lon=lon,
                 Percent_Tree_Cover=("u1", pixels))  # fmt: skip
    result = compose(tmp_path / "a.nc", dataclasses.replace(files, vcf=str(path)))
    assert set(result["VCF"].values.ravel()) == {20}
    assert set(result["VCF_good_share"].values.ravel()) == {75}


def test_another_confidence_than_the_file_was_screened_by_is_refused(files, tmp_path):
    path = write(tmp_path / "g.nc", ["2019-01-01"], lat=GRID.lat, lon=GRID.lon, gpp=("f4", 1),
                 gpp_good_share=("u1", 100), gpp_images=("u2", 4))  # fmt: skip
    with netCDF4.Dataset(path, "a") as file:
        file.screening = "confidence <= 3"
    changed = dataclasses.replace(files, gpp=str(path))
    found = compose(tmp_path / "a.nc", changed, accept=["mod17a2h"])
    np.testing.assert_array_equal(series(found, "GPP")[:2], [1, NAN])
    refused(tmp_path, "'screening' is 'confidence <= 3', expected 'confidence <= 1'.*gpp_confid",
            changed, options=dataclasses.replace(OPTIONS, gpp_confidence=1))  # fmt: skip


def test_an_absent_month_of_days_is_missing(tmp_path, files):
    with netCDF4.Dataset(files.evi) as file:
        assert file["EVI"].shape == (23, 4, 8)
    path = write(tmp_path / "e.nc", days_of([1]), lat=GRID.lat, lon=GRID.lon, EVI=("i2", 5000),
                 SummaryQA=("i1", 0))  # fmt: skip
    result = compose(
        tmp_path / "a.nc", dataclasses.replace(files, evi=str(path)), accept=["mod13a2"]
    )
    np.testing.assert_array_equal(series(result, "EVI"), [0.5] + [NAN] * 11)


def test_weather_on_cells_is_interpolated_as_that_of_grid_points(files, composites, tmp_path):
    fine = Grid(22.5)
    north = np.where(fine.lat > -80, 0.0, NAN)[:, None]
    path = write_cells(
        tmp_path / "cells.nc", YEAR, lat=fine.lat, lon=fine.lon,
        t2m=280 + fine.lat[:, None] / 10 + north, sp=90_000 + north,
        tp=np.arange(12)[:, None, None] + north,
    )  # fmt: skip
    found = compose(tmp_path / "2019.nc", dataclasses.replace(files, weather=str(path)))
    # Centres of 45 degrees lie midway between those of 22.5 degrees.
    for row, lat in enumerate(GRID.lat):
        np.testing.assert_allclose(series(found, "TEMP", row), 280 + lat / 10, rtol=1e-6)
    np.testing.assert_allclose(series(found, "PRE"), np.arange(12))
    for name, value in {"SP": 90_000, "E": 1.5, "WIND_V": -2, "WIND_U": 3}.items():
        np.testing.assert_allclose(series(found, name), value)
        assert found[name].attrs == composites[name].attrs
    np.testing.assert_array_equal(found["GPP"], composites["GPP"])
