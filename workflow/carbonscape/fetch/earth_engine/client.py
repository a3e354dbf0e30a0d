"""Fetching a file of Earth Engine: on cells, or at towers."""

from __future__ import annotations

from carbonscape.core.errors import DownloadError
from carbonscape.fetch.earth_engine.files import fetch_cells
from carbonscape.fetch.earth_engine.towers import fetch_towers
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
    request = want.files.request
    if isinstance(request, Cells):
        fetch_cells(want, recipe=request.recipe, policy=policy)
    elif isinstance(request, TowerPixels):
        fetch_towers(want, recipe=request.recipe, policy=policy)
    else:
        raise DownloadError(
            f"{want.source.name}: its files of kind '{want.kind}' are not asked of Earth Engine; "
            "correct its record in workflow/carbonscape/sources/."
        )
