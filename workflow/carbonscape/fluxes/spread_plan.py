"""Which maps of a flux have a spread, and the files of the networks that give it.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

from carbonscape.fluxes.plan import FluxPlan
from carbonscape.fluxes.settings import Setting
from carbonscape.models.registry import get_model


def spread_epochs(plan: FluxPlan) -> list[int]:
    """Return the numbers of epochs that the members are trained with; none without a spread."""
    return sorted(plan.map["spread_epochs"])


def member_settings(plan: FluxPlan, model: str, pft: str) -> list[Setting]:
    """Return the networks behind a map that are trained with several numbers of epochs.

    They are the model itself, or those parts of a blend that are networks; none where the map has
    no spread.
    """
    if not spread_epochs(plan) or model not in plan.map["spread_models"]:
        return []
    parts = plan.part_settings(model, pft, plan.map["window"])
    return [part for part in parts if get_model(part.model).kind == "network"]


def epochs_of_map(plan: FluxPlan, model: str, pft: str) -> list[int]:
    """Return the numbers of epochs of the members behind a map; none where it has no spread."""
    return spread_epochs(plan) if member_settings(plan, model, pft) else []


def member_files(plan: FluxPlan, model: str, pft: str) -> list[str]:
    """Return the trained members behind a map: all numbers of epochs of each network."""
    return [
        f"{plan.root}/models/{part.name}.epochs{number}.zip"
        for part in member_settings(plan, model, pft)
        for number in spread_epochs(plan)
    ]


def member_runs(plan: FluxPlan, model: str, pft: str) -> list[str]:
    """Return the provenance records of the members behind a map, one a network."""
    parts = member_settings(plan, model, pft)
    return [f"{plan.root}/models/{part.name}.members.run.json" for part in parts]


def member_predictions(plan: FluxPlan, model: str, pft: str) -> list[str]:
    """Return the out-of-fold predictions of the members behind a map, one a network."""
    parts = member_settings(plan, model, pft)
    return [f"{_split(plan)}/{part.name}.members.parquet" for part in parts]


def part_predictions(plan: FluxPlan, model: str, pft: str) -> list[str]:
    """Return the out-of-fold predictions of the parts of a blend that has a spread."""
    setting = Setting(model, pft, plan.map["window"])
    if get_model(model).kind != "blend" or not member_settings(plan, model, pft):
        return []
    return [f"{_split(plan)}/{part.name}.parquet" for part in plan.part_settings(*setting)]


def own_predictions(plan: FluxPlan, model: str, pft: str) -> str:
    """Return the out-of-fold predictions of the model of a map."""
    return f"{_split(plan)}/{Setting(model, pft, plan.map['window']).name}.parquet"


def calibration_files(plan: FluxPlan, model: str, pft: str) -> list[str]:
    """Return the file of the factors of a map's spread.

    Maps that only compare settings of the plant functional types have none: their members are
    not cross-validated.
    """
    calibrated = pft in plan.map["pfts"] and member_settings(plan, model, pft)
    return [f"{plan.root}/models/{model}-{pft}.spread.json"] if calibrated else []


def spread_maps(plan: FluxPlan) -> list[str]:
    """Return the maps of figure 9: those that compare settings and have a spread."""
    first = plan.map["models"][:1]
    has = all(member_settings(plan, model, "none") for model in first)
    return plan.compared_maps if has else []


def _split(plan: FluxPlan) -> str:
    """Return the folder of the cross-validation that figures show."""
    return f"{plan.root}/crossval/split_{plan.config['figures']['split']}"
