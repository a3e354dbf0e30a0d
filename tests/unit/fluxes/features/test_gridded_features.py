"""Features from native gridded files: the same numbers at a tower and in its cell."""

from __future__ import annotations

from pathlib import Path

import netCDF4
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from carbonscape.archives.modis_lai import read_modis_sites
from carbonscape.core import findings
from carbonscape.core.errors import InputError
from carbonscape.core.grid import Grid
from carbonscape.fluxes.features.calendar import MODIS_8DAY
from carbonscape.fluxes.features.meteorology import open_daily_weather
from carbonscape.fluxes.features.samples import build_block
from carbonscape.fluxes.features.series import read_series, write_site_series
from carbonscape.fluxes.features.site_grids import build_gridded_site_series
from carbonscape.fluxes.features.tile_series import build_tile_series, write_tile_series
from carbonscape.fluxes.features.weather_files import write_step_means
from helpers import gridded

GRID = Grid(30.0)
YEARS = (2015, 2016)
VARIABLES = ["LAI", "FPAR", "T2M", "SSRD", "VPD", "TP", "E"]
#: The tower stands at the centre of the cell in row 1, column 6.
ROW, COL = 1, 6
SITES = pd.DataFrame({"site": ["ZZ-Aa1"], "lat": [GRID.lat[ROW]], "lon": [GRID.lon[COL]]})


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write two years of native files around one land cell, and their step means."""
    folder = tmp_path_factory.mktemp("world")
    shape = (46, GRID.n_lat, GRID.n_lon)
    for number, year in enumerate(YEARS):
        lai = np.full(shape, 254, dtype=np.uint8)  # water
        fpar = lai.copy()
        lai[:, ROW, COL] = 20 + np.arange(46) % 30 + number
        fpar[:, ROW, COL] = 40 + np.arange(46) % 20
        qc = np.zeros(shape, dtype=np.uint8)
        qc[10:12, ROW, COL] = 97  # the back-up algorithm
        gridded.write_modis(
            folder / f"modis_{year}.nc", year, lat=GRID.lat, lon=GRID.lon, lai=lai, fpar=fpar,
            qc=qc, without=(20,),
        )  # fmt: skip
        rows = [
            f"{pd.Timestamp(year, 1, 1) + pd.Timedelta(days=8 * s):%Y_%m_%d},ZZ-Aa1,{pixel},"
            f"{lai[s, ROW, COL]},{fpar[s, ROW, COL]},{qc[s, ROW, COL]}\n"
            for s in range(46)
            if s != 20
            for pixel in range(9)
        ]
        header = "system:index,site,pixel,Lai_500m,Fpar_500m,FparLai_QC\n"
        (folder / f"sites_{year}.csv").write_text(header + "".join(rows))
        (folder / f"sites_{year}.csv.receipt.json").write_text(
            f'{{"request": {{"not_in_archive": ["{year}-06-{10 if year % 4 else 9:02d}"]}}}}'
        )
        state, totals = gridded.write_era5(
            folder / "era5", year,
            lat=np.arange(90.0, -91.0, -30.0), lon=np.arange(0.0, 360.0, 30.0),
            state={"t2m": lambda d: 280.0 + d.month, "d2m": lambda d: 275.0},
            totals={
                "tp": lambda d: 0.001 * d.month, "e": lambda d: -0.001, "ssrd": lambda d: 1.9e7,
            },
        )  # fmt: skip
        with open_daily_weather(year, state=state, totals=totals) as weather:
            write_step_means(
                weather, grid=GRID, sites=SITES, calendar=MODIS_8DAY,
                grid_path=folder / f"era5_grid_{year}.nc",
                sites_path=folder / f"era5_sites_{year}.nc",
            )  # fmt: skip
    return folder


def tile(world: Path, rows=slice(0, 6), cols=slice(0, 12), **changes) -> xr.Dataset:
    """Return the series of a tile."""
    arguments = {
        "leaves": {year: world / f"modis_{year}.nc" for year in YEARS},
        "weather": {year: world / f"era5_grid_{year}.nc" for year in YEARS},
    } | changes
    return build_tile_series(
        **arguments, grid=GRID, rows=rows, cols=cols, variables=VARIABLES, calendar=MODIS_8DAY,
        max_gap_steps=4, climatology=True, lowest=True,
    )  # fmt: skip


def cover(year: int, igbp: int = 4) -> xr.Dataset:
    """Return the land cover at the tower."""
    fractions = np.zeros((1, 14), dtype=np.float32)
    fractions[0, year - 2015] = 1
    return xr.Dataset(
        {"pft_esa_cci": (("site", "pft_class"), fractions), "igbp": ("site", np.array([igbp]))},
        coords={"site": ["ZZ-Aa1"]},
    )


def site(world: Path, **changes) -> xr.Dataset:
    """Return the series of the tower."""
    arguments = {
        "sites": SITES,
        "leaves": {y: read_modis_sites(world / f"sites_{y}.csv", year=y) for y in YEARS},
        "weather": {y: xr.load_dataset(world / f"era5_sites_{y}.nc") for y in YEARS},
        "cover": {y: cover(y) for y in YEARS},
    } | changes
    return build_gridded_site_series(
        **arguments,
        variables=VARIABLES,
        calendar=MODIS_8DAY,
        max_gap_steps=4,
        climatology=True,
        lowest=True,
    )


def test_a_tower_and_its_cell_have_the_same_series(world: Path) -> None:
    cells, tower = tile(world), site(world)
    assert cells["row"].values.tolist() == [ROW]
    assert cells["col"].values.tolist() == [COL]
    np.testing.assert_allclose(
        cells["series_filled"].values[0], tower["series_filled"].values[0], rtol=1e-6
    )
    assert cells.sizes["step"] == 92
    assert not np.isnan(cells["series_filled"].values).any()
    np.testing.assert_array_equal(cells["year"].values, np.repeat(YEARS, 46))


def test_values_and_gaps_are_those_of_the_files(world: Path) -> None:
    tower = site(world)
    lai = tower["series_filled"].sel(site="ZZ-Aa1", variable="LAI").values
    code = tower["fill_code"].sel(site="ZZ-Aa1", variable="LAI").values
    assert lai[0] == pytest.approx(2.0)
    assert lai[46] == pytest.approx(2.1)
    # Two steps of the back-up algorithm and the missing composite are interpolated.
    assert np.flatnonzero(code).tolist() == [10, 11, 20, 56, 57, 66]
    np.testing.assert_allclose(lai[9:13], [2.9, 3.0, 3.1, 3.2], rtol=1e-5)
    assert np.isnan(tower["series"].sel(site="ZZ-Aa1", variable="LAI").values[20])
    made = tile(world)["filled_variables"].values[0]
    assert made[[0, 10, 11, 20]].tolist() == [0, 2, 2, 2]


def test_the_quality_of_leaves_travels_with_the_series(world: Path) -> None:
    cells = tile(world)
    share, images = cells["leaf_good_share"].values[0], cells["leaf_images"].values[0]
    assert (share.dtype, images.dtype) == (np.uint8, np.uint8)
    assert np.flatnonzero(share == 0).tolist() == [10, 11, 20, 56, 57, 66]
    assert set(share) == {0, 100}
    np.testing.assert_array_equal(images, share > 0)


def test_raw_pixels_that_fill_cells_are_aggregated(world: Path, tmp_path: Path) -> None:
    """Of 2 x 2 pixels three have the leaves of the cell, the fourth is water."""
    fine = Grid(15.0)
    leaves = {}
    for year in YEARS:
        with netCDF4.Dataset(world / f"modis_{year}.nc") as data:
            data.set_auto_maskandscale(False)
            raw = [data[name][:] for name in ("Lai_500m", "Fpar_500m", "FparLai_QC")]
        lai, fpar, qc = (values.repeat(2, axis=1).repeat(2, axis=2) for values in raw)
        whole = np.insert(lai, 20, 254, axis=0), np.insert(fpar, 20, 254, axis=0)
        whole[0][:, 1::2, 1::2] = whole[1][:, 1::2, 1::2] = 254
        leaves[year] = gridded.write_modis(
            tmp_path / f"{year}.nc", year, lat=fine.lat, lon=fine.lon, lai=whole[0],
            fpar=whole[1], qc=np.insert(qc, 20, 0, axis=0), without=(20,),
        )  # fmt: skip
    cells, coarse = tile(world, leaves=leaves), tile(world)
    xr.testing.assert_equal(cells["series_filled"], coarse["series_filled"])
    assert set(cells["leaf_good_share"].values[0]) == {0, 75}


def test_the_tile_does_not_matter(world: Path) -> None:
    part = tile(world, rows=slice(1, 2), cols=slice(6, 8))
    xr.testing.assert_identical(part, tile(world))
    assert tile(world, rows=slice(3, 6)).sizes["cell"] == 0


def test_a_file_of_the_region_alone_gives_the_same_series(world: Path, tmp_path: Path) -> None:
    region = tmp_path / "modis_2016_30W_30N_60E_90N.nc"
    with xr.open_dataset(world / "modis_2016.nc", mask_and_scale=False) as dataset:
        dataset.isel(lat=slice(0, 2), lon=slice(5, 8)).to_netcdf(region)
    leaves = {2015: world / "modis_2015.nc", 2016: region}
    part = {"rows": slice(0, 2), "cols": slice(5, 8)}
    xr.testing.assert_identical(tile(world, **part, leaves=leaves), tile(world, **part))
    with pytest.raises(InputError, match=r"from -30 to 60 .*at least -60 to 60.*another region"):
        tile(world, rows=slice(0, 2), cols=slice(4, 8), leaves=leaves)


def test_the_samples_read_the_cover_of_their_year(world: Path, tmp_path: Path) -> None:
    write_site_series(site(world), tmp_path / "series.nc")
    series = read_series(tmp_path / "series.nc")
    samples = pd.DataFrame(
        {"site": "ZZ-Aa1", "year": [2015, 2016], "month": [3, 12], "observed": [1.0, 2.0]}
    ).assign(weight=1.0)
    block = build_block(samples, series, calendar=MODIS_8DAY, window="jan_to_m", pft="igbp_esa_cci")
    assert block.series.shape == (2, 44, 7)
    assert block.context["igbp"].argmax(axis=1).tolist() == [3, 3]
    assert block.context["esa_cci"].argmax(axis=1).tolist() == [0, 1]
    samples["year"] = 2017
    with pytest.raises(InputError, match=r"no land cover of 2017; set 'features\.first_year"):
        build_block(samples, series, calendar=MODIS_8DAY, window="1m", pft="igbp")


def test_a_tower_without_land_cover_is_refused(world: Path) -> None:
    other = cover(2015).assign_coords(site=["ZZ-Bb2"])
    with pytest.raises(InputError, match=r"land-cover site tables of 2015 lack ZZ-Aa1"):
        site(world, cover={2015: other})


def test_a_tower_absent_from_the_modis_table_of_a_year_is_refused(world: Path) -> None:
    leaves = {y: read_modis_sites(world / f"sites_{y}.csv", year=y) for y in YEARS}
    leaves[2016] = leaves[2016].assign(site="ZZ-Bb2")
    with pytest.raises(InputError, match=r"tables lack 1 of the 1 towers: ZZ-Aa1 \(2016\); fetch"):
        site(world, leaves=leaves)
    with findings.collected() as found:
        site(world, leaves=leaves, accept=["modis_lai"])
    assert [(f.outcome, f.item, f.reason) for f in found] == [
        ("incomplete", "ZZ-Aa1", "in no MODIS site table of 2016")
    ]


def test_towers_without_any_series_are_refused(world: Path) -> None:
    leaves = {
        y: read_modis_sites(world / f"sites_{y}.csv", year=y).assign(lai=np.nan, fpar=np.nan)
        for y in YEARS
    }
    with pytest.raises(InputError, match=r"no tower has every predictor.*LAI at 1, FPAR at 1"):
        site(world, leaves=leaves)


def test_a_file_of_another_grid_or_year_is_refused(world: Path) -> None:
    leaves = {2015: world / "modis_2015.nc", 2016: world / "modis_2015.nc"}
    with pytest.raises(InputError, match=r"modis_2015\.nc.*2016"):
        tile(world, leaves=leaves)


def test_tile_series_are_read_as_written(world: Path, tmp_path: Path) -> None:
    for rows in (slice(0, 6), slice(3, 6)):
        dataset = tile(world, rows=rows)
        write_tile_series(dataset, tmp_path / "tile.nc")
        xr.testing.assert_equal(read_series(tmp_path / "tile.nc"), dataset)
    (tmp_path / "tile.nc").write_bytes((tmp_path / "tile.nc").read_bytes()[:900])
    with pytest.raises(InputError, match="delete it and run again"):
        read_series(tmp_path / "tile.nc")
