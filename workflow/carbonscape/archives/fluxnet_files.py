"""Finding FLUXNET files and reading their names.

Only the standard library is imported here: the Snakefile imports this module when it is parsed.

Names (Pastorello et al. 2020, doi:10.1038/s41597-020-0534-3, Table 1, and the FLUXNET shuttle):

- ``FLX_US-Ha1_FLUXNET2015_SUBSET_MM_1991-2012_1-4.csv`` (site version 1, code version 4),
- ``FLX_US-UMB_FLUXNET2015_FULLSET_2007-2017_beta-4.zip`` (no resolution: a zip of all of them),
- ``AMF_CA-Cbo_FLUXNET_SUBSET_MM_1994-2020_3-5.csv`` (AmeriFlux's own releases),
- ``AMF_US-Ha1_FLUXNET_1991-2020_v1.2_r2.zip`` with members
  ``AMF_US-Ha1_FLUXNET_FLUXMET_MM_1991-2020_v1.2_r2.csv`` (shuttle; code 1.2, release 2; also
  ``rbeta``, and with what a server adds behind the name, ``.zip?=fluxnetshuttle``),
- ``ICOSETC_GL-Dsk_ARCHIVE_L2.zip`` with members ``ICOSETC_GL-Dsk_FLUXNET_MM_L2.csv`` (the ICOS
  Carbon Portal: neither years nor a version).
"""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from carbonscape.archives.tower_folders import base_name, walk_folder
from carbonscape.core.errors import InputError
from carbonscape.core.plain_files import no_file, require_file
from carbonscape.core.zip_files import open_zip

_NAME = re.compile(
    r"(?P<network>[A-Z][A-Z0-9]*)_(?P<site>[A-Z]{2}-[A-Za-z0-9]{3})_(?P<release>FLUXNET(?:2015)?)"
    r"(?:_(?P<product>[A-Z][A-Z0-9]{2,}))?(?:_(?P<resolution>HH|HR|DD|WW|MM|YY))?"
    r"_(?P<first>\d{4})-(?P<last>\d{4})_"
    r"(?:(?P<site_version>\d+|[A-Za-z]+\d*)-(?P<code_version>\d+)"
    r"|v(?P<shuttle_code>\d+(?:\.\d+)*)_r(?P<shuttle_release>\d+|[A-Za-z]+\d*))"
    r"\.(?P<extension>[Cc][Ss][Vv]|[Zz][Ii][Pp])"
)

#: Level 2 of the ICOS Carbon Portal: the archive of a station, and its members in FLUXNET form.
_ICOS_NAME = re.compile(
    r"ICOSETC_(?P<site>[A-Z]{2}-[A-Za-z0-9]{3})"
    r"_(?:ARCHIVE|FLUXNET_(?P<resolution>HH|HR|DD|WW|MM|YY))(?:_INTERIM)?_L2"
    r"\.(?P<extension>[Cc][Ss][Vv]|[Zz][Ii][Pp])"
)

#: The middle of a monthly file's name, whatever became of the rest.
_MONTHLY_LOOK = re.compile(r"_FLUXNET(2015)?_((SUBSET|FULLSET|FLUXMET)_)?MM[^A-Za-z0-9]")

