"""The step from OCO-2 to OCO-3: found where it was put, and said where it cannot be told."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from carbonscape.columns.evaluation.instrument_step import METHODS, step_in, step_table, told
from carbonscape.columns.evaluation.kernel_scores import XCO2_OVERPASSES
from carbonscape.core.grid import Grid

GRID = Grid(30.0)
MONTHS = [f"{year}-{month:02d}" for year in range(2017, 2022) for month in range(1, 13)]


def truth(months, shift=0.0):
    index = np.array(months, "M8[M]").astype(int)
    values = 400 + 0.2 * (index - index[0]) + 2 * np.sin(2 * np.pi * index / 12) + shift
    return np.broadcast_to(values[:, None, None], (len(months), GRID.n_lat, GRID.n_lon))


def write(path, months, values, name="xco2"):
    coords = {"time": np.array(months, "M8[M]").astype("M8[ns]"), "lat": GRID.lat, "lon": GRID.lon}
    xr.Dataset({name: (("time", "lat", "lon"), values.astype("f4"))}, coords).to_netcdf(path)
    return path


def overpasses(rows):
    """Rows of (instrument, site, difference with kernels or NaN, plain difference)."""
    found = [
        (instrument, site, f"t{at}", 2020, 1, 5, 5, 400 + plain, 400.0, 400 + kernels,
         np.nan if np.isnan(kernels) else 400.0)
        for at, (instrument, site, kernels, plain) in enumerate(rows)
    ]  # fmt: skip
    return pd.DataFrame(found, columns=XCO2_OVERPASSES.names)


def test_a_step_is_told_from_growth_and_season():
    random = np.random.default_rng(2)
    index = np.arange(-36, 24)
    season = 0.3 * index / 12 + 0.1 * (index / 12) ** 2 + np.sin(2 * np.pi * index / 12)
    noise = random.normal(0, 0.1, index.size)
    found = step_in(index, season + 0.5 * (index >= 0) + noise, curve=True)
    assert found.low < 0.5 < found.high < 1.0
    assert found.low > 0
    exact = step_in(index, season + 0.5 * (index >= 0), curve=True)
    assert exact.value == pytest.approx(0.5, abs=1e-9)
    assert np.isnan(step_in(index[30:36], season[30:36], curve=False).value), "nothing after it"


def test_the_table_finds_the_step_against_egg4_and_at_sites(tmp_path):
    random = np.random.default_rng(4)
    before, after = MONTHS[:36], MONTHS[36:]
    noise = random.normal(0, 0.05, (len(MONTHS), GRID.n_lat, GRID.n_lon))
    files = {
        "oco2": write(tmp_path / "oco2.nc", before, truth(MONTHS)[:36] + noise[:36]),
        "oco3": write(tmp_path / "oco3.nc", after, truth(MONTHS, 0.4)[36:] + noise[36:]),
    }
    # Where there are kernels they count: plain differences would say 9 ppm.
    passes = []
    for at in range(4):
        passes.append(("oco2", f"site{at}", 0.1 + at, 0.1 + at))
        passes.append(("oco3", f"site{at}", 0.4 + at + at / 100, 9.0))
    egg4 = write(tmp_path / "egg4_2017.nc", MONTHS[:48], truth(MONTHS)[:48], "tcco2")
    table = step_table(files, overpasses(passes), egg4=[egg4], months=MONTHS, name="xco2")
    rows = table.set_index("method")
    assert table["method"].tolist() == list(METHODS)
    assert rows.loc["egg4", "step"] == pytest.approx(0.4, abs=0.05)
    assert rows.loc["egg4", ["before", "after"]].tolist() == [36, 12]
    assert rows.loc["egg4", "finding"].startswith("OCO-3 lies above OCO-2")
    assert rows.loc["tccon", "step"] == pytest.approx(0.315)
    assert rows.loc["growth", "low"] < 0.4 < rows.loc["growth", "high"]
    assert "no month has soundings of both" in rows.loc["overlap", "finding"]
    assert told(table).name == "egg4"


def test_months_of_both_are_compared_in_their_common_cells(tmp_path):
    months = MONTHS[:8]
    second = truth(months, 0.25).copy()
    second[:, ::2] = np.nan
    files = {
        "oco2": write(tmp_path / "oco2.nc", months, truth(months)),
        "oco3": write(tmp_path / "oco3.nc", months, second),
    }
    table = step_table(files, overpasses([]), egg4=[], months=months, name="xco2")
    row = told(table)
    assert (row.name, row["before"]) == ("overlap", 8)
    assert row["step"] == pytest.approx(0.25, abs=1e-4)
    rest = table.set_index("method")["finding"]
    assert rest["tccon"] == "It cannot be told: no site was passed over by both."
    assert rest["egg4"] == "It cannot be told: no months of OCO-2."
    assert "fewer than 12 months" in rest["growth"]
