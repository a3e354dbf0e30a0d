"""Tiles and mosaics of XCO2."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import netCDF4
import numpy as np
import pytest
import torch
import xarray as xr

from carbonscape.columns.prediction.inference import SERIES as READ
from carbonscape.columns.prediction.inference import predict_tile
from carbonscape.columns.prediction.members import Members
from carbonscape.columns.prediction.source_masks import MASKS
from carbonscape.core.errors import InputError, ResultError
from carbonscape.core.grid import Grid, GridTile
from carbonscape.models.block import Block
from carbonscape.models.registry import get_model
from carbonscape.prediction import predictor
from carbonscape.prediction.blocks import TileBlocks, predict_blocks
from carbonscape.prediction.mosaic import map_attributes, write_mosaic
from carbonscape.prediction.predictor import write_tile
from carbonscape.products.xco2 import PRODUCT as XCO2
from carbonscape.training.final_training import prepare_training, train_final
from carbonscape.training.fit import FittedModel
from carbonscape.training.saved_model import ProductModel, load_model

GRID = Grid(30.0)
VARIABLES = ["GPP", "SP"]
MONTHS = [f"{y}-{m:02d}" for y in (2014, 2015) for m in range(1, 13)][11:17]  # to 2015-05
SERIES = [f"{y}-{m:02d}" for y in (2014, 2015) for m in range(1, 13)][9:17]
WHOLE = GridTile.cut(30.0, 12)["r0c0"]
PLACES = [(r, c) for r in range(6) for c in range(12) if (r + c) % 3]
RUN = {
    "carbonscape": "0.0", "seed": 42, "git": {"commit": "abc"},
    "config": {"model": "at_bilstm", "time_input": "none"},
    "inputs": {"samples.nc": "0f"}, "packages": {"torch": "2"},
}  # fmt: skip


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


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
    given = {"product": XCO2, "months": MONTHS, "steps": 3} | options
    models = list(models) or [model(by_window)]
    return predict_tile(data, models, tile=tile, window=window, **given)


# --- tiles ---------------------------------------------------------------------------------------


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


# --- mosaics -------------------------------------------------------------------------------------


def mosaic(folder: Path, year: int, *, size: int = 5, members: int = 2, archive="simulated"):
    """Predict tiles and put them together."""
    product = model(*[lambda block, by=by: by_window(block) + by for by in range(members)])
    data, tiles = series(), []
    data["source"][3, :, 1] = 3
    for tile in GridTile.cut(30.0, size).values():
        inside = [
            n
            for n, (r, c) in enumerate(PLACES)
            if r in range(6)[tile.rows] and c in range(12)[tile.cols]
        ]
        path = folder / f"{tile.name}.nc"
        write_tile(predict(data.isel(cell=inside), product, tile=tile), path)
        tiles.append((tile, path))
    path = folder / f"xco2_{year}.nc"
    write_mosaic(
        path, XCO2, year=year, tiles=tiles,
        attributes=map_attributes(
            XCO2, model="At-BiLSTM", archive=archive, runs=[RUN], models_sha256=["1f"],
            time_input="none", calibration_scale="x2007",
        ),
        months=[int(m[5:]) for m in MONTHS if int(m[:4]) == year],
    )  # fmt: skip
    return path


def test_a_year_may_hold_december_alone(tmp_path: Path):
    with xr.open_dataset(mosaic(tmp_path, 2014)) as found:
        assert found["xco2"].shape == (1, 6, 12)
        edges = found["time_bnds"].values.astype("datetime64[D]").astype(str).tolist()
        assert edges == [["2014-12-01", "2015-01-01"]]
        assert found.attrs["time_coverage_start"] == "2014-12-01"
        assert found.attrs["time_coverage_end"] == "2014-12-31"
    with xr.open_dataset(mosaic(tmp_path, 2015)) as found:
        assert found["xco2"].shape == (5, 6, 12)
        assert found.attrs["time_coverage_end"] == "2015-05-31"


def test_tiles_meet_without_seams(tmp_path: Path):
    data = series()
    data["source"][3, :, 1] = 3
    whole = predict(data, model(by_window, lambda block: by_window(block) + 1))
    with xr.open_dataset(mosaic(tmp_path, 2015), mask_and_scale=False) as found:
        for name in ("xco2", "xco2_spread", "filled_share"):
            values = np.where(found[name].values > 1e30, np.nan, found[name].values)
            np.testing.assert_array_equal(values, whole[name].values[1:])
        source = found["predictor_source"]
        # Two bytes for codes of one: see the format of mosaics.
        assert source.dtype == np.int16
        np.testing.assert_array_equal(source.values, whole["predictor_source"].values[1:])
        assert set(np.unique(source.values)) == {0, 3, 255}


def test_years_of_different_length_are_joined_along_time(tmp_path: Path):
    paths = [mosaic(tmp_path, year) for year in (2014, 2015)]
    parts = [xr.load_dataset(path, mask_and_scale=False) for path in paths]
    expected = np.concatenate([part["xco2"].values for part in parts])
    with netCDF4.MFDataset(paths) as years:
        years.set_auto_mask(False)
        assert years["time"].shape == (6,)
        np.testing.assert_array_equal(years["xco2"][:], expected)
        assert years["predictor_source"][:].max() == 255
        beside = " ".join(["xco2_spread predictor_source filled_share", *MASKS])
        assert years["xco2"].ancillary_variables == beside


def test_one_member_has_no_spread(tmp_path: Path):
    with netCDF4.Dataset(mosaic(tmp_path, 2015, members=1)) as file:
        assert "xco2_spread" not in file.variables
        assert file["xco2"].units == "ppm"


def test_a_tile_that_lacks_a_variable_of_the_others_is_refused(tmp_path: Path):
    mosaic(tmp_path, 2015)
    tiles = [(tile, tmp_path / f"{tile.name}.nc") for tile in GridTile.cut(30.0, 5).values()]
    with xr.open_dataset(tiles[2][1]) as dataset:
        bare = dataset.drop_vars("xco2_spread").load()
    write_tile(bare, tiles[2][1])
    with pytest.raises(ResultError, match=rf"{tiles[2][0].name}\.nc: the tile has no xco2_spread"):
        write_mosaic(
            tmp_path / "x.nc", XCO2, year=2015, tiles=tiles, attributes={}, months=range(1, 6),
        )  # fmt: skip
    assert not (tmp_path / "x.nc").exists()


def test_sources_and_configuration_stand_in_the_file(tmp_path: Path):
    with netCDF4.Dataset(mosaic(tmp_path, 2015)) as file:
        assert file.Conventions == "CF-1.11, ACDD-1.3"
        assert "SIMULATED" in file.title
        assert file.calibration_scale == "x2007"
        assert json.loads(file.model_config) == RUN["config"]
        assert file.model_sha256 == "1f"
        flags = file["predictor_source"]
        assert flags.flag_values.tolist() == [0, 1, 2, 3, 4, 255]
        assert len(flags.flag_meanings.split()) == 6
    with netCDF4.Dataset(mosaic(tmp_path, 2015, archive="real")) as file:
        assert "SIMULATED" not in file.title


@pytest.mark.parametrize("year", [2014, 2015])
def test_a_cf_checker_finds_nothing_wrong(tmp_path: Path, year: int):
    report, path = tmp_path / "report.json", mosaic(tmp_path, year)
    checker = Path(sys.executable).parent / "compliance-checker"
    offline = dict.fromkeys(("http_proxy", "https_proxy"), "http://127.0.0.1:9")
    done = subprocess.run(
        [
            sys.executable, str(checker), "--test", "cf:1.11", "--criteria", "strict",
            "--format", "json", "--output", str(report), str(path),
        ],
        capture_output=True, text=True, check=False, env=os.environ | offline,
    )  # fmt: skip
    assert report.exists(), done.stdout + done.stderr
    suite = json.loads(report.read_text())["cf:1.11"]
    wrong = [
        (item["name"], item["msgs"])
        for level in ("high_priorities", "medium_priorities", "low_priorities")
        for item in suite[level]
        if item["value"][0] < item["value"][1]
    ]
    assert suite["possible_points"] > 20
    assert wrong == []
