"""Simulated surface temperature and snow of days: raw units and their bits."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.simulate.native import NativeArchive
from helpers.xco2_predictors_made import (
    CODES,
    FINE,
    LAI,
    TREES,
    Earth,
    archive,
    bits,
    is_clear,
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


def test_surface_temperature_and_its_bits(cloudy: NativeArchive) -> None:
    raw = seen(cloudy, "MOD11A1.061", 2015)
    bright = is_clear(raw["days"])
    warm = FINE & (np.abs(85.0 - 10 * np.arange(18)) < 30)[:, None] & (on_fine(CODES) != 15)
    green = 1 - np.exp(-0.5 * LAI)
    # Clear days of 260 W m-2 at 300 K; the ground is warmer than the air by day.
    expected = {"Day": 300 + 260 * (0.07 - 0.04 * green), "Night": 300 - 2 - 5.2 * (1 - green / 2)}
    for name, kelvin in expected.items():
        lst, qc = raw[f"LST_{name}_1km"], raw[f"QC_{name}"]
        mandatory, error = bits(qc, 0, 2), bits(qc, 6, 2)
        assert ((lst == 0) == (mandatory >= 2)).all()
        assert lst[lst > 0].min() >= 7500
        assert (error[mandatory == 0] == 0).all()
        assert set(np.unique(error[mandatory == 1])) == {0, 1, 2, 3}
        assert (mandatory[:, ~FINE] == 3).all()
        values = 0.02 * lst
        good = (mandatory <= 1) & (error <= 2)
        first = values[bright][:, warm][good[bright][:, warm]]
        assert np.median(first) == pytest.approx(kelvin, abs=0.1)
        assert np.abs(first - kelvin).max() < 8
        poor = values[bright][:, warm][(error == 3)[bright][:, warm]]
        assert poor.mean() < kelvin - 15  # tops of clouds
    hidden = bits(raw["QC_Day"], 0, 2)[:, warm] == 2
    assert hidden[~bright].mean() > 0.5  # overcast days
    assert hidden[bright].mean() < 0.1


def test_snow_cover_follows_cold_and_precipitation(
    clear: NativeArchive, cloudy: NativeArchive
) -> None:
    raw = seen(clear, "MOD10A1.061", 2015)
    cover, quality = raw["NDSI_Snow_Cover"], raw["NDSI_Snow_Cover_Basic_QA"]
    snowy = FINE & (np.arange(18) < 3)[:, None]
    warm = FINE & (np.arange(18) >= 3)[:, None] & (on_fine(CODES) != 15)
    june = slice(151, 181)
    kept = quality[june][:, snowy] <= 2
    # Open snow 0.9, under trees half: 40 % of the cover.
    values = cover[june][:, snowy][kept]
    assert values.mean() == pytest.approx(100 * (0.9 - 0.45 * TREES), abs=1)
    assert (cover[:, warm][quality[:, warm] <= 2] == 0).all()
    false = cover[:, warm][quality[:, warm] == 3]
    assert (false >= 60).any()  # clouds taken for snow, in poor quality alone
    assert (quality[0, snowy] == 211).all()
    assert (cover[0, snowy] == 255).all()
    assert (quality[:, ~FINE] == 239).all()
    assert (cover[:, ~FINE] == 255).all()
    index = raw["NDSI"]
    assert (index[:, ~FINE] == -32768).all()
    assert np.abs(index[:, warm] / 1e4).max() <= 1
    clouds = seen(cloudy, "MOD10A1.061", 2015)
    lost = (clouds["NDSI_Snow_Cover"] == 255) & (clouds["NDSI_Snow_Cover_Basic_QA"] <= 3)
    overcast = ~is_clear(clouds["days"])
    assert lost[overcast][:, warm].mean() > 0.5  # clouds hide snow, though the QA stays
    assert not ((cover == 255) & (quality <= 3)).any()
