"""Which library files decide the result of a script.

Snakemake reruns a step when its script changes, but does not look into the modules that the
script imports. Every rule therefore takes the files that this module finds as an extra input:
the closure of the script's imports, read from the source text without running anything.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent

#: Modules that every step uses and that cannot change a number: how files are written and
#: checked, how progress and errors are shown. Editing them reruns nothing.
PLUMBING = frozenset(
    {"artefacts", "dependencies", "errors", "io", "jobs", "progress", "provenance", "tables"}
)


def library_files(script: str | Path, models: Iterable[str] = ()) -> list[str]:
    """Return the library files that decide the result of a script, sorted.

    Args:
        script: path of the script.
        models: names of registry models that the script builds; the registry imports them by
            name, so that their files cannot be seen in the script's imports.
    """
    found: set[Path] = set()
    open_ = [Path(script), *(_PACKAGE / "models" / f"{model}.py" for model in models)]
    found.update(open_[1:])
    while open_:
        for path in _imported_files(open_.pop()):
            if path not in found:
                found.add(path)
                open_.append(path)
    return sorted(str(path) for path in found if not _is_plumbing(path))


def _is_plumbing(path: Path) -> bool:
    """Say whether a module cannot change a number."""
    return path.name == "__init__.py" or (path.parent == _PACKAGE and path.stem in PLUMBING)


@cache
def _imported_files(path: Path) -> tuple[Path, ...]:
    """Return the package's files that one source file imports anywhere in its text."""
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    files = (_file_of(name) for name in sorted(names) if name.split(".")[0] == "carbonscape")
    return tuple(file for file in files if file is not None)


def _file_of(name: str) -> Path | None:
    """Return the file of a dotted module name, or None if the name is not a module."""
    base = _PACKAGE.joinpath(*name.split(".")[1:])
    for candidate in (base.with_suffix(".py"), base / "__init__.py"):
        if candidate.is_file():
            return candidate
    return None
