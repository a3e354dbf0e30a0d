"""Pip pins, conda pins, imports, documents and continuous integration say the same."""

from __future__ import annotations

import functools
import importlib.metadata
import re
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from helpers import source_tree
from helpers.source_tree import PROJECT

ENVIRONMENTS = ("fetch", "science", "torch", "workflow")

#: Names of conda packages that differ from those on PyPI.
CONDA_NAMES = {
    "dask": "dask-core",
    "torch": "pytorch",
    "matplotlib": "matplotlib-base",
    "xgboost": "py-xgboost",
}

#: Builds of the same code under another name, which a person may have installed instead.
OTHER_BUILDS = {"xgboost-cpu": "xgboost"}

#: What a library needs for the way in which we use it, though our code never imports it.
COMPANIONS = {"xarray": "netcdf4", "pandas": "pyarrow"}

#: What Snakemake itself puts before a script, wherever the script runs.
FROM_SNAKEMAKE = "snakemake"

PYTHONS = ("3.11", "3.12", "3.13")


def read(name: str) -> str:
    return (PROJECT / name).read_text(encoding="utf-8")


@functools.cache
def requirements(name: str) -> dict[str, str]:
    """Return the pins of a requirements file: canonical name -> version."""
    pins = {}
    for line in read(name).splitlines():
        text = line.split("#")[0].strip()
        if not text or text.startswith("-r "):
            continue
        match = re.fullmatch(r"([A-Za-z0-9._-]+)==([0-9][0-9a-z.]*)", text)
        assert match, f"{name}: '{line}' is not one exact pin without a local version"
        key = canonicalize_name(match.group(1))
        assert key not in pins, f"{name}: {key} is pinned twice"
        pins[key] = match.group(2)
    assert pins, f"{name} holds no pin"
    return pins


@functools.cache
def conda(name: str) -> dict[str, str]:
    """Return the dependencies of a conda environment: conda name -> what is asked of it."""
    content = yaml.safe_load(read(f"envs/{name}.yaml"))
    found = {}
    for entry in content["dependencies"]:
        package, _, demand = entry.partition(" ")
        assert package not in found, f"envs/{name}.yaml: {package} is there twice"
        found[package] = demand
    return found


def conda_name(distribution: str) -> str:
    return CONDA_NAMES.get(distribution, distribution)


@functools.cache
def distribution_of(top: str) -> str:
    """Return the canonical name of the package on PyPI that provides an import."""
    names = importlib.metadata.packages_distributions().get(top)
    name = canonicalize_name(names[0] if names else top)
    return OTHER_BUILDS.get(name, name)


def third_party(files: set[Path], *, late: bool) -> set[str]:
    """Return the packages that code in ``files`` imports; scripts run all that they say."""
    return {
        distribution_of(entry.top)
        for path in files
        for entry in source_tree.imports_of(path)
        if entry.third_party and (late or not entry.late or "scripts" in path.parts)
    }


def lacking(packages: set[str], environment: str) -> list[str]:
    """Return which of ``packages``, with their companions, a conda environment lacks."""
    needed = packages | {COMPANIONS[name] for name in packages if name in COMPANIONS}
    there = set(conda(environment))
    return sorted(name for name in needed - {FROM_SNAKEMAKE} if conda_name(name) not in there)


# --- pip ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_lock_holds_every_requirement_with_the_same_pin(name: str) -> None:
    lock = requirements("requirements.lock")
    differing = {key: (pin, lock.get(key)) for key, pin in requirements(name).items()}
    differing = {key: pins for key, pins in differing.items() if pins[0] != pins[1]}
    assert not differing, f"{name} and requirements.lock differ: {differing}; run `make lock`"


