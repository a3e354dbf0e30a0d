"""A name that is none of a source or a tower is refused: it would accept nothing."""

from __future__ import annotations

import os

import pytest

from carbonscape.core.errors import ConfigError, InputError
from carbonscape.sources.accepted import check_accepted, check_paths, refuse_unusable
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


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("a{b}", "braces"),
        ("a<b>", "angle brackets"),
        ("a\nb", "a line break"),
        ("a\tb", "a line break, or another sign"),
        ("a\udcff", "a line break, or another sign"),
        ("x" * 2000, "more than 1,000 characters"),
    ],
    ids=["braces", "angles", "line", "tab", "bytes", "long"],
)
def test_paths_that_no_rule_could_name_are_refused_before_snakemake_sees_them(path, why):
    config = load("config.yaml")
    check_paths(config)
    check_paths(config | {"towers": None})
    for key in ("results", "raw", "towers"):
        with pytest.raises(ConfigError, match=f"'{key}'.*without {why}"):
            check_paths(config | {key: path})
    with pytest.raises(ConfigError, match=r"'tower_files\.sites'"):
        check_paths(config | {"tower_files": {"sites": path}})
    refuse_unusable(["a/b.nc"])
    with pytest.raises(InputError, match=f"the name holds {why}.*; rename the file"):
        refuse_unusable(["a/b.nc", f"a/{path}.nc"])


def test_a_file_in_the_place_of_a_folder_is_refused(tmp_path):
    config = load("config.yaml") | {"run": "a", "raw": str(tmp_path)}
    (tmp_path / "file").touch()
    (tmp_path / "nowhere").symlink_to(tmp_path / "nothing")
    (tmp_path / "circle").symlink_to("circle")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "a").touch()
    for name, found in (
        ("file", "is a file"),
        ("file/below", "file is a file"),
        ("results", "results/a is a file"),
        ("nowhere/below", "is a link that leads nowhere"),
        ("circle", "is a link that leads in a circle"),
        ("pipe", "is a pipe"),
    ):
        with pytest.raises(ConfigError, match=f"'results': .*{found}.*expected a folder"):
            check_paths(config | {"results": str(tmp_path / name)})
    check_paths(config | {"results": str(tmp_path / "to" / "be" / "made")})
    with pytest.raises(ConfigError, match=r"'raw': .*file is a file"):
        check_paths(config | {"raw": str(tmp_path / "file")})
    check_paths(config | {"raw": str(tmp_path / "file"), "archive": "simulated"})


def test_a_folder_that_cannot_be_written_to_is_refused(tmp_path, monkeypatch):
    # Root may write everywhere: the system is asked, and answers no.
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(ConfigError, match=r"'results': nobody may write to the folder .*, or not"):
        check_paths(load("config.yaml") | {"results": str(tmp_path)})


def test_what_is_no_file_is_refused_and_what_is_absent_is_not(tmp_path):
    (tmp_path / "b.nc").mkdir()
    (tmp_path / "c.nc").symlink_to("c.nc")
    refuse_unusable([str(tmp_path / "a.nc")])
    for name, found in (("b.nc", "a folder"), ("c.nc", "a link that leads in a circle")):
        with pytest.raises(InputError, match=f"this is {found}, expected a file; put"):
            refuse_unusable([str(tmp_path / name)])
