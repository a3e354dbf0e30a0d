"""Bad inputs of the towers: FLUXNET files, and the tables beside them."""

from __future__ import annotations

import gzip
import struct
import zipfile
from functools import partial
from pathlib import Path

from carbonscape.archives.fluxnet import read_towers
from carbonscape.archives.fluxnet_files import find_tower_files, require_tower_table
from carbonscape.archives.predictors import read_predictors
from carbonscape.archives.site_list import read_site_list
from carbonscape.fluxes.training.folds import read_folds
from helpers.bad_inputs import Bad, odd, put, zipped

NAME = "FLX_AA-One_FLUXNET2015_SUBSET_MM_2001-2002_1-4"
HEADER = "TIMESTAMP,NEE_VUT_REF,NEE_VUT_REF_QC,RECO_NT_VUT_REF,GPP_DT_VUT_REF,GPP_NT_VUT_REF,P"
MONTHS = [f"{year}{month:02d}" for year in (2001, 2002) for month in range(1, 13)]
ROWS = [f"{month},-1.5,0.9,2.5,4.25,4,1" for month in MONTHS]
GOOD = "\n".join([HEADER, *ROWS]) + "\n"

SITES = "site,lat,lon,igbp,koppen\nUS-Ha1,42.5,-72.2,DBF,Dfb\nDE-Tha,51,13.6,ENF,Cfb\n"
PREDICTORS = "site,year,month,T2M\nUS-Ha1,2001,1,270.5\nUS-Ha1,2001,2,271.5\n"
FOLDS = "site,split_0\nUS-Ha1,0\nDE-Tha,1\n"


def folder_of(kind: str, name: str, folder: Path):
    put(folder / f"{NAME}.csv", GOOD)
    odd(folder / name, kind)
    find_tower_files(folder)


def tower(content: bytes | str, folder: Path, *, name: str = f"{NAME}.csv"):
    read_towers([put(folder / name, content)])


def changed(old: str, new: str, folder: Path):
    assert old in GOOD, old
    tower(GOOD.replace(old, new, 1), folder)


def inside(folder: Path, content: bytes):
    tower(content, folder, name=f"{NAME.replace('_MM', '')}.zip")


def rows_of_zip(folder: Path):
    rows = (HEADER + "\n").encode() + (ROWS[0] + "\n").encode() * 3_500_000
    inside(folder, zipped({f"{NAME}.csv": rows}))


def encrypted(folder: Path):
    content = bytearray(zipped({f"{NAME}.csv": GOOD.encode()}))
    content[6] |= 1
    at = content.rindex(b"PK\x01\x02")
    content[at + 8 : at + 10] = struct.pack("<H", 1)
    inside(folder, bytes(content))


def nested(folder: Path):
    content = GOOD.encode()
    for number in range(5):
        content = zipped({f"inner{number}.zip" if number else f"{NAME}.csv": content})
    tower(content, folder, name="towers.zip")


def sites(content: str, folder: Path):
    read_site_list(put(folder / "sites.csv", content))


def predictors(content: str, folder: Path):
    read_predictors(put(folder / "predictors_monthly.csv", content))


def packed(folder: Path, *, size: int, share: float = 1.0):
    path = folder / "predictors_monthly.csv.gz"
    content = gzip.compress(b"US-Ha1,2001,1,270.5\n" * size, 1)
    read_predictors(put(path, content[: int(share * len(content))]))


def folds(content: str, folder: Path, *, n_folds: int = 2, split: int = 0):
    path = put(folder / "folds.csv", content)
    read_folds(path, sites=["US-Ha1", "DE-Tha"], n_folds=n_folds, split=split)


def _files() -> list[Bad]:
    """What is no file, or none of a tower."""
    kind = "Towers: files"
    found = [
        ("the folder is absent", lambda folder: find_tower_files(folder / "towers")),
        ("the folder is a file", lambda folder: find_tower_files(put(folder / "towers", ""))),
        ("the folder is empty", find_tower_files),
        *(
            (f"{words} under the name of a tower's file", partial(folder_of, odd_kind, name))
            for odd_kind, words, name in (
                ("folder", "a folder", "FLX_DE-Tha_FLUXNET2015_SUBSET_1996-2014_1-4.zip"),
                ("pipe", "a pipe", "FLX_DE-Tha_FLUXNET2015_SUBSET_MM_1996-2014_1-4.csv"),
                ("socket", "a socket", "FLX_DE-Tha_FLUXNET2015_SUBSET_MM_1996-2014_1-4.csv"),
                ("device", "a link to /dev/zero",
                 "FLX_DE-Tha_FLUXNET2015_SUBSET_1996-2014_1-4.zip"),
                ("nowhere", "a link that leads nowhere",
                 "FLX_DE-Tha_FLUXNET2015_SUBSET_MM_1996-2014_1-4.csv"),
                ("circle", "a link to itself", "FLX_DE-Tha_FLUXNET2015_SUBSET_1996-2014_1-4.zip"),
            )
        ),
        (
            "a second download, renamed by a browser",
            lambda folder: find_tower_files(put(folder / f"{NAME} (1).csv", GOOD).parent),
        ),
    ]  # fmt: skip
    return [Bad(kind, what, "read_towers", run) for what, run in found]


