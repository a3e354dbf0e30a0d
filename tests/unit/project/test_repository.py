"""What is in the repository, and which part of the library may call which."""

from __future__ import annotations

import ast
import hashlib
import re
from pathlib import Path

import pytest

from helpers import source_tree
from helpers.source_tree import LIBRARY, PROJECT, relative

MEGABYTE = 1_000_000

#: Clients of networks and archives: for the room `fetch` alone.
NETWORK = {"requests", "ee", "cdsapi", "earthaccess", "urllib3", "http", "ftplib", "socket"}

#: The wings: what one family of products needs. Neither knows the other, and nothing shared knows
#: either of them.
WINGS = ("fluxes", "columns")

#: The shared rooms of the library in the order of the data. Each may import those before it, but
#: `models` and `archives` need the core alone, and `simulate` shares no code with those that read
#: what it writes; nothing imports `fetch`, which shares none with it either.
SHARED = (
    "core", "products", "models", "archives", "sources", "training", "prediction", "evaluation",
    "figures", "report", "costs",
)  # fmt: skip

#: The rooms of a wing, and the last shared room that each may import.
OF_A_WING = {
    "quality": "sources",
    "features": "sources",
    "training": "training",
    "prediction": "prediction",
    "evaluation": "evaluation",
    "figures": "figures",
}


def may_import() -> dict[str, set[str]]:
    """Return which rooms each room may import; what lies in no room of a wing is the wing's own."""
    found = {room: set(SHARED[:number]) for number, room in enumerate(SHARED)}
    found |= {room: {"core"} for room in ("models", "archives", "simulate")}
    found["fetch"] = {"core", "products", "archives", "sources"}
    rooms = list(OF_A_WING)
    for wing in WINGS:
        found[wing] = {*SHARED, *(f"{wing}.{room}" for room in rooms)}
        for number, (room, last) in enumerate(OF_A_WING.items()):
            before = {f"{wing}.{earlier}" for earlier in rooms[:number]}
            found[f"{wing}.{room}"] = {wing, *before, *SHARED[: SHARED.index(last) + 1]}
    return found


MAY_IMPORT = may_import()


def room_of(module: str) -> str:
    """Return the room of a module of the library: its sub-package, with the wing if it has one."""
    parts = module.split(".")
    if parts[0] != "carbonscape" or len(parts) < 2 or not (LIBRARY / parts[1]).is_dir():
        return ""
    in_room = parts[1] in WINGS and len(parts) > 2 and (LIBRARY / parts[1] / parts[2]).is_dir()
    return ".".join(parts[1:3]) if in_room else parts[1]


def library_modules() -> dict[str, Path]:
    """Return the files of the library by their dotted names."""
    return {
        ".".join(path.relative_to(LIBRARY.parent).with_suffix("").parts): path
        for path in source_tree.python_files("workflow/carbonscape")
    }


