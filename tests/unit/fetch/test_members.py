"""Members of archives go where we say, not where the archive says."""

from __future__ import annotations

import zipfile

import pytest

from carbonscape.core.errors import DownloadError
from carbonscape.fetch.members import extract_member


def packed(path, members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_a_member_gets_our_name(tmp_path):
    archive = packed(
        tmp_path / "a.zip", {"maps/1991_2020/k.tif": "new", "maps/1961_1990/k.tif": "old"}
    )
    extract_member(archive, "1991_2020/k.tif", tmp_path / "out.tif", "Koppen")
    assert (tmp_path / "out.tif").read_text() == "new"


def test_no_member_leaves_the_folder(tmp_path):
    archive = packed(tmp_path / "a.zip", {"k": "x"})
    with zipfile.ZipFile(archive, "a") as more:
        more.writestr("../../outside/k.tif", "evil")
    folder = tmp_path / "folder"
    extract_member(archive, "k.tif", folder / "k.tif", "Koppen")
    assert sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*.tif")) == [
        "folder/k.tif"
    ]


@pytest.mark.parametrize("name", ["absent.tif", "k.tif"])
def test_none_or_several_are_refused(tmp_path, name):
    archive = packed(tmp_path / "a.zip", {"a/k.tif": "1", "b/k.tif": "2"})
    with pytest.raises(DownloadError, match=rf"holds [02] files '{name}', expected one"):
        extract_member(archive, name, tmp_path / "out.tif", "Koppen")
    assert not (tmp_path / "out.tif").exists()


def test_a_damaged_archive_is_refused(tmp_path):
    archive = packed(tmp_path / "a.zip", {"k": "content " * 100})
    archive.write_bytes(archive.read_bytes()[:-40])
    with pytest.raises(DownloadError, match="damaged"):
        extract_member(archive, "k", tmp_path / "out", "Koppen")
