"""Reading monthly FLUXNET files, and every refusal of a damaged one."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from carbonscape.archives.fluxnet import (
    BOUNDS,
    FLUX_COLUMNS,
    read_towers,
    state_unread_sites,
    state_unused,
)
from carbonscape.archives.tables import TOWER_ARCHIVE
from carbonscape.core import findings
from carbonscape.core.errors import InputError

NAME = "FLX_AA-One_FLUXNET2015_SUBSET_MM_2001-2002_1-4.csv"
# The order of the columns differs between FLUXNET files: only the names count.
HEADER = (
    "TIMESTAMP,TA_F,NEE_VUT_REF,NEE_VUT_REF_QC,RECO_NT_VUT_REF,GPP_DT_VUT_REF,GPP_NT_VUT_REF,P_F"
)


def lines(first: int = 2001, last: int = 2002) -> list[str]:
    """A header and one line a month, the fluxes of January 2001 being -1.5, 2.5, 4.25 and 4."""
    return [HEADER] + [
        f"{year}{month:02d},20.1,-{month}.5,0.9,{month + 1}.5,{month + 3}.25,{month + 3},-9999"
        for year in range(first, last + 1)
        for month in range(1, 13)
    ]


def content(rows: list[str]) -> bytes:
    return ("\n".join(rows) + "\n").encode()


def zipped(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def write(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_values_land_in_their_columns(tmp_path):
    rows = lines()
    rows[2] = "200102,20.1,-9999,-9999,-9999.0,5,-9999.000,1"
    table = read_towers([write(tmp_path, NAME, content(rows))])
    assert list(table.columns) == TOWER_ARCHIVE.names
    assert len(table) == 24
    assert table.iloc[0].to_dict() == {
        "site": "AA-One", "year": 2001, "month": 1, "gpp_nt": 4.0, "gpp_dt": 4.25, "reco_nt": 2.5,
        "nee": -1.5, "qc": 0.9, "file": NAME,
    }  # fmt: skip
    assert table.loc[1, ["gpp_nt", "reco_nt", "nee", "qc"]].isna().all()
    assert table.loc[1, "gpp_dt"] == 5
    assert table.iloc[23][["year", "month", "nee"]].to_list() == [2002, 12, -12.5]


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + content(lines()),
        content(lines()).replace(b"\n", b"\r\n"),
        content(lines()) + b"\n\n",
        content(lines()).removesuffix(b"\n"),  # the last column is not one that is needed
        content(lines()).replace(b",20.1,", b',"20.1",'),
    ],
    ids=["byte-order mark", "Windows line ends", "blank lines", "no last line end", "quotes"],
)
def test_harmless_variants_read_alike(tmp_path, data):
    plain = read_towers([write(tmp_path, NAME, content(lines()))])
    pd.testing.assert_frame_equal(read_towers([write(tmp_path, NAME, data)]), plain)


TOWER_ZIP = NAME.replace("_MM", "").replace("csv", "zip")
DAILY = NAME.replace("MM", "DD")
SHUTTLE = "AMF_AA-One_FLUXNET_2001-2002_v1.2_r2.zip"
FLUXMET = "AMF_AA-One_FLUXNET_FLUXMET_MM_2001-2002_v1.2_r2.csv"


@pytest.mark.parametrize(
    ("name", "members"),
    [
        (NAME.replace("csv", "zip"), {NAME: content(lines())}),
        (TOWER_ZIP, {DAILY: b"daily", NAME: content(lines()), "README.txt": b"x"}),
        (TOWER_ZIP, {f"folder/{NAME}": content(lines()), f"__MACOSX/._{NAME}": b"\0"}),
        (TOWER_ZIP, {f"folder\\{NAME}": content(lines())}),
        ("bundle.zip", {NAME: content(lines())}),
        ("bundle.zip", {TOWER_ZIP: zipped({NAME: content(lines())})}),
        ("outer.zip", {"inner.zip": zipped({TOWER_ZIP: zipped({NAME: content(lines())})})}),
        (SHUTTLE, {FLUXMET: content(lines()), FLUXMET.replace("FLUXMET", "ERA5"): b"era"}),
    ],
)
def test_zips_read_like_loose_files(tmp_path, name, members):
    loose = read_towers([write(tmp_path, NAME, content(lines()))]).drop(columns="file")
    table = read_towers([write(tmp_path, name, zipped(members))])
    pd.testing.assert_frame_equal(table.drop(columns="file"), loose)
    assert set(table["file"]) == {FLUXMET if name == SHUTTLE else NAME}


def test_one_file_of_a_site_is_read_wherever_it_is(tmp_path):
    old = content([row.replace(",0.9,", ",0.1,") for row in lines()])
    other = NAME.replace("AA-One", "AA-Abc")
    files = [
        write(tmp_path, NAME.replace("1-4", "1-3"), old),
        write(tmp_path, "bundle.zip", zipped({NAME: content(lines()), other: old})),
    ]
    table = read_towers([*files, *files])
    assert table["site"].unique().tolist() == ["AA-Abc", "AA-One"]
    assert table.groupby("site")["qc"].first().to_list() == [0.1, 0.9]
    assert len(table) == 48


def changed(number: int, old: str, new: str) -> bytes:
    """The file with one replacement on the line of this number."""
    rows = lines()
    assert old in rows[number - 1]
    rows[number - 1] = rows[number - 1].replace(old, new, 1)
    return content(rows)


def swapped() -> bytes:
    rows = lines()
    rows[4], rows[5] = rows[5], rows[4]
    return content(rows)


@pytest.mark.parametrize(
    ("data", "parts"),
    [
        (changed(1, "NEE_VUT_REF_QC", "QC"), ["line 1", "no column NEE_VUT_REF_QC", "TA_F"]),
        (changed(1, "NEE_VUT_REF,", "NEE,"), ["line 1", "no column NEE_VUT_REF "]),
        (changed(1, "GPP_NT_VUT_REF", "GPP"), ["line 1", "no column GPP_NT_VUT_REF"]),
        (changed(1, "GPP_DT_VUT_REF", "GPP"), ["line 1", "no column GPP_DT_VUT_REF"]),
        (changed(1, "RECO_NT_VUT_REF", "R"), ["line 1", "no column RECO_NT_VUT_REF"]),
        (changed(1, "TIMESTAMP", "DATE"), ["line 1", "no column TIMESTAMP"]),
        (changed(1, "TA_F", "NEE_VUT_REF"), ["line 1", "'NEE_VUT_REF' stands there twice"]),
        (changed(3, "-2.5", "abc"), ["line 3, column NEE_VUT_REF:", "'abc'", "expected a number"]),
        (changed(3, "-2.5", ""), ["line 3, column NEE_VUT_REF:", "found ''", "value is -9999"]),
        (changed(3, "-2.5", "nan"), ["column NEE_VUT_REF:", "found 'nan'", "value is -9999"]),
        (changed(3, "-2.5", "1e999"), ["line 3, column NEE_VUT_REF:", "found '1e999'"]),
        (changed(3, "5.25", "5_25"), ["line 3, column GPP_DT_VUT_REF:", "found '5_25'"]),
        (changed(5, ",0.9,", ",1.01,"), ["line 5, column NEE_VUT_REF_QC", "found 1.01", "0 to 1"]),
        (changed(5, ",0.9,", ",-0.1,"), ["line 5, column NEE_VUT_REF_QC", "found -0.1", "0 to 1"]),
        (changed(4, "200103", "20010301"), ["line 4, column TIMESTAMP", "'20010301'", "YYYYMM"]),
        (changed(4, "200103", "200113"), ["line 4, column TIMESTAMP", "'200113'", "YYYYMM"]),
        (changed(4, "200103", "200102"), ["line 4", "month 200102 is doubled", "line 3"]),
        (swapped(), ["line 6, column TIMESTAMP", "unordered (200104 after 200105)"]),
        (content(lines()[:5] + lines()[7:]), ["line 6", "absent between 200104 and 200107"]),
        (content(lines())[:-21], ["line 25", "4 fields, expected the 8", "cut short"]),
        (changed(9, ",20.1", ",20,1"), ["line 9", "9 fields, expected the 8", "damaged"]),
        (content(lines()[:-1]), ["line 24", "rows end in 200211", "2001-2002", "cut short"]),
        (content(lines()[:1] + lines()[2:]), ["line 2", "rows begin in 200102", "cut short"]),
        (content(lines(2000, 2002)), ["line 2", "rows begin in 200001", "renamed or merged"]),
        (content(lines(2001, 2003)), ["line 37", "rows end in 200312", "renamed or merged"]),
        (b"", ["the file is empty"]),
        (b" \n\n", ["the file is empty"]),
        (content(lines()[:1]), ["header without any row"]),
        (HEADER[:30].encode(), ["header without any row"]),
        (content(lines()[:3]) + b"\xff\xfe", ["line 4", "not UTF-8"]),
        (content(lines()[:3]) + b"\0\0\0", ["line 4", "binary data"]),
    ],
)  # fmt: skip
def test_a_damaged_file_is_refused(tmp_path, data, parts):
    path = write(tmp_path, NAME, data)
    with pytest.raises(InputError) as refusal:
        read_towers([path])
    sentence = str(refusal.value)
    assert sentence.startswith(str(path))
    assert "download it again" in sentence or "a missing value is -9999" in sentence
    assert [part for part in parts if part not in sentence] == [], sentence


@pytest.mark.parametrize("mark", ["-9999.9", "-9999.99", "9999", "-999", "-99999", "-99", "1e20"])
@pytest.mark.parametrize("name", sorted(BOUNDS))
def test_other_marks_of_missing_values_are_refused(tmp_path, name, mark):
    table = pd.read_csv(io.BytesIO(content(lines())), dtype=str)
    table.loc[4, FLUX_COLUMNS[name]] = mark
    path = write(tmp_path, NAME, table.to_csv(index=False).encode())
    with pytest.raises(InputError) as refusal:
        read_towers([path])
    where = f"{path}, line 6, column {FLUX_COLUMNS[name]}: found {mark}, expected a mean of"
    assert str(refusal.value).startswith(where)
    assert str(refusal.value).endswith(
        "; a missing value is -9999 in FLUXNET files: write it so where this stands for one."
    )


@pytest.mark.parametrize("value", ["36", "-16", "410.5"])
def test_a_flux_that_no_month_has_is_taken_for_another_unit(tmp_path, value):
    with pytest.raises(InputError, match="monthly files hold the mean of the days: divide totals"):
        read_towers([write(tmp_path, NAME, changed(3, "5.25", value))])


def stated(*paths, **options):
    with findings.collected() as found:
        table = read_towers(paths, **options)
    return table, [(f.kind, f.outcome, f.item, f.reason) for f in found]


def test_towers_and_files_are_stated_as_used(tmp_path):
    path = write(tmp_path, NAME, content(lines()))
    _, found = stated(path)
    assert found == [("file", "used", str(path), ""), ("tower", "used", "AA-One", "")]


def test_every_file_that_loses_is_named_wherever_it_is(tmp_path):
    long = NAME.replace("2001-2002_1-4", "2000-2003_beta-3")
    bundle = write(tmp_path, "bundle.zip", zipped({long: content(lines(2000, 2003))}))
    path = write(tmp_path, NAME, content(lines()))
    _, found = stated(bundle, path)
    reason = f"{NAME} of the same tower is read (it would have added 2000 and 2003)"
    assert ("file", "left out", f"{bundle}, member {long}", reason) in found
    site = write(
        tmp_path,
        TOWER_ZIP,
        zipped({NAME: content(lines()), NAME.replace("SUBSET", "FULLSET"): content(lines())}),
    )
    _, found = stated(site)
    reason = f"{NAME} of the same tower is read (it would add no year)"
    member = f"{site}, member {NAME.replace('SUBSET', 'FULLSET')}"
    assert ("file", "left out", member, reason) in found


def test_towers_are_left_out_by_the_config_key(tmp_path):
    other = NAME.replace("AA-One", "AA-Two")
    paths = [write(tmp_path, name, content(lines())) for name in (NAME, other)]
    table, found = stated(*paths, leave_out=["AA-Two", "ZZ-Abc"])
    assert table["site"].unique().tolist() == ["AA-One"]
    key = "the config key inputs.leave_out_towers names it"
    assert ("tower", "left out", "AA-Two", key) in found
    assert ("tower", "warning", "ZZ-Abc", f"{key}, but no file is that tower's") in found
    with pytest.raises(InputError, match="every tower is left out"):
        read_towers(paths, leave_out=["AA-One", "AA-Two"])


def test_a_broken_file_can_be_left_out(tmp_path):
    good = write(tmp_path, NAME, content(lines()))
    bad = write(tmp_path, NAME.replace("AA-One", "AA-Bad"), b"")
    with pytest.raises(InputError, match="AA-Bad"):
        read_towers([good, bad])
    assert len(read_towers([good, bad], leave_out=["AA-Bad"])) == 24


def test_the_file_that_a_refusal_names_is_the_first_one_given(tmp_path):
    names = [NAME.replace("AA-One", f"AA-B{n:02d}") for n in range(20)]
    paths = [write(tmp_path, name, b"") for name in names]
    for order in (paths, paths[::-1]):
        with pytest.raises(InputError, match=re.escape(str(order[0]))):
            read_towers(order)


ICOS = "ICOSETC_AA-One_FLUXNET_MM_L2.csv"


@pytest.mark.parametrize("name", [ICOS, "ICOSETC_AA-One_ARCHIVE_L2.zip"])
def test_icos_archives_have_their_years_inside(tmp_path, name):
    data = content(lines(2003, 2005))
    path = write(tmp_path, name, data if name == ICOS else zipped({ICOS: data}))
    table = read_towers([path])
    assert sorted(set(table["year"])) == [2003, 2004, 2005]
    assert set(table["file"]) == {ICOS}


def test_the_folder_is_searched_for_towers_that_are_not_read(tmp_path):
    write(tmp_path, NAME, content(lines()))
    write(tmp_path, NAME.replace("_MM", "_DD"), b"")
    lost = write(tmp_path, NAME.replace("_MM", "_DD").replace("AA-One", "AA-Two"), b"")
    with findings.collected() as found:
        state_unused(tmp_path, ["AA-One"])
        state_unread_sites(["AA-One", "AA-Two"], ["AA-One"])
    assert [(f.outcome, f.kind, f.item) for f in found] == [
        ("left out", "file", str(lost)),
        ("left out", "tower", "AA-Two"),
    ]


def test_a_needed_last_number_without_line_end_may_be_cut(tmp_path):
    """'12.345' cut to '12.3' still parses and the months are all there: only the line end tells."""
    rows = [row.rpartition(",")[0] for row in lines()]
    read_towers([write(tmp_path, NAME, content(rows))])
    with pytest.raises(InputError, match="line 25, column GPP_NT_VUT_REF: the last line has no"):
        read_towers([write(tmp_path, NAME, content(rows)[:-1])])


def test_a_refusal_names_the_members_of_nested_zips(tmp_path):
    inner = zipped({f"x/{NAME}": changed(3, "-2.5", "abc")})
    path = write(tmp_path, "bundle.zip", zipped({TOWER_ZIP: inner}))
    expected = f"{path}, member {TOWER_ZIP}, member x/{NAME}, line 3, column NEE_VUT_REF: found"
    with pytest.raises(InputError, match=re.escape(expected)):
        read_towers([path])


@pytest.mark.parametrize("name", [TOWER_ZIP, NAME.replace("csv", "zip"), "bundle.zip"])
@pytest.mark.parametrize(
    "members",
    [
        {DAILY: b"daily"},
        {"photo.jpg": b"x"},
        {NAME.replace("SUBSET", "ERAI"): b"era"},
        {},
    ],
)
def test_a_zip_without_monthly_file_is_refused(tmp_path, name, members):
    path = write(tmp_path, name, zipped(members))
    with pytest.raises(InputError, match="the zip holds no monthly FLUXNET file") as refusal:
        read_towers([path])
    assert str(refusal.value).startswith(str(path))


def test_a_zip_with_the_months_of_another_site_is_refused(tmp_path):
    other = NAME.replace("AA-One", "AA-Two")
    path = write(tmp_path, TOWER_ZIP, zipped({other: content(lines())}))
    with pytest.raises(InputError, match="the zip holds no monthly FLUXNET file"):
        read_towers([path])


def damaged_member() -> bytes:
    """A zip whose directory is whole but whose member has another check sum."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(NAME, content(lines()))
    return stream.getvalue().replace(b"200101,20.1", b"200101,20.2")


