"""The expression itself: what it asks of the service beside what it comes to (test_recipes)."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from carbonscape.fetch.earth_engine import session
from carbonscape.fetch.earth_engine.cells import Cells
from carbonscape.fetch.earth_engine.recipes import RECIPES
from carbonscape.fetch.retry import Policy
from helpers.earth_engine_server import EarthEngine


def invocations(text: str) -> list[dict[str, Any]]:
    """Return every call of a function in an expression."""
    found = []

    def visit(node: Any) -> None:
        if isinstance(node, dict):
            if "functionInvocationValue" in node:
                found.append(node["functionInvocationValue"])
            for part in node.values():
                visit(part)
        elif isinstance(node, list):
            for part in node:
                visit(part)

    visit(json.loads(text))
    return found


@pytest.mark.parametrize("name", RECIPES)
def test_an_expression_is_the_same_each_time_and_small(
    name: str, engine: EarthEngine, patient: Policy
) -> None:
    session.start(engine.address, policy=patient)
    cells = Cells(
        "MODIS/061/X",
        recipe=RECIPES[name],
        options={},
        cell=0.1,
        transform=[0.1, 0, -180, 0, -0.1, 90],
    )
    month = dt.date(2019, 2, 1), dt.date(2019, 3, 1)
    text = cells.step(*month).serialize()
    # Pieces are kept by the text: a rerun must find them.
    assert cells.step(*month).serialize() == text
    assert len(text) < 50_000
    assert cells.step(dt.date(2019, 3, 1), dt.date(2019, 4, 1)).serialize() != text
    calls = invocations(text)
    for call in calls:
        if call["functionName"] == "Image.reduceResolution":
            assert "maxPixels" in call["arguments"]
        if call["functionName"] == "Image.unmask":
            # Beyond the edges of the images too.
            assert "sameFootprint" in call["arguments"]
    names = {call["functionName"] for call in calls}
    assert {"Image.setDefaultProjection", "Image.reproject", "Filter.dateRangeContains"} <= names
