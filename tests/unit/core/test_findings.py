"""What became of inputs: stated once, collected by the job, written with the worst first."""

from __future__ import annotations

import logging

import pytest

from carbonscape.core import findings
from carbonscape.core.findings import Finding
from carbonscape.core.jobs import job


def test_outside_a_job_they_are_logged(caplog):
    with caplog.at_level(logging.INFO):
        findings.left_out("a.csv", "not monthly", source="fluxnet2015")
        findings.used("b.csv", source="fluxnet2015")
    assert [(r.levelname, r.message) for r in caplog.records] == [
        ("WARNING", "left out: a.csv: not monthly"),
        ("INFO", "used: b.csv"),
    ]


def test_a_block_collects_each_once():
    with findings.collected() as found:
        for _ in range(2):
            findings.warn("US-Ha1", "lies in the sea", source="fluxnet2015", kind="tower")
        findings.incomplete("x.nc", "no July", source="era5_land")
    assert found == [
        Finding("fluxnet2015", "tower", "US-Ha1", "warning", "lies in the sea"),
        Finding("era5_land", "file", "x.nc", "incomplete", "no July"),
    ]
    findings.used("later", source="koppen")
    assert len(found) == 2


def test_the_file_gives_them_back_with_those_first_that_need_a_look(tmp_path):
    found = [
        Finding("a", "file", "used.nc", "used"),
        Finding("a", "file", 'odd, "name".nc', "left out", "another, year"),
    ]
    findings.write_findings(tmp_path / "found.csv", found)
    assert findings.read_findings(tmp_path / "found.csv") == found[::-1]
    findings.write_findings(tmp_path / "none.csv", [])
    assert findings.read_findings(tmp_path / "none.csv") == []


def test_a_terminal_is_not_flooded():
    found = [Finding("a", "file", f"{n}.nc", "left out", "odd") for n in range(40)]
    found.append(Finding("a", "tower", "US-Ha1", "warning", "odd"))
    shown = findings.lines([*found, Finding("a", "file", "b", "used")], path="found.csv")
    assert shown[12:] == [
        "left out: 28 more, listed in found.csv",
        "warning: tower US-Ha1: odd",
    ]


def test_a_job_writes_and_prints_them(tmp_path, capsys):
    with job(tmp_path / "a.log", "read", findings=tmp_path / "found.csv"):
        findings.used("b.csv", source="fluxnet2015")
        findings.left_out("a.csv", "not monthly", source="fluxnet2015")
    assert len(findings.read_findings(tmp_path / "found.csv")) == 2
    assert capsys.readouterr().err.strip() == "carbonscape: read: left out: a.csv: not monthly"
    assert "used: b.csv" in (tmp_path / "a.log").read_text()


def test_a_job_that_fails_writes_none(tmp_path):
    def fail() -> None:
        findings.left_out("a.csv", "not monthly", source="fluxnet2015")
        raise ValueError

    with pytest.raises(SystemExit), job(tmp_path / "a.log", "r", findings=tmp_path / "f.csv"):
        fail()
    assert not (tmp_path / "f.csv").exists()
