"""A name that is none of a source or a tower is refused: it would accept nothing."""

from __future__ import annotations

import pytest

from carbonscape.core.errors import ConfigError, InputError
from carbonscape.sources.accepted import check_accepted, check_paths, refuse_braces
from helpers.project_config import load

NONE = {"accept_incomplete": [], "accept_implausible": [], "leave_out_towers": []}


def test_sources_and_towers_are_known():
    check_accepted(NONE)
    check_accepted(
        {
            "accept_incomplete": ["mod11a1"],
            "accept_implausible": ["US-Ha1", "era5_land"],
            "leave_out_towers": ["DE-Tha"],
        }
    )


@pytest.mark.parametrize(
    ("key", "name", "part"),
    [
        ("accept_incomplete", "US-Ha1", "the name of a source \\(at_bilstm_maps"),
        ("accept_incomplete", "era5", "era5_land"),
        ("accept_implausible", "Harvard", "identifier of a tower"),
        ("leave_out_towers", "era5_land", "identifier of a tower"),
    ],
)
def test_other_names_are_refused(key, name, part):
    with pytest.raises(ConfigError, match=part) as refusal:
        check_accepted(NONE | {key: [name]})
    assert f"'inputs.{key}': found '{name}'" in str(refusal.value)


def test_braces_in_a_path_are_refused_before_snakemake_sees_them():
    config = load("config.yaml")
    check_paths(config)
    check_paths(config | {"towers": None})
    for key in ("results", "raw", "towers"):
        with pytest.raises(ConfigError, match=f"'{key}'"):
            check_paths(config | {key: "a{b}"})
    with pytest.raises(ConfigError, match=r"'tower_files\.sites'"):
        check_paths(config | {"tower_files": {"sites": "s{1}.csv"}})


def test_braces_in_the_name_of_a_native_file_are_refused():
    refuse_braces(["a/b.nc"])
    with pytest.raises(InputError, match=r"a/\{x\}\.nc: the name holds a brace"):
        refuse_braces(["a/b.nc", "a/{x}.nc"])
