"""Series of a small globe, models made of functions, and tiles of XCO2 that they predict."""

from __future__ import annotations

import numpy as np
import xarray as xr

from carbonscape.columns.prediction.inference import predict_tile
from carbonscape.core.grid import Grid, GridTile
from carbonscape.models.block import Block
from carbonscape.models.registry import get_model
from carbonscape.products.xco2 import PRODUCT as XCO2
from carbonscape.training.fit import FittedModel
from carbonscape.training.saved_model import ProductModel

GRID = Grid(30.0)
VARIABLES = ["GPP", "SP"]
MONTHS = [f"{y}-{m:02d}" for y in (2014, 2015) for m in range(1, 13)][11:17]  # to 2015-05
SERIES = [f"{y}-{m:02d}" for y in (2014, 2015) for m in range(1, 13)][9:17]
WHOLE = GridTile.cut(GRID.cell, 12)["r0c0"]
PLACES = [(r, c) for r in range(6) for c in range(12) if (r + c) % 3]


class Fake:
    """A trained member made of a function of samples."""

    def __init__(self, function) -> None:
        self.predict = function


def model(*functions) -> ProductModel:
    """Return a product model with one member for each function of samples."""
    return ProductModel(
        entry=get_model("at_bilstm"), variables=VARIABLES, pft="none", window="3 months",
        lengths={}, months={0: FittedModel("network", [Fake(f) for f in functions])}, steps=3,
    )  # fmt: skip


def by_window(block: Block) -> np.ndarray:
    """Return 400 and the three steps of GPP as digits after the point."""
    return 400 + block.series[:, :, 0].astype(float) @ [0.01, 0.1, 1]


def series(places=PLACES, *, seed: int | None = None) -> xr.Dataset:
    """Return series whose GPP is the number of the month, or random predictors."""
    shape = (len(places), len(SERIES), 2)
    values = np.zeros(shape, dtype=np.float32)
    values[..., 0] = np.arange(len(SERIES))
    if seed is not None:
        of_cell = {p: np.random.default_rng([seed, *p]).normal(size=shape[1:]) for p in places}
        values[:] = [of_cell[place] for place in places]
    return xr.Dataset(
        {
            "predictors": (("cell", "time", "variable"), values),
            "source": (("cell", "time", "variable"), np.zeros(shape, np.uint8)),
        },
        coords={
            "time": np.array(SERIES, dtype="datetime64[M]").astype("datetime64[ns]"),
            "variable": VARIABLES,
            "row": ("cell", np.array([p[0] for p in places], dtype=np.int32)),
            "col": ("cell", np.array([p[1] for p in places], dtype=np.int32)),
        },
    )


def predict(data: xr.Dataset, *models: ProductModel, tile=WHOLE, window="trailing", **options):
    """Return the tile that models predict; by default one that tells its window."""
    given = {"product": XCO2, "months": MONTHS, "steps": 3} | options
    models = list(models) or [model(by_window)]
    return predict_tile(data, models, tile=tile, window=window, **given)
