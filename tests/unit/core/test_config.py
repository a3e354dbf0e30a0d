"""The configuration: what is accepted, and the sentence that refuses everything else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from carbonscape.core.errors import ConfigError
from carbonscape.products.config import check_config, complete_config
from helpers.project_config import FILES, LEAVES, OTHER_FLUXES, SCHEMA, SECTIONS, Path_, load, walk


def valid() -> dict[str, Any]:
    """Return the defaults with the one key that has none."""
    return {**load("config.yaml"), "towers": "somewhere"}


def monthly() -> dict[str, Any]:
    """Return a valid configuration of a run on a monthly predictor table."""
    config = valid()
    config["gpp"]["features"]["step"] = "monthly"
    config["gpp"]["crossval"]["pfts"] = ["igbp"]
    config["gpp"]["product"]["models"] = []
    return config


def with_value(path: Path_, value: Any) -> dict[str, Any]:
    """Return the valid configuration with one key set."""
    changed = valid()
    part = changed
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    return changed


def refusal(config: dict[str, Any]) -> str:
    """Return the sentence with which a configuration is refused."""
    with pytest.raises(ConfigError) as caught:
        check_config(config, SCHEMA)
    return str(caught.value)


def value_at(config: Any, path: Path_) -> Any:
    """Return the value of a key."""
    for key in path:
        config = config[key]
    return config


def wrong_values(part: dict[str, Any]) -> Iterator[tuple[Any, str]]:
    """Yield impossible values of a schema part, each with the words that say what is allowed."""
    if "enum" in part:
        yield "no such word", "one of " + ", ".join(map(str, part["enum"]))
        return
    kinds = [part["type"]] if isinstance(part["type"], str) else part["type"]
    if "object" in kinds:
        for wrong in ("text", None, []):
            yield wrong, "a value of type object"
        return
    yield {"a": "mapping"}, "a value of type " + " or ".join(kinds)
    if "null" not in kinds:
        yield None, "a value of type " + " or ".join(kinds)
    if {"integer", "number"} & set(kinds):
        yield "12", "a value of type " + " or ".join(kinds)
        yield True, "a value of type " + " or ".join(kinds)
    if "integer" in kinds:
        yield part["minimum"] + 0.5, "a value of type " + " or ".join(kinds)
    if "minimum" in part:
        yield part["minimum"] - 1, f"at least {part['minimum']}"
    if "exclusiveMinimum" in part:
        yield part["exclusiveMinimum"], f"more than {part['exclusiveMinimum']}"
    if "maximum" in part:
        yield part["maximum"] + 1, f"at most {part['maximum']}"
    if "exclusiveMaximum" in part:
        yield part["exclusiveMaximum"], f"less than {part['exclusiveMaximum']}"
    if "minLength" in part:
        yield "", f"at least {part['minLength']} characters"
    if "pattern" in part:
        yield "a/b c", part.get("x-words", f"text that matches {part['pattern']}")
    if "minItems" in part:
        yield [], f"at least {part['minItems']} entries"
    if part.get("uniqueItems"):
        items = part["items"]
        text = items.get("x-example", "2018-01-20") if items.get("type") == "string" else None
        entry = items.get("enum", [items.get("minimum", text)])[0]
        yield [entry, entry], "every entry only once"


WRONG = [
    pytest.param(path, value, allowed, id=f"{'.'.join(path)}={value!r}")
    for path, part in LEAVES.items()
    for value, allowed in wrong_values(part)
]
WRONG_ITEMS = [
    pytest.param(path, value, allowed, id=f"{'.'.join(path)}.0={value!r}")
    for path, part in LEAVES.items()
    for value, allowed in (wrong_values(part["items"]) if "items" in part else ())
]


# --- what is accepted --------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
def test_every_file_of_the_project_is_accepted(name: str) -> None:
    config = load(name)
    if config["archive"] == "real":
        config["towers"] = "somewhere"
    check_config(config, SCHEMA)


def test_the_files_name_different_runs() -> None:
    names = [load(name)["run"] for name in FILES]
    assert len(FILES) >= 6
    assert len(set(names)) == len(names), "two files would write over each other's results"


def test_the_defaults_hold_every_key_of_the_schema_and_no_other() -> None:
    def keys(values: Any, path: Path_ = ()) -> Iterator[Path_]:
        for key, value in values.items():
            if isinstance(value, dict) and value:
                yield from keys(value, (*path, key))
            elif value != {} or (*path, key) in LEAVES:
                yield (*path, key)

    assert set(keys(load("config.yaml"))) == set(LEAVES)


#: Keys whose bounds clash with the values of others.
DEPENDENT = (
    "width",
    "heads",
    "first_year",
    "last_year",
    "total_low",
    "total_high",
    "train_min_qc",
    "train_max_difference",
    "first_month",
    "last_month",
    "min_months",
)


def test_bounds_themselves_are_accepted() -> None:
    checked = 0
    for path, part in LEAVES.items():
        if path[0] == "figures" or path[-1] in DEPENDENT:
            continue  # these depend on one another
        for bound in ("minimum", "maximum"):
            if bound in part:
                check_config(with_value(path, part[bound]), SCHEMA)
                checked += 1
    assert checked > 30


def test_simulated_archives_need_no_towers_folder() -> None:
    config = {**valid(), "towers": None, "archive": "simulated"}
    for section in ("quality", "features", "product"):
        config["gpp"][section] |= {"first_year": 2011, "last_year": 2020}
    check_config(config, SCHEMA)


# --- unknown and missing keys ------------------------------------------------------------------


@pytest.mark.parametrize("section", SECTIONS, ids=lambda path: ".".join(path) or "top")
def test_an_unknown_key_is_named_with_its_path(section: Path_) -> None:
    full = ".".join((*section, "qqqq"))
    message = refusal(with_value((*section, "qqqq"), 1))
    keys = ", ".join(sorted(SECTIONS[section]["properties"]))
    assert message == f"config key '{full}' is unknown; keys allowed here: {keys}."


@pytest.mark.parametrize(
    "path", [path for path, _ in walk(SCHEMA) if path], ids=lambda path: ".".join(path)
)
def test_a_misspelt_key_is_answered_with_the_right_one(path: Path_) -> None:
    misspelt = path[-1] + "x"
    message = refusal(with_value((*path[:-1], misspelt), 1))
    assert f"config key '{'.'.join((*path[:-1], misspelt))}' is unknown" in message
    assert f"(did you mean '{path[-1]}'?)" in message


@pytest.mark.parametrize(
    "path", [path for path, _ in walk(SCHEMA) if path], ids=lambda path: ".".join(path)
)
def test_a_missing_key_is_named_with_its_path(path: Path_) -> None:
    config = valid()
    del value_at(config, path[:-1])[path[-1]]
    message = refusal(config)
    assert message.startswith(f"config key '{'.'.join(path)}' is missing;")


def test_several_mistakes_are_all_named() -> None:
    config = with_value(("gpp", "quality", "min_qc"), 80)
    config["sede"] = 3
    config["figures"]["dpii"] = 100
    message = refusal(config)
    assert "'gpp.quality.min_qc'" in message
    assert "'sede' is unknown (did you mean 'seed'?)" in message
    assert "'figures.dpii' is unknown (did you mean 'dpi'?)" in message


# --- impossible values -------------------------------------------------------------------------


def test_every_key_has_an_impossible_value_to_be_tried() -> None:
    assert len(LEAVES) > 45
    assert {param.values[0] for param in WRONG} == set(LEAVES)


@pytest.mark.parametrize(("path", "value", "allowed"), WRONG)
def test_an_impossible_value_is_refused_in_one_sentence(
    path: Path_, value: Any, allowed: str
) -> None:
    meaning = " ".join(LEAVES[path]["description"].split()).rstrip(".")
    name = ".".join(path)
    assert refusal(with_value(path, value)) == (
        f"config key '{name}' ({meaning}): found {value!r}, expected {allowed}."
    )


@pytest.mark.parametrize(("path", "value", "allowed"), WRONG_ITEMS)
def test_an_impossible_entry_of_a_list_is_refused_by_its_place(
    path: Path_, value: Any, allowed: str
) -> None:
    items = LEAVES[path]["items"]
    others = items.get("enum", [items.get("x-example", [1990, 1991])])
    more = (others * 4)[: LEAVES[path].get("minItems", 1) - 1]
    message = refusal(with_value(path, [value, *more]))
    assert message.startswith(f"config key '{'.'.join(path)}.0' (")
    assert message.endswith(f": found {value!r}, expected {allowed}.")


@pytest.mark.parametrize(
    "path", [path for path in SECTIONS if path], ids=lambda path: ".".join(path)
)
@pytest.mark.parametrize("value", [None, 3, "text", []], ids=repr)
def test_a_section_must_hold_keys(path: Path_, value: Any) -> None:
    message = refusal(with_value(path, value))
    assert message.startswith(f"config key '{'.'.join(path)}' (")
    assert f"found {value!r}, expected a value of type object." in message


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "-dash", "two words"])
def test_a_run_must_be_the_name_of_a_folder(name: str) -> None:
    assert "'run'" in refusal({**valid(), "run": name})


# --- contradictions ----------------------------------------------------------------------------


@pytest.mark.parametrize("towers", [None, ""])
def test_real_archives_need_a_towers_folder(towers: str | None) -> None:
    message = refusal({**monthly(), "towers": towers})
    assert "config key 'towers'" in message
    if towers is None:
        assert "--config towers=" in message
        assert "config/demo.yaml" in message


@pytest.mark.parametrize("section", ["gpp.quality", "simulation"])
def test_years_in_reverse_order(section: str) -> None:
    path = tuple(section.split("."))
    config = with_value((*path, "first_year"), 2010)
    value_at(config, path)["last_year"] = 2009
    assert refusal(config) == (
        f"config key '{section}.last_year' (2009) lies before '{section}.first_year' (2010)."
    )
    value_at(config, path)["last_year"] = 2010
    check_config(config, SCHEMA)


@pytest.mark.parametrize("pft", ["esa_cci", "igbp_esa_cci"])
def test_land_cover_that_a_tower_table_does_not_hold(pft: str) -> None:
    config = monthly()
    config["gpp"]["crossval"]["pfts"] = ["igbp", pft]
    message = refusal(config)
    assert message.startswith(f"config key 'gpp.crossval.pfts': {pft} needs ESA-CCI fractions")
    assert message.endswith("allowed with 'gpp.features.step: monthly': none, igbp.")


def test_maps_need_gridded_predictors() -> None:
    config = monthly()
    config["gpp"]["product"]["models"] = ["climatology"]
    assert refusal(config).startswith("config key 'gpp.product.models' (climatology): maps need")


@pytest.mark.parametrize(("cell", "cells"), [(7, "25.7143"), (0.07, "2571.43")])
def test_cells_divide_the_globe(cell: float, cells: str) -> None:
    message = refusal(with_value(("gpp", "grid", "cell"), cell))
    assert message.startswith(f"config key 'gpp.grid.cell' ({cell:g}): 180 degrees are {cells}")
    for fits in (0.1, 0.05, 0.25, 4, 30):
        check_config(with_value(("gpp", "grid", "cell"), fits), SCHEMA)


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        (("gpp", "product", "first_year"), 1999, "reach beyond 'gpp.features' (2000 to 2020)"),
        (("gpp", "product", "last_year"), 2021, "reach beyond 'gpp.features' (2000 to 2020)"),
        (("figures", "map_year"), 1995, "is not a year of the product (2001 to 2020"),
        (("gpp", "product", "total_high"), 10, "is not above 'gpp.product.total_low' (80)"),
    ],
)
def test_years_and_totals_fit_together(key: Path_, value: int, sentence: str) -> None:
    assert sentence in refusal(with_value(key, value))


def test_a_simulated_run_stays_within_its_years() -> None:
    config = {**valid(), "archive": "simulated"}
    assert "reach beyond 'simulation' (2011 to 2021)" in refusal(config)


@pytest.mark.parametrize(
    ("key", "shown", "among"),
    [("split", 3, "0, 1"), ("window", "12m", "jan_to_m, 1m"), ("pft", "none", "igbp, esa_cci")],
)
def test_figures_show_what_was_run(key: str, shown: Any, among: str) -> None:
    config = with_value(("figures", key), shown)
    config["gpp"]["crossval"] |= {
        "splits": [0, 1],
        "windows": ["jan_to_m", "1m"],
        "pfts": ["igbp", "esa_cci"],
    }
    assert refusal(config) == (
        f"config key 'figures.{key}' is {shown}, which is not among 'gpp.crossval.{key}s' "
        f"({among})."
    )


@pytest.mark.parametrize("flux", ["gpp", "reco"])
def test_months_that_are_scored_are_not_only_trained_on(flux: str) -> None:
    config = complete_config({**valid(), "products": ["gpp", "reco"]})
    for low in (None, 0.5, 0.79):
        config[flux]["quality"] = {**config[flux]["quality"], "train_min_qc": low}
        check_config(config, SCHEMA)
    for low in (0.8, 0.9):
        config[flux]["quality"] = {**config[flux]["quality"], "train_min_qc": low}
        assert refusal(config) == (
            f"config key '{flux}.quality.train_min_qc': found {low:g}, expected null or a number "
            f"below '{flux}.quality.min_qc' (0.8): months from there on are scored."
        )
    for low in (0, "0.5", 1.5):
        config[flux]["quality"] = {**config[flux]["quality"], "train_min_qc": low}
        assert f"'{flux}.quality.train_min_qc'" in refusal(config)
    config[flux]["quality"] = {
        **config[flux]["quality"],
        "train_min_qc": None,
        "train_max_difference": 3,
    }
    assert refusal(config) == (
        f"config key '{flux}.quality.train_max_difference': found 3, expected null while "
        f"'{flux}.quality.train_min_qc' is null: no month is then only trained on. "
        "Set both or none."
    )
    config[flux]["quality"] = {**config[flux]["quality"], "train_min_qc": 0.5}
    check_config(config, SCHEMA)


def test_models_are_fitted_to_an_estimate_that_the_flux_has() -> None:
    config = complete_config({**valid(), "products": ["gpp", "reco"]})
    config["gpp"]["quality"] = {**config["gpp"]["quality"], "train_target": "mean_nt_dt"}
    check_config(config, SCHEMA)
    # Respiration has one estimate, and takes over no other from the section of GPP.
    config = complete_config({**config, "reco": {}})
    assert config["reco"]["quality"]["train_target"] is None
    config["reco"]["quality"] = {**config["reco"]["quality"], "train_target": "mean_nt_dt"}
    assert refusal(config) == (
        "config key 'reco.quality.train_target' is mean_nt_dt, expected null or one of reco_nt."
    )


def test_a_split_that_served_choices_is_not_unseen() -> None:
    config = with_value(("gpp", "crossval", "unseen_splits"), [3, 0])
    assert refusal(config) == (
        "config key 'gpp.crossval.unseen_splits' names split 0, which is among "
        "'gpp.crossval.splits' (0), expected other numbers: a split that is averaged and looked at "
        "is not unseen; take it out of one of the two."
    )
    check_config(with_value(("gpp", "crossval", "unseen_splits"), [3, 1]), SCHEMA)


@pytest.mark.parametrize(
    ("flux", "target", "targets"),
    [("gpp", "gpp_dt", "gpp_nt, mean_nt_dt"), ("reco", "gpp_nt", "reco_nt")],
)
def test_a_target_is_one_of_its_flux(flux: str, target: str, targets: str) -> None:
    config = complete_config({**valid(), "products": ["gpp", "reco"]})
    check_config(config, SCHEMA)
    config[flux]["quality"] = {**config[flux]["quality"], "target": target}
    assert refusal(config) == (
        f"config key '{flux}.quality.target' is {target}, expected one of {targets}."
    )


def test_other_fluxes_have_the_section_of_gpp_and_may_leave_it_out() -> None:
    assert OTHER_FLUXES
    for name in OTHER_FLUXES:
        assert SCHEMA["properties"][name] == SCHEMA["properties"]["gpp"]
        config = complete_config({**valid(), "products": ["gpp", name]})
        check_config(config, SCHEMA)
        config[name]["quality"] = {**config[name]["quality"], "min_qc": 80}
        assert f"config key '{name}.quality.min_qc'" in refusal(config)
