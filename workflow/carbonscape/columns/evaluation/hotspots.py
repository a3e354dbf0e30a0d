"""Six places of high XCO2 (figure 13): concentration, anomaly and land cover around each.

The paper names places and gives neither coordinates nor the size of its pictures (deviation D73).
Its photographs are replaced by the land cover that the predictors hold.
"""

from __future__ import annotations

import os

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from carbonscape.columns.evaluation.boxes import Box, cell_value, pick
from carbonscape.columns.evaluation.maps import SOUTH
from carbonscape.columns.evaluation.places import HOTSPOTS, XCO2_HOTSPOTS
from carbonscape.core.grid import Grid
from carbonscape.evaluation.grids import grid_of, labelled, open_grid

#: The year of the paper's figure.
PAPER_YEAR = 2020

#: Edge of a picture in pixels, and fewest cells of the grid across one.
PIXELS = 120
FEWEST_CELLS = 7

#: Largest window of coarse cells, degrees.
WIDEST = 40.0

#: Most columns of the map of land cover; finer grids are thinned.
_COLUMNS = 1800


def hotspot_maps(
    annual: str | os.PathLike[str],
    anomaly: str | os.PathLike[str],
    composites: str | os.PathLike[str] | None,
    *,
    year: int,
    degrees: float,
) -> tuple[xr.Dataset, pd.DataFrame]:
    """Return the pictures around each place, the world's land cover, and a table.

    Args:
        annual, anomaly: what ``evaluate_xco2_maps`` writes.
        composites: predictors of the year; None without them.
        year: the year that is shown.
        degrees: height of a window; at least ``FEWEST_CELLS`` cells are taken, up to ``WIDEST``.

    Returns:
        ``xco2``, ``anomaly`` and ``cover`` (place, row, column), pixels from the north-west, with
        the edges of each window, and ``world_cover`` (lat, lon), IGBP codes; all NaN in a run
        without that year. XCO2_HOTSPOTS has a row a place.

    Raises:
        InputError, ResultError: a file is absent or damaged.
    """
    with open_grid(annual, "product") as maps, open_grid(anomaly, "year") as departures:
        grid = grid_of(maps, str(annual))
        chosen = departures.attrs["shown"]
        nothing = np.full((grid.n_lat, grid.n_lon), np.nan, dtype=np.float32)
        there = year in maps["year"].values
        xco2 = maps["product"].sel(year=year).values if there else nothing
        above = departures[chosen].sel(year=year).values if there else nothing
    cover = _cover(composites) if composites else nothing
    degrees = max(degrees, min(FEWEST_CELLS * grid.cell, WIDEST))
    boxes = [Box.around(one.lat, one.lon, degrees) for one in HOTSPOTS]
    axes = {"lat": grid.lat, "lon": grid.lon}
    pictures = {
        name: np.stack([pick(field, **axes, box=box, rows=PIXELS, columns=PIXELS) for box in boxes])
        for name, field in (("xco2", xco2), ("anomaly", above), ("cover", cover))
    }
    table = _table(xco2, above, pictures["xco2"], axes, year)
    return _dataset(pictures, cover, boxes, axes, year=year, degrees=degrees, anomaly=chosen), table


def _cover(path: str | os.PathLike[str]) -> NDArray[np.float32]:
    """Return the IGBP classes of a year, (lat, lon), NaN where there is none or water."""
    with open_grid(path, "LUCC") as dataset:
        codes = dataset["LUCC"].isel(time=0).values.astype(np.float32)
    return np.where(codes == 17, np.float32(np.nan), codes)


def _table(
    xco2: NDArray, anomaly: NDArray, pictures: NDArray, axes: dict[str, NDArray], year: int
) -> pd.DataFrame:
    """Return the numbers of each place (XCO2_HOTSPOTS)."""
    land = anomaly[axes["lat"] > SOUTH]
    land = land[np.isfinite(land)]
    rows = []
    for one, picture in zip(HOTSPOTS, pictures, strict=True):
        place = {"place": (one.lat, one.lon)}
        value, above = (cell_value(field, **axes, **place) for field in (xco2, anomaly))
        around = picture[np.isfinite(picture)]
        middle = float(np.median(around)) if around.size else np.nan
        rank = 100 * float(np.mean(land < above)) if land.size and np.isfinite(above) else np.nan
        rows.append((one.name, year, one.lat, one.lon, value, above, value - middle, rank))
    table = pd.DataFrame(rows, columns=XCO2_HOTSPOTS.names)
    return XCO2_HOTSPOTS.check(table, "hotspots of XCO2")


def _dataset(
    pictures: dict[str, NDArray],
    cover: NDArray,
    boxes: list[Box],
    axes: dict[str, NDArray],
    **attributes: object,
) -> xr.Dataset:
    """Return the pictures and the thinned map of land cover as one labelled file."""
    step = max(1, -(-len(axes["lon"]) // _COLUMNS))
    # Blocks of cells, each shown by the one in its middle: a class has no mean.
    while len(axes["lat"]) % step or len(axes["lon"]) % step:
        step += 1
    dims = ("place", "row", "column")
    meanings = {
        "xco2": ("annual mean XCO2", "ppm"),
        "anomaly": ("annual mean XCO2 minus its median over land", "ppm"),
        "cover": ("IGBP class, 1 to 16", "1"),
    }
    world = cover[step // 2 :: step, step // 2 :: step]
    dataset = labelled(
        {
            **{name: (dims, pictures[name], *meanings[name]) for name in meanings},
            "world_cover": (("lat", "lon"), world, "IGBP class, 1 to 16", "1"),
        },
        Grid(step * 360 / len(axes["lon"])),
        title="Six places of high XCO2",
        coordinates={"place": [one.name for one in HOTSPOTS]},
        **attributes,
    )
    for edge in ("south", "north", "west", "east"):
        values = np.array([getattr(box, edge) for box in boxes])
        dataset[edge] = ("place", values, {"long_name": f"{edge} edge of the window"})
    return dataset


def hotspot_totals(table: pd.DataFrame) -> pd.DataFrame:
    """Return what the scorecard reads of the places of 2020, in the columns of XCO2_TOTALS."""
    table = table[table["year"] == PAPER_YEAR]
    rows = [
        {"name": f"hotspot_{kind}_{place}", "value": value, "unit": "ppm", "meaning": kind}
        for kind in ("anomaly", "above_surroundings")
        for place, value in zip(table["place"], table[kind], strict=True)
    ]
    columns = ["name", "value", "unit", "meaning"]
    return pd.DataFrame(rows, columns=columns).assign(low=np.nan, high=np.nan)
