"""Provenance: what a result was made from, written beside it as run.json."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Iterable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from carbonscape import __version__
from carbonscape.core.io import sha256

_ROOT = Path(__file__).resolve().parents[3]

#: Packages whose version can change a number.
PACKAGES = (
    "numpy",
    "pandas",
    "scikit-learn",
    "scipy",
    "torch",
    "xgboost",
    "xarray",
    "netCDF4",
    "snakemake",
)


def describe_run(
    *,
    config: Any,
    seed: int,
    inputs: Iterable[str | os.PathLike[str]],
    device: str = "cpu",
    outputs: Iterable[str | os.PathLike[str]] = (),
) -> dict[str, Any]:
    """Return the provenance record of a result.

    Args:
        config: the part of the resolved configuration that the result depends on.
        seed: the configuration's seed.
        inputs: data files read, of which the checksums are recorded.
        device: what the numbers were computed on.
        outputs: files written, of which the checksums are recorded for those who read them.
    """
    written = {Path(path).name: sha256(path) for path in sorted(map(str, outputs))}
    return {
        **({"outputs": written} if written else {}),
        "config": config,
        "seed": seed,
        "device": device,
        "inputs": {Path(path).name: sha256(path) for path in sorted(map(str, inputs))},
        **software(),
    }


def versions_of(packages: Iterable[str]) -> dict[str, str]:
    """Return the versions of packages, by name."""
    versions = {}
    for package in packages:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            versions[package] = "not installed"
    return versions


def software() -> dict[str, Any]:
    """Return the versions of everything that can change a number, and the state of the code."""
    return {
        "carbonscape": __version__,
        "git": git_state(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "packages": versions_of(PACKAGES),
    }


def git_state() -> dict[str, Any]:
    """Return the commit of the checkout and whether it has uncommitted changes.

    Both are None outside a git checkout, for example in an unpacked archive.
    """
    commit = _git(["rev-parse", "HEAD"])
    if commit is None:
        return {"commit": None, "dirty": None}
    status = _git(["status", "--porcelain", "--untracked-files=no"])
    return {"commit": commit.strip(), "dirty": bool((status or "").strip())}


def _git(arguments: Sequence[str]) -> str | None:
    """Return the output of a git command, or None if there is no git or no checkout."""
    try:
        done = subprocess.run(
            ["git", "-C", str(_ROOT), *arguments], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout
