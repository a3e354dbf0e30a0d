"""Figures made smaller for the front page."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from carbonscape.report import front_figures as figures
from helpers.project_config import load

TOLD = {"product": "gpp", "label": "GPP", "long_name": "gross primary productivity"}


@pytest.fixture
def drawn(tmp_path: Path) -> list[dict]:
    noise = np.random.default_rng(0).integers(0, 255, (300, 600, 3), dtype=np.uint8)
    for name in ("gpp_a", "gpp_b"):
        Image.fromarray(noise).save(tmp_path / f"{name}.png")
        (tmp_path / f"{name}.rst").write_text(
            "**{{ snakemake.params.label }}** of run {{ snakemake.config.run }} < 1.\n"
        )
    names = [str(tmp_path / f"{name}.png") for name in ("gpp_a", "gpp_b")]
    captions = [name.replace(".png", ".rst") for name in names]
    return figures.front_figures(names, captions, load("tiny.yaml"), TOLD)


def test_a_picture_is_no_wider_than_itself_and_has_its_caption(drawn: list[dict]) -> None:
    figures.take_in(drawn, most_bytes=10**7)
    assert [one["name"] for one in drawn] == ["gpp_a", "gpp_b"]
    assert "<strong>GPP</strong> of run tiny &lt; 1." in drawn[0]["caption"]
    with Image.open(io.BytesIO(base64.b64decode(drawn[0]["picture"]))) as image:
        assert image.format == "WEBP"
        assert image.size == (drawn[0]["wide"], drawn[0]["high"]) == (600, 300)


def test_all_pictures_are_as_wide_as_they_fit_together(drawn: list[dict]) -> None:
    figures.take_in(drawn, most_bytes=1)
    assert [(one["wide"], one["high"]) for one in drawn] == [(500, 250)] * 2
    figures.take_in([], most_bytes=1)