def _zips() -> list[Bad]:
    """ZIP archives."""
    whole = zipped({f"{NAME}.csv": GOOD.encode()})
    found = [
        ("0.1 MB that hold 100 MB of rows", rows_of_zip),
        (
            "zeros, packed 1,000 to 1",
            lambda folder: inside(folder, zipped({f"{NAME}.csv": bytes(30_000_000)})),
        ),
        ("zips in zips in zips in zips", nested),
        ("cut short", lambda folder: inside(folder, whole[: len(whole) // 2])),
        ("encrypted", encrypted),
        (
            "packed with bzip2",
            lambda folder: inside(
                folder, zipped({f"{NAME}.csv": GOOD.encode()}, zipfile.ZIP_BZIP2)
            ),
        ),
        ("without monthly data", lambda folder: inside(folder, zipped({"readme.txt": b"x"}))),
    ]
    return [Bad("Towers: zips", what, "read_towers", run) for what, run in found]


def _rows() -> list[Bad]:
    """Rows and columns of a monthly file."""
    found = [
        ("empty", partial(tower, "")),
        ("a header alone", partial(tower, HEADER + "\n")),
        ("UTF-16", partial(tower, GOOD.encode("utf-16"))),
        ("binary data", partial(tower, GOOD.replace("200105", "\0\0\0"))),
        ("one line of 30 MB", partial(tower, "x" * 30_000_000)),
        ("100,000 columns", partial(tower, ",".join(f"c{n}" for n in range(100_000)))),
        ("more lines than months", partial(tower, HEADER + "\n" + (ROWS[0] + "\n") * 5000)),
        ("semicolons between columns", partial(tower, GOOD.replace(",", ";"))),
        ("a column is absent", partial(changed, "NEE_VUT_REF_QC", "QC")),
        ("a column stands there twice", partial(changed, ",P\n", ",NEE_VUT_REF\n")),
        ("text in place of a number", partial(changed, "-1.5", "none")),
        ("a month twice", partial(changed, "200103", "200102")),
        ("a month is absent", partial(changed, ROWS[5] + "\n", "")),
        ("cut short in the middle of a line", partial(tower, GOOD[:300])),
        ("years that are not those of the name", partial(tower, GOOD.replace("2001", "2000"))),
        ("missing values as 9999", partial(changed, ",4,1", ",9999,1")),
        ("totals of a month in place of means", partial(changed, ",4,1", ",124,1")),
        ("quality in percent", partial(changed, "0.9", "90")),
    ]
    return [Bad("Towers: rows", what, "read_towers", run) for what, run in found]


def _tables() -> list[Bad]:
    """The tables beside the tower files."""
    reader = partial(require_tower_table, key="sites")
    found = [
        ("the site list is absent", "read_towers", lambda folder: reader(folder, "sites.csv")),
        (
            "the site list is a pipe",
            "read_towers",
            lambda folder: reader(odd(folder / "sites.csv", "pipe").parent, "sites.csv"),
        ),
        ("tabs between columns", "read_towers", partial(sites, SITES.replace(",", "\t"))),
        ("a decimal comma", "read_towers", partial(sites, SITES.replace("42.5", '"42,5"'))),
        ("a latitude of 95", "read_towers", partial(sites, SITES.replace("42.5", "95"))),
        ("an unknown IGBP class", "read_towers", partial(sites, SITES.replace("DBF", "FOREST"))),
        ("an unknown climate", "read_towers", partial(sites, SITES.replace("Dfb", "D"))),
        ("a site twice", "read_towers", partial(sites, SITES.replace("DE-Tha", "US-Ha1"))),
        (
            "a column of predictors that nobody knows",
            "read_towers",
            partial(predictors, PREDICTORS.replace("T2M", "TA_F")),
        ),
        (
            "temperatures in degrees Celsius",
            "read_towers",
            partial(predictors, PREDICTORS.replace("270.5", "-2.6")),
        ),
        ("0.7 MB of gzip that hold 140 MB", "read_towers", partial(packed, size=7_000_000)),
        ("gzip cut short", "read_towers", partial(packed, size=5000, share=0.5)),
        ("a split that the folds lack", "split_sites", partial(folds, FOLDS, split=3)),
        ("another number of folds", "split_sites", partial(folds, FOLDS, n_folds=5)),
        ("a site without a fold", "split_sites", partial(folds, FOLDS.replace("DE-Tha", "AT-Neu"))),
    ]
    return [Bad("Towers: tables", *row) for row in found]


def rows() -> list[Bad]:
    """Return all bad inputs of this module."""
    return [*_files(), *_zips(), *_rows(), *_tables()]
