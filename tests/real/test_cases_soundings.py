"""The cases of XCO2 on soundings, ground stations, other fields and the product's file.

Each is a file, or a folder, after a public report (../shared/cases/xco2/README.md).
"""

from __future__ import annotations

from pathlib import Path

import netCDF4
import numpy as np
import pytest
import xarray as xr

from carbonscape.archives.oco_granules import choose_granules
from carbonscape.archives.tccon import read_tccon
from carbonscape.archives.xco2_fields import read_xco2_field
from carbonscape.columns.quality.soundings import grid_soundings
from carbonscape.columns.quality.tccon import choose_spectra
from carbonscape.core import findings
from carbonscape.core.errors import InputError
from carbonscape.core.grid import Grid, GridTile
from carbonscape.prediction.mosaic import write_mosaic
from carbonscape.prediction.predictor import write_tile
from carbonscape.products.registry import get_product
from carbonscape.sources.files import RawFiles

MONTHS = ["2016-05"]


@pytest.fixture(scope="module")
def cases(shared):
    folder = shared / "cases" / "xco2"
    if not folder.is_dir():
        pytest.skip(f"no cases here: {folder}")
    return folder


def gridded(root: Path):
    """Return the granules used, the month of May 2016, and the findings, as a run has them."""
    with findings.collected() as found:
        paths = RawFiles(root).paths("oco2", "granules", MONTHS)
        _, granules = choose_granules(
            paths, ["11r", "11.1r", "11.2r"], instrument="oco2", months=MONTHS
        )
        (month,) = grid_soundings(granules, grid=Grid(0.05), months=MONTHS)
    return [path.name for path in granules], month, found


def test_08_every_name_is_read(cases):
    names, month, found = gridded(cases / "08_oco_names")
    assert [name[11:17] for name in names] == ["160510", "160511", "160512", "160513", "160516"]
    assert month.count.sum() == 5
    assert len([one for one in found if one.outcome == "used"]) == 5
    assert not [one for one in found if one.outcome == "left out"]


def test_09_the_days_before_and_after_are_read(cases):
    names, month, _ = gridded(cases / "09_oco_midnight")
    assert [name[11:17] for name in names] == ["160430", "160510", "160601"]
    assert month.count.tolist() == [3]
    assert month.mean.tolist() == pytest.approx([404])


def test_10_the_newest_version_of_a_site_alone(cases):
    paths = RawFiles(cases / "10_tccon_versions_mixed").paths("tccon", "sites", MONTHS)
    assert len(paths) == 2
    with findings.collected() as found:
        (site,) = choose_spectra([read_tccon(path) for path in paths])
    assert (site.site, site.version, site.time.size) == ("parkfalls01", "GGG2020.1", 20)
    (left,) = [one for one in found if one.outcome == "left out"]
    assert left.item == paths[0]
    assert left.reason.startswith(
        "GGG2020, and parkfalls01 has GGG2020.1, which alone is used; it "
    )


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("ozone", "gtco3 is in 'DU'"),
        ("surface", "co2 is called 'CO2 mole fraction at the surface', which is no mean of a col"),
    ],
)
def test_11_another_quantity_is_refused(cases, name, sentence):
    path = cases / "11_egg4_other_quantity" / name / "egg4_2016.nc"
    with pytest.raises(InputError, match="no variable holds values of XCO2") as refusal:
        read_xco2_field(path)
    assert sentence in str(refusal.value)
    assert str(path) in str(refusal.value)


def test_12_a_site_that_stands_in_another_attribute(cases):
    found = read_tccon(cases / "12_tccon_longName" / "tccon" / "jf20160301_20160310.public.nc")
    assert (found.site, found.version, found.time.size) == ("jpl02", "GGG2014", 40)


def test_13_the_product_can_be_joined_along_time(cases, tmp_path):
    """The file of the case, written anew by today's writer: the same values."""
    (case,) = (cases / "13_product_for_nco").glob("*.nc")
    old = xr.load_dataset(case, mask_and_scale=False).drop_vars(["time_bnds"])
    grid = Grid(180 / old.sizes["lat"])
    (tile,) = GridTile.cut(grid.cell, old.sizes["lon"]).values()
    names = ["xco2", "predictor_source", "filled_share"]
    part = old[names].assign_coords(time=np.array(["2014-12-01"], "M8[ns]"))
    for name in names:
        part[name].attrs.clear()
        part[name].encoding.clear()
    paths = []
    for number in range(2):
        write_tile(part, tmp_path / "tile.nc")
        paths.append(tmp_path / f"xco2_{number}.nc")
        write_mosaic(paths[-1], get_product("xco2"), year=2014, months=[12], attributes={},
                     tiles=[(tile, tmp_path / "tile.nc")])  # fmt: skip
    with netCDF4.Dataset(paths[0]) as file:
        assert file.dimensions["time"].isunlimited()
        assert file["xco2"].ancillary_variables == "predictor_source filled_share"
    with netCDF4.MFDataset(paths) as joined:
        joined.set_auto_mask(False)
        for name in names:
            assert joined[name].shape == (2, 45, 90)
            np.testing.assert_array_equal(joined[name][0], old[name].values[0])
