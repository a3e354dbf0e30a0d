"""Tables: what a schema refuses, and that values survive a file unchanged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from carbonscape.core.errors import InputError, ResultError
from carbonscape.core.tables import Column, TableSchema, read_table, write_table
from carbonscape.fluxes import tables as artefacts

SCHEMA = TableSchema(
    "sample",
    (
        Column("site", "text", "site"),
        Column("year", "integer", "year"),
        Column("gpp", "number", "GPP", "gC m-2 d-1", missing=True),
        Column("common", "flag", "flag"),
        Column("note", "text", "note", missing=True),
    ),
    key=("site", "year"),
)

FILES = ["a.parquet", "a.csv"]


def table(**changes: Any) -> pd.DataFrame:
    """Return a table that follows SCHEMA, with some columns changed."""
    columns = {
        "site": ["NA", "nan", "US-Ha1"],
        "year": [2004, 2004, 2005],
        "gpp": [1.5, np.nan, -0.25],
        "common": [True, False, True],
        "note": ["null", None, 'a, "b"\nc'],
    }
    return pd.DataFrame({**columns, **changes})


def refusal(wrong: pd.DataFrame) -> str:
    """Return the sentence with which a table is refused."""
    with pytest.raises(ResultError) as caught:
        SCHEMA.check(wrong, "here.csv")
    message = str(caught.value)
    assert message.startswith("here.csv: ")
    assert message.endswith(".")
    return message


# --- columns -----------------------------------------------------------------------------------


def test_columns_that_are_absent_or_unknown_are_named() -> None:
    message = refusal(table(gppp=1.0).drop(columns=["gpp", "note"]))
    assert "not a sample table" in message
    assert "missing columns: ['gpp', 'note']" in message
    assert "unknown columns: ['gppp']" in message
    assert "missing columns: none; unknown columns: ['gppp']" in refusal(table(gppp=1.0))
    assert "missing columns: ['gpp']; unknown columns: none" in refusal(table().drop(columns="gpp"))


def test_columns_are_put_in_their_order() -> None:
    shuffled = table()[["note", "common", "gpp", "year", "site"]]
    assert SCHEMA.check(shuffled, "x").columns.tolist() == SCHEMA.names
    assert SCHEMA.names == ["site", "year", "gpp", "common", "note"]


def test_kinds_become_types() -> None:
    given = table(year=np.array([2004, 2004, 2005], dtype="int16"), gpp=[1, 2, 3])
    types = {name: str(dtype) for name, dtype in SCHEMA.check(given, "x").dtypes.items()}
    assert types == {
        "site": "str",
        "year": "int64",
        "gpp": "float64",
        "common": "bool",
        "note": "str",
    }


def test_rows_are_numbered_from_zero_and_the_given_table_is_left_alone() -> None:
    given = table().set_axis([7, 7, 9])
    assert SCHEMA.check(given, "x").index.tolist() == [0, 1, 2]
    assert given.index.tolist() == [7, 7, 9]


# --- values ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "values"),
    [("site", ["A", "B", None]), ("year", [2004, 2005, np.nan]), ("common", [True, False, None])],
)
def test_a_missing_value_is_refused_with_its_row(column: str, values: list[Any]) -> None:
    message = refusal(table(**{column: values}))
    assert f"column '{column}' of the sample table has no value in row 2" in message
    assert "site=" in message
    assert "year=" in message


def test_missing_values_are_kept_where_they_may_be() -> None:
    checked = SCHEMA.check(table(gpp=[None, None, None]), "x")
    assert checked["gpp"].isna().all()
    assert checked["note"].isna().tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("column", "values", "kind"),
    [
        ("year", [2004.0, 2004.5, 2005.0], "integers"),
        ("year", [2004.0, np.inf, 2005.0], "integers"),
        ("year", ["2004", "two", "2005"], "integers"),
        ("gpp", ["1", "2", "three"], "numbers"),
        ("common", ["True", "False", "True"], "True or False"),
        ("common", [0, 1, 2], "True or False"),
    ],
)
def test_a_value_of_another_kind_is_refused(column: str, values: list[Any], kind: str) -> None:
    assert f"column '{column}' must hold {kind}" in refusal(table(**{column: values}))


def test_two_rows_with_one_key_are_refused() -> None:
    message = refusal(table(site=["A", "B", "B"], year=[2004, 2004, 2004]))
    assert "two rows of the sample table share one key (site=B, year=2004)" in message


def test_a_table_without_a_key_may_repeat_rows() -> None:
    free = TableSchema("free", (Column("x", "number", "x"),))
    assert len(free.check(pd.DataFrame({"x": [1.0, 1.0]}), "x")) == 2


# --- files -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
def test_a_table_survives_a_file(tmp_path: Path, name: str) -> None:
    write_table(table(), tmp_path / name, SCHEMA)
    found = read_table(tmp_path / name, SCHEMA)
    pd.testing.assert_frame_equal(found, SCHEMA.check(table(), "x"))
    assert found["site"].tolist() == ["NA", "nan", "US-Ha1"]
    assert found["note"].iloc[0] == "null"


@pytest.mark.parametrize("name", FILES)
def test_numbers_survive_a_file_to_the_last_digit(tmp_path: Path, name: str) -> None:
    random = np.random.default_rng(1)
    numbers = random.normal(size=3000) * 10.0 ** random.integers(-12, 12, size=3000)
    schema = TableSchema("n", (Column("x", "number", "x"),))
    write_table(pd.DataFrame({"x": numbers}), tmp_path / name, schema)
    assert np.array_equal(read_table(tmp_path / name, schema)["x"].to_numpy(), numbers)


@pytest.mark.parametrize("name", FILES)
def test_a_table_without_rows_survives_a_file(tmp_path: Path, name: str) -> None:
    write_table(table().iloc[:0], tmp_path / name, SCHEMA)
    found = read_table(tmp_path / name, SCHEMA)
    assert found.empty
    assert found.columns.tolist() == SCHEMA.names


def test_codes_of_digits_stay_text(tmp_path: Path) -> None:
    schema = TableSchema("codes", (Column("code", "text", "code"),))
    write_table(pd.DataFrame({"code": ["007", "1e3"]}), tmp_path / "a.csv", schema)
    assert read_table(tmp_path / "a.csv", schema)["code"].tolist() == ["007", "1e3"]


@pytest.mark.parametrize("name", FILES)
def test_the_same_table_gives_the_same_bytes(tmp_path: Path, name: str) -> None:
    write_table(table(), tmp_path / name, SCHEMA)
    write_table(table(), tmp_path / f"again-{name}", SCHEMA)
    assert (tmp_path / name).read_bytes() == (tmp_path / f"again-{name}").read_bytes()
    assert b"\r" not in (tmp_path / name).read_bytes() or name.endswith("parquet")


@pytest.mark.parametrize("name", FILES)
def test_a_wrong_table_is_not_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(ResultError, match="missing columns"):
        write_table(table().drop(columns="gpp"), tmp_path / name, SCHEMA)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", FILES)
def test_a_table_that_is_not_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError) as caught:
        read_table(tmp_path / name, SCHEMA)
    assert str(caught.value) == f"{tmp_path / name}: no such file."


@pytest.mark.parametrize(("name", "content"), [("a.parquet", b"PAR1 cut"), ("a.csv", b"")])
def test_a_damaged_table_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match="cannot be read as a table") as caught:
        read_table(tmp_path / name, SCHEMA)
    assert str(caught.value).startswith(f"{tmp_path / name}: ")
    assert "delete it and run again" in str(caught.value)


@pytest.mark.parametrize("name", FILES)
def test_a_table_of_another_schema_is_refused_when_it_is_read(tmp_path: Path, name: str) -> None:
    other = TableSchema("other", SCHEMA.columns[:2])
    write_table(table()[["site", "year"]], tmp_path / name, other)
    with pytest.raises(ResultError, match="not a sample table"):
        read_table(tmp_path / name, SCHEMA)


def test_text_where_a_number_belongs_is_refused_when_it_is_read(tmp_path: Path) -> None:
    write_table(table(), tmp_path / "a.csv", SCHEMA)
    text = (tmp_path / "a.csv").read_text()
    (tmp_path / "a.csv").write_text(text.replace("-0.25", "low"))
    with pytest.raises(ResultError, match="column 'gpp' must hold numbers"):
        read_table(tmp_path / "a.csv", SCHEMA)


# --- the schemas of the workflow ---------------------------------------------------------------

SCHEMAS = {name: s for name, s in vars(artefacts).items() if isinstance(s, TableSchema)}


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
def test_schemas_are_well_formed(schema: TableSchema) -> None:
    assert len(set(schema.names)) == len(schema.names)
    assert set(schema.key) <= set(schema.names)
    for column in schema.columns:
        assert column.kind in ("text", "integer", "number", "flag")
        assert len(column.meaning) > 3
        assert not column.missing or column.kind in ("text", "number"), "no other type has gaps"
        assert not (column.missing and column.name in schema.key)
