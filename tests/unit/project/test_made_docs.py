"""The generated parts of the documents are what `make docs` writes."""

from __future__ import annotations

import difflib
import importlib.util
from types import ModuleType

import pytest

from carbonscape.core.tables import Column, TableSchema
from helpers.documents import read
from helpers.source_tree import PROJECT


def make_docs() -> ModuleType:
    """Return the script that `make docs` runs."""
    spec = importlib.util.spec_from_file_location("make_docs", PROJECT / "docs/make_docs.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MAKE_DOCS = make_docs()


def test_generated_parts_are_what_the_code_says() -> None:
    found = {name: (text, new) for name, text, new in MAKE_DOCS.texts()}
    assert set(found) == {
        *("README.md", "config/README.md", "docs/outputs.md", "docs/security.md"),
        *("docs/scale.md", "docs/sources.md"),
    }
    for name, (text, new) in found.items():
        lines = (text.splitlines(), new.splitlines())
        differ = list(difflib.unified_diff(*lines, "written", "wanted", lineterm="", n=0))
        assert text == new, (
            f"{name} is not what the code says; run `make docs` and commit it:\n"
            + "\n".join(differ[:20])
        )


def test_every_schema_and_every_key_is_generated() -> None:
    assert len(MAKE_DOCS.schemas()) > 50
    named = MAKE_DOCS.names(read("docs/outputs.md"))
    assert sorted(named) == sorted(f"columns of {name}" for name in MAKE_DOCS.schemas())
    assert MAKE_DOCS.names(read("config/README.md")) == ["keys"]
    assert MAKE_DOCS.names(read("README.md")) == ["sources"]
    assert MAKE_DOCS.names(read("docs/security.md")) == ["limits"]
    assert len(MAKE_DOCS.keys().splitlines()) > 100


def test_columns_are_written_as_a_table() -> None:
    schema = TableSchema(
        "sites",
        (Column("site", "text", "name"), Column("q", "number", "a|b", "1", missing=True)),
        key=("site",),
    )
    assert MAKE_DOCS.columns(schema).splitlines() == [
        "One row: `site`.",
        "",
        "| column | kind | unit | meaning |",
        "|---|---|---|---|",
        "| `site` | text |  | name |",
        r"| `q` | number, may be missing | 1 | a\|b |",
    ]


def test_prose_around_generated_parts_stays_and_new_schemas_are_appended() -> None:
    part = MAKE_DOCS.region("columns of counts")
    old = part.replace("short name of the step", "something old")
    assert old != part
    new = MAKE_DOCS.renewed("docs/outputs.md", f"# Outputs\n\nBefore.\n\n{old}\nAfter.\n")
    assert new.startswith(f"# Outputs\n\nBefore.\n\n{part}\nAfter.\n\n### ")
    assert f"\n### Tower sites\n\n{MAKE_DOCS.region('columns of tower sites')}" in new
    assert new.count("columns of counts -->") == 2
    assert MAKE_DOCS.renewed("docs/outputs.md", new) == new


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("<!-- made by `make docs`: begin keys -->\nrows\n", "['keys'] do not come in pairs."),
        ("<!-- made by `make docs`: begin keys -->\n<!-- end key -->\n", "do not come in pairs."),
        (
            "<!-- made by `make docs`: begin x -->\n<!-- end x -->\n",
            "no table 'x' can be made; if the schema has another name now, change the two",
        ),
    ],
)
def test_broken_parts_are_refused(text: str, sentence: str) -> None:
    with pytest.raises(MAKE_DOCS.DocumentError) as refusal:
        MAKE_DOCS.renewed("config/README.md", text)
    assert sentence in str(refusal.value)
