"""Products of others in the layout of the run's own maps, each on its own grid."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carbonscape.archives.gpp_product_files import find_gpp_files, read_gpp_product
from carbonscape.archives.gpp_products import GppProduct
from carbonscape.core import findings
from carbonscape.core.own_grid import OwnGrid
from carbonscape.fluxes.others import stand_ins
from carbonscape.prediction.mosaic import write_year
from carbonscape.products.product import Layer, Product
from carbonscape.sources.folders import files_below, is_note
from carbonscape.sources.registry import get_source

_SIMULATED = " (SIMULATED stand-in, made from the simulated truth: not the product of this name)"


def write_other_product(
    other: GppProduct,
    product: Product,
    folder: str | os.PathLike[str],
    outputs: Mapping[int, str | os.PathLike[str]],
    *,
    years: Sequence[int],
    simulated: bool,
    region: Sequence[float] | None = None,
) -> None:
    """Write the years of a product of others as monthly means on its own grid.

    What is not there is stated: years of the maps without a file, and files of the folder that
    are of no year that is read.

    Args:
        other: what is read.
        product: what the run maps: name, unit and words of the variable.
        folder: of the native files, or above them.
        outputs: file to write by year.
        years: of the run's maps.
        simulated: whether the files are stand-ins of a simulated Earth.
        region: west, south, east and north in degrees of what the run maps: cells with their
            centre elsewhere get no value, so that sums are of the same part; None for the globe.

    Raises:
        InputError: as :func:`carbonscape.archives.gpp_product_files.read_gpp_product`, or the
            cells of a file are not regular.
    """
    read: set[Path] = set()
    for year, path in outputs.items():
        files = find_gpp_files(other, folder, year)
        values = read_gpp_product(other, folder, year)
        grid = OwnGrid.of(values["lat"].values, values["lon"].values, str(files[0]))
        write_year(
            path,
            {product.name: _layer(other, product)},
            {product.name: _inside(values.values, grid, region)},
            year=year,
            grid=grid,
            attributes=_attributes(other, product, simulated=simulated),
        )
        read.update(files)
        for file in files:
            findings.used(file, source=other.name)
    _state_absent(other, folder, [year for year in years if year not in outputs], len(years))
    for path in files_below(folder):
        if path not in read and not is_note(path):
            reason = f"no file of {other.label} of a year that is compared, by its name"
            findings.left_out(path, reason, source=other.name)


def _inside(
    values: NDArray[np.floating], grid: OwnGrid, region: Sequence[float] | None
) -> NDArray[np.floating]:
    """Return values (month, lat, lon) without those of cells with their centre off a region."""
    if region is None:
        return values
    west, south, east, north = region
    rows = (grid.lat >= south) & (grid.lat <= north)
    return np.where(rows[:, None] & (grid.lon >= west) & (grid.lon <= east), values, np.nan)


def years_in_words(years: Sequence[int]) -> str:
    """Return ascending years as text, such as ``2001 to 2004, 2006``."""
    spans: list[list[int]] = []
    for year in years:
        if spans and year == spans[-1][-1] + 1:
            spans[-1].append(year)
        else:
            spans.append([year])
    return ", ".join(
        f"{span[0]} to {span[-1]}" if len(span) > 1 else f"{span[0]}" for span in spans
    )


def _state_absent(
    other: GppProduct, folder: str | os.PathLike[str], absent: Sequence[int], number: int
) -> None:
    """State the years of the maps that the product is left out of."""
    if not absent:
        return
    known = [year for year in absent if other.first <= year <= other.last]
    beyond = [year for year in absent if year not in known]
    parts = []
    if known:
        source = get_source(other.name)
        name = Path(stand_ins(other.name, "", known)[0]).name
        parts.append(
            f"no file of {years_in_words(known)} is here (a name that is read: {name}; from "
            f"{source.service.name}, {source.page})"
        )
    if beyond:
        parts.append(f"the product does not cover {years_in_words(beyond)}")
    where = "everywhere" if len(absent) == number else "in these years"
    text = f"{other.label} is left out {where}: {'; '.join(parts)}"
    findings.left_out(str(folder), text, source=other.name)


def _layer(other: GppProduct, product: Product) -> Layer:
    """Return the variable of a product of others: that of the run's own maps, in its words."""
    own = product.layers[product.name].attributes
    kept = {key: own[key] for key in ("standard_name", "units") if key in own}
    return Layer(
        {
            **kept,
            "long_name": f"{product.long_name} of {other.label}",
            "comment": "grams of carbon per square metre and day, mean of the month, where the "
            "product has a value for every day of it; on its own grid, over its own mask",
            "cell_methods": "time: mean",
            "coverage_content_type": "modelResult",
        }
    )


def _attributes(other: GppProduct, product: Product, *, simulated: bool) -> dict[str, Any]:
    """Return the global attributes of a product of others."""
    source = get_source(other.name)
    return {
        "title": f"{product.title}, {other.label}" + (_SIMULATED if simulated else ""),
        "institution": f"those of {other.label}; converted by whoever ran carbonscape",
        "source": f"{source.title}, from {source.service.name}"
        + (", as simulated by carbonscape" if simulated else ""),
        "references": f"https://doi.org/{source.doi}",
        "history": "units, factors, fill values and order made equal by carbonscape",
        "archive": "simulated" if simulated else "real",
        "product": other.name,
        **({"licence": source.licence} if source.licence else {}),
    }
