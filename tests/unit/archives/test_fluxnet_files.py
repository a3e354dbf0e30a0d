"""Names of FLUXNET files and the choice of one file per site."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from carbonscape.archives import fluxnet_files
from carbonscape.archives.fluxnet_files import (
    choose_one_per_site,
    find_tower_files,
    parse_name,
    unused_tower_files,
)
from carbonscape.core.errors import InputError

SUBSET = "FLX_US-Ha1_FLUXNET2015_SUBSET_MM_1991-2012_1-4.csv"


@pytest.mark.parametrize(
    ("name", "product", "resolution", "site_version", "code_version", "months"),
    [
        (SUBSET, "SUBSET", "MM", "1", "4", True),
        (
            "FLX_US-Ha1_FLUXNET2015_FULLSET_MM_1991-2012_beta-3.csv",
            "FULLSET",
            "MM",
            "beta",
            "3",
            True,
        ),
        ("FLX_US-Ha1_FLUXNET2015_FULLSET_1991-2012_1-4.zip", "FULLSET", None, "1", "4", True),
        ("FLX_US-Ha1_FLUXNET2015_SUBSET_MM_1991-2012_2-4.ZIP", "SUBSET", "MM", "2", "4", True),
        ("AMF_US-Ha1_FLUXNET_SUBSET_MM_1991-2012_3-5.csv", "SUBSET", "MM", "3", "5", True),
        ("AMF_US-Ha1_FLUXNET_1991-2012_v1.2_r2.zip", None, None, "2", "1.2", True),
        ("AMF_US-Ha1_FLUXNET_FLUXMET_MM_1991-2012_v1.2_r2.csv", "FLUXMET", "MM", "2", "1.2", True),
        ("TERN_US-Ha1_FLUXNET_1991-2012_v1.3_rbeta.zip", None, None, "beta", "1.3", True),
        ("AMF_US-Ha1_FLUXNET_ERA5_MM_1991-2012_v1.2_r2.csv", "ERA5", "MM", "2", "1.2", False),
        ("FLX_US-Ha1_FLUXNET2015_ERAI_MM_1991-2012_1-4.csv", "ERAI", "MM", "1", "4", False),
        ("FLX_US-Ha1_FLUXNET2015_AUXNEE_1991-2012_1-4.csv", "AUXNEE", None, "1", "4", False),
        ("FLX_US-Ha1_FLUXNET2015_SUBSET_DD_1991-2012_1-4.csv", "SUBSET", "DD", "1", "4", False),
        ("FLX_US-Ha1_FLUXNET2015_SUBSET_HH_1991-2012_1-4.zip", "SUBSET", "HH", "1", "4", False),
        ("FLX_US-Ha1_FLUXNET2015_SUBSET_1991-2012_1-4.csv", "SUBSET", None, "1", "4", False),
    ],
)
def test_names_are_taken_apart(name, product, resolution, site_version, code_version, months):
    file = parse_name(name)
    assert (file.name, file.site, file.first_year, file.last_year) == (name, "US-Ha1", 1991, 2012)
    assert (file.product, file.resolution) == (product, resolution)
    assert (file.site_version, file.code_version) == (site_version, code_version)
    assert file.may_hold_months is months
    assert file.zipped is name.lower().endswith("zip")


@pytest.mark.parametrize(
    ("name", "resolution", "months"),
    [
        ("ICOSETC_GL-Dsk_ARCHIVE_L2.zip", None, True),
        ("ICOSETC_GL-Dsk_FLUXNET_MM_L2.csv", "MM", True),
        ("ICOSETC_GL-Dsk_FLUXNET_MM_INTERIM_L2.csv", "MM", True),
        ("ICOSETC_GL-Dsk_FLUXNET_HH_L2.csv", "HH", False),
    ],
)
def test_names_of_icos_have_neither_years_nor_version(name, resolution, months):
    file = parse_name(name)
    assert (file.site, file.resolution, file.may_hold_months) == ("GL-Dsk", resolution, months)
    assert (file.first_year, file.last_year, list(file.years)) == (None, None, [])


def test_the_query_of_an_address_is_no_part_of_a_name():
    name = "AMF_AR-Bal_FLUXNET_2012-2013_v1.3_r1.zip"
    assert parse_name(name + "?=fluxnetshuttle").years == parse_name(name).years
    assert parse_name(name + "?=fluxnetshuttle").zipped


@pytest.mark.parametrize(
    "name",
    [
        "sites.csv",
        "FLX_AA-Flx_BIF_LATEST.csv",
        SUBSET + ".part",
        "x" + SUBSET,
        SUBSET.replace("1991-2012", "2012-1991"),
        SUBSET.replace("_1-4", ""),
    ],
)
def test_other_names_are_not_fluxnet(name):
    assert parse_name(name) is None


FULLSET = SUBSET.replace("SUBSET", "FULLSET")
SHUTTLE = "AMF_US-Ha1_FLUXNET_1991-2023_v1.{}_r{}.zip"


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (SUBSET, SUBSET.replace("1-4", "3-3")),  # code version before site version
        (SUBSET.replace("1-4", "2-4"), SUBSET),
        (SUBSET.replace("1-4", "10-4"), SUBSET.replace("1-4", "9-4")),  # as numbers, not text
        (SUBSET, SUBSET.replace("1-4", "beta-4")),
        (SUBSET.replace("1-4", "beta-4"), SUBSET.replace("1-4", "1-3")),
        (FULLSET.replace("1-4", "2-4"), SUBSET),  # version before product
        (SUBSET, FULLSET),
        (SUBSET.replace("2012", "2014"), SUBSET),
        (SUBSET, SUBSET.replace("csv", "zip")),
        (SUBSET.replace("csv", "zip"), SUBSET.replace("_MM", "").replace("csv", "zip")),
        (SUBSET.replace("csv", "zip"), FULLSET),  # product before loose or zipped
        (SUBSET, SHUTTLE.format(2, 2).replace("v1", "v9")),  # not the paper's data
        (SHUTTLE.format(10, 1), SHUTTLE.format(9, 2)),
        (SHUTTLE.format(2, 2), SHUTTLE.format(2, 1)),
        (SHUTTLE.format(2, 1), SHUTTLE.format(2, "beta")),
        (SUBSET, FULLSET.replace("1991-2012_1-4", "1991-2020_beta-3")),  # Warm Winter 2020
        (SUBSET, "ICOSETC_US-Ha1_ARCHIVE_L2.zip"),
        (SHUTTLE.format(2, "beta"), "ICOSETC_US-Ha1_ARCHIVE_L2.zip"),
        ("ICOSETC_US-Ha1_FLUXNET_MM_L2.csv", "ICOSETC_US-Ha1_ARCHIVE_L2.zip"),
    ],
)
def test_the_better_file_of_a_site_is_chosen_in_any_order(better, worse):
    for pair in ([better, worse], [worse, better]):
        assert choose_one_per_site((parse_name(name), name) for name in pair) == {"US-Ha1": better}


def touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")


def test_files_are_found_in_subfolders_one_per_site_and_sorted(tmp_path):
    other = SUBSET.replace("US-Ha1", "AT-Neu")
    touch(
        tmp_path,
        f"z/{other}",
        f"a/b/{SUBSET}",
        FULLSET,
        SUBSET.replace("MM", "DD").replace("US-Ha1", "BE-Bra"),
        "sites.csv",
        f"._{SUBSET.replace('US-Ha1', 'CH-Lae')}",
        f".hidden/{SUBSET.replace('US-Ha1', 'DE-Hai')}",
    )
    found = find_tower_files(str(tmp_path))
    assert found == [tmp_path / "a/b" / SUBSET, tmp_path / "z" / other]


def test_links_to_folders_are_followed_and_circles_end(tmp_path):
    folder = tmp_path / "towers"
    at = SUBSET.replace("US-Ha1", "AT-Neu")
    touch(tmp_path, f"towers/{SUBSET}", f"elsewhere/{at}")
    (folder / "all").symlink_to(tmp_path / "elsewhere")
    (folder / "again").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "up").symlink_to(folder)
    found = find_tower_files(folder)
    assert [path.name for path in found] == [SUBSET, at]
    assert found == find_tower_files(folder)
    assert unused_tower_files(folder) == []


def test_what_looks_like_a_tower_and_is_not_read_has_its_reason(tmp_path):
    at = SUBSET.replace("US-Ha1", "AT-Neu")
    newer = SUBSET.replace("_1991-2012_1-4", "_1989-2015_beta-3")
    touch(
        tmp_path,
        SUBSET,
        newer,
        f"{at}.gz",
        SUBSET.replace("MM", "DD").replace("US-Ha1", "BE-Bra"),
        "ICOSETC_DE-Hai_METEO_L2.csv",
        "README.pdf",
        "sites.csv",
    )
    with zipfile.ZipFile(tmp_path / "AMF_CA-Cbo_BASE-BADM_1-5.zip", "w") as archive:
        archive.writestr("AMF_CA-Cbo_BASE_HH_1-5.csv", b"")
    (tmp_path / f"x{at}").symlink_to(tmp_path / "none")
    unused = {entry.path.name: entry for entry in unused_tower_files(tmp_path)}
    reasons = {name: (entry.site, entry.reason) for name, entry in unused.items()}
    years = "it would have added 1989-1990 and 2013-2015"
    assert reasons == {
        newer: ("US-Ha1", f"{SUBSET} of the same tower is read ({years})"),
        f"{at}.gz": (
            "AT-Neu",
            "not the name of a FLUXNET file that can be read, a CSV of months or a zip; unpack "
            "other archives",
        ),
        SUBSET.replace("MM", "DD").replace("US-Ha1", "BE-Bra"): (
            "BE-Bra",
            "it holds no monthly fluxes, which are needed (MM)",
        ),
        "ICOSETC_DE-Hai_METEO_L2.csv": ("DE-Hai", reasons[f"{at}.gz"][1]),
        "AMF_CA-Cbo_BASE-BADM_1-5.zip": ("CA-Cbo", "the zip holds no FLUXNET file"),
        f"x{at}": ("AT-Neu", "a link to something that is not there"),
    }
    assert [name for name, entry in unused.items() if entry.loser] == [newer]


def test_bundles_are_found_by_what_they_hold(tmp_path):
    for name, member in {
        "csv.zip": f"folder/{SUBSET}",
        "nested.zip": SHUTTLE.format(1, 1),
        "photos.zip": "tower.jpg",
        "mac.zip": f"__MACOSX/._{SUBSET}",
    }.items():
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr(member, b"")
    (tmp_path / "broken.zip").write_bytes(b"PK rubbish")  # refused by name when it is read
    assert [p.name for p in find_tower_files(tmp_path)] == ["broken.zip", "csv.zip", "nested.zip"]


def test_an_absent_folder_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"config key 'towers': the folder .*no does not exist.*"):
        find_tower_files(tmp_path / "no")
    touch(tmp_path, "no")
    with pytest.raises(InputError, match=r"no is a file, not a folder; .*https://fluxnet\.org"):
        find_tower_files(tmp_path / "no")


def test_a_subfolder_that_cannot_be_read_is_refused(tmp_path, monkeypatch):
    """Its towers would be lost unnoticed."""
    touch(tmp_path, SUBSET, f"closed/{SUBSET.replace('US-Ha1', 'AT-Neu')}")
    scandir = os.scandir

    def closed(path):
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    with pytest.raises(InputError, match=r"the folder .*closed cannot be read \(Permission"):
        find_tower_files(tmp_path)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["notes.txt"], "no FLUXNET file"),
        ([SUBSET.replace("MM", "DD"), SUBSET.replace("MM", "YY")], "2 FLUXNET files, none of them"),
    ],
)
def test_a_folder_without_monthly_files_is_refused(tmp_path, names, found):
    touch(tmp_path, *names)
    with pytest.raises(InputError) as refusal:
        find_tower_files(tmp_path)
    for part in ("config key 'towers'", found, SUBSET, "https://fluxnet.org"):
        assert part in str(refusal.value)


@pytest.mark.parametrize(
    "name",
    [
        SUBSET.replace(".csv", " (1).csv"),
        SUBSET.replace(".csv", "_edited.csv"),
        SUBSET.replace("_1991-2012_1-4", ""),
        "ICOSETC_BE-Bra_FLUXNET_MM_L3.csv",
    ],
)
def test_a_renamed_monthly_file_is_not_passed_over_in_silence(tmp_path, name):
    touch(tmp_path, SUBSET.replace("US-Ha1", "AT-Neu"), name)
    with pytest.raises(InputError, match="cannot be read from it; name the file as its") as e:
        find_tower_files(tmp_path)
    assert name in str(e.value)


def test_parsing_the_snakefile_needs_only_the_standard_library():
    """The Snakefile and every cluster job import this module: it must stay light."""
    workflow = Path(fluxnet_files.__file__).parents[2]
    program = (
        f"import sys; sys.path.insert(0, {str(workflow)!r}); "
        "import carbonscape.archives.fluxnet_files; "
        "print([m for m in ('numpy', 'pandas', 'torch', 'xarray') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
