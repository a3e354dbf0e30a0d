"""Figures of the importance of predictors and of the area of applicability."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from carbonscape.core.classes import CLIMATES
from carbonscape.figures.maps import land_rings
from carbonscape.fluxes.figures.applicability import draw_applicability
from carbonscape.fluxes.figures.importance import draw_importance
from carbonscape.products.registry import get_product
from helpers.drawing import require_readable
from helpers.synthetic_maps import grid

GPP = get_product("gpp")


def importance(models: list[str], groups: list[str]) -> pd.DataFrame:
    rows = [
        {"model": model, "window": "jan_to_m", "pft": "igbp", "group": group,
         "importance": 0.1 * number, "low": 0.1 * number - 0.02, "high": 0.1 * number + 0.05}
        for model in models for number, group in enumerate(groups)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_each_predictor_has_a_line_and_a_point_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    table = importance(["fluxformer", "xgboost"], ["VPD", "LAI", "pft"])
    figure = draw_importance(table, product=GPP)
    (ax,) = figure.axes
    require_readable(figure, monkeypatch)
    # The most important one stands on top.
    assert [text.get_text() for text in ax.get_yticklabels()] == ["VPD", "LAI", "PFT"]
    points = [line for line in ax.lines if len(line.get_xdata()) == 3]
    assert [list(line.get_xdata()) for line in points] == [[0.0, 0.1, 0.2]] * 2
    assert ax.get_xlabel() == "Increase in the RMSE of GPP when permuted (gC m⁻² d⁻¹)"


def test_the_threshold_is_in_the_middle_of_the_scale(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maps = grid(30.0)
    maps["dissimilarity"] = (("lat", "lon"), np.full((6, 12), 0.1))
    maps.attrs = {"threshold": 0.25, "map": "fluxformer-igbp", "year": 2016}
    names = ["all", *CLIMATES]
    shares = np.linspace(0.5, 1, len(names))
    table = pd.DataFrame({"climate": names, "area_inside": shares, "flux_inside": shares})
    table.loc[1, ["area_inside", "flux_inside"]] = np.nan
    land = land_rings(project / "resources" / "geography" / "land_110m.geojson")
    figure = draw_applicability(maps, table, product=GPP, land=land, simulated=True)
    world, bar, below = figure.axes
    assert world.images[0].norm.vmax == pytest.approx(0.5)
    assert "threshold 0.25" in bar.get_xlabel()
    heights = [patch.get_height() for patch in below.patches[: len(names)]]
    assert heights[0] == pytest.approx(50)
    assert np.isnan(heights[1])
    # A region may have no cell of a climate: its place stays, and says so.
    assert [text.get_text() for text in below.texts].count("no cell") == 1
    assert below.get_xlim() == pytest.approx((-0.6, len(names) - 0.4))
    # A climate without a cell has no number.
    assert "nan" not in {text.get_text() for text in below.texts}
    require_readable(figure, monkeypatch)
