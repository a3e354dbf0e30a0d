"""Simulated GPP, EVI, tree cover and classes: raw units, fills, quality and stamps."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.simulate.native import NativeArchive
from helpers.xco2_predictors_made import (
    CODES,
    FINE,
    GPP,
    LAI,
    LEAFY,
    YEARS,
    Earth,
    archive,
    bits,
    on_fine,
    seen,
)


@pytest.fixture(scope="module")
def cloudy() -> NativeArchive:
    return archive()


@pytest.fixture(scope="module")
def clear() -> NativeArchive:
    """Neither clouds nor gaps nor errors of maps."""
    return archive(earth=Earth(switches=False), cloud=0.0)


def test_gpp_is_the_total_of_a_composite_and_the_last_is_short(clear: NativeArchive) -> None:
    green = FINE & ~np.isin(on_fine(CODES), (13, 15, 16, 17))
    green[:6] = False  # dark in winter
    spread = np.hypot(0.1, 0.12)  # of a retrieval, and of the pixels of a home
    for year, last in ((2015, 5), (2016, 6)):
        raw = seen(clear, "MOD17A2H.006", year)
        daily = raw["Gpp"][:, green] * 0.0001 * 1000 / 8  # gC m-2 d-1 of eight days
        assert daily[:-1].mean() == pytest.approx(GPP * LEAFY, rel=0.01)
        assert daily[:-1].std() == pytest.approx(spread * GPP * LEAFY, rel=0.15)
        assert daily[-1].mean() * 8 / last == pytest.approx(GPP * LEAFY, rel=0.05)
        assert (bits(raw["Psn_QC"], 5, 3)[:, green] <= 1).all()
        assert (bits(raw["Psn_QC"], 0, 1)[:, green] == 0).all()


def test_gpp_quality_tells_what_is_no_value(cloudy: NativeArchive) -> None:
    raw = seen(cloudy, "MOD17A2H.006", 2015)
    gpp, confidence = raw["Gpp"], bits(raw["Psn_QC"], 5, 3)
    undefined = ~FINE | np.isin(on_fine(CODES), (13, 15, 16))
    assert (gpp[:, undefined] == 32767).all()
    assert (confidence[:, undefined] == 7).all()
    assert (gpp[confidence <= 3] <= 3000).all()
    none = gpp[confidence == 4]
    assert (none > 3000).all()
    assert set(none) == {29000, 32767}  # absurd numbers that only the QC gives away
    share = (confidence[:, ~undefined] >= 2).mean(axis=(0, 1))
    assert share == pytest.approx(0.33, abs=0.06)  # clouds 0.3, and dark winters
    assert (bits(raw["Psn_QC"], 0, 1)[(confidence >= 2) & (confidence <= 4)] == 1).all()
    winter = gpp[0, :3][FINE[:3]]  # north of 60 in January: no light
    assert np.isin(winter, (29000, 32767)).all()


def test_evi_follows_leaves_and_snow(clear: NativeArchive) -> None:
    raw = seen(clear, "MOD13A2.061", 2015)
    evi, quality = raw["EVI"] * 0.0001, raw["SummaryQA"]
    warm = FINE & (on_fine(CODES) != 15)
    warm[:6] = False
    expected = 0.05 + 0.55 * (1 - np.exp(-0.5 * LAI)) * LEAFY
    assert evi[:, warm].mean() == pytest.approx(expected, abs=0.005)
    assert set(np.unique(quality[:, warm])) == {0, 1}
    snowy = FINE & (np.arange(18) < 3)[:, None]  # 260 K and snow for years
    summer = 11  # from day 177 on
    flagged = quality[8:16, snowy]
    assert (flagged == 2).mean() == pytest.approx(0.9, abs=0.05)
    assert set(np.unique(flagged)) == {0, 2}
    assert evi[summer, snowy].mean() == pytest.approx(0.2 * expected, abs=0.01)
    assert (raw["EVI"][0, snowy] == -3000).all()  # dark
    assert (quality[0, snowy] == -1).all()
    assert (raw["EVI"][:, ~FINE] == -3000).all()
    assert (quality[:, ~FINE] == -1).all()


def test_absurd_evi_is_flagged_cloudy() -> None:
    raw = seen(archive(cloud=0.9), "MOD13A2.061", 2015)
    absurd = np.isin(raw["EVI"], (-1999, 9998))
    assert absurd.sum() > 20
    assert (raw["SummaryQA"][absurd] == 3).all()
    assert (raw["EVI"][np.isin(raw["SummaryQA"], (0, 1))] > 0).all()


def test_tree_cover_and_classes(clear: NativeArchive, cloudy: NativeArchive) -> None:
    percent = seen(clear, "MOD44B.061", 2015)["Percent_Tree_Cover"][0]
    assert (percent[~FINE] == 200).all()
    assert set(np.unique(percent[FINE])) <= {36, 253}  # nine tenths of 40 %
    code = seen(clear, "MCD12Q1.061", 2015)["LC_Type1"][0]
    assert (code[FINE] == on_fine(CODES)[FINE]).all()
    assert (code[~FINE] == 17).all()
    codes = [seen(cloudy, "MCD12Q1.061", year)["LC_Type1"][0] for year in YEARS]
    assert (codes[0] == codes[1]).all()  # errors do not come and go
    wrong = (codes[0] != on_fine(CODES))[FINE].mean()
    assert 0.08 < wrong < 0.3
    assert set(np.unique(codes[0])) <= set(range(1, 18))
