"""Soundings beside spectra: who meets whom, and what the table says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from carbonscape.archives.tccon import read_tccon
from carbonscape.columns.evaluation.coincidences import Window, find_overpasses, used_granules
from carbonscape.columns.evaluation.kernel_scores import score_overpasses
from carbonscape.core import findings
from carbonscape.core.errors import InputError
from helpers import kernels_made as made
from helpers.lite_granules import write_granule

NOON = 1561982400.0  # 2019-07-01T12:00:00
WINDOW = Window(latitude=2.5, longitude=5, hours=1, min_soundings=2, min_spectra=2)

# (lat, lon, xco2, flag, land indicator, time): two of the overpass of noon; others do not count.
ROWS = [
    (40.5, 11.0, made.OCO_XCO2, 0, 0),
    (39.0, 14.9, made.OCO_XCO2, 0, 0),
    (40.5, 11.0, 500.0, 1, 0),  # bad
    (40.5, 11.0, 500.0, 0, 1),  # over water
    (43.0, 10.0, 500.0, 0, 0),  # three degrees north
    (40.0, 15.5, 500.0, 0, 0),  # too far east
    (40.5, 10.0, 500.0, 0, 0, "2019-07-01T18:00:00"),  # an overpass of one, without spectra
]


def overpasses(tmp_path, *, kernel=made.OCO_KERNEL, site_kernel=made.TCCON_KERNEL, profiles=True):
    granule = write_granule(tmp_path, "2019-07-01", ROWS, omit=("xco2_averaging_kernel",))
    if profiles:
        made.add_profiles(granule, len(ROWS), kernel=kernel)
    seconds = NOON + 60.0 * np.array([-90, -50, 0, 59, 61])
    xco2 = np.where(np.abs(seconds - NOON) < 3600, made.TCCON_XCO2, 390.0)
    path = made.write_tccon(
        tmp_path / "pa20190701_20190701.public.qc.nc", seconds, xco2, kernel=site_kernel
    )
    with findings.collected() as found:
        table = find_overpasses(
            {"oco2": [granule]}, [read_tccon(path)], window=WINDOW, months=["2019-07"],
            scale="x2007",
        )  # fmt: skip
    return table, found


def test_soundings_and_spectra_meet_and_kernels_explain_their_difference(tmp_path):
    table, found = overpasses(tmp_path)
    assert len(table) == 1
    assert not found
    row = table.iloc[0]
    assert (row["site"], row["time"]) == ("parkfalls01", "2019-07-01T12:00")
    assert (row["soundings"], row["spectra"]) == (2, 3)
    assert row["oco"] - row["tccon"] == pytest.approx(-0.605, abs=1e-3)
    assert row["oco_kernels"] - row["tccon_kernels"] == pytest.approx(0.0, abs=1e-4)


def test_kernels_of_ones_change_nothing(tmp_path):
    table, _ = overpasses(tmp_path, kernel=np.ones(2), site_kernel=np.ones(2))
    row = table.iloc[0]
    assert row["oco_kernels"] == row["oco"]
    assert row["tccon_kernels"] == pytest.approx(row["tccon"], abs=1e-9)


def test_granules_without_profiles_are_compared_plainly_and_that_is_said(tmp_path):
    table, found = overpasses(tmp_path, profiles=False)
    assert table[["oco_kernels", "tccon_kernels"]].isna().all(axis=None)
    assert "1 overpasses of TCCON sites have no averaging kernels" in found[0].reason
    scores = score_overpasses(table, seed=1)
    assert scores["comparison"].tolist() == ["plain"]


def test_granules_are_those_that_were_gridded():
    table = pd.DataFrame({"file": ["a.nc4", "b.nc4"], "status": ["used", "skipped"]})
    assert used_granules(["/x/b.nc4", "/x/a.nc4"], table) == ["/x/a.nc4"]
    with pytest.raises(InputError, match=r"a\.nc4: this granule was gridded and is gone"):
        used_granules(["/x/b.nc4"], table)
