"""Bins of pairs as a field of bounded memory."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import PathCollection, QuadMesh
from matplotlib.colors import LogNorm

from carbonscape.figures.density import MAX_CELLS, draw_bins


def drawn(x, y):
    figure, ax = plt.subplots()
    try:
        mesh = draw_bins(ax, x, y, np.arange(1, len(x) + 1), width=0.25, norm=LogNorm(1, 10))
        figure.canvas.draw()
    finally:
        plt.close(figure)
    return mesh


def test_bins_stand_at_their_edges_and_empty_ones_stay_empty():
    mesh = drawn([0.0, 0.5], [1.0, 1.25])
    assert isinstance(mesh, QuadMesh)
    field = mesh.get_array()
    assert field.shape == (2, 3)
    assert (field[0, 0], field[1, 2]) == (1, 2)
    assert np.ma.getmaskarray(np.ma.masked_invalid(field)).sum() == 4


def test_values_far_from_the_others_ask_for_no_field():
    near = drawn([0.0, 1.0, -99.75], [0.0, 1.0, 20.0])
    assert isinstance(near, QuadMesh)
    far = drawn([0.0, 1.0, -9999.75], [0.0, 1.0, -9999.75])
    assert isinstance(far, PathCollection)
    assert len(far.get_offsets()) == 3
    assert np.allclose(far.get_offsets()[2], -9999.625)
    assert MAX_CELLS * 8 <= 10_000_000
