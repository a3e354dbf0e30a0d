"""Evaluating the expression that a client of Earth Engine sent, node by node.

An expression is a table of values that refer to each other; functions that are mapped over a
collection have named arguments. Unknown functions are refused, so that no test passes because
this stand-in skipped something.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from helpers import earth_engine_server_images as images
from helpers.earth_engine_server_images import Band, Picture, RefusedError, Transform

_EPOCH = dt.datetime(1970, 1, 1)
_KEPT = 3


@dataclass(frozen=True)
class World:
    """What the stand-in holds.

    Attributes:
        archive: has ``images(asset, first, end)``, which yields native images.
        transform: where their pixels lie.
        gone: ids of collections that no longer exist.
        renamed: new names of bands by their old ones.
        towers: raw values by band, of day (YYYY_MM_DD), site and number of the pixel, where the
            pixels at towers are not those of the images; a band that is masked is absent.
    """

    archive: Any
    transform: Transform
    gone: set[str] = field(default_factory=set)
    renamed: dict[str, str] = field(default_factory=dict)
    towers: dict[tuple[str, str, int], dict[str, float]] = field(default_factory=dict)
    _images: dict[Any, list[Any]] = field(default_factory=dict)

    def images(self, asset: str, first: dt.date, end: dt.date) -> list[Any]:
        """Return native images; those of the last spans are kept, for a list comes before them."""
        key = asset, first, end
        if key not in self._images:
            while len(self._images) >= _KEPT:
                self._images.pop(next(iter(self._images)), None)
            self._images[key] = list(self.archive.images(asset, first, end))
        return self._images[key]


@dataclass(frozen=True)
class Collection:
    """Images of a collection between two days, and what is mapped over them."""

    world: World
    asset: str
    span: tuple[dt.date, dt.date] | None = None
    functions: tuple[Callable[[Any], Any], ...] = ()

    def __iter__(self) -> Iterator[Any]:
        if self.span is None and hasattr(self.world.archive, "all_days"):
            self = replace(self, span=self.world.archive.all_days)
        if self.span is None:
            raise RefusedError("Collection query aborted after accumulating over 5000 elements.")
        for image in self.world.images(self.asset, *self.span):
            item: Any = images.native(image, self.world.transform, self.world.renamed)
            item = replace(item, towers=self.world.towers)
            for function in self.functions:
                item = function(item)
            yield item


class _Scope:
    """Arguments of a function while it runs, and what was computed with them."""

    def __init__(self, arguments: Mapping[str, Any]) -> None:
        self.arguments = dict(arguments)
        self.known: dict[str, Any] = {}


class Graph:
    """One expression."""

    def __init__(self, expression: Mapping[str, Any], world: World) -> None:
        self.values, self.root, self.world = expression["values"], expression["result"], world

    def result(self) -> Any:
        """Return what the expression comes to."""
        return self._reference(self.root, _Scope({}))

    def _reference(self, name: str, scope: _Scope) -> Any:
        if name not in scope.known:
            scope.known[name] = self._value(self.values[name], scope)
        return scope.known[name]

    def _value(self, node: Mapping[str, Any], scope: _Scope) -> Any:
        ((kind, content),) = node.items()
        if kind == "constantValue":
            return content
        if kind == "valueReference":
            return self._reference(content, scope)
        if kind == "argumentReference":
            return scope.arguments[content]
        if kind == "arrayValue":
            return [self._value(part, scope) for part in content["values"]]
        if kind == "dictionaryValue":
            return {name: self._value(part, scope) for name, part in content["values"].items()}
        if kind == "functionDefinitionValue":
            return self._function(content, scope)
        if kind == "functionInvocationValue":
            arguments = {
                name: self._value(part, scope) for name, part in content["arguments"].items()
            }
            return self._call(content["functionName"], arguments)
        raise RefusedError(f"this stand-in knows no node {kind}")

    def _function(self, content: Mapping[str, Any], outer: _Scope) -> Callable[..., Any]:
        names, body = content["argumentNames"], content["body"]

        def function(*arguments: Any) -> Any:
            given = dict(zip(names, arguments, strict=True))
            return self._reference(body, _Scope({**outer.arguments, **given}))

        return function

    def _call(self, name: str, given: dict[str, Any]) -> Any:
        room, _, verb = name.partition(".")
        if room == "Image" and verb in images.BINARY:
            one, two = _picture(given["image1"]), _picture(given["image2"])
            return images.BINARY[verb](one, two)
        if room == "Image" and verb in images.UNARY:
            return images.UNARY[verb](given["value"])
        if room == "reduce":
            return images.reduce_collection(given["collection"], verb)
        if room == "Reducer" and verb not in ("forEach", "setOutputs"):
            if given:
                raise RefusedError(f"this stand-in knows no options of {name}: {given}")
            return verb
        if name == "ImageCollection.load":
            return self._load(given["id"])
        if name not in _FUNCTIONS:
            raise RefusedError(f"this stand-in has no function {name}")
        return _FUNCTIONS[name](**given)

    def _load(self, asset: str) -> Collection:
        if asset in self.world.gone:
            raise RefusedError(
                f"ImageCollection.load: ImageCollection asset '{asset}' not found (does not exist "
                "or caller does not have access)."
            )
        return Collection(self.world, asset)


def _picture(value: Any) -> Picture:
    """Return an image, of a number too."""
    return value if isinstance(value, Picture) else images.constant(value)


def _moment(value: Any) -> dt.datetime:
    """Return a date of text, milliseconds or itself."""
    if isinstance(value, dt.datetime):
        return value
    if isinstance(value, int | float):
        return _EPOCH + dt.timedelta(milliseconds=value)
    return dt.datetime.fromisoformat(value)


def _filter(collection: Collection, filter: Any) -> Collection:
    (start, end), name = filter
    if name != "system:time_start":
        raise RefusedError(f"this stand-in filters by system:time_start alone, not by {name}")
    if collection.functions:
        raise RefusedError("filter before map, here")
    # As a range contains: from the start on, before the end.
    return replace(collection, span=(start.date(), end.date()))


def _first(collection: Any) -> Any:
    for item in collection:
        return item
    return None


def _map(collection: Any, baseAlgorithm: Callable[[Any], Any]) -> Any:
    if isinstance(collection, Collection):
        return replace(collection, functions=(*collection.functions, baseAlgorithm))
    return [baseAlgorithm(item) for item in collection]


def _get(object: Any, property: str) -> Any:
    if isinstance(object, Picture):
        stamp = object.start and (object.start - _EPOCH) / dt.timedelta(milliseconds=1)
        return {"system:index": object.index, "system:time_start": stamp}[property]
    return object["properties"].get(property)


def _aggregate(collection: Any, property: str) -> list[Any]:
    return [_get(item, property) for item in collection]


def _projection_of(image: Picture | None) -> dict[str, Any]:
    if image is None:
        raise RefusedError("Image.projection: Parameter 'image' is required and may not be null.")
    return {"type": "Projection", "crs": "EPSG:4326", "transform": list(image.projection)}


def _select(input: Any, bandSelectors: list, newNames: list | None = None) -> Picture:
    if input is None:
        raise RefusedError("Image.select: Parameter 'input' is required and may not be null.")
    return images.select(input, bandSelectors, newNames)


def _reduce_resolution(image: Picture, reducer: str, maxPixels: int = 64) -> Picture:
    return replace(image, waiting=(reducer, int(maxPixels)))


def _default_projection(image: Picture, crs: dict[str, Any]) -> Picture:
    return replace(image, projection=tuple(crs["transform"]))


def _reproject(image: Picture, crs: dict[str, Any], crsTransform: list) -> Picture:
    if crs["crs"] != "EPSG:4326":
        raise RefusedError(f"this stand-in has no projection {crs}")
    return images.to_cells(image, tuple(float(part) for part in crsTransform))


def _reduce_regions(
    image: Picture, collection: list, reducer: Any, crs: dict[str, Any]
) -> list[dict[str, Any]]:
    how, outputs = reducer if isinstance(reducer, tuple) else (reducer, None)
    if how != "first":
        raise RefusedError(f"this stand-in takes the first pixel at points, not {how}")
    names = outputs or (list(image.bands) if len(image.bands) > 1 else [how])
    width, _, west, _, height, north = crs["transform"]
    found = []
    for feature in collection:
        lon, lat = feature["geometry"]["coordinates"]
        row, col = int(np.floor((lat - north) / height)), int(np.floor((lon - west) / width))
        properties = dict(feature["properties"])
        if image.towers:
            raw = image.towers[image.index, properties["site"], int(properties["pixel"])]
            found.append({**feature, "properties": {**properties, **raw}})
            continue
        for name, band in zip(names, image.bands.values(), strict=True):
            inside = 0 <= row < band.mask.shape[0] and 0 <= col < band.mask.shape[1]
            there = inside and band.mask[row, col]
            properties[name] = float(band.values[row, col]) if there else None
        found.append({**feature, "properties": properties})
    return found


def _feature(geometry: Any = None, metadata: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": dict(metadata or {})}


def _set(object: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    return {**object, "properties": {**object["properties"], key: value}}


def _unmask(
    input: Picture,
    value: Any = 0,
    sameFootprint: bool = True,
) -> Picture:
    return images.unmask(input, _picture(value), sameFootprint)


def _advance(date: Any, delta: float, unit: str) -> dt.datetime:
    if (delta, unit) != (1, "month"):
        raise RefusedError(f"this stand-in goes on by one month, not {delta} {unit}")
    start = _moment(date)
    return start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)


def _difference(date: Any, start: Any, unit: str) -> float:
    if unit != "day":
        raise RefusedError(f"this stand-in counts days, not {unit}")
    return (_moment(date) - _moment(start)) / dt.timedelta(days=1)


def _lon_lat() -> Picture:
    """Return a mark: what these bands hold depends on the grid that is asked for."""
    names = ("longitude", "latitude")
    return Picture({name: Band(np.array(0.0), np.array(True)) for name in names}, index="lonlat")


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "AggregateFeatureCollection.array": _aggregate,
    "AggregateFeatureCollection.max": lambda collection, property: max(
        _aggregate(collection, property)
    ),
    "AggregateFeatureCollection.min": lambda collection, property: min(
        _aggregate(collection, property)
    ),
    "Collection": lambda features: features,
    "Collection.filter": _filter,
    "Collection.first": _first,
    "Collection.flatten": lambda collection: [item for part in collection for item in part],
    "Collection.map": _map,
    "Date": lambda value: _moment(value),
    "Date.advance": _advance,
    "Date.difference": _difference,
    "Date.fromYMD": lambda year, month, day: dt.datetime(int(year), int(month), int(day)),
    "Date.get": lambda date, unit: getattr(_moment(date), unit),
    "DateRange": lambda start, end: (_moment(start), _moment(end)),
    "Element.get": _get,
    "Element.set": _set,
    "Feature": _feature,
    "Filter.dateRangeContains": lambda leftValue, rightField: (leftValue, rightField),
    "GeometryConstructors.Point": lambda coordinates: {
        "type": "Point",
        "coordinates": coordinates,
    },
    "Image.addBands": lambda dstImg, srcImg: images.add_bands(_picture(dstImg), _picture(srcImg)),
    "Image.bandNames": lambda image: list(image.bands),
    "Image.clamp": lambda input, low, high: images.clamp(input, low, high),
    "Image.constant": lambda value: images.constant(value),
    "Image.date": lambda image: image.start,
    "Image.mask": lambda image: images.mask_of(image),
    "Image.pixelLonLat": _lon_lat,
    "Image.projection": _projection_of,
    "Image.reduce": lambda image, reducer: images.reduce_bands(image, reducer),
    "Image.reduceRegions": _reduce_regions,
    "Image.reduceResolution": _reduce_resolution,
    "Image.rename": lambda input, names: images.rename(input, names),
    "Image.reproject": _reproject,
    "Image.select": _select,
    "Image.setDefaultProjection": _default_projection,
    "Image.unmask": _unmask,
    "Image.updateMask": lambda image, mask: images.update_mask(image, _picture(mask)),
    "Image.where": lambda input, test, value: images.where(input, test, _picture(value)),
    "Number.add": lambda left, right: left + right,
    "Number.min": lambda left, right: min(left, right),
    "Projection": lambda crs, transform=None: {"crs": crs, "transform": transform},
    "Reducer.forEach": lambda reducer, outputNames: (reducer, outputNames),
}
