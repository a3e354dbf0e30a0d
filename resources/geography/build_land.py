"""Rebuild land_110m.geojson from the npm package world-atlas.

The package holds Natural Earth's 1:110m land polygons as TopoJSON: arcs of delta-encoded,
quantised positions that polygons share and that run straight across the antimeridian and round
the pole. This script decodes the arcs, cuts the polygons at 180 degrees, closes Antarctica along
the pole and writes plain GeoJSON (RFC 7946), so that a map needs no library to draw a coast.

Usage, from the root of the project (README.md beside this file says where the package is from):

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    PYTHONPATH=workflow python resources/geography/build_land.py package/land-110m.json
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path
from typing import Any

from carbonscape.core.errors import InputError
from carbonscape.core.io import read_json, sha256, write_text

#: SHA-256 of land-110m.json in world-atlas 2.0.2.
SOURCE_SHA256 = "ead5f68119c49a9250902e7da303bcb209341bbb8fefe7369a439b48b704658a"

#: Decimals kept: 0.01 degree is about 1.1 km, far finer than a 1:110m coast.
DECIMALS = 2

Point = tuple[float, float]
Ring = list[Point]


def main() -> None:
    """Read the package's file, check that it is the pinned one, write the GeoJSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, help="land-110m.json of world-atlas 2.0.2")
    parser.add_argument(
        "--output", type=Path, default=Path(__file__).with_name("land_110m.geojson")
    )
    arguments = parser.parse_args()
    if not arguments.source.is_file():
        raise SystemExit(f"{arguments.source}: no such file; unpack world-atlas 2.0.2 first.")
    found = sha256(arguments.source)
    if found != SOURCE_SHA256:
        raise SystemExit(
            f"{arguments.source}: SHA-256 is {found}, expected {SOURCE_SHA256}; use "
            "land-110m.json of world-atlas 2.0.2."
        )
    write_text(arguments.output, geojson_text(land_polygons(read_json(arguments.source))))


def land_polygons(topology: dict[str, Any]) -> list[list[Ring]]:
    """Decode the object ``land`` of a quantised topology into polygons within +-180 degrees.

    Each polygon is a list of closed rings of (longitude, latitude) in degrees, rounded to
    ``DECIMALS``: the exterior counter-clockwise, then its holes clockwise.

    Raises:
        InputError: the topology is not quantised or holds something other than polygons.
    """
    if "transform" not in topology:
        raise InputError("the topology has no 'transform': expected the quantised land-110m.json.")
    arcs = [_decode(arc, topology["transform"]) for arc in topology["arcs"]]
    polygons: list[list[Ring]] = []
    for geometry in topology["objects"]["land"]["geometries"]:
        if geometry["type"] not in ("Polygon", "MultiPolygon"):
            raise InputError(f"'land' holds a {geometry['type']}: expected polygons only.")
        nested = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        for polygon in nested:
            exterior, *holes = [_unwrap(_join(ring, arcs)) for ring in polygon]
            polygons.extend(_cut([exterior, *(_move_into(exterior, hole) for hole in holes)]))
    return polygons


def _decode(arc: list[list[int]], transform: dict[str, list[float]]) -> Ring:
    """Return the positions of one arc: a running sum of deltas, scaled and shifted."""
    (scale_x, scale_y), (shift_x, shift_y) = transform["scale"], transform["translate"]
    x = y = 0
    points = []
    for step_x, step_y in arc:
        x, y = x + step_x, y + step_y
        points.append((x * scale_x + shift_x, y * scale_y + shift_y))
    return points


def _join(indices: list[int], arcs: list[Ring]) -> Ring:
    """Chain arcs into a ring; index ~i is arc i backwards; joints are stored in both arcs."""
    ring: Ring = []
    for index in indices:
        points = arcs[index] if index >= 0 else arcs[~index][::-1]
        ring.extend(points[1:] if ring else points)
    return ring


def _unwrap(ring: Ring) -> Ring:
    """Make the longitudes of a ring continuous, and close one that circles the South Pole."""
    unwrapped = [ring[0]]
    for (before, _), (lon, lat) in zip(ring, ring[1:], strict=False):
        step = (lon - before + 180.0) % 360.0 - 180.0
        unwrapped.append((unwrapped[-1][0] + step, lat))
    turn = unwrapped[-1][0] - unwrapped[0][0]
    if abs(turn) > 180.0:
        unwrapped += [(unwrapped[-1][0], -90.0), (unwrapped[0][0], -90.0), unwrapped[0]]
    return unwrapped


def _move_into(exterior: Ring, hole: Ring) -> Ring:
    """Shift a hole by whole turns to where its unwrapped exterior lies."""
    west = min(lon for lon, _ in exterior)
    shift = 360.0 * math.ceil((west - min(lon for lon, _ in hole)) / 360.0)
    return [(lon + shift, lat) for lon, lat in hole]


def _cut(rings: list[Ring]) -> list[list[Ring]]:
    """Cut a polygon of continuous longitudes into pieces that lie within +-180 degrees."""
    west = math.floor((min(lon for lon, _ in rings[0]) + 180.0) / 360.0)
    east = math.floor((max(lon for lon, _ in rings[0]) + 180.0) / 360.0)
    pieces = []
    for turn in range(west, east + 1):
        shift = 360.0 * turn
        piece = []
        for number, ring in enumerate(rings):
            part = _clip(_clip(ring, shift - 180.0, keep_east=True), shift + 180.0, keep_east=False)
            part = _tidy([(lon - shift, lat) for lon, lat in part], hole=number > 0)
            if part:
                piece.append(part)
            elif number == 0:
                break  # nothing of the exterior lies here, so no hole can
        if piece:
            pieces.append(piece)
    return pieces


def _clip(ring: Ring, meridian: float, *, keep_east: bool) -> Ring:
    """Keep the side of a closed ring east (or west) of a meridian (Sutherland and Hodgman)."""

    def inside(lon: float) -> bool:
        return lon >= meridian if keep_east else lon <= meridian

    clipped: Ring = []
    for (x0, y0), (x1, y1) in zip(ring, ring[1:], strict=False):
        if inside(x0):
            clipped.append((x0, y0))
        if inside(x0) != inside(x1):
            clipped.append((meridian, y0 + (y1 - y0) * (meridian - x0) / (x1 - x0)))
    return clipped + clipped[:1]


def _tidy(ring: Ring, *, hole: bool) -> Ring:
    """Round, drop repeated points and orient a ring; return [] for one without area."""
    rounded = [(round(lon, DECIMALS) + 0.0, round(lat, DECIMALS) + 0.0) for lon, lat in ring]
    ring = [point for number, point in enumerate(rounded) if point != rounded[number - 1]]
    ring = ring + ring[:1]
    area = sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(ring, ring[1:], strict=False))
    if abs(area) < 10.0 ** (-2 * DECIMALS):
        return []
    return ring[::-1] if (area < 0) != hole else ring


def geojson_text(polygons: list[list[Ring]]) -> str:
    """Return a FeatureCollection of one MultiPolygon, one polygon a line."""
    lines = ",\n".join(json.dumps(polygon, separators=(",", ":")) for polygon in polygons)
    return (
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":'
        '{"source":"Natural Earth 4.1.0, 1:110m land (public domain), via world-atlas 2.0.2"},'
        f'"geometry":{{"type":"MultiPolygon","coordinates":[\n{lines}\n]}}}}]}}\n'
    )


if __name__ == "__main__":
    main()
