"""The tables on data sources in docs/sources.md and README.md, made from the registry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from carbonscape.sources.registry import get_source, source_names
from carbonscape.sources.source import Files, Source

_HEAD = """# Data sources

Every data set that a run reads, from its record in `workflow/carbonscape/sources/`; do not edit
this page, a test compares it with them. An empty cell is not known yet.
"""


def document() -> str:
    """Return the text of docs/sources.md."""
    parts = [
        _HEAD,
        "## What is read\n",
        _table(
            ("source", "what", "for", "names in the archive", "units"),
            (
                (f"`{s.name}`", s.title, s.use, _code(s.variables), s.units)
                for s in _ordered_sources()
            ),
        ),
        "## Where it comes from\n",
        _table(
            ("source", "from", "data set", "version", "account", "licence", "DOI", "span", "size"),
            (
                (
                    f"`{s.name}`",
                    f"[{s.service.name}]({s.page})",
                    _code([s.dataset]),
                    ", ".join(s.versions),
                    s.service.account or "none",
                    s.licence,
                    f"[{s.doi}](https://doi.org/{s.doi})" if s.doi else "",
                    f"{s.first} to {s.last}" if s.last else s.first and f"from {s.first}",
                    s.size,
                )
                for s in _ordered_sources()
            ),
        ),
        "## Where its files lie\n",
        "Below the folder of the config key `raw`; `YYYY` (`YY`), `MM` and `DD` are year, month\n"
        "and day. [readers.md](readers.md) says what each file must hold.\n",
        _table(
            ("source", "file", "a run needs", "read by", "simulated by"),
            (
                (
                    f"`{s.name}`",
                    _place(s, files),
                    _amount(s, files),
                    f"`archives/{files.reader}.py`" if files.reader else "no step yet",
                    f"`{files.twin}`" if files.twin else "none",
                )
                for s in _ordered_sources()
                for files in _distinct(s)
            ),
        ),
        "## How much is fetched\n",
        "What `snakemake plan_downloads` adds up. On cells: bytes of a cell and image, times\n"
        "images of a file, times the cells of the globe (180 x 360 / cell^2), as transferred;\n"
        "on disk they are packed to about a third. Else megabytes of a file, or of all files of a\n"
        "month. Of ERA5-Land: values of 0.1 degrees and 0.85 bytes each, as measured in files of\n"
        "the Climate Data Store of which a quarter is land (3.6 with none of the sea).\n",
        _table(
            ("source", "files", "bytes of a cell and image", "images", "megabytes", "asked by"),
            (
                (
                    f"`{s.name}`",
                    f"`{files.listing or files.pattern}`",
                    f"{files.cell_bytes:g}" if files.cell_bytes else "",
                    f"{files.steps}" if files.cell_bytes else "",
                    f"{files.megabytes:,.4g}" if files.megabytes else "",
                    "a map of the same source" if files.made else type(files.request).__name__,
                )
                for s in _ordered_sources()
                for files in _distinct(s)
                if files.request or files.made
            ),
        ),
    ]
    return "\n".join(parts)


def summary() -> str:
    """Return the table of README.md: what to get from where, by the account that it needs."""
    by_account: dict[str, list[Source]] = {}
    for source in _ordered_sources():
        by_account.setdefault(source.service.account, []).append(source)
    return _table(
        ("from", "account", "files", "folders below `raw` (default `resources/raw/real`)"),
        (
            (
                ", ".join(dict.fromkeys(s.service.name for s in sources)),
                account or "none",
                "; ".join(s.title for s in sources),
                ", ".join(
                    dict.fromkeys(_folder(s, files) for s in sources for files in s.files.values())
                ),
            )
            for account, sources in by_account.items()
        ),
    )


def _ordered_sources() -> list[Source]:
    """Return all sources: those of fluxes first, then by name."""
    sources = [get_source(name) for name in source_names()]
    return sorted(sources, key=lambda s: next(iter(s.files.values())).wing != "fluxes")


def _distinct(source: Source) -> list[Files]:
    """Return the files of a source but those that another period asks for as well."""
    return list({files.pattern: files for files in reversed(source.files.values())}.values())[::-1]


def _folder(source: Source, files: Files) -> str:
    """Return the folder of some files, or the key that names it."""
    key = source.folder_key
    return f"that of the config key `{key}`" if key else f"`{files.folder}/`"


def _place(source: Source, files: Files) -> str:
    """Return the path of some files."""
    if source.folder_key:
        return f"the original files, in the folder of the config key `{source.folder_key}`"
    path = files.pattern
    for part, letters in (("%Y", "YYYY"), ("%y", "YY"), ("%m", "MM"), ("%d", "DD")):
        path = path.replace(part, letters)
    return f"`{path}`"


def _amount(source: Source, files: Files) -> str:
    """Return how many of some files a run needs."""
    if source.folder_key or (files.found and "%" not in files.found):
        return "those that are there"
    if files.found:
        return "those that are there" + (", one a month or more" if files.every_month else "")
    step = next((s for p, s in (("%m", "month"), ("%Y", "year")) if p in files.pattern), "")
    after = f", and the {step} after the last" if files.after else ""
    return f"one a {step}{after}" if step else "one"


def _code(names: Sequence[str]) -> str:
    """Return names set as code."""
    return ", ".join(f"`{name}`" for name in names if name)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
