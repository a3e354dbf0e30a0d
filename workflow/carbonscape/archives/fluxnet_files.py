"""Finding FLUXNET files and reading their names.

Only the standard library is imported here: the Snakefile imports this module when it is parsed.

Names (Pastorello et al. 2020, doi:10.1038/s41597-020-0534-3, Table 1, and the FLUXNET shuttle):

- ``FLX_US-Ha1_FLUXNET2015_SUBSET_MM_1991-2012_1-4.csv`` (site version 1, code version 4),
- ``FLX_US-UMB_FLUXNET2015_FULLSET_2007-2017_beta-4.zip`` (no resolution: a zip of all of them),
- ``AMF_CA-Cbo_FLUXNET_SUBSET_MM_1994-2020_3-5.csv`` (AmeriFlux's own releases),
- ``AMF_US-Ha1_FLUXNET_1991-2020_v1.2_r2.zip`` with members
  ``AMF_US-Ha1_FLUXNET_FLUXMET_MM_1991-2020_v1.2_r2.csv`` (shuttle; code 1.2, release 2).
"""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from carbonscape.core.errors import InputError

_NAME = re.compile(
    r"(?P<network>[A-Z][A-Z0-9]*)_(?P<site>[A-Z]{2}-[A-Za-z0-9]{3})_(?P<release>FLUXNET(?:2015)?)"
    r"(?:_(?P<product>[A-Z][A-Z0-9]{2,}))?(?:_(?P<resolution>HH|HR|DD|WW|MM|YY))?"
    r"_(?P<first>\d{4})-(?P<last>\d{4})_"
    r"(?:(?P<site_version>\d+|[A-Za-z]+\d*)-(?P<code_version>\d+)"
    r"|v(?P<shuttle_code>\d+(?:\.\d+)*)_r(?P<shuttle_release>\d+))"
    r"\.(?P<extension>[Cc][Ss][Vv]|[Zz][Ii][Pp])"
)

#: The middle of a monthly file's name, whatever became of the rest.
_MONTHLY_LOOK = re.compile(r"_FLUXNET(2015)?_((SUBSET|FULLSET|FLUXMET)_)?MM[^A-Za-z0-9]")

#: Products whose monthly files hold fluxes; the others are auxiliary (AUXNEE, ERAI, ERA5, …).
_FLUX_PRODUCTS = {"SUBSET", "FULLSET", "FLUXMET", None}

#: What to expect in the folder, for the refusals.
_EXPECTED = (
    "expected the original FLUXNET files with monthly data, loose or zipped, such as "
    "FLX_US-Ha1_FLUXNET2015_SUBSET_MM_1991-2012_1-4.csv or "
    "FLX_US-Ha1_FLUXNET2015_SUBSET_1991-2012_1-4.zip: they need a (free) account and a download "
    "by hand from https://fluxnet.org (data, FLUXNET2015 dataset, SUBSET)"
)


@dataclass(frozen=True)
class TowerFile:
    """What the name of a FLUXNET file says.

    ``product`` and ``resolution`` are None where the name has none (a zip of all resolutions).
    Versions are kept as text: ``1-4`` is site version 1 and code version 4, ``beta-3`` is site
    version beta and code version 3, ``v1.2_r2`` (shuttle) is site version 2 and code version 1.2.
    """

    name: str
    site: str
    release: str
    product: str | None
    resolution: str | None
    first_year: int
    last_year: int
    site_version: str
    code_version: str
    shuttle: bool
    zipped: bool

    @property
    def may_hold_months(self) -> bool:
        """Whether a file of this name can hold monthly fluxes."""
        resolutions = ("MM", None) if self.zipped else ("MM",)
        return self.product in _FLUX_PRODUCTS and self.resolution in resolutions

    @property
    def rank(self) -> tuple:
        """Sort key: of several files of one site, the greatest is used.

        The highest (code version, site version) wins, ``beta`` being older than 1. Shuttle files
        number their versions differently and are not the paper's data, so they serve only where a
        site has no other file. SUBSET goes before FULLSET of the same versions: the columns
        needed are the same, the file is smaller, and the paper's counts were checked on SUBSET.
        A loose file goes before a zip, a zip of months before one of all resolutions.
        """
        return (
            not self.shuttle,
            tuple(int(part) for part in self.code_version.split(".")),
            int(self.site_version) if self.site_version.isdigit() else -1,
            self.last_year - self.first_year,
            self.product != "FULLSET",
            not self.zipped,
            self.resolution == "MM",
        )


def parse_name(name: str) -> TowerFile | None:
    """Return what a file's name says, or None if it is not the name of a FLUXNET file."""
    match = _NAME.fullmatch(name)
    if match is None or match["first"] > match["last"]:
        return None
    return TowerFile(
        name=name,
        site=match["site"],
        release=match["release"],
        product=match["product"],
        resolution=match["resolution"],
        first_year=int(match["first"]),
        last_year=int(match["last"]),
        site_version=match["site_version"] or match["shuttle_release"],
        code_version=match["code_version"] or match["shuttle_code"],
        shuttle=match["shuttle_code"] is not None,
        zipped=match["extension"].lower() == "zip",
    )


