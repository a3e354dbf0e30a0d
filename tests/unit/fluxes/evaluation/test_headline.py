"""The first number of a run, in words."""

from __future__ import annotations

import pandas as pd

from carbonscape.fluxes.evaluation.headline import headline

FLUX = {"label": "GPP", "unit": "gC m-2 d-1", "window": "jan_to_m", "pft": "igbp"}


def scores(**r2: float) -> pd.DataFrame:
    rows = [
        {
            "window": "jan_to_m",
            "pft": "igbp",
            "model": model,
            "quantity": quantity,
            "scope": "global",
            "r2": value,
            "rmse": 1.5,
            "sites": 202,
            "samples": 10463,
        }
        for model, value in r2.items()
        for quantity in ("monthly", "site_mean")
    ]
    return pd.DataFrame(rows, columns=["window", "pft", "model", "quantity", "scope", "r2", "rmse",
                                       "sites", "samples"])  # fmt: skip


def test_the_best_model_stands_beside_the_climatology_and_the_paper():
    text = headline(scores(a=0.7, b=0.789, climatology=0.47), **FLUX, reported=True, gridded=False)
    first, second, *rest = text.splitlines()
    assert first == (
        "GPP at towers that the model never saw (202 towers, 10,463 months): R2 0.79, "
        "RMSE 1.50 gC m-2 d-1 (b, the best of 3)."
    )
    assert second.endswith("R2 0.47.")
    assert "about 0.73" in rest[0]
    assert "D9" in rest[1]


def test_gridded_predictors_need_no_excuse_and_other_fluxes_no_paper():
    with_grid = headline(scores(a=0.7), **FLUX, reported=True, gridded=True)
    assert with_grid.endswith("global grids.\n")
    assert "paper" not in headline(scores(a=0.7), **FLUX, reported=False, gridded=False)


def test_where_the_shown_setting_was_not_scored_others_stand_in():
    table = scores(a=0.7).assign(pft="none")
    assert "R2 0.70" in headline(table, **FLUX, reported=False, gridded=True)
    assert headline(scores(), **FLUX, reported=False, gridded=True) == ""
