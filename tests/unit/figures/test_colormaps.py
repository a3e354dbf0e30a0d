"""The colour maps of the products, measured in the CIELAB space."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.figures import colormaps
from helpers.drawing import lab


@pytest.mark.parametrize("name", ["PRODUCTIVITY", "COLUMN"])
def test_equal_steps_look_equal(name):
    colors = lab(getattr(colormaps, name)(np.arange(0, 256, 17))[:, :3])
    steps = np.linalg.norm(np.diff(colors, axis=0), axis=1)
    assert steps.max() / steps.min() < 1.15
    assert np.all(np.diff(colors[:, 0]) < 0), "the lightness does not fall all the way"
    assert colors[0, 0] - colors[-1, 0] > 70
