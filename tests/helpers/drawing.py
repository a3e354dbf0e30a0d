"""What tests ask of a drawn figure: its bytes, its texts and where these stand."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from carbonscape.figures import style


def written(figure: Figure, folder: Path, name: str = "figure") -> tuple[bytes, bytes]:
    """The bytes of a figure's PNG and PDF."""
    png, pdf = folder / f"{name}.png", folder / f"{name}.pdf"
    style.save(figure, png=png, pdf=pdf, dpi=60)
    return png.read_bytes(), pdf.read_bytes()


def drawn_texts(figure: Figure, monkeypatch: pytest.MonkeyPatch) -> dict[Text, np.ndarray]:
    """Every text that is drawn, with the corners of its box in pixels."""
    found = {}
    original = Text.draw

    def draw(self, renderer, *args, **keywords):
        if self.get_visible() and self.get_text().strip():
            found[self] = self.get_window_extent(renderer).get_points()
        return original(self, renderer, *args, **keywords)

    with monkeypatch.context() as patch:
        patch.setattr(Text, "draw", draw)
        style.styled(lambda: figure.canvas.draw())()
    return found


def require_readable(figure: Figure, monkeypatch: pytest.MonkeyPatch) -> str:
    """Fail where a text of the figure is cut off or covers another; return its words.

    To draw a figure takes a second: who asks for the words too need not draw it again.
    """
    texts = drawn_texts(figure, monkeypatch)
    assert len(texts) > 5
    width, height = figure.canvas.get_width_height()
    for text, ((x0, y0), (x1, y1)) in texts.items():
        inside = min(x0, y0) >= -0.5 and x1 <= width + 0.5 and y1 <= height + 0.5
        assert inside, f"{text.get_text()!r} is cut off"
    for (one, a), (two, b) in itertools.combinations(texts.items(), 2):
        overlap = np.minimum(a[1], b[1]) - np.maximum(a[0], b[0])
        assert overlap.min() < 0.5, f"{one.get_text()!r} covers {two.get_text()!r}"
    return _words(texts)


def words(figure: Figure, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the words of a figure, a text a line."""
    return _words(drawn_texts(figure, monkeypatch))


def _words(texts: dict[Text, np.ndarray]) -> str:
    """Return texts, one a line."""
    return "\n".join(text.get_text() for text in texts)


def lab(rgb: np.ndarray) -> np.ndarray:
    """Return CIELAB (D65) of sRGB colours in 0 to 1."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    matrix = np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ]
    )
    ratio = linear @ matrix.T / matrix.sum(axis=1)
    x, y, z = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio * 841 / 108 + 4 / 29).T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)
