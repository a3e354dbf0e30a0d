"""Reads the project's own source: its files, its imports and its rules, without running them."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
LIBRARY = PROJECT / "workflow" / "carbonscape"
RULES = PROJECT / "workflow" / "rules"

#: Top-level names that no environment has to provide: Python's, ours and those of the tests.
OURS = frozenset({"carbonscape", "tests", *(p.stem for p in (PROJECT / "tests").iterdir())})


@cache
def project_files() -> tuple[Path, ...]:
    """Return every file that git tracks or would track: all but the ignored ones."""
    if not (PROJECT / ".git").exists():
        pytest.skip("this folder is no git repository, so its own files cannot be told from others")
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    paths = sorted({PROJECT / name for name in listing.split("\0") if name})
    return tuple(path for path in paths if path.is_file())


def python_files(*folders: str) -> list[Path]:
    """Return the Python files under folders of the project, sorted."""
    files = sorted(path for folder in folders for path in (PROJECT / folder).rglob("*.py"))
    assert files, f"no Python file under {folders}: this test looks in the wrong place"
    return files


def relative(path: Path) -> str:
    """Return a path for a message: from the project's root."""
    return path.relative_to(PROJECT).as_posix()


@dataclass(frozen=True)
class Import:
    """One imported module; ``late`` says that only a call of a function imports it."""

    module: str
    late: bool = False

    @property
    def top(self) -> str:
        """The first part of the name: numpy for numpy.typing."""
        return self.module.split(".")[0]

    @property
    def third_party(self) -> bool:
        """Whether an environment has to provide it."""
        return self.top not in OURS and self.top not in sys.stdlib_module_names


@cache
def imports_of(path: Path) -> frozenset[Import]:
    """Return what a Python file or Snakefile imports; ``from a import b`` gives a and a.b."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        tree = ast.parse(text, filename=str(path))
    else:
        tree = ast.parse("\n".join(_snakefile_imports(text)))
    package = ".".join(path.relative_to(LIBRARY.parent).parent.parts) if _in_library(path) else ""
    return frozenset(_walk_imports(tree, package, late=False))


def _in_library(path: Path) -> bool:
    return LIBRARY in path.parents


def _snakefile_imports(text: str) -> Iterator[str]:
    """Yield the import statements of a Snakefile, which is no valid Python as a whole."""
    statement = r"^[ \t]*((?:from[ \t]+[\w.]+[ \t]+)?import[ \t]+(?:\([^)]*\)|[^\n(]+))"
    for match in re.finditer(statement, text, re.MULTILINE):
        yield match.group(1)


def _walk_imports(node: ast.AST, package: str, *, late: bool) -> Iterator[Import]:
    """Yield the imports below a node of the syntax tree, but for those of type checkers."""
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
        children: Iterable[ast.AST] = node.orelse
    else:
        children = ast.iter_child_nodes(node)
    late = late or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield Import(alias.name, late)
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            parents = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*parents, base] if base else parents)
        yield Import(base, late)
        if base.split(".")[0] == "carbonscape":
            for alias in node.names:
                yield Import(f"{base}.{alias.name}", late)
    for child in children:
        yield from _walk_imports(child, package, late=late)


def library_file(module: str) -> Path | None:
    """Return the file of a module of the library, or None if the name is no module."""
    parts = module.split(".")
    if parts[0] != "carbonscape":
        return None
    base = LIBRARY.parent.joinpath(*parts)
    for candidate in (base.with_suffix(".py"), base / "__init__.py"):
        if candidate.is_file():
            return candidate
    return None


def reached(start: Iterable[Path], *, late: bool) -> set[Path]:
    """Return the files whose code runs when ``start`` runs, ``start`` among them.

    Importing carbonscape.a.b also runs the __init__.py of both packages. ``late`` says whether
    imports inside the library's functions are followed; those of ``start`` itself always are.
    """
    found = set(start)
    waiting = list(found)
    first = set(found)
    while waiting:
        path = waiting.pop()
        for entry in imports_of(path):
            if entry.late and not late and path not in first:
                continue
            parts = entry.module.split(".")
            for depth in range(1, len(parts) + 1):
                file = library_file(".".join(parts[:depth]))
                if file is not None and file not in found:
                    found.add(file)
                    waiting.append(file)
    return found


@dataclass(frozen=True)
class Rule:
    """One rule of the workflow, as its text gives it."""

    name: str
    file: Path
    text: str

    def _path(self, directive: str) -> Path | None:
        match = re.search(rf'^\s+{directive}:\s*"([^"]+)"', self.text, re.MULTILINE)
        return (self.file.parent / match.group(1)).resolve() if match else None

    @property
    def script(self) -> Path | None:
        """The script that it runs."""
        return self._path("script")

    @property
    def environment(self) -> Path | None:
        """The conda environment that it names."""
        return self._path("conda")

    @property
    def sources(self) -> set[Path]:
        """Where its code starts: the script, and what it imports by name.

        No reading of imports can see the models that a training builds, nor the drawings that
        the rows of figures name; such rules hand the names to ``library``.
        """
        assert self.script is not None
        found = {self.script}
        by_name = re.search(r'library\(\s*"[^"]+"\s*,', self.text) is not None
        if by_name and LIBRARY / "training" / "fit.py" in reached(found, late=True):
            found |= set((LIBRARY / "models").glob("*.py"))
        if by_name and "modules=" in self.text:
            found |= set(LIBRARY.glob("*/figures/*.py"))
        return found


def snakefiles() -> list[Path]:
    """Return the Snakefile and every file of rules."""
    files = [PROJECT / "Snakefile", *sorted(RULES.rglob("*.smk"))]
    assert len(files) > 1, f"no rules in {RULES}"
    return files


def rules() -> list[Rule]:
    """Return every rule of the workflow."""
    found = []
    for file in snakefiles():
        text = file.read_text(encoding="utf-8")
        heads = list(re.finditer(r"^[ \t]*(?:rule|checkpoint)(?:[ \t]+(\w+))?[ \t]*:", text, re.M))
        starts = [head.start() for head in heads]
        texts = [text[start:end] for start, end in zip(starts, [*starts[1:], None], strict=False)]
        for head, own in zip(heads, texts, strict=True):
            # A rule of a loop makes its name, of which only the expression stands here.
            made = re.search(r"^\s+name:\s*(\S.*)$", own, re.M)
            name = head.group(1) or (made.group(1) if made else "")
            found.append(Rule(name, file, own))
    assert all(rule.name for rule in found), "a rule has no name"
    assert found, "no rules were found: this test reads them wrongly"
    return found


def script_rules() -> list[Rule]:
    """Return the rules that run a script."""
    found = [rule for rule in rules() if rule.script is not None]
    assert found, "no rule with a script was found: this test reads them wrongly"
    return found
