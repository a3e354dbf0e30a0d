"""Priors and averaging kernels: a pair with a known profile, computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.archives.oco_profiles import Profiles
from carbonscape.archives.tccon_profiles import SitePrior
from carbonscape.columns.evaluation.averaging_kernels import (
    as_seen_by,
    harmonise,
    on_levels,
    with_prior,
)
from helpers import kernels_made as made


def profiles(kernel=made.OCO_KERNEL, count=1):
    parts = (made.PRESSURE, np.full(2, 0.5), kernel, made.OCO_PRIOR)
    return Profiles(*(np.tile(np.asarray(part, dtype=float), (count, 1)) for part in parts))


def site(kernel=made.TCCON_KERNEL):
    return SitePrior(made.PRESSURE, made.TCCON_PRIOR, made.PRESSURE, kernel)


def test_the_hand_computed_pair():
    # Both saw a column of 406 ppm: OCO found 405.2, TCCON 405.805.
    assert pytest.approx(405.80495, abs=1e-5) == made.TCCON_XCO2
    oco, tccon = harmonise([made.OCO_XCO2], made.TCCON_XCO2, profiles(), site())
    # TCCON's prior is 398.0198 and 405.9406 ppm; OCO took 40 % of the top level from its own.
    assert oco[0] == pytest.approx(405.2 + 0.5 * 0.4 * (398.0198 - 398.0), abs=1e-4)
    # 401.9802 of the prior, and one hundredth of 0.5 * (0.6 * 398.0198 + 405.9406).
    assert tccon[0] == pytest.approx(401.9802 + 0.01 * 322.3762, abs=1e-4)
    assert oco[0] - tccon[0] == pytest.approx(0.0, abs=1e-9)
    assert pytest.approx(-0.605, abs=1e-3) == made.OCO_XCO2 - made.TCCON_XCO2, "the plain one"


def test_with_kernels_of_ones_nothing_changes():
    ones = np.ones(2)
    oco, tccon = harmonise([404.4, 407.0], 405.1, profiles(ones, 2), site(ones))
    assert oco.tolist() == [404.4, 407.0]
    assert tccon == pytest.approx([405.1, 405.1], abs=1e-12)


def test_a_retrieval_of_its_own_prior_gives_the_other_prior():
    # What a kernel of zeros gives is its prior, whatever the air.
    blind = profiles(np.zeros(2))
    prior = np.array([made.TCCON_PRIOR])
    assert with_prior([399.0], blind, prior) == pytest.approx([401.9802], abs=1e-4)
    assert as_seen_by([405.0], blind, prior, np.ones((1, 2))) == pytest.approx([401.9802], abs=1e-4)


def test_profiles_are_lines_in_pressure_with_their_ends_beyond():
    found = on_levels(np.array([[100.0, 350.0, 1000.0]]), made.PRESSURE, np.array([1.0, 3.0]))
    assert found.tolist() == [[1.0, 1.5, 3.0]]
