"""Samples of XCO2 with other inputs for the gases of TROPOMI, without building a tile anew.

Samples keep the source of every value, so that each setting of ``xco2.features.tropomi_missing``
can be made of those of another one, as long as the gases are among their inputs.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from carbonscape.columns.features.fill import CLIMATOLOGY, MEDIAN, OBSERVED
from carbonscape.columns.features.samples import StoredBlocks, XCO2Samples
from carbonscape.columns.features.tiles import GASES
from carbonscape.core.errors import ConfigError, ResultError

#: The setting that changes no input: the same model from another seed, beside which differences
#: between inputs are read.
OTHER_SEED = "other_seed"

#: What an ablation changes, by the name in ``xco2.crossval.ablations.settings``.
SETTINGS = ("climatology", "drop", "indicator", OTHER_SEED)

_FLAG = "_FLAG"


class _OtherInputs:
    """The arrays of blocks of years with other inputs, one of which is in memory at a time.

    Args:
        stored: (block, sample, step, variable) of the samples.
        kept: positions of the inputs that stay.
        added: inputs that are added: nothing of them depends on a block.
    """

    def __init__(
        self, stored: NDArray[np.float32] | StoredBlocks, kept: list[int], added: int
    ) -> None:
        self.stored, self.kept, self.added = stored, kept, added

    def __len__(self) -> int:
        return len(self.stored)

    def __getitem__(self, block: int) -> NDArray[np.float32]:
        """Return that of one block, (sample, step, variable); NaN where nothing changes."""
        return _unchanged(self.stored[block][..., self.kept], self.added)


def _unchanged(values: NDArray[np.float32], added: int) -> NDArray[np.float32]:
    """Return replaced inputs and as many that are never replaced (NaN)."""
    return np.concatenate(
        [values, np.full((*values.shape[:-1], added), np.nan, np.float32)], axis=-1
    )


def with_gases(samples: XCO2Samples, setting: str) -> XCO2Samples:
    """Return samples as if ``xco2.features.tropomi_missing`` had been another setting.

    Args:
        samples: with SO2, NO2 and CO among their inputs (not of ``drop``).
        setting: ``drop`` leaves the three gases out; ``indicator`` adds for each an input that is
            1 where its value is the climatology of the calendar month or the median of land, else
            0; ``climatology`` has the gases without those; ``other_seed`` changes nothing.

    Raises:
        ConfigError: there is no such setting.
        ResultError: the samples lack a gas.
    """
    if setting not in SETTINGS:
        raise ConfigError(
            f"config key 'xco2.crossval.ablations.settings' has '{setting}'; choose of "
            f"{', '.join(SETTINGS)}."
        )
    if setting == OTHER_SEED:
        return samples
    absent = [name for name in GASES if name not in samples.variables]
    if absent:
        raise ResultError(
            f"the samples of XCO2 lack the inputs {', '.join(absent)}, of which the ablation "
            f"'{setting}' would be made; set 'xco2.features.tropomi_missing' to climatology, or "
            "'xco2.crossval.ablations.settings' to []."
        )
    left_out = set(GASES) if setting == "drop" else set()
    kept = [
        place
        for place, name in enumerate(samples.variables)
        if name not in left_out and not name.endswith(_FLAG)
    ]
    flagged = GASES if setting == "indicator" else ()
    made = np.isin(
        samples.source[..., [samples.variables.index(name) for name in flagged]],
        (CLIMATOLOGY, MEDIAN),
    ).astype(np.float32)
    known = np.full(made.shape, OBSERVED, np.uint8)
    return replace(
        samples,
        series=np.concatenate([samples.series[..., kept], made], axis=-1),
        source=np.concatenate([samples.source[..., kept], known], axis=-1),
        fold_climatology=_OtherInputs(samples.fold_climatology, kept, len(flagged)),
        transfer_climatology=_unchanged(samples.transfer_climatology[..., kept], len(flagged)),
        variables=[samples.variables[place] for place in kept]
        + [f"{name}{_FLAG}" for name in flagged],
    )
