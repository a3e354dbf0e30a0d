"""Fetching a file of Earth Engine: on cells, or at towers."""

from __future__ import annotations

import datetime as dt

from carbonscape.core.errors import DownloadError
from carbonscape.fetch.earth_engine import session
from carbonscape.fetch.earth_engine.catalogue import Catalogue
from carbonscape.fetch.earth_engine.files import fetch_cells
from carbonscape.fetch.earth_engine.recipes import Recipe, get_recipe
from carbonscape.fetch.earth_engine.towers import TowerRecipe, fetch_towers, get_tower_recipe
from carbonscape.fetch.retry import POLICY, Policy
from carbonscape.fetch.want import Want
from carbonscape.sources.requests import Cells, TowerPixels


def fetch(want: Want, *, policy: Policy = POLICY) -> None:
    """Fetch a file; leaves it and its receipt.

    Args:
        want: the file, whose record is ``Cells`` or ``TowerPixels``.
        policy: bounds on attempts and time.

    Raises:
        DownloadError: the service does not deliver; the text says what to do.
    """
    recipe = _recipe_of(want)
    if isinstance(recipe, Recipe):
        fetch_cells(want, recipe=recipe, policy=policy)
    else:
        fetch_towers(want, recipe=recipe, policy=policy)


def check(want: Want, *, policy: Policy = POLICY) -> str:
    """Ask whether the archive has what is wanted, without a pixel; return what it has.

    Args:
        want: as of :func:`fetch`.
        policy: bounds on attempts and time.

    Raises:
        DownloadError: the collection, a band or the year is absent, or the client is refused.
    """
    recipe = _recipe_of(want)
    session.start(want.hosts.get("earth_engine", ""), policy=policy)
    asset, year = want.source.dataset, int(want.when[:4])
    catalogue = Catalogue(asset, policy=policy, label=want.source.title)
    spans = catalogue.spans(year, step=recipe.step, most=recipe.most)
    catalogue.require_bands(recipe.bands, spans[0].first, spans[-1].end)
    images = sum(span.images for span in spans)
    first, last = catalogue.ends()
    begin = dt.date.fromisoformat(want.source.first) if want.source.first else first
    if first > begin:
        raise DownloadError(
            f"{want.source.title}: {asset} begins on {first}, the registry says {begin}; the "
            "archive has removed images: correct the record in workflow/carbonscape/sources/, or "
            "choose another version."
        )
    return f"{asset}: {images} images of {year}, from {first} to {last}, {', '.join(recipe.bands)}"


def _recipe_of(want: Want) -> Recipe | TowerRecipe:
    """Return what is made of the images.

    Raises:
        DownloadError: the record of the source says nothing of Earth Engine.
    """
    request = want.files.request
    if isinstance(request, Cells):
        return get_recipe(request.recipe)
    if isinstance(request, TowerPixels):
        return get_tower_recipe(request.recipe)
    raise DownloadError(
        f"{want.source.name}: its files of kind '{want.kind}' are not asked of Earth Engine; "
        "correct its record in workflow/carbonscape/sources/."
    )
