"""Yearly CF files of a product."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import netCDF4
import numpy as np
import pytest
import rasterio
import rioxarray  # noqa: F401  (registers the accessor .rio)
import xarray as xr

from carbonscape.core.errors import ResultError
from carbonscape.core.grid import Grid, GridTile
from carbonscape.core.own_grid import OwnGrid
from carbonscape.prediction.mosaic import map_attributes, write_mosaic, write_year
from carbonscape.prediction.predictor import write_tile
from carbonscape.products.registry import get_product

GRID = Grid(30.0)
GPP = get_product("gpp")
LEAVES = ("leaf_filled_share", "leaf_observed_steps")
RUN = {
    "carbonscape": "0.0", "seed": 42, "git": {"commit": "abc"}, "config": {"window": "jan_to_m"},
    "inputs": {"samples.parquet": "0f"}, "packages": {"torch": "2"},
}  # fmt: skip


def globe() -> np.ndarray:
    """Return two years of GPP (24, 6, 12): month + row / 10 + col / 1000, NaN in column 3."""
    month, row, col = np.meshgrid(np.arange(24), np.arange(6), np.arange(12), indexing="ij")
    values = (month + row / 10 + col / 1000).astype(np.float32)
    values[..., 3] = np.nan
    return values


def bytes_of(values: np.ndarray) -> np.ndarray:
    """Return the values cut to whole numbers, 255 where there is none."""
    return np.where(np.isnan(values), 255, np.nan_to_num(values)).astype(np.uint8)


def tiles(folder: Path, size: int) -> list:
    """Write the globe as tiles."""
    folder.mkdir(exist_ok=True)
    time = np.array([f"{y}-{m:02d}-01" for y in (2015, 2016) for m in range(1, 13)], "M8[ns]")
    found = []
    for tile in GridTile.cut(30.0, size).values():
        part = globe()[:, tile.rows, tile.cols]
        dataset = xr.Dataset(
            dict.fromkeys(("gpp", "filled_share"), (("time", "lat", "lon"), part))
            | dict.fromkeys(LEAVES, (("time", "lat", "lon"), bytes_of(part))),
            coords={"time": time, "lat": tile.lat, "lon": tile.lon},
        )
        write_tile(dataset, folder / f"{tile.name}.nc")
        found.append((tile, folder / f"{tile.name}.nc"))
    return found


def write(
    folder: Path, *, year: int = 2016, size: int = 5, archive: str = "simulated", runs=(RUN,)
) -> Path:
    """Write a mosaic."""
    path = folder / f"gpp_{year}.nc"
    attributes = map_attributes(
        GPP, model="FluxFormer", archive=archive, runs=runs,
        models_sha256=["1f", "2e"][: len(runs)], pft_setting="igbp", window="jan_to_m",
    )  # fmt: skip
    write_mosaic(path, GPP, year=year, tiles=tiles(folder / "t", size), attributes=attributes)
    return path


def test_tiles_meet_without_seams(tmp_path: Path) -> None:
    with xr.open_dataset(write(tmp_path)) as found:
        np.testing.assert_array_equal(found["gpp"].values, globe()[12:])
        np.testing.assert_array_equal(found["lat_bnds"].values, GRID.lat_bounds)
        np.testing.assert_array_equal(found["lon_bnds"].values, GRID.lon_bounds)
        edges = found["time_bnds"].values.astype("datetime64[D]").astype(str)
        assert edges[1].tolist() == ["2016-02-01", "2016-03-01"]
        assert edges[11].tolist() == ["2016-12-01", "2017-01-01"]
        assert str(found["time"].values[0]) == "2016-01-16T12:00:00.000000000"


def test_years_are_joined_along_time(tmp_path: Path) -> None:
    """What ncrcat and cdo do, which need ``time`` as the unlimited dimension."""
    paths = [write(tmp_path, year=year) for year in (2015, 2016)]
    for path in paths:
        with netCDF4.Dataset(path) as file:
            assert [name for name, dim in file.dimensions.items() if dim.isunlimited()] == ["time"]
            assert file["gpp"].chunking() == [12, 6, 12]
            assert file["time"].chunking() == [12]
    with netCDF4.MFDataset(paths) as years:
        assert years["gpp"].shape == (24, 6, 12)
        np.testing.assert_array_equal(years["gpp"][:].filled(np.nan), globe())
        assert (np.diff(years["time"][:]) > 27).all()
        assert years["time_bnds"][:].shape == (24, 2)


@pytest.mark.skipif(not shutil.which("ncrcat"), reason="NCO is not installed here")
def test_nco_joins_years(tmp_path: Path) -> None:
    paths = [str(write(tmp_path, year=year)) for year in (2015, 2016)]
    subprocess.run(["ncrcat", "-O", *paths, str(tmp_path / "both.nc")], check=True)
    with netCDF4.Dataset(tmp_path / "both.nc") as file:
        np.testing.assert_array_equal(file["gpp"][:].filled(np.nan), globe())
        assert (np.diff(file["time"][:]) > 27).all()
        assert file["gpp"].ancillary_variables.split()[0] == "filled_share"


@pytest.mark.skipif(not shutil.which("cdo"), reason="cdo is not installed here")
def test_cdo_knows_grid_months_and_bounds(tmp_path: Path) -> None:
    done = subprocess.run(
        ["cdo", "-s", "sinfo", str(write(tmp_path))], check=True, capture_output=True, text=True
    )
    said = done.stdout + done.stderr
    assert "lonlat                   : points=72 (12x6)" in said
    assert "lon : -165 to 165 by 30 degrees_east  circular" in said
    assert "time : 12 steps" in said
    assert "Bounds = true" in said
    assert "Warning" not in said


def test_xarray_keeps_the_codes_of_a_flag_whole_numbers(tmp_path: Path) -> None:
    path, field = tmp_path / "gpp_2016.nc", np.zeros((6, 12), np.uint8)
    field[0], field[1] = 1, 255
    write_mosaic(
        path, GPP, year=2016, tiles=tiles(tmp_path / "t", 6), attributes={},
        cover={"applicable": field},
    )  # fmt: skip
    with xr.open_dataset(path) as found:
        flag = found["applicable"]
        assert flag.dtype == np.int16
        assert "_FillValue" not in flag.encoding
        assert flag.attrs["flag_values"].tolist() == [0, 1, 255]
        assert flag.attrs["flag_meanings"] == "outside inside no_data"
        np.testing.assert_array_equal(flag.values[5], field)


def test_outside_of_a_region_nothing_has_a_value(tmp_path: Path) -> None:
    path, field = tmp_path / "gpp_2016.nc", np.ones((6, 12), np.uint8)
    west = [-180, -90, 0, 90]
    write_mosaic(
        path, GPP, year=2016, tiles=tiles(tmp_path / "t", 6)[:1], attributes={},
        cover={"applicable": field}, region=west,
    )  # fmt: skip
    with xr.open_dataset(path) as found:
        assert np.isfinite(found["gpp"].values[..., :6]).any()
        assert np.isnan(found["gpp"].values[..., 6:]).all()
        assert (found["applicable"].values[..., :6] == 1).all()
        assert (found["applicable"].values[..., 6:] == 255).all()


def test_dask_opens_all_years_as_one(tmp_path: Path) -> None:
    paths = [write(tmp_path, year=year) for year in (2015, 2016)]
    with xr.open_mfdataset(paths, data_vars="minimal") as years:
        np.testing.assert_array_equal(years["gpp"].values, globe())


def test_a_variable_names_the_layers_that_tell_of_its_quality(tmp_path: Path) -> None:
    with netCDF4.Dataset(write(tmp_path)) as file:
        assert file["gpp"].ancillary_variables == " ".join(["filled_share", *LEAVES])
        assert "ancillary_variables" not in file["filled_share"].ncattrs()


def test_a_column_names_the_layers_that_it_has(tmp_path: Path) -> None:
    xco2, path = get_product("xco2"), tmp_path / "xco2_2016.nc"
    parts = tiles(tmp_path / "t", 6)
    for _, tile in parts:
        with xr.open_dataset(tile) as dataset:
            made = dataset.load().rename(gpp="xco2")
        made["predictor_source"] = xr.ones_like(made["xco2"], dtype="u1")
        write_tile(made, tile)
    write_mosaic(path, xco2, year=2016, tiles=parts, attributes={}, months=[1, 2])
    with netCDF4.Dataset(path) as file:
        # No ensemble, no spread.
        assert file["xco2"].ancillary_variables == "predictor_source filled_share"
        assert file["xco2"].shape == (2, 6, 12)
        assert file.dimensions["time"].isunlimited()


def test_the_same_tiles_give_the_same_bytes(tmp_path: Path) -> None:
    first = write(tmp_path).read_bytes()
    assert write(tmp_path).read_bytes() == first


def test_units_sources_and_configuration_stand_in_the_file(tmp_path: Path) -> None:
    with netCDF4.Dataset(write(tmp_path)) as file:
        assert file["gpp"].units == "g m-2 d-1"
        assert file["gpp"].grid_mapping == "crs"
        assert file.Conventions == "CF-1.11, ACDD-1.3"
        assert file.title.startswith("Monthly gross primary productivity, FluxFormer (SIMULATED")
        assert file.source == (
            "FluxFormer trained on FLUXNET2015 towers of a simulated Earth; MOD15A2H LAI and FPAR, "
            "ERA5-Land, land cover"
        )
        assert (file.pft_setting, file.window) == ("igbp", "jan_to_m")
        assert file.model_sha256 == "1f"
        assert json.loads(file.model_config) == {"window": "jan_to_m"}
        assert file.time_coverage_start == "2016-01-01"
    with netCDF4.Dataset(write(tmp_path, archive="real")) as file:
        assert "SIMULATED" not in file.title


def test_another_flux_has_its_own_variable_and_title(tmp_path: Path) -> None:
    reco, path = get_product("reco"), tmp_path / "reco_2016.nc"
    parts = tiles(tmp_path / "t", 5)
    for _, tile in parts:
        with xr.open_dataset(tile) as dataset:
            renamed = dataset.load().rename(gpp="reco")
        write_tile(renamed, tile)
    attributes = map_attributes(
        reco, model="MLP", archive="real", runs=[RUN], models_sha256=["1f"], window="1m"
    )
    write_mosaic(path, reco, year=2016, tiles=parts, attributes=attributes)
    with netCDF4.Dataset(path) as file:
        assert file.title == "Monthly ecosystem respiration, MLP"
        assert file["reco"].long_name == "ecosystem respiration"
        assert file["filled_share"].valid_range.dtype == np.float32
        np.testing.assert_array_equal(file["reco"][:, 1, 1], globe()[12:, 1, 1])


def test_quality_of_leaves_is_kept_as_whole_numbers(tmp_path: Path) -> None:
    with netCDF4.Dataset(write(tmp_path)) as file:
        for name, unit in zip(LEAVES, ("percent", "1"), strict=True):
            layer = file[name]
            assert (layer.dtype, layer.units, layer._FillValue) == (np.int16, unit, 255)
            assert layer.valid_range.dtype == np.int16
            assert "leaf area and FPAR" in layer.long_name
            np.testing.assert_array_equal(layer[:].filled(255), bytes_of(globe()[12:]))


def test_the_flux_is_said_to_be_that_of_the_vegetated_part(tmp_path: Path) -> None:
    with netCDF4.Dataset(write(tmp_path)) as file:
        assert file["gpp"].cell_methods == "area: mean where vegetation time: mean"
        assert "of the cell's vegetated part" in file["gpp"].comment


def test_a_product_of_several_models_names_the_configuration_of_each(tmp_path: Path) -> None:
    other = RUN | {"config": {"window": "jan_to_m", "model": "second"}}
    with netCDF4.Dataset(write(tmp_path, runs=(RUN, other))) as file:
        assert file.model_sha256 == "1f, 2e"
        assert json.loads(file.model_config) == [RUN["config"], other["config"]]
        assert json.loads(file.model_inputs_sha256) == {"samples.parquet": "0f"}


def test_gdal_and_rioxarray_read_it_north_up(tmp_path: Path) -> None:
    path = write(tmp_path)
    with rasterio.open(f"netcdf:{path}:gpp") as raster:
        assert raster.crs.to_epsg() == 4326
        assert raster.transform.to_gdal() == pytest.approx((-180, 30, 0, 90, 0, -30))
        np.testing.assert_array_equal(raster.read(1, masked=True)[0, :3], globe()[12, 0, :3])
        assert raster.read(1, masked=True).mask[:, 3].all()
    with xr.open_dataset(path, decode_coords="all") as dataset:
        assert dataset["gpp"].rio.crs.to_epsg() == 4326
        assert dataset["gpp"].rio.bounds() == pytest.approx((-180, -90, 180, 90))
        point = dataset["gpp"].sel(lat=52, lon=13, method="nearest").values
        np.testing.assert_array_equal(point, globe()[12:, 1, 6])


def test_checkers_find_nothing_wrong_but_what_is_left_out_on_purpose(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    checker = Path(sys.executable).parent / "compliance-checker"
    # No address but this machine's: the checker brings its table of standard names.
    offline = dict.fromkeys(("http_proxy", "https_proxy"), "http://127.0.0.1:9")
    done = subprocess.run(
        [
            sys.executable, str(checker), "--test", "cf:1.11", "--test", "acdd:1.3", "--criteria",
            "strict", "--format", "json", "--output", str(report), str(write(tmp_path)),
        ],
        capture_output=True, text=True, check=False, env=os.environ | offline,
    )  # fmt: skip
    assert report.exists(), done.stdout + done.stderr
    found = json.loads(report.read_text())
    wrong = {
        name: {
            text
            for level in ("high_priorities", "medium_priorities", "low_priorities")
            for item in suite[level]
            if item["value"][0] < item["value"][1]
            for text in item["msgs"] or [item["name"]]
        }
        for name, suite in found.items()
    }
    assert found["cf:1.11"]["possible_points"] > 20
    assert wrong["cf:1.11"] == set()
    lacks = {text.removesuffix(" not present") for text in wrong["acdd:1.3"] if "not pres" in text}
    # What only a person or an archive can say, dates (equal inputs, equal bytes), and heights.
    assert {one for one in lacks if "vertical" not in one and "vocabulary" not in one} <= {
        "acknowledgment/acknowledgement", "comment", "naming_authority", "project", "program",
        "creator_name", "creator_url", "creator_email", "creator_type", "creator_institution",
        "publisher_name", "publisher_url", "publisher_email", "publisher_type",
        "publisher_institution", "contributor_name", "contributor_role", "instrument", "platform",
        "metadata_link", "Attr date_created is", "Attr date_issued is", "Attr date_modified is",
        "Attr date_metadata_modified is",
    }  # fmt: skip


def test_tiles_that_do_not_cover_the_globe_once_are_refused(tmp_path: Path) -> None:
    parts = tiles(tmp_path / "t", 5)
    for wrong in (parts[1:], [*parts, parts[0]]):
        with pytest.raises(ResultError, match="cells lie in no tile or in several"):
            write_mosaic(tmp_path / "x.nc", GPP, year=2015, tiles=wrong, attributes={})
        assert not (tmp_path / "x.nc").exists()


def test_a_tile_without_the_year_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        ResultError, match=r"gpp of 2017 has the shape \(0, .*expected \(12, 5, 5\)"
    ):
        write(tmp_path, year=2017)
    assert not (tmp_path / "gpp_2017.nc").exists()


def test_a_year_in_memory_is_written_on_its_own_grid_whole(tmp_path: Path) -> None:
    # More rows than a chunk has, none of them beyond 60 S and 80 N.
    lat, lon = 80 - 0.7 * (np.arange(200) + 0.5), -180 + 120 * (np.arange(3) + 0.5)
    values = np.arange(12 * 200 * 3, dtype=np.float32).reshape(12, 200, 3)
    values[:, 190, 2] = np.nan
    kept = values.copy()
    layers = {"gpp": GPP.layers["gpp"]}
    grid = OwnGrid.of(lat, lon, "a.nc")
    path = tmp_path / "gpp_2016.nc"
    write_year(path, layers, {"gpp": values}, year=2016, grid=grid, attributes={"title": "others"})
    np.testing.assert_array_equal(values, kept)
    with xr.open_dataset(path) as found:
        np.testing.assert_array_equal(found["gpp"].values, kept)
        np.testing.assert_allclose(found["lat"].values, lat)
        assert found["lat_bnds"].values[0].tolist() == pytest.approx([80, 79.3])
        assert str(found["time_bnds"].values[-1, 1])[:10] == "2017-01-01"
        assert found.attrs["time_coverage_end"] == "2016-12-31"
        assert found.attrs["title"] == "others"
        assert "ancillary_variables" not in found["gpp"].attrs
    with netCDF4.MFDataset([path]) as joined:
        assert joined["gpp"].shape == (12, 200, 3)


# --- variables that no prediction makes ---------------------------------------------------------


def test_every_month_has_the_cover_of_the_year(tmp_path: Path) -> None:
    land = np.arange(72, dtype=np.uint8).reshape(6, 12)
    land[0, 0] = 255
    path = tmp_path / "gpp_2016.nc"
    write_mosaic(
        path, GPP, year=2016, tiles=tiles(tmp_path / "t", 5), attributes={},
        cover={"land_fraction": land},
    )  # fmt: skip
    with xr.open_dataset(path) as found:
        expected = np.where(land == 255, np.nan, land)
        np.testing.assert_array_equal(found["land_fraction"].values, np.tile(expected, (12, 1, 1)))
        assert found["land_fraction"].attrs["standard_name"] == "land_area_fraction"
        assert "land_fraction" in found["gpp"].attrs["ancillary_variables"].split()
        assert "ancillary_variables" not in found["land_fraction"].attrs
        assert "vegetated_fraction" not in found
