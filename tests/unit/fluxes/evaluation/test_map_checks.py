"""What is checked of a finished product, each check by a product that breaks it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from carbonscape.core.errors import ResultError
from carbonscape.core.sphere import cell_areas
from carbonscape.fluxes.evaluation.map_checks import check_product
from carbonscape.products.registry import get_product
from helpers.synthetic_maps import grid, write_classes, write_tile, write_years

CELL = 30.0
SHAPE = (6, 12)
YEARS = (2011, 2012)
GPP = get_product("gpp")
LAND = slice(0, 3)
Check = Callable[..., list[str]]

#: The four tiles: rows and columns.
TILES = [
    (rows, cols) for rows in (slice(0, 4), slice(4, 6)) for cols in (slice(0, 6), slice(6, 12))
]


def field() -> np.ndarray:
    """GPP over the northern half, every value another: (time, lat, lon)."""
    gpp = np.full((24, *SHAPE), np.nan, dtype=np.float32)
    gpp[:, LAND] = np.linspace(1, 3, 24 * 36).reshape(24, 3, 12)
    return gpp


def add_layer(path: str, name: str, values: np.ndarray) -> None:
    """Write a layer of bytes (time, lat, lon) into a file of a map, 255 for no data."""
    with xr.open_dataset(path) as dataset:
        whole = dataset.load()
    whole[name] = (("time", "lat", "lon"), values.astype(np.uint8), {"_FillValue": np.uint8(255)})
    whole.to_netcdf(path)


def shares() -> np.ndarray:
    """A quality layer that has values where the flux has them: (time=12, lat, lon)."""
    return np.where(np.isnan(field()[12:]), 255, 30)


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Return a function that writes a product and its tiles and checks them."""

    def run(
        *,
        product: np.ndarray | None = None,
        tiles: list | None = None,
        tile_gpp: np.ndarray | None = None,
        plausible: tuple[float, float] = (0, 1000),
        strict: bool = True,
        quality: np.ndarray | None = None,
        layer: str = "leaf_filled_share",
    ) -> list[str]:
        product = field() if product is None else product
        climate, igbp = np.zeros(SHAPE), np.full(SHAPE, 17)
        climate[LAND], igbp[LAND] = 2, 10
        files = write_years(tmp_path / "mlp-igbp", product, YEARS, CELL)
        if quality is not None:
            add_layer(files[1], layer, quality)
        return check_product(
            GPP,
            dict(zip(YEARS, files, strict=True)),
            tiles=[
                write_tile(
                    tmp_path / "tiles" / f"{number}.nc",
                    product if tile_gpp is None else tile_gpp,
                    YEARS, CELL, rows=rows, columns=columns,
                )
                for number, (rows, columns) in enumerate(TILES if tiles is None else tiles)
            ],
            classes_path=write_classes(tmp_path / "climate.nc", climate, igbp, CELL),
            plausible=plausible,
            strict=strict,
        )  # fmt: skip

    return run


def test_a_product_made_of_its_tiles_passes_and_says_its_total(check):
    said = check()
    areas = cell_areas(grid(CELL)["lat_bnds"], grid(CELL)["lon_bnds"])
    days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    total = np.nansum(np.tensordot(days, field()[:12], axes=1) * areas) / 1e15
    assert said[0] == f"mlp-igbp, 2011: {total:.1f} PgC over 100.0% of the land"
    assert len(said) == 2


def test_other_tiles_give_the_same(check):
    assert check(tiles=[(slice(0, 6), slice(0, 12))]) == check(
        tiles=[(slice(row, row + 1), slice(0, 12)) for row in range(6)]
    )


def test_coverage_is_a_share_of_the_land_by_area(check):
    gpp = field()
    gpp[:, 0] = np.nan  # the polar row of three: 1 - sin 60 of the hemisphere
    share = np.sqrt(3) / 2
    assert f"{share:.1%} of the land" in check(product=gpp)[0]


def test_a_value_on_the_sea_is_refused(check):
    gpp = field()
    gpp[3, 5, 11] = 0.0
    with pytest.raises(ResultError, match=r"1 cells off land .* row 5, column 11"):
        check(product=gpp)


@pytest.mark.parametrize("value", [-5.1, 40.1])
def test_a_value_out_of_bounds_is_refused(check, value):
    gpp = field()
    gpp[15, 1, 2] = value
    with pytest.raises(
        ResultError,
        match=r"gpp_2012.*, 2012-04: GPP of row 1, column 2 is .* gC m-2 d-1, outside -5 to 40",
    ):
        check(product=gpp)


@pytest.mark.parametrize("value", [-4.9, 39.9])
def test_a_value_in_bounds_is_not(check, value):
    gpp = field()
    gpp[15, 1, 2] = value
    assert check(product=gpp)


def test_a_quality_layer_with_the_values_of_its_flux_passes(check):
    assert check(quality=shares()) == check()


@pytest.mark.parametrize(("row", "value"), [(1, 255), (5, 30)])
def test_a_quality_layer_on_other_cells_than_its_flux_is_refused(check, row, value):
    quality = shares()
    quality[3, row, 2] = value
    with pytest.raises(
        ResultError, match=r"gpp_2012\.nc, 2012-04: leaf_filled_share does not have a value in"
    ):
        check(quality=quality)


def test_a_standard_deviation_has_a_value_where_the_flux_has_one(check):
    assert check(quality=shares(), layer="gpp_std") == check()
    with pytest.raises(ResultError, match="gpp_std does not have a value in"):
        check(quality=np.full_like(shares(), 255), layer="gpp_std")


def test_a_quality_layer_out_of_its_range_is_refused(check):
    quality = shares()
    quality[0, 1, 2] = 101
    with pytest.raises(ResultError, match="leaf_filled_share is 30 to 101, expected 0 to 100"):
        check(quality=quality)


