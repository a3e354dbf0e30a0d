"""What an image of the simulated satellites is made of: pixels, their truth, the weather."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from carbonscape.core.errors import ConfigError
from carbonscape.simulate.lattice import Array
from carbonscape.simulate.native_pixels import Pixels
from carbonscape.simulate.xco2_places import emission_in_cells
from carbonscape.simulate.xco2_weather import Surface, surface_of

#: Bands of an image by name: raw values (row, column), and True where there is a value.
Bands = dict[str, tuple[Array, Array]]


@dataclass
class Scene:
    """What every image of a grid of pixels is made of.

    Attributes:
        pixels: the pixels.
        seed: seed of the run.
        parts: switches: ``clouds``, ``missing_composites``, ``cover_views``.
        earth: the Earth, whose weather the surface follows; only images that show the weather
            need one.
        months: the field of the last month by name, for images that share one.
    """

    pixels: Pixels
    seed: int
    parts: Any
    earth: Any = None
    months: dict[str, tuple[Any, Array]] = field(default_factory=dict, repr=False)
    _years: dict[tuple[str, int], Array] = field(default_factory=dict, repr=False)

    def of_year(self, name: str, year: int) -> Array:
        """Return the truth (..., home) of one year."""
        key = name, year
        if key not in self._years:
            self._years[key] = self.pixels.homes.of_year(name, year)
        return self._years[key]

    def trees(self, year: int) -> Array:
        """Return the share of each home's cover that is trees (home), 0-1."""
        key = "trees", year
        if key not in self._years:
            types = self.pixels.homes.truth["pft_class"].values.astype(str)
            trees = np.char.startswith(types, "TREES")
            self._years[key] = self.of_year("pft", year)[trees].sum(axis=0)
        return self._years[key]

    @cached_property
    def surface(self) -> Surface:
        """The weather at the surface of the homes, of all years of the truth.

        Raises:
            ConfigError: the scene was made without an Earth.
        """
        if self.earth is None:
            raise ConfigError(
                "an image that shows the weather is asked for, but the native archive was made "
                "without an Earth; give it one."
            )
        years = [int(year) for year in self.pixels.homes.truth["year"].values]
        return surface_of(self.earth, self.pixels.homes, years)

    @cached_property
    def emission(self) -> Array:
        """Emission density of the pixels (row, column), land and sea."""
        return emission_in_cells(self.pixels.lat, self.pixels.lon)


def with_fill(values: Array, fill: int | float) -> tuple[Array, Array]:
    """Return a band whose fill value has no value."""
    return values, values != fill