#: A name that may be that of tower data, and the site in it.
_TOWER_LOOK = re.compile(
    r"(?=.*(?:FLUXNET|FLUXMET|FLUXES|ARCHIVE|SUBSET|FULLSET|BASE|FLX_|AMF_|ICOSETC_))"
    r".*?(?<![A-Za-z0-9])(?P<site>[A-Z]{2}-[A-Za-z0-9]{3})(?![A-Za-z0-9])",
    re.DOTALL,
)

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

    ``product`` and ``resolution`` are None where the name has none (a zip of all resolutions),
    ``first_year`` and ``last_year`` in the archives of ICOS, whose names have no years.
    Versions are kept as text: ``1-4`` is site version 1 and code version 4, ``beta-3`` is site
    version beta and code version 3, ``v1.2_r2`` (shuttle) is site version 2 and code version 1.2.
    ``numbering`` says whose versions they are: ``fluxnet2015``, ``shuttle`` or ``icos``.
    """

    name: str
    site: str
    release: str
    product: str | None
    resolution: str | None
    first_year: int | None
    last_year: int | None
    site_version: str
    code_version: str
    numbering: str
    zipped: bool

    @property
    def may_hold_months(self) -> bool:
        """Whether a file of this name can hold monthly fluxes."""
        resolutions = ("MM", None) if self.zipped else ("MM",)
        return self.product in _FLUX_PRODUCTS and self.resolution in resolutions

    @property
    def rank(self) -> tuple:
        """Sort key: of several files of one site, the greatest is used.

        Files numbered as FLUXNET2015 come first: they are the paper's data, and the releases
        after it that carry its numbers (Warm Winter 2020 and Drought 2018: ``beta-3``; AmeriFlux:
        ``3-5``). Shuttle releases serve where a site has none of these, ICOS archives where it has
        neither. Of one numbering the highest (code version, site version) wins, ``beta`` being
        older than 1. SUBSET goes before FULLSET of the same versions: the columns needed are the
        same, the file is smaller, and the paper's counts were checked on SUBSET. A loose file goes
        before a zip, a zip of months before one of all resolutions.
        """
        return (
            -("fluxnet2015", "shuttle", "icos").index(self.numbering),
            tuple(int(part) for part in self.code_version.split(".")),
            int(self.site_version) if self.site_version.isdigit() else -1,
            len(self.years),
            self.product != "FULLSET",
            not self.zipped,
            self.resolution == "MM",
        )

    @property
    def years(self) -> range:
        """The years of the name; none where it has none."""
        if self.first_year is None or self.last_year is None:
            return range(0)
        return range(self.first_year, self.last_year + 1)

    def lost_to(self, winner: TowerFile) -> str:
        """Return why this file of a tower is not read, with the years that it would have added."""
        if not self.years:
            more = "its own years are not in its name"
        else:
            added = [year for year in self.years if winner.years and year not in winner.years]
            more = f"it would have added {_spans(added)}" if added else "it would add no year"
        return f"{winner.name} of the same tower is read ({more})"


def _spans(years: Iterable[int]) -> str:
    """Return years as text, such as '1996-1999 and 2015-2020'."""
    spans: list[list[int]] = []
    for year in sorted(years):
        if spans and year == spans[-1][-1] + 1:
            spans[-1][1:] = [year]
        else:
            spans.append([year])
    return " and ".join("-".join(map(str, span)) for span in spans)


def parse_name(name: str) -> TowerFile | None:
    """Return what a file's name says, or None if it is not the name of a FLUXNET file.

    What follows a question mark is the query of the address that a file was fetched from.
    """
    bare = name.split("?")[0]
    icos = _ICOS_NAME.fullmatch(bare)
    if icos is not None:
        return TowerFile(
            name=name,
            site=icos["site"],
            release="ICOS L2",
            product=None,
            resolution=icos["resolution"],
            first_year=None,
            last_year=None,
            site_version="",
            code_version="0",
            numbering="icos",
            zipped=icos["extension"].lower() == "zip",
        )
    match = _NAME.fullmatch(bare)
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
        numbering="shuttle" if match["shuttle_code"] is not None else "fluxnet2015",
        zipped=match["extension"].lower() == "zip",
    )


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
            "version cannot be read from it; name the file as its origin does, such as "
            "FLX_US-Ha1_FLUXNET2015_SUBSET_MM_1991-2012_1-4.csv or "
            "ICOSETC_GL-Dsk_FLUXNET_MM_L2.csv, or move it elsewhere."
        )


_Key = TypeVar("_Key")


def choose_one_per_site(files: Iterable[tuple[TowerFile, _Key]]) -> dict[str, _Key]:
    """Return for each site, in order of their names, the key of the file to use.

    The choice is by ``TowerFile.rank``, then by file name, then the first one given.
    """
    return {site: key for site, (_, key) in _best(files).items()}


def _best(files: Iterable[tuple[TowerFile, _Key]]) -> dict[str, tuple[TowerFile, _Key]]:
    """Return for each site, in order of their names, the file to use and its key."""
    best: dict[str, tuple[TowerFile, _Key]] = {}
    for file, key in files:
        kept = best.get(file.site)
        if kept is None or (file.rank, file.name) > (kept[0].rank, kept[0].name):
            best[file.site] = (file, key)
    return {site: best[site] for site in sorted(best)}


def losers(files: Iterable[tuple[TowerFile, _Key]]) -> list[tuple[TowerFile, _Key, str]]:
    """Return each file that ``choose_one_per_site`` passes over, its key, and why.

    A key that is given twice is one file.
    """
    given = list({key: (file, key) for file, key in files}.values())
    best = _best(given)
    return [
        (file, key, file.lost_to(best[file.site][0]))
        for file, key in given
        if key != best[file.site][1]
    ]


@dataclass(frozen=True)
class UnusedFile:
    """A file of the towers folder that looks like tower data and is not read.

    Attributes:
        path: where it is.
        site: the tower that its name says, or None.
        reason: why it is not read.
        loser: whether another file of the same tower is read in its place.
    """

    path: Path
    site: str | None
    reason: str
    loser: bool = False


@dataclass(frozen=True)
class _Folder:
    """What a towers folder holds."""

    named: list[tuple[TowerFile, Path]]
    bundles: list[Path]
    others: list[UnusedFile]

    @property
    def usable(self) -> list[tuple[TowerFile, Path]]:
        """The files that may hold months."""
        return [(file, path) for file, path in self.named if file.may_hold_months]


def find_tower_files(folder: str | os.PathLike[str]) -> list[Path]:
    """Return the files to read for the towers in a folder and its subfolders, sorted by path.

    These are one file per site (loose monthly CSV, zip of months or zip of all resolutions; see
    ``TowerFile.rank``) and every zip of another name that holds FLUXNET files or further zips.
    Links to folders are followed.

    Raises:
        InputError: the folder is absent or not a folder, or holds no FLUXNET file that could
            have monthly data, or a monthly file was renamed beyond recognition.
    """
    folder = Path(folder)
    if not folder.is_dir():
        found = "is a file, not a folder" if folder.exists() else "does not exist"
        raise InputError(f"config key 'towers': the folder {folder} {found}; {_EXPECTED}.")
    held = _look_into(folder)
    chosen = [*choose_one_per_site(held.usable).values(), *held.bundles]
    if not chosen:
        found = "no FLUXNET file"
        if held.named:
            found = f"{len(held.named)} FLUXNET files, none of them monthly"
        raise InputError(f"config key 'towers': the folder {folder} holds {found}; {_EXPECTED}.")
    return sorted(chosen, key=lambda path: path.relative_to(folder).as_posix())


def unused_tower_files(folder: str | os.PathLike[str]) -> list[UnusedFile]:
    """Return the files of a towers folder that look like tower data and are not read, in order.

    Raises:
        InputError: as of :func:`find_tower_files`.
    """
    held = _look_into(Path(folder))
    unused = [
        UnusedFile(path, file.site, reason, loser=True)
        for file, path, reason in losers(held.usable)
    ]
    unused += [
        UnusedFile(path, file.site, "it holds no monthly fluxes, which are needed (MM)")
        for file, path in held.named
        if not file.may_hold_months
    ]
    return sorted([*unused, *held.others], key=lambda entry: str(entry.path))


def _look_into(folder: Path) -> _Folder:
    """Sort the files of a towers folder by what their names say."""
    held = _Folder([], [], [])
    folders: list[Path] = []
    for path in walk_folder(folder):
        file = parse_name(path.name)
        look = _TOWER_LOOK.match(path.name)
        site = look["site"] if look else None
        if why := no_file(path):
            if path.is_dir():
                folders.append(path)
                continue
            if file is not None and file.may_hold_months:
                # To pass over a tower because its disk is not mounted would lose it unnoticed.
                require_file(path)
            reason = "a link to something that is not there" if path.is_symlink() else why
            held.others.append(UnusedFile(path, site, reason))
        elif file is not None:
            held.named.append((file, path))
        elif path.suffix.lower() == ".zip":
            if _may_be_bundle(path):
                held.bundles.append(path)
            elif look:
                held.others.append(UnusedFile(path, site, "the zip holds no FLUXNET file"))
        else:
            refuse_misnamed(path.name, str(path))
            if look:
                reason = (
                    "not the name of a FLUXNET file that can be read, a CSV of months or a zip; "
                    "unpack other archives"
                )
                held.others.append(UnusedFile(path, site, reason))
    for path in folders:
        # An unpacked archive may keep its name: then its files were found.
        if parse_name(path.name) and not any(path in inside.parents for _, inside in held.named):
            require_file(path)
    return held


def _may_be_bundle(path: Path) -> bool:
    """Whether a zip of any name lists FLUXNET files or zips; a broken one may (see reader)."""
    try:
        with path.open("rb") as stream:
            archive = open_zip(stream, origin=str(path), remedy="take it out of the folder")
            names = [base_name(name) for name in archive.namelist()]
    except (zipfile.BadZipFile, OSError, ValueError):
        # The reader refuses it by name: a download that broke off must not pass unnoticed.
        return True
    return any(
        parse_name(name) or _MONTHLY_LOOK.search(name) or name.lower().endswith(".zip")
        for name in names
    )


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
    if no_file(path) not in ("", "no such file"):
        require_file(path)
    if not path.is_file():
        raise InputError(
            f"{path}: no such file; config key 'tower_files.{key}' must name a table in the "
            f"towers folder (or an absolute path). config/README.md says what it must hold"
            + (", or set the key to 'seed' to deal folds from the seed." if key == "folds" else ".")
        )
    return path
