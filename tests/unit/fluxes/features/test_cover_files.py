"""Land cover on the grid and at towers, with the shares that its class stands on."""

from __future__ import annotations

from pathlib import Path

import netCDF4
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from carbonscape.archives.esa_cci_pft import PFT_CLASSES
from carbonscape.core import findings
from carbonscape.core.errors import InputError
from carbonscape.core.grid import Grid
from carbonscape.fluxes.features.cover_files import write_land_cover
from helpers import two_sides as sides

ESA = "ESACCI-LC-L4-PFT-Map-300m-P1Y-2016-v2.0.8"
SITES = pd.DataFrame({"site": sides.SITE_NAMES})


@pytest.fixture(scope="module")
def native(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("native")
    sides.write_cover(folder)
    return folder


def write(native: Path, out: Path, cell: float = sides.CELL) -> xr.Dataset:
    write_land_cover(
        year=2016, esa_cci=native / f"{ESA}.nc", esa_cci_sites=native / f"sites_{ESA}.csv",
        igbp=native / "MCD12Q1.061_2016.nc", igbp_sites=native / "sites_MCD12Q1.061_2016.csv",
        grid=Grid(cell), sites=SITES, grid_path=out / "grid.nc", sites_path=out / "sites.nc",
    )  # fmt: skip
    with xr.open_dataset(out / "grid.nc", mask_and_scale=False) as dataset:
        return dataset.load()


def test_shares_stand_beside_the_class(native: Path, tmp_path: Path) -> None:
    found = write(native, tmp_path)
    codes = sides.GRID["igbp"].sel(year=2016).fillna(17).values
    np.testing.assert_array_equal(found["igbp"], codes)
    assert (found["winner_share"] == 100).all()  # this truth is the same in all pixels
    np.testing.assert_array_equal(found["land_share"], np.where(codes == 17, 0, 100))
    bare = np.isin(codes, (13, 15, 16, 17))
    np.testing.assert_array_equal(found["vegetated_share"], np.where(bare, 0, 100))
    for name in ("winner_share", "land_share", "vegetated_share"):
        assert found[name].dtype == np.uint8
        assert found[name].attrs["units"] == "percent"


def test_another_grid_is_refused(native: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="its cells are not those of the product's grid"):
        write(native, tmp_path, cell=15.0)


#: Cells of 5 degrees, of which 36 lie in an area of 30; land between 30 S and 30 N.
FIVE = Grid(5.0)


def write_bytes(path: Path, fields: dict[str, np.ndarray | int]) -> Path:
    """Write a map of bytes of 2016 on cells of 5 degrees."""
    with netCDF4.Dataset(path, "w") as file:
        for name, values in (("time", [0]), ("lat", FIVE.lat), ("lon", FIVE.lon)):
            file.createDimension(name, len(values))
            file.createVariable(name, "f8", (name,))[:] = values
        file["time"].units = "days since 2016-01-01"
        for name, values in fields.items():
            variable = file.createVariable(name, "u1", ("time", "lat", "lon"), fill_value=255)
            variable.set_auto_mask(False)
            variable[0] = values
    return path


def write_five(native: Path, folder: Path, *, hole: str = "", accept: tuple[str, ...] = ()) -> None:
    """Write both covers on cells of 5 degrees; one of them may have a hole, 0 to 30 N and E."""
    land = np.zeros((36, 72), dtype=bool)
    land[12:24] = True
    empty = np.zeros((36, 72), dtype=bool)
    empty[12:18, 36:42] = True
    classes = np.where(land, 10, 17)
    cover = {name: np.zeros((36, 72), int) for name in PFT_CLASSES}
    cover["GRASS-NAT"], cover["WATER"] = 100 * land, 100 * ~land
    if hole == "igbp":
        classes[empty] = 255
    elif hole == "esa":
        for values in cover.values():
            values[empty] = 255
    write_land_cover(
        year=2016, esa_cci=write_bytes(folder / f"{ESA}.nc", cover),
        igbp=write_bytes(folder / "MCD12Q1.061_2016.nc", {"LC_Type1": classes}),
        esa_cci_sites=native / f"sites_{ESA}.csv",
        igbp_sites=native / "sites_MCD12Q1.061_2016.csv", grid=FIVE, sites=SITES,
        grid_path=folder / "grid.nc", sites_path=folder / "sites.nc", accept_incomplete=accept,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("hole", "source", "message"),
    [
        (
            "igbp",
            "mcd12q1",
            "061_2016.nc: IGBP class has no value on any land of 0 to 30 N",
        ),
        ("esa", "esa_cci_pft", f"{ESA}.nc: PFT has no value on any land of 0 to 30 N, 0 to 30 E,"),
    ],
)
def test_an_area_that_one_map_lacks_is_refused(
    native: Path, tmp_path: Path, hole: str, source: str, message: str
) -> None:
    write_five(native, tmp_path)
    with pytest.raises(InputError, match=message):
        write_five(native, tmp_path, hole=hole)
    with findings.collected() as found:
        write_five(native, tmp_path, hole=hole, accept=(source,))
    assert [(f.source, f.outcome) for f in found] == [(source, "incomplete")]


def test_a_cover_of_another_year_is_refused(native: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="it holds the year 2016 .*, expected 2015"):
        write_land_cover(
            year=2015, esa_cci=native / f"{ESA}.nc", esa_cci_sites=native / f"sites_{ESA}.csv",
            igbp=native / "MCD12Q1.061_2016.nc", igbp_sites=native / "sites_MCD12Q1.061_2016.csv",
            grid=Grid(sides.CELL), sites=SITES, grid_path=tmp_path / "grid.nc",
            sites_path=tmp_path / "sites.nc",
        )  # fmt: skip