def base_name(path: str) -> str:
    """Return the last part of a zip member's path, or '' for folders and hidden files."""
    name = re.split(r"[\\/]", path)[-1]
    return "" if name.startswith(".") or "__MACOSX" in path else name


def refuse_misnamed(name: str, origin: str) -> None:
    """Refuse a CSV that was a monthly FLUXNET file until somebody changed its name.

    To pass over ``… (1).csv`` or ``…_edited.csv`` in silence would lose a tower unnoticed.

    Raises:
        InputError: with the form that the name should have.
    """
    stem, dot, suffix = name.rpartition(".")
    if suffix.lower() == "csv" and _MONTHLY_LOOK.search(stem + dot):
        raise InputError(
            f"{origin}: the name looks like a monthly FLUXNET file, but its site, years and "
            "version cannot be read from it; give the file its original name, such as "
            "FLX_US-Ha1_FLUXNET2015_SUBSET_MM_1991-2012_1-4.csv, or move it elsewhere."
        )


_Key = TypeVar("_Key")


def choose_one_per_site(files: Iterable[tuple[TowerFile, _Key]]) -> dict[str, _Key]:
    """Return for each site, in order of their names, the key of the file to use.

    The choice is by ``TowerFile.rank``, then by file name, then the first one given.
    """
    best: dict[str, tuple[TowerFile, _Key]] = {}
    for file, key in files:
        kept = best.get(file.site)
        if kept is None or (file.rank, file.name) > (kept[0].rank, kept[0].name):
            best[file.site] = (file, key)
    return {site: best[site][1] for site in sorted(best)}


def find_tower_files(folder: str | os.PathLike[str]) -> list[Path]:
    """Return the files to read for the towers in a folder and its subfolders, sorted by path.

    These are one file per site (loose monthly CSV, zip of months or zip of all resolutions; see
    ``TowerFile.rank``) and every zip of another name that holds FLUXNET files or further zips.

    Raises:
        InputError: the folder is absent or not a folder, or holds no FLUXNET file that could
            have monthly data, or a monthly file was renamed beyond recognition.
    """
    folder = Path(folder)
    if not folder.is_dir():
        found = "is a file, not a folder" if folder.exists() else "does not exist"
        raise InputError(f"config key 'towers': the folder {folder} {found}; {_EXPECTED}.")
    named: list[tuple[TowerFile, Path]] = []
    bundles: list[Path] = []
    others = 0
    for path in _walk(folder):
        file = parse_name(path.name)
        if file is not None:
            named.append((file, path))
            others += not file.may_hold_months
        elif path.suffix.lower() == ".zip":
            bundles.extend([path] if _may_be_bundle(path) else [])
        else:
            refuse_misnamed(path.name, str(path))
    usable = [(file, path) for file, path in named if file.may_hold_months]
    chosen = [*choose_one_per_site(usable).values(), *bundles]
    if not chosen:
        found = f"{others} FLUXNET files, none of them monthly" if others else "no FLUXNET file"
        raise InputError(f"config key 'towers': the folder {folder} holds {found}; {_EXPECTED}.")
    return sorted(chosen, key=lambda path: path.relative_to(folder).as_posix())


def _walk(folder: Path) -> list[Path]:
    """Return every visible file below a folder, sorted by its path."""

    def refuse(error: OSError) -> None:
        raise InputError(
            f"config key 'towers': the folder {error.filename} cannot be read ({error.strerror})."
        ) from error

    paths = []
    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        paths += [Path(parent, name) for name in names if base_name(name)]
    return sorted(paths, key=lambda path: path.relative_to(folder).as_posix())


def _may_be_bundle(path: Path) -> bool:
    """Whether a zip of any name lists FLUXNET files or zips; a broken one may (see reader)."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [base_name(name) for name in archive.namelist()]
    except (zipfile.BadZipFile, OSError, ValueError):
        # The reader refuses it by name: a download that broke off must not pass unnoticed.
        return True
    return any(parse_name(name) or name.lower().endswith(".zip") for name in names)


def require_tower_table(folder: str | os.PathLike[str], name: str, *, key: str) -> Path:
    """Return the path of a table beside the tower files.

    Args:
        folder: the towers folder; ``name`` is relative to it, or absolute.
        name: value of the configuration key ``tower_files.<key>``.
        key: ``sites``, ``predictors`` or ``folds``.

    Raises:
        InputError: there is no such file.
    """
    path = Path(folder) / name
    if not path.is_file():
        raise InputError(
            f"{path}: no such file; config key 'tower_files.{key}' must name a table in the "
            f"towers folder (or an absolute path). config/README.md says what it must hold"
            + (", or set the key to 'seed' to deal folds from the seed." if key == "folds" else ".")
        )
    return path
