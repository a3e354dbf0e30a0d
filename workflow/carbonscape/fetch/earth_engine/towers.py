"""Raw pixels around towers: one table a year, row by row as ``archives`` reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ee
import numpy as np

from carbonscape.archives.site_list import read_site_list
from carbonscape.core.errors import DownloadError, InputError, ResultError
from carbonscape.core.io import write_text
from carbonscape.core.progress import Progress
from carbonscape.fetch.earth_engine import session
from carbonscape.fetch.earth_engine.answers import TooHeavyError, ask
from carbonscape.fetch.earth_engine.catalogue import Catalogue, lacking
from carbonscape.fetch.earth_engine.files import no_room
from carbonscape.fetch.earth_engine.scratch import Scratch
from carbonscape.fetch.earth_engine.tower_pixels import PixelGrid
from carbonscape.fetch.receipts import write_receipt
from carbonscape.fetch.retry import POLICY, Policy
from carbonscape.fetch.want import Want

#: Towers whose pixels of a year one request asks for.
TOWERS_AT_ONCE = 60
#: Rows that one answer holds; the client asks for the next page by what the last one says.
PAGE = 1000

Site = tuple[str, float, float]


@dataclass(frozen=True)
class TowerRecipe:
    """What is taken around towers.

    Attributes:
        bands: raw bands, in the order of the columns.
        step: as of ``recipes.Recipe``.
        reach: pixels beside the one that holds the tower; 0 for that one alone, without a column.
        most: images that a step may have at most.
    """

    bands: tuple[str, ...]
    step: str
    reach: int
    most: int = 1

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        pixel = ["pixel"] if self.reach else []
        return ["system:index", "site", *pixel, *self.bands]


TOWER_RECIPES = {
    "modis_lai": TowerRecipe(("Lai_500m", "Fpar_500m", "FparLai_QC"), "image", 1),
    "mcd12q1": TowerRecipe(("LC_Type1",), "year", 0),
}


def get_tower_recipe(name: str) -> TowerRecipe:
    """Return the recipe of that name.

    Raises:
        DownloadError: there is none.
    """
    if name not in TOWER_RECIPES:
        raise DownloadError(
            f"Earth Engine: no recipe for towers is called '{name}'; there are "
            f"{', '.join(TOWER_RECIPES)} (workflow/carbonscape/fetch/earth_engine/towers.py)."
        )
    return TOWER_RECIPES[name]


def fetch_towers(want: Want, *, recipe: TowerRecipe, policy: Policy = POLICY) -> None:
    """Fetch one year of raw pixels around every tower.

    Args:
        want: the file; ``when`` is a year, ``sites`` the table of towers.
        recipe: what is taken.
        policy: bounds on attempts and time.

    Raises:
        DownloadError: the service does not deliver; what has come is kept for the next run.
        InputError: there is no table of towers, or it is none.
    """
    try:
        _Table(want, recipe, policy).fetch()
    except ResultError as error:
        raise no_room(want.target) from error


def read_sites(path: Path | None) -> list[Site]:
    """Return name, latitude and longitude of every tower, sorted by name.

    Raises:
        InputError: as :func:`carbonscape.archives.site_list.read_site_list`.
    """
    if path is None:
        raise InputError("towers: no table of sites is given; pixels at towers need one.")
    table = read_site_list(path)
    return list(zip(table["site"], table["lat"], table["lon"], strict=True))


class _Table:
    """One table on its way."""

    def __init__(self, want: Want, recipe: TowerRecipe, policy: Policy) -> None:
        self.want, self.recipe, self.policy = want, recipe, policy
        self.target, self.label = Path(want.target), Path(want.target).name
        self.year = int(want.when[:4])
        self.scratch = Scratch(self.target)
        self.asset = want.source.dataset

    def fetch(self) -> None:
        """Fetch, write, and say what was done."""
        sites = read_sites(self.want.sites)
        session.start(self.want.hosts.get("earth_engine", ""), policy=self.policy)
        catalogue = Catalogue(self.asset, policy=self.policy, label=self.label)
        spans = catalogue.spans(self.year, step=self.recipe.step, most=self.recipe.most)
        first, end = spans[0].first, spans[-1].end
        catalogue.require_bands(self.recipe.bands, first, end)
        images = ee.ImageCollection(self.asset).filterDate(first.isoformat(), end.isoformat())
        projection = images.first().select(self.recipe.bands[0]).projection()
        stated = ask(projection.getInfo, policy=self.policy, label=f"{self.label}: projection")
        self.grid = PixelGrid.of(stated, self.label)
        self.indices = [f"{span.time:%Y_%m_%d}" for span in spans]
        self.images, self.projection = images, projection
        parts = [sites[n : n + TOWERS_AT_ONCE] for n in range(0, len(sites), TOWERS_AT_ONCE)]
        progress = Progress(f"{self.label}: towers", len(sites))
        lines: list[str] = []
        for part in parts:
            lines += self._lines(part)
            progress.advance(len(part))
        # By image, then tower, then pixel: so that tables of the same pixels are the same.
        lines.sort(key=self._order)
        write_text(self.target, "\n".join([",".join(self.recipe.columns), *lines]) + "\n")
        write_receipt(
            self.target,
            source=self.want.source.name,
            request={
                "asset": self.asset,
                "year": self.year,
                "bands": list(self.recipe.bands),
                "sites": len(sites),
                "pixels": (2 * self.recipe.reach + 1) ** 2,
                "images": len(spans),
                "not_in_archive": lacking(spans, step=self.recipe.step),
            },
            client=session.client_name(),
        )
        self.scratch.remove()

    def _lines(self, sites: Sequence[Site]) -> list[str]:
        """Return the rows of some towers, from an earlier run if they are there."""
        features = [
            ee.Feature(ee.Geometry.Point(list(place)), {"site": site, "pixel": pixel})
            for site, lat, lon in sites
            for pixel, place in enumerate(self.grid.around(lat, lon, self.recipe.reach))
        ]
        rows = self._rows_expression(ee.FeatureCollection(features))
        key = self.scratch.key(rows.serialize())
        if self.scratch.is_sound(key):
            return self.scratch.load(key, "lines").tolist()
        try:
            found = self._pages(rows, f"{self.label}, {sites[0][0]} to {sites[-1][0]}")
        except TooHeavyError as error:
            if len(sites) == 1:
                raise DownloadError(
                    f"{self.label}: Earth Engine cannot compute even one tower at once ({error}); "
                    "run the same command again at another time, and report it if that repeats."
                ) from error
            half = len(sites) // 2
            return self._lines(sites[:half]) + self._lines(sites[half:])
        lines = self._checked([self._values(properties) for properties in found], sites)
        self.scratch.save(key, {"lines": np.array(lines)})
        return lines

    def _rows_expression(self, points: ee.FeatureCollection) -> ee.FeatureCollection:
        """Return one feature a point and image: the raw values of the pixel that holds it."""
        bands = list(self.recipe.bands)
        # Named outputs: of a single band the service would call it "first".
        reducer = ee.Reducer.first().forEach(bands)

        def rows_of(image: ee.Image) -> ee.FeatureCollection:
            index = ee.Image(image).get("system:index")
            found = (
                ee.Image(image)
                .select(bands)
                .reduceRegions(collection=points, reducer=reducer, crs=self.projection)
            )
            return found.map(lambda feature: ee.Feature(feature).set("image", index))

        return ee.FeatureCollection(self.images.map(rows_of)).flatten()

    def _pages(self, rows: ee.FeatureCollection, label: str) -> list[Mapping[str, Any]]:
        """Return the properties of all features, page by page."""
        request: dict[str, Any] = {"expression": rows, "pageSize": PAGE}
        properties: list[Mapping[str, Any]] = []
        while True:
            page = ask(
                lambda: ee.data.computeFeatures(dict(request)), policy=self.policy, label=label
            )
            properties += [feature.get("properties", {}) for feature in page.get("features", [])]
            token = page.get("nextPageToken")
            if not token:
                return properties
            if token == request.get("pageToken"):
                raise DownloadError(
                    f"{label}: Earth Engine names the same page as the next one again and again; "
                    "run the same command again, and report it if that repeats."
                )
            request["pageToken"] = token

    def _values(self, properties: Mapping[str, Any]) -> list[str]:
        """Return the cells of a row: empty where the pixel is masked."""
        pixel = [str(properties["pixel"])] if self.recipe.reach else []
        raw = [properties.get(band) for band in self.recipe.bands]
        cells = ["" if value is None else str(int(value)) for value in raw]
        return [str(properties["image"]), str(properties["site"]), *pixel, *cells]

    def _checked(self, rows: Sequence[Sequence[str]], sites: Sequence[Site]) -> list[str]:
        """Refuse an answer that lacks a pixel or has one twice; return its lines."""
        keys = 3 if self.recipe.reach else 2
        pixels = [[str(n)] for n in range((2 * self.recipe.reach + 1) ** 2)]
        expected = {
            (index, site, *(pixel if self.recipe.reach else []))
            for index in self.indices
            for site, _, _ in sites
            for pixel in pixels
        }
        found = [tuple(row[:keys]) for row in rows]
        if set(found) != expected or len(found) != len(expected):
            odd = sorted(set(found) ^ expected)
            first = f"; the first that differs is {', '.join(odd[0])}" if odd else ""
            raise DownloadError(
                f"{self.label}: {len(found)} rows came, expected {len(expected)} "
                f"({len(self.indices)} images from {self.indices[0]} on){first}; run the same "
                "command again, and report it if that repeats."
            )
        return [",".join(row) for row in rows]

    def _order(self, line: str) -> tuple[str, str, int]:
        """Return what rows are sorted by."""
        cells = line.split(",")
        return cells[0], cells[1], int(cells[2]) if self.recipe.reach else 0
