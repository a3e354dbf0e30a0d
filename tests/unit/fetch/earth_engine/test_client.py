"""The records of the sources lead to the recipes, and every file of Earth Engine has one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from carbonscape.core.errors import DownloadError
from carbonscape.fetch.earth_engine.client import fetch
from carbonscape.fetch.earth_engine.recipes import RECIPES
from carbonscape.fetch.earth_engine.towers import TOWER_RECIPES
from carbonscape.fetch.want import Want
from carbonscape.sources.registry import get_source, source_names
from carbonscape.sources.requests import Cells, TowerPixels
from carbonscape.sources.services import EARTH_ENGINE


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
    assert {recipe for kind, recipe in used if kind is Cells} == set(RECIPES)
    assert {recipe for kind, recipe in used if kind is TowerPixels} == set(TOWER_RECIPES)


def test_another_kind_of_request_is_refused(tmp_path: Path) -> None:
    want = Want(get_source("koppen"), next(iter(get_source("koppen").files)), "", tmp_path / "x")
    with pytest.raises(DownloadError, match="koppen: its files of kind .* not asked of Earth Eng"):
        fetch(want)


def test_a_record_leads_to_its_file(fetch_file: Callable[..., Path]) -> None:
    assert fetch_file("mod44b").is_file()
