"""From pixels to cells with paper and pencil: means, modes, shares and numbers of images."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.archives.cell_aggregation import (
    NO_SHARE,
    LargestOfImages,
    MeanOfImages,
    by_cells,
    cell_centres,
    classes_of_pixels,
    half_up,
    largest_of_pixels,
    mean_of_pixels,
    pixel_slice,
    pixels_per_side,
)

NAN = np.nan


@pytest.mark.parametrize(
    ("size", "cell", "shape", "side"),
    [
        (0.05, None, (3600, 7200), 1),  # the pixels are the cells
        (0.05, 0.05, (3600, 7200), 1),
        (0.05, 0.1, (3600, 7200), 2),
        (1 / 240, 0.1, (43200, 86400), 24),
        (0.05, 0.12, (3600, 7200), 1),  # does not fit: the grid refuses it
        (45.0, 30.0, (4, 8), 1),
        (0.1, 0.2, (3, 4), 1),  # a row of pixels is left over
    ],
)
def test_pixels_fill_cells_or_are_cells(size, cell, shape, side):
    assert pixels_per_side(size, cell, shape) == side


def test_cells_lie_amid_their_pixels():
    assert cell_centres(np.array([80.0, 70.0, 60.0, 50.0]), 2).tolist() == [75, 55]
    assert pixel_slice(slice(1, 3), 4, 5) == slice(4, 12)
    assert pixel_slice(slice(None), 4, 5) == slice(0, 20)


def test_pixels_are_gathered_by_their_cell():
    cells = by_cells(np.arange(16).reshape(4, 4), 2)
    assert cells.shape == (2, 2, 4)
    assert cells[0, 1].tolist() == [2, 3, 6, 7]
    assert cells[1, 0].tolist() == [8, 9, 12, 13]


def test_halves_are_rounded_up():
    assert half_up(np.array([0.5, 1.5, 2.4999, -0.5, 232.5])).tolist() == [1, 2, 2, 0, 233]


def test_the_mean_is_that_of_the_pixels_with_a_value():
    """Three cells of 2 x 2: all four, one of four (25 percent), none."""
    pixels = np.array([[1, 2, NAN, NAN, NAN, NAN], [3, 6, NAN, 7, NAN, NAN]])
    mean, share = mean_of_pixels(pixels, 2)
    np.testing.assert_array_equal(mean, [[3, 7, NAN]])
    assert share.tolist() == [[100, 25, 0]]
    assert share.dtype == np.uint8


def test_the_share_is_rounded_half_up():
    """Of 9 pixels 1 is 11.1 percent, 5 are 55.6; of 400 pixels 2 are 0.5, of which 1 is made."""
    pixels = np.full((3, 6), NAN)
    pixels[0, 0] = pixels[:, 3] = pixels[0, 4] = pixels[0, 5] = 1
    assert mean_of_pixels(pixels, 3)[1].tolist() == [[11, 56]]
    fine = np.full((20, 20), NAN)
    fine[0, :2] = 1
    assert mean_of_pixels(fine, 20)[1].tolist() == [[1]]


def test_the_number_of_images_is_that_of_the_best_pixel():
    counts = np.array([[0, 3, 0, 0], [2, 1, 0, 0]])
    assert largest_of_pixels(counts, 2).tolist() == [[3, 0]]


def test_classes_by_the_most_frequent_and_ties_by_the_smaller_code():
    codes = np.array(
        [
            [12, 10, 5, 5, 17, 17, 0, 0],
            [10, 12, 8, 0, 17, 1, 0, 0],
        ],
        dtype=np.uint8,
    )
    found = classes_of_pixels(codes, 2)
    assert found.igbp.tolist() == [[10, 5, 17, 0]]
    # 2 of 4; 2 of 3, 66.7; 3 of 4; none.
    assert found.winner_share.tolist() == [[50, 67, 75, NO_SHARE]]
    assert found.land_share.tolist() == [[100, 100, 25, NO_SHARE]]
    assert found.vegetated_share.tolist() == [[100, 100, 25, NO_SHARE]]


def test_towns_snow_and_deserts_are_land_without_vegetation():
    found = classes_of_pixels(np.array([[13, 15, 16], [17, 11, 14], [1, 1, 1]], np.uint8), 3)
    assert found.igbp.tolist() == [[1]]
    assert found.land_share.tolist() == [[89]]  # 8 of 9
    assert found.vegetated_share.tolist() == [[56]]  # 5 of 9


def test_images_are_combined_at_the_pixel():
    images = np.array([[[1.0, NAN, -3.0, NAN]], [[4.0, NAN, NAN, 5.0]]])
    for kind, expected in (
        (MeanOfImages, [[2.5, NAN, -3, 5]]),
        (LargestOfImages, [[4, NAN, -3, 5]]),
    ):
        combined = kind((1, 4))
        assert np.isnan(combined.values()).all()
        for image in images:
            combined.add(image)
        np.testing.assert_array_equal(combined.values(), expected)
        assert combined.count.tolist() == [[2, 0, 1, 1]]


def test_a_mean_that_tells_of_its_images_counts_for_them():
    combined = MeanOfImages((1, 2))
    combined.add(np.array([[1.0, NAN]]), np.array([[7, 0]]))
    assert combined.count.tolist() == [[7, 0]]
    assert combined.values()[0, 0] == 1


def test_time_first_and_then_the_pixels():
    """A pixel that is seen once weighs as much as one that is seen three times."""
    combined = MeanOfImages((2, 2))
    for value in (10.0, 20.0, 30.0):
        image = np.full((2, 2), NAN)
        image[0, 0] = value
        if value == 30.0:
            image[1, 1] = 100.0
        combined.add(image)
    mean, share = mean_of_pixels(combined.values(), 2)
    assert mean.tolist() == [[60]]  # (20 + 100) / 2, and not (10 + 20 + 30 + 100) / 4
    assert share.tolist() == [[50]]
    assert largest_of_pixels(combined.count, 2).tolist() == [[3]]
