"""From the images of a step to what is stored of each cell, as one expression."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import ee

from carbonscape.fetch.earth_engine.recipes import Field, Recipe
from carbonscape.fetch.earth_engine.screening import Options
from carbonscape.fetch.earth_engine.window import CRS

#: IGBP classes that are no vegetation: urban land, snow and ice, barren land, water.
_NOT_VEGETATED = (13, 15, 16, 17)
_WATER, _CLASSES = 17, range(1, 18)

_CASTS = {
    "float32": ee.Image.toFloat,
    "int16": ee.Image.toInt16,
    "uint16": ee.Image.toUint16,
    "uint8": ee.Image.toUint8,
}


class Cells:
    """Brings images of a collection onto cells.

    Args:
        asset: id of the collection.
        recipe: what is made of it.
        options: choices of the configuration.
        cell: size of a cell, degrees.
        transform: affine transform of the grid.
    """

    def __init__(
        self,
        asset: str,
        *,
        recipe: Recipe,
        options: Options,
        cell: float,
        transform: Sequence[float],
    ) -> None:
        self.asset, self.recipe, self.options = asset, recipe, options
        self.transform = list(transform)
        self.max_pixels = recipe.max_pixels(cell)

    def images(self, first: dt.date, end: dt.date) -> ee.ImageCollection:
        """Return the images that start on ``first`` or later, and before ``end``."""
        return ee.ImageCollection(self.asset).filterDate(first.isoformat(), end.isoformat())

    def step(self, first: dt.date, end: dt.date) -> ee.Image:
        """Return all fields of a step: bands in the order of the recipe's fields, nothing masked.

        Args:
            first: first day on which images of the step start.
            end: the day after the last.
        """
        images = self.images(first, end)
        # All bands of these products have one projection; a composite has lost it.
        projection = images.first().select(self.recipe.bands[0]).projection()
        screened = images.map(lambda image: self.recipe.screen(ee.Image(image), self.options))
        if self.recipe.by_class:
            bands = self._classes(screened.first(), projection)
        else:
            bands = self._values(screened, projection)
        stored = [
            _stored(band, field) for band, field in zip(bands, self.recipe.fields, strict=True)
        ]
        return ee.Image.cat(stored)

    def _values(self, screened: ee.ImageCollection, projection: ee.Projection) -> list[ee.Image]:
        """Return the layers and their companions."""
        combined = {
            "only": lambda: screened.first(),
            "mean": screened.mean,
            "max": screened.max,
        }[self.recipe.combine]()
        count = screened.count()
        bands = []
        for number, layer in enumerate(self.recipe.layers):
            value = combined.select(layer.name)
            bands.append(self._to_cells(value.multiply(layer.factor), projection, "mean"))
            if not self.recipe.shared or number == len(self.recipe.layers) - 1:
                known = value.mask().gt(0).multiply(100)
                images = count.select(layer.name)
                bands += [
                    self._to_cells(known.unmask(0, False), projection, "mean"),
                    self._to_cells(images.unmask(0, False), projection, "max"),
                ]
        return bands

    def _classes(self, code: ee.Image, projection: ee.Projection) -> list[ee.Image]:
        """Return the most frequent class and the three shares.

        Pixels are counted class by class, since Earth Engine does not say which class its mode
        takes of two that are as frequent; here it is the smaller code.
        """
        code = ee.Image(code).select(0)
        vegetated = code.neq(_NOT_VEGETATED[0])
        for other in _NOT_VEGETATED[1:]:
            vegetated = vegetated.And(code.neq(other))
        counted = [code.eq(kind) for kind in _CLASSES] + [code.neq(_WATER), vegetated]
        names = [f"class{kind}" for kind in _CLASSES] + ["land", "vegetated"]
        # A hundred before the mean: halves of a percent stay exact, and are rounded up.
        stack = ee.Image.cat(counted).rename(names).multiply(100)
        shares = self._to_cells(stack, projection, "mean")
        best = shares.select(names[: len(_CLASSES)]).reduce(ee.Reducer.max())
        # Made of a share, and no constant, so that it has the shares' mask and their grid.
        winner = shares.select(names[0]).multiply(0).add(_WATER)
        for kind in reversed(_CLASSES):
            winner = winner.where(shares.select(f"class{kind}").gte(best), kind)
        return [winner, best, shares.select("land"), shares.select("vegetated")]

    def _to_cells(self, image: ee.Image, projection: ee.Projection, how: str) -> ee.Image:
        """Combine the pixels of each cell, by area."""
        reducer = {"mean": ee.Reducer.mean, "max": ee.Reducer.max}[how]()
        return (
            image.setDefaultProjection(projection)
            .reduceResolution(reducer, maxPixels=self.max_pixels)
            .reproject(CRS, self.transform)
        )


def _stored(image: ee.Image, field: Field) -> ee.Image:
    """Return a band as it is stored, with its fill value where it is masked.

    The answer has 0 wherever something is masked, beyond the edges of the images too: hence a
    fill value everywhere (``sameFootprint`` off), which for shares and counts is 0.
    """
    if field.dtype != "float32":
        image = image.add(0.5).floor()
    image = image.unmask(field.fill or 0, False)
    return _CASTS[field.dtype](image).rename(field.name)
