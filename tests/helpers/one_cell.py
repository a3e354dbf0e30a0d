"""Native images of one cell of 2 x 2 pixels, and what is written of it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np

from carbonscape.simulate import cell_rules
from carbonscape.simulate.cells import (
    write_cells,
)
from carbonscape.simulate.native import NativeImage
from helpers.xco2_predictors_made import read

SIDE = 2


class Images:
    """An archive of one cell of 180 degrees (of two), whose images are given."""

    cell, pixels, window = 180.0, SIDE, None
    lat, lon = np.array([45.0, -45.0]), np.array([-135.0, -45.0, 45.0, 135.0])

    def __init__(self, *images: NativeImage) -> None:
        self._images = images

    def images(self, asset: str, first: dt.date, end: dt.date):
        return (image for image in self._images if first <= image.start < end)


def image(day: str, **bands: tuple) -> NativeImage:
    """Return an image whose western cell has four pixels from the north-west; the other none."""
    values, masks = {}, {}
    for name, (kind, pixels) in bands.items():
        field, mask = np.zeros((2, 4), kind), np.zeros((2, 4), bool)
        field[:, :2] = np.reshape(pixels, (2, 2))
        mask[:, :2] = True
        values[name], masks[name] = field, mask
    return NativeImage(dt.date.fromisoformat(day), values, masks)


def cells_of(path: Path, images: Images, product: cell_rules.Product, name: str) -> list:
    """Return value, share and images of the western cell in January."""
    days = [dt.date(2015, 1, 1)]
    write_cells(path / "X_2015.nc", archive=images, product=product, days=days)
    raw = read(path / "X_2015.nc")
    names = (name, f"{name}_good_share", f"{name}_images")
    assert [raw[n][0, 0, 1] for n in names] == [-9999, 0, 0]  # no pixel of the other cell
    return [raw[n][0, 0, 0] for n in names]