@pytest.fixture
def applicable(check, tmp_path) -> Callable[..., list[str]]:
    """Return a function that checks a map whose second year has an area of applicability."""

    def run(threshold: float | None = 0.5, **changes: float) -> list[str]:
        check()
        files = {year: tmp_path / "mlp-igbp" / f"gpp_{year}.nc" for year in YEARS}
        with xr.open_dataset(files[2012]) as dataset:
            whole = dataset.load()
        distance = np.where(np.isnan(field()[12:]), np.nan, 0.3).astype(np.float32)
        distance[:, 0] = 0.5  # at the threshold: inside
        distance[:, 1] = 0.7
        flags = np.where(np.isnan(distance), 255, distance <= 0.5).astype(np.uint8)
        distance[3, 1, 2] = changes.get("dissimilarity", distance[3, 1, 2])
        flags[3, 1, 2] = changes.get("applicable", flags[3, 1, 2])
        whole["dissimilarity"] = (("time", "lat", "lon"), distance)
        whole["applicable"] = (("time", "lat", "lon"), flags)
        if threshold is not None:
            whole.attrs["applicability_threshold"] = threshold
        whole.to_netcdf(files[2012])
        return check_product(
            GPP, files, tiles=sorted((tmp_path / "tiles").glob("*.nc")),
            classes_path=tmp_path / "climate.nc", plausible=(0, 1000), strict=True,
        )  # fmt: skip

    return run


def test_an_area_of_applicability_that_follows_from_its_dissimilarity_passes(check, applicable):
    assert applicable() == check()


@pytest.mark.parametrize("changes", [{"applicable": 1}, {"applicable": 255}, {"threshold": 0.6999}])
def test_an_area_of_applicability_that_does_not_follow_is_refused(applicable, changes):
    if "threshold" in changes:
        changes |= {"dissimilarity": 0.65}
    with pytest.raises(ResultError, match=r"gpp_2012\.nc, 2012-04: applicable is not 1 where the"):
        applicable(**changes)


@pytest.mark.parametrize(("value", "cells"), [(np.nan, "1 cells .* 0 values"), (-1, "0 .* 1 val")])
def test_a_dissimilarity_that_is_absent_or_negative_is_refused(applicable, value, cells):
    with pytest.raises(ResultError, match=f"2012-04: dissimilarity has {cells}"):
        applicable(dissimilarity=value)


def test_a_dissimilarity_without_its_threshold_is_refused(applicable):
    with pytest.raises(ResultError, match="attribute applicability_threshold; delete it"):
        applicable(threshold=None)


def test_an_empty_month_is_refused(check):
    gpp = field()
    gpp[13] = np.nan
    with pytest.raises(ResultError, match="gpp_2012.*, 2012-02: has no value at all"):
        check(product=gpp)


def test_a_seam_is_refused(check):
    tile_gpp = field()
    tile_gpp[20, 2, 6] = np.nextafter(tile_gpp[20, 2, 6], np.float32(9))
    with pytest.raises(ResultError, match=r"gpp_2012.*differ from those of the tile .*1\.nc"):
        check(tile_gpp=tile_gpp)


def test_a_value_that_a_tile_lacks_is_refused(check):
    tile_gpp = field()
    tile_gpp[0, 0, 0] = np.nan
    with pytest.raises(ResultError, match=r"gpp_2011.*differ from those of the tile .*0\.nc"):
        check(tile_gpp=tile_gpp)


def test_a_cell_in_two_tiles_is_refused(check):
    with pytest.raises(ResultError, match="12 cells lie in several tiles.*row 4, column 0"):
        check(tiles=[*TILES, (slice(4, 5), slice(0, 12))])


def test_a_land_cell_in_no_tile_is_refused(check):
    with pytest.raises(ResultError, match="18 cells lie in no tile.*row 0, column 6"):
        check(tiles=[TILES[0], *TILES[2:]])


def test_sea_may_lie_in_no_tile(check):
    assert check(tiles=TILES[:2])


@pytest.mark.parametrize("plausible", [(0, 100), (500, 900)])
def test_an_implausible_total_is_refused_or_said(check, plausible):
    with pytest.raises(ResultError, match="is not plausible"):
        check(plausible=plausible)
    assert "which a simulated Earth may have" in check(plausible=plausible, strict=False)[0]


def test_a_tile_of_another_grid_is_refused(check, tmp_path):
    moved = write_tile(
        tmp_path / "moved.nc", np.ones((24, 12, 24)), YEARS, 15.0, rows=slice(0, 2),
        columns=slice(0, 2),
    )  # fmt: skip
    files = dict(zip(YEARS, write_years(tmp_path / "mlp-igbp", field(), YEARS, CELL), strict=True))
    sea = write_classes(tmp_path / "c.nc", np.ones(SHAPE), np.ones(SHAPE), CELL)
    with pytest.raises(ResultError, match="are not cells of the mosaic"):
        check_product(GPP, files, tiles=[moved], classes_path=sea, plausible=(0, 1000), strict=True)


def test_a_year_that_lacks_a_month_is_refused(check, tmp_path):
    check()
    path = tmp_path / "mlp-igbp" / "gpp_2012.nc"
    with xr.open_dataset(path) as dataset:
        short = dataset.isel(time=slice(0, 11)).load()
    short.to_netcdf(path)
    with pytest.raises(ResultError, match="look at 2012-12"):
        check_product(
            GPP,
            {2011: path.with_name("gpp_2011.nc"), 2012: path},
            tiles=sorted((tmp_path / "tiles").glob("*.nc")),
            classes_path=tmp_path / "climate.nc",
            plausible=(0, 1000),
            strict=True,
        )
