"""Which cells are asked for, and how they are cut."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.core.errors import DownloadError
from carbonscape.fetch.earth_engine.window import (
    FLOOR,
    MOST_BYTES,
    MOST_SIDE,
    PIECE_BYTES,
    Piece,
    Window,
    side_of_pieces,
)


@pytest.mark.parametrize("side", [1, 5, 7, 12, 100])
def test_pieces_cover_every_cell_once(side: int) -> None:
    window = Window.of(30.0, None)
    seen = np.zeros(window.shape, dtype=int)
    for piece in window.cut(side):
        assert max(piece.height, piece.width) <= side
        seen[window.place(piece)] += 1
    assert (seen == 1).all()


def test_pieces_are_regular() -> None:
    sizes = {(piece.height, piece.width) for piece in Window.of(0.05, None).cut(650)}
    assert sizes == {(600, 600)}


@pytest.mark.parametrize("size", [(4, 4), (5, 3), (1, 7), (3, 1)])
def test_quarters_cover_a_piece_once(size: tuple[int, int]) -> None:
    piece = Piece(2, 3, *size)
    seen = np.zeros((20, 20), dtype=int)
    for part in piece.quarters():
        assert part.cells
        assert max(part.height, part.width) < max(size)
        seen[part.row : part.row + part.height, part.col : part.col + part.width] += 1
    assert seen.sum() == piece.cells == size[0] * size[1]
    assert (seen[2 : 2 + size[0], 3 : 3 + size[1]] == 1).all()


def test_the_grid_of_a_request_begins_at_the_outer_corner() -> None:
    window = Window.of(0.1, None)
    grid = window.request_grid(Piece(600, 3, 100, 50))
    assert grid["dimensions"] == {"width": 50, "height": 100}
    affine = grid["affineTransform"]
    assert (affine["translateX"], affine["translateY"]) == (-179.7, 30.0)
    assert (affine["scaleX"], affine["scaleY"]) == (0.1, -0.1)
    assert grid["crsCode"] == "EPSG:4326"
    assert window.transform() == [0.1, 0, -180, 0, -0.1, 90]


def test_an_area_holds_the_cells_whose_centre_lies_in_it() -> None:
    window = Window.of(0.1, (50.0, -10.0, 49.7, -9.8))
    np.testing.assert_allclose(window.lat, [49.95, 49.85, 49.75])
    np.testing.assert_allclose(window.lon, [-9.95, -9.85])
    assert window.place(window.cut(10)[0]) == (slice(0, 3), slice(0, 2))
    with pytest.raises(DownloadError, match="no centre of a cell of 0.1 degrees lies in the area"):
        Window.of(0.1, (50.0, -10.0, 49.99, -9.8))
    with pytest.raises(DownloadError, match="the size of a cell is 0 degrees"):
        Window.of(0.0, None)


def test_a_piece_is_bounded_by_bytes_by_pixels_and_by_the_service() -> None:
    assert PIECE_BYTES <= MOST_BYTES == 50_331_648
    assert side_of_pieces(bytes_of_cell=48, pixels_of_cell=1e-3) ** 2 * 48 <= PIECE_BYTES
    assert side_of_pieces(bytes_of_cell=1, pixels_of_cell=1e5) == 100
    assert side_of_pieces(bytes_of_cell=1, pixels_of_cell=1e12) == FLOOR
    assert side_of_pieces(bytes_of_cell=1, pixels_of_cell=0) <= MOST_SIDE
