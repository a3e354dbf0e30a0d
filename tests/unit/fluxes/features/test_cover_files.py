"""Land cover on the grid and at towers, with the shares that its class stands on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

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
