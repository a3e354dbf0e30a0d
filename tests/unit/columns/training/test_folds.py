"""Folds of XCO2 samples: balance, distance, years, instruments, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from carbonscape.columns.features.fill import CLIMATOLOGY
from carbonscape.columns.features.samples import XCO2Samples
from carbonscape.columns.training.folds import block_number, make_folds, read_folds, write_folds
from carbonscape.core.errors import ConfigError, InputError, ResultError
from carbonscape.fluxes.training.schemes import great_circle_km

BLOCKS = [[2015, 2016], [2017, 2018], [2019, 2021]]
DEFAULTS = {
    "folds": 5,
    "seed": 42,
    "block_km": 1000.0,
    "buffer_km": 200.0,
    "temporal_blocks": BLOCKS,
}


def samples_at(lat: list[float], lon: list[float], year: int | list[int] = 2015) -> XCO2Samples:
    """Return samples at places; series do not matter for folds."""
    table = pd.DataFrame({"lat": lat, "lon": lon, "year": year, "month": 6})
    table["instrument"] = np.where(table["year"] < 2020, "oco2", "oco3")
    shape = (len(table), 3, 1)
    return XCO2Samples(
        series=np.zeros(shape, np.float32),
        source=np.zeros(shape, np.uint8),
        fold_climatology=np.full((len(BLOCKS), *shape), np.nan, np.float32),
        transfer_climatology=np.full(shape, np.nan, np.float32),
        variables=["SO2"],
        table=table,
        blocks=np.array(BLOCKS),
    )


def scattered(number: int = 3000) -> XCO2Samples:
    """Return samples at random places of the globe, 2014 to 2021."""
    random = np.random.default_rng(7)
    return samples_at(
        np.degrees(np.arcsin(random.uniform(-0.9, 0.95, number))).round(1).tolist(),
        random.uniform(-180, 180, number).round(1).tolist(),
        random.integers(2014, 2022, number).tolist(),
    )


def deal(samples: XCO2Samples, scheme: str, **changes: object) -> tuple[np.ndarray, np.ndarray]:
    return make_folds(samples, scheme=scheme, **{**DEFAULTS, **changes})


# --- sample --------------------------------------------------------------------------------------


def test_single_samples_are_dealt_evenly() -> None:
    fold, excluded = deal(scattered(1003), "sample")
    assert sorted(np.bincount(fold).tolist()) == [200, 200, 201, 201, 201]
    assert excluded.shape == (5, 1003)
    assert not excluded.any()
    again, _ = deal(scattered(1003), "sample")
    other, _ = deal(scattered(1003), "sample", seed=1)
    assert np.array_equal(fold, again)
    assert (fold != other).mean() > 0.5


# --- spatial -------------------------------------------------------------------------------------


def test_blocks_are_about_equal_in_size() -> None:
    random = np.random.default_rng(2)
    lat = np.degrees(np.arcsin(random.uniform(-1, 1, 400_000)))
    size = np.bincount(block_number(lat, random.uniform(-180, 180, len(lat)), 2000.0))
    assert abs(len(size) - 4 * np.pi * 6371**2 / 2000**2) < 5
    assert size.min() > 0.6 * size.mean()
    assert size.max() < 1.4 * size.mean()


def test_poles_and_date_line_have_blocks() -> None:
    number = block_number([90, 90, -90, 0, 0], [0, 179, 10, -180, 180], 1000.0)
    assert number[0] == 1  # the northernmost row has three blocks
    assert number[3] == number[4]
    last = block_number([-90], [179.99], 1000.0)[0]
    assert number[2] <= last < 600


def test_a_block_is_whole_in_one_fold_and_folds_are_balanced() -> None:
    samples = scattered()
    fold, _ = deal(samples, "spatial")
    block = block_number(samples.table["lat"], samples.table["lon"], 1000.0)
    assert pd.Series(fold).groupby(block).nunique().max() == 1
    size = np.bincount(fold, minlength=5)
    assert size.min() >= 0.97 * size.max()
    again, _ = deal(samples, "spatial")
    other, _ = deal(samples, "spatial", seed=1)
    assert np.array_equal(fold, again)
    assert not np.array_equal(fold, other)


def test_nothing_nearer_than_the_buffer_is_trained_on() -> None:
    samples = scattered()
    fold, excluded = deal(samples, "spatial", buffer_km=250.0)
    distance = great_circle_km(samples.table["lat"], samples.table["lon"])
    for number in range(5):
        out = fold == number
        nearest = distance[:, out].min(axis=1)
        assert np.array_equal(excluded[number], ~out & (nearest < 250.0))
        assert excluded[number].any()
        assert nearest[~out & ~excluded[number]].min() >= 250.0


def test_the_buffer_reaches_across_the_date_line() -> None:
    # Two pairs on the equator: 0.2 degrees apart at the date line, 100 degrees at home.
    samples = samples_at([0.0, 0.0, 0.0, 0.0], [-179.9, 179.9, 60.0, -40.0])
    fold, excluded = deal(samples, "spatial", folds=4, buffer_km=23.0)
    assert sorted(fold.tolist()) == [0, 1, 2, 3]
    assert excluded[fold[0]].tolist() == [False, True, False, False]
    assert excluded[fold[1]].tolist() == [True, False, False, False]
    _, closer = deal(samples, "spatial", folds=4, buffer_km=22.0)  # 22.24 km apart
    assert not closer.any()


def test_a_buffer_that_leaves_nothing_is_refused() -> None:
    with pytest.raises(ConfigError, match="has no sample of XCO2 to train on .*'xco2.crossval.buf"):
        deal(scattered(50), "spatial", buffer_km=10_000.0)


def test_fewer_blocks_than_folds_are_refused() -> None:
    with pytest.raises(ConfigError, match="block_km' is 1000, which gives 1 blocks with samples"):
        deal(samples_at([1.0, 1.1, 1.2], [3.0, 3.1, 3.2]), "spatial")
    with pytest.raises(ConfigError, match="folds' asks for 5 folds of 3 samples"):
        deal(samples_at([1.0, 1.1, 1.2], [3.0, 3.1, 3.2]), "sample")


# --- temporal and transfer -----------------------------------------------------------------------


def test_years_are_held_out_by_blocks() -> None:
    years = list(range(2014, 2022))
    fold, excluded = deal(samples_at([0.0] * 8, [0.0] * 8, years), "temporal")
    assert fold.tolist() == [0, 0, 0, 1, 1, 2, 2, 2]
    assert excluded.shape == (3, 8)
    assert not excluded.any()


def test_years_without_a_block_and_blocks_without_samples_are_refused() -> None:
    years = [2015, 2017, 2019, 2022]
    with pytest.raises(ConfigError, match="has no block for the years 2022 of samples"):
        deal(samples_at([0.0] * 4, [0.0] * 4, years), "temporal")
    with pytest.raises(ConfigError, match="fold 1 of the scheme 'temporal' has no sample .* hold"):
        deal(samples_at([0.0] * 2, [0.0] * 2, [2015, 2019]), "temporal")
    with pytest.raises(ConfigError, match="fold 0 of the scheme 'temporal' has no sample .* train"):
        deal(samples_at([0.0] * 2, [0.0] * 2, [2015, 2016]), "temporal")


def test_samples_of_other_blocks_are_refused() -> None:
    samples = samples_at([0.0] * 2, [0.0] * 2, [2015, 2017])
    with pytest.raises(ResultError, match="were drawn for other blocks of years"):
        deal(samples, "temporal", temporal_blocks=[[2015, 2015], [2016, 2017]])


def test_a_gas_that_is_observed_in_one_block_alone_is_refused() -> None:
    samples = samples_at([0.0] * 3, [0.0] * 3, [2015, 2017, 2019])
    samples.source[0] = CLIMATOLOGY
    samples.fold_climatology[:2, 0] = 5.0
    with pytest.raises(ConfigError, match="block 2019-2021, outside of which no month of SO2 is"):
        deal(samples, "temporal")
    samples.fold_climatology[2, 0] = 5.0
    assert deal(samples, "temporal")[0].tolist() == [0, 1, 2]


def test_transfer_trains_on_oco2_and_holds_out_oco3() -> None:
    fold, excluded = deal(samples_at([0.0] * 3, [0.0] * 3, [2019, 2020, 2021]), "transfer")
    assert fold.tolist() == [-1, 0, 0]
    assert excluded.shape == (1, 3)
    for years, side in ([2018, 2019], "hold out"), ([2020, 2021], "train on"):
        with pytest.raises(ConfigError, match=f"to {side} .*of both OCO-2 .* out of 'xco2"):
            deal(samples_at([0.0] * 2, [0.0] * 2, years), "transfer")


def test_a_gas_that_is_observed_in_the_months_of_oco3_alone_is_refused() -> None:
    samples = samples_at([0.0] * 3, [0.0] * 3, [2018, 2019, 2021])
    samples.source[0] = CLIMATOLOGY
    with pytest.raises(ConfigError, match="'xco2.soundings.oco3', outside of which no .* SO2 is"):
        deal(samples, "transfer")
    samples.transfer_climatology[0] = 5.0
    assert deal(samples, "transfer")[0].tolist() == [-1, -1, 0]


def test_an_unknown_scheme_is_refused() -> None:
    with pytest.raises(ConfigError, match="called 'climate'; choose of sample, spatial, temporal"):
        deal(scattered(10), "climate")


# --- files ---------------------------------------------------------------------------------------


def test_folds_come_back_as_they_were_dealt(tmp_path: Path) -> None:
    samples = scattered(800)
    schemes = ("sample", "spatial", "temporal", "transfer")
    dealt = {scheme: deal(samples, scheme) for scheme in schemes}
    for name in ("a.nc", "b.nc"):
        write_folds(dealt, tmp_path / name, DEFAULTS)
    assert (tmp_path / "a.nc").read_bytes() == (tmp_path / "b.nc").read_bytes()
    for scheme in schemes:
        fold, excluded = read_folds(tmp_path / "a.nc", scheme)
        assert np.array_equal(fold, dealt[scheme][0])
        assert np.array_equal(excluded, dealt[scheme][1])
        assert fold.dtype == np.int64
        assert excluded.dtype == bool
    with pytest.raises(ResultError, match="no folds of the scheme 'climate' .there are: sample"):
        read_folds(tmp_path / "a.nc", "climate")
    with pytest.raises(InputError, match=r"none.nc: this is no readable file of folds"):
        read_folds(tmp_path / "none.nc", "sample")
