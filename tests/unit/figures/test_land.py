"""The outlines of the continents, the script that rebuilds them, and the map's projection."""

from __future__ import annotations

import hashlib
import importlib.util
import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from carbonscape.core.errors import InputError
from carbonscape.figures.maps import draw_world, equal_earth, land_rings

RADIUS = 6_371_007.181  # m, the sphere of MODIS


@pytest.fixture
def folder(project: Path) -> Path:
    return project / "resources" / "geography"


@pytest.fixture
def rings(folder: Path) -> list[np.ndarray]:
    return land_rings(folder / "land_110m.geojson")


@pytest.fixture
def build_land(folder: Path):
    spec = importlib.util.spec_from_file_location("build_land", folder / "build_land.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def spherical_area(ring: np.ndarray) -> float:
    """Area of a ring on the sphere, positive if counter-clockwise (trapezoids in sin latitude)."""
    lon, sine = np.radians(ring[:, 0]), np.sin(np.radians(ring[:, 1]))
    return float(-np.sum(np.diff(lon) * (sine[1:] + sine[:-1]) / 2)) * RADIUS**2


def on_land(rings: list[np.ndarray], lon: float, lat: float) -> bool:
    """Whether a point is inside an odd number of rings."""
    inside = False
    for ring in rings:
        (x0, y0), (x1, y1) = ring[:-1].T, ring[1:].T
        crosses = (y0 > lat) != (y1 > lat)
        x = x0[crosses] + (x1 - x0)[crosses] * (lat - y0[crosses]) / (y1 - y0)[crosses]
        inside ^= bool(np.sum(x > lon) % 2)
    return inside


def test_the_file_is_the_one_that_was_built(folder: Path):
    lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    sums = {name: digest for digest, name in (line.split() for line in lines)}
    name = "land_110m.geojson"
    digest = sums[name]
    assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert (folder / name).stat().st_size < 150_000


def test_the_land_of_the_earth_has_its_known_area(rings):
    # 148.9e12 m2 in the textbooks; at 1:110m many islands are missing.
    assert sum(map(spherical_area, rings)) == pytest.approx(148e12, rel=0.015)
    # Antarctica without its ice shelves, closed at the pole: 12.3e12 m2.
    antarctica = [ring for ring in rings if ring[:, 1].min() == -90]
    assert len(antarctica) == 1
    assert spherical_area(antarctica[0]) == pytest.approx(12.3e12, rel=0.03)


@pytest.mark.parametrize(
    ("lon", "lat", "land"),
    [
        (-50, -10, True),  # Brazil
        (-30, 0, False),  # Atlantic
        (178, 67, True),  # Chukotka, west of the antimeridian
        (-175, 67, True),  # and east of it
        (-179.9, 0, False),
        (50.5, 42, False),  # the Caspian Sea, a hole
        (55, 45, True),
        (0, -89, True),  # South Pole
        (0, 89, False),  # North Pole
        (134, -25, True),  # Australia
    ],
)
def test_points_of_land_and_sea(rings, lon, lat, land):
    assert on_land(rings, lon, lat) is land


def test_no_edge_crosses_the_map(rings):
    for ring in rings:
        assert np.abs(ring[:, 0]).max() <= 180
        assert ring[0].tolist() == ring[-1].tolist()
        long = np.abs(np.diff(ring[:, 0])) > 30
        assert np.all(ring[:-1][long, 1] == -90)  # only along the pole


def test_arcs_are_decoded_shared_and_reversed(build_land):
    # Two squares of 10 degrees; arc 0 is their common, crooked side, stored once.
    topology = {
        "transform": {"scale": [0.1, 0.1], "translate": [-5, 2]},
        "arcs": [
            [[100, 0], [10, 50], [-10, 50]],  # (5, 2) north to (5, 12) through (6, 7)
            [[100, 100], [-100, 0], [0, -100], [100, 0]],  # (5, 12) round the western square
            [[100, 0], [100, 0], [0, 100], [-100, 0]],  # (5, 2) round the eastern square
        ],
        "objects": {
            "land": {
                "geometries": [
                    {"type": "Polygon", "arcs": [[0, 1]]},
                    {"type": "MultiPolygon", "arcs": [[[~0, 2]]]},
                ]
            }
        },
    }
    (west,), (east,) = build_land.land_polygons(topology)
    assert set(west) == {(-5.0, 2.0), (5.0, 2.0), (6.0, 7.0), (5.0, 12.0), (-5.0, 12.0)}
    assert set(east) == {(5.0, 2.0), (15.0, 2.0), (15.0, 12.0), (5.0, 12.0), (6.0, 7.0)}
    # What the western square gains at the crooked side, the eastern one loses.
    square = 100.0
    assert plane_area(west) == pytest.approx(square + 5)
    assert plane_area(east) == pytest.approx(square - 5)
    # Backwards all round, the exterior is turned about.
    topology["objects"]["land"]["geometries"] = [{"type": "Polygon", "arcs": [[~1, ~0]]}]
    assert plane_area(build_land.land_polygons(topology)[0][0]) == pytest.approx(square + 5)


def plane_area(ring: list[tuple[float, float]]) -> float:
    """Area of a ring in square degrees, positive if counter-clockwise."""
    return sum((x0 * y1 - x1 * y0) / 2 for (x0, y0), (x1, y1) in itertools.pairwise(ring))


def topology_of(*polygons) -> dict:
    """An unscaled topology whose arcs are whole rings."""
    arcs, shapes = [], []
    for polygon in polygons:
        shapes.append([])
        for ring in polygon:
            shapes[-1].append([len(arcs)])
            arcs.append(np.diff(np.array([(0, 0), *ring, ring[0]]), axis=0).tolist())
    return {
        "transform": {"scale": [1, 1], "translate": [0, 0]},
        "arcs": arcs,
        "objects": {"land": {"geometries": [{"type": "MultiPolygon", "arcs": shapes}]}},
    }


def test_a_polygon_across_the_antimeridian_is_cut_with_its_hole(build_land):
    outer = [(170, 0), (-170, 0), (-170, 20), (170, 20)]
    hole = [(-178, 5), (-176, 5), (-176, 9), (-178, 9)]
    west, east = build_land.land_polygons(topology_of([outer, hole]))
    assert [len(west), len(east)] == [1, 2]
    assert set(west[0]) == {(170, 0), (180, 0), (180, 20), (170, 20)}
    assert set(east[0]) == {(-180, 0), (-170, 0), (-170, 20), (-180, 20)}
    assert set(east[1]) == set(hole)
    areas = [spherical_area(np.array(ring)) for ring in (west[0], east[0], east[1])]
    assert [area > 0 for area in areas] == [True, True, False]


def test_a_ring_round_the_pole_is_closed_along_it(build_land):
    (polygon,) = build_land.land_polygons(topology_of([[(-180, -70), (-60, -70), (60, -70)]]))
    cap = 2 * np.pi * (1 - np.sin(np.radians(70))) * RADIUS**2
    assert spherical_area(np.array(polygon[0])) == pytest.approx(cap)


def test_the_geojson_is_read_back_as_it_was_built(build_land, tmp_path):
    polygons = build_land.land_polygons(topology_of([[(0, 0), (10, 0), (10, 10)]]))
    path = tmp_path / "land.geojson"
    path.write_text(build_land.geojson_text(polygons), encoding="utf-8")
    (ring,) = land_rings(path)
    assert ring.tolist() == [[10, 0], [10, 10], [0, 0], [10, 0]]


def test_other_files_are_refused(build_land, tmp_path, monkeypatch):
    path = tmp_path / "other.geojson"
    with pytest.raises(InputError, match="no such file"):
        land_rings(path)
    for content in ({"features": []}, {"features": [{"geometry": None}]}, []):
        path.write_text(json.dumps(content), encoding="utf-8")
        with pytest.raises(InputError, match="expected GeoJSON MultiPolygons"):
            land_rings(path)
    monkeypatch.setattr("sys.argv", ["build_land.py", str(path)])
    with pytest.raises(SystemExit, match="SHA-256"):
        build_land.main()
    with pytest.raises(InputError, match="no 'transform'"):
        build_land.land_polygons({"arcs": []})


def test_equal_earth_keeps_areas_and_has_its_published_size():
    assert equal_earth(180, 0)[0] == pytest.approx(2.7066, abs=1e-4)
    assert equal_earth(0, 90)[1] == pytest.approx(1.3174, abs=1e-4)
    x, y = equal_earth([10, 10], [-35, 35])
    assert (x[0], y[0]) == pytest.approx((x[1], -y[1]))
    # The map of a thin cell, dx by dy, has the area of the cell on the unit sphere.
    for lat in (-75.0, -20.0, 5.0, 50.0, 88.0):
        d = 1e-4
        dx = np.diff(equal_earth([30, 30 + d], [lat, lat])[0])
        dy = np.diff(equal_earth([30, 30], [lat - d / 2, lat + d / 2])[1])
        cell = np.radians(d) ** 2 * np.cos(np.radians(lat))
        assert dx * dy == pytest.approx(cell, rel=1e-5)


def test_the_map_reaches_as_far_south_as_asked(rings):
    bottoms = []
    for south in (-60.0, -90.0):
        ax = Figure().add_subplot()
        draw_world(ax, rings, south=south)
        bottoms.append(ax.get_ylim()[0])
    assert bottoms[1] < -1.317 < bottoms[0]
