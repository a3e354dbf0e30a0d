"""Streaming inference over tiles."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from carbonscape.core.errors import InputError, ResultError
from carbonscape.core.grid import Grid, GridTile
from carbonscape.fluxes.features.calendar import MODIS_8DAY
from carbonscape.fluxes.features.cell_cover import read_cover
from carbonscape.fluxes.features.samples import hide_later_steps
from carbonscape.fluxes.features.windows import get_window, longest_window, month_steps
from carbonscape.fluxes.prediction.inference import predict_tile
from carbonscape.fluxes.training.blocks import schedule_of
from carbonscape.models.block import Block
from carbonscape.models.registry import get_model
from carbonscape.prediction import predictor
from carbonscape.prediction.predictor import write_tile
from carbonscape.products.registry import get_product
from carbonscape.training.final_training import prepare_training, train_final
from carbonscape.training.fit import FittedModel
from carbonscape.training.network import TrainedNetwork
from carbonscape.training.saved_model import ProductModel, load_model
from helpers.small_experiments import OPTIONS

GRID = Grid(30.0)
VARIABLES = ["LAI", "T2M"]
YEARS = [2015, 2016]
WHOLE = GridTile.cut(30.0, 12)["r0c0"]
GPP = get_product("gpp")


def model(pft: str = "none", window: str = "jan_to_m", function=None):
    """Return a model that predicts the last LAI of the window plus a hundredth of its length."""
    function = function or (
        lambda block, month: block.series[:, -1, 0] + block.series.shape[1] / 100
    )
    return SimpleNamespace(
        label="Test",
        variables=VARIABLES,
        pft=pft,
        window=window,
        predict=function,
        batch=lambda month=0: 1,
        entry=SimpleNamespace(yearly=False),
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
            "leaf_images": (("cell", "step"), np.ones((len(places), 92), np.uint8)),
        },
        coords={
            "variable": VARIABLES,
            "row": ("cell", np.array([p[0] for p in places], dtype=int)),
            "col": ("cell", np.array([p[1] for p in places], dtype=int)),
            "year": ("step", np.repeat(YEARS, 46)),
        },
    )


def predict(
    data: xr.Dataset, which=None, *, tile: GridTile = WHOLE, cover=None, years=YEARS, product=GPP,
    min_leaf_steps=0, weights=None,
):  # fmt: skip
    """Predict a tile."""
    cover = cover or {year: {} for year in years}
    models = which if isinstance(which, list) else [which or model()]
    return predict_tile(
        data, cover, models, product=product, tile=tile, calendar=MODIS_8DAY, years=years,
        min_leaf_steps=min_leaf_steps, weights=weights,
    )  # fmt: skip


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


def test_the_variable_is_named_as_the_flux() -> None:
    data = series([(1, 6)])
    found = predict(data, product=get_product("reco"))
    quality = ["filled_share", "leaf_filled_share", "leaf_observed_steps"]
    assert list(found.data_vars) == ["reco", *quality]
    assert found["reco"].attrs == {"long_name": "ecosystem respiration", "units": "g m-2 d-1"}
    np.testing.assert_array_equal(found["reco"].values, predict(data)["gpp"].values)


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


def test_steps_without_observed_leaves_are_counted_by_themselves() -> None:
    data = series([(1, 6), (4, 2)])
    data["series_filled"][0, 20, 1] = np.nan  # a step of June 2015: no data until December
    data["leaf_images"][0, [1, 2, 15, 46]] = 0  # no month owns step 15
    found = predict(data)
    share, number = (
        found[name].values[:, 1, 6] for name in ("leaf_filled_share", "leaf_observed_steps")
    )
    assert share.dtype == number.dtype == np.uint8
    assert share[:5].tolist() == [50, 25, 17, 13, 11]  # of 4, 8, 12, 15 and 18 steps
    assert number[:5].tolist() == [2, 6, 10, 13, 16]
    assert set(share[5:12]) == set(number[5:12]) == {255}
    assert (share[12], number[12], number[23]) == (25, 3, 43)
    assert set(found["leaf_filled_share"].values[:, 4, 2]) == {0}
    assert (found["leaf_observed_steps"].values[:, 0, 0] == 255).all()  # the sea


def test_months_with_fewer_observed_leaves_than_the_minimum_have_no_data() -> None:
    data = series([(1, 6), (4, 2)])
    data["leaf_images"][0, [1, 2]] = 0  # two of the four steps of January 2015
    whole, found = predict(data), predict(data, min_leaf_steps=3)
    assert np.isnan(found["gpp"].values[0, 1, 6])
    assert np.isnan(found["filled_share"].values[0, 1, 6])
    assert found["leaf_observed_steps"].values[0, 1, 6] == 255
    np.testing.assert_array_equal(found["gpp"].values[1:], whole["gpp"].values[1:])
    np.testing.assert_array_equal(found["gpp"].values[0, 4], whole["gpp"].values[0, 4])
    assert np.isfinite(predict(data, min_leaf_steps=2)["gpp"].values[0, 1, 6])


def test_a_step_that_a_window_repeats_counts_once() -> None:
    data = series([(1, 6)])
    data["leaf_images"][0, 12] = 0  # April owns steps 12 to 14; its window reads 12, 12, 13, 14
    data["filled_variables"][0, 12] = 2
    found = predict(data, model(window="1m"))
    assert found["leaf_observed_steps"].values[3, 1, 6] == 2
    assert found["leaf_filled_share"].values[3, 1, 6] == 33
    assert found["filled_share"].values[3, 1, 6] == pytest.approx(1 / 3)


def test_absurd_predictions_are_refused() -> None:
    for value in (np.nan, np.inf, 300.0, -90.0):
        which = model(function=lambda block, month, value=value: np.full(len(block), value))
        with pytest.raises(ResultError, match="Test, month 1: predicted"):
            predict(series([(1, 6)]), which)


def test_other_predictors_than_those_of_the_training_are_refused() -> None:
    data = series([(1, 6)]).assign_coords(variable=["T2M", "LAI"])
    with pytest.raises(InputError, match="hold T2M, LAI, but the model was trained on LAI, T2M"):
        predict(data)


def kept(folder: Path, name: str, window: str = "jan_to_m") -> ProductModel:
    """Train a small model of the year on made-up samples, keep it and read it."""
    rng = np.random.default_rng(2)
    steps = longest_window(MODIS_8DAY, get_window(window))
    years = rng.normal(size=(12, steps, 2)).astype(np.float32)
    row, month = np.repeat(np.arange(12), 12), np.tile(np.arange(12), 12)
    yearly = get_model(name).yearly
    values = years[row] if yearly else rng.normal(size=(144, steps, 2)).astype(np.float32)
    if yearly:
        hide_later_steps(values, month + 1, MODIS_8DAY)
    block = Block(
        series=values, context={}, month=month + 1, target=rng.normal(size=144), year_row=row
    )
    training = prepare_training(
        block, model=name, options=OPTIONS[name], variables=VARIABLES, pft="none",
        window=window, seed=1, product=GPP, **schedule_of(MODIS_8DAY, window, name),
    )  # fmt: skip
    path = folder / f"{name}-{window}.zip"
    train_final(training, path, scratch=folder / f"scratch-{path.stem}", workers=1)
    return load_model(path)


@pytest.fixture(scope="module")
def products(tmp_path_factory) -> dict[str, list[ProductModel]]:
    """The models of four products, the last one a blend of two others."""
    folder = tmp_path_factory.mktemp("models")
    names = ("fluxformer", "random_forest", "fluxformer_annual", "xgboost_annual")
    found = {name: [kept(folder, name)] for name in names}
    return found | {"blend": [*found["fluxformer_annual"], *found["xgboost_annual"]]}


PRODUCTS = ("fluxformer", "random_forest", "fluxformer_annual", "xgboost_annual", "blend")
YEARLY = PRODUCTS[2:]
PLACES = [(r, c) for r in range(6) for c in range(12) if (r + c) % 3]


def noise(places=PLACES) -> xr.Dataset:
    """Return series of random predictors."""
    data = series(places)
    rng = np.random.default_rng(3)
    data["series_filled"].values[:] = rng.normal(size=data["series_filled"].shape)
    return data


@pytest.mark.parametrize("name", PRODUCTS)
def test_the_size_of_tiles_changes_no_value(name: str, products, monkeypatch) -> None:
    data = noise()
    monkeypatch.setattr(predictor, "BATCH", 64)
    whole = predict(data, products[name], years=[2015])["gpp"].values
    for size in (5, 2):
        for tile in GridTile.cut(30.0, size).values():
            inside = [
                n
                for n, (r, c) in enumerate(PLACES)
                if r in range(6)[tile.rows] and c in range(12)[tile.cols]
            ]
            part = predict(data.isel(cell=inside), products[name], tile=tile, years=[2015])
            np.testing.assert_array_equal(part["gpp"].values, whole[:, tile.rows, tile.cols])
    assert np.unique(whole[~np.isnan(whole)]).size > 20
    # More than one batch: the same values but for rounding.
    monkeypatch.setattr(predictor, "BATCH", 10)
    parts = predict(data, products[name], years=[2015])["gpp"].values
    np.testing.assert_allclose(parts, whole, rtol=1e-4, atol=1e-5)


# --- one model for all months --------------------------------------------------------------------


@pytest.mark.parametrize("window", ["1m", "6m", "12m"])
@pytest.mark.parametrize("name", ["fluxformer", "random_forest"])
def test_a_model_of_all_months_is_given_the_steps_that_it_was_trained_on(
    name: str, window: str, tmp_path: Path
) -> None:
    trained, data = kept(tmp_path, name, window), noise([(1, 6)])
    gpp = predict(data, [trained])["gpp"].values[:, 1, 6]
    back = get_window(window).months - 1
    assert np.isnan(gpp[:back]).all()
    for number in range(back, 24):  # April, May, October and November own one step less
        year, month = YEARS[number // 12], number % 12 + 1
        steps = month_steps(MODIS_8DAY, get_window(window), year, month)
        steps = [steps[0]] * (trained.steps - len(steps)) + steps
        values = data["series_filled"].values[:, np.array(steps) - YEARS[0] * 46]
        sample = Block(values, {}, np.array([month]), np.zeros(1))
        assert gpp[number] == pytest.approx(trained.predict(sample, month)[0], rel=1e-4, abs=1e-5)


# --- models of the whole year --------------------------------------------------------------------


def by_hand(data: xr.Dataset, model: ProductModel, cell: int, year: int, month: int) -> float:
    """Return the prediction of one cell and month from its own sample, members averaged."""
    first = 46 * (year - YEARS[0])
    owned = [s for m in range(1, 13) for s in MODIS_8DAY.steps_of_month(m)]
    seen = sum(len(MODIS_8DAY.steps_of_month(m)) for m in range(1, month + 1))
    values = data["series_filled"].values[cell, [first + step for step in owned]].copy()
    values[seen:] = np.nan
    sample = Block(values[None], {}, np.array([month]), np.zeros(1), np.zeros(1, dtype=int))
    return float(np.mean([member.predict(sample)[0] for member in model.months[0].members]))


@pytest.mark.parametrize("name", YEARLY)
def test_every_month_of_a_year_is_what_its_own_sample_gives(name: str, products) -> None:
    data = noise([(1, 6), (4, 2), (4, 3)])
    gpp = predict(data, products[name])["gpp"].values
    for cell, (row, col) in enumerate([(1, 6), (4, 2), (4, 3)]):
        for number in (0, 1, 5, 11, 12, 13, 20, 23):  # 2015, and 2016, a leap year
            year, month = YEARS[number // 12], number % 12 + 1
            each = [by_hand(data, model, cell, year, month) for model in products[name]]
            assert gpp[number, row, col] == pytest.approx(np.mean(each), rel=1e-4, abs=1e-5)


def test_a_blend_is_the_mean_of_its_parts(products) -> None:
    data = noise()
    parts = [predict(data, products[name])["gpp"].values for name in YEARLY[:2]]
    found = predict(data, products["blend"])["gpp"].values
    assert not np.allclose(*parts, equal_nan=True)
    np.testing.assert_allclose(found, (parts[0] + parts[1]) / 2, rtol=1e-5, atol=1e-6)


def test_a_blend_with_weights_is_their_mean(products) -> None:
    data = noise()
    parts = [predict(data, products[name])["gpp"].values for name in YEARLY[:2]]
    found = predict(data, products["blend"], weights=[0.8, 0.2])["gpp"]
    expected = 0.8 * parts[0] + 0.2 * parts[1]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    assert found.dtype == np.float32


def test_parts_of_a_blend_read_their_own_windows(products, tmp_path: Path) -> None:
    data, fixed = noise(), kept(tmp_path, "random_forest", window="12m")
    annual = products["fluxformer_annual"]
    parts = [predict(data, models)["gpp"].values for models in (annual, [fixed])]
    blended = predict(data, [*annual, fixed])
    np.testing.assert_allclose(blended["gpp"], (parts[0] + parts[1]) / 2, rtol=1e-5, atol=1e-6)
    # A month counts the steps that any of them reads; where one has no window, there is no value.
    found = blended["leaf_observed_steps"].values[-12]
    alone = predict(data, [fixed])["leaf_observed_steps"].values[-12]
    np.testing.assert_array_equal(found, alone)
    first = int(data["year"].values[0])
    early = predict(data, [*annual, fixed], years=[first])["gpp"].values
    assert np.isnan(early[:11]).all()
    assert not np.isnan(early[11]).all()


@pytest.mark.parametrize("name", YEARLY)
def test_a_gap_within_the_year_leaves_the_months_before_it(name: str, products) -> None:
    whole = predict(noise(), products[name])["gpp"].values
    data, cell = noise(), PLACES.index((1, 6))
    data["series_filled"][cell, 20, 1] = np.nan  # a step of June 2015
    gpp = predict(data, products[name])["gpp"].values
    assert np.isnan(gpp[5:12, 1, 6]).all()
    np.testing.assert_array_equal(gpp[:5, 1, 6], whole[:5, 1, 6])
    np.testing.assert_array_equal(gpp[12:, 1, 6], whole[12:, 1, 6])
    others = np.ones((6, 12), dtype=bool)
    others[1, 6] = False
    np.testing.assert_array_equal(gpp[:, others], whole[:, others])


@pytest.mark.parametrize("name", YEARLY)
def test_series_that_end_within_the_year_serve_the_months_before(name: str, products) -> None:
    whole = predict(noise(), products[name])["gpp"].values
    cut = noise().isel(step=slice(0, 46 + 20))  # June 2016 needs the steps 19 to 22
    gpp = predict(cut, products[name])["gpp"].values
    np.testing.assert_array_equal(gpp[:17], whole[:17])
    assert np.isnan(gpp[17:]).all()


def test_absurd_predictions_of_a_year_are_refused(products) -> None:
    (annual,) = products["fluxformer_annual"]
    far = [TrainedNetwork(m.entry, m.module, m.scaler, offset=900.0, scale=m.scale)
           for m in annual.months[0].members]  # fmt: skip
    wrong = replace(annual, months={0: FittedModel("network", far)})
    with pytest.raises(ResultError, match=r"^Annual FluxFormer, month 1: predicted \d+"):
        predict(noise(), [*products["xgboost_annual"], wrong])


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
