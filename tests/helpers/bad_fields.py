"""Bad inputs of satellites, weather, maps and stations, of downloads and of finished results."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import netCDF4
import numpy as np
import rasterio
from rasterio.transform import from_origin

from carbonscape.archives.era5_land import open_accumulation, open_state
from carbonscape.archives.esa_cci_pft import read_pft_grid
from carbonscape.archives.koppen import read_koppen
from carbonscape.archives.mcd12q1 import read_igbp_grid
from carbonscape.archives.modis_lai import read_modis_grid, read_modis_sites
from carbonscape.archives.oco_granules import parse_name
from carbonscape.archives.oco_lite import read_granule
from carbonscape.archives.promises import recorded
from carbonscape.archives.tccon import read_tccon, site_of
from carbonscape.archives.tropomi_sif import read_sif_day
from carbonscape.archives.xco2_fields import read_xco2_field
from carbonscape.core.tables import read_table
from carbonscape.evaluation.grids import open_grid
from carbonscape.fluxes.tables import TOWER_MONTHS
from carbonscape.sources.accepted import refuse_unusable
from carbonscape.sources.listing import expand_listings
from carbonscape.training.saved_model import load_model
from helpers.bad_inputs import Bad, cut, declared, grid, odd, put, zipped
from helpers.lite_granules import granule_name, write_granule

LEAVES = {"Lai_500m": 30, "Fpar_500m": 50, "FparLai_QC": 0}
LETTERS = {"t2m": b"a", "d2m": b"b"}
DAY = "2015-07-01"
TILE = "modis_lai_2001.nc"


def opened(context) -> None:
    with context:
        pass


def leaves(path: Path) -> None:
    read_modis_grid(path, year=2001)


def leaf_rows(row: str, folder: Path) -> None:
    header = "system:index,site,pixel,Lai_500m,Fpar_500m,FparLai_QC"
    read_modis_sites(put(folder / "modis_lai_sites_2001.csv", f"{header}\n{row}\n"), year=2001)


def _modis() -> list[Bad]:
    """Tiles of MODIS, and of VIIRS, on longitude and latitude."""
    rule = "composite_modis"
    found = [
        ("absent", lambda f: leaves(f / TILE)),
        ("a pipe", lambda f: leaves(odd(f / TILE, "pipe"))),
        ("a folder with Zarr in it", lambda f: leaves(put(f / TILE / ".zgroup", "").parent)),
        ("empty", lambda f: leaves(put(f / TILE, ""))),
        ("a page to log in", lambda f: leaves(put(f / TILE, "<!DOCTYPE html><html>"))),
        ("an HDF4 tile of NASA", lambda f: leaves(put(f / TILE, b"\x0e\x03\x13\x01" + bytes(600)))),
        ("a zip without netCDF", lambda f: leaves(put(f / TILE, zipped({"a.tif": b"x"})))),
        (
            "a zip of zeros, packed 1,000 to 1",
            lambda f: leaves(put(f / TILE, zipped({"a.nc": bytes(50_000_000)}))),
        ),
        (
            "a file of a few kilobytes that declares a million images",
            lambda f: leaves(declared(f / TILE, "Lai_500m", time=10**6, lat=10**5, lon=10**5)),
        ),
        ("an axis of a thousand million", lambda f: leaves(declared(f / TILE, "lat", lat=10**9))),
        ("cut short", lambda f: leaves(cut(grid(f / TILE, LEAVES), 0.4))),
        ("a variable is absent", lambda f: leaves(grid(f / TILE, {"Lai_500m": 30}))),
        ("scaled values", lambda f: leaves(grid(f / TILE, LEAVES, kind="f4"))),
        ("another year", lambda f: leaves(grid(f / TILE, LEAVES, days=(731,)))),
        ("a day that starts no composite", lambda f: leaves(grid(f / TILE, LEAVES, days=(370,)))),
        (
            "latitudes that are not even",
            lambda f: leaves(grid(f / TILE, LEAVES, lat=(60.0, 50.0, -10.0))),
        ),
        ("at towers: another year", partial(leaf_rows, "2002_01_09,A,1,10,20,0")),
        ("at towers: 256 in a byte", partial(leaf_rows, "2001_01_09,A,1,10,256,0")),
        ("at towers: a cell is absent", partial(leaf_rows, "2001_01_09,A,1,10")),
    ]
    return [Bad("MODIS and VIIRS", what, rule, run) for what, run in found]


def state(path: Path) -> None:
    opened(open_state(path))


def loaded(path: Path, variable: str = "t2m", **attributes) -> None:
    """Read the values of a file, once a variable has other attributes."""
    with netCDF4.Dataset(path, "a") as file:
        file[variable].setncatts(attributes)
    with open_state(path) as dataset:
        dataset.load()


def _weather() -> list[Bad]:
    """ERA5-Land."""
    name, both = "era5_land_state_2001_01.nc", {"t2m": 280, "d2m": 270}
    kelvin = {"t2m": "K", "d2m": "K"}
    hours = {"days": (0.0, 1 / 24, 2 / 24), "since": "days since 2001-01-01"}
    found = [
        ("GRIB", lambda f: state(put(f / name, b"GRIB" + bytes(600)))),
        (
            "degrees Celsius",
            lambda f: state(
                grid(f / name, both, kind="f4", units={"t2m": "degC", "d2m": "K"}, days=(366, 367))
            ),
        ),
        (
            "hours in place of days",
            lambda f: state(grid(f / name, both, kind="f4", units=kelvin, **hours)),
        ),
        (
            "a time twice",
            lambda f: state(grid(f / name, both, kind="f4", units=kelvin, days=(366, 366))),
        ),
        (
            "totals in place of means",
            lambda f: opened(
                open_accumulation(grid(f / name, both, kind="f4", units=kelvin, days=(366, 367)))
            ),
        ),
        (
            "a scale factor in words",
            lambda f: loaded(
                grid(f / name, both, kind="f4", units=kelvin, days=(366, 367)), scale_factor="one"
            ),
        ),
        (
            "two scale factors",
            lambda f: loaded(
                grid(f / name, both, kind="f4", units=kelvin, days=(366, 367)),
                scale_factor=[1.0, 2.0],
            ),
        ),
        (
            "letters in place of numbers",
            lambda f: loaded(grid(f / name, LETTERS, kind="S1", units=kelvin, days=(366, 367))),
        ),
        (
            "a calendar of 360 days",
            lambda f: loaded(
                grid(f / name, both, kind="f4", units=kelvin, days=(366, 367)),
                "time",
                calendar="360_day",
            ),
        ),
        (
            "a latitude that is no number",
            lambda f: state(
                grid(f / name, both, kind="f4", units=kelvin, lat=(45.0, np.nan), days=(366, 367))
            ),
        ),
        (
            "longitudes beyond the globe",
            lambda f: state(
                grid(f / name, both, kind="f4", units=kelvin, lon=(0.0, 400.0), days=(366, 367))
            ),
        ),
    ]
    return [Bad("ERA5-Land", what, "aggregate_era5_land", run) for what, run in found]


def koppen(folder: Path, codes=((1, 2), (3, 4)), *, crs="EPSG:4326", dtype="uint8") -> None:
    codes = np.array(codes, dtype)
    layout = {"driver": "GTiff", "count": 1, "dtype": dtype, "crs": crs}
    layout["transform"] = from_origin(-180, 90, 180, 180)
    path = folder / "koppen.tif"
    with rasterio.open(path, "w", height=2, width=2, **layout) as image:
        image.write(codes, 1)
    read_koppen(path)


def huge_koppen(folder: Path) -> None:
    path, side = folder / "koppen.tif", 180 / 60_000
    layout = {"driver": "GTiff", "count": 1, "dtype": "uint8", "crs": "EPSG:4326"}
    layout |= {"transform": from_origin(-180, 90, side, side), "sparse_ok": True, "tiled": True}
    with rasterio.open(path, "w", height=60_000, width=120_000, **layout):
        pass
    read_koppen(path)


def _maps() -> list[Bad]:
    """Climates and land cover."""
    virtual = "<VRTDataset rasterXSize='9' rasterYSize='9'><VRTRasterBand/></VRTDataset>"
    cover = {"BARE": 100}
    found = [
        ("classify_cells", "a map of climates that is a web page",
         lambda f: read_koppen(put(f / "koppen.tif", "<html>"))),
        ("classify_cells", "a map that names further files (VRT)",
         lambda f: read_koppen(put(f / "koppen.tif", virtual))),
        ("classify_cells", "a map that declares 7,200,000,000 pixels", huge_koppen),
        ("classify_cells", "a projected map", partial(koppen, crs="EPSG:3857")),
        ("classify_cells", "codes of another author", partial(koppen, codes=((1, 32), (3, 4)))),
        ("classify_cells", "another type", partial(koppen, dtype="int16")),
        ("classify_cells", "a link that leads in a circle",
         lambda f: read_koppen(odd(f / "koppen.tif", "circle"))),
        ("encode_land_cover", "MCD12C1 in place of MCD12Q1",
         lambda f: read_igbp_grid(grid(f / "mcd12q1_2001.nc", {"LC_Type1": 0}))),
        ("encode_land_cover", "another legend",
         lambda f: read_igbp_grid(grid(f / "mcd12q1_2001.nc", {"LC_Type1": 100}))),
        ("encode_land_cover", "ESA-CCI without most of its layers",
         lambda f: read_pft_grid(grid(f / "esa_cci_2001.nc", cover), cell=90)),
    ]  # fmt: skip
    return [Bad("Climates and land cover", what, rule, run) for rule, what, run in found]


def sif(folder: Path, name: str = "TROPOSIF_L2B_2018-05-01.nc") -> None:
    read_sif_day(grid(folder / name, {"x": 1}))


def lite(folder: Path, soundings=((10, 20, 400, 0, 0),), **options) -> None:
    read_granule(write_granule(folder, DAY, list(soundings), **options))


def spectra(folder: Path, **attributes: str) -> None:
    """Read a TCCON file whose times have other attributes."""
    path = folder / "pa20040602_20201229.public.qc.nc"
    values = {"time": 1.2e9, "lat": 45.9, "long": -90.3, "xco2": 390.0}
    with netCDF4.Dataset(path, "w") as file:
        file.createDimension("time", 1)
        for name, value in values.items():
            file.createVariable(name, "f8", ("time",))[:] = value
        file["time"].setncatts({"units": "seconds since 1970-01-01", **attributes})
    read_tccon(path)


def column(folder: Path, name: str, value: float, unit: str) -> None:
    read_xco2_field(
        grid(folder / "egg4_2018.nc", {name: value}, kind="f4", units={name: unit}, days=(6575,))
    )


def _columns() -> list[Bad]:
    """Columns: SIF, OCO, TCCON and fields of CO2."""
    granule = granule_name(DAY)
    found = [
        ("Soundings of TROPOMI", "grid_sif", "another product", sif),
        ("Soundings of TROPOMI", "grid_sif", "a socket",
         lambda f: read_sif_day(odd(f / "TROPOSIF_L2B_2018-05-01.nc", "socket"))),
        ("OCO Lite", "grid_oco", "another name", lambda f: parse_name(f / "oco2.nc4")),
        ("OCO Lite", "grid_oco", "a link that leads nowhere",
         lambda f: read_granule(odd(f / granule, "nowhere"))),
        ("OCO Lite", "grid_oco", "empty", lambda f: read_granule(put(f / granule, ""))),
        ("OCO Lite", "grid_oco", "netCDF-3",
         lambda f: read_granule(put(f / granule, b"CDF\x01" + bytes(99)))),
        ("OCO Lite", "grid_oco", "a page to log in",
         lambda f: read_granule(put(f / granule, "<html>"))),
        ("OCO Lite", "grid_oco", "no group of soundings", partial(lite, group=False)),
        ("OCO Lite", "grid_oco", "a latitude of 95",
         partial(lite, soundings=((95, 20, 400, 0, 0),))),
        ("OCO Lite", "grid_oco", "mole fractions in place of ppm",
         partial(lite, soundings=((10, 20, 4e-4, 0, 0),))),
        ("OCO Lite", "grid_oco", "a declared thousand million soundings",
         lambda f: read_granule(declared(f / granule, "xco2", n=10**9))),
        ("TCCON", "average_tccon", "another name", lambda f: site_of(f / "parkfalls.nc")),
        ("TCCON", "average_tccon", "a site that nobody knows",
         lambda f: site_of(f / "qq20040602_20201229.public.qc.nc")),
        ("TCCON", "average_tccon", "a folder",
         lambda f: read_tccon(odd(f / "pa20040602_20201229.public.qc.nc", "folder"))),
        ("TCCON", "average_tccon", "another netCDF file",
         lambda f: read_tccon(grid(f / "pa20040602_20201229.public.qc.nc", {"x": 1}))),
        ("TCCON", "average_tccon", "times of another unit",
         partial(spectra, units="days since 1970-01-01")),
        ("TCCON", "average_tccon", "a calendar without leap days",
         partial(spectra, calendar="noleap")),
        ("Fields of CO2", "evaluate_xco2_maps", "ozone",
         partial(column, name="gtco3", value=300, unit="DU")),
        ("Fields of CO2", "evaluate_xco2_maps", "CO2 at the surface",
         partial(column, name="co2_flask", value=400, unit="ppm")),
        ("Fields of CO2", "evaluate_xco2_maps", "values that contradict their unit",
         partial(column, name="tcco2", value=4e-4, unit="ppm")),
    ]  # fmt: skip
    return [Bad(kind, what, rule, run) for kind, rule, what, run in found]


def listed(folder: Path, content: str) -> None:
    expand_listings([put(folder / "listing_2015-07.json", content)])


def _records() -> list[Bad]:
    """Listings, receipts, and files that no rule can name."""
    found = [
        ("grid_oco", "a listing that leads out of its folder",
         partial(listed, content=json.dumps({"granules": [{"name": "../../etc/passwd"}]}))),
        ("grid_oco", "a listing of lists in lists", partial(listed, content="[" * 100_000)),
        ("grid_oco", "a listing that names what is not there",
         partial(listed, content=json.dumps({"granules": [{"name": "a.nc4"}]}))),
        ("composite_xco2", "a receipt that is none",
         lambda f: recorded(put(f / "a.nc.receipt.json", "[]").with_name("a.nc"))),
        ("raw files", "braces in a name", lambda f: refuse_unusable([str(f / "{a}.nc")])),
        ("raw files", "angle brackets in a name", lambda f: refuse_unusable([str(f / "<a>.nc")])),
        ("raw files", "a line break in a name", lambda f: refuse_unusable([str(f / "a\n.nc")])),
        ("raw files", "a folder under the name of a file",
         lambda f: refuse_unusable([str(odd(f / "a.nc", "folder"))])),
    ]  # fmt: skip
    return [Bad("Listings, receipts, names", what, rule, run) for rule, what, run in found]


def _results() -> list[Bad]:
    """Finished results that were damaged, or put there by others."""
    found = [
        ("filter_towers", "a table cut short",
         lambda f: read_table(put(f / "months.parquet", b"PAR1xx"), TOWER_MONTHS)),
        ("filter_towers", "a table of other columns",
         lambda f: read_table(put(f / "months.csv", "a,b\n1,2\n"), TOWER_MONTHS)),
        ("predict_flux", "a saved model that is absent", lambda f: load_model(f / "model.zip")),
        ("predict_flux", "a saved model that is none",
         lambda f: load_model(put(f / "model.zip", "no model"))),
        ("predict_flux", "a saved model without a manifest",
         lambda f: load_model(put(f / "model.zip", zipped({"a.npy": b"x"})))),
        ("evaluate_flux_maps", "a map that is no netCDF",
         lambda f: opened(open_grid(put(f / "gpp_2016.nc", "no map"), "gpp"))),
        ("evaluate_flux_maps", "a map without its variable",
         lambda f: opened(open_grid(grid(f / "gpp_2016.nc", {"x": 1}), "gpp"))),
    ]  # fmt: skip
    return [Bad("Results", what, rule, run) for rule, what, run in found]


def rows() -> list[Bad]:
    """Return all bad inputs of this module."""
    return [*_modis(), *_weather(), *_maps(), *_columns(), *_records(), *_results()]