def test_lock_holds_what_its_packages_need() -> None:
    lock = requirements("requirements.lock")
    missing = set()
    read_from = 0
    for name, version in lock.items():
        try:
            installed = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        if installed.version.split("+")[0] != version:
            continue
        read_from += 1
        for text in installed.requires or []:
            need = Requirement(text)
            if need.marker is not None and not need.marker.evaluate({"extra": ""}):
                continue
            # The CUDA packages are pinned by torch, for the machines that take them.
            if not re.match("nvidia-|cuda-|triton", need.name):
                pin = lock.get(canonicalize_name(need.name))
                if pin is None or not need.specifier.contains(pin, prereleases=True):
                    missing.add(f"{name} needs {need}, locked is {pin}")
    assert read_from > len(lock) / 2, "too few packages of the lock are installed here to judge"
    assert not missing, f"{sorted(missing)}; run `make lock`"


def test_lock_can_be_used_on_any_machine() -> None:
    text = read("requirements.lock")
    pins = [line for line in text.splitlines() if not line.startswith("#")]
    assert "`make lock`" in text.splitlines()[0]
    assert pins == sorted(pins, key=lambda pin: pin.split("==")[0].lower())
    assert not re.search(r"[+@/\\]|--", "\n".join(pins))
    assert not [pin for pin in pins if pin.startswith(("nvidia-", "cuda-", "triton"))]


def test_every_direct_requirement_says_why() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        pins = [line for line in read(name).splitlines() if re.match(r"\w", line)]
        assert pins
        assert not [line for line in pins if not re.search(r"==\S+\s+# \w+", line)]


def test_every_import_is_declared() -> None:
    runtime = set(requirements("requirements.txt"))
    development = runtime | set(requirements("requirements-dev.txt"))
    undeclared = []
    seen = set()
    for folder, declared in (
        ("workflow", runtime),
        ("resources", runtime),
        ("tests", development),
        ("benchmarks", development),
    ):
        files = sorted((PROJECT / folder).rglob("*.py"))
        files = [path for path in files if "raw" not in path.parts]
        files += source_tree.snakefiles() if folder == "workflow" else []
        # Benchmarks share modules that lie beside them.
        beside = {path.stem.replace("_", "-") for path in (PROJECT / "benchmarks").iterdir()}
        for path in files:
            packages = third_party({path}, late=True)
            packages -= beside if folder == "benchmarks" else set()
            seen |= packages
            undeclared += [
                f"{source_tree.relative(path)} imports {name}" for name in packages - declared
            ]
    assert {"numpy", "pandas", "torch", "scikit-learn", "pyyaml", "pytest"} <= seen
    assert not undeclared, f"not in requirements.txt (or -dev for tests): {undeclared}"


# --- conda -------------------------------------------------------------------------------------


def test_there_are_at_most_three_conda_environments() -> None:
    names = tuple(sorted(path.stem for path in (PROJECT / "envs").glob("*.yaml")))
    assert names == ENVIRONMENTS


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_conda_environments_use_open_channels_only(name: str) -> None:
    channels = yaml.safe_load(read(f"envs/{name}.yaml"))["channels"]
    assert channels[0] == "conda-forge"
    assert channels[-1] == "nodefaults"
    assert set(channels) <= {"conda-forge", "bioconda", "nodefaults"}


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_conda_pins_agree_with_the_lock(name: str) -> None:
    lock = {conda_name(key): pin for key, pin in requirements("requirements.lock").items()}
    direct = {conda_name(key) for key in requirements("requirements.txt")}
    pins = {key: demand for key, demand in conda(name).items() if key != "python"}
    assert pins
    for package, demand in pins.items():
        assert package in direct, f"envs/{name}.yaml: {package} is not in requirements.txt"
        # A post release packs the same source again, for PyPI alone.
        version = Version(lock[package]).base_version
        assert demand == f"={version}", f"envs/{name}.yaml: {package}, locked is {lock[package]}"


def test_science_and_torch_differ_by_torch_alone() -> None:
    assert {**conda("science"), "pytorch": conda("torch")["pytorch"]} == conda("torch")


