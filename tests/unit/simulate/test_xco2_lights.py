"""Simulated night lights: where people are, and where no night is dark."""

from __future__ import annotations

import numpy as np

from carbonscape.simulate.xco2_places import emission_in_cells
from helpers.xco2_predictors_made import CODES, archive, on_fine, seen


def test_lights_are_where_people_are() -> None:
    raw = seen(archive(), "VCMSLCFG", 2015)
    light, nights = raw["avg_rad"], raw["cf_cvg"]
    assert (light[:, :1] == -9999).all()  # 85 N
    assert (light[:, 1] > -9999).all()  # 75 N itself is seen
    assert (light[:, 16:] == -9999).all()  # 75 S and 85 S
    assert (nights[:, [0, 16, 17]] == 0).all()
    observed = nights > 0
    assert (light[~observed & (light > -9999)] == 0).all()
    assert light[observed].min() < 0
    assert light[observed].min() >= -1.5
    assert nights.max() <= 31
    assert not observed[5, 2].any()  # 65 N in June: no dark night
    assert observed[11, 2].any()
    annual = np.where(observed, light, np.nan)[:, 2:15]
    brightest = np.unravel_index(np.nanargmax(np.nanmean(annual, axis=0)), annual.shape[1:])
    row, column = brightest[0] + 2, brightest[1]
    emission = emission_in_cells(85.0 - 10 * np.arange(18), -175.0 + 10 * np.arange(36))
    assert emission[row, column] > 0.9 * emission.max() or on_fine(CODES)[row, column] == 13
