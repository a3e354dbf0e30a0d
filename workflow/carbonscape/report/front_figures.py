"""Figures of a run for the front page: small pictures with their captions."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from carbonscape.report.page import render_caption

#: Widths that are tried, pixels: the widest that fits is taken for all.
WIDTHS = (1100, 900, 700, 500)

#: Of the pictures, 0 to 100.
_QUALITY = 72


def front_figures(
    figures: Sequence[str],
    captions: Sequence[str],
    config: Mapping[str, Any],
    told: Mapping[str, str],
) -> list[dict[str, Any]]:
    """Return the figures of a product with captions, pictures not yet taken in.

    Args:
        figures: PNG files.
        captions: their RST files, in the same order.
        config, told: see :func:`carbonscape.report.page.render_caption`.

    Returns:
        ``name``, ``file`` and ``caption`` (HTML) of each.
    """
    return [
        {
            "name": Path(figure).stem,
            "file": figure,
            "caption": render_caption(Path(caption).read_text(encoding="utf-8"), config, told),
        }
        for figure, caption in zip(figures, captions, strict=True)
    ]


def take_in(figures: Sequence[dict[str, Any]], *, most_bytes: int) -> None:
    """Put the pictures of all figures into them, as wide as they fit together.

    Args:
        figures: of :func:`front_figures`; they get ``picture`` (base64 of WebP), ``wide`` and
            ``high`` (pixels).
        most_bytes: of the text of all pictures together; the smallest width is taken even if it
            is more.
    """
    if not figures:
        return
    # A few pictures tell how many bytes a width takes: all are made once only.
    some = figures[:: max(len(figures) // 6, 1)]
    for width in WIDTHS:
        mean = sum(len(_picture(one["file"], width)["picture"]) for one in some) / len(some)
        if mean * len(figures) <= most_bytes:
            break
    for one in figures:
        one |= _picture(one["file"], width)


def _picture(path: str, width: int) -> dict[str, Any]:
    """Return a picture at most so wide, as base64 of WebP, with its size in pixels."""
    with Image.open(path) as image:
        picture = image.convert("RGB")
    if picture.width > width:
        high = round(picture.height * width / picture.width)
        picture = picture.resize((width, high), Image.Resampling.LANCZOS)
    stream = io.BytesIO()
    picture.save(stream, "WEBP", quality=_QUALITY, method=2)
    text = base64.b64encode(stream.getvalue()).decode("ascii")
    return {"picture": text, "wide": picture.width, "high": picture.height}
