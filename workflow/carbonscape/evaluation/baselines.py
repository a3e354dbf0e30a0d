"""What a model is worth beside trivial ones, which know no predictor but place and calendar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from carbonscape.products.map_name import MapName

#: Name of the baseline where there is none.
NO_BASELINE = "none"


def baselines_beside(name: str, names: Iterable[str], models: Iterable[str]) -> list[str]:
    """Return the baselines that a map, or model, is compared with: never one of its own model.

    Args:
        name: the map or model.
        names: all of the run.
        models: trivial models.
    """
    trivial = set(models) - {MapName.parse(name).model}
    return [other for other in names if MapName.parse(other).model in trivial]


def beside_best(rmse: float, errors: Mapping[str, float]) -> dict[str, str | float | bool]:
    """Return the columns baseline, baseline_rmse and beats_baseline.

    Args:
        rmse: root mean square error of what is judged.
        errors: that of each baseline; the lowest counts.
    """
    if not errors:
        return {
            "baseline": NO_BASELINE, "baseline_rmse": float("nan"), "beats_baseline": False
        }  # fmt: skip
    best = min(errors, key=lambda name: errors[name])
    return {
        "baseline": best,
        "baseline_rmse": errors[best],
        "beats_baseline": bool(rmse < errors[best]),
    }
