"""The report says how many inputs were used, and names the others with the reason."""

from __future__ import annotations

from carbonscape.core.findings import Finding
from carbonscape.report.inputs import inputs_section


def texts(table: dict) -> list[list[str]]:
    return [[cell["text"] for cell in row] for row in table["rows"]]


def test_counts_and_what_was_not_simply_used():
    section = inputs_section(
        [
            Finding("fluxnet2015", "file", "a.csv", "left out", "older"),
            Finding("fluxnet2015", "tower", "US-Ha1", "used"),
            Finding("fluxnet2015", "tower", "US-Var", "used"),
            Finding("", "file", "odd", "left out", "unknown"),
        ]
    )
    assert section["counts"]["headings"][:4] == ["source", "kind", "used", "warning"]
    assert texts(section["counts"]) == [
        ["none", "file", "0", "0", "0", "1"],
        ["fluxnet2015", "file", "0", "0", "0", "1"],
        ["fluxnet2015", "tower", "2", "0", "0", "0"],
    ]
    assert texts(section["noted"])[0] == ["left out", "fluxnet2015", "a.csv", "older"]
    assert section["others"] == 0


def test_a_long_list_is_cut_and_counted():
    found = [Finding("oco2", "file", f"{n}", "left out", f"odd {n}") for n in range(130)]
    section = inputs_section(found)
    assert len(section["noted"]["rows"]) == 100
    assert section["others"] == 30


def test_files_of_one_folder_and_reason_are_one_row():
    found = [Finding("oco2", "file", f"raw/{n}.nc", "left out", "odd") for n in range(3)]
    found.append(Finding("oco2", "file", "other/0.nc", "left out", "odd"))
    section = inputs_section(found)
    inputs = [row[2] for row in texts(section["noted"])]
    assert inputs == ["3 files: raw/0.nc to 2.nc", "other/0.nc"]
    assert section["counts"]["rows"][0][-1]["text"] == "4"


def test_nothing_left_out_is_an_empty_table():
    assert inputs_section([Finding("koppen", "file", "a", "used")])["noted"]["rows"] == []