@pytest.mark.parametrize(
    "data",
    [b"PK rubbish", b"", zipped({NAME: content(lines())})[:-60], damaged_member()],
    ids=["rubbish", "empty", "cut short", "check sum"],
)
@pytest.mark.parametrize("name", [TOWER_ZIP, "bundle.zip"])
def test_a_broken_zip_is_refused(tmp_path, name, data):
    path = write(tmp_path, name, data)
    with pytest.raises(InputError, match=r"the zip is broken or cut short \(.*download it again"):
        read_towers([path])
    outer = write(tmp_path, "outer.zip", zipped({name: data}))
    with pytest.raises(InputError, match=rf"outer\.zip, member {name}.*the zip is broken"):
        read_towers([outer])


def test_an_encrypted_zip_is_refused(tmp_path):
    data = bytearray(zipped({NAME: content(lines())}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1  # the flag bit that says 'encrypted'
    with pytest.raises(InputError, match=r"cannot be unpacked \(.*encrypted.*unpack it yourself"):
        read_towers([write(tmp_path, TOWER_ZIP, bytes(data))])


def test_a_renamed_member_is_refused(tmp_path):
    name = NAME.replace(".csv", " (1).csv")
    path = write(tmp_path, "bundle.zip", zipped({NAME: content(lines()), name: b"x"}))
    with pytest.raises(InputError, match="name the file as its origin does") as refusal:
        read_towers([path])
    assert str(refusal.value).startswith(f"{path}, member {name}")


@pytest.mark.parametrize(
    ("name", "part"),
    [("towers.csv", "not the name of a monthly FLUXNET file"), (NAME, "no such file")],
)
def test_files_that_find_would_not_return_are_refused(tmp_path, name, part):
    with pytest.raises(InputError, match=re.escape(f"{tmp_path / name}: {part}")):
        read_towers([tmp_path / name])


def test_no_file_at_all_is_refused():
    with pytest.raises(InputError, match="no file was given, no FLUXNET file is left"):
        read_towers([])
