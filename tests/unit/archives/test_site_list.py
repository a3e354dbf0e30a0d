"""Reading the list of towers."""

from __future__ import annotations

from pathlib import Path

import pytest

from carbonscape.archives.site_list import read_site_list
from carbonscape.archives.tables import TOWER_SITES
from carbonscape.core.errors import InputError

GOOD = """\
site,lat,lon,igbp,koppen,koppen_main
US-Ha1,42.5378,-72.1715,DBF,Dfb,Cold
AU-ASM,-22.283,133.249,SAV,BSh,Arid
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "sites.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_rows_are_read_and_sorted_by_site(tmp_path):
    table = read_site_list(write(tmp_path, GOOD))
    assert list(table.columns) == TOWER_SITES.names
    assert table.to_numpy().tolist() == [
        ["AU-ASM", -22.283, 133.249, "SAV", "BSh", "arid"],
        ["US-Ha1", 42.5378, -72.1715, "DBF", "Dfb", "continental"],
    ]


@pytest.mark.parametrize(
    ("code", "main", "climate"),
    [
        ("Aw", "Tropical", "tropical"),
        ("BWk", "arid", "arid"),
        ("Csa", "Temperate", "temperate"),
        ("Dwc", "Cold", "continental"),
        ("Dsd", "Continental", "continental"),
        ("ET", "Polar", "polar"),
        ("EF", "", "polar"),
    ],
)
def test_the_climate_follows_from_the_code(tmp_path, code, main, climate):
    table = read_site_list(write(tmp_path, GOOD.replace("Dfb,Cold", f"{code},{main}")))
    assert table["climate"].to_list() == ["arid", climate]


def test_the_main_class_is_optional_and_further_columns_are_passed_over(tmp_path):
    rows = [row.rpartition(",")[0] + ",a name" for row in GOOD.splitlines()]
    table = read_site_list(write(tmp_path, "\n".join(rows)))
    assert table["climate"].to_list() == ["arid", "continental"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [("287.5", -72.5), ("180", 180), ("180.5", -179.5), ("360", 0), ("-180", -180)],
)
def test_longitudes_up_to_360_are_normalised(tmp_path, given, kept):
    table = read_site_list(write(tmp_path, GOOD.replace("-72.1715", given)))
    assert table["lon"].to_list() == [133.249, kept]


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("igbp", "class", ["line 1", "no column igbp", "site, lat, lon, class"]),
        ("koppen,", "kg,", ["line 1", "no column koppen "]),
        ("DBF", "dbf", ["line 2, column igbp", "unknown class 'dbf'", "ENF, EBF"]),
        ("42.5378", "90.1", ["line 2, column lat", "found 90.1", "-90 to 90"]),
        ("-22.283", "-90.1", ["line 3, column lat", "found -90.1"]),
        ("-72.1715", "-180.5", ["line 2, column lon", "found -180.5", "-180 to 360"]),
        ("133.249", "360.5", ["line 3, column lon", "found 360.5"]),
        ("42.5378", "", ["line 2, column lat", "found ''", "expected a number"]),
        ("AU-ASM", "US-Ha1", ["line 3, column site", "US-Ha1 is doubled", "line 2"]),
        ("US-Ha1", " ", ["line 2, column site", "no value"]),
        ("Dfb", "Dxb", ["line 2, column koppen", "'Dxb'", "such as Dfb"]),
        ("Cold", "Polar", ["line 2, column koppen_main", "'Polar'", "is continental"]),
        ("Cold", "Boreal", ["line 2, column koppen_main", "'Boreal'", "is continental"]),
        (",Arid", "", ["line 3", "5 fields, expected the 6"]),
        (GOOD, "", ["the file is empty"]),
    ],
)
def test_impossible_lists_are_refused(tmp_path, old, new, parts):
    path = write(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(InputError) as refusal:
        read_site_list(path)
    sentence = str(refusal.value)
    assert sentence.startswith(str(path))
    assert "correct the site list" in sentence
    assert [part for part in parts if part not in sentence] == [], sentence


def test_an_absent_list_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"no\.csv: no such file"):
        read_site_list(tmp_path / "no.csv")
