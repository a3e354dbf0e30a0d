"""docs/refusals.md: every bad input is made, read by the job that would read it, and noted.

`make docs` does not know what jobs say: CARBONSCAPE_WRITE=1 makes this test write the document.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from itertools import groupby

import pytest

from helpers import bad_config, bad_fields, bad_others, bad_towers
from helpers.bad_inputs import Bad, said
from helpers.guards import PROJECT
from helpers.project_copy import Project

DOCUMENT = PROJECT / "docs" / "refusals.md"
ROWS = [*bad_config.rows(), *bad_towers.rows(), *bad_fields.rows(), *bad_others.rows()]

#: Configurations that Snakemake itself reads before anything of this workflow: what is bad about
#: each, its content (none: absent), and a part of what is printed.
SNAKEMAKE: list[tuple[str, bytes | None, str]] = [
    ("absent", None, "FileNotFoundError: [Errno 2] No such file or directory"),
    ("empty", b"", "Config file must be given as JSON or YAML with keys at top level."),
    ("a list", b"- gpp\n", "Config file must be given as JSON or YAML with keys at top level."),
    ("a word", b"gpp\n", "Config file must be given as JSON or YAML with keys at top level."),
    ("UTF-16", "run: x\n".encode("utf-16"), "UnicodeDecodeError: 'utf-8' codec can't decode"),
    ("tabs", b"gpp:\n\tgrid: 1\n", "Config file is not valid JSON or YAML."),
    ("code (!!python/object)", b"run: !!python/object/apply:os.system [ls]\n",
     "Config file is not valid JSON or YAML."),
]  # fmt: skip

HEAD = """# What is said of bad inputs

Made by `tests/workflow/test_refusals_document.py`, which makes every input below and has it read by
the job, or the check before all jobs, that reads it in a run (`CARBONSCAPE_WRITE=1 .venv/bin/python
-m pytest tests/workflow/test_refusals_document.py` writes this file anew). The folder of the input
is written `/data`. Every refusal ends with status 1 and writes nothing; the sentence stands on the
screen behind `carbonscape:` and the rule, the traceback in the log alone.
[security.md](security.md) says why some of these inputs are dangerous, and what is not covered.
"""

OWN = """
## What Snakemake says

These configurations are read by Snakemake before anything of this workflow, which has no say in
what is printed: a sentence of Snakemake, or the last line of a traceback of Python.

| `--configfile` | exit | printed |
|---|---|---|
"""


def cell(text: str) -> str:
    """Return a text as a cell of a table of Markdown."""
    for sign in "\\|<>*[]":
        text = text.replace(sign, f"\\{sign}")
    return text


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Bad, int, str]]:
    """What is said of every bad input."""
    return [(bad, *said(bad, tmp_path_factory.mktemp("bad"))) for bad in ROWS]


def test_every_bad_input_ends_in_one_sentence(found: list[tuple[Bad, int, str]]) -> None:
    assert len(found) >= 100
    wrong = [
        (bad.kind, bad.what, code, sentence)
        for bad, code, sentence in found
        if code != 1 or not sentence.endswith((".", "?")) or "unexpected" in sentence
    ]
    assert wrong == []


def test_a_sentence_names_what_is_wrong(found: list[tuple[Bad, int, str]]) -> None:
    for bad, _, sentence in found:
        names = ("/data", "config key", "a.nc: ", "MetaFlux: ", "Koppen-Geiger map: ")
        assert [name for name in names if name in sentence], (bad, sentence)
        assert len(sentence) < 1200, (bad, sentence)


def printed(project: Project, number: int, content: bytes | None) -> tuple[int, str]:
    """Return exit status and what Snakemake prints of a configuration."""
    name = f"bad{number}.yaml"
    if content is not None:
        (project.folder / name).write_bytes(content)
    command = project.command(name, "--cores", "1", "-n")
    done = subprocess.run(
        command,
        cwd=project.folder,
        env=project.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    return done.returncode, done.stdout


def test_the_document_is_what_is_said(
    found: list[tuple[Bad, int, str]], make_project: Callable[[str], Project]
) -> None:
    lines = [HEAD]
    for kind, group in groupby(found, key=lambda row: row[0].kind):
        lines += [f"\n## {kind}\n", "| input | read by | exit | sentence |", "|---|---|---|---|"]
        lines += [
            f"| {cell(bad.what)} | {cell(bad.rule)} | {code} | {cell(sentence)} |"
            for bad, code, sentence in group
        ]
    lines.append(OWN.rstrip("\n"))
    project = make_project("refusals")
    for number, (what, content, part) in enumerate(SNAKEMAKE):
        code, text = printed(project, number, content)
        assert code != 0, what
        assert part in text, (what, text)
        lines.append(f"| {cell(what)} | {code} | {cell(part)} |")
    assert not (project.folder / "results").exists()
    text = "\n".join(lines) + "\n"
    assert not {"pytest-of", "127.0.0.1"} & set(re.findall(r"pytest-of|127\.0\.0\.1", text))
    if os.environ.get("CARBONSCAPE_WRITE") == "1":
        DOCUMENT.write_text(text, encoding="utf-8")
    assert DOCUMENT.read_text(encoding="utf-8") == text, (
        "docs/refusals.md is not what is said: CARBONSCAPE_WRITE=1 .venv/bin/python -m pytest "
        "tests/workflow/test_refusals_document.py writes it anew; look at what has changed."
    )


def test_a_doubled_key_is_told_by_a_whole_run(make_project: Callable[[str], Project]) -> None:
    code, text = printed(make_project("doubled"), 0, b"seed: 1\nrun: a\nseed: 2\n")
    assert code == 1
    assert "the key 'seed' stands twice, in the lines 1 and 3" in text
    assert "Traceback" not in text
