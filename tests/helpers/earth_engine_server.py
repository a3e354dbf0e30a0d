"""A stand-in for Earth Engine on 127.0.0.1: answers the real client, computes what it asks for.

It speaks as the service does (discovery, list of algorithms, value:compute, image:computePixels,
table:computeFeatures with pages, errors as JSON), keeps the service's limits, and evaluates the
expression on native pixels.
"""

from __future__ import annotations

import contextlib
import csv
import functools
import io
import json
import socketserver
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ee
import numpy as np
import pytest

from helpers.earth_engine_server_graph import Collection, Graph, World
from helpers.earth_engine_server_images import Band, Picture, RefusedError
from helpers.web_server import Answer, Asked, web_server

_MOST_BYTES, _MOST_SIDE = 50_331_648, 32_768
_KEPT = 40  # results of expressions: the pieces of one step ask for the same one


@dataclass
class EarthEngine:
    """The stand-in.

    Attributes:
        world: what it holds.
        address: base address.
        asked: requests that were answered or refused, but for those of the start: the name of
            the method (``computePixels``) and the body.
        fault: called with method and body before every such request; may return an answer that
            goes out instead.
        start_fault: the same for the requests with which a client starts.
        shift: degrees by which the service would misplace a grid.
        mistake: what is done to the text of each expression before it is computed.
        page: rows of a page at most.
        broken: mistakes of the stand-in itself.
    """

    world: World
    address: str = ""
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    fault: Callable[[str, dict[str, Any]], Answer | None] = lambda method, body: None
    start_fault: Callable[[Asked], Answer | None] = lambda request: None
    shift: float = 0.0
    mistake: Callable[[str], str] = str
    page: int = 1000
    broken: list[str] = field(default_factory=list)
    _results: dict[str, Any] = field(default_factory=dict)
    _lock: Any = field(default_factory=threading.Lock, repr=False)

    def reset(self, archive: Any) -> None:
        """Forget what was asked and what a test has changed, and hold another archive."""
        fresh = EarthEngine(World(archive, self.world.transform), self.address)
        self.__dict__.update(fresh.__dict__)

    def pieces(self) -> list[Mapping[str, Any]]:
        """Return the grids of the pixels that were asked for, but for the check of the grid."""
        return [
            body["grid"]
            for method, body in self.asked
            if method == "computePixels" and "pixelLonLat" not in json.dumps(body)
        ]

    def answer(self, request: Asked) -> Answer:
        """Return the answer to a request of the client."""
        path = request.path.partition("?")[0]
        if request.method == "GET":
            return self.start_fault(request) or self._start(path)
        body = json.loads(request.body)
        method = path.rpartition(":")[2]
        self.asked.append((method, body))
        if fault := self.fault(method, body):
            return fault
        try:
            return getattr(self, f"_{method}")(body)
        except RefusedError as error:
            return refusal(error.status, str(error))
        except Exception as error:
            self.broken.append(f"{type(error).__name__}: {error}")
            return refusal(400, f"this stand-in is broken: {self.broken[-1]}")

    def _start(self, path: str) -> Answer:
        name = "cloud_api_discovery_document" if "discovery" in path else "algorithms"
        return 200, {"Content-Type": "application/json"}, _shipped(name)

    def _evaluate(self, expression: Mapping[str, Any]) -> Any:
        key = self.mistake(json.dumps(expression, sort_keys=True))
        # One at a time: the archive is not made for threads.
        with self._lock:
            if key not in self._results:
                while len(self._results) >= _KEPT:
                    self._results.pop(next(iter(self._results)))
                self._results[key] = Graph(json.loads(key), self.world).result()
            return self._results[key]

    def _compute(self, body: dict[str, Any]) -> Answer:
        result = self._evaluate(body["expression"])
        if isinstance(result, Picture | Collection):
            raise RefusedError("this stand-in describes no images")
        return _json({"result": result})

    def _computePixels(self, body: dict[str, Any]) -> Answer:  # noqa: N802
        if body.get("fileFormat") != "NPY":
            raise RefusedError(f"this stand-in has no format {body.get('fileFormat')}")
        grid = body["grid"]
        height, width = grid["dimensions"]["height"], grid["dimensions"]["width"]
        if max(height, width) > _MOST_SIDE:
            raise RefusedError(
                f"Pixel grid dimensions ({width}x{height}) must be less than or equal to "
                f"{_MOST_SIDE}."
            )
        picture = self._evaluate(body["expression"])
        if picture.waiting:
            raise RefusedError("reduceResolution without reproject")
        if picture.index == "lonlat":
            picture = self._places(grid)
            rows, cols = slice(None), slice(None)
        else:
            rows, cols = _cells(grid, picture)
        kinds = [(name, f"<{band.kind}") for name, band in picture.bands.items()]
        size = height * width * np.dtype(kinds).itemsize
        if size > _MOST_BYTES:
            raise RefusedError(
                f"Total request size ({size} bytes) must be less than or equal to {_MOST_BYTES} "
                "bytes."
            )
        found = np.zeros((height, width), dtype=kinds)
        for name, band in picture.bands.items():
            # Nothing is told of a mask: a masked pixel is 0.
            values = np.where(band.mask, band.values, 0)
            found[name] = values[rows, cols] if values.ndim else values
        stream = io.BytesIO()
        np.save(stream, found)
        return 200, {"Content-Type": "application/octet-stream"}, stream.getvalue()

    def _places(self, grid: Mapping[str, Any]) -> Picture:
        """Return the longitude and latitude of the centres of a grid."""
        affine, size = grid["affineTransform"], grid["dimensions"]
        lon = affine["translateX"] + (np.arange(size["width"]) + 0.5) * affine["scaleX"]
        lat = affine["translateY"] + (np.arange(size["height"]) + 0.5) * affine["scaleY"]
        lon, lat = np.meshgrid(lon + self.shift, lat)
        there = np.ones(lon.shape, dtype=bool)
        return Picture({"longitude": Band(lon, there), "latitude": Band(lat, there)})

    def _computeFeatures(self, body: dict[str, Any]) -> Answer:  # noqa: N802
        features = self._evaluate(body["expression"])
        start = int(body.get("pageToken") or 0)
        end = start + min(int(body.get("pageSize", 1000)), self.page)
        page = [
            {
                **feature,
                "properties": {
                    name: value
                    for name, value in feature["properties"].items()
                    if value is not None
                },
            }
            for feature in features[start:end]
        ]
        answer: dict[str, Any] = {"type": "FeatureCollection", "features": page}
        if end < len(features):
            answer["nextPageToken"] = str(end)
        return _json(answer)


