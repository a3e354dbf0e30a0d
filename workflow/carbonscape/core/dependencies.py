"""Which library files decide the result of a script.

Snakemake reruns a step when its script changes, but does not look into the modules that the
script imports. Every rule therefore takes the files that this module finds as an extra input:
the closure of the script's imports, read from the source text without running anything.

Models and products are imported by name, through their registries: a script that reaches a
registry depends on the modules of the models and products that its rule names, and on no other.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]

#: Modules of ``core`` that every step uses and that cannot change a number: how files are written
#: and checked, how progress, errors and findings are shown. Editing them reruns nothing.
PLUMBING = frozenset(
    {
        *("config", "config_files", "dependencies", "errors", "findings", "io", "jobs"),
        *("leftovers", "limits", "plain_files", "printable", "processes", "progress"),
        *("provenance", "runs", "tables", "written", "zip_files"),
    }
)

#: Registries only find modules by name and order them: editing them reruns nothing.
REGISTRIES = {room: _PACKAGE / room / "registry.py" for room in ("models", "products")}

#: Imports from this package: ``from MODULE import MEMBERS`` or ``import PLAIN``. Parsing every file
#: took a third of the time of a dry run; a test compares both ways for all files.
_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(carbonscape\b[\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n(]+)"
    r"|import[ \t]+(carbonscape\b[^\n]*))",
    re.MULTILINE,
)
_COMMENT = re.compile(r"#[^\n]*|\bas[ \t]+\w+")
_NAME = re.compile(r"[A-Za-z_][\w.]*")


def library_files(
    script: str | Path,
    models: Iterable[str] = (),
    products: Iterable[str] = (),
    modules: Iterable[str] = (),
) -> list[str]:
    """Return the library files that decide the result of a script, sorted.

    Args:
        script: path of the script.
        models, products: names of the models and products that the script takes from their
            registries, whose files cannot be seen in the script's imports. They count only if
            the script reaches the registry.
        modules: dotted names of modules that the script is told to import, such as that of a
            drawing function.

    Raises:
        ValueError: the library has no such module.
    """
    named = {"models": tuple(models), "products": tuple(products)}
    found: set[Path] = set()
    waiting = [Path(script)]
    for module in modules:
        path = _file_of(module)
        if path is None:
            raise ValueError(f"the library has no module '{module}'.")
        found.add(path)
        waiting.append(path)
    while waiting:
        for path in _imported_files(waiting.pop()):
            reached = {path}
            for room, registry in REGISTRIES.items():
                if path == registry:
                    reached |= {_PACKAGE / room / f"{name}.py" for name in named[room]}
            waiting += sorted(reached - found)
            found |= reached
    return sorted(str(path) for path in found if not _is_plumbing(path))


def _is_plumbing(path: Path) -> bool:
    """Say whether a module cannot change a number."""
    if path.name == "__init__.py" or path in REGISTRIES.values():
        return True
    if path.name == "tables.py" and path.parent.name in ("archives", "fluxes", "columns"):
        # The wording of columns; what is computed stands elsewhere.
        return True
    return path.parent == _PACKAGE / "core" and path.stem in PLUMBING


@cache
def _imported_files(path: Path) -> tuple[Path, ...]:
    """Return the package's files that one source file imports anywhere in its text."""
    names: set[str] = set()
    for module, members, plain in _IMPORT.findall(path.read_text(encoding="utf-8")):
        listed = _NAME.findall(_COMMENT.sub("", members or plain))
        names.update((module, *(f"{module}.{name}" for name in listed)) if module else listed)
    files = (_file_of(name) for name in sorted(names) if name.split(".")[0] == "carbonscape")
    return tuple(file for file in files if file is not None)


@cache
def _file_of(name: str) -> Path | None:
    """Return the file of a dotted module name, or None if the name is not a module."""
    base = _PACKAGE.joinpath(*name.split(".")[1:])
    for candidate in (base.with_suffix(".py"), base / "__init__.py"):
        if candidate.is_file():
            return candidate
    return None
