"""Tiles of XCO2."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import xarray as xr

from carbonscape.columns.prediction.inference import SERIES as READ
from carbonscape.columns.prediction.members import Members
from carbonscape.core.errors import InputError, ResultError
from carbonscape.core.grid import GridTile
from carbonscape.models.block import Block
from carbonscape.prediction import predictor
from carbonscape.prediction.blocks import TileBlocks, predict_blocks
from carbonscape.products.xco2 import PRODUCT as XCO2
from carbonscape.training.final_training import prepare_training, train_final
from carbonscape.training.saved_model import ProductModel, load_model
from helpers.xco2_tiles import (
    GRID,
    MONTHS,
    PLACES,
    VARIABLES,
    WHOLE,
    by_window,
    model,
    predict,
    series,
)


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


def test_every_month_reads_its_own_window():
    found = predict(series([(1, 6), (4, 2)]))
    assert found["xco2"].dims == ("time", "lat", "lon")
    assert [str(t)[:7] for t in found["time"].values] == MONTHS
    # December 2014 is month 2 of the series, which begins two months before.
    expected = [400 + 0.01 * (n - 2) + 0.1 * (n - 1) + n for n in range(2, 8)]
    for row, col in ((1, 6), (4, 2)):
        np.testing.assert_allclose(found["xco2"].values[:, row, col], expected, rtol=1e-6)
    assert np.isfinite(found["xco2"].values).sum() == 12
    assert (found["predictor_source"].values == 0).sum() == 12
    assert (found["predictor_source"].values == 255).sum() == 6 * 72 - 12
    assert "xco2_spread" not in found


def test_a_centred_window_reads_the_month_after_and_lacks_it_at_the_end():
    found = predict(series([(1, 6)]), window="centred")["xco2"].values[:, 1, 6]
    expected = [400 + 0.01 * (n - 1) + 0.1 * n + n + 1 for n in range(2, 7)]
    np.testing.assert_allclose(found[:5], expected, rtol=1e-6)
    assert np.isnan(found[5])


def test_models_know_where_and_when_they_are():
    where = []
    seen = model(lambda block: where.append(block.where) or 400 + block.month)
    found = predict(series([(1, 6)]), seen)["xco2"].values[:, 1, 6]
    np.testing.assert_allclose(found - 400, [12, 1, 2, 3, 4, 5])
    np.testing.assert_allclose(
        where[0][:6], [[45, 15, 2014 + 11.5 / 12], *([45, 15, 2015 + (m + 0.5) / 12] for m in
                                                     range(5))]
    )  # fmt: skip


def test_networks_of_other_seeds_give_a_standard_deviation_and_leave_the_map():
    data = series([(1, 6)])
    others = Members(model(lambda b: by_window(b) + 7, lambda b: by_window(b) + 9), 3.0)
    found, alone = predict(data, others=others), predict(data)
    # Two members 2 ppm apart: a standard deviation (ddof 1) of 1.41 ppm.
    np.testing.assert_allclose(found["xco2_std"].values[:, 1, 6], 3 * np.sqrt(2), rtol=1e-4)
    xr.testing.assert_identical(found["xco2"], alone["xco2"])
    assert np.isnan(found["xco2_std"].values[:, 2, 6]).all()
    assert "xco2_std" not in alone


def test_sources_are_those_of_the_window():
    data = series([(1, 6), (2, 6)])
    data["source"][0, 3, 1] = 4  # January 2015
    data["source"][0, 4, 0] = 2  # February
    found = predict(data)
    source, share = (found[name].values[:, 1, 6] for name in ("predictor_source", "filled_share"))
    assert source.tolist() == [0, 4, 4, 4, 2, 0]
    np.testing.assert_allclose(share, np.array([0, 1, 2, 2, 1, 0]) / 6, rtol=1e-6)
    assert found["predictor_source"].dtype == np.uint8
    assert (found["filled_share"].values[:, 2, 6] == 0).all()


def test_an_incomplete_window_is_no_data():
    data = series([(1, 6), (2, 6)])
    data["predictors"][0, 3, 1] = np.nan
    found = predict(data)
    value = np.isfinite(found["xco2"].values[:, 1, 6])
    assert value.tolist() == [True, False, False, False, True, True]
    assert ((found["predictor_source"].values[:, 1, 6] != 255) == value).all()
    assert np.isfinite(found["xco2"].values[:, 2, 6]).all()


def test_the_spread_is_that_of_the_members():
    members = [lambda block, by=by: by_window(block) + by for by in (0, 1, 5)]
    found = predict(series([(1, 6)]), model(*members))
    deviation = np.sqrt((4 + 1 + 9) / 2)  # of 0, 1 and 5 around 2, by two degrees of freedom
    np.testing.assert_allclose(found["xco2_spread"].values[:, 1, 6], deviation, rtol=1e-4)
    alone = predict(series([(1, 6)]))["xco2"].values
    np.testing.assert_allclose(found["xco2"].values, alone + 2, rtol=1e-6)


def test_absurd_predictions_are_refused():
    for value in (np.nan, np.inf, 349.0, 501.0):
        wrong = model(lambda block, value=value: np.full(len(block), value))
        with pytest.raises(ResultError, match=r"At-BiLSTM.*ppm for a cell, outside 350 to 500"):
            predict(series([(1, 6)]), wrong)


def test_other_predictors_windows_or_months_are_refused():
    data = series([(1, 6)])
    with pytest.raises(InputError, match="hold SP, GPP, but the model was trained on GPP, SP"):
        predict(data.assign_coords(variable=["SP", "GPP"]))
    with pytest.raises(InputError, match=r"windows of 3 months, but 'xco2\.features\.steps' is 2"):
        predict(data, steps=2)
    with pytest.raises(InputError, match="hold 2014-10 to 2015-05, and no whole window of"):
        predict(data, months=["2018-01", "2018-02"])
    with pytest.raises(InputError, match="not one after the other"):
        predict(data.isel(time=[0, 1, 3]))


def test_a_tile_of_the_sea_is_empty():
    found = predict(series([]))
    assert found["xco2"].shape == (6, 6, 12)
    assert np.isnan(found["xco2"].values).all()
    assert (found["predictor_source"].values == 255).all()


def kept(folder: Path, name: str, time_input: str) -> ProductModel:
    """Train a small model on made-up samples, keep it and read it."""
    random = np.random.default_rng(2)
    month = random.integers(1, 13, 200)
    where = np.column_stack(
        [random.uniform(-60, 75, 200), random.uniform(-180, 180, 200), 2015 + (month - 0.5) / 12]
    )
    block = Block(
        random.normal(size=(200, 3, 2)).astype(np.float32), {}, month,
        405 + random.normal(size=200), where=where,
    )  # fmt: skip
    options = {
        "at_bilstm": {
            "units": 8, "layers": 2, "dropout": 0.1, "epochs": 3, "batch_size": 32,
            "learning_rate": 0.01, "optimiser": "adam", "weight_decay": 0, "clip_norm": None,
            "schedule": "step", "members": 2,
        },
        "random_forest": {"trees": 4, "max_features": 0.5, "min_leaf": 1},
        "latitude_month_year": {},
    }[name]  # fmt: skip
    plan = prepare_training(
        block, model=name, options=options, variables=VARIABLES, window="3 months",
        seed=1, product=XCO2, time_input=time_input,
    )  # fmt: skip
    path = folder / f"{name}.zip"
    train_final(plan, path, scratch=folder / "scratch", workers=1)
    return load_model(path)


CASES = [
    ("at_bilstm", "none"), ("at_bilstm", "background_anomaly"), ("at_bilstm", "year_fraction"),
    ("random_forest", "year_fraction"), ("latitude_month_year", "none"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "time_input"), CASES)
def test_the_size_of_tiles_changes_no_value(name, time_input, tmp_path: Path, monkeypatch):
    product, data = kept(tmp_path, name, time_input), series(seed=3)
    monkeypatch.setattr(predictor, "BATCH", 64)
    whole = predict(data, product)
    assert np.unique(whole["xco2"].values[np.isfinite(whole["xco2"].values)]).size > 20
    for size in (5, 2):
        for tile in GridTile.cut(30.0, size).values():
            inside = [
                n
                for n, (r, c) in enumerate(PLACES)
                if r in range(6)[tile.rows] and c in range(12)[tile.cols]
            ]
            part = predict(data.isel(cell=inside), product, tile=tile)
            for layer in whole.data_vars:
                np.testing.assert_array_equal(
                    part[layer].values, whole[layer].values[:, tile.rows, tile.cols]
                )


@pytest.mark.parametrize(("name", "time_input"), CASES)
def test_a_tile_holds_what_the_model_predicts(name, time_input, tmp_path: Path):
    product, data = kept(tmp_path, name, time_input), series(seed=3)
    found = predict(data, product)["xco2"].values
    cell, month = 7, 3  # March 2015
    sample = Block(
        data["predictors"].values[None, cell, month : month + 3], {}, np.array([3]), np.zeros(1),
        where=np.array([[GRID.lat[PLACES[cell][0]], GRID.lon[PLACES[cell][1]], 2015 + 2.5 / 12]]),
    )  # fmt: skip
    expected = product.predict(sample, 3)[0]
    assert found[(month, *PLACES[cell])] == pytest.approx(expected, abs=1e-3)


def test_blocks_of_cells_change_no_value(tmp_path: Path):
    path = tmp_path / "tile.nc"
    series(seed=1).to_netcdf(path)
    whole = predict(series(seed=1))
    for at_once in (300, 3000, 10**9):
        blocks = TileBlocks(path, READ, at_once=at_once)
        assert len(blocks) == {300: 16, 3000: 2, 10**9: 1}[at_once]
        xr.testing.assert_identical(predict_blocks(blocks, WHOLE, predict), whole)
