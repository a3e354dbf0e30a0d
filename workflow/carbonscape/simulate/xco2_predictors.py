"""Simulated predictors of XCO2 but the weather, on cells as Earth Engine would give them."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import xarray as xr

from carbonscape.core.progress import Progress
from carbonscape.simulate.cell_rules import (
    EVI_CELLS,
    LIGHT_CELLS,
    LST_CELLS,
    SNOW_CELLS,
    TREE_CELLS,
    Product,
    gas,
    gpp,
)
from carbonscape.simulate.cells import write_cells, write_classes
from carbonscape.simulate.native import NativeArchive
from carbonscape.simulate.xco2_gases import gas_months, gas_of_file
from carbonscape.simulate.xco2_lights import months_of
from carbonscape.simulate.xco2_places import require_years


def products_of(gpp_confidence: int) -> dict[str, Product]:
    """Return what is made of each product but the gases and the classes, by its key.

    Args:
        gpp_confidence: largest class of confidence of GPP that counts.
    """
    return {
        "gpp": gpp(gpp_confidence),
        "evi": EVI_CELLS,
        "lst": LST_CELLS,
        "ndsi": SNOW_CELLS,
        "vcf": TREE_CELLS,
        "lights": LIGHT_CELLS,
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
    gpp_confidence: int = 3,
    pixels: int = 2,
) -> None:
    """Write the yearly files of MODIS, of night lights and of TROPOMI's gases.

    Args:
        files: paths by product: those of ``products_of`` and "igbp", one for each of ``years`` in
            their order; "gases", any number, whose names tell the gas and the year.
        earth: the Earth whose weather the surface follows; its ``settings`` hold the seed and
            the switches.
        grid: the truth of the biosphere, ``grid.nc``.
        cell: size of a cell of the XCO2 grid in degrees; divides 180.
        years: years of the files.
        gases_first: first, incomplete, month of each gas (so2, no2, co), YYYY-MM.
        last_month: last month of the gases, YYYY-MM.
        gpp_confidence: largest class of confidence of GPP that counts.
        pixels: native pixels along the side of a cell.

    Raises:
        ConfigError: years that the Earth or its truth does not have, or a gas before it begins.
        ResultError: the disk is full or a folder cannot be written to.
    """
    known = grid["year"].values
    require_years(years, int(known[0]), int(known[-1]))
    gases = [(Path(path), *gas_of_file(Path(path))) for path in files["gases"]]
    months = {  # refuse before anything is written
        path: gas_months(year, gases_first[name], last_month) for path, name, year in gases
    }
    archive = NativeArchive(
        grid,  # all its years: snow lies from one to the next
        cell=cell,
        seed=earth.settings.seed,
        parts=earth.settings.parts,
        pixels=pixels,
        earth=earth,
        gases_first=gases_first,
    )
    products = products_of(gpp_confidence)
    progress = Progress("XCO2 predictors, years", len(years))
    for number, year in enumerate(years):
        for key, product in products.items():
            days = [dt.date(year, 1, 1)] if product.annual else months_of(year)
            write_cells(files[key][number], archive=archive, product=product, days=days)
        write_classes(files["igbp"][number], archive=archive, year=year)
        progress.advance()
    for path, name, _ in gases:
        write_cells(path, archive=archive, product=gas(name), days=months[path])
