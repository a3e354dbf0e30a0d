"""The simulated Koppen map: codes, grid and reference system of the real one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio

from carbonscape.simulate.koppen import write_koppen


class Earth:
    """A world that is land (class 7, BSk) in its north-west quarter and class 30 elsewhere."""

    def is_land(self, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
        return (lat > 0) & (lon < 0) | (lat < -85)

    def koppen(self, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
        return np.where((lat > 0) & (lon < 0), 7, 30)


def test_codes_stand_north_up_on_half_degrees(tmp_path: Path) -> None:
    assert write_koppen(tmp_path / "map.tif", earth=Earth()) == [tmp_path / "map.tif"]
    with rasterio.open(tmp_path / "map.tif") as image:
        assert image.crs.to_epsg() == 4326
        assert (image.width, image.height, image.count) == (720, 360, 1)
        assert tuple(image.bounds) == (-180.0, -90.0, 180.0, 90.0)
        assert image.transform.e == -0.5  # rows run southwards
        assert image.dtypes == ("uint8",)
        codes = image.read(1)
        places = [(-100.0, 40.0), (100.0, 40.0), (0.3, -89.9), (-0.1, 0.1)]
        assert [int(value[0]) for value in image.sample(places)] == [7, 0, 30, 7]
    assert set(np.unique(codes)) == {0, 7, 30}
    assert (codes == 7).mean() == 0.25
    assert (codes[:180, 360:] == 0).all()  # the sea has no class, whatever the Earth would say


def test_same_earth_same_bytes(tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.tif" for name in "ab"]
    for path in paths:
        write_koppen(path, earth=Earth())
    assert paths[0].read_bytes() == paths[1].read_bytes()
