"""Files below the folder of a source, and why some are not read."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from carbonscape.core import findings
from carbonscape.core.errors import InputError
from carbonscape.sources.folders import files_below, state_others
from carbonscape.sources.inventory import list_inputs
from carbonscape.sources.needs import periods_of_run
from carbonscape.sources.registry import get_source
from helpers.project_config import load
from helpers.promises import cites

STEM = "oco2_LtCO2_160510_B11210Ar_240820000231s"
NAMES = get_source("oco2").files["granules"].names


def reasons(folder: Path, given: list[str] = []) -> dict[str, str]:  # noqa: B006 (read only)
    with findings.collected() as found:
        state_others(folder, given, named=NAMES, example="oco2_LtCO2_x.nc4", source="oco2")
    assert {one.outcome for one in found} <= {"left out"}
    assert {one.source for one in found} <= {"oco2"}
    return {Path(one.item).name: one.reason for one in found}


def test_files_are_found_once_in_order_and_behind_links(tmp_path):
    for name in ("b.nc", "a.nc", ".hidden.nc", "2016/c.nc", ".git/d.nc"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "2016" / "up").symlink_to(tmp_path)
    (tmp_path / "lost.nc").symlink_to(tmp_path / "nothing")
    found = [path.name for path in files_below(tmp_path)]
    assert found == ["a.nc", "b.nc", "c.nc"]
    assert "lost.nc" in [path.name for path in files_below(tmp_path, broken=True)]
    assert list(files_below(tmp_path / "absent")) == []


def test_each_file_that_is_no_granule_is_named_with_its_reason(tmp_path):
    cites(
        "interrupted downloads, archives, lists of addresses, links that lead nowhere",
    )
    for name, text in {
        f"{STEM}.nc4": "a granule of a run",
        f"{STEM}.nc4.part": "",
        f"{STEM}.nc4.receipt.json": "{}",
        "listing_2016-05.json": "{}",
        "granules.tar.gz": "",
        "notes.txt": "as of May",
        "subset.txt": f"https://x/{STEM}.nc4\nhttps://x/?LABEL={STEM}.SUB.nc4\n",
        "my_granule.nc4": "",
        "oco2_LtSIF_160510_B11012Ar_220000000000s.nc4": "",
    }.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "gone.nc4").symlink_to(tmp_path / "nothing")
    (tmp_path / "{year}").mkdir()
    (tmp_path / "{year}" / f"{STEM}(2).nc4").touch()
    found = reasons(tmp_path)
    assert found.pop("my_granule.nc4") == (
        "its name tells no file of this source: give it the name of the archive, as "
        "oco2_LtCO2_x.nc4"
    )
    assert "its name tells no file" in found.pop("oco2_LtSIF_160510_B11012Ar_220000000000s.nc4")
    assert found == {
        f"{STEM}.nc4.part": "an interrupted download; fetch it again",
        "granules.tar.gz": "an archive, of which nothing is read: unpack it here",
        "notes.txt": "no data by its name",
        "subset.txt": "a list that names 1 granule and holds none: download what it names "
        "into this folder",
        "gone.nc4": "a link that leads nowhere",
        f"{STEM}(2).nc4": "its path holds braces, which Snakemake takes for wildcards: rename it",
    }


def test_what_is_given_is_not_named_and_no_folder_is_no_search(tmp_path):
    (tmp_path / "strange.nc4").touch()
    assert reasons(tmp_path, [str(tmp_path / "strange.nc4")]) == {}
    with findings.collected() as found:
        state_others("", [], named=NAMES, example="", source="oco2")
    assert found == []


def test_the_table_of_inputs_has_granules_of_all_days(tmp_path):
    """Those beside the span are used, those of other months left out."""
    section = load("config.yaml")["xco2"]
    (tmp_path / "oco2" / "2016").mkdir(parents=True)
    days = ("141129", "141130", "160510", "200101", "200102")
    for day in days:
        (tmp_path / f"oco2/2016/oco2_LtCO2_{day}_B11210Ar_240820000231s.SUB.nc4").touch()
    asked = periods_of_run({"xco2": section})
    found = list_inputs(asked, root=tmp_path, towers=None, tables=[], stated=[])
    assert [one.outcome for one in found] == ["left out", "used", "used", "used", "left out"]
    assert {one.source for one in found} == {"oco2"}


def test_links_in_circles_and_pipes_are_told_and_never_opened(tmp_path):
    folder = tmp_path / "oco2"
    folder.mkdir()
    (folder / "circle.nc4").symlink_to("circle.nc4")
    os.mkfifo(folder / "list.txt")
    assert list(files_below(folder)) == []
    with findings.collected() as found:
        state_others(folder, [], named=re.compile("x"), example="y.nc4", source="oco2")
    assert {(Path(one.item).name, one.reason) for one in found} == {
        ("circle.nc4", "a link that leads in a circle"),
        ("list.txt", "a pipe"),
    }


def test_a_folder_that_cannot_be_read_is_refused(tmp_path, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    # Root may read everything: the system is made to refuse.
    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(InputError, match=r"this folder cannot be read \(Permission denied\)"):
        list(files_below(tmp_path))
