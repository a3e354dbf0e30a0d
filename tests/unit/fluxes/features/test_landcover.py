"""Plant functional types: the order of the classes and what each setting reads."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.core.errors import ConfigError
from carbonscape.fluxes.features.landcover import encode_igbp, sources_of
from carbonscape.fluxes.settings import PFT_SETTINGS

#: Codes of LC_Type1 in the user guide of MCD12Q1, by the names of the FLUXNET site list.
MCD12Q1 = {
    "ENF": 1, "EBF": 2, "DNF": 3, "DBF": 4, "MF": 5, "CSH": 6, "OSH": 7, "WSA": 8, "SAV": 9,
    "GRA": 10, "WET": 11, "CRO": 12, "URB": 13, "CVM": 14, "SNO": 15, "BSV": 16, "WAT": 17,
}  # fmt: skip


def test_one_hot_vectors_follow_the_codes_of_mcd12q1():
    encoded = encode_igbp(list(MCD12Q1))
    assert encoded.shape == (17, 17)
    assert encoded.dtype == np.float32
    for row, code in zip(encoded, MCD12Q1.values(), strict=True):
        assert row.sum() == 1
        assert row[code - 1] == 1


def test_each_row_is_the_class_of_its_own_site():
    encoded = encode_igbp(["CRO", "ENF", "CRO"])
    assert encoded.argmax(axis=1).tolist() == [11, 0, 11]
    assert encoded.sum() == 3


def test_a_label_that_is_no_class_is_an_error():
    with pytest.raises(ValueError, match="not in"):
        encode_igbp(["ENF", "XXX"])


def test_every_setting_names_its_sources():
    assert {setting: sources_of(setting) for setting in PFT_SETTINGS} == {
        "none": (),
        "esa_cci": ("esa_cci",),
        "igbp": ("igbp",),
        "igbp_esa_cci": ("igbp", "esa_cci"),
    }


def test_an_unknown_setting_is_refused():
    with pytest.raises(ConfigError, match="'glc'; choose one of none, esa_cci, igbp, igbp_esa_cci"):
        sources_of("glc")
