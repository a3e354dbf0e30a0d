"""Writes those parts of the documents that repeat what the code says: ``make docs``.

A generated part stands between two comments, and prose around it is written by hand:

    <!-- made by `make docs`: begin NAME -->
    <!-- end NAME -->

NAME is ``keys`` (every key of the configuration), ``columns of`` and the name of a table's schema,
``sources`` (where every source comes from), ``limits`` (how large an input may be), ``costs by
stage`` or ``days on machines`` (what both papers cost). A schema that
no document names is appended to docs/outputs.md, with a heading of its own. docs/sources.md is
generated as a whole.
tests/unit/project/test_made_docs.py compares.

This is a script beside the library and not a module of it: it reads the schemas of both wings,
which no shared room may import, and no step of the workflow needs it. It runs from anywhere, with
the library on the path: ``PYTHONPATH=workflow .venv/bin/python docs/make_docs.py``.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pandas as pd
import yaml

from carbonscape.core import config
from carbonscape.core import limits as core_limits
from carbonscape.core.errors import CarbonscapeError
from carbonscape.core.io import atomic_path
from carbonscape.core.tables import TableSchema, read_table
from carbonscape.costs import document as scale
from carbonscape.costs.plan import WORK
from carbonscape.costs.rates import Rate, rates_of_project
from carbonscape.sources import document as sources

PROJECT = Path(__file__).resolve().parents[1]
LIBRARY = PROJECT / "workflow" / "carbonscape"
OUTPUTS, SOURCES = "docs/outputs.md", "docs/sources.md"
#: Documents with generated parts.
DOCUMENTS = (
    "README.md", "config/README.md", OUTPUTS, "docs/security.md", "docs/scale.md", SOURCES,
)  # fmt: skip

_BEGIN, _END = "<!-- made by `make docs`: begin {} -->\n", "<!-- end {} -->\n"
_REGION = re.compile(
    r"^<!-- made by `make docs`: begin (?P<name>.+) -->\n(?P<text>.*?)^<!-- end (?P=name) -->\n",
    re.MULTILINE | re.DOTALL,
)
_MARK = re.compile(r"^<!-- (?:made by `make docs`: begin|end) (.+) -->$", re.MULTILINE)
_COLUMNS = "columns of "


class DocumentError(CarbonscapeError):
    """A document whose generated parts cannot be told from its prose."""


@cache
def schemas() -> dict[str, TableSchema]:
    """Return every schema of a table in the library by its name."""
    found: dict[str, TableSchema] = {}
    for path in sorted(LIBRARY.rglob("*.py")):
        # A module is imported only if its text can make a schema: torch stays out.
        if "TableSchema(" in path.read_text(encoding="utf-8"):
            name = ".".join(path.relative_to(LIBRARY.parent).with_suffix("").parts)
            values = vars(importlib.import_module(name)).values()
            for schema in values:
                if not isinstance(schema, TableSchema):
                    continue
                if found.setdefault(schema.name, schema) != schema:
                    raise DocumentError(f"two schemas are named '{schema.name}'; rename one.")
    return found


def columns(schema: TableSchema) -> str:
    """Return what a row of a table is, and a Markdown table of its columns."""
    key = ", ".join(f"`{name}`" for name in schema.key)
    lines = [f"One row: {key}." if key else "Rows have no key."]
    lines += ["", "| column | kind | unit | meaning |", "|---|---|---|---|"]
    for column in schema.columns:
        kind = column.kind + (", may be missing" if column.missing else "")
        meaning = column.meaning.replace("|", r"\|")
        lines.append(f"| `{column.name}` | {kind} | {column.unit} | {meaning} |")
    return "\n".join(lines) + "\n"


def keys() -> str:
    """Return a Markdown table of every key of the configuration."""
    schema = config.load_schema(PROJECT / "workflow/schemas/config.schema.yaml")
    defaults = yaml.safe_load((PROJECT / "config/config.yaml").read_text(encoding="utf-8"))
    return config.document(schema, defaults)


@cache
def papers() -> tuple[pd.DataFrame, list[Rate]]:
    """Return the work of both papers as it was planned last, and the measured rates."""
    work = read_table(PROJECT / "benchmarks/papers_work.csv", WORK)
    return work, rates_of_project(PROJECT)


def limits() -> str:
    """Return a Markdown table of how large an input may be."""
    lines = ["| at most | of | real files, as far as seen or stated |", "|---:|---|---|"]
    lines += [
        f"| {limit.most:,} | {limit.what} | {limit.real} |"
        for limit in core_limits.limits().values()
    ]
    return "\n".join(lines) + "\n"


def generated(name: str) -> str:
    """Return the text of a part.

    Raises:
        DocumentError: nothing of that name can be generated.
    """
    makers: dict[str, Callable[[], str]] = {
        "keys": keys,
        "limits": limits,
        "sources": sources.summary,
        "costs by stage": lambda: scale.stages(*papers()),
        "days on machines": lambda: scale.machines(*papers()),
    }
    makers |= {_COLUMNS + key: lambda s=schema: columns(s) for key, schema in schemas().items()}
    if name not in makers:
        raise DocumentError(
            f"no table '{name}' can be made; if the schema has another name now, change the two "
            "comments around its table; if it is gone, take them out."
        )
    return makers[name]().rstrip("\n") + "\n"


def region(name: str) -> str:
    """Return a generated part with its two comments."""
    return f"{_BEGIN.format(name)}{generated(name)}{_END.format(name)}"


def names(text: str) -> list[str]:
    """Return the names of a document's generated parts.

    Raises:
        DocumentError: a comment has no partner.
    """
    found = [match["name"] for match in _REGION.finditer(text)]
    marks = _MARK.findall(text)
    if marks != [name for name in found for _ in range(2)]:
        odd = sorted({name for name in marks if marks.count(name) != 2 * found.count(name)})
        raise DocumentError(f"the comments around {odd or marks} do not come in pairs.")
    return found


def renewed(document: str, text: str) -> str:
    """Return a document with its generated parts as the code wants them."""
    if document == SOURCES:
        return sources.document()
    present = names(text)
    text = _REGION.sub(lambda match: region(match["name"]), text)
    if document == OUTPUTS:
        for name in sorted(set(schemas()) - {part.removeprefix(_COLUMNS) for part in present}):
            heading = name[0].upper() + name[1:]
            text += f"\n### {heading}\n\n{region(_COLUMNS + name)}"
    return text


def texts() -> Iterator[tuple[str, str, str]]:
    """Yield the name of every document, its text as it is, and as the code wants it."""
    for document in DOCUMENTS:
        text = (PROJECT / document).read_text(encoding="utf-8")
        try:
            yield document, text, renewed(document, text)
        except DocumentError as refusal:
            raise DocumentError(f"{document}: {refusal}") from refusal


def main() -> None:
    """Renew every document and say which have changed."""
    try:
        found = list(texts())
    except DocumentError as refusal:
        sys.exit(f"make docs: {refusal}")
    for document, text, new in found:
        if text == new:
            print(f"{document} is as the code wants it")
            continue
        with atomic_path(PROJECT / document) as temporary:
            temporary.write_text(new, encoding="utf-8")
        print(f"{document} is written anew")


if __name__ == "__main__":
    main()
