"""The spread of the map of XCO2: which map has one, its members, and its factors."""

from __future__ import annotations

from copy import deepcopy
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import yaml

from carbonscape.columns.config import check_section
from carbonscape.columns.evaluation.spread import calibrate_members
from carbonscape.columns.prediction.members import Members, read_members
from carbonscape.columns.spread_plan import has_spread, spread_files
from carbonscape.columns.training.members import first_folds, member_training
from carbonscape.core.errors import ConfigError, ResultError
from carbonscape.training.experiment import Experiment, Task
from helpers import guards

CONFIG = yaml.safe_load((guards.PROJECT / "config" / "config.yaml").read_text("utf-8"))


def section(**spread) -> dict:
    """Return the section of XCO2 with other settings of the spread."""
    found = deepcopy(CONFIG["xco2"])
    found["product"]["spread"] |= spread
    return found


def test_the_map_that_figures_show_has_a_spread_if_its_model_is_a_network() -> None:
    xco2 = section()
    assert has_spread(xco2, "at_bilstm", "none")
    assert not has_spread(xco2, "at_bilstm", "background_anomaly")
    assert not has_spread(section(members=0), "at_bilstm", "none")
    found = spread_files(xco2, "r/xco2", "at_bilstm", "none", "spread.json")
    assert found == ["r/xco2/models/at_bilstm-none.spread.json"]
    xco2["figures"]["model"] = "latitude_month_year"
    assert spread_files(xco2, "r/xco2", "latitude_month_year", "none", "members.zip") == []


@pytest.mark.parametrize(
    ("spread", "schemes", "said"),
    [
        ({"members": 1}, None, "spread.members' is 1, but one network has no spread"),
        ({}, ["sample"], "spread.scheme' is spatial, which is not among"),
    ],
)
def test_a_spread_that_cannot_be_calibrated_is_refused(spread, schemes, said) -> None:
    xco2 = section(**spread)
    xco2["crossval"]["schemes"] = schemes or xco2["crossval"]["schemes"]
    with pytest.raises(ConfigError, match=said):
        check_section({**CONFIG, "xco2": xco2}, "xco2", None)


def test_members_have_seeds_of_their_own_and_the_options_of_the_map() -> None:
    found = member_training({"epochs": 3, "members": 1}, members=5, seed=7)
    assert found["options"] == {"epochs": 3, "members": 5}
    assert found["seed"] == member_training({}, members=2, seed=7)["seed"] != 7


def test_first_folds_are_held_out_and_keep_their_training_samples() -> None:
    fold = np.array([0, 1, 2, 0, 1, 2, -1])
    excluded = np.zeros((3, 7), dtype=bool)
    excluded[1, 2] = True
    whole = Experiment(
        block=range(7), fold=fold, model="at_bilstm", options={}, variables=[], seed=1, split=1,
        lengths={}, site=np.empty(0, dtype=str), product=None, excluded=excluded,
    )  # fmt: skip
    some = first_folds(whole, 2)
    assert [task.fold for task in some.tasks()] == [0, 1]
    for task in some.tasks():
        for one, other in zip(some.rows(task), whole.rows(task), strict=True):
            assert one.tolist() == other.tolist()
    assert some.rows(Task(1, 0))[0].tolist() == [0, 3, 5, 6]


def tables(error: np.ndarray, spread: np.ndarray, lat: np.ndarray, fold: np.ndarray):
    """Return predictions of the map's model, and those of members of all but the last sample."""
    table = pd.DataFrame({
        "sample": np.arange(len(error)), "fold": fold, "lat": lat, "lon": 0.0, "observed": 400.0,
        "predicted": 400 + error, "spread": np.nan,
    })  # fmt: skip
    return table, table.assign(spread=spread, predicted=0.0)[:-1]


def test_blocks_weigh_alike_in_the_factors() -> None:
    # By hand: 8 samples in one block have a ratio of 1, 2 in another of 9; the last is left out.
    lat = np.array([45.0] * 8 + [-45.0] * 3)
    error = np.array([1.0, -1.0] * 4 + [9.0, -9.0, 1e6])
    given = tables(error, np.ones(11), lat, np.arange(11) % 2)
    found = calibrate_members(*given, block_km=5000, origin="x")
    assert (found["factor"], found["factor95"]) == (9, 9)
    assert (found["blocks"], found["samples"]) == (2, 10)
    assert found["coverage"] == 1
    assert found["rmse"] == pytest.approx(np.sqrt((1 + 81) / 2))


def test_members_of_other_samples_are_refused() -> None:
    given, members = tables(np.ones(4), np.ones(4), np.zeros(4), np.arange(4) % 2)
    with pytest.raises(ResultError, match="2 of its 3 samples are those of the model of the map"):
        calibrate_members(given[1:], members, block_km=5000, origin="x")
    with pytest.raises(ResultError, match="with a spread"):
        calibrate_members(given, members.assign(spread=np.nan), block_km=5000, origin="x")


def test_the_standard_deviation_is_the_factor_times_the_spread() -> None:
    others = Members(SimpleNamespace(), 2.5)
    found = others.std(lambda models: np.full((1, 2), float(len(models)), dtype=np.float32))
    assert found.dtype == np.float32
    assert found.tolist() == [[2.5, 2.5]]
    assert read_members([], [], []) is None
