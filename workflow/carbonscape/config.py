"""The configuration: checked against its schema before any job starts.

Only small packages are imported here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

import difflib
import math
import os
from collections.abc import Mapping
from typing import Any

import jsonschema
import yaml

from carbonscape.config_xco2 import check_xco2
from carbonscape.errors import ConfigError
from carbonscape.models.registry import YEARLY_WINDOW, get_model
from carbonscape.raw_files import months_between


def load_schema(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read the schema of the configuration."""
    with open(path, encoding="utf-8") as stream:
        return yaml.safe_load(stream)


def check_config(config: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
    """Refuse a configuration with unknown keys, impossible values or contradictions.

    Raises:
        ConfigError: names every offending key with its path, what was found and what is
            allowed.
    """
    _refuse_not_finite(config, "")
    validator = jsonschema.Draft202012Validator(schema)
    errors = sorted(validator.iter_errors(dict(config)), key=lambda e: list(map(str, e.path)))
    if errors:
        raise ConfigError(" ".join(_sentence(error) for error in errors))
    if "gpp" in config["products"]:
        _check_combinations(config)
    if "xco2" in config["products"]:
        check_xco2(config)
    _check_candidates(config, validator)


def _refuse_not_finite(value: Any, path: str) -> None:
    """Refuse NaN and infinity, which pass every bound of a schema."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            _refuse_not_finite(part, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            _refuse_not_finite(part, f"{path}.{number}")
    elif isinstance(value, float) and not math.isfinite(value):
        raise ConfigError(f"config key '{path}': found {value}, expected a finite number.")


def _sentence(error: jsonschema.ValidationError) -> str:
    """Turn one schema violation into a sentence."""
    path = ".".join(str(part) for part in error.path)
    if error.validator == "additionalProperties":
        allowed = sorted(error.schema.get("properties", {}))
        unknown = sorted(str(key) for key in set(error.instance) - set(allowed))
        sentences = []
        for key in unknown:
            near = difflib.get_close_matches(key, allowed, n=1)
            hint = f" (did you mean '{near[0]}'?)" if near else ""
            full = f"{path}.{key}" if path else key
            sentences.append(
                f"config key '{full}' is unknown{hint}; keys allowed here: {', '.join(allowed)}."
            )
        return " ".join(sentences)
    if error.validator == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        names = ", ".join(f"'{path}.{key}'" if path else f"'{key}'" for key in missing)
        return f"config key {names} is missing; config/README.md says what it means."
    allowed = _allowed(error)
    meaning = str(error.schema.get("description", "")).strip()
    about = f" ({meaning.rstrip('.')})" if meaning else ""
    return f"config key '{path}'{about}: found {error.instance!r}, expected {allowed}."


def _allowed(error: jsonschema.ValidationError) -> str:
    """Say what a schema rule allows."""
    value = error.validator_value
    words = {
        "enum": lambda: "one of " + ", ".join(map(str, value)),
        "type": lambda: (
            "a value of type " + " or ".join([value] if isinstance(value, str) else map(str, value))
        ),
        "minimum": lambda: f"at least {value}",
        "exclusiveMinimum": lambda: f"more than {value}",
        "maximum": lambda: f"at most {value}",
        "exclusiveMaximum": lambda: f"less than {value}",
        "minItems": lambda: f"at least {value} entries",
        "minLength": lambda: f"at least {value} characters",
        "uniqueItems": lambda: "every entry only once",
        "pattern": lambda: f"text that matches {value}",
    }
    return words[error.validator]() if error.validator in words else error.message


def _check_combinations(config: Mapping[str, Any]) -> None:
    """Refuse values that are possible each but not together."""
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
                raise ConfigError(f"{place}: {_sentence(error)}")
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


def document(schema: Mapping[str, Any], defaults: Mapping[str, Any]) -> str:
    """Return a Markdown table of every key: meaning, unit, default and the papers' value."""
    lines = ["| key | meaning | unit | default | paper |", "|---|---|---|---|---|"]
    lines += _document_level(schema, defaults, "")
    return "\n".join(lines) + "\n"


def _document_level(schema: Mapping[str, Any], values: Any, path: str) -> list[str]:
    """Return the table rows of one level of the schema."""
    lines = []
    for key, part in schema["properties"].items():
        full = f"{path}{key}"
        value = values.get(key) if isinstance(values, Mapping) else None
        if "properties" in part:
            lines += _document_level(part, value, f"{full}.")
            continue
        meaning = " ".join(str(part["description"]).split())
        if "enum" in part:
            meaning += f" One of: {', '.join(map(str, part['enum']))}."
        default = (
            "none"
            if value is None
            else yaml.safe_dump(value, default_flow_style=True, width=math.inf)
        )
        default = default.removesuffix("\n").removesuffix("\n...").strip()
        cells = [f"`{full}`", meaning, part.get("x-unit", ""), f"`{default}`"]
        lines.append("| " + " | ".join([*cells, str(part.get("x-paper", ""))]) + " |")
    return lines


def main() -> None:
    """Print the table of keys: ``python -m carbonscape.config SCHEMA CONFIG``."""
    import sys

    with open(sys.argv[2], encoding="utf-8") as stream:
        defaults = yaml.safe_load(stream)
    print(document(load_schema(sys.argv[1]), defaults), end="")


if __name__ == "__main__":
    main()
