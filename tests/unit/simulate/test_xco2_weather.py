"""The weather at the surface: snow by degree-days."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.simulate.xco2_weather import snow_share


def test_snow_by_degree_days() -> None:
    # 15 mm of snow fall, it is cold, then 2.5 degrees above freezing melt 10 mm, then the rest.
    t2m = np.array([270.0, 270.0, 275.65, 275.65])[:, None]
    rain = np.array([15.0, 0.0, 0.0, 30.0])[:, None]
    share = 1 - np.exp(-np.array([15.0, 15.0, 5.0, 0.0]) / 15)
    assert snow_share(t2m, rain)[:, 0] == pytest.approx(share, abs=1e-5)
