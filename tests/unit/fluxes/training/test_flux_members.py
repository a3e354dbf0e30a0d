"""Members of a network that differ in their number of epochs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from carbonscape.core.errors import ResultError
from carbonscape.fluxes.training.members import (
    member_options,
    member_seed,
    member_table,
    predictions_of_members,
)


def predictions(shift: float, *, months: int = 3) -> pd.DataFrame:
    """Return out-of-fold predictions: the month, moved."""
    month = np.arange(1, months + 1)
    return pd.DataFrame(
        {
            "site": "AA", "year": 2001, "month": month, "fold": month % 2, "observed": 1.0,
            "predicted": month + shift, "spread": np.nan,
        }
    )  # fmt: skip


def test_a_member_has_its_own_epochs_and_one_network() -> None:
    options = {"epochs": 30, "epochs_all_months": 5, "members": 2, "width": 8}
    found = member_options(options, 150)
    assert found == {"epochs": 150, "epochs_all_months": 25, "members": 1, "width": 8}
    assert member_options(options, 1)["epochs_all_months"] == 1
    assert "epochs_all_months" not in member_options({"epochs": 30, "members": 2}, 4)
    assert options["epochs"] == 30


def test_every_member_has_a_seed_of_its_own() -> None:
    seeds = {member_seed(seed, epochs) for seed in (1, 2) for epochs in (150, 250, 350)}
    assert len(seeds) == 6
    assert member_seed(1, 150) == member_seed(1, 150)


def test_members_stand_in_the_order_of_the_predictions() -> None:
    table = member_table({4: predictions(0.5), 2: predictions(0.1)})
    found = predictions_of_members(predictions(0).iloc[::-1], {"a-none-6m": table})
    assert list(found) == [2, 4]
    np.testing.assert_allclose(found[2], [3.1, 2.1, 1.1])
    np.testing.assert_allclose(found[4], [3.5, 2.5, 1.5])


def test_members_of_a_blend_are_means_of_those_of_its_parts() -> None:
    """A part without members stands in all of them as it is."""
    members = {"net-none-6m": member_table({2: predictions(1), 4: predictions(3)})}
    parts = {"net-none-6m": predictions(9), "trees-none-12m": predictions(5)}
    found = predictions_of_members(predictions(0), members, parts=parts)
    np.testing.assert_allclose(found[2] - [1, 2, 3], 3)
    np.testing.assert_allclose(found[4] - [1, 2, 3], 4)
    found = predictions_of_members(predictions(0), members, parts=parts, weights=[0.75, 0.25])
    np.testing.assert_allclose(found[2] - [1, 2, 3], 2)


def test_other_samples_or_epochs_are_refused() -> None:
    table = member_table({2: predictions(1), 4: predictions(3)})
    with pytest.raises(ResultError, match="a-none-6m: its members and the model"):
        predictions_of_members(predictions(0, months=4), {"a-none-6m": table})
    other = member_table({2: predictions(1), 5: predictions(3)})
    with pytest.raises(ResultError, match=r"b-none-6m: its members have \[2, 5\] epochs"):
        predictions_of_members(
            predictions(0),
            {"a-none-6m": table, "b-none-6m": other},
            parts={"a-none-6m": predictions(0), "b-none-6m": predictions(0)},
        )
