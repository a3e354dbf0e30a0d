"""The stand-in for Earth Engine that holds a simulated Earth: its images, its pixels at towers."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import xarray as xr

from carbonscape.simulate.native import NativeArchive
from helpers.earth_engine_server import EarthEngine, earth_engine, read_towers


@contextlib.contextmanager
def simulated_earth_engine(
    truth: xr.Dataset,
    *,
    earth: Any,
    cell: float,
    pixels: int,
    gases_first: Mapping[str, str],
    raw: Path,
) -> Iterator[EarthEngine]:
    """Run a stand-in that holds what the simulated archive was made from.

    Args:
        truth: the truth of the cells, ``grid.nc``.
        earth: the Earth, with its settings.
        cell: size of a cell of all products in degrees.
        pixels: pixels along the side of a cell, ``simulation.pixels``.
        gases_first: first, incomplete, month of so2, no2 and co.
        raw: the folder of native files of the simulated archive, whose tables of towers are what
            is seen there.
    """
    archive = NativeArchive(
        truth,
        cell=cell,
        seed=earth.settings.seed,
        parts=earth.settings.parts,
        pixels=pixels,
        earth=earth,
        gases_first=gases_first,
    )
    with earth_engine(archive, cell / pixels) as engine:
        tables = [*raw.glob("modis_lai/sites_*.csv"), *raw.glob("mcd12q1/sites_*.csv")]
        for path in sorted(tables):
            for key, values in read_towers(path).items():
                engine.world.towers.setdefault(key, {}).update(values)
        yield engine
