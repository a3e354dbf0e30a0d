"""Dissimilarity of the cells of a tile."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from carbonscape.core.errors import InputError
from carbonscape.core.grid import GridTile
from carbonscape.fluxes.features.calendar import get_calendar
from carbonscape.fluxes.prediction.applicability import measure_tile
from carbonscape.prediction.applicability import make_reference
from carbonscape.products.registry import get_product

#: Training months at 0, 2, 4 and 6: the mean distance is 20 / 6, the threshold 2 / (20 / 6).
REFERENCE = make_reference(
    np.array([[0.0], [2], [4], [6]]), np.empty((4, 0)), np.array([0, 1, 0, 1]),
    variables=["LAI"], weights={"LAI": 1.0},
)  # fmt: skip


def tile_series(name: str = "LAI") -> xr.Dataset:
    """Three cells of a monthly calendar: at 6, at 9.1, and without a value in March."""
    values = np.tile(np.array([6.0, 9.1, 6.0])[:, None, None], (1, 12, 1))
    values[2, 2] = np.nan
    return xr.Dataset(
        {"series_filled": (("cell", "step", "variable"), values.astype(np.float32))},
        coords={
            "variable": [name], "row": ("cell", [0, 0, 1]), "col": ("cell", [0, 1, 0]),
            "year": ("step", np.full(12, 2015)),
        },
    )  # fmt: skip


def measured(series: xr.Dataset) -> xr.Dataset:
    return measure_tile(
        series, {2015: {}}, REFERENCE, product=get_product("gpp"),
        tile=next(iter(GridTile.cut(30.0, 3).values())), calendar=get_calendar("monthly"),
        years=[2015], pft="none",
    )  # fmt: skip


def test_a_tile_is_measured_month_by_month() -> None:
    found = measured(tile_series())
    assert found["dissimilarity"].sizes == {"time": 12, "lat": 3, "lon": 3}
    index, inside = found["dissimilarity"].values, found["applicable"].values
    assert index[:, 0, 0] == pytest.approx(0)
    assert index[:, 0, 1] == pytest.approx(3.1 / (20 / 6), rel=1e-5)
    assert (inside[:, 0, 0] == 1).all()
    assert (inside[:, 0, 1] == 0).all()
    # No predictor, no answer; nor off land.
    assert np.isnan(index[2, 1, 0])
    assert inside[2, 1, 0] == 255
    assert (inside[:, 2, 2] == 255).all()


def test_other_predictors_are_refused() -> None:
    with pytest.raises(InputError, match="VPD"):
        measured(tile_series("VPD"))
