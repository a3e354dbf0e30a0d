"""The readers of MODIS and of land cover on real arrays and files."""

from __future__ import annotations

import datetime as dt
import gzip
import io
from functools import partial
from types import SimpleNamespace

import netCDF4
import numpy as np
import pandas as pd
import pytest

from carbonscape.archives import modis_lai
from carbonscape.archives.mcd12q1 import decode_igbp
from carbonscape.archives.modis_lai import (
    decode_fpar,
    decode_lai,
    good_retrieval,
)
from carbonscape.archives.netcdf import normalise_axes, open_netcdf
from carbonscape.core.errors import InputError
from carbonscape.fetch.earth_engine.client import fetch
from carbonscape.fetch.retry import Policy
from carbonscape.fetch.want import Want
from carbonscape.sources.registry import get_source
from helpers.earth_engine_server import earth_engine

# Files of a few composites of a year.
read_modis_grid = partial(modis_lai.read_modis_grid, accept=True)
read_modis_sites = partial(modis_lai.read_modis_sites, accept=True)

LEAVES = "MCD15A2H.A2016201.h18v05.006.2016215124658.hdf"
COVER = "MCD12Q1.A2001001.h00v08.006.2018142182903.hdf"


@pytest.fixture(scope="module")
def modis(shared):
    return shared / "data" / "modis"


@pytest.fixture(scope="module")
def tile(modis):
    """LAI, FPAR and QC of a real tile: Iberia and North Africa, 19 July 2016."""
    science_data = pytest.importorskip("pyhdf.SD")
    file = science_data.SD(str(modis / LEAVES))
    return {name: file.select(name).get() for name in ("Lai_500m", "Fpar_500m", "FparLai_QC")}


def test_the_real_tile_has_four_and_a_half_million_values_that_are_none(tile):
    """Only 47 of them are the declared fill value 255."""
    raw = tile["Lai_500m"]
    counts = {code: int((raw == code).sum()) for code in (250, 253, 254, 255)}
    assert counts == {250: 18_788, 253: 2_541_830, 254: 2_023_856, 255: 47}
    for decode, name in ((decode_lai, "Lai_500m"), (decode_fpar, "Fpar_500m")):
        assert int(np.isnan(decode(tile[name])).sum()) == sum(counts.values()) == 4_584_521
    assert np.nanmax(decode_lai(raw)) == np.float32(7.0)
    assert np.nanmax(decode_fpar(tile["Fpar_500m"])) == 1


def test_the_real_quality_bits_agree_with_bit_0_everywhere(tile):
    qc = tile["FparLai_QC"]
    good = good_retrieval(qc)
    assert int(good.sum()) == 1_105_717 + 8_337  # SCF_QC 0 and 1
    assert int((good != ((qc & 1) == 0)).sum()) == 0
    assert int((qc == 157).sum()) == 4_584_521


def test_real_values_of_the_backup_algorithm_are_masked_by_quality_alone(tile):
    """61,425 pixels have a plausible LAI that the main algorithm did not retrieve."""
    plausible = tile["Lai_500m"] <= 100
    good = good_retrieval(tile["FparLai_QC"])
    assert int((plausible & ~good).sum()) == 61_425
    assert int((~plausible & good).sum()) == 0


def test_real_bytes_go_through_the_grid_reader(tile, tmp_path):
    """A real piece of the tile in the layout of the fetch step, read and compared by hand."""
    piece = (slice(1200, 1260), slice(2070, 2160))  # coast, with all kinds of retrievals
    path = tmp_path / "MOD15A2H.061_2016.nc"
    with netCDF4.Dataset(path, "w") as file:
        axes = {"time": [6044], "lat": 40 - np.arange(60) * 0.1, "lon": np.arange(90) * 0.1}
        for name, values in axes.items():
            file.createDimension(name, len(values))
            file.createVariable(name, "i4" if name == "time" else "f8", (name,))[:] = values
        file["time"].units = "days since 2000-01-01"  # 6044 is 19 July 2016
        for name, values in tile.items():
            raw = file.createVariable(name, "u1", ("time", "lat", "lon"), fill_value=255)
            raw.set_auto_maskandscale(False)
            raw[0] = values[piece]
    grid = read_modis_grid(path, year=2016)
    assert np.flatnonzero(grid["present"].values).tolist() == [25]  # day of year 201
    raw, qc = tile["Lai_500m"][piece].astype(float), tile["FparLai_QC"][piece]
    expected = np.where((raw <= 100) & (qc % 2 == 0), raw / 10, np.nan)
    np.testing.assert_allclose(grid["lai"].values[25], expected, rtol=1e-6)
    assert 0.2 < np.isfinite(expected).mean() < 1


