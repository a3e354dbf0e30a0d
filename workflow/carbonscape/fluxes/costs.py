"""What the jobs of a tower flux do, in the units of :mod:`carbonscape.costs.model_work`.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import accumulate

from carbonscape.core.job_graph import PlannedJob
from carbonscape.costs.grids import GridSize, cells_of, native_cells
from carbonscape.costs.model_work import prediction, scaled, training
from carbonscape.costs.work import Pieces
from carbonscape.fluxes.plan import FluxPlan
from carbonscape.fluxes.settings import Setting
from carbonscape.fluxes.spread_plan import member_settings, spread_epochs
from carbonscape.models.registry import get_model, parts_of_window

#: Cells with values in the maps of GPP, of all cells (the demo: 868 of 4,050).
LAND = 0.215
#: Towers of FLUXNET2015, and tower months of each year that become samples: of the real towers
#: 10,509 of 206 in 14 years, of simulated ones 3,902 of 60 in 9.
TOWERS = 206
_MONTHS_A_YEAR = {"real": 3.64, "simulated": 7.2}
#: Of a year with any, so many months are samples (the demo: 3,902 of 540 years of towers).
_MONTHS_OF_A_YEAR = 7.2
#: Composites of MODIS that belong to each month (docs/deviations.md, D1).
_COMPOSITES = (4, 4, 4, 3, 3, 4, 4, 4, 4, 3, 3, 4)
#: Windows of monthly models.
_MONTHLY = ("jan_to_m", "12m_monthly")


def work_of_flux(plan: FluxPlan, job: PlannedJob) -> Pieces:
    """Return what a job does for a flux.

    Args:
        plan: of the flux.
        job: of the run.
    """
    words = job.wildcards
    grid = _grid(plan).work(job)
    if job.rule == "build_tile_series":
        steps = 46 if plan.gridded else 12
        grid["land_steps"] = grid["cells"] * LAND * steps * len(plan.tile_years)
    if job.rule == "grid_sif" and plan.config["archive"] == "real":
        grid["real_days"] = job.reads
    model = words.get("model")
    if model is None or job.rule.startswith(("mosaic_", "check_", "calibrate", "weigh", "blend")):
        return {"": grid}
    if job.rule == "predict_flux":
        return _maps(plan, words, grid)
    return {model: _trainings(plan, job.rule, words)}


def _grid(plan: FluxPlan) -> GridSize:
    """Return the size of the grid of a flux: nothing where only towers are compared."""
    cells = cells_of(plan.cell, plan.config.get("region")) if plan.maps else 0
    return GridSize(
        cells, LAND, max(1, len(plan.tiles)), 12 * len(plan.map_years),
        native_cells(plan.config, cells),
    )  # fmt: skip


def samples_of(plan: FluxPlan) -> float:
    """Return about how many tower months become samples."""
    quality, archive = plan.section["quality"], plan.config["archive"]
    years = quality["last_year"] - quality["first_year"] + 1
    towers = plan.config["simulation"]["sites"] if archive == "simulated" else TOWERS
    return towers * years * _MONTHS_A_YEAR[archive]


def _windows(
    plan: FluxPlan, model: str, window: str, samples: float, *, months: float
) -> dict[int, float]:
    """Return samples by the steps that a model reads; a yearly network reads the year once."""
    owned = _COMPOSITES if plan.gridded else (1,) * 12
    year = sum(owned)
    if get_model(model).yearly:
        return {year: samples / (months if get_model(model).kind == "network" else 1)}
    if window == "jan_to_m":
        return dict.fromkeys(accumulate(owned), samples / 12)
    reads = {"1m": 1, "6m": 6}.get(window, 12)
    return {-(-year * reads // 12): samples}


def _trainings(plan: FluxPlan, rule: str, words: Mapping[str, str]) -> Counter:
    """Return the work of a cross-validation, of a final training, or of members."""
    model, window = words["model"], words["window"]
    options = plan.section["models"][model]
    variables, samples = len(plan.section["features"]["variables"]), samples_of(plan)
    monthly = window in _MONTHLY and not get_model(model).yearly
    fits = 12 if monthly else 1
    epochs = options.get("epochs")
    if not monthly and not get_model(model).yearly:
        epochs = options.get("epochs_all_months", epochs)
    if "members" in rule:
        epochs = sum(spread_epochs(plan))
    whole = _windows(plan, model, window, samples, months=_MONTHS_OF_A_YEAR)

    def fit(share: float, times: int) -> Counter:
        windows = {steps: count * share for steps, count in whole.items()}
        return training(
            model, options, windows=windows, variables=variables, fits=fits * times, epochs=epochs
        )

    if rule.startswith("train"):
        return fit(1, 1)
    folds = plan.crossval["folds"]
    work = fit(folds - 1, folds)
    setting = Setting(model, words["pft"], window)
    if rule == "search_flux":
        search = plan.search_of(setting)
        inner = max(1, len(search["candidates"])) * (search["inner_folds"] - 1)
        return scaled(work, inner)
    read = prediction(model, options, windows=whole, variables=variables)
    times = 1 + plan.permutations(words["scheme"], setting) * variables
    work.update(scaled(read, times))
    return work


def _maps(plan: FluxPlan, words: Mapping[str, str], grid: Counter) -> Pieces:
    """Return the predictions of a tile by all parts of a map, and by the members of its spread."""
    found: dict[str, Counter] = {}
    variables = len(plan.section["features"]["variables"])
    members = {
        part.model: len(spread_epochs(plan))
        for part in member_settings(plan, words["model"], words["pft"])
    }
    parts = parts_of_window(words["model"], plan.map["window"], plan.section["models"])
    for part, window in parts:
        whole = _windows(plan, part, window, grid["land_months"], months=12)
        read = prediction(part, plan.section["models"][part], windows=whole, variables=variables)
        found[part] = scaled(read, 1 + members.get(part, 0))
    return found
