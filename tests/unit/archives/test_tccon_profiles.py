"""Priors and kernels of TCCON files."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.archives.tccon_profiles import TcconProfiles
from carbonscape.core.errors import InputError
from helpers import kernels_made as made

SECONDS = 1561939200.0 + 600.0 * np.arange(4)
TIMES = (1000 * SECONDS).astype("datetime64[ms]")


def test_priors_of_wet_air_are_dried_and_pressures_brought_to_hectopascal(tmp_path):
    path = made.write_tccon(tmp_path / "a.nc", SECONDS, 405.0, water=0.01)
    with TcconProfiles(path) as file:
        found = file.mean(TIMES[1:3])
        assert file.mean(TIMES[:1] + np.timedelta64(1, "m")) is None, "no spectrum of that time"
    np.testing.assert_allclose(found.pressure, made.PRESSURE)
    np.testing.assert_allclose(found.prior, made.TCCON_PRIOR)
    np.testing.assert_allclose(found.kernel, made.TCCON_KERNEL)
    np.testing.assert_allclose(found.kernel_pressure, made.PRESSURE)


def test_what_is_absent_and_what_is_refused(tmp_path):
    path = made.write_tccon(tmp_path / "a.nc", SECONDS, 405.0, omit=("prior_pressure",))
    with TcconProfiles(path) as file:
        assert file.absent == ["prior_pressure"]
        assert file.mean(TIMES) is None
    path = made.write_tccon(tmp_path / "b.nc", SECONDS, 405.0, unit="torr")
    with (
        TcconProfiles(path) as file,
        pytest.raises(InputError, match=r"prior_pressure is in 'torr', expected atm, hpa"),
    ):
        file.mean(TIMES)
