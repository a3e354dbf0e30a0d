"""Reading OCO-2 values that others re-published: daily 0.25-degree exports, and lists of granules.

The "level 3" export of JPL (co2.jpl.nasa.gov) is text, one value a cell and day, in mol/mol and
without quality flag. It serves to bring real values through the gridding, not to make a product.
"""

from __future__ import annotations

import io
import os
import re
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import numpy as np
import pandas as pd

from carbonscape.archives.oco_granules import GranuleName, parse_name
from carbonscape.archives.oco_lite import Soundings
from carbonscape.archives.xco2_variables import refuse_implausible
from carbonscape.core.errors import InputError
from carbonscape.core.limits import TABLE_BYTES
from carbonscape.core.plain_files import read_limited

_MISSING = -999999.0


def read_export(path: str | os.PathLike[str]) -> list[Soundings]:
    """Read a text export as soundings, one object a day.

    The files have no quality flag and say nothing of land: every value counts as good, and as
    land. Their times are noon.

    Raises:
        InputError: a column is absent, or a value cannot be.
    """
    path = Path(path)
    content = read_limited(path, TABLE_BYTES, remedy="fetch it again")
    try:
        table = pd.read_csv(io.BytesIO(content), sep="\t")
    except ValueError as error:
        raise InputError(f"{path}: cannot be read as a table ({error}).") from error
    columns = {key: _column(table, key, path) for key in ("latitude", "longitude", "time", "xco2")}
    try:
        numbers = {
            key: pd.to_numeric(table[columns[key]]).to_numpy(np.float64)
            for key in ("latitude", "longitude", "xco2")
        }
        time = pd.to_datetime(table[columns["time"]].astype(np.int64).astype(str),
                              format="%Y%m%d%H%M%S").to_numpy("datetime64[ms]")  # fmt: skip
    except (ValueError, TypeError) as error:
        raise InputError(f"{path}: a value cannot be understood ({error}).") from error
    xco2 = np.where(numbers["xco2"] == _MISSING, np.nan, 1e6 * numbers["xco2"])
    refuse_implausible(xco2[~np.isnan(xco2)], columns["xco2"], str(path))
    for key, limit in (("latitude", 90), ("longitude", 180)):
        if not (np.abs(numbers[key]) <= limit).all():
            raise InputError(f"{path}: a {key} is missing, or beyond {limit} degrees.")
    days = time.astype("datetime64[D]")
    return [
        Soundings(
            name=path.name,
            day=day.item(),
            lat=numbers["latitude"][rows],
            lon=numbers["longitude"][rows],
            time=time[rows],
            xco2=xco2[rows],
            flag=np.zeros(int(rows.sum()), dtype=np.int8),
            land=np.ones(int(rows.sum()), dtype=bool),
        )
        for day in np.unique(days)
        for rows in (days == day,)
    ]


def _column(table: pd.DataFrame, start: str, path: Path) -> str:
    """Return the column whose name begins with a word; units follow, bounds have another name."""
    for name in map(str, table.columns):
        if re.match(rf"{start}(?![a-z_])", name):
            return name
    raise InputError(f"{path}: no column {start}; found {', '.join(map(str, table.columns))}.")


def read_granule_list(path: str | os.PathLike[str]) -> list[GranuleName]:
    """Return the granules of a download list of GES DISC (one address a line).

    An address is that of a granule, or one of the subsetter, which names the granule in
    ``FILENAME=`` and the file that it makes in ``LABEL=``. The lines of documents that such a list
    begins with are passed over.

    Raises:
        InputError: the file is absent, names no granule, or a netCDF file that is none.
    """
    try:
        lines = read_limited(path, TABLE_BYTES, remedy="fetch it again").decode("utf-8").split()
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: cannot be read as text ({error}).") from error
    names = [_file_of(line) for line in lines]
    granules = [parse_name(name) for name in names if name.lower().endswith((".nc4", ".nc"))]
    if not granules:
        raise InputError(
            f"{path}: no granule is named in it, expected addresses that end in .nc4, or those of "
            "the subsetter with FILENAME= or LABEL=."
        )
    return granules


def _file_of(address: str) -> str:
    """Return the name of the file that an address delivers."""
    parts = urlsplit(address)
    query = {key.upper(): values[0] for key, values in parse_qs(parts.query).items()}
    return (query.get("LABEL") or query.get("FILENAME") or unquote(parts.path)).rpartition("/")[2]
