"""Samples of XCO2: which cells and months count, their windows, and what held-out years hide."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from carbonscape.columns.features.fill import CLIMATOLOGY, MEDIAN, MISSING, OBSERVED
from carbonscape.columns.features.sample_windows import collect_samples, write_samples
from carbonscape.columns.features.samples import block_of_years, load_samples
from carbonscape.columns.features.sampling import COUNTS, window_offsets
from carbonscape.columns.training.crossval import prepare_xco2_experiment
from carbonscape.columns.training.folds import make_folds
from carbonscape.core.errors import ConfigError, InputError, ResultError
from carbonscape.training.experiment import Task
from carbonscape.training.seeds import STAGES
from helpers.sample_world import (
    BLOCKS,
    GRID,
    MONTHS,
    SPANS,
    VARIABLES,
    World,
    draw,
    drawn_of,
)


def write_at_once(dataset: xr.Dataset, path: Path) -> None:
    """Write samples that are in memory by xarray."""
    packed = {"zlib": True, "complevel": 1, "shuffle": True}
    encoding = {name: packed for name in dataset.data_vars if "sample" in dataset[name].dims}
    dataset.to_netcdf(path, engine="netcdf4", encoding=encoding)


def steps_of(counts: pd.DataFrame) -> dict[str, tuple[int, int]]:
    rows = counts.itertuples(index=False)
    return {row.step: (row.samples, row.cells) for row in rows}


# --- windows -------------------------------------------------------------------------------------


def test_windows_trail_or_lie_around_the_month() -> None:
    assert window_offsets(3, "trailing").tolist() == [-2, -1, 0]
    assert window_offsets(3, "centred").tolist() == [-1, 0, 1]
    assert window_offsets(1, "centred").tolist() == [0]


@pytest.mark.parametrize("window", ["trailing", "centred"])
def test_a_sample_holds_the_months_of_its_window(tmp_path: Path, window: str) -> None:
    dataset, _ = draw(World().write(tmp_path), window=window)
    month = 12 * (dataset["year"].values - 2014) + dataset["month"].values - 10
    place = (dataset["row"].values / 10 + dataset["col"].values / 1000)[:, None]
    expected = month[:, None] + window_offsets(3, window) + place
    assert np.allclose(dataset["series"].sel(variable="EVI"), expected, atol=1e-4)
    # A centred window of the last month would need the month after it.
    assert month.max() == len(MONTHS) - (1 if window == "trailing" else 2)
    assert dataset["lat"].values.tolist() == GRID.lat[dataset["row"].values].tolist()


# --- which samples -------------------------------------------------------------------------------


def test_conditions_are_counted_one_after_another(tmp_path: Path) -> None:
    world = World()
    world.count[:] = 0
    world.count[5, 1, 0] = 2
    world.count[6, 1, 0] = 9
    world.count[30, 1, 1] = 9  # 2017-06: OCO-3
    world.count[7, 4, 4] = 9  # the sea
    world.count[9, 2, 2] = 9
    world.source[world.cell(2, 2), 9, 1] = MISSING  # place 9 of the tiles: the window's first step
    dataset, counts = draw(world.write(tmp_path), min_count=3)
    assert steps_of(COUNTS.check(counts, "counts")) == {
        "soundings": (5, 4),
        "enough": (4, 4),
        "land": (3, 3),
        "predictors": (2, 2),
        "kept": (2, 2),
        "oco2": (1, 1),
        "oco3": (1, 1),
    }
    assert dataset["year"].values.tolist() == [2015, 2017]
    assert dataset["month"].values.tolist() == [6, 6]
    assert dataset["instrument"].values.tolist() == [0, 1]
    assert dataset["count"].values.tolist() == [9, 9]
    # In the file of OCO-3, June is the sixth field of 6 x 12 cells; the cell is (1, 1).
    assert dataset["xco2"].values[1] == 400 + (5 * 72 + 13) % 50


def test_samples_do_not_depend_on_the_tiles(tmp_path: Path) -> None:
    world = World()
    world.source[..., 1] = np.where(np.arange(len(MONTHS)) < 20, CLIMATOLOGY, OBSERVED)
    whole, counts = draw(world.write(tmp_path), max_samples=50)
    cut, counts_cut = draw(world.write(tmp_path, tile_cols=5), max_samples=50)
    xr.testing.assert_identical(whole, cut)
    assert counts.equals(counts_cut)
    assert whole.sizes["sample"] == 50


def test_draws_are_even_and_follow_the_seed(tmp_path: Path) -> None:
    files = World().write(tmp_path)
    first, _ = draw(files, max_samples=300)
    again, _ = draw(files, max_samples=300)
    other, _ = draw(files, max_samples=300, seed=43)
    xr.testing.assert_identical(first, again)
    assert not first.equals(other)
    share = np.bincount(first["year"].values)[2015:] / 300
    assert np.allclose(share, 12 / 37, atol=0.1)
    key = np.stack([first[name].values for name in ("year", "month", "row", "col")])
    assert np.unique(key, axis=1).shape[1] == 300
    assert draw(files, max_samples=10_000)[0].sizes["sample"] == 37 * 24
    assert STAGES["xco2_samples"] == 7  # the number that the draw itself uses


def test_no_sample_at_all_is_refused_in_words(tmp_path: Path) -> None:
    world = World()
    world.source[..., 1] = MISSING
    with pytest.raises(ResultError, match="land cells: 888, .*window: 0; never known: SO2. Supply"):
        draw(world.write(tmp_path))
    world.count[:] = 0
    with pytest.raises(ResultError, match="with soundings: 0, .* Supply soundings"):
        draw(world.write(tmp_path))


def test_two_instruments_in_one_month_are_refused(tmp_path: Path) -> None:
    spans = {**SPANS, "oco3": {"first_month": "2016-12", "last_month": "2017-12"}}
    files = World().write(tmp_path)
    with pytest.raises(InputError, match=r"oco3.nc: there is no month 2016-12"):
        draw(files, instruments=spans)
    files[1]["oco3"] = files[1]["oco2"]
    only = {"first_month": "2016-12", "last_month": "2016-12"}
    with pytest.raises(ConfigError, match="both hold the month 2016-12"):
        draw(files, instruments={**SPANS, "oco3": only})


def test_an_instrument_outside_the_run_gives_nothing(tmp_path: Path) -> None:
    spans = {**SPANS, "oco3": {"first_month": "2020-01", "last_month": "2021-12"}}
    dataset, counts = draw(World().write(tmp_path), instruments=spans)
    assert dataset["year"].values.max() == 2016
    assert steps_of(counts)["oco3"] == (0, 0)


# --- held-out years ------------------------------------------------------------------------------


def test_years_have_blocks_and_december_2014_is_of_2015() -> None:
    years = np.array([2013, 2014, 2015, 2016, 2018])
    assert block_of_years(years, BLOCKS).tolist() == [-1, 0, 0, 1, -1]
    assert block_of_years(years, [[2014, 2016]]).tolist() == [0, 0, 0, 0, -1]
    with pytest.raises(ConfigError, match="2015-2016 and 2016-2017 share a year"):
        block_of_years(years, [[2015, 2016], [2016, 2017]])
    with pytest.raises(ConfigError, match="block 2017-2016 ends before"):
        block_of_years(years, [[2017, 2016]])


def gas_world() -> World:
    """SO2 is observed from 2016 on: 10 x year number + calendar month."""
    world = World()
    year = np.array([int(month[:4]) for month in MONTHS])
    month = np.array([int(month[5:]) for month in MONTHS])
    gas = world.predictors[..., 1]
    gas[:] = 100 * (year - 2015) + month
    gas[:, year < 2016] = (150 + month)[year < 2016]  # mean of both years
    world.source[:, year < 2016, 1] = CLIMATOLOGY
    return world


def windows(dataset: xr.Dataset, year: int, month: int) -> np.ndarray:
    """Return SO2 without each block (block, step) in the first sample of a month."""
    at = np.flatnonzero((dataset["year"] == year) & (dataset["month"] == month))[0]
    return dataset["fold_climatology"].isel(sample=at).sel(variable="SO2").values


def test_climatology_comes_from_the_years_outside_the_block(tmp_path: Path) -> None:
    dataset, _ = draw(gas_world().write(tmp_path))
    without = windows(dataset, 2015, 5)
    assert without[0].tolist() == [153.0, 154.0, 155.0]  # 2015 is no part of the mean
    assert without[1].tolist() == [203.0, 204.0, 205.0]  # of 2017 alone
    assert without[2].tolist() == [103.0, 104.0, 105.0]  # of 2016 alone
    assert np.isnan(windows(dataset, 2016, 5)).all()  # observed
    january = windows(dataset, 2016, 1)
    assert january[1, :2].tolist() == [211.0, 212.0]
    assert np.isnan(january[1, 2])
    for name in ("EVI", "LUCC"):
        assert np.isnan(dataset["fold_climatology"].sel(variable=name)).all()


def test_a_value_of_a_held_out_year_changes_nothing(tmp_path: Path) -> None:
    before, _ = draw(gas_world().write(tmp_path))
    world = gas_world()
    in_2017 = [MONTHS.index(f"2017-{month:02d}") for month in range(1, 13)]
    world.predictors[:, in_2017, 1] = 1e6
    after, _ = draw(world.write(tmp_path))
    same = before["fold_climatology"].values, after["fold_climatology"].values
    assert np.array_equal(same[0][2], same[1][2], equal_nan=True)
    assert np.nanmax(same[1][1]) == 1e6  # where 2016 is held out, 2017 speaks


@pytest.mark.parametrize("window", ["trailing", "centred"])
def test_no_gas_of_the_months_of_oco3_reaches_an_input_of_oco2(tmp_path: Path, window: str) -> None:
    world = gas_world()
    later = np.array([month >= SPANS["oco3"]["first_month"] for month in MONTHS])
    before, _ = draw(world.write(tmp_path), window=window)
    random = np.random.default_rng(0)
    world.predictors[:, later, 1] = random.permuted(world.predictors[:, later, 1]) + 1e5
    world.median[later, 1] += 1e5
    # The tiles' own climatology of all years follows what was changed.
    made = world.source[..., 1] == CLIMATOLOGY
    world.predictors[made, 1] += 5e4
    after, _ = draw(world.write(tmp_path), window=window)
    inputs = []
    for dataset in (before, after):
        write_at_once(dataset, tmp_path / "samples.nc")
        samples = load_samples(tmp_path / "samples.nc")
        oco2 = samples.table["instrument"].to_numpy() == "oco2"
        ours = prepare_xco2_experiment(
            samples,
            make_folds(samples, scheme="transfer", folds=2, seed=1, block_km=1.0, buffer_km=0.0,
                       temporal_blocks=BLOCKS),
            scheme="transfer", model="random_forest", time_input="none", options={}, seed=1,
        )  # fmt: skip
        train = ours.rows(Task(0, 0))[0]
        # What a window itself observes in the months of OCO-3 (centred: one month) is no leak.
        own = (samples.table["year"] == 2016) & (samples.table["month"] == 12)
        train = train[~own.to_numpy()[train]] if window == "centred" else train
        assert oco2[train].all()
        inputs.append(ours.samples(Task(0, 0), train).series)
        made_here = (samples.source == CLIMATOLOGY).any(axis=(1, 2))[train]
        assert made_here.sum() > 100
    np.testing.assert_array_equal(inputs[0], inputs[1])
    # Climatology of 2016 alone: 100 and the calendar month, not the mean of 2016 and 2017.
    assert set(np.unique(inputs[0][..., 1])) == {100.0 + month for month in range(1, 13)}


def test_without_the_calendar_month_other_months_stand(tmp_path: Path) -> None:
    world = gas_world()
    cell = world.cell(1, 0)
    world.source[cell, :, 1] = CLIMATOLOGY
    march_2016, june_2017 = MONTHS.index("2016-03"), MONTHS.index("2017-06")
    world.source[cell, [march_2016, june_2017], 1] = OBSERVED
    other = world.cell(1, 1)
    world.source[other, :, 1] = CLIMATOLOGY
    world.source[other, march_2016, 1] = OBSERVED
    year = np.array([int(month[:4]) for month in MONTHS])
    world.median[:, 1] = np.where(year == 2016, 40.0, np.where(year == 2017, 60.0, np.nan))
    dataset, _ = draw(world.write(tmp_path))

    def without(col: int) -> list[list[float]]:
        here = (dataset["row"] == 1) & (dataset["col"] == col)
        at = np.flatnonzero(here & (dataset["year"] == 2015) & (dataset["month"] == 5))[0]
        return dataset["fold_climatology"].isel(sample=at).sel(variable="SO2").values.tolist()

    held_2016, held_2017 = without(0)[1], without(0)[2]
    assert held_2016 == [206.0] * 3  # June 2017 is all that the cell has
    assert held_2017 == [103.0] * 3
    assert without(1)[1] == [60.0] * 3  # nothing of its own: the land's median of 2017
    assert without(1)[0] == [103.0] * 3


def test_medians_of_other_months_are_taken_without_the_block_too(tmp_path: Path) -> None:
    world = World()
    cell = world.cell(1, 0)
    world.source[cell, :, 1] = MEDIAN
    year = np.array([int(month[:4]) for month in MONTHS])
    world.median[:, 1] = np.where(year == 2016, 40.0, np.where(year == 2017, 60.0, np.nan))
    dataset, _ = draw(world.write(tmp_path))
    assert windows(dataset, 2015, 5)[:, 0].tolist() == [50.0, 60.0, 40.0]
    assert np.isnan(windows(dataset, 2016, 5)).all()  # the month's own median


def test_classes_stay_classes(tmp_path: Path) -> None:
    world = World()
    month = np.array([int(month[5:]) for month in MONTHS])
    year = np.array([int(month[:4]) for month in MONTHS])
    world.predictors[..., 2] = np.where(year == 2017, 9.0, 4.0)
    world.source[:, (year == 2015) & (month == 5), 2] = CLIMATOLOGY
    dataset, _ = draw(world.write(tmp_path))
    at = np.flatnonzero((dataset["year"] == 2015) & (dataset["month"] == 5))[0]
    without = dataset["fold_climatology"].isel(sample=at, step=2).sel(variable="LUCC").values
    assert without.tolist() == [4.0, 9.0, 4.0]  # 4 and 9 tie: the lower code, and never 6.5


# --- files ---------------------------------------------------------------------------------------


def test_samples_come_back_as_models_read_them(tmp_path: Path) -> None:
    dataset, _ = draw(gas_world().write(tmp_path))
    write_at_once(dataset, tmp_path / "samples.nc")
    samples = load_samples(tmp_path / "samples.nc")
    assert len(samples) == 37 * 24
    assert samples.variables == VARIABLES
    assert samples.blocks.tolist() == BLOCKS
    assert set(samples.table["instrument"]) == {"oco2", "oco3"}
    block = samples.block()
    assert block.series is samples.series
    assert block.context == {}
    assert block.target.dtype == np.float64
    assert block.where[0].tolist() == [45.0, -165.0, 2014 + 11.5 / 12]
    assert block.month[0] == 12
    held = samples.series_for(1)
    changed = held != samples.series
    assert np.array_equal(changed, (samples.source == CLIMATOLOGY))
    assert samples.block(held).series is held
    tropomi = samples.tropomi()
    late = samples.table["year"].to_numpy() + samples.table["month"].to_numpy() / 100 >= 2016.03
    assert np.array_equal(tropomi == "observed", late)
    write_at_once(dataset, tmp_path / "again.nc")
    assert (tmp_path / "again.nc").read_bytes() == (tmp_path / "samples.nc").read_bytes()


def test_samples_written_one_array_at_a_time_are_those_in_memory(tmp_path: Path) -> None:
    drawn, _ = drawn_of(gas_world().write(tmp_path), max_samples=200)
    write_samples(drawn, tmp_path / "streamed.nc")
    write_at_once(collect_samples(drawn), tmp_path / "at_once.nc")
    assert (tmp_path / "streamed.nc").read_bytes() == (tmp_path / "at_once.nc").read_bytes()


def test_files_that_are_no_samples_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none.nc: this is no readable netCDF file"):
        load_samples(tmp_path / "none.nc")
    xr.Dataset({"lat": ("sample", [1.0])}).to_netcdf(tmp_path / "other.nc")
    with pytest.raises(InputError, match="lack series, source, .*, transfer_climatology"):
        load_samples(tmp_path / "other.nc")
