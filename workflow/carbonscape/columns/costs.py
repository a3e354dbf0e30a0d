"""What the jobs of a column do, in the units of :mod:`carbonscape.costs.model_work`.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from carbonscape.columns.periods import Span
from carbonscape.columns.spread_plan import has_spread
from carbonscape.core.job_graph import PlannedJob
from carbonscape.core.months import months_between
from carbonscape.core.tiles import tile_names
from carbonscape.costs.grids import GridSize, cells_of, native_cells
from carbonscape.costs.model_work import prediction, training
from carbonscape.costs.work import Pieces

#: Cells with values in the maps of XCO2, of all cells (the demo: 1,072 of 4,050).
LAND = 0.265
#: Predictors at every step of a window.
PREDICTORS = 16
#: Land cells of a month that soundings fall into: at most this share of all (the demo: 33,763
#: samples of 1,072 cells and 85 months), and on narrow cells those along the tracks: 10 million in
#: 85 months of cells of 0.05 degrees, in inverse proportion to the cell.
_SEEN, _TRACKS = 0.37, 10e6 / 85


def work_of_column(config: Mapping[str, Any], job: PlannedJob) -> Pieces:
    """Return what a job does for XCO2.

    Args:
        config: the whole configuration.
        job: of the run.
    """
    section, words = config["xco2"], job.wildcards
    span = Span.of(section)
    cells = cells_of(section["grid"]["cell"], config.get("region"))
    tiles = len(
        tile_names(section["grid"]["cell"], section["product"]["tile_cells"], config.get("region"))
    )
    grid = GridSize(cells, LAND, tiles, len(span.map_months), native_cells(config, cells)).work(job)
    model = words.get("model")
    if job.rule == "grid_oco":
        part = section["soundings"][words["instrument"]]
        every = config["simulation"]["oco_every_days"] if config["archive"] == "simulated" else 1
        months = len(months_between(part["first_month"], part["last_month"]))
        return {"": grid + Counter(granules=30.4 * months / every)}
    if "samples" in job.rule or job.rule in ("sample_xco2", "split_xco2", "check_xco2_predictions"):
        return {"": grid + Counter(samples=samples_of(config))}
    if model is None or job.rule.startswith(("mosaic_", "check_")):
        return {"": grid}
    options = section["models"][model]
    if job.rule == "predict_xco2":
        spread = has_spread(section, model, words.get("time_input", ""))
        networks = 1 + (section["product"]["spread"]["members"] if spread else 0)
        read = {span.steps: networks * grid["land_months"]}
        return {model: prediction(model, options, windows=read, variables=PREDICTORS)}
    samples = samples_of(config)
    members, first = _trainings(section, job.rule)
    if job.rule.startswith("train"):
        whole = {span.steps: members * samples}
        work = training(model, options, windows=whole, variables=PREDICTORS, fits=members)
        return {model: work}
    folds = folds_of(section, words["scheme"])
    # Trained on soundings of OCO-2 alone, where the other instrument is predicted.
    share = folds - 1 if folds > 1 else 0.75
    made = min(first or folds, folds)
    times = members * made / folds
    work = training(
        model,
        options,
        windows={span.steps: samples * share * times},
        variables=PREDICTORS,
        fits=members * made,
    )
    whole = {span.steps: samples * times}
    return {model: work + prediction(model, options, windows=whole, variables=PREDICTORS)}


def _trainings(section: Mapping[str, Any], rule: str) -> tuple[int, int | None]:
    """Return how many networks a job trains on the same samples, and without which first folds.

    Those of the spread and of ablations leave out the first folds alone, each of them in turn;
    None for all folds.
    """
    if "members" in rule:
        spread = section["product"]["spread"]
        return spread["members"], spread["folds"]
    if "ablations" in rule:
        ablations = section["crossval"]["ablations"]
        return len(ablations["settings"]), ablations["folds"]
    return 1, None


def samples_of(config: Mapping[str, Any]) -> float:
    """Return about how many samples there are: cells and months with soundings on land."""
    section = config["xco2"]
    cell, months = section["grid"]["cell"], len(Span.of(section).months)
    seen = min(_SEEN * LAND * cells_of(cell), _TRACKS * 0.05 / cell) * months
    return min(seen, section["samples"]["max_samples"] or seen)


def folds_of(section: Mapping[str, Any], scheme: str) -> int:
    """Return the folds of a scheme; samples of one instrument from the other's have one."""
    crossval = section["crossval"]
    if scheme == "transfer":
        return 1
    return len(crossval["temporal_blocks"]) if scheme == "temporal" else crossval["folds"]
