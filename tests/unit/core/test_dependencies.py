"""Which edits rerun which step: the library files of every script."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from carbonscape.core import dependencies
from carbonscape.core.dependencies import PLUMBING, library_files
from carbonscape.figures.registry import figures_of_wing
from carbonscape.models.registry import MODELS
from helpers import source_tree
from helpers.source_tree import LIBRARY, PROJECT

SCRIPTS = sorted((PROJECT / "workflow" / "scripts").glob("*.py"))

#: Runs the import statements of each script with nothing of the library loaded, and prints which
#: of its modules they loaded. Third-party packages stay loaded, for speed.
RECORDER = """
import ast, json, sys
loaded = {}
for path in sys.argv[1:]:
    for name in [n for n in sys.modules if n.split(".")[0] == "carbonscape"]:
        del sys.modules[name]
    tree = ast.parse(open(path, encoding="utf-8").read())
    tree.body = [n for n in tree.body if isinstance(n, (ast.Import, ast.ImportFrom))]
    exec(compile(tree, path, "exec"), {})
    loaded[path] = sorted(
        module.__file__ for name, module in sys.modules.items()
        if name.split(".")[0] == "carbonscape"
    )
print(json.dumps(loaded))
"""


def names(files: list[str]) -> set[str]:
    """Return library files as 'room/module'."""
    return {Path(file).relative_to(LIBRARY).with_suffix("").as_posix() for file in files}


def rooms_of(files: set[str]) -> set[str]:
    """Return the rooms of modules, but for the core and what the rooms of a wing share."""
    return {name.rpartition("/")[0] for name in files} - {"core", "fluxes", "columns"}


def script(name: str) -> Path:
    """Return the path of a script."""
    return PROJECT / "workflow" / "scripts" / f"{name}.py"


@pytest.fixture(scope="module")
def loaded() -> dict[str, list[str]]:
    """The library files that each script really loads when it starts."""
    done = subprocess.run(
        [sys.executable, "-c", RECORDER, *map(str, SCRIPTS)],
        env={**os.environ, "PYTHONPATH": str(LIBRARY.parent), "MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    return json.loads(done.stdout.splitlines()[-1])


#: Modules outside the core that may change without a rerun: registries, and wording of columns.
NEUTRAL = {
    "models/registry",
    "products/registry",
    "archives/tables",
    "fluxes/tables",
    "columns/tables",
}


def is_plumbing(file: str) -> bool:
    """Say whether a file may change without a rerun."""
    path = Path(file)
    (name,) = names([file])
    return (
        path.name == "__init__.py"
        or name in NEUTRAL
        or (path.parent == LIBRARY / "core" and path.stem in PLUMBING)
    )


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_every_module_that_a_script_loads_is_an_input_of_its_rule(
    path: Path, loaded: dict[str, list[str]]
) -> None:
    real = {file for file in loaded[str(path)] if not is_plumbing(file)}
    assert len(loaded[str(path)]) > 2, "this test does not see what the script loads"
    assert real <= set(library_files(path))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_only_what_a_script_can_reach_is_an_input_of_its_rule(path: Path) -> None:
    # Another reader of imports, written for the tests, that also follows relative ones.
    reached = {str(file) for file in source_tree.reached([path], late=True)} - {str(path)}
    assert set(library_files(path)) == {file for file in reached if not is_plumbing(file)}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_library_files_are_sorted_and_exist(path: Path) -> None:
    files = library_files(path)
    assert files == sorted(set(files))
    assert all(Path(file).is_file() for file in files)
    assert not [file for file in files if is_plumbing(file)]


def test_there_is_nothing_in_the_plumbing_that_computes() -> None:
    assert {
        "config",
        "config_files",
        "dependencies",
        "errors",
        "findings",
        "io",
        "jobs",
        "leftovers",
        "limits",
        "plain_files",
        "printable",
        "processes",
        "progress",
        "provenance",
        "runs",
        "tables",
        "written",
        "zip_files",
    } == PLUMBING
    # A class that changes its order changes results.
    assert "core/classes" in names(library_files(script("score_flux")))


def test_plumbing_in_a_room_is_not_plumbing(tmp_path: Path) -> None:
    assert not dependencies._is_plumbing(LIBRARY / "archives" / "io.py")
    assert not dependencies._is_plumbing(LIBRARY / "columns" / "evaluation" / "tables.py")
    assert not dependencies._is_plumbing(LIBRARY / "models" / "entry.py")
    assert dependencies._is_plumbing(LIBRARY / "core" / "io.py")
    assert dependencies._is_plumbing(LIBRARY / "archives" / "__init__.py")


# --- models by name ----------------------------------------------------------------------------


def test_models_are_not_reached_without_their_names() -> None:
    files = names(library_files(script("crossvalidate_flux")))
    assert "models/entry" in files  # what the registry reads
    assert not files & {f"models/{model}" for model in MODELS}


def test_names_count_only_where_the_registry_is_reached(tmp_path: Path) -> None:
    assert names(library_files(script("crossvalidate_flux"), (), ["xco2"])) >= {"products/xco2"}
    for text in ("import json\n", "from carbonscape.core import grid\n"):
        path = write(tmp_path, text)
        assert library_files(path, ["mlp"], ["xco2"]) == library_files(path)
    models = write(tmp_path / "models", "from carbonscape.models.registry import get_model\n")
    products = write(tmp_path / "products", "import carbonscape.products.registry\n")
    assert "models/mlp" in names(library_files(models, ["mlp"], ["xco2"]))
    assert "products/xco2" not in names(library_files(models, ["mlp"], ["xco2"]))
    assert names(library_files(products, ["mlp"], ["xco2"])) == {
        "products/product",
        "products/xco2",
    }


#: What the module of a model is made of; the stacks of networks always need the layers.
MADE_OF = {
    "lstm": {"recurrent"},
    "fluxformer": {"fluxformer_folded", "folded_attention"},
    "bilstm": {"recurrent"},
    "mlp": set(),
    "random_forest": {"flat", "forest_arrays"},
    "extra_trees": {"flat", "forest_arrays"},
    "xgboost": {"flat", "boosted_arrays"},
    "linear_regression": {"flat"},
    "fluxformer_annual": {"fluxformer", "fluxformer_folded", "folded_attention"},
    "xgboost_annual": {"xgboost", "flat", "boosted_arrays"},
}


@pytest.mark.parametrize("model", MODELS)
def test_a_named_model_adds_its_own_module_alone(model: str) -> None:
    path = script("crossvalidate_flux")
    added = names(library_files(path, [model])) - names(library_files(path))
    assert added == {f"models/{name}" for name in {model, *MADE_OF.get(model, ())}}


# --- who does not depend on whom ---------------------------------------------------------------


@pytest.mark.parametrize("wing", ["fluxes", "columns"])
def test_figures_do_not_depend_on_how_models_are_trained(wing: str) -> None:
    rows = figures_of_wing(wing)
    assert len(rows) >= 8
    for row in rows:
        # Entries hold the names and the labels of the models, and train none.
        files = names(library_files(script("plot"), modules=row.modules)) - {"models/entry"}
        allowed = {"evaluation", "figures", "products", f"{wing}/evaluation", f"{wing}/figures"}
        others = rooms_of(files) - allowed
        assert not others, f"{row.stem} reruns for an edit of {others}"


def test_training_does_not_depend_on_how_it_is_judged() -> None:
    rooms = rooms_of(names(library_files(script("crossvalidate_flux"), MODELS, ["gpp"])))
    assert rooms == {"fluxes/features", "fluxes/training", "models", "products", "training"}


def test_reading_depends_on_the_readers_and_not_on_the_simulation() -> None:
    files = names(library_files(script("read_towers")))
    assert {"archives/fluxnet", "archives/site_list", "archives/predictors"} <= files
    assert not [name for name in files if name.startswith(("simulate/", "models/", "training/"))]


# --- how imports are read ----------------------------------------------------------------------


def write(tmp_path: Path, text: str) -> Path:
    """Write a script."""
    path = tmp_path / "made_up.py"
    tmp_path.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "text",
    [
        "import carbonscape.fluxes.features.gaps",
        "import carbonscape.fluxes.features.gaps as gaps, json",
        "from carbonscape.fluxes.features import gaps",
        "from carbonscape.fluxes.features.gaps import *",
        "def late():\n    from carbonscape.fluxes.features import gaps\n",
    ],
)
def test_every_form_of_an_import_is_read(tmp_path: Path, text: str) -> None:
    files = names(library_files(write(tmp_path, text)))
    assert "fluxes/features/gaps" in files
    assert "fluxes/features/windows" not in files


def test_text_that_only_looks_like_an_import_is_not_read(tmp_path: Path) -> None:
    text = '"""import carbonscape.core.grid"""\n# import carbonscape.core.grid\nimport json\n'
    assert library_files(write(tmp_path, text)) == []


def imports_by_ast(text: str) -> set[Path]:
    """Return the files of the library that a text imports, by Python's own parser."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(textwrap.dedent(text))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.update((node.module, *(f"{node.module}.{a.name}" for a in node.names)))
    found = (dependencies._file_of(n) for n in names if n.split(".")[0] == "carbonscape")
    return {path for path in found if path}


def test_imports_are_read_as_python_reads_them():
    """They are found by a pattern, for every parse of the Snakefile asks for all of them."""
    paths = [*sorted(LIBRARY.rglob("*.py")), *SCRIPTS]
    assert len(paths) > 300
    for path in paths:
        expected = imports_by_ast(path.read_text(encoding="utf-8"))
        assert set(dependencies._imported_files(path)) == expected, path


@pytest.mark.parametrize(
    "text",
    [
        "from carbonscape.core.io import sha256\n",
        "def f():\n    from carbonscape.core.io import sha256 as digest, atomic_path\n",
        "from carbonscape.core import (\n    io,  # as jobs, tiles\n    grid as lattice,\n)\n",
        "import carbonscape.core.io as files, os\n",
        "    import carbonscape.core.io, carbonscape.core.grid\n",
        "from carbonscape.core import io, grid  # not jobs\n",
        "from carbonscapes.core import io\nimport carbonscapes\nfromcarbonscape = 1\n",
    ],
)
def test_the_pattern_of_imports_reads_every_form(tmp_path, text):
    path = tmp_path / "some.py"
    path.write_text(text)
    assert set(dependencies._imported_files(path)) == imports_by_ast(text)
