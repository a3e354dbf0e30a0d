"""Schemas of the tabular artefacts that one stage hands to the next.

A schema names the columns, their types, units and meaning, and the columns that identify a
row. Tables are checked where they are written and where they are read, so that a wrong column
stops the stage that made it and not the figure that shows it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from carbonscape.core.errors import InputError, ResultError
from carbonscape.core.io import atomic_path

#: What the values of a column are, for messages.
_KINDS = {"text": "text", "integer": "integers", "number": "numbers", "flag": "True or False"}


@dataclass(frozen=True)
class Column:
    """One column: its name, kind (text, integer, number or flag), meaning and unit."""

    name: str
    kind: str
    meaning: str
    unit: str = ""
    missing: bool = False


@dataclass(frozen=True)
class TableSchema:
    """The columns of a table, in order, and the columns whose values identify a row."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """Column names in their order."""
        return [column.name for column in self.columns]

    def check(self, table: pd.DataFrame, origin: str) -> pd.DataFrame:
        """Return ``table`` with this schema's columns, types and order.

        Raises:
            ResultError: a column is absent or superfluous, a value is missing where none may
                be or is not of its column's kind, or two rows share one key.
        """
        absent = [name for name in self.names if name not in table.columns]
        extra = [str(name) for name in table.columns if name not in self.names]
        if absent or extra:
            raise ResultError(
                f"{origin}: not a {self.name} table (missing columns: {absent or 'none'}; "
                f"unknown columns: {extra or 'none'}); it was made by another version of the "
                "workflow: delete it and run again."
            )
        table = table[self.names].reset_index(drop=True)
        for column in self.columns:
            if not column.missing and table[column.name].isna().any():
                row = int(table[column.name].isna().to_numpy().argmax())
                raise ResultError(
                    f"{origin}: column '{column.name}' of the {self.name} table has no value in "
                    f"row {row} ({_describe(table, self.key, row)})."
                )
        columns = {c.name: _convert(table[c.name], c, origin) for c in self.columns}
        table = pd.DataFrame(columns, index=table.index)
        if self.key:
            doubled = table.duplicated(list(self.key))
            if doubled.any():
                row = int(doubled.to_numpy().argmax())
                raise ResultError(
                    f"{origin}: two rows of the {self.name} table share one key "
                    f"({_describe(table, self.key, row)})."
                )
        return table


def _convert(values: pd.Series, column: Column, origin: str) -> pd.Series:
    """Return a column in the dtype of its kind; refuse what would change its values.

    Raises:
        ResultError: a value is not of the column's kind.
    """
    dtype = {"text": "str", "integer": "int64", "number": "float64", "flag": "bool"}[column.kind]
    try:
        converted = values.astype(dtype)
        # pandas cuts 1.5 to the integer 1 and takes any text as the flag True.
        same = column.kind in ("text", "number") or bool((converted == values).all())
    except (TypeError, ValueError):
        same = False
    if not same:
        raise ResultError(
            f"{origin}: column '{column.name}' must hold {_KINDS[column.kind]}, but holds other "
            "values; it was made by another version of the workflow: delete it and run again."
        )
    return converted


def _describe(table: pd.DataFrame, key: tuple[str, ...], row: int) -> str:
    """Return 'site=…, year=…' for one row of a table."""
    return ", ".join(f"{name}={table[name].iloc[row]}" for name in key) or "no key"


def write_table(table: pd.DataFrame, path: str | os.PathLike[str], schema: TableSchema) -> None:
    """Check a table against its schema and write it as Parquet or CSV (by suffix), atomically."""
    table = schema.check(table, str(path))
    with atomic_path(path) as temporary:
        if Path(path).suffix == ".parquet":
            table.to_parquet(temporary, index=False, compression="zstd")
        else:
            table.to_csv(temporary, index=False, lineterminator="\n")


def read_table(path: str | os.PathLike[str], schema: TableSchema) -> pd.DataFrame:
    """Read a Parquet or CSV table that a stage of this workflow wrote, and check it.

    Raises:
        InputError: the file is absent or cannot be read.
        ResultError: the table does not follow ``schema``.
    """
    try:
        if Path(path).suffix == ".parquet":
            table = pd.read_parquet(path)
        else:
            text = {column.name: "str" for column in schema.columns if column.kind == "text"}
            table = pd.read_csv(path, dtype=text, keep_default_na=False, na_values=[""])
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file.") from error
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path}: cannot be read as a table ({error}); delete it and run again."
        ) from error
    return schema.check(table, str(path))