def test_real_pixels_are_aggregated_to_cells_on_reading(tile, tmp_path):
    """5 x 5 pixels of a coast to a cell, compared with a mean by hand; shares are of all of 25."""
    piece = (slice(1200, 1260), slice(2070, 2160))
    path = tmp_path / "MOD15A2H.061_2016.nc"
    with netCDF4.Dataset(path, "w") as file:
        axes = {
            "time": [6044],
            "lat": 40 - (np.arange(60) + 0.5) * 0.02,
            "lon": (np.arange(90) + 0.5) * 0.02,
        }
        for name, values in axes.items():
            file.createDimension(name, len(values))
            file.createVariable(name, "i4" if name == "time" else "f8", (name,))[:] = values
        file["time"].units = "days since 2000-01-01"
        for name, values in tile.items():
            raw = file.createVariable(name, "u1", ("time", "lat", "lon"), fill_value=255)
            raw.set_auto_maskandscale(False)
            raw[0] = values[piece]
    grid = read_modis_grid(path, year=2016, cell=0.1)
    assert grid.sizes == {"step": 46, "lat": 12, "lon": 18}
    raw, qc = tile["Lai_500m"][piece].astype(float), tile["FparLai_QC"][piece]
    good = np.where((raw <= 100) & (qc % 2 == 0), raw, np.nan)
    cells = good.reshape(12, 5, 18, 5).swapaxes(1, 2).reshape(12, 18, 25)
    count = np.isfinite(cells).sum(axis=-1)
    assert ((count > 0) & (count < 25)).any()
    total = np.nansum(cells, axis=-1)
    expected = np.where(count > 0, np.floor(10 * total / np.maximum(count, 1) + 0.5) / 100, np.nan)
    np.testing.assert_allclose(grid["lai"].values[25], expected, rtol=1e-6)
    np.testing.assert_array_equal(grid["good_share"].values[25], count * 4)
    assert grid["lai"].values[25][count > 0].size > 30


class _RealTile:
    """The piece of a real tile as Earth Engine would hold it: 0.5 degree, else masked."""

    shape = (360, 720)

    def __init__(self, tile) -> None:
        self.bands, self.masks = {}, {}
        there = np.zeros(self.shape, dtype=bool)
        there[50:110, 180:270] = True
        for name, values in tile.items():
            self.bands[name] = np.full(self.shape, 255, dtype="uint8")
            self.bands[name][there] = values[1200:1260, 2070:2160].ravel()
            self.masks[name] = there

    def images(self, asset, first, end):
        """Yield the one image."""
        day = dt.date(2016, 7, 19)
        if asset == "MODIS/061/MOD15A2H" and first <= day < end:
            yield SimpleNamespace(start=day, bands=self.bands, masks=self.masks)


def test_earth_engine_and_files_give_the_same_cells_of_a_real_tile(tile, tmp_path):
    """The two ways in: screened and aggregated by the service, and by the reader of raw pixels."""
    images = _RealTile(tile)
    raw, fetched = tmp_path / "raw.nc", tmp_path / "fetched.nc"
    with netCDF4.Dataset(raw, "w") as file:
        axes = {"time": [6044], "lat": 89.75 - np.arange(360) / 2}
        axes["lon"] = np.arange(720) / 2 - 179.75
        for name, values in axes.items():
            file.createDimension(name, len(values))
            file.createVariable(name, "i4" if name == "time" else "f8", (name,))[:] = values
        file["time"].units = "days since 2000-01-01"
        for name, values in images.bands.items():
            band = file.createVariable(name, "u1", ("time", "lat", "lon"), fill_value=255)
            band.set_auto_maskandscale(False)
            band[0] = values
    with earth_engine(images, 0.5) as engine:
        hosts = {"earth_engine": engine.address}
        want = Want(get_source("modis_lai"), "grid", "2016", fetched, cell=2.5, hosts=hosts)
        fetch(want, policy=Policy(timeout_seconds=20))
    one, two = (read_modis_grid(path, year=2016, cell=2.5) for path in (raw, fetched))
    assert 100 < int(np.isfinite(one["lai"].values[25]).sum()) < 12 * 18
    for name in ("lai", "fpar", "good_share", "images"):
        np.testing.assert_array_equal(one[name].values[25], two[name].values[25], err_msg=name)


