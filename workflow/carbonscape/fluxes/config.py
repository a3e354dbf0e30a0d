"""Checks of a flux's section of the configuration: values that are possible each, not together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jsonschema

from carbonscape.core.config import violation_sentence
from carbonscape.core.errors import ConfigError
from carbonscape.core.months import months_between
from carbonscape.models.entry import YEARLY_WINDOW
from carbonscape.models.registry import get_model


def check_section(
    config: Mapping[str, Any], name: str, validator: jsonschema.Draft202012Validator
) -> None:
    """Refuse values that are possible each but not together.

    Raises:
        ConfigError: names the offending keys, what was found and what is allowed.
    """
    gpp = config["gpp"]
    gridded = gpp["features"]["step"] == "modis_8day"
    if config["archive"] == "real" and not config["towers"] and not gridded:
        raise ConfigError(
            "config key 'towers' is not set: give the folder that holds the FLUXNET2015 monthly "
            "files, the site list and the predictor table, for example "
            "--config towers=/data/fluxnet2015 (the files are a manual download from "
            "fluxnet.org), or choose config/demo.yaml, which simulates them."
        )
    sections = [("simulation", config["simulation"])]
    sections += [(f"gpp.{name}", gpp[name]) for name in ("quality", "features", "product")]
    for section, years in sections:
        if years["last_year"] < years["first_year"]:
            raise ConfigError(
                f"config key '{section}.last_year' ({years['last_year']}) lies before "
                f"'{section}.first_year' ({years['first_year']})."
            )
    if gpp["sif"]["last_month"] < gpp["sif"]["first_month"]:
        raise ConfigError(
            f"config key 'gpp.sif.last_month' ({gpp['sif']['last_month']}) lies before "
            f"'gpp.sif.first_month' ({gpp['sif']['first_month']})."
        )
    if gridded:
        _check_grid(config)
    else:
        _check_monthly(gpp)
    _check_models(gpp)
    for key in ("split", "window", "pft"):
        shown, run = config["figures"][key], gpp["crossval"][f"{key}s"]
        if shown not in run:
            raise ConfigError(
                f"config key 'figures.{key}' is {shown}, which is not among "
                f"'gpp.crossval.{key}s' ({', '.join(map(str, run))})."
            )
    _check_candidates(config, validator)


def _check_models(gpp: Mapping[str, Any]) -> None:
    """Refuse options and windows that a model cannot have."""
    for name, options in gpp["models"].items():
        if options.get("width", 0) % options.get("heads", 1):
            raise ConfigError(
                f"config key 'gpp.models.{name}.width' ({options['width']}) must be a multiple "
                f"of 'heads' ({options['heads']})."
            )
    window = gpp["product"]["window"]
    for name in gpp["product"]["models"]:
        if not get_model(name).runs_in(window):
            raise ConfigError(
                f"config key 'gpp.product.models': {name} reads the year from January on, but "
                f"'gpp.product.window' is {window}; set it to {YEARLY_WINDOW} or take the model "
                "out."
            )


def _check_candidates(
    config: Mapping[str, Any], validator: jsonschema.Draft202012Validator
) -> None:
    """Refuse candidates of a search that would not be options of their model."""
    models = config["gpp"]["models"]
    for name, candidates in config["gpp"]["crossval"]["search"]["candidates"].items():
        for number, changes in enumerate(candidates):
            tried = {**models, name: {**models[name], **changes}}
            changed = {**config, "gpp": {**config["gpp"], "models": tried}}
            place = f"config key 'gpp.crossval.search.candidates.{name}', entry {number + 1}"
            for error in validator.iter_errors(changed):
                raise ConfigError(f"{place}: {violation_sentence(error)}")
            try:
                _check_models(changed["gpp"])
            except ConfigError as refusal:
                raise ConfigError(f"{place}: {refusal}") from refusal


def _check_monthly(gpp: Mapping[str, Any]) -> None:
    """Refuse what needs gridded archives in a run on a monthly predictor table."""
    cover = [pft for pft in gpp["crossval"]["pfts"] if "esa_cci" in pft]
    if cover:
        raise ConfigError(
            f"config key 'gpp.crossval.pfts': {', '.join(cover)} needs ESA-CCI fractions, which a "
            "monthly tower table does not hold; allowed with 'gpp.features.step: monthly': none, "
            "igbp."
        )
    if gpp["product"]["models"]:
        raise ConfigError(
            f"config key 'gpp.product.models' ({', '.join(gpp['product']['models'])}): maps need "
            "gridded predictors; set it to [] or 'gpp.features.step' to modis_8day."
        )


def _check_grid(config: Mapping[str, Any]) -> None:
    """Refuse grids and years that do not fit together."""
    gpp = config["gpp"]
    cell = gpp["grid"]["cell"]
    if abs(180 / cell - round(180 / cell)) > 1e-6:
        raise ConfigError(
            f"config key 'gpp.grid.cell' ({cell:g}): 180 degrees are {180 / cell:g} cells, "
            "expected a whole number, such as with 0.1, 0.5, 1 or 4."
        )
    outer = gpp["features"]
    spans = [("gpp.product", gpp["product"])] if gpp["product"]["models"] else []
    if config["archive"] == "simulated":
        spans.append(("gpp.quality", gpp["quality"]))
        simulated = config["simulation"]
        _require_inside("gpp.features", outer, "simulation", simulated)
    for section, years in spans:
        _require_inside(section, years, "gpp.features", outer)
    if gpp["product"]["total_high"] <= gpp["product"]["total_low"]:
        raise ConfigError(
            f"config key 'gpp.product.total_high' ({gpp['product']['total_high']:g}) is not above "
            f"'gpp.product.total_low' ({gpp['product']['total_low']:g})."
        )
    year = config["figures"]["map_year"]
    first, last = gpp["product"]["first_year"], gpp["product"]["last_year"]
    if gpp["product"]["models"] and not first <= year <= last:
        raise ConfigError(
            f"config key 'figures.map_year' ({year}) is not a year of the product ({first} to "
            f"{last}: 'gpp.product.first_year' and 'last_year')."
        )
    if gpp["product"]["models"]:
        _check_sif(gpp)


def _check_sif(gpp: Mapping[str, Any]) -> None:
    """Refuse months of fluorescence that the maps do not have, or too few of them."""
    sif, product = gpp["sif"], gpp["product"]
    months = months_between(sif["first_month"], sif["last_month"])
    if int(months[0][:4]) < product["first_year"] or int(months[-1][:4]) > product["last_year"]:
        raise ConfigError(
            f"config keys 'gpp.sif.first_month' and 'last_month' ({months[0]} to {months[-1]}) "
            f"reach beyond 'gpp.product' ({product['first_year']} to {product['last_year']})."
        )
    if sif["min_months"] > len(months):
        raise ConfigError(
            f"config key 'gpp.sif.min_months' ({sif['min_months']}) is more than the "
            f"{len(months)} months from 'gpp.sif.first_month' to 'last_month' ({months[0]} to "
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
