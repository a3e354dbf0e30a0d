"""The 26 regions of the IPCC's SREX report: reading their corners.

The table is ``resources/regions/srex.csv``; the README beside it says where it comes from.
"""

from __future__ import annotations

import os

import numpy as np
import pandas as pd

from carbonscape.archives.csv_text import read_csv_text
from carbonscape.core.errors import InputError
from carbonscape.core.limits import TABLE_BYTES
from carbonscape.core.plain_files import read_limited
from carbonscape.core.regions import Region

#: How many regions there are.
REGIONS = 26

_REMEDY = "take the file of the repository"

_COLUMNS = ["number", "abbreviation", "name", "corner", "lat", "lon"]


def read_regions(path: str | os.PathLike[str]) -> list[Region]:
    """Read the regions in the order of their numbers.

    Raises:
        InputError: the file is absent, cannot be read, or does not hold the 26 regions.

    Source: Seneviratne et al. (2012), IPCC SREX, chapter 3, figure 3-1 and appendix 3.A-1.
    """
    content = read_limited(path, TABLE_BYTES, remedy=_REMEDY)
    text = read_csv_text(content, origin=str(path), remedy=_REMEDY)
    text.require(_COLUMNS)
    table = pd.DataFrame(
        {name: text.numbers(name) for name in ("number", "corner", "lat", "lon")}
        | {name: text.texts(name) for name in ("abbreviation", "name")}
    )
    regions = [
        Region(
            int(number),
            corners["abbreviation"].iloc[0],
            corners["name"].iloc[0],
            corners["lat"].to_numpy(np.float64),
            corners["lon"].to_numpy(np.float64),
        )
        for number, corners in table.sort_values(["number", "corner"]).groupby("number")
    ]
    numbers = [region.number for region in regions]
    if numbers != list(range(1, REGIONS + 1)) or min(len(region.lat) for region in regions) < 3:
        raise InputError(
            f"{path}: holds {len(regions)} regions; expected those numbered 1 to {REGIONS}, of at "
            f"least three corners each; {_REMEDY}."
        )
    return regions
