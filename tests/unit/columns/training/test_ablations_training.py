"""Trainings of ablations: the folds and seeds of the run, other inputs; and their configuration."""

from __future__ import annotations

from copy import deepcopy

import numpy as np
import pytest
import yaml

from carbonscape.columns.config import check_section
from carbonscape.columns.training.ablations import prepare_ablation
from carbonscape.core.errors import ConfigError
from carbonscape.training.experiment import Task
from helpers import guards
from helpers.gas_samples import samples

CONFIG = yaml.safe_load((guards.PROJECT / "config" / "config.yaml").read_text("utf-8"))


def prepared(setting: str):
    folds = np.array([0, 1, 2, 0]), np.zeros((3, 4), bool)
    return prepare_ablation(
        samples(), folds, setting=setting, first=2, seed=4, scheme="spatial", model="xgboost",
        time_input="none", options={},
    )  # fmt: skip


def test_inputs_differ_and_folds_and_seeds_do_not() -> None:
    own, other = prepared("other_seed"), prepared("drop")
    # Fold 2 is trained on and not held out.
    assert own.tasks() == other.tasks() == [Task(0, 0), Task(1, 0)]
    assert own.rows(Task(1, 0))[0].tolist() == other.rows(Task(1, 0))[0].tolist() == [0, 2, 3]
    assert (len(own.variables), len(other.variables)) == (16, 13)
    assert prepared("indicator").block.series.shape == (4, 3, 19)
    assert other.seed == prepared("indicator").seed == 4
    assert own.seed_of(Task(0, 0), 0) != other.seed_of(Task(0, 0), 0)


@pytest.mark.parametrize(
    ("section", "key", "value", "said"),
    [
        ("crossval", "schemes", ["sample"], "ablations.scheme' is spatial, which is not among"),
        ("features", "tropomi_missing", "indicator", "there is nothing to compare"),
        ("figures", "model", "growth_persistence", "a baseline that reads none of the gases"),
    ],
)
def test_ablations_that_tell_nothing_are_refused(section, key, value, said) -> None:
    xco2 = deepcopy(CONFIG["xco2"])
    xco2["product"]["spread"]["members"] = 0
    xco2["product"]["models"].append("growth_persistence")
    xco2[section][key] = value
    with pytest.raises(ConfigError, match=said):
        check_section({**CONFIG, "xco2": xco2}, "xco2", None)
    xco2["crossval"]["ablations"]["settings"] = []
    check_section({**CONFIG, "xco2": xco2}, "xco2", None)


def test_samples_without_gases_have_no_ablation() -> None:
    xco2 = deepcopy(CONFIG["xco2"])
    xco2["features"]["tropomi_missing"] = "drop"
    xco2["crossval"]["ablations"]["settings"] = ["indicator"]
    with pytest.raises(ConfigError, match="drop the samples have no gases"):
        check_section({**CONFIG, "xco2": xco2}, "xco2", None)
