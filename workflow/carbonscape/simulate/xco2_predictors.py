"""Simulated predictors of XCO2 but the weather, as the fetch step writes them, file by file."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import xarray as xr

from carbonscape.core.progress import Progress
from carbonscape.simulate.xco2_gases import gas_months, gas_of_file, write_gas
from carbonscape.simulate.xco2_lights import write_lights
from carbonscape.simulate.xco2_modis import write_classes, write_evi, write_gpp, write_tree_cover
from carbonscape.simulate.xco2_places import Places, emission_in_cells
from carbonscape.simulate.xco2_surface import surface_of, write_lst, write_ndsi

#: What writes the file of a year of each product of MODIS.
MODIS: dict[str, Callable[..., None]] = {
    "gpp": write_gpp,
    "evi": write_evi,
    "lst": write_lst,
    "ndsi": write_ndsi,
    "vcf": write_tree_cover,
    "igbp": write_classes,
}


def write_xco2_predictors(
    files: Mapping[str, Sequence[str | os.PathLike[str]]],
    *,
    earth: Any,
    grid: xr.Dataset,
    cell: float,
    years: Sequence[int],
    gases_first: Mapping[str, str],
    last_month: str,
) -> None:
    """Write the yearly files of MODIS, of night lights and of TROPOMI's gases.

    Args:
        files: paths by product: those of ``MODIS`` and "lights", one for each of ``years`` in
            their order; "gases", any number, whose names tell the gas and the year.
        earth: the Earth whose weather the surface follows; its ``settings`` hold the seed and
            the switches.
        grid: the truth of the biosphere, ``grid.nc``.
        cell: size of a cell of the XCO2 grid in degrees; divides 180.
        years: years of the files.
        gases_first: first, incomplete, month of each gas (so2, no2, co), YYYY-MM.
        last_month: last month of the gases, YYYY-MM.

    Raises:
        ConfigError: years that the Earth or its truth does not have, or a gas before it begins.
        ResultError: the disk is full or a folder cannot be written to.
    """
    seed, parts = earth.settings.seed, earth.settings.parts
    places = Places.of(grid, cell, years)
    gases = [(Path(path), *gas_of_file(Path(path))) for path in files["gases"]]
    for _, name, year in gases:  # refuse before anything is written
        gas_months(year, gases_first[name], last_month)
    surface = surface_of(earth, places, years)
    emission = emission_in_cells(places.lat, places.lon)
    progress = Progress("XCO2 predictors, years", len(years))
    for number, year in enumerate(years):
        common = {"places": places, "year": year, "seed": seed, "parts": parts}
        of_year = surface.of_year(year)
        for name, write in MODIS.items():
            write(Path(files[name][number]), surface=of_year, **common)
        write_lights(Path(files["lights"][number]), emission=emission, **common)
        progress.advance()
    for path, name, _ in gases:
        where = {"lat": places.lat, "lon": places.lon, "emission": emission}
        write_gas(path, first=gases_first[name], last=last_month, seed=seed, **where)
