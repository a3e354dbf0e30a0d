"""Reading the tidy table of monthly predictors."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from carbonscape.archives.predictors import PREDICTORS, read_predictors
from carbonscape.core.errors import InputError

GOOD = """\
site,month,year,T2M,LAI,lai_source
US-Ha1,2,2001,270.5,,missing
US-Ha1,1,2001,268.25,1.5,modis
AU-ASM,12,2000,300,NaN,
"""


def write(folder: Path, text: str, name: str = "predictors.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def with_value(variable: str, value: str) -> str:
    return f"site,year,month,{variable}\nUS-Ha1,2001,1,\nUS-Ha1,2001,2,{value}\n"


def test_rows_are_sorted_and_missing_values_stay_missing(tmp_path):
    table = read_predictors(write(tmp_path, GOOD))
    assert list(table.columns) == ["site", "year", "month", "LAI", "T2M", "lai_source"]
    assert table[["site", "year", "month"]].to_numpy().tolist() == [
        ["AU-ASM", 2000, 12],
        ["US-Ha1", 2001, 1],
        ["US-Ha1", 2001, 2],
    ]
    assert table["T2M"].to_list() == [300, 268.25, 270.5]
    assert table["LAI"].isna().to_list() == [True, False, True]
    assert table["LAI"][1] == 1.5
    assert table["lai_source"].to_list() == ["", "modis", "missing"]


def test_a_gzip_file_reads_alike(tmp_path):
    path = tmp_path / "predictors.csv.gz"
    path.write_bytes(gzip.compress(GOOD.encode()))
    plain = read_predictors(write(tmp_path, GOOD))
    assert read_predictors(path).equals(plain)
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(InputError, match=r"predictors\.csv\.gz: the gzip file is broken or cut"):
        read_predictors(path)


def test_units_are_those_of_the_documented_table():
    assert {name: variable.unit for name, variable in PREDICTORS.items()} == {
        "LAI": "m2 m-2", "FPAR": "1", "T2M": "K", "SSRD": "W m-2", "VPD": "hPa", "TP": "mm d-1",
        "E": "mm d-1",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("variable", "value", "hint"),
    [
        ("LAI", "25", "scale factor"),
        ("FPAR", "45", "percent"),
        ("FPAR", "-0.01", "percent"),
        ("T2M", "12.5", "degrees Celsius"),
        ("SSRD", "15000000", "J m-2"),
        ("VPD", "850", "in Pa"),
        ("TP", "160", "monthly total"),
        ("E", "95", "monthly total"),
        ("LAI", "-9999", "empty cell"),
    ],
)
def test_values_in_another_unit_are_refused_with_a_hint(tmp_path, variable, value, hint):
    path = write(tmp_path, with_value(variable, value))
    with pytest.raises(InputError) as refusal:
        read_predictors(path)
    unit = PREDICTORS[variable].unit
    for part in (f"{path}, line 3, column {variable}: found ", "plausible", f" {unit} of ", hint):
        assert part in str(refusal.value)


@pytest.mark.parametrize(
    ("variable", "value"),
    [("LAI", "0"), ("FPAR", "1"), ("T2M", "203.1"), ("SSRD", "0"), ("VPD", "0"), ("TP", "60"),
     ("E", "-0.5"), ("TP", "-1e-9")],
)  # fmt: skip
def test_extreme_but_plausible_values_pass(tmp_path, variable, value):
    table = read_predictors(write(tmp_path, with_value(variable, value)))
    assert table[variable][1] == float(value)


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("270.5", "warm", ["line 2, column T2M", "'warm'", "expected a number"]),
        ("270.5", "inf", ["line 2, column T2M", "'inf'", "expected a number"]),
        ("US-Ha1,1,", "US-Ha1,2,", ["line 3", "US-Ha1 2001-02 is doubled", "line 2"]),
        (",12,", ",13,", ["line 4, column month", "found 13", "from 1 to 12"]),
        (",12,", ",0,", ["line 4, column month", "found 0", "from 1 to 12"]),
        (",12,", ",1.5,", ["line 4, column month", "found 1.5", "whole number"]),
        (",2000,", ",20,", ["line 4, column year", "found 20", "whole number"]),
        ("AU-ASM", "", ["line 4, column site", "no value"]),
        ("T2M", "TA_F", ["line 1", "unknown column 'TA_F'", "T2M [K]"]),
        ("lai_source", "fpar_source", ["line 1", "unknown column 'fpar_source'"]),
        ("lai_source", "LAI_source", ["line 1", "unknown column 'LAI_source'"]),
        ("lai_source", "LAI", ["line 1", "'LAI' stands there twice"]),
        ("month", "mon", ["line 1", "no column month"]),
        (",modis", "", ["line 3", "5 fields, expected the 6"]),
        (GOOD, "site,year,month\nUS-Ha1,2001,1\n", ["line 1", "no variable", "LAI [m2 m-2]"]),
        (GOOD, "", ["the file is empty"]),
        (GOOD, GOOD.splitlines()[0] + "\n", ["a header without any row"]),
    ],
)
def test_impossible_tables_are_refused(tmp_path, old, new, parts):
    path = write(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(InputError) as refusal:
        read_predictors(path)
    sentence = str(refusal.value)
    assert sentence.startswith(str(path))
    assert "correct the predictor table" in sentence
    assert [part for part in parts if part not in sentence] == [], sentence


@pytest.mark.parametrize("name", ["no.csv", "no.csv.gz"])
def test_an_absent_table_is_refused(tmp_path, name):
    with pytest.raises(InputError, match=r"no such file"):
        read_predictors(tmp_path / name)
