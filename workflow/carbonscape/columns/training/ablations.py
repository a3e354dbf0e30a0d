"""Cross-validation of one model with other inputs for the gases of TROPOMI."""

from __future__ import annotations

from typing import Any

from carbonscape.columns.features.ablations import OTHER_SEED, with_gases
from carbonscape.columns.features.samples import XCO2Samples
from carbonscape.columns.training.crossval import prepare_xco2_experiment
from carbonscape.columns.training.folds import Folds
from carbonscape.columns.training.members import first_folds
from carbonscape.training.experiment import Experiment
from carbonscape.training.seeds import child_seed


def prepare_ablation(
    samples: XCO2Samples,
    folds: Folds,
    *,
    setting: str,
    first: int,
    seed: int,
    **named: Any,
) -> Experiment:
    """Bind samples with other inputs to the first folds of a scheme.

    The seeds of the trainings are those of the cross-validation beside which the ablation stands,
    but for ``other_seed``.

    Args:
        samples: those of the run.
        folds: of the scheme (:func:`carbonscape.columns.training.folds.read_folds`).
        setting: of :data:`carbonscape.columns.features.ablations.SETTINGS`.
        first: how many folds are held out, each in turn.
        seed: of the configuration.
        named: further keywords of
            :func:`carbonscape.columns.training.crossval.prepare_xco2_experiment`.

    Raises:
        ConfigError, ResultError: there is no such setting, or the samples lack a gas.
    """
    experiment = prepare_xco2_experiment(
        with_gases(samples, setting),
        folds,
        seed=child_seed(seed, "ablation") if setting == OTHER_SEED else seed,
        **named,
    )
    return first_folds(experiment, first)
