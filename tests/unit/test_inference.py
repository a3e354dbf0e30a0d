"""Streaming inference over tiles."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from carbonscape.errors import InputError, ResultError
from carbonscape.features.calendar import MODIS_8DAY
from carbonscape.features.grid import Grid
from carbonscape.features.samples import Block
from carbonscape.prediction import inference
from carbonscape.prediction.inference import predict_tile, read_cover, write_tile
from carbonscape.prediction.tiles import Tile, make_tiles
from carbonscape.training.final import load_model, prepare_training, train_final

GRID = Grid(30.0)
VARIABLES = ["LAI", "T2M"]
YEARS = [2015, 2016]
WHOLE = Tile("r0c0", slice(0, 6), slice(0, 12))


def model(pft: str = "none", window: str = "jan_to_m", function=None):
    """Return a model that predicts the last LAI of the window plus a hundredth of its length."""
    function = function or (
        lambda block, month: block.series[:, -1, 0] + block.series.shape[1] / 100
    )
    return SimpleNamespace(
        label="Test", variables=VARIABLES, pft=pft, window=window, predict=function
    )


def series(places: list[tuple[int, int]]) -> xr.Dataset:
    """Return series of land cells whose LAI is row + col / 100 + step / 1000."""
    steps = np.arange(92)
    values = np.zeros((len(places), 92, 2), dtype=np.float32)
    for number, (row, col) in enumerate(places):
        values[number, :, 0] = row + col / 100 + steps / 1000
    return xr.Dataset(
        {
            "series_filled": (("cell", "step", "variable"), values),
            "filled_variables": (("cell", "step"), np.zeros((len(places), 92), np.uint8)),
        },
        coords={
            "variable": VARIABLES,
            "row": ("cell", np.array([p[0] for p in places], dtype=int)),
            "col": ("cell", np.array([p[1] for p in places], dtype=int)),
            "year": ("step", np.repeat(YEARS, 46)),
        },
    )


def predict(data: xr.Dataset, which=None, *, tile: Tile = WHOLE, cover=None, years=YEARS):
    """Predict a tile."""
    cover = cover or {year: {} for year in years}
    return predict_tile(
        data, cover, which or model(), grid=GRID, tile=tile, calendar=MODIS_8DAY, years=years
    )


def test_every_month_reads_its_own_window() -> None:
    found = predict(series([(1, 6), (4, 2)]))
    assert found["gpp"].shape == (24, 6, 12)
    # March 2016 starts with DOY 65, step 8 of the year, and owns steps 8 to 11.
    march = 1 + 6 / 100 + (46 + 11) / 1000 + 12 / 100
    assert found["gpp"].values[14, 1, 6] == pytest.approx(march, rel=1e-6)
    december = 4 + 2 / 100 + 45 / 1000 + 44 / 100
    assert found["gpp"].values[11, 4, 2] == pytest.approx(december, rel=1e-6)
    assert np.isfinite(found["gpp"].values).sum() == 48
    np.testing.assert_array_equal(found["lat"].values, GRID.lat)
    assert str(found["time"].values[14])[:10] == "2016-03-01"


def test_an_incomplete_window_is_no_data() -> None:
    data = series([(1, 6)])
    data["series_filled"][0, 20, 1] = np.nan  # a step of June 2015
    gpp = predict(data)["gpp"].values[:, 1, 6]
    assert np.isfinite(gpp[:5]).all()
    assert np.isnan(gpp[5:12]).all()
    assert np.isfinite(gpp[12:]).all()


def test_a_window_before_the_series_is_no_data() -> None:
    gpp = predict(series([(1, 6)]), model(window="6m"))["gpp"].values[:, 1, 6]
    assert np.isnan(gpp[:5]).all()
    assert np.isfinite(gpp[5:]).all()


def test_cover_of_the_year_reaches_the_model_and_unknown_cover_is_no_data() -> None:
    one_hot = np.zeros((2, 17), dtype=np.float32)
    one_hot[0, 3] = 1
    cover = {2015: {"igbp": one_hot}, 2016: {"igbp": np.roll(one_hot, 1, axis=1)}}
    which = model("igbp", function=lambda block, month: block.context["igbp"].argmax(axis=1))
    gpp = predict(series([(1, 6), (2, 6)]), which, cover=cover)["gpp"].values
    assert gpp[:12, 1, 6].tolist() == [3] * 12
    assert gpp[12:, 1, 6].tolist() == [4] * 12
    assert np.isnan(gpp[:, 2, 6]).all()
    cover[2015] = {"igbp": np.full((2, 17), np.nan, dtype=np.float32)}
    assert np.isnan(predict(series([(1, 6), (2, 6)]), which, cover=cover)["gpp"].values[:12]).all()


def test_the_filled_share_is_that_of_the_window() -> None:
    data = series([(1, 6)])
    data["filled_variables"][0, 2] = 1
    share = predict(data)["filled_share"].values[:, 1, 6]
    # One of four steps times two variables in January, of eight steps in February.
    assert share[0] == pytest.approx(1 / 8)
    assert share[1] == pytest.approx(1 / 16)
    assert share[12] == 0


def test_absurd_predictions_are_refused() -> None:
    for value in (np.nan, np.inf, 300.0, -90.0):
        which = model(function=lambda block, month, value=value: np.full(len(block), value))
        with pytest.raises(ResultError, match="Test, month 1: predicted"):
            predict(series([(1, 6)]), which)


def test_other_predictors_than_those_of_the_training_are_refused() -> None:
    data = series([(1, 6)]).assign_coords(variable=["T2M", "LAI"])
    with pytest.raises(InputError, match="hold T2M, LAI, but the model was trained on LAI, T2M"):
        predict(data)


@pytest.mark.parametrize("name", ["fluxformer", "random_forest"])
def test_the_size_of_tiles_changes_no_value(name: str, tmp_path: Path, monkeypatch) -> None:
    options = {
        "fluxformer": {
            "width": 16, "heads": 2, "layers": 1, "feedforward": 16, "dropout": 0.1,
            "context": "projection", "context_hidden": 4, "context_width": 2, "epochs": 2,
            "batch_size": 8, "learning_rate": 0.01, "optimiser": "radam", "weight_decay": 0,
            "clip_norm": 4, "schedule": "constant", "members": 1,
        },
        "random_forest": {"trees": 4, "max_features": 0.5, "min_leaf": 1},
    }[name]  # fmt: skip
    rng = np.random.default_rng(2)
    block = Block(
        series=rng.normal(size=(48, 44, 2)).astype(np.float32), context={},
        month=np.arange(48) % 12 + 1, target=rng.normal(size=48),
    )  # fmt: skip
    training = prepare_training(
        block, model=name, options=options, variables=VARIABLES, pft="none", window="jan_to_m",
        calendar=MODIS_8DAY, seed=1,
    )  # fmt: skip
    train_final(training, tmp_path / "model.zip", scratch=tmp_path / "scratch", workers=1)
    kept = load_model(tmp_path / "model.zip")
    places = [(r, c) for r in range(6) for c in range(12) if (r + c) % 3]
    data = series(places)
    data["series_filled"].values[:] = rng.normal(size=data["series_filled"].shape)
    monkeypatch.setattr(inference, "BATCH", 64)
    whole = predict(data, kept, years=[2015])["gpp"].values
    for size in (5, 2):
        for tile in make_tiles(30.0, size):
            inside = [
                n
                for n, (r, c) in enumerate(places)
                if r in range(6)[tile.rows] and c in range(12)[tile.cols]
            ]
            part = predict(data.isel(cell=inside), kept, tile=tile, years=[2015])["gpp"].values
            np.testing.assert_array_equal(part, whole[:, tile.rows, tile.cols])
    assert np.unique(whole[~np.isnan(whole)]).size > 20


def test_cover_is_read_at_the_cells(tmp_path: Path) -> None:
    igbp = np.arange(72, dtype=np.uint8).reshape(6, 12) % 18
    esa = np.zeros((14, 6, 12), dtype=np.float32)
    esa[5, 4, 2] = 1
    xr.Dataset(
        {"igbp": (("lat", "lon"), igbp), "pft_esa_cci": (("pft_class", "lat", "lon"), esa)}
    ).to_netcdf(tmp_path / "cover.nc")
    row, col = np.array([4, 1]), np.array([2, 6])
    found = read_cover({2015: tmp_path / "cover.nc"}, ("igbp", "esa_cci"), row, col)[2015]
    assert found["igbp"].argmax(axis=1).tolist() == [igbp[4, 2] - 1, 0]
    assert found["igbp"][1].sum() == 0  # cell (1, 6) has code 0: not known
    assert found["esa_cci"].argmax(axis=1).tolist() == [5, 0]
    assert read_cover({2015: tmp_path / "cover.nc"}, (), row, col) == {2015: {}}


def test_a_tile_without_land_is_written_whole(tmp_path: Path) -> None:
    found = predict(series([]))
    assert np.isnan(found["gpp"].values).all()
    write_tile(found, tmp_path / "tile.nc")
    with xr.open_dataset(tmp_path / "tile.nc") as written:
        assert written["gpp"].shape == (24, 6, 12)
        assert np.isnan(written["gpp"].values).all()
