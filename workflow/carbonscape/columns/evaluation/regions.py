"""Four regions in one month: the map beside the soundings and products of others (figure 14).

Each source is shown in its own cells. The paper names the regions and gives no edges (D74).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from carbonscape.archives.xco2_fields import read_xco2_field
from carbonscape.archives.xco2_products import read_xco2_month
from carbonscape.columns.evaluation.boxes import Box, pick
from carbonscape.columns.evaluation.places import PARTS, REGIONS, XCO2_REGIONS, Region
from carbonscape.evaluation.grids import grid_of, month_rows, months_of, open_grid, parse_month

#: The month of the paper's figure.
PAPER_MONTH = "2015-01"

#: The product of the run as a source.
OWN = "product"

#: Smallest pixel, degrees, and the edge of the blocks about whose means detail is measured.
_PIXEL, _BLOCK = 0.1, 2.0


@dataclass(frozen=True)
class MonthField:
    """XCO2 of a month on its own grid.

    Attributes:
        values: (lat, lon) ppm, NaN where there is none.
        lat, lon: centres, degrees, latitudes descending, longitudes ascending.
    """

    values: NDArray[np.floating]
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]

    @property
    def cell(self) -> float:
        """Size of a cell, degrees."""
        return float(min(abs(self.lat[1] - self.lat[0]), self.lon[1] - self.lon[0]))


def field_of_run(path: str | os.PathLike[str], month: str) -> MonthField | None:
    """Return ``xco2`` of a month from a file of this workflow, None if it does not hold it.

    Raises:
        InputError, ResultError: the file is absent or damaged.
    """
    with open_grid(path, "xco2", "time", "lat", "lon") as dataset:
        wanted = parse_month(month)
        if wanted not in months_of(dataset):
            return None
        (row,) = month_rows(dataset, [wanted], str(path))
        grid = grid_of(dataset, str(path))
        values = dataset["xco2"].isel(time=row).transpose("lat", "lon").values
    return MonthField(values, grid.lat, grid.lon)


def field_of_other(name: str, paths: Sequence[str], month: str) -> MonthField | None:
    """Return XCO2 of a month of a product of others, None if its files do not hold it.

    Args:
        name: its source in the registry.
        paths: its files.
        month: YYYY-MM.
    """
    if name == "egg4":
        # The rule gives its file where its years hold the month: what is wrong with it is said.
        field = read_xco2_field(paths[0], months=[month]).isel(time=0)
    else:
        found = read_xco2_month(paths, month, source=name)
        if found is None:
            return None
        field = found
    return MonthField(field.values, field["lat"].values, field["lon"].values)


def compare_regions(
    fields: Mapping[str, MonthField | None], *, month: str, absent: Sequence[str] = ()
) -> tuple[xr.Dataset, pd.DataFrame]:
    """Return pictures of the regions by source, and their numbers.

    Args:
        fields: by source in the order of the figure; ``OWN`` is among them. Those without a field
            of the month stand beside ``absent``.
        month: YYYY-MM, for the file.
        absent: sources that were asked for and have no files.

    Returns:
        A variable a region (source, row, column), pixels from the north-west, with the size of a
        pixel; no source in a run without the month. XCO2_REGIONS has a row for each region or part
        and source.
    """
    there = {name: field for name, field in fields.items() if field is not None}
    absent = [*absent, *(name for name in fields if name not in there)]
    if OWN not in there:
        there = {}
    pixel = max(_PIXEL, min((field.cell for field in there.values()), default=1.0))
    pictures: dict[str, NDArray] = {}
    for region in REGIONS:
        rows, columns = region.box.shape(pixel)
        made = [
            pick(one.values, lat=one.lat, lon=one.lon, box=region.box, rows=rows, columns=columns)
            for one in there.values()
        ]
        pictures[region.name] = np.array(made, np.float32).reshape(-1, rows, columns)
    names = list(there)
    dataset = xr.Dataset(coords={"source": np.array(names, dtype=str)})
    for region in REGIONS:
        dims = ("source", f"row_{region.name}", f"column_{region.name}")
        said = {"long_name": f"XCO2 in {region.label}", "units": "ppm"}
        dataset[region.name] = (dims, pictures[region.name], said)
    dataset.attrs = {
        "Conventions": "CF-1.11", "title": f"XCO2 of {month} in four regions, by source",
        "month": month, "pixel": pixel, "absent": ", ".join(absent),
    }  # fmt: skip
    return dataset, _table(pictures, names, pixel, month)


def _table(
    pictures: Mapping[str, NDArray], names: Sequence[str], pixel: float, month: str
) -> pd.DataFrame:
    """Return the numbers of every region or part and source (XCO2_REGIONS)."""
    boxes = {region.name: region.box for region in REGIONS}
    rows = []
    for region in (*REGIONS, *PARTS) if names else ():
        whole = region.within or region.name
        own = pictures[whole][names.index(OWN)]
        inside, weights = _inside(region, boxes[whole], own.shape)
        for name, picture in zip(names, pictures[whole], strict=True):
            both = np.isfinite(picture) & np.isfinite(own)
            mean = _mean(picture, weights, both & inside)
            rows.append(
                {
                    "region": region.name,
                    "month": month,
                    "source": name,
                    "share": 100 * _ratio((both & inside).sum(), (np.isfinite(own) & inside).sum()),
                    "mean": mean,
                    "difference": mean - _mean(own, weights, both & inside),
                    "detail": _detail(picture, weights, both & inside, boxes[whole], pixel),
                    "contrast": mean - _mean(picture, weights, both & ~inside)
                    if region.within
                    else np.nan,
                }
            )
    table = pd.DataFrame(rows, columns=XCO2_REGIONS.names)
    return XCO2_REGIONS.check(table, "XCO2 by region")


def _inside(
    region: Region, box: Box, shape: tuple[int, ...]
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return the pixels of a picture that lie in a region, and their areas, both (row, column)."""
    lat, lon = box.pixels(*shape)
    lon = (lon + 180) % 360 - 180
    inside = region.box.holds(lat[:, None], lon[None, :])
    return inside, np.broadcast_to(np.cos(np.radians(lat))[:, None], shape)


