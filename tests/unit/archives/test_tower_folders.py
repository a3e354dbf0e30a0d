"""What stands under the name of a tower's file and is none."""

from __future__ import annotations

import os
import re

import pytest

from carbonscape.archives.fluxnet_files import (
    find_tower_files,
    require_tower_table,
    unused_tower_files,
)
from carbonscape.archives.tower_folders import walk_folder
from carbonscape.core.errors import InputError

GOOD = "FLX_AT-Neu_FLUXNET2015_SUBSET_MM_2002-2012_1-4.csv"
ODD = "FLX_DE-Tha_FLUXNET2015_SUBSET_MM_1996-2014_1-4.csv"
ZIP = "FLX_DE-Tha_FLUXNET2015_SUBSET_1996-2014_1-4.zip"


def make(kind: str, path) -> None:
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "nowhere":
        path.symlink_to(path.with_name("none"))
    else:
        path.symlink_to(path.name)


@pytest.mark.parametrize("name", [ODD, ZIP])
@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("folder", "a folder"),
        ("pipe", "a pipe"),
        ("nowhere", "a link that leads nowhere (to "),
        ("circle", "a link that leads in a circle"),
    ],
)
def test_under_the_name_of_a_tower_it_is_refused(tmp_path, name, kind, found):
    (tmp_path / GOOD).touch()
    make(kind, tmp_path / name)
    with pytest.raises(InputError, match=re.escape(f"{tmp_path / name}: this is {found}")):
        find_tower_files(tmp_path)


@pytest.mark.parametrize("kind", ["pipe", "nowhere", "circle"])
def test_under_another_name_it_is_stated_and_left_out(tmp_path, kind):
    (tmp_path / GOOD).touch()
    make(kind, tmp_path / "all_towers.zip")
    assert find_tower_files(tmp_path) == [tmp_path / GOOD]
    assert [entry.path.name for entry in unused_tower_files(tmp_path)] == ["all_towers.zip"]


def test_an_unpacked_archive_that_keeps_its_name_is_walked_through(tmp_path):
    (tmp_path / ZIP).mkdir()
    (tmp_path / ZIP / ODD).touch()
    assert find_tower_files(tmp_path) == [tmp_path / ZIP / ODD]
    assert walk_folder(tmp_path) == [tmp_path / ZIP, tmp_path / ZIP / ODD]


@pytest.mark.parametrize("kind", ["folder", "pipe", "nowhere", "circle"])
def test_under_the_name_of_a_table_it_is_refused(tmp_path, kind):
    make(kind, tmp_path / "sites.csv")
    with pytest.raises(InputError, match=r"sites\.csv: this is a"):
        require_tower_table(tmp_path, "sites.csv", key="sites")