def test_every_rule_names_an_environment_and_every_script_has_a_rule() -> None:
    for rule in source_tree.script_rules():
        assert rule.script.is_file(), f"{rule.name}: no script {rule.script}"
        assert rule.environment is not None, f"{rule.name} names no conda environment"
        assert rule.environment.is_file(), f"{rule.name}: no environment {rule.environment}"
    used = {rule.script for rule in source_tree.script_rules()}
    assert set(source_tree.python_files("workflow/scripts")) == used


def test_every_rule_finds_its_imports_in_its_environment() -> None:
    problems = []
    providers: dict[str, set[str]] = {}
    for rule in source_tree.script_rules():
        environment = rule.environment.stem
        at_start = third_party(source_tree.reached(rule.sources, late=False), late=False)
        missing = lacking(at_start, environment)
        if missing:
            problems.append(f"rule {rule.name}: envs/{environment}.yaml lacks {missing}")
        for package in third_party(source_tree.reached(rule.sources, late=True), late=True):
            providers.setdefault(package, set()).add(environment)
    # An import inside a function may never run in some rules, but it must be able to in one.
    for package, environments in providers.items():
        if all(lacking({package}, environment) for environment in environments):
            problems.append(f"{package} is needed in {environments}, but in none of them")
    assert {"numpy", "pandas"} <= set(providers)
    assert not problems, problems


def test_snakemake_can_read_the_workflow_with_its_own_environment() -> None:
    files = source_tree.reached(source_tree.snakefiles(), late=False)
    packages = third_party(files, late=False)
    assert packages, "the Snakefile was read wrongly: it imports something at least"
    missing = lacking(packages, "workflow")
    assert not missing, f"Snakefile, rules or what they import need {missing}"
    assert "snakemake" in conda("workflow")


# --- versions, documents, continuous integration -----------------------------------------------


def test_python_versions_agree() -> None:
    oldest, newest = PYTHONS[0], PYTHONS[-1]
    after = f"3.{int(newest.split('.')[1]) + 1}"
    for name in ENVIRONMENTS:
        assert conda(name)["python"] == f">={oldest},<{after}"
    makefile = read("Makefile")
    assert re.search(r"^PYTHON_OLDEST := (\S+)$", makefile, re.M).group(1) == oldest
    assert re.search(r"^PYTHON_NEWEST := (\S+)$", makefile, re.M).group(1) == newest
    others = re.search(r"^OTHER_PYTHONS := (.+)$", makefile, re.M).group(1)
    assert others.split() == [f"python{version}" for version in reversed(PYTHONS)]
    assert f'target-version = "py{oldest.replace(".", "")}"' in read("ruff.toml")
    for name in ("README.md", "Makefile"):
        stated = set(re.findall(r"[Pp]ython *(3\.\d+)", read(name)))
        assert stated <= set(PYTHONS), f"{name} speaks of Python {stated - set(PYTHONS)}"
        assert oldest in stated, f"{name} does not say that Python {oldest} is enough"


def test_snakefile_asks_for_no_newer_snakemake_than_is_pinned() -> None:
    asked = re.search(r'^min_version\("([\d.]+)"\)', read("Snakefile"), re.M)
    assert asked, "the Snakefile states no min_version"
    assert Version(asked.group(1)) <= Version(requirements("requirements.txt")["snakemake"])


def test_continuous_integration_runs_make_test_with_the_observed_data() -> None:
    lines = [line.strip() for line in read(".ci/run").splitlines()]
    assert "export CARBONSCAPE_REQUIRE=shared,cluster" in lines
    assert "exec make test" in lines
    assert lines.index("set -euo pipefail") < lines.index("exec make test")
    assert lines[-1] == "exec make test"


@pytest.mark.parametrize("command", ["make demo", "make test"])
def test_readme_names_the_commands(command: str) -> None:
    assert command in read("README.md")
    target = command.split()[1]
    assert re.search(rf"^{target}:", read("Makefile"), re.M), f"no target {target}"
