"""Profiles of Lite files."""

from __future__ import annotations

import netCDF4
import numpy as np
import pytest

from carbonscape.archives.oco_profiles import read_oco_profiles
from carbonscape.core.errors import InputError
from helpers import kernels_made as made
from helpers.lite_granules import write_granule

ROWS = [(40.0, 10.0, 405.0, 0, 0)] * 3


@pytest.mark.parametrize("falling", [False, True])
def test_profiles_come_from_the_top_down_whatever_the_file(tmp_path, falling):
    path = write_granule(tmp_path, "2019-07-01", ROWS, omit=("xco2_averaging_kernel",))
    made.add_profiles(path, 3, falling=falling)
    found = read_oco_profiles(path, np.array([0, 2]))
    assert found.pressure.tolist() == [made.PRESSURE.tolist()] * 2
    np.testing.assert_allclose(found.kernel, [made.OCO_KERNEL] * 2, rtol=1e-6)
    np.testing.assert_allclose(found.prior, [made.OCO_PRIOR] * 2, rtol=1e-6)
    assert found.complete().all()
    assert found.take(np.array([1])).weight.shape == (1, 2)


def test_files_without_profiles_or_with_levels_in_disorder(tmp_path):
    path = write_granule(tmp_path, "2019-07-01", ROWS)
    assert read_oco_profiles(path, np.array([0])) is None, "a subset without priors"
    other = write_granule(tmp_path, "2019-07-02", ROWS, omit=("xco2_averaging_kernel",))
    made.add_profiles(other, 3, omit=("pressure_levels",))
    with netCDF4.Dataset(other, "a") as file:
        file.createVariable("pressure_levels", "f4", ("sounding_id", "own_levels"))[:] = [
            [200, 800], [800, 200], [200, 800],
        ]  # fmt: skip
    with pytest.raises(InputError, match="neither rises nor falls along the levels"):
        read_oco_profiles(other, np.array([0, 1]))
