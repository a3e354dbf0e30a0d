"""Which pixels of each product count, by hand on one cell of 2 x 2, and a bit that changes it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from carbonscape.simulate import cell_rules
from helpers.one_cell import Images, cells_of, image


@pytest.mark.parametrize(
    ("qc", "confidence", "expected"),
    [
        # 1 and 3 gC m-2 d-1 at the first pixel, 2 at the second: means 2 and 2; the third is 4.
        ((0, 0, 0, 0), 3, [8 / 3, 75, 2]),
        ((0, 0, 128, 0), 3, [2, 50, 2]),  # not retrieved
        ((0, 0, 64, 0), 1, [2, 50, 2]),  # substandard
        ((32, 32, 32, 0), 1, [8 / 3, 75, 2]),
    ],
)
def test_gpp_by_hand(tmp_path: Path, qc: tuple, confidence: int, expected: list) -> None:
    images = Images(
        image("2015-01-01", Gpp=("i2", (80, 160, 320, 29000)), Psn_QC=("u1", qc)),
        image("2015-01-25", Gpp=("i2", (240, 0, 0, 0)), Psn_QC=("u1", (0, 128, 128, 128))),
        image("2015-02-02", Gpp=("i2", (2400,) * 4), Psn_QC=("u1", (0,) * 4)),
    )
    found = cells_of(tmp_path, images, cell_rules.gpp(confidence), "gpp")
    assert found == [np.float32(expected[0]), *expected[1:]]


def test_evi_and_snow_are_the_largest_at_the_pixel(tmp_path: Path) -> None:
    images = Images(
        image("2015-01-01", EVI=("i2", (5000, 4000, 9000, 1)), SummaryQA=("i1", (0, 1, 2, 3))),
        image("2015-01-17", EVI=("i2", (1000, 4600, 10001, 2)), SummaryQA=("i1", (1, 0, 0, 2))),
    )
    assert cells_of(tmp_path, images, cell_rules.EVI_CELLS, "evi") == [np.float32(0.48), 50, 2]
    quality = ("u1", (0, 2, 3, 211))
    images = Images(
        *(
            image(day, NDSI_Snow_Cover=("u1", snow), NDSI=("i2", index),
                  NDSI_Snow_Cover_Basic_QA=quality)
            for day, snow, index in (
                ("2015-01-01", (20, 250, 90, 90), (2000, -5000, 1, 1)),
                ("2015-01-02", (60, 10, 90, 90), (-1000, -3000, 1, 1)),
            )
        )
    )  # fmt: skip
    snow = cells_of(tmp_path, images, cell_rules.SNOW_CELLS, "snow_cover")
    assert snow == [np.float32(0.35), 50, 2]
    index = cells_of(tmp_path, images, cell_rules.SNOW_CELLS, "ndsi")
    assert index == [np.float32(-0.05), 50, 2]


@pytest.mark.parametrize(
    ("bits", "expected"),
    [(0, [305, 50, 1]), (0b10000001, [305, 50, 1]), (0b11000001, [310, 25, 1]),
     (0b00000011, [310, 25, 1])],
)  # fmt: skip
def test_temperature_by_hand(tmp_path: Path, bits: int, expected: list) -> None:
    bands = {
        kind: value
        for name in ("Day", "Night")
        for kind, value in (
            (f"LST_{name}_1km", ("u2", (15000, 15500, 7499, 0))),
            (f"QC_{name}", ("u1", (bits, 0, 0, 0))),
        )
    }
    images = Images(image("2015-01-31", **bands))
    for name in ("lst_day", "lst_night"):
        assert cells_of(tmp_path, images, cell_rules.LST_CELLS, name) == expected


def test_trees_lights_and_gases_by_hand(tmp_path: Path) -> None:
    trees = Images(image("2015-03-06", Percent_Tree_Cover=("u1", (10, 20, 200, 101))))
    assert cells_of(tmp_path, trees, cell_rules.TREE_CELLS, "tree_cover") == [15, 50, 1]
    radiance, nights = ("f4", (-1.5, 3.0, 0.0, 8.0)), ("u2", (4, 1, 0, 2))
    lights = Images(image("2015-01-01", avg_rad=radiance, cf_cvg=nights))
    found = cells_of(tmp_path, lights, cell_rules.LIGHT_CELLS, "lights")
    assert found == [np.float32(11 / 3), 75, 1]
    columns = [("f4", (0.04, 0.02, -34.43, 0.9)), ("f4", (0.02, 0.02, 0.02, 0.9))]
    gas = Images(
        *(image("2015-01-05", CO_column_number_density=column) for column in columns)
    )  # of one day: two orbits
    found = cells_of(tmp_path, gas, cell_rules.gas("co"), "co")
    # 0.03, 0.02, (0 + 0.02) / 2 and 0.5.
    assert found == [pytest.approx(0.14), 100, 2]


def test_a_masked_pixel_has_no_value(tmp_path: Path) -> None:
    one = image("2015-01-01", Gpp=("i2", (80, 160, 80, 80)), Psn_QC=("u1", (0,) * 4))
    one.masks["Gpp"][0, 1] = False
    assert cells_of(tmp_path, Images(one), cell_rules.gpp(3), "gpp") == [1, 75, 1]
