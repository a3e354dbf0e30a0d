"""The records of the sources lead to the recipes, and every file of Earth Engine has one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from carbonscape.core.errors import DownloadError
from carbonscape.fetch.earth_engine.client import check, fetch
from carbonscape.fetch.earth_engine.recipes import RECIPES, Recipe
from carbonscape.fetch.earth_engine.towers import TOWER_RECIPES
from carbonscape.fetch.retry import Policy
from carbonscape.fetch.want import Want
from carbonscape.sources.registry import get_source, source_names
from carbonscape.sources.requests import Cells, TowerPixels
from carbonscape.sources.services import EARTH_ENGINE
from helpers.earth_engine_server import EarthEngine


def test_every_file_of_earth_engine_has_a_recipe() -> None:
    used = set()
    for name in source_names():
        source = get_source(name)
        for kind, files in source.files.items():
            if source.service != EARTH_ENGINE:
                continue
            request = files.request
            assert isinstance(request, Cells | TowerPixels), f"{name}, {kind}"
            known = RECIPES if isinstance(request, Cells) else TOWER_RECIPES
            recipe = known[request.recipe]
            # The registry says which bands are read: the recipe reads these.
            assert set(recipe.bands) == set(source.variables), name
            used.add((type(request), request.recipe))
            if isinstance(recipe, Recipe):
                # What the plan of downloads counts is what is asked for.
                sizes = [np.dtype(field.dtype).itemsize for field in recipe.fields]
                steps = {"image": 46, "8 days": 46, "month": 12, "year": 1}[recipe.step]
                assert (files.cell_bytes, files.steps) == (sum(sizes), steps), name
    assert {recipe for kind, recipe in used if kind is Cells} == set(RECIPES)
    assert {recipe for kind, recipe in used if kind is TowerPixels} == set(TOWER_RECIPES)


def test_another_kind_of_request_is_refused(tmp_path: Path) -> None:
    want = Want(get_source("koppen"), next(iter(get_source("koppen").files)), "", tmp_path / "x")
    with pytest.raises(DownloadError, match="koppen: its files of kind .* not asked of Earth Eng"):
        fetch(want)


@pytest.mark.parametrize(
    ("name", "kind", "found"),
    [
        ("mod17a2h", "xco2_grid", "MODIS/006/MOD17A2H: 5 images of 2019, from 2018-01-01 to 2019-"),
        ("modis_lai", "sites", "MODIS/061/MOD15A2H: 5 images of 2019"),
    ],
)
def test_a_check_asks_for_no_pixel(
    name: str, kind: str, found: str, engine: EarthEngine, patient: Policy, tmp_path: Path
) -> None:
    source = replace(get_source(name), first="2018-01-01")
    hosts = {"earth_engine": engine.address}
    want = Want(source, kind, "2019", tmp_path / "x", hosts=hosts)
    text = check(want, policy=patient)
    assert text.startswith(found)
    assert text.endswith(source.variables[-1])
    assert {method for method, _ in engine.asked} == {"compute"}
    assert not list(tmp_path.iterdir())
    with pytest.raises(DownloadError, match="begins on 2018-01-01, the registry says 2000-02-18"):
        check(replace(want, source=get_source(name)), policy=patient)
    engine.world.renamed["Gpp"] = engine.world.renamed["Lai_500m"] = "other"
    engine.world._images.clear()
    engine._results.clear()
    with pytest.raises(DownloadError, match="have no band"):
        check(want, policy=patient)


def test_a_record_leads_to_its_file(fetch_file: Callable[..., Path]) -> None:
    assert fetch_file("mod44b").is_file()
