"""Rebuild continents.nc: the continent of every quarter of a degree, from Natural Earth 1:110m.

The countries come with the Python package geopandas 0.14.4, a carrier of data only: its wheel is
unzipped, never installed or imported. README.md beside this file says what is changed here.

Usage, from the root of the project:

    pip download --no-deps --dest wheels geopandas==0.14.4
    unzip -j -d wheels wheels/geopandas-0.14.4-py3-none-any.whl '*/naturalearth_lowres/*'
    PYTHONPATH=workflow python resources/continents/build_continents.py wheels
"""

from __future__ import annotations

import argparse
import struct
from collections.abc import Iterator
from pathlib import Path

import netCDF4
import numpy as np
from numpy.typing import NDArray
from rasterio.features import rasterize
from rasterio.transform import from_origin

from carbonscape.core.io import atomic_path, sha256

#: SHA-256 of the files of geopandas 0.14.4 that are read.
SOURCES = {
    "naturalearth_lowres.shp": "1f689e60b357e1e98702d5d9f774e95e77fc6b324487cadf57eb9317d533ce12",
    "naturalearth_lowres.dbf": "5cfbcaa21ce5fad798abf2ec65ab0db59538f9bb8a37273ef62b6aa8121487fd",
}

#: Codes of the raster, from 1 in this order; 0 is sea, Antarctica and the open ocean.
CONTINENTS = ("Africa", "Asia", "Europe", "North America", "South America", "Oceania")

#: Size of a pixel, degrees.
CELL = 0.25

#: Russia lies in Asia east of here, degrees east.
URALS = 60.0

Ring = list[tuple[float, float]]


def main() -> None:
    """Check the two files, draw the continents and write the raster."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="folder of naturalearth_lowres.shp and .dbf")
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("continents.nc"))
    arguments = parser.parse_args()
    for name, expected in SOURCES.items():
        path = arguments.folder / name
        if not path.is_file() or sha256(path) != expected:
            raise SystemExit(f"{path}: absent, or not the file of geopandas 0.14.4.")
    records = read_dbf(arguments.folder / "naturalearth_lowres.dbf")
    rings = read_rings(arguments.folder / "naturalearth_lowres.shp")
    write_raster(arguments.output, draw(list(zip(records, rings, strict=True))))


def read_dbf(path: Path) -> list[dict[str, str]]:
    """Read the text of every field of every record of a dBASE III table."""
    content = path.read_bytes()
    count, start, length = struct.unpack("<IHH", content[4:12])
    fields, at = [], 32
    while content[at] != 0x0D:
        name = content[at : at + 11].split(b"\0")[0].decode()
        fields.append((name, content[at + 16]))
        at += 32
    records = []
    for number in range(count):
        at = start + number * length + 1
        record = {}
        for name, width in fields:
            record[name] = content[at : at + width].decode("latin-1").strip()
            at += width
        records.append(record)
    return records


def read_rings(path: Path) -> Iterator[list[Ring]]:
    """Yield the rings (longitude, latitude) of every polygon record of a shapefile."""
    content = path.read_bytes()
    at = 100
    while at < len(content):
        words = struct.unpack(">I", content[at + 4 : at + 8])[0]
        kind, parts, points = struct.unpack("<i32xii", content[at + 8 : at + 52])
        if kind != 5:
            raise SystemExit(f"{path}: holds a shape of type {kind}, expected polygons (5).")
        starts = [*struct.unpack(f"<{parts}i", content[at + 52 : at + 52 + 4 * parts]), points]
        first = at + 52 + 4 * parts
        position = np.frombuffer(content, "<f8", 2 * points, first).reshape(points, 2)
        yield [
            [(float(x), float(y)) for x, y in position[one:two]]
            for one, two in zip(starts, starts[1:], strict=False)
        ]
        at += 8 + 2 * words


def draw(countries: list[tuple[dict[str, str], list[Ring]]]) -> NDArray[np.uint8]:
    """Return the codes (lat, lon) of pixels whose centre lies in a country.

    A hole is drawn as land: the only one, Lesotho, lies in the continent around it.
    """
    shapes = []
    for record, rings in countries:
        for ring in rings:
            name = continent(record, ring)
            if name in CONTINENTS:
                polygon = {"type": "Polygon", "coordinates": [ring]}
                shapes.append((polygon, CONTINENTS.index(name) + 1))
    codes = rasterize(
        shapes,
        out_shape=(round(180 / CELL), round(360 / CELL)),
        transform=from_origin(-180.0, 90.0, CELL, CELL),
        dtype="uint8",
    )
    russia = rasterize(
        [
            ({"type": "Polygon", "coordinates": [ring]}, 1)
            for record, rings in countries
            if record["name"] == "Russia"
            for ring in rings
        ],
        out_shape=codes.shape,
        transform=from_origin(-180.0, 90.0, CELL, CELL),
        dtype="uint8",
    ).astype(bool)
    lon = -180 + CELL * (np.arange(codes.shape[1]) + 0.5)
    # What lies beyond the antimeridian is eastern too.
    codes[russia & ((lon >= URALS) | (lon < 0))] = CONTINENTS.index("Asia") + 1
    return codes


def continent(record: dict[str, str], ring: Ring) -> str:
    """Return the continent of a part of a country: its own, whatever the country's is."""
    west = min(x for x, _ in ring)
    if record["name"] == "France" and west < -50:
        return "South America"  # French Guiana
    if record["name"] == "United States of America" and max(x for x, _ in ring) < -150:
        north = max(y for _, y in ring)
        return "Oceania" if north < 30 else record["continent"]  # Hawaii
    return record["continent"]


def write_raster(path: Path, codes: NDArray[np.uint8]) -> None:
    """Write the codes as netCDF."""
    with atomic_path(path) as temporary, netCDF4.Dataset(temporary, "w") as dataset:
        n_lat, n_lon = codes.shape
        centres = {
            "lat": ("degrees_north", 90 - CELL * (np.arange(n_lat) + 0.5)),
            "lon": ("degrees_east", -180 + CELL * (np.arange(n_lon) + 0.5)),
        }
        for name, (units, values) in centres.items():
            dataset.createDimension(name, values.size)
            axis = dataset.createVariable(name, "f4", (name,))
            axis.units = units
            axis[:] = values
        variable = dataset.createVariable(
            "continent", "u1", ("lat", "lon"), compression="zlib", complevel=9, fill_value=False
        )
        variable.long_name = "continent of the pixel's centre"
        variable.flag_values = np.arange(len(CONTINENTS) + 1, dtype="u1")
        variable.flag_meanings = " ".join(
            ["none", *(name.lower().replace(" ", "_") for name in CONTINENTS)]
        )
        variable[:] = codes
        dataset.source = "Natural Earth 1:110m countries (public domain), via geopandas 0.14.4"


if __name__ == "__main__":
    main()
