"""An Earth of two cells of unequal area, of which tests compare truth and products."""

from __future__ import annotations

import numpy as np

from carbonscape.core.grid import Grid
from carbonscape.core.sphere import cell_areas
from carbonscape.evaluation.comparison import Fields
from carbonscape.fluxes.evaluation.classes import Classes
from carbonscape.products.registry import get_product
from helpers.synthetic_maps import grid

CELL = 30.0
SHAPE = (6, 12)
YEARS = (2011, 2012)
GPP = get_product("gpp")
AREAS = cell_areas(grid(CELL)["lat_bnds"], grid(CELL)["lon_bnds"])

#: Two cells of unequal area: tropical (0 to 30 degrees north) and polar (60 to 90).
LOW, HIGH = (2, 6), (0, 6)
A, B = AREAS[LOW], AREAS[HIGH]


def earth(low, high, *, years=YEARS) -> np.ndarray:
    """GPP (time, lat, lon) of the two cells, each given as a number or by month."""
    field = np.full((12 * len(years), *SHAPE), np.nan, dtype=np.float32)
    field[(slice(None), *LOW)] = low
    field[(slice(None), *HIGH)] = high
    return field


def _classes() -> Classes:
    climate, igbp = np.zeros(SHAPE, int), np.full(SHAPE, 17)
    climate[LOW], climate[HIGH] = 1, 5
    igbp[LOW], igbp[HIGH] = 2, 10
    return Classes(climate, igbp)


#: The classes of the two cells.
CLASSES = _classes()


def fields(truth: np.ndarray, *, years=YEARS, **products: np.ndarray) -> Fields:
    """Truth and products (named mlp for mlp-igbp)."""
    return Fields(
        months=[(year, month) for year in years for month in range(1, 13)],
        truth=truth,
        products={f"{name}-igbp": values for name, values in products.items()},
        grid=Grid(CELL),
    )
