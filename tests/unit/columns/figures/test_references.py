"""The map beside CAMS-EGG4, and soundings beside spectra: what is drawn, and nothing covered."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.columns.figures.references import draw_egg4, draw_kernels
from helpers import xco2_tables as made
from helpers.drawing import require_readable, words

BOX = [np.array([[-20.0, -30.0], [50.0, -30.0], [50.0, 35.0], [-20.0, 35.0], [-20.0, -30.0]])]


def test_the_map_beside_egg4_is_readable_and_names_product_and_months(monkeypatch):
    figure = draw_egg4(made.beside_egg4(), land=BOX, simulated=True, shown=made.SHOWN)
    text = require_readable(figure, monkeypatch)
    assert "2014-12 to 2020-12" in text
    assert "Root mean square difference (ppm)" in text
    nothing = made.beside_egg4() * np.nan
    figure = draw_egg4(nothing, land=BOX, simulated=True, shown=made.SHOWN)
    assert "no month has the product and CAMS-EGG4" in words(figure, monkeypatch)


def test_sites_with_kernels_have_a_filled_point_beside_the_hollow_one(monkeypatch):
    table = made.kernel_sites()
    figure = draw_kernels(table, simulated=True)
    require_readable(figure, monkeypatch)
    points = [line for line in figure.axes[0].lines if line.get_marker() in ("o", "s")]
    hollow = [line for line in points if line.get_markerfacecolor() == "white"]
    assert len(hollow) == len(table)
    assert len(points) - len(hollow) == int(table["kernels"].notna().sum())
    assert [line.get_xdata()[0] for line in hollow] == pytest.approx(table["plain"].tolist())
    figure = draw_kernels(table.head(0), simulated=False)
    assert "no sounding meets a spectrum" in words(figure, monkeypatch)