def _ratio(part: int, whole: int) -> float:
    """Return a share, NaN of nothing."""
    return float(part / whole) if whole else float("nan")


def _mean(values: NDArray, weights: NDArray, where: NDArray[np.bool_]) -> float:
    """Return the weighted mean of some pixels, NaN of none."""
    if not where.any():
        return float("nan")
    return float(np.average(values[where].astype(float), weights=weights[where]))


def _detail(
    values: NDArray, weights: NDArray, where: NDArray[np.bool_], box: Box, pixel: float
) -> float:
    """Return the root mean square of what remains of pixels less the means of their blocks.

    NaN where pixels are as large as half a block: then nothing is known within one.
    """
    if not where.any() or pixel > _BLOCK / 2:
        return float("nan")
    lat, lon = box.pixels(*values.shape)
    block = np.floor(lat / _BLOCK)[:, None] * 1000 + np.floor(lon / _BLOCK)[None, :]
    _, number = np.unique(block[where], return_inverse=True)
    field, weight = values[where].astype(float), weights[where]
    means = np.bincount(number, weight * field) / np.bincount(number, weight)
    return float(np.sqrt(np.average((field - means[number]) ** 2, weights=weight)))


def region_totals(table: pd.DataFrame) -> pd.DataFrame:
    """Return what the scorecard reads of January 2015, in the columns of XCO2_TOTALS."""
    table = table[table["month"] == PAPER_MONTH]
    own = table[table["source"] == OWN]
    contrasts = own[own["contrast"].notna()]
    rows = [
        {"name": f"contrast_{row.region}", "value": row.contrast, "unit": "ppm",
         "meaning": "mean of the part minus the rest of its region"}
        for row in contrasts.itertuples()
    ]  # fmt: skip
    others = table[~table["source"].isin([OWN, "oco2", "oco3", "egg4"])]
    shown = [region.name for region in REGIONS]
    ratios = [
        own.loc[own["region"] == name, "detail"].iloc[0]
        / others.loc[others["region"] == name, "detail"].max()
        for name in shown
        if others.loc[others["region"] == name, "detail"].max() > 0
    ]
    if ratios:
        said = "least ratio of the detail of the map to that of another product"
        rows.append({"name": "detail_ratio", "value": min(ratios), "unit": "1", "meaning": said})
    columns = ["name", "value", "unit", "meaning"]
    return pd.DataFrame(rows, columns=columns).assign(low=np.nan, high=np.nan)