def test_the_real_igbp_tile(modis):
    """Water is 17 and 526,655 cells have no value."""
    science_data = pytest.importorskip("pyhdf.SD")
    raw = science_data.SD(str(modis / COVER)).select("LC_Type1").get()
    codes = decode_igbp(raw, COVER)
    assert int((codes == 17).sum()) == 5_233_324
    assert int((codes == 0).sum()) == 526_655
    assert codes.max() == 17


def test_the_real_map_of_mcd12c1_is_refused(modis):
    """Its water is 0."""
    rasterio = pytest.importorskip("rasterio")
    with rasterio.open(modis / "MCD12C1.A2019001.006.2020220162300.tif") as source:
        raw = source.read(1)
    with pytest.raises(InputError, match="code 0 .17548446 times.*MCD12C1"):
        decode_igbp(raw, "MCD12C1")


def test_a_real_year_of_mod15a2h_goes_through_the_site_reader(shared, tmp_path):
    """3 x 3 of the 81 x 81 pixels around Arcachon in 2004, all 46 composites; no QC is in them."""
    folder = shared / "data" / "fluxnet" / "extra"
    name = "MODISTools_arcachon_MOD15A2H_Lai_500m_2004_pixel_by_date.csv.gz"
    table = pd.read_csv(io.BytesIO(gzip.decompress((folder / name).read_bytes())))
    dates = list(table.columns[1:])
    assert len(dates) == 46
    start = 40 * 81 + 60
    pixels = [start + 81 * row + column for row in range(3) for column in range(3)]
    lines = ["system:index,site,pixel,Lai_500m,Fpar_500m,FparLai_QC"]
    for date in dates:
        raw = table[date].to_numpy()[pixels]
        lines += [f"{date.replace('-', '_')},X,{p},{v},50,0" for p, v in enumerate(raw)]
    (tmp_path / "sites.csv").write_text("\n".join(lines) + "\n")
    sites = read_modis_sites(tmp_path / "sites.csv", year=2004)
    assert sites["step"].tolist() == list(range(46))
    raw = table[dates].to_numpy(dtype=float)[pixels]
    expected = np.nanmean(np.where(raw <= 100, raw / 10, np.nan), axis=0)
    np.testing.assert_allclose(sites["lai"], expected, rtol=1e-6)
    assert 0.5 < expected.max() < 7


def test_a_real_4_day_product_is_no_8_day_product(shared, tmp_path):
    """MCD15A3H at CH-Lae as Earth Engine gave it out, renamed to the columns of the site table."""
    table = pd.read_csv(shared / "data/fluxnet/extra/CH-Lae_MCD15A3H_gee_subset.csv")
    renamed = pd.DataFrame(
        {
            "system:index": table["id"],
            "site": "CH-Lae",
            "pixel": 4,
            "Lai_500m": 10,
            "Fpar_500m": table["Fpar"],
            "FparLai_QC": table["FparLai_QC"],
        }
    )
    year = renamed[renamed["system:index"].str.startswith("2010")]
    year.to_csv(tmp_path / "sites.csv", index=False)
    with pytest.raises(InputError, match="starts on 2010-01-05 .day of year 5.; 8-day"):
        read_modis_sites(tmp_path / "sites.csv", year=2010)
    eight_day = year.iloc[::2]
    eight_day.to_csv(tmp_path / "sites.csv", index=False)
    sites = read_modis_sites(tmp_path / "sites.csv", year=2010)
    good = (eight_day["FparLai_QC"].to_numpy() & 1) == 0
    np.testing.assert_array_equal(sites["good_pixels"], good)
    np.testing.assert_allclose(sites["fpar"][good], eight_day["Fpar_500m"].to_numpy()[good] / 100)


def test_a_real_land_cover_file_of_esa_is_opened(shared):
    """The PFT files were not to be had; this is their sister, in a ZIP, with bounds (lon, lat)."""
    path = shared / "data" / "pft" / "land-cover_LCCS_MAP_300m_2020.zip"
    with open_netcdf(path, mask_and_scale=False) as (opened,):
        dataset = normalise_axes(opened, names=("lccs_class",), with_time=False)
        assert dataset["lat"].values[0] == pytest.approx(60 - 1 / 720)
        assert dataset["lon"].values[0] == pytest.approx(1 / 720)
        # 210 is the sea: read as signed bytes it would be -46.
        assert np.unique(dataset["lccs_class"].values.view(np.uint8)).tolist() == [210]
