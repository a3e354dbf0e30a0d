"""A key that stands twice in a file of the configuration is refused with both lines."""

from __future__ import annotations

import pytest

from carbonscape.core.config_files import check_config_files
from carbonscape.core.errors import ConfigError
from helpers.guards import PROJECT


def written(tmp_path, text: str):
    path = tmp_path / "a.yaml"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("text", "key", "lines"),
    [
        ("seed: 1\nrun: a\nseed: 2\n", "seed", "1 and 3"),
        ("gpp:\n  grid:\n    cell: 1\n    cell: 2\n", "gpp.grid.cell", "3 and 4"),
        ("a: [{b: 1, b: 2}]\n", "a.b", "1 and 1"),
        ("gpp: {a: 1}\nxco2: {}\ngpp: {b: 1}\n", "gpp", "1 and 3"),
        ("'seed': 1\nseed: 2\n", "seed", "1 and 2"),
    ],
)
def test_a_doubled_key_is_refused(tmp_path, text, key, lines):
    path = written(tmp_path, text)
    with pytest.raises(ConfigError) as refusal:
        check_config_files([path])
    assert str(refusal.value) == (
        f"{path}: the key '{key}' stands twice, in the lines {lines}, of which the last alone "
        "would count; keep one of them."
    )


def test_json_is_looked_at_too(tmp_path):
    path = written(tmp_path, '{"seed": 1, "gpp": {"a": 1, "a": 2}}')
    with pytest.raises(ConfigError, match="the key 'a' stands twice in one place"):
        check_config_files([path])


@pytest.mark.parametrize(
    "text",
    [
        "gpp: &a {grid: {cell: 1}}\nreco: {<<: *a, grid: {cell: 2}}\nb: *a\n",
        "a: &a [*a]\n",
        "gpp: {cell: 1}\nxco2: {cell: 1}\n",
        "- a\n- b\n",
        "",
        "a: [",
        '{"a": 1}',
    ],
)
def test_one_key_in_several_places_is_none_twice(tmp_path, text):
    check_config_files([written(tmp_path, text), tmp_path / "absent.yaml"])


def test_the_configurations_of_the_project_have_none():
    check_config_files(sorted(PROJECT.glob("config/*.yaml")))
