"""Quality bits as numbers: the vectors of the design, through the service's own arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import xarray as xr

from carbonscape.core.errors import DownloadError
from carbonscape.fetch.earth_engine.screening import gpp_confidence
from helpers.earth_engine_server import EarthEngine


@pytest.mark.parametrize(
    ("quality", "good"),
    [(0, True), (2, True), (8, True), (32, True), (33, True), (65, False), (97, False),
     (129, False), (157, False)],
)  # fmt: skip
def test_known_values_of_the_quality_of_leaves(
    quality: int, good: bool, engine: EarthEngine, fetch_file: Callable[..., Path]
) -> None:
    engine.world.archive.constant["FparLai_QC"] = quality
    if not good:
        with pytest.raises(DownloadError, match="not one cell"):
            fetch_file("modis_lai")
        return
    with xr.open_dataset(fetch_file("modis_lai")) as data:
        assert int(data["images"].max()) == 1


def test_the_confidence_of_gpp_is_a_choice() -> None:
    assert gpp_confidence({}) == 3
    assert gpp_confidence({"gpp_confidence": 1}) == 1