def read_towers(path: Path) -> dict[tuple[str, str, int], dict[str, float]]:
    """Return the raw values of a table of towers, as :class:`World` takes them.

    Args:
        path: CSV with system:index, site, pixel (but of one pixel a tower) and bands.
    """
    found = {}
    with open(path, encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            key = row.pop("system:index"), row.pop("site"), int(row.pop("pixel", 0))
            found[key] = {band: float(value) for band, value in row.items() if value != ""}
    return found


def _cells(grid: Mapping[str, Any], picture: Picture) -> tuple[slice, slice]:
    """Return which rows and columns of the cells of an image a grid asks for."""
    affine, size = grid["affineTransform"], grid["dimensions"]
    scale_x, _, west, _, scale_y, north = picture.projection
    if grid["crsCode"] != "EPSG:4326" or (affine["scaleX"], affine["scaleY"]) != (scale_x, scale_y):
        raise RefusedError(f"the grid {grid} is none of the image's {picture.projection}")
    col, row = (affine["translateX"] - west) / scale_x, (affine["translateY"] - north) / scale_y
    if abs(col - round(col)) > 1e-6 or abs(row - round(row)) > 1e-6:
        raise RefusedError(f"the grid {grid} lies between the image's cells")
    row, col = round(row), round(col)
    return slice(row, row + size["height"]), slice(col, col + size["width"])


def refusal(status: int, message: str, **headers: str) -> Answer:
    """Return an error as the service writes it."""
    words = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED",
             404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED", 503: "UNAVAILABLE"}  # fmt: skip
    error = {"code": status, "message": message, "status": words.get(status, "UNKNOWN")}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return (
        status,
        {"Content-Type": "application/json", **named},
        json.dumps({"error": error}).encode(),
    )


def _json(content: Any) -> Answer:
    return 200, {"Content-Type": "application/json"}, json.dumps(content).encode()


@functools.cache
def _shipped(name: str) -> bytes:
    """Return a document of the service that the client's package ships for its own tests."""
    return (Path(ee.__file__).parent / "tests" / f"{name}.json").read_bytes()


@contextlib.contextmanager
def earth_engine(archive: Any, pixel: float) -> Iterator[EarthEngine]:
    """Run a stand-in while the block lasts.

    Args:
        archive: has ``images(asset, first, end)``, which yields images of pixels that cover the
            globe, north up, from 180 W.
        pixel: size of a pixel, degrees.
    """
    world = World(archive, (pixel, 0.0, -180.0, 0.0, -pixel, 90.0))
    with pytest.MonkeyPatch.context() as patch, web_server() as web:
        # Head and body of an answer are sent one by one: else each waits for a confirmation.
        patch.setattr(socketserver.StreamRequestHandler, "disable_nagle_algorithm", True)
        engine = EarthEngine(world, web.address)
        web.answer = engine.answer
        yield engine
