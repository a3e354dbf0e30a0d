"""Checks of a flux's section of the configuration: values that are possible each, not together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jsonschema

from carbonscape.core.config import violation_sentence
from carbonscape.core.errors import ConfigError
from carbonscape.core.months import months_between
from carbonscape.models.entry import YEARLY_WINDOW
from carbonscape.models.registry import get_model, models_of, part_of, parts_of_window
from carbonscape.products.registry import get_product

#: Windows that never reach into the year before.
_WITHIN_THE_YEAR = (YEARLY_WINDOW, "1m")


def check_section(
    config: Mapping[str, Any], name: str, validator: jsonschema.Draft202012Validator
) -> None:
    """Refuse values that are possible each but not together.

    Raises:
        ConfigError: names the offending keys, what was found and what is allowed.
    """
    flux = config[name]
    gridded = flux["features"]["step"] == "modis_8day"
    if config["archive"] == "real" and not config["towers"] and not gridded:
        raise ConfigError(
            "config key 'towers' is not set: give the folder that holds the FLUXNET2015 monthly "
            "files, the site list and the predictor table, for example "
            "--config towers=/data/fluxnet2015 (the files are a manual download from "
            "fluxnet.org), or choose config/demo.yaml, which simulates them."
        )
    if flux["quality"]["target"] not in (targets := get_product(name).targets):
        raise ConfigError(
            f"config key '{name}.quality.target' is {flux['quality']['target']}, expected one of "
            f"{', '.join(targets)}."
        )
    learnt = flux["quality"]["train_target"]
    if learnt is not None and learnt not in targets:
        raise ConfigError(
            f"config key '{name}.quality.train_target' is {learnt}, expected null or one of "
            f"{', '.join(targets)}."
        )
    if flux["other_products"] and name != "gpp":
        raise ConfigError(
            f"config key '{name}.other_products': found {', '.join(flux['other_products'])}, "
            "expected []: the products of others that can be read are of GPP."
        )
    if flux["authors_map"] and name != "gpp":
        raise ConfigError(
            f"config key '{name}.authors_map': found {flux['authors_map']!r}, expected null: the "
            "authors of FluxFormer published GPP."
        )
    low, high = flux["quality"]["train_min_qc"], flux["quality"]["min_qc"]
    if low is not None and low >= high:
        raise ConfigError(
            f"config key '{name}.quality.train_min_qc': found {low:g}, expected null or a number "
            f"below '{name}.quality.min_qc' ({high:g}): months from there on are scored."
        )
    difference = flux["quality"]["train_max_difference"]
    if difference is not None and low is None:
        raise ConfigError(
            f"config key '{name}.quality.train_max_difference': found {difference:g}, expected "
            f"null while '{name}.quality.train_min_qc' is null: no month is then only trained on. "
            "Set both or none."
        )
    sections = [("simulation", config["simulation"])]
    sections += [(f"{name}.{part}", flux[part]) for part in ("quality", "features", "product")]
    for section, years in sections:
        if years["last_year"] < years["first_year"]:
            raise ConfigError(
                f"config key '{section}.last_year' ({years['last_year']}) lies before "
                f"'{section}.first_year' ({years['first_year']})."
            )
    if flux["sif"]["last_month"] < flux["sif"]["first_month"]:
        raise ConfigError(
            f"config key '{name}.sif.last_month' ({flux['sif']['last_month']}) lies before "
            f"'{name}.sif.first_month' ({flux['sif']['first_month']})."
        )
    if config["archive"] == "simulated" and flux["weather_source"] != "cds":
        raise ConfigError(
            f"config key '{name}.weather_source' is {flux['weather_source']}, but the simulated "
            "archive has the daily files of the Climate Data Store alone: set it to cds, or "
            "'archive' to real."
        )
    if gridded:
        _check_grid(config, name)
    else:
        _check_monthly(flux, name)
    _check_models(flux, name)
    for key in ("split", "window", "pft"):
        shown, run = config["figures"][key], flux["crossval"][f"{key}s"]
        if shown not in run:
            raise ConfigError(
                f"config key 'figures.{key}' is {shown}, which is not among "
                f"'{name}.crossval.{key}s' ({', '.join(map(str, run))})."
            )
    if served := sorted({*flux["crossval"]["splits"]} & {*flux["crossval"]["unseen_splits"]}):
        raise ConfigError(
            f"config key '{name}.crossval.unseen_splits' names split {served[0]}, which is among "
            f"'{name}.crossval.splits' ({', '.join(map(str, flux['crossval']['splits']))}), "
            "expected other numbers: a split that is averaged and looked at is not unseen; take it "
            "out of one of the two."
        )
    _check_candidates(config, name, validator)


def _check_models(flux: Mapping[str, Any], name: str) -> None:
    """Refuse options and windows that a model cannot have."""
    for model, options in flux["models"].items():
        if options.get("width", 0) % options.get("heads", 1):
            raise ConfigError(
                f"config key '{name}.models.{model}.width' ({options['width']}) must be a multiple "
                f"of 'heads' ({options['heads']})."
            )
        if get_model(model).kind == "blend":
            _check_parts(options["parts"], f"{name}.models.{model}.parts")
    _check_members(flux, name)
    window = flux["product"]["window"]
    for model in flux["product"]["models"]:
        if not get_model(model).runs_in(window):
            raise ConfigError(
                f"config key '{name}.product.models': {model} reads the year from January on, but "
                f"'{name}.product.window' is {window}; set it to {YEARLY_WINDOW} or take the model "
                "out."
            )


def _check_members(flux: Mapping[str, Any], name: str) -> None:
    """Refuse numbers of epochs of which no spread comes."""
    epochs = flux["product"]["spread_epochs"]
    if len(epochs) == 1:
        raise ConfigError(
            f"config key '{name}.product.spread_epochs': found {epochs[0]} alone, expected none or "
            "at least two numbers: a single network has no spread; add another number, or leave "
            "the list empty for maps without uncertainty."
        )


def _check_parts(parts: Sequence[str], key: str) -> None:
    """Refuse parts of a blend that no training makes."""
    for model, window in map(part_of, parts):
        known = [name for name, entry in models_of("fluxes").items() if entry.kind != "blend"]
        if model not in known:
            raise ConfigError(
                f"config key '{key}': no model that can be a part of a blend is called '{model}'; "
                f"expected some of {', '.join(known)}."
            )
        if window and not get_model(model).runs_in(window):
            raise ConfigError(
                f"config key '{key}': {model} reads the year from January on, in the window "
                f"{YEARLY_WINDOW} alone; found '{model}@{window}', expected '{model}'."
            )


def _check_candidates(
    config: Mapping[str, Any], name: str, validator: jsonschema.Draft202012Validator
) -> None:
    """Refuse candidates of a search that would not be options of their model."""
    models = config[name]["models"]
    for model, candidates in config[name]["crossval"]["search"]["candidates"].items():
        for number, changes in enumerate(candidates):
            tried = {**models, model: {**models[model], **changes}}
            changed = {**config, name: {**config[name], "models": tried}}
            place = f"config key '{name}.crossval.search.candidates.{model}', entry {number + 1}"
            for error in validator.iter_errors(changed):
                raise ConfigError(f"{place}: {violation_sentence(error)}")
            try:
                _check_models(changed[name], name)
            except ConfigError as refusal:
                raise ConfigError(f"{place}: {refusal}") from refusal


def _check_monthly(flux: Mapping[str, Any], name: str) -> None:
    """Refuse what needs gridded archives in a run on a monthly predictor table."""
    cover = [pft for pft in flux["crossval"]["pfts"] if "esa_cci" in pft]
    if cover:
        raise ConfigError(
            f"config key '{name}.crossval.pfts': {', '.join(cover)} needs ESA-CCI fractions, "
            "which a monthly tower table does not hold; allowed with "
            f"'{name}.features.step: monthly': none, igbp."
        )
    if flux["product"]["models"]:
        raise ConfigError(
            f"config key '{name}.product.models' ({', '.join(flux['product']['models'])}): maps "
            f"need gridded predictors; set it to [] or '{name}.features.step' to modis_8day."
        )


def _check_grid(config: Mapping[str, Any], name: str) -> None:
    """Refuse grids and years that do not fit together."""
    flux = config[name]
    cell = flux["grid"]["cell"]
    if abs(180 / cell - round(180 / cell)) > 1e-6:
        raise ConfigError(
            f"config key '{name}.grid.cell' ({cell:g}): 180 degrees are {180 / cell:g} cells, "
            "expected a whole number, such as with 0.1, 0.5, 1 or 4."
        )
    outer = flux["features"]
    spans = [(f"{name}.product", flux["product"])] if flux["product"]["models"] else []
    if config["archive"] == "simulated":
        spans.append((f"{name}.quality", flux["quality"]))
        simulated = config["simulation"]
        _require_inside(f"{name}.features", outer, "simulation", simulated)
    for section, years in spans:
        _require_inside(section, years, f"{name}.features", outer)
    if flux["product"]["total_high"] <= flux["product"]["total_low"]:
        raise ConfigError(
            f"config key '{name}.product.total_high' ({flux['product']['total_high']:g}) is not "
            f"above '{name}.product.total_low' ({flux['product']['total_low']:g})."
        )
    year = config["figures"]["map_year"]
    first, last = flux["product"]["first_year"], flux["product"]["last_year"]
    if flux["product"]["models"] and not first <= year <= last:
        raise ConfigError(
            f"config key 'figures.map_year' ({year}) is not a year of the product ({first} to "
            f"{last}: '{name}.product.first_year' and 'last_year')."
        )
    if flux["product"]["models"]:
        if not config["years"]:
            _check_sif(flux, name)
        _check_first_year(flux, name)


def _check_first_year(flux: Mapping[str, Any], name: str) -> None:
    """Refuse maps of a year whose windows begin before the predictors do."""
    first = flux["product"]["first_year"]
    if first > flux["features"]["first_year"]:
        return
    for model in flux["product"]["models"]:
        parts = parts_of_window(model, flux["product"]["window"], flux["models"])
        for part, window in parts:
            if window not in _WITHIN_THE_YEAR:
                raise ConfigError(
                    f"config key '{name}.product.first_year' ({first}): {part}, of which the maps "
                    f"of {model} are made, reads {window} back from each month, but the predictors "
                    f"begin with {first} ('{name}.features.first_year'), so that months of {first} "
                    f"would have no value; begin the maps with {first + 1}, or the predictors "
                    f"with {first - 1}."
                )


def _check_sif(flux: Mapping[str, Any], name: str) -> None:
    """Refuse months of fluorescence that the maps do not have, or too few of them."""
    sif, product = flux["sif"], flux["product"]
    months = months_between(sif["first_month"], sif["last_month"])
    if int(months[0][:4]) < product["first_year"] or int(months[-1][:4]) > product["last_year"]:
        raise ConfigError(
            f"config keys '{name}.sif.first_month' and 'last_month' ({months[0]} to {months[-1]}) "
            f"reach beyond '{name}.product' ({product['first_year']} to {product['last_year']})."
        )
    if sif["min_months"] > len(months):
        raise ConfigError(
            f"config key '{name}.sif.min_months' ({sif['min_months']}) is more than the "
            f"{len(months)} months from '{name}.sif.first_month' to 'last_month' ({months[0]} to "
            f"{months[-1]}): no cell would have a correlation."
        )


def _require_inside(
    inner_name: str, inner: Mapping[str, Any], outer_name: str, outer: Mapping[str, Any]
) -> None:
    """Refuse a span of years that reaches beyond another."""
    if inner["first_year"] < outer["first_year"] or inner["last_year"] > outer["last_year"]:
        raise ConfigError(
            f"config keys '{inner_name}.first_year' and 'last_year' ({inner['first_year']} to "
            f"{inner['last_year']}) reach beyond '{outer_name}' ({outer['first_year']} to "
            f"{outer['last_year']})."
        )


def complete_section(config: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return a flux's section of the configuration, complete, by its name.

    What the section of a flux leaves out is as in ``gpp``; its target is then its own first one.
    """
    given = config.get(name) or {}
    below, quality = (
        config.get("gpp"),
        given.get("quality", {}) if isinstance(given, Mapping) else 0,
    )
    # What is no section is refused by the schema.
    usable = isinstance(below, Mapping) and isinstance(below.get("quality"), Mapping)
    if name == "gpp" or not usable or not isinstance(quality, Mapping):
        return {}
    # The products of others and the authors' map are of GPP alone.
    section = _merged({**below, "other_products": [], "authors_map": None}, given)
    if "target" not in quality:
        section["quality"] = {
            **section["quality"],
            "target": next(iter(get_product(name).targets)),
            "train_target": quality.get("train_target"),
        }
    return {name: section}


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration laid over another, section by section."""
    merged = dict(below)
    for key, value in above.items():
        both = isinstance(value, Mapping) and isinstance(below.get(key), Mapping)
        merged[key] = _merged(below[key], value) if both else value
    return merged
