"""Stand-ins of the products of others: departures counted by hand, read back by the readers."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import netCDF4
import numpy as np
import pytest
import rasterio
import xarray as xr

from carbonscape.archives.gpp_product_files import read_gpp_product
from carbonscape.archives.gpp_products import GPP_PRODUCTS, days_in_month
from carbonscape.core.errors import ConfigError
from carbonscape.fluxes.others import stand_ins
from carbonscape.simulate.other_products import STAND_INS, write_other_products

CELL, YEARS = 30.0, (2015, 2016)
#: Land of the made Earth: rows 60 to 30 N and 0 to 30 S, columns 0 to 60 E.
ROWS, COLUMNS = (1, 3), (6, 7)


def truth(season: float = 2.0, change: float = 0.5) -> xr.Dataset:
    """Return GPP of 4 in the mean, 4 +- season by month, and +- change in the two years."""
    lat = 90 - CELL * (np.arange(6) + 0.5)
    lon = -180 + CELL * (np.arange(12) + 0.5)
    time = np.arange("2015-01", "2017-01", dtype="M8[M]").astype("M8[ns]")
    gpp = np.full((24, 6, 12), np.nan, np.float32)
    wave = season * np.cos(2 * np.pi * np.arange(24) / 12)
    wave[:12] -= change
    wave[12:] += change
    for row in ROWS:
        gpp[:, row, COLUMNS[0] : COLUMNS[-1] + 1] = 4 + wave[:, None]
    coords = {"time": time, "lat": lat, "lon": lon}
    return xr.Dataset({"gpp": (("time", "lat", "lon"), gpp)}, coords=coords)


def write(folder: Path, *names: str, **options: float) -> dict[str, list[str]]:
    paths = {name: stand_ins(name, str(folder), YEARS) for name in names}
    write_other_products(paths, grid=truth(**options))
    return paths


@pytest.mark.parametrize("name", STAND_INS)
def test_the_reader_gives_back_the_departures(tmp_path: Path, name: str) -> None:
    write(tmp_path, name)
    stand_in = STAND_INS[name]
    found = read_gpp_product(GPP_PRODUCTS[name], tmp_path / name, 2016)
    assert found["lat"].values[0] > found["lat"].values[-1]
    # 47 N, 31 E lies in land whatever the cells.
    values = found.sel(lat=47, lon=31, method="nearest").values
    season = 2 * np.cos(2 * np.pi * np.arange(12) / 12)
    growth = 1 + stand_in.trend * 0.5
    expected = stand_in.level * growth * (4 + stand_in.season * season + stand_in.changes * 0.5)
    # Whole thousandths and tenths of a month are rounded; the thirds of a month differ.
    np.testing.assert_allclose(values, expected, rtol=0.004)
    # The sea has no value, nor has what lies beyond 60 S.
    assert np.isnan(found.sel(lat=47, lon=-100, method="nearest")).all()
    assert np.isnan(found.where(found["lat"] < -31, drop=True)).all()


def test_the_factor_at_the_equator_fades_at_thirty_degrees(tmp_path: Path) -> None:
    write(tmp_path, "vpm_gpp", season=0, change=0)
    found = read_gpp_product(GPP_PRODUCTS["vpm_gpp"], tmp_path / "vpm_gpp", 2015)[5]
    at = found.sel(lat=[-2.5, -17.5, 47.5], lon=32.5).values / (4 * 0.97)
    np.testing.assert_allclose(at, [1 - 0.15 * 27.5 / 30, 1 - 0.15 * 12.5 / 30, 1], rtol=1e-5)


def test_cells_with_next_to_no_gpp_are_masked_where_the_stand_in_says(tmp_path: Path) -> None:
    grid = truth(season=0, change=0)
    grid["gpp"][:, 3] = grid["gpp"][:, 3] * 0.02
    for name, known in (("fluxcom", False), ("metaflux", True)):
        write_other_products({name: stand_ins(name, str(tmp_path), [2015])}, grid=grid)
        found = read_gpp_product(GPP_PRODUCTS[name], tmp_path / name, 2015)
        assert bool(found.sel(lat=-15, lon=31, method="nearest").notnull().all()) is known


def test_files_have_the_units_fills_and_orders_of_the_archives(tmp_path: Path) -> None:
    paths = write(tmp_path, *STAND_INS)
    with netCDF4.Dataset(paths["nies"][0]) as data:
        assert data["GPP"].shape == (36, 70, 180)
        assert data["lat"][0] == -59
        assert data["GPP"].getncattr("_FillValue") == -9999
    with netCDF4.Dataset(paths["metaflux"][0]) as data:
        assert data["GPP"].dimensions == ("time", "lon", "lat")
        assert set(data.variables) >= {"GPP", "RECO"}
    with zipfile.ZipFile(paths["nirv_gpp"][0]) as archive:
        assert archive.namelist()[0] == "NIRv.GPP.201501.v1.nc"
        with netCDF4.Dataset("m", memory=archive.read("NIRv.GPP.201501.v1.nc")) as data:
            assert data["GPP"].dtype == np.int32
            assert data["GPP"].ncattrs() == []
    with (
        zipfile.ZipFile(paths["lue_ssvc"][0]) as archive,
        rasterio.open(f"zip://{paths['lue_ssvc'][0]}!2015/Month/GPP_v21_2015_02.tif") as image,
    ):
        assert len(archive.namelist()) == 12
        raw = image.read(1)
        assert (raw.dtype, raw[0, 0]) == (np.uint16, 0)
        # February: 4 + sqrt(3) - 0.5 a day, as the season has it.
        assert raw.max() == round(10 * days_in_month(2015, 2) * 0.98 * (3.5 + 3**0.5))


def test_every_file_says_that_it_is_simulated(tmp_path: Path) -> None:
    paths = write(tmp_path, *STAND_INS)
    said = {}
    for name in ("fluxcom", "nies", "metaflux"):
        with netCDF4.Dataset(paths[name][0]) as data:
            said[name] = data.comment
    with zipfile.ZipFile(paths["nirv_gpp"][0]) as archive:
        content = archive.read(archive.namelist()[0])
    with netCDF4.Dataset("m", memory=content) as data:
        said["nirv_gpp"] = data.comment
    tifs = {"vpm_gpp": paths["vpm_gpp"][0]}
    tifs["lue_ssvc"] = f"zip://{paths['lue_ssvc'][0]}!2015/Month/GPP_v21_2015_01.tif"
    for name, path in tifs.items():
        with rasterio.open(path) as image:
            said[name] = image.tags()["TIFFTAG_IMAGEDESCRIPTION"]
    assert set(said) == set(STAND_INS) == set(GPP_PRODUCTS)
    assert all("Simulated by carbonscape" in text for text in said.values())


def test_the_same_truth_gives_the_same_bytes(tmp_path: Path) -> None:
    def digests(folder: Path) -> list[str]:
        paths = write(folder, *STAND_INS)
        every = [Path(path) for name in paths for path in paths[name]]
        return [hashlib.sha256(path.read_bytes()).hexdigest() for path in every]

    assert digests(tmp_path / "a") == digests(tmp_path / "b")


def test_a_year_that_the_truth_lacks_is_refused(tmp_path: Path) -> None:
    paths = {"fluxcom": stand_ins("fluxcom", str(tmp_path), [2018])}
    with pytest.raises(ConfigError, match=r"2018.nc: the truth has 2015 to 2016, expected 2018"):
        write_other_products(paths, grid=truth())
