"""Cross-validation of XCO2: its samples and folds as an experiment, its predictions as a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carbonscape.columns.features.samples import XCO2Samples
from carbonscape.columns.tables import XCO2_PREDICTIONS
from carbonscape.columns.training.folds import SCHEMES
from carbonscape.core.errors import ResultError
from carbonscape.products.xco2 import PRODUCT as XCO2
from carbonscape.training.experiment import Experiment, Part


def prepare_xco2_experiment(
    samples: XCO2Samples,
    folds: tuple[NDArray[np.int64], NDArray[np.bool_]],
    *,
    scheme: str,
    model: str,
    time_input: str,
    options: Mapping[str, Any],
    seed: int,
    device: str = "cpu",
) -> Experiment:
    """Bind samples to the folds of a scheme; one model serves all months.

    While a block of years, or the months of OCO-3, are held out, what stands for the gases of
    TROPOMI before 2018 knows nothing of them: in training as in held-out samples.

    Args:
        samples: the samples.
        folds: fold of each sample (sample,), -1 for never held out, and which samples a fold may
            not train on (fold, sample).
        scheme: a key of :data:`carbonscape.columns.training.folds.SCHEMES`.
        model: name in the registry.
        time_input: time encoding of the model.
        options: the model's configuration.
        seed: of the configuration.
        device: of torch, for networks.

    Raises:
        ResultError: folds and samples are not of one another.
    """
    fold, excluded = folds
    numbers = np.unique(fold[fold >= 0])
    replaced = {
        "temporal": samples.fold_climatology,
        "transfer": samples.transfer_climatology[None],
    }.get(scheme)
    if (
        fold.shape != (len(samples),)
        or excluded.shape != (len(numbers), len(samples))
        or (replaced is not None and len(numbers) > len(replaced))
    ):
        raise ResultError(
            f"the folds of the scheme '{scheme}' ({len(numbers)} folds of {fold.size} samples) are "
            f"not those of the {len(samples)} samples with {len(samples.fold_climatology)} "
            "blocks of years; delete folds.nc and run again."
        )
    return Experiment(
        block=samples.block(),
        fold=fold,
        model=model,
        options=dict(options),
        variables=list(samples.variables),
        seed=seed,
        split=SCHEMES[scheme],
        lengths={},
        site=np.empty(0, dtype=str),
        device=device,
        product=XCO2,
        time_input=time_input,
        scheme=scheme,
        excluded=excluded,
        replaced=replaced,
    )


def prediction_table(samples: XCO2Samples, experiment: Experiment, part: Part) -> pd.DataFrame:
    """Return the out-of-fold predictions of the samples that were held out (XCO2_PREDICTIONS)."""
    names = ["lat", "lon", "year", "month", "instrument", "count"]
    table = (
        samples.table[names]
        .reset_index(drop=True)
        .assign(
            sample=np.arange(len(samples)),
            tropomi=samples.tropomi(),
            fold=experiment.fold,
            observed=experiment.block.target,
            predicted=part.predicted,
            spread=part.spread,
        )
    )
    table = table[table["fold"] >= 0].reset_index(drop=True)
    return XCO2_PREDICTIONS.check(table[XCO2_PREDICTIONS.names], "out-of-fold predictions of XCO2")
