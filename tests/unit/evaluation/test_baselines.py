"""Names of maps, and what stands beside them."""

from __future__ import annotations

import numpy as np
import pytest

from carbonscape.evaluation.baselines import NO_BASELINE, baselines_beside, beside_best
from carbonscape.products.map_name import MapName


@pytest.mark.parametrize("name", ["mlp-igbp_esa_cci", "at_bilstm-none", "oco"])
def test_names_are_taken_apart_and_put_together(name: str) -> None:
    assert MapName.parse(name).name == name
    assert MapName.parse("at_bilstm-none") == ("at_bilstm", "none")
    assert MapName.parse("oco") == ("oco", "")


def test_no_baseline_stands_beside_itself() -> None:
    names = ["mlp-none", "calm-none", "calm-igbp", "steady-none"]
    trivial = ("calm", "steady")
    assert baselines_beside("mlp-none", names, trivial) == names[1:]
    assert baselines_beside("calm-none", names, trivial) == ["steady-none"]
    assert baselines_beside("calm", ["calm", "mlp"], trivial) == []


def test_the_lowest_error_is_the_better_baseline() -> None:
    beside = beside_best(1.0, {"calm": 1.5, "steady": 1.2})
    assert beside == {"baseline": "steady", "baseline_rmse": 1.2, "beats_baseline": True}
    assert not beside_best(1.2, {"steady": 1.2})["beats_baseline"], "as good is not better"
    nothing = beside_best(1.0, {})
    assert (nothing["baseline"], nothing["beats_baseline"]) == (NO_BASELINE, False)
    assert np.isnan(nothing["baseline_rmse"])
