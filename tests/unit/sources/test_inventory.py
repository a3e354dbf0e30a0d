"""No file of the run's folders disappears without a word."""

from __future__ import annotations

from pathlib import Path

import pytest

from carbonscape.core import findings
from carbonscape.core.findings import Finding
from carbonscape.sources.inventory import list_inputs, state_unread
from carbonscape.sources.needs import periods_of_run
from helpers.project_config import load


@pytest.fixture
def periods() -> dict:
    return periods_of_run({"gpp": load("config.yaml")["gpp"]})


def touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("")
    return path


def test_every_file_is_used_or_left_out(tmp_path, periods):
    root, towers = tmp_path / "raw", tmp_path / "towers"
    asked = touch(root / "modis_lai/MOD15A2H.061_2015.nc")
    touch(root / "modis_lai/MOD15A2H.061_2015.nc.receipt.json")
    touch(root / "oco2/listing_2015-01.json")
    touch(root / "modis_lai/.MOD15A2H.061_2016.nc.part")
    touch(towers / "README.md")
    other = touch(root / "modis_lai/MOD15A2H.061_1999.nc")
    strange = touch(root / "notes/list.txt")
    table, tower, pdf = (touch(towers / name) for name in ("sites.csv", "a.csv", "b.pdf"))
    stated = [
        Finding("fluxnet2015", "file", str(tower), "used"),
        Finding("fluxnet2015", "tower", "US-Ha1", "used"),
    ]
    found = list_inputs(periods, root=root, towers=towers, tables=[str(table)], stated=stated)
    outcomes = {finding.item: (finding.source, finding.outcome) for finding in found}
    assert outcomes == {
        "US-Ha1": ("fluxnet2015", "used"),
        str(tower): ("fluxnet2015", "used"),
        str(table): ("fluxnet2015", "used"),
        str(asked): ("modis_lai", "used"),
        str(other): ("modis_lai", "left out"),
        str(strange): ("", "left out"),
        str(pdf): ("fluxnet2015", "left out"),
    }
    reasons = {finding.item: finding.reason for finding in found}
    assert "no file of its year" in reasons[str(other)]


def test_a_name_that_nothing_reads_is_told_from_another_year(tmp_path, periods):
    touch(tmp_path / "modis_lai/MOD15A2H.061_2015 (1).nc")
    (found,) = list_inputs(periods, root=tmp_path, towers=None, tables=[], stated=[])
    assert found.outcome == "left out"
    assert "no step reads a file of this name" in found.reason
    assert "MOD15A2H.061_2015.nc" in found.reason


def test_links_to_folders_are_followed_and_may_run_in_circles(tmp_path, periods):
    root = tmp_path / "raw"
    touch(tmp_path / "elsewhere/modis_lai/MOD15A2H.061_2015.nc")
    root.mkdir()
    (root / "modis_lai").symlink_to(tmp_path / "elsewhere/modis_lai")
    (root / "again").symlink_to(root)
    found = list_inputs(periods, root=root, towers=None, tables=[], stated=[])
    assert [finding.outcome for finding in found] == ["used"]


def test_what_nobody_read_is_said_folder_by_folder(tmp_path, periods):
    for number in range(5):
        touch(tmp_path / f"modis_lai/odd_{number}.nc")
    stated = [Finding("oco2", "file", "said.nc4", "left out", "said before")]
    found = list_inputs(periods, root=tmp_path, towers=None, tables=[], stated=stated)
    with findings.collected() as said:
        state_unread(found, stated)
    assert len(said) == 1
    assert said[0].item == f"5 files in {tmp_path}/modis_lai (odd_0.nc, odd_1.nc, odd_2.nc, ...)"


def test_no_folder_is_no_file(tmp_path, periods):
    found = list_inputs(periods, root=tmp_path / "none", towers=None, tables=[], stated=[])
    assert found == []
