"""What models are trained on beside what they are scored on, and windows that look ahead."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from carbonscape.fluxes.features.calendar import MONTHLY
from carbonscape.fluxes.features.samples import (
    build_block,
    carry_forward,
    select_samples,
    usable_samples,
    windows_of,
)

N = np.nan
#: Months of a site whose predictors are the numbers 0 to 23 of two years.
MONTHS = pd.DataFrame(
    {
        "site": "BB",
        "year": [2000, 2000, 2001],
        "month": [2, 8, 9],
        "target": [1.0, 2.0, 3.0],
        "dropped_by": "kept",
        "qc": 0.9,
    }
)


def site_series() -> xr.Dataset:
    values = np.arange(24.0).reshape(1, 24, 1)
    return xr.Dataset(
        {"series_filled": (("site", "step", "variable"), values)},
        coords={
            "site": ["BB"],
            "variable": ["LAI"],
            "year": ("step", 2000 + np.arange(24) // 12),
        },
    )


def select(table=MONTHS, **options):
    given = {"calendar": MONTHLY, "windows": ["jan_to_m", "12m"], "incomplete_windows": "drop"}
    return select_samples(table, site_series(), **{**given, **options})[0]


def test_months_after_the_end_of_a_record_take_its_last_step():
    windows = np.array([[[1, N], [2, 6], [N, 7], [N, N]], [[1, 1], [N, 2], [3, N], [4, N]]])
    carry_forward(windows, np.array([1, 1]))
    # The second variable of the first sample is known to step 2; the first of the second sample
    # is not known in the month itself.
    np.testing.assert_array_equal(
        windows, [[[1, N], [2, 6], [2, 7], [2, 7]], [[1, 1], [N, 2], [N, 2], [N, 2]]]
    )
    samples = pd.DataFrame({"site": ["BB"], "year": [2001], "month": [11]})
    found = windows_of(site_series(), MONTHLY, "12m_centred", samples)
    np.testing.assert_array_equal(found[0, :, 0], np.minimum(np.arange(16, 28), 23))


def test_models_may_be_trained_on_all_samples_of_their_own_window():
    samples = select()
    # February and August 2000 have the window from January on, but no twelve months.
    found = usable_samples(samples, "jan_to_m", common=True, train_all=True)
    assert found["observed"].tolist() == [1, 2, 3]
    assert found["scored"].tolist() == [False, False, True]
    # August has six months before it and five after it, February has not.
    centred = usable_samples(samples, "12m_centred", common=True, train_all=True)
    assert centred["observed"].tolist() == [2, 3]
    assert usable_samples(samples, "jan_to_m", common=True)["observed"].tolist() == [3]
    # Where each window has samples of its own they are scored, whatever the key says.
    own = usable_samples(samples, "jan_to_m", common=False, train_all=True)
    assert own["scored"].tolist() == [True, True, True]


def test_models_are_fitted_to_another_estimate_and_scored_on_the_target():
    table = MONTHS.assign(gpp_nt=MONTHS["target"], gpp_dt=[2.0, N, 5.0])
    samples = select(table, learnt=("gpp_nt", "gpp_dt"))
    # Where one of the two is not known, the target itself serves.
    assert samples["learnt"].tolist() == [1.5, 2.0, 4.0]
    assert samples["observed"].tolist() == [1.0, 2.0, 3.0]
    used = usable_samples(samples, "1m", common=False)
    given = {"calendar": MONTHLY, "window": "1m", "pft": "none"}
    block = build_block(used, site_series(), **given)
    assert block.target.tolist() == [1.0, 2.0, 3.0]
    fitted = block.take(np.array([2, 0])).for_training()
    assert fitted.target.tolist() == [4.0, 1.5]
    assert fitted.learnt is None
    # Without another estimate the block knows none.
    same = build_block(select(), site_series(), **given)
    assert same.learnt is None
    assert same.for_training() is same
