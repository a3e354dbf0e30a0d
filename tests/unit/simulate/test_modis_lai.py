"""Simulated MOD15A2H files: raw units, fill classes, QC bits, composites that exist."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace

import netCDF4
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from carbonscape.simulate.modis_lai import (
    dark,
    missing_composites,
    raw_units,
    retrieve,
    write_modis_lai,
)

ALL, CLEAR = (SimpleNamespace(clouds=on, missing_composites=on) for on in (True, False))
LAT, LON = [60.0, 0.0, -60.0], [-150.0, -90.0, -30.0, 30.0, 90.0, 150.0]
YEARS = [2000, 2001, 2016]
# True classes by row: vegetation, then those where the product is not defined, then the sea.
IGBP = np.array(
    [
        [1, 10, 17, 16, 15, 13],
        [2, 2, 2, 2, 2, 2],
        [np.nan, 10, 10, np.nan, np.nan, np.nan],
    ]
)


def truth(lai: float = 2.34, cloud: float = 0.0) -> tuple[xr.Dataset, xr.Dataset]:
    """Return the truth of 18 cells and of three towers."""
    shape = (len(YEARS), 46, 3, 6)
    land = ~np.isnan(IGBP)
    axes = ("year", "step", "lat", "lon")
    fields = {"lai": lai, "fpar": 0.678, "cloud": cloud}
    grid = xr.Dataset(
        {n: (axes, np.where(land, np.full(shape, x), np.nan)) for n, x in fields.items()}
        | {"igbp": (("year", "lat", "lon"), np.stack([IGBP] * len(YEARS)))},
        coords={"year": YEARS, "lat": LAT, "lon": LON},
    )
    towers = xr.Dataset(
        {f"{n}8": (("site", "year", "step"), np.full((3, 3, 46), x)) for n, x in fields.items()}
        | {"igbp_code": (("site", "year"), [[4] * 3, [12] * 3, [16] * 3])},
        coords={
            "site": ["ZZ-Aa1", "ZZ-Bb2", "ZZ-Cc3"], "year": YEARS,
            "lat": ("site", [45.0, 2.0, 70.0]), "lon": ("site", [9.0, 8.0, 7.0]),
        },
    )  # fmt: skip
    return grid, towers


def write(folder: Path, parts: SimpleNamespace = ALL, seed: int = 1, **options: float) -> list:
    grid, sites = truth(**options)
    paths = []
    for year in YEARS:
        span = {"first_year": year, "last_year": year}
        paths += write_modis_lai(folder, grid=grid, sites=sites, seed=seed, parts=parts, **span)
    return paths


def raw(path: Path, name: str) -> np.ndarray:
    with netCDF4.Dataset(path) as data:
        data.set_auto_maskandscale(False)
        return data[name][:]


def table(path: Path) -> pd.DataFrame:
    return pd.read_csv(path)


def test_raw_units_are_tenths_of_lai_and_hundredths_of_fpar() -> None:
    assert raw_units(np.array([2.34, 0.0, 12.0]), 0.1).tolist() == [23, 0, 100]
    assert raw_units(np.array([0.678, 1.2, -0.1]), 0.01).tolist() == [68, 100, 0]


def test_a_clear_cell_is_seen_with_an_error_of_a_tenth() -> None:
    rng = np.random.default_rng(0)
    lai = np.full((100, 200), 3.0)
    seen = retrieve(rng, lai=lai, fpar=lai * 0 + 0.6, cloud=lai * 0, luck=rng.random(lai.shape))
    assert (seen.lai / 10).mean() == pytest.approx(3.0, abs=0.01)
    assert (seen.lai / 10).std() == pytest.approx(0.3, abs=0.01)
    assert (seen.fpar / 100).mean() == pytest.approx(0.6, abs=0.005)
    assert (seen.fpar / 100).std() == pytest.approx(0.03, abs=0.003)
    thick = retrieve(
        rng, lai=2 * lai, fpar=lai * 0 + 0.9, cloud=lai * 0, luck=rng.random(lai.shape)
    )
    assert (thick.lai / 10).std() == pytest.approx(1.2, abs=0.1)  # saturation: twice as noisy


def test_quality_bits_say_what_happened() -> None:
    rng = np.random.default_rng(0)
    lai = np.full((300, 300), 4.0)
    luck = rng.random(lai.shape)
    seen = retrieve(rng, lai=lai, fpar=lai * 0 + 0.8, cloud=lai * 0 + 0.4, luck=luck)
    scf, back_up = seen.qc >> 5, (seen.qc & 1) == 1
    assert set(np.unique(scf)) == {0, 1, 2, 3, 4}
    assert (scf <= 1).mean() == pytest.approx(0.6, abs=0.01)
    assert ((scf <= 1) == (luck >= 0.4)).all()
    odd = (scf == 1) & back_up  # such as 33
    assert 0 < odd.mean() < 0.003
    assert (back_up == ((scf >= 2) | odd)).all()
    nothing = scf == 4
    assert set(np.unique(seen.qc[nothing])) == {157}
    assert set(np.unique(seen.lai[nothing])) == set(np.unique(seen.fpar[nothing])) == {255}
    assert seen.lai[~nothing].max() <= 100
    main, poor = seen.lai[scf <= 1].mean(), seen.lai[(scf == 2) | (scf == 3)].mean()
    assert poor < 0.8 * main  # to be discarded
    state = (seen.qc >> 3) & 3
    assert (state[scf == 0] == 0).mean() > 0.9
    assert (state[scf == 3] == 0).mean() < 0.5
    assert {0, 8, 16, 32, 97} <= set(np.unique(seen.qc))
    for bit, share in ((2, 0.01), (4, 0.005)):
        assert ((seen.qc & bit) > 0)[~nothing].mean() == pytest.approx(share, abs=0.002)


def test_saturation_comes_with_dense_leaves() -> None:
    rng = np.random.default_rng(0)
    share = []
    for lai in (1.0, 6.0):
        leaves = np.full(10000, lai)
        luck = np.ones(10000)
        seen = retrieve(rng, lai=leaves, fpar=leaves / 10, cloud=leaves * 0, luck=luck)
        share.append(((seen.qc >> 5) == 1).mean())
    assert share[0] < 0.005
    assert share[1] == pytest.approx(0.75, abs=0.02)


def test_the_grid_file_holds_raw_numbers_without_scale(tmp_path: Path) -> None:
    write(tmp_path, CLEAR)
    with netCDF4.Dataset(tmp_path / "MOD15A2H.061_2001.nc") as data:
        assert data["Lai_500m"].dimensions == ("time", "lat", "lon")
        assert data["lat"][:].tolist() == LAT
        assert data["lon"][:].tolist() == LON
        assert data["time"].units == "days since 2000-01-01"
        assert data["time"].dtype == np.int32
        for name in ("Lai_500m", "Fpar_500m", "FparLai_QC"):
            assert data[name].dtype == np.uint8
            assert data[name]._FillValue == 255
            assert not {"scale_factor", "add_offset", "units"} & set(data[name].ncattrs())
    lai = raw(tmp_path / "MOD15A2H.061_2001.nc", "Lai_500m")
    assert lai.shape == (46, 3, 6)
    assert lai[:, 1].mean() == pytest.approx(23.4, abs=0.5)
    assert raw(tmp_path / "MOD15A2H.061_2001.nc", "Fpar_500m")[:, 1].mean() == pytest.approx(
        67.8, abs=0.5
    )


def test_composites_start_every_eight_days_of_a_year(tmp_path: Path) -> None:
    write(tmp_path, CLEAR)
    for year in YEARS:
        since = raw(tmp_path / f"MOD15A2H.061_{year}.nc", "time")
        days = [dt.date(2000, 1, 1) + dt.timedelta(days=int(n)) for n in since]
        assert [day.timetuple().tm_yday for day in days] == list(range(1, 366, 8))
        assert {day.year for day in days} == {year}
        named = table(tmp_path / f"sites_MOD15A2H.061_{year}.csv")["system:index"].unique()
        assert named.tolist() == [day.strftime("%Y_%m_%d") for day in days]


def test_fill_classes_follow_the_land_cover(tmp_path: Path) -> None:
    write(tmp_path, CLEAR)
    path = tmp_path / "MOD15A2H.061_2001.nc"
    for name in ("Lai_500m", "Fpar_500m"):
        values = raw(path, name)
        for column, fill in ((2, 254), (3, 253), (4, 252), (5, 250)):
            assert set(values[:, 0, column]) == {fill}
        assert set(values[:, 2, [0, 3, 4, 5]].ravel()) == {254}  # beyond the land
        assert values[:, 1].max() <= 100
    qc = raw(path, "FparLai_QC")
    assert set(qc[:, 0, 2:].ravel()) == {157}


def test_nothing_is_seen_in_winter_darkness(tmp_path: Path) -> None:
    january, july = dt.date(2001, 1, 1), dt.date(2001, 7, 4)
    assert dark(np.array([70.0, 45.0, -70.0]), [january, july]).tolist() == [
        [True, False, False],
        [False, False, True],
    ]
    write(tmp_path, CLEAR)
    seen = table(tmp_path / "sites_MOD15A2H.061_2001.csv").set_index("system:index")
    polar = seen[seen["site"] == "ZZ-Cc3"]
    assert polar.loc["2001_01_01", "FparLai_QC"].dropna().eq(157).all()
    assert set(polar.loc["2001_01_01", "Lai_500m"].dropna()) <= {255, 253, 254, 250}


def test_missing_composites_are_absent_from_grids_and_tables(tmp_path: Path) -> None:
    assert 21 in missing_composites(2001, seed=5)
    assert 6 in missing_composites(2016, seed=5)
    assert set(range(6)) <= missing_composites(2000, seed=5)  # Terra's first is of 18 February
    drawn = [
        (year, slot) for year in range(2004, 2016) for slot in missing_composites(year, seed=5)
    ]
    assert len(drawn) == 3  # one in four years
    write(tmp_path)
    for year, slot, start in ((2001, 21, "2001_06_18"), (2016, 6, "2016_02_18")):
        left = 46 - len(missing_composites(year, seed=1))
        since = raw(tmp_path / f"MOD15A2H.061_{year}.nc", "time")
        first = (dt.date(year, 1, 1) - dt.date(2000, 1, 1)).days
        assert len(since) == left
        assert first + 8 * slot not in since
        named = table(tmp_path / f"sites_MOD15A2H.061_{year}.csv")["system:index"]
        assert start not in set(named)
        assert named.nunique() == left


def test_switching_off_outages_leaves_the_other_composites_as_they_are(tmp_path: Path) -> None:
    grid, sites = truth(cloud=0.3)
    span = {"grid": grid, "sites": sites, "first_year": 2001, "last_year": 2001, "seed": 3}
    whole = SimpleNamespace(clouds=True, missing_composites=False)
    write_modis_lai(tmp_path / "a", parts=ALL, **span)
    write_modis_lai(tmp_path / "b", parts=whole, **span)
    few, many = (raw(tmp_path / x / "MOD15A2H.061_2001.nc", "Lai_500m") for x in "ab")
    gone = sorted(missing_composites(2001, seed=3))
    assert (few == np.delete(many, gone, axis=0)).all()


def test_clouds_can_be_switched_off(tmp_path: Path) -> None:
    write(tmp_path / "on", ALL, cloud=0.9)
    write(tmp_path / "off", CLEAR, cloud=0.9)
    share = [
        (raw(tmp_path / x / "MOD15A2H.061_2001.nc", "FparLai_QC")[:, 1] >> 5 <= 1).mean()
        for x in ("on", "off")
    ]
    assert share[0] == pytest.approx(0.1, abs=0.06)
    assert share[1] == 1.0


def test_the_site_table_has_nine_pixels_a_composite(tmp_path: Path) -> None:
    write(tmp_path, CLEAR)
    path = tmp_path / "sites_MOD15A2H.061_2001.csv"
    columns = "system:index,site,pixel,Lai_500m,Fpar_500m,FparLai_QC"
    assert path.read_text().split("\n")[0] == columns
    seen = table(path)
    assert len(seen) == 46 * 3 * 9
    assert seen["pixel"].tolist()[:9] == list(range(9))
    tower = seen[(seen["site"] == "ZZ-Aa1") & (seen["Lai_500m"] <= 100)]
    usual = tower.groupby("pixel")["Lai_500m"].mean() / 10
    assert 4 in usual.index  # the tower's own pixel is never water or a town
    assert usual.mean() == pytest.approx(2.34, rel=0.15)
    assert 0.04 < usual.std() / usual.mean() < 0.3  # neighbours differ, for good
    spread = tower[tower["pixel"] == 4]["Lai_500m"]
    assert spread.std() / spread.mean() == pytest.approx(0.1, abs=0.04)


def test_earth_engine_masks_some_pixels_without_a_value(tmp_path: Path) -> None:
    write(tmp_path, ALL, cloud=0.5)
    seen = table(tmp_path / "sites_MOD15A2H.061_2001.csv")
    empty, lost = seen["Lai_500m"].isna(), seen["Lai_500m"] > 100
    assert (empty == seen["Fpar_500m"].isna()).all()
    assert (empty | ~seen["FparLai_QC"].isna()).all()
    without = empty | lost
    assert empty[without].mean() == pytest.approx(0.5, abs=0.1)
    assert seen["FparLai_QC"].isna()[without].mean() == pytest.approx(0.25, abs=0.1)
    assert seen["FparLai_QC"][without].dropna().eq(157).all()


def test_clouds_of_the_pixels_of_a_site_come_together(tmp_path: Path) -> None:
    write(tmp_path, ALL, cloud=0.5)
    seen = table(tmp_path / "sites_MOD15A2H.061_2016.csv")
    seen = seen[seen["site"] == "ZZ-Bb2"].assign(main=lambda t: t["FparLai_QC"] < 64)
    share = seen.groupby("system:index")["main"].mean()
    assert share.std() > 0.3  # independent pixels: 0.17
    assert ((share == 0) | (share >= 8 / 9)).mean() > 0.3


def test_same_seed_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    first, again = write(tmp_path / "a", seed=4), write(tmp_path / "b", seed=4)
    other = write(tmp_path / "c", seed=5)
    assert [path.name for path in first[:2]] == [
        "MOD15A2H.061_2000.nc",
        "sites_MOD15A2H.061_2000.csv",
    ]
    for a, b, c in zip(first, again, other, strict=True):
        assert a.read_bytes() == b.read_bytes()
        assert a.read_bytes() != c.read_bytes()
