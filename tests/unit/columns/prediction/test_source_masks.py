"""Bit masks of the predictors that were filled."""

from __future__ import annotations

import netCDF4
import numpy as np
import pytest
import xarray as xr

from carbonscape.columns.features.composites import XCO2_VARIABLES
from carbonscape.columns.features.fill import MISSING, SOURCE_MEANINGS
from carbonscape.columns.prediction.source_masks import (
    MASKS,
    bits_of,
    masks_of_tile,
    source_masks,
)
from carbonscape.core.grid import GridTile
from carbonscape.prediction.mosaic import write_mosaic
from carbonscape.prediction.predictor import label_tile, write_tile
from carbonscape.products.product import FILL_CODE
from carbonscape.products.xco2 import PRODUCT

WINDOWS = np.array([[0, 1], [1, 2]])


def test_the_product_names_each_predictor_and_each_way_of_filling():
    for name in MASKS:
        said = PRODUCT.layers[name].attributes
        assert said["flag_meanings"].split() == list(XCO2_VARIABLES)
        assert said["flag_masks"] == [bits_of(variable) for variable in XCO2_VARIABLES]
    assert sorted(MASKS.values()) == sorted(set(SOURCE_MEANINGS) - {0})


@pytest.mark.parametrize(
    ("variable", "bits"),
    [("GPP", 1), ("TEMP", 2**15), ("LUCC_03", 2**5), ("WIND_SPEED", 2**12 + 2**13),
     ("NO2_FLAG", 0)],
)  # fmt: skip
def test_inputs_of_models_belong_to_predictors(variable: str, bits: int):
    assert bits_of(variable) == bits


def test_a_bit_is_set_where_any_month_of_the_window_was_filled_in_that_way():
    source = np.zeros((1, 3, 3), dtype=np.uint8)
    source[0, 0, 1] = 4  # CO in the first month
    source[0, 2, 1] = 2  # CO in the third
    source[0, 1, 0] = 1  # GPP in the second
    found = source_masks(source, ["GPP", "CO", "CO_FLAG"], WINDOWS)
    assert found["predictors_from_median"][:, 0].tolist() == [2**9, 0]
    assert found["predictors_from_climatology"][:, 0].tolist() == [0, 2**9]
    assert found["predictors_interpolated"][:, 0].tolist() == [1, 1]
    assert not found["predictors_zero"].any()


def test_masks_are_whole_numbers_in_the_map(tmp_path):
    tile = GridTile.cut(90.0, 4)["r0c0"]
    source = np.zeros((1, 3, 1), dtype=np.uint8)
    source[0, 0, 0] = 3
    series = xr.Dataset(
        {"source": (("cell", "time", "variable"), source), "row": ("cell", [1]),
         "col": ("cell", [2])},
        coords={"variable": ["GPP"]},
    )  # fmt: skip
    known = np.array([[True], [False]])
    layers = masks_of_tile(series, WINDOWS, known, FILL_CODE)
    months = ["2015-01", "2015-02"]
    layers |= {"xco2": np.where(known, 400.0, np.nan), "filled_share": known * 0.5}
    layers["predictor_source"] = np.where(known, 3, MISSING).astype(np.uint8)
    found = label_tile(PRODUCT, layers, tile=tile, series=series, months=months)
    write_tile(found, tmp_path / "tile.nc")
    path = tmp_path / "xco2_2015.nc"
    write_mosaic(
        path, PRODUCT, year=2015, tiles=[(tile, tmp_path / "tile.nc")], attributes={}, months=[1, 2]
    )
    with netCDF4.Dataset(path) as file:
        zero = file["predictors_zero"]
        assert zero.dtype == zero.flag_masks.dtype == np.int32
        # No fill value, of which xarray would make floats: a bit says that there is no data.
        assert zero[:, 1, 2].tolist() == [1, FILL_CODE]
        assert (zero[:] == FILL_CODE).sum() == zero.size - 1
        assert (zero.flag_masks[-1], zero.flag_meanings.split()[-1]) == (FILL_CODE, "no_data")
        assert "_FillValue" not in zero.ncattrs()
        assert file["predictors_from_median"][0, 1, 2] == 0
        assert "predictors_zero" in file["xco2"].ancillary_variables
