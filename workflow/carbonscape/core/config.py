"""The configuration: checked against its schema before any job starts.

Only small packages are imported here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

import datetime as dt
import difflib
import math
import os
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import jsonschema
import yaml

from carbonscape.core.errors import ConfigError
from carbonscape.core.printable import unprintable

#: JSON counts 2001.0 as an integer; Python does not, and would fail where it counts years.
_VALIDATOR = jsonschema.validators.extend(
    jsonschema.Draft202012Validator,
    type_checker=jsonschema.Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
    ),
)

#: Characters of a value that are shown where it is refused.
_LONGEST = 200


def load_schema(
    path: str | os.PathLike[str], sections: Mapping[str, str] = MappingProxyType({})
) -> dict[str, Any]:
    """Read the schema of the configuration, its references resolved.

    Args:
        path: the YAML file.
        sections: for keys of the highest level that the file does not list, the definition
            (below ``$defs``) that describes them.
    """
    with open(path, encoding="utf-8") as stream:
        # With libyaml, where it is there, for every parse of the Snakefile waits for it.
        schema = yaml.load(stream, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    definitions = schema.pop("$defs", {})
    for name, definition in sections.items():
        schema["properties"].setdefault(name, {"$ref": f"#/$defs/{definition}"})
    return _resolved(schema, definitions)


def _resolved(part: Any, definitions: Mapping[str, Any]) -> Any:
    """Return a part of a schema with the definitions in place of references to them."""
    if isinstance(part, Mapping):
        if "$ref" in part:
            part = definitions[part["$ref"].removeprefix("#/$defs/")]
        return {key: _resolved(value, definitions) for key, value in part.items()}
    return [_resolved(value, definitions) for value in part] if isinstance(part, list) else part


def check_schema(
    config: Mapping[str, Any], schema: Mapping[str, Any]
) -> jsonschema.Draft202012Validator:
    """Refuse a configuration with unknown keys or values that no key may have.

    What is possible each but not together is checked by the wing of each product
    (:mod:`carbonscape.products.config`).

    Returns:
        The schema as a validator.

    Raises:
        ConfigError: names every offending key with its path, what was found and what is
            allowed.
    """
    _refuse_unusable(config, "")
    validator = _VALIDATOR(schema)
    errors = sorted(validator.iter_errors(dict(config)), key=lambda e: list(map(str, e.path)))
    if errors:
        # One sentence for the keys that lack in one place, though each is a violation of its own.
        raise ConfigError(" ".join(dict.fromkeys(map(violation_sentence, errors))))
    return validator


def _refuse_unusable(value: Any, path: str) -> None:
    """Refuse NaN and infinity, which pass every bound of a schema, and texts of several lines.

    A pattern of a schema that ends in ``$`` matches before a line break at the end.
    """
    if isinstance(value, Mapping):
        for key, part in value.items():
            _refuse_unusable(part, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            _refuse_unusable(part, f"{path}.{number}")
    elif isinstance(value, str) and unprintable(value):
        raise ConfigError(
            f"config key '{path}': found {value[:100]!r}, expected text without line breaks and "
            "other signs that cannot be printed."
        )
    elif isinstance(value, float) and not math.isfinite(value):
        raise ConfigError(f"config key '{path}': found {value}, expected a finite number.")


def violation_sentence(error: jsonschema.ValidationError) -> str:
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
    found = _found(error.instance)
    quotes = ""
    if error.validator == "type" and "string" in error.validator_value:
        plain = isinstance(error.instance, bool | int | float | dt.date)
        quotes = "; YAML reads other words than text here: put it in quotes" if plain else ""
    return f"config key '{path}'{about}: found {found}, expected {allowed}{quotes}."


def _found(value: Any) -> str:
    """Return a value as it is shown in a sentence."""
    text = str(value) if isinstance(value, dt.date) else repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


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
        "maxLength": lambda: f"at most {value} characters",
        "minLength": lambda: f"at least {value} characters",
        "uniqueItems": lambda: "every entry only once",
        "pattern": lambda: error.schema.get("x-words") or f"text that matches {value}",
    }
    return words[error.validator]() if error.validator in words else error.message


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