def names_used(path: Path) -> set[str]:
    """Return every bare name that a Python file uses."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


# --- files -------------------------------------------------------------------------------------


def test_no_file_is_larger_than_a_megabyte() -> None:
    files = source_tree.project_files()
    assert PROJECT / "Makefile" in files
    large = {relative(path): path.stat().st_size for path in files}
    large = {name: size for name, size in large.items() if size > MEGABYTE}
    assert not large, f"too large to be tracked: {large}"


def test_no_file_is_a_copy_of_observed_data(shared: Path) -> None:
    """But for the towers, which are open to all (resources/towers/README.md)."""

    def digest(path: Path) -> str:
        return hashlib.sha256(path.read_bytes()).hexdigest()

    data: dict[int, list[Path]] = {}
    for path in sorted((shared / "data").rglob("*")):
        if path.is_file() and path.stat().st_size > 0:
            data.setdefault(path.stat().st_size, []).append(path)
    assert len(data) > 100, f"hardly any observed data in {shared}"
    files = source_tree.project_files()
    for path in (file for file in files if PROJECT / "resources/towers" not in file.parents):
        twins = data.get(path.stat().st_size, [])
        copies = [twin.name for twin in twins if digest(twin) == digest(path)]
        assert not copies, f"{relative(path)} is a copy of {copies} from the shared data"


def test_no_file_holds_a_path_of_the_machine_it_was_written_on() -> None:
    # Split, so that this file does not find itself.
    absolute = re.compile(rb"(?<![\w.~$}-])/(?:" + rb"work|root|home" + rb")/\w")
    found = []
    for path in source_tree.project_files():
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            if absolute.search(line):
                found.append(f"{relative(path)}:{number}")
    assert absolute.search(b'open("/' + b'work/main/x")')
    assert not found, f"absolute paths in {found}"


def test_every_python_file_says_what_it_is() -> None:
    files = [path for path in source_tree.project_files() if path.suffix == ".py"]
    assert len(files) > 10
    silent = [
        relative(path)
        for path in files
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not silent, f"no docstring at the head of {silent}"


def test_scripts_and_snakefiles_stay_thin() -> None:
    limits = dict.fromkeys(source_tree.python_files("workflow/scripts"), 60)
    limits[PROJECT / "Snakefile"] = 59
    limits |= dict.fromkeys(source_tree.RULES.rglob("common.smk"), 149)
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in limits}
    thick = {relative(path): n for path, n in lengths.items() if n > limits[path]}
    assert not thick, f"the work belongs in the library: {thick} lines"


# --- who may call whom -------------------------------------------------------------------------


@pytest.mark.parametrize("handler", ["onstart", "onsuccess", "onerror"])
def test_a_handler_stands_once(handler: str) -> None:
    """Of two Snakemake keeps the last one and drops the other in silence."""
    files = [PROJECT / "Snakefile", *sorted((PROJECT / "workflow" / "rules").rglob("*.smk"))]
    lines = [line for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    assert lines.count(f"{handler}:") == 1


def test_the_library_knows_nothing_of_snakemake() -> None:
    for name, path in library_modules().items():
        tops = {entry.top for entry in source_tree.imports_of(path)}
        assert not any(top.startswith("snakemake") for top in tops), f"{name} imports Snakemake"
        assert "snakemake" not in names_used(path), f"{name} uses a script's object 'snakemake'"


def test_figures_never_load_torch() -> None:
    rooms = {"figures", *(f"{wing}.figures" for wing in WINGS)}
    modules = {name: path for name, path in library_modules().items() if room_of(name) in rooms}
    assert {room_of(name) for name in modules} == rooms
    figures = list(modules.values())
    for path in source_tree.reached(figures, late=True):
        tops = {entry.top for entry in source_tree.imports_of(path)}
        assert "torch" not in tops, f"a figure would load torch through {relative(path)}"


def test_only_fetch_reaches_for_a_network() -> None:
    checked = 0
    for name, path in library_modules().items():
        if room_of(name) == "fetch":
            continue
        checked += 1
        tops = {entry.top for entry in source_tree.imports_of(path)}
        modules = {entry.module for entry in source_tree.imports_of(path)}
        assert not tops & NETWORK, f"{name} imports {tops & NETWORK}"
        assert "urllib.request" not in modules, f"{name} imports urllib.request"
    assert checked > 10


def test_rooms_call_only_what_comes_before_them() -> None:
    problems = []
    rooms = set()
    for name, path in library_modules().items():
        room = room_of(name)
        rooms.add(room)
        assert not room or room in MAY_IMPORT, f"say in MAY_IMPORT what the new room {room} may use"
        for entry in source_tree.imports_of(path):
            other = room_of(entry.module)
            if room and other and other != room and other not in MAY_IMPORT[room]:
                problems.append(f"{name} imports {entry.module}")
    assert {"archives", "models", "training", "figures", "columns.features"} <= rooms
    assert not problems, problems


def test_simulation_shares_no_code_with_what_reads_it() -> None:
    simulation = [path for name, path in library_modules().items() if room_of(name) == "simulate"]
    assert simulation
    files = {
        path.relative_to(LIBRARY).parts[0] for path in source_tree.reached(simulation, late=True)
    }
    readers = {"archives", "sources", *WINGS}
    assert not files & readers, "a shared mistake would cancel out"
