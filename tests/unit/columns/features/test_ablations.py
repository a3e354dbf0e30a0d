"""Other inputs for the gases of TROPOMI, made of the samples of a run."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.columns.features.ablations import with_gases
from carbonscape.core.errors import ConfigError, ResultError
from helpers.gas_samples import samples


@pytest.mark.parametrize("setting", ["climatology", "drop", "indicator"])
@pytest.mark.parametrize("run", ["climatology", "indicator"])
def test_inputs_are_those_that_tiles_would_have(run, setting) -> None:
    found = with_gases(samples(run), setting)
    built = samples(setting)
    assert found.variables == built.variables
    assert found.source.shape == found.series.shape == built.series.shape
    if setting == "indicator":
        flag = found.variables.index("NO2_FLAG")
        assert found.series[..., flag].tolist() == [[1, 1, 1], [1, 0, 0], [0, 0, 0], [0, 0, 0]]
        assert not found.series[..., found.variables.index("CO_FLAG")].any()
    # What is not of a gas keeps its numbers, in its place.
    for name in ("GPP", "LUCC", "VCF"):
        own = samples(run)
        np.testing.assert_array_equal(
            found.series[..., found.variables.index(name)],
            own.series[..., own.variables.index(name)],
        )


def test_what_is_replaced_follows_the_inputs() -> None:
    found = with_gases(samples(), "indicator")
    assert len(found.fold_climatology) == 2
    for replaced in (found.fold_climatology[1], found.transfer_climatology):
        assert replaced.shape == found.series.shape
        at = found.variables.index("NO2")
        assert (replaced[0, :, at] == -7).all()
        # Flags are never replaced: where a value comes from does not depend on the fold.
        assert np.isnan(replaced).sum() == replaced.size - 3
    dropped = with_gases(samples(), "drop")
    assert np.isnan(dropped.fold_climatology[0]).all()
    assert np.isnan(dropped.transfer_climatology).all()


def test_another_seed_changes_no_input_and_missing_gases_are_refused() -> None:
    own = samples()
    assert with_gases(own, "other_seed") is own
    with pytest.raises(ResultError, match="lack the inputs SO2, NO2, CO, of which the ablation"):
        with_gases(samples("drop"), "indicator")
    with pytest.raises(ConfigError, match="has 'none'; choose of climatology, drop"):
        with_gases(own, "none")
