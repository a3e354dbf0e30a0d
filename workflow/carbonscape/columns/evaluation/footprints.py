"""The footprints of single days after quality filtering (figure 2)."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence

import numpy as np
import pandas as pd

from carbonscape.archives.oco_granules import parse_name
from carbonscape.archives.oco_lite import read_granule
from carbonscape.columns.evaluation.tables import XCO2_FOOTPRINTS
from carbonscape.core.errors import ResultError

logger = logging.getLogger(__name__)


def footprints(
    paths: Sequence[str | os.PathLike[str]], *, days: Sequence[str], scale: str = "x2007"
) -> pd.DataFrame:
    """Read the good soundings of some days, over land and sea (XCO2_FOOTPRINTS).

    Args:
        paths: granules; those of other days are passed over.
        days: YYYY-MM-DD.
        scale: calibration scale, x2007 or x2019.

    Raises:
        InputError: a granule is damaged or holds the other scale only.
        ResultError: none of the granules is of one of the days.

    Source: the XCO2 paper, figure 2 ("after quality filtering": xco2_quality_flag is 0).
    """
    parts = []
    for path in paths:
        named = parse_name(path)
        if named.day.isoformat() not in days:
            continue
        found = read_granule(path, scale=scale)
        good = (found.flag == 0) & np.isfinite(found.xco2)
        good &= np.isfinite(found.lat) & np.isfinite(found.lon)
        if not good.any():
            logger.warning("%s: no good sounding", path)
        columns = {"lat": found.lat[good], "lon": found.lon[good], "xco2": found.xco2[good]}
        part = pd.DataFrame({name: values.astype(float) for name, values in columns.items()})
        parts.append(part.assign(day=named.day.isoformat(), instrument=named.instrument))
    if not parts:
        raise ResultError(
            f"no granule is of {' or '.join(days)}; set 'xco2.figures.footprint_days' to days that "
            "the archive has."
        )
    return XCO2_FOOTPRINTS.check(pd.concat(parts), "footprints of XCO2")
