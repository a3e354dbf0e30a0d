"""Samples of XCO2 that know where their gases come from, for tests of ablations."""

from __future__ import annotations

import numpy as np
import pandas as pd

from carbonscape.columns.features.samples import XCO2Samples
from carbonscape.columns.features.tiles import model_inputs

OPTIONS = {"wind": "uv", "lucc": "code"}


def samples(setting: str = "climatology") -> XCO2Samples:
    """Four samples of three steps whose inputs count up; NO2 is made up in the first two."""
    names = model_inputs({**OPTIONS, "tropomi_missing": setting})
    shape = (4, 3, len(names))
    series = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    source = np.zeros(shape, np.uint8)
    at = names.index("NO2") if "NO2" in names else 0
    source[0, :, at], source[1, 0, at], source[2, 0, at] = 2, 4, 1
    for place, name in enumerate(names):
        if name.endswith("_FLAG"):
            series[..., place] = np.isin(source[..., names.index(name[:-5])], (2, 4))
    replaced = np.full((2, *shape), np.nan, np.float32)
    replaced[:, 0, :, at] = -7
    table = pd.DataFrame({
        "lat": [-10.0, 5, 20, 50], "lon": [0.0, 50, 100, 150], "year": [2017, 2018, 2019, 2020],
        "month": [1, 2, 3, 4], "instrument": "oco2", "count": 5, "xco2": [400.0, 401, 402, 403],
    })  # fmt: skip
    return XCO2Samples(series, source, replaced, replaced[0], names, table, np.zeros((2, 2), int))
