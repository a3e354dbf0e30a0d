"""Checks that the readers of towers find the fluxes and predictors that the simulation wrote."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from carbonscape.archives.fluxnet import read_towers
from carbonscape.archives.predictors import read_predictors

# Towers: daily means in gC m-2 d-1, NEE = RECO - GPP, -9999 where missing.


def check_fluxes(bundle: Path, truth: xr.Dataset) -> None:
    """Compare fluxes that were measured without error, but for months that are missing."""
    found = read_towers([bundle])
    assert set(found["site"]) == set(truth["site"].values)
    time = pd.to_datetime({"year": found["year"], "month": found["month"], "day": 1})
    at = {"site": xr.DataArray(found["site"].tolist()), "time": xr.DataArray(time.to_numpy())}
    columns = {"gpp_nt": "gpp", "gpp_dt": "gpp", "reco_nt": "reco", "nee": "nee"}
    for column, name in columns.items():
        values, true = found[column].to_numpy(), truth[name].sel(at).values
        missing = np.isnan(values)
        assert 0.002 < missing.mean() < 0.1
        np.testing.assert_allclose(values[~missing], true[~missing], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(found["nee"], found["reco_nt"] - found["gpp_dt"], atol=2e-4)
    assert found["qc"].dropna().between(0, 1).all()
    assert 0.5 < found["qc"].mean() < 1


def check_predictors(path: Path, truth: xr.Dataset) -> None:
    """Compare predictors that were observed without error."""
    found = read_predictors(path)
    time = pd.to_datetime({"year": found["year"], "month": found["month"], "day": 1})
    at = {"site": xr.DataArray(found["site"].tolist()), "time": xr.DataArray(time.to_numpy())}
    assert len(found) == truth["gpp"].size
    for column in ("LAI", "FPAR", "T2M", "SSRD", "VPD", "TP"):
        true = truth[column.lower()].sel(at).values
        np.testing.assert_allclose(found[column], true, atol=6e-4, rtol=1e-6)
