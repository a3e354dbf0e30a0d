"""Checks of the configuration's section ``xco2``: values that are possible each, not together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jsonschema

from carbonscape.columns.periods import Span
from carbonscape.columns.spread_plan import has_spread
from carbonscape.core.errors import ConfigError
from carbonscape.models.registry import get_model


def check_section(
    config: Mapping[str, Any], name: str, validator: jsonschema.Draft202012Validator
) -> None:
    """Refuse months, blocks, products and figures that do not fit together.

    Raises:
        ConfigError: names the offending keys, what was found and what is allowed.
    """
    xco2 = config[name]
    cell = xco2["grid"]["cell"]
    if abs(180 / cell - round(180 / cell)) > 1e-6:
        raise ConfigError(
            f"config key 'xco2.grid.cell' ({cell:g}): 180 degrees are {180 / cell:g} cells, "
            "expected a whole number, such as with 0.05, 0.5, 1 or 4."
        )
    _check_months(xco2)
    _check_blocks(xco2)
    _check_figures(xco2)
    _check_spread(xco2)
    _check_ablations(xco2)
    if config["archive"] == "simulated":
        if xco2["weather_source"] != "cds":
            raise ConfigError(
                f"config key 'xco2.weather_source' is {xco2['weather_source']}, but the simulated "
                "archive has the files of the Climate Data Store alone: set it to cds, or "
                "'archive' to real."
            )
        _check_simulation(config)


def _check_months(xco2: Mapping[str, Any]) -> None:
    """Refuse spans of months that end before they begin, or lie outside one another."""
    spans = {"xco2": xco2, **{f"xco2.soundings.{name}": xco2["soundings"][name] for name in _OCO}}
    for section, span in spans.items():
        if span["last_month"] < span["first_month"]:
            raise ConfigError(
                f"config key '{section}.last_month' ({span['last_month']}) lies before "
                f"'{section}.first_month' ({span['first_month']})."
            )
        if span["first_month"] < xco2["first_month"] or span["last_month"] > xco2["last_month"]:
            raise ConfigError(
                f"config keys '{section}.first_month' and 'last_month' ({span['first_month']} to "
                f"{span['last_month']}) reach beyond 'xco2' ({xco2['first_month']} to "
                f"{xco2['last_month']}): soundings have no predictors there."
            )
    _check_mapped_months(xco2)
    before, after = (xco2["soundings"][name] for name in _OCO)
    if after["first_month"] <= before["last_month"]:
        raise ConfigError(
            f"config key 'xco2.soundings.oco3.first_month' ({after['first_month']}) is not after "
            f"'xco2.soundings.oco2.last_month' ({before['last_month']}): each month has one "
            "instrument."
        )


def _check_mapped_months(xco2: Mapping[str, Any]) -> None:
    """Refuse months of the maps that end before they begin, or have no predictors."""
    span = Span.of(xco2)
    first, last = span.first_mapped or span.first_month, span.last_mapped or span.last_month
    if not span.first_month <= first <= last <= span.last_month:
        raise ConfigError(
            f"config keys 'xco2.product.first_month' and 'last_month': found {first} to {last}, "
            f"expected months from {span.first_month} to {span.last_month} ('xco2.first_month' and "
            "'last_month') in this order, or null for all of these."
        )


_OCO = ("oco2", "oco3")


def _check_blocks(xco2: Mapping[str, Any]) -> None:
    """Refuse blocks of years that leave a year out or hold it twice."""
    if "temporal" not in xco2["crossval"]["schemes"]:
        return
    blocks = xco2["crossval"]["temporal_blocks"]
    held = [year for first, last in blocks for year in range(first, last + 1)]
    needed = Span.of(xco2).years
    absent, doubled = (
        sorted(set(needed) - set(held)),
        sorted({y for y in held if held.count(y) > 1}),
    )
    if absent or doubled:
        raise ConfigError(
            f"config key 'xco2.crossval.temporal_blocks' ({blocks}): "
            + (f"no block holds {absent[0]}" if absent else f"several blocks hold {doubled[0]}")
            + f"; the blocks must hold every year from {needed[0]} to {needed[-1]} once."
        )


def _check_figures(xco2: Mapping[str, Any]) -> None:
    """Refuse figures of what the run does not make."""
    shown, product, crossval = xco2["figures"], xco2["product"], xco2["crossval"]
    for key in ("model", "time_input"):
        for section, made in (("product", product), ("crossval", crossval)):
            if shown[key] not in made[f"{key}s"]:
                raise ConfigError(
                    f"config key 'xco2.figures.{key}' is {shown[key]}, which is not among "
                    f"'xco2.{section}.{key}s' ({', '.join(made[f'{key}s'])})."
                )
    baseline = get_model(shown["model"]).role == "baseline"
    if baseline and shown["time_input"] != "none":
        raise ConfigError(
            f"config key 'xco2.figures.time_input' is {shown['time_input']}, but a baseline such "
            f"as {shown['model']} has none; set it to none."
        )
    for day in shown["footprint_days"]:
        spans = [xco2["soundings"][name] for name in _OCO]
        if not any(span["first_month"] <= day[:7] <= span["last_month"] for span in spans):
            raise ConfigError(
                f"config key 'xco2.figures.footprint_days': no instrument has soundings on {day}; "
                "choose a day in the months of 'xco2.soundings'."
            )


def _check_spread(xco2: Mapping[str, Any]) -> None:
    """Refuse members that give no spread, and factors from samples that are not held out."""
    spread, crossval, shown = xco2["product"]["spread"], xco2["crossval"], xco2["figures"]
    if spread["members"] == 1:
        raise ConfigError(
            "config key 'xco2.product.spread.members' is 1, but one network has no spread; set it "
            "to 2 or more, or to 0 for a map without a standard deviation."
        )
    if not has_spread(xco2, shown["model"], shown["time_input"]):
        return
    scheme = spread["scheme"]
    if scheme not in crossval["schemes"]:
        raise ConfigError(
            f"config key 'xco2.product.spread.scheme' is {scheme}, which is not among "
            f"'xco2.crossval.schemes' ({', '.join(crossval['schemes'])}); choose one of these, or "
            "set 'xco2.product.spread.members' to 0."
        )


def _check_ablations(xco2: Mapping[str, Any]) -> None:
    """Refuse ablations that change nothing, or that the run has nothing to compare with."""
    ablations, missing = xco2["crossval"]["ablations"], xco2["features"]["tropomi_missing"]
    settings, key = ablations["settings"], "config key 'xco2.crossval.ablations"
    if not settings:
        return
    if ablations["scheme"] not in xco2["crossval"]["schemes"]:
        raise ConfigError(
            f"{key}.scheme' is {ablations['scheme']}, which is not among 'xco2.crossval.schemes' "
            f"({', '.join(xco2['crossval']['schemes'])}); choose one of these, or set "
            "'xco2.crossval.ablations.settings' to []."
        )
    if missing in settings:
        raise ConfigError(
            f"{key}.settings' holds {missing}, which is the value of "
            "'xco2.features.tropomi_missing': there is nothing to compare; take it out of the list."
        )
    if missing == "drop":
        raise ConfigError(
            f"{key}.settings' is {', '.join(settings)}, but with 'xco2.features.tropomi_missing' "
            "drop the samples have no gases; set that key to climatology or indicator, or the "
            "list to []."
        )
    model = xco2["figures"]["model"]
    if get_model(model).role == "baseline":
        raise ConfigError(
            f"{key}.settings' is {', '.join(settings)}, but the model that figures show "
            f"('xco2.figures.model', {model}) is a baseline that reads none of the gases; set the "
            "list to []."
        )


def _check_simulation(config: Mapping[str, Any]) -> None:
    """Refuse months that the simulated Earth does not have."""
    span, simulated = Span.of(config["xco2"]), config["simulation"]
    years = span.feature_years
    if years[0] < simulated["first_year"] or years[-1] > simulated["last_year"]:
        months = span.feature_months
        raise ConfigError(
            f"the predictors of XCO2 reach from {months[0]} to {months[-1]} ('xco2.first_month', "
            f"'last_month' and 'xco2.features.steps'), beyond the simulated Earth "
            f"({simulated['first_year']} to {simulated['last_year']}: 'simulation.first_year' and "
            "'last_year')."
        )


def time_inputs_of(model: str, time_inputs: list[str]) -> list[str]:
    """Return the time inputs that a model is run with: a baseline knows the time anyway."""
    return ["none"] if get_model(model).role == "baseline" else list(time_inputs)


def complete_section(config: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return what a column's section of the configuration takes from others: nothing."""
    return {}
