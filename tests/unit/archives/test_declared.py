"""What a file declares missing: by every attribute, in every type."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.archives.declared import Declared
from carbonscape.archives.modis_surface import open_snow, open_tree_cover
from carbonscape.archives.modis_vegetation import open_evi, open_gpp
from carbonscape.core import findings
from carbonscape.core.errors import InputError
from helpers.xco2_raw import write


@pytest.mark.parametrize(
    ("attributes", "kind", "expected"),
    [
        ({}, "f4", [0, 0, 0, 0]),
        ({"_FillValue": np.float32(-999.9)}, "f4", [1, 0, 0, 0]),
        ({"missing_value": -999.9}, "f4", [1, 0, 0, 0]),  # a double beside floats
        ({"missing_value": np.array([3.0, 250.0])}, "f4", [0, 0, 1, 1]),
        ({"valid_range": [0, 100]}, "f4", [1, 0, 0, 1]),
        ({"valid_range": "0, 100"}, "f4", [1, 0, 0, 1]),
        ({"valid_min": 1.0}, "f4", [1, 1, 0, 0]),
        ({"valid_max": 3}, "f4", [0, 0, 0, 1]),
        ({"_FillValue": "NA", "missing_value": np.nan}, "f4", [0, 0, 0, 0]),
        ({"valid_range": [5, 1]}, "f4", [0, 0, 0, 0]),  # nonsense is passed over
    ],
)
def test_every_attribute_counts(attributes, kind, expected):
    values = np.array([-999.9, 0, 3, 250], kind)
    declared = Declared.of(attributes, values.dtype)
    assert declared.missing(values).tolist() == [bool(x) for x in expected]
    assert bool(declared) == any(expected)


@pytest.mark.parametrize(
    ("attributes", "kind", "values", "expected"),
    [
        ({"_FillValue": np.int8(-1)}, "u1", [255, 1], [1, 0]),
        ({"_FillValue": np.uint8(255)}, "i1", [-1, 1], [1, 0]),
        ({"valid_range": np.array([0, -2], "i1")}, "u1", [255, 254], [1, 0]),
        ({"valid_range": [-0.2, 1.0]}, "i2", [-2001, 5000, 10_001], [1, 0, 1]),  # scaled values
        ({"_FillValue": -9999}, "u1", [0, 241], [0, 0]),  # no value of the type
    ],
)
def test_integers_are_compared_as_they_are_stored(attributes, kind, values, expected):
    values = np.array(values, kind)
    declared = Declared.of(attributes, values.dtype, scale=0.0001)
    assert declared.missing(values).tolist() == [bool(x) for x in expected]


def test_the_limits_themselves_are_valid_in_the_type_of_the_values():
    values = np.array([0.1, 0.3], "f4")
    assert not Declared.of({"valid_range": [0.1, 0.3]}, values.dtype).missing(values).any()


def first(opened):
    with opened as images:
        return images.values(slice(0, 1), slice(None))[0].tolist()


def test_declared_fills_of_raw_images_are_missing(tmp_path):
    """80 is a value of the product, and 61 percent are; but the files say otherwise."""
    attributes = {"Gpp": {"_FillValue": np.int16(80)}}
    path = write(tmp_path / "a.nc", ["2015-01-01"], Gpp=("i2", [[80, 160], [240, 240]]),
                 Psn_QC=("u1", 32), attributes=attributes)  # fmt: skip
    with findings.collected() as found:
        assert np.isnan(first(open_gpp(path, year=2015))[0][0])
    assert [(f.source, f.outcome) for f in found] == [("mod17a2h", "warning")]
    assert "Gpp declares the fill value 80, which is a value of the product" in found[0].reason
    attributes = {"Percent_Tree_Cover": {"valid_range": np.array([0, 60], "u1")}}
    path = write(tmp_path / "b.nc", ["2015-03-05"], Percent_Tree_Cover=("u1", [[40, 60], [61, 7]]),
                 attributes=attributes)  # fmt: skip
    np.testing.assert_array_equal(first(open_tree_cover(path, year=2015)), [[40, 60], [np.nan, 7]])


@pytest.mark.parametrize(
    ("attributes", "kind"),
    [({"_FillValue": 0}, "i1"), ({"missing_value": 0}, "i1"), ({"valid_range": [1, 3]}, "i1")],
)
def test_the_best_quality_is_never_missing(tmp_path, attributes, kind):
    attributes = {key: np.array(value, kind) for key, value in attributes.items()}
    path = write(tmp_path / "a.nc", ["2015-01-01"], EVI=("i2", 3000), SummaryQA=("i1", 1),
                 attributes={"SummaryQA": attributes})  # fmt: skip
    with (
        pytest.raises(InputError, match="SummaryQA declares 0 missing .* best quality.*unmask.-1"),
        open_evi(path, year=2015),
    ):
        pass


def test_a_signed_byte_declares_its_fill_as_such(tmp_path):
    """netCDF-3 has signed bytes only: -1 is 255, the fill value of the quality."""
    path = write(tmp_path / "a.nc", ["2015-01-01"], NDSI_Snow_Cover=("i1", [[50, -1], [3, 40]]),
                 NDSI_Snow_Cover_Basic_QA=("i1", [[0, 0], [1, -1]]),
                 attributes={"NDSI_Snow_Cover": {"_FillValue": np.int8(-1)},
                             "NDSI_Snow_Cover_Basic_QA": {"_FillValue": np.int8(-1)}})  # fmt: skip
    found = np.array(first(open_snow(path, year=2015)))
    np.testing.assert_allclose(found, [[0.5, np.nan], [0.03, np.nan]])
