"""Members of archives: those that are wanted, by their names, and nothing that is left behind."""

from __future__ import annotations

import contextlib
import zipfile

import pytest

from carbonscape.archives.zip_members import unpack_members
from carbonscape.core.errors import InputError


def unpack(path, stack, ending=".a"):
    return unpack_members(
        path, stack, wanted=lambda name: name.endswith(ending), suffix=".x", remedy="ask again"
    )


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "some.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for name in ("two.a", "../one.a", "three.b"):
            packed.writestr(name, f"content of {name}")
    return path


def test_members_are_unpacked_in_the_order_of_their_names_and_removed(archive):
    with contextlib.ExitStack() as stack:
        found = unpack(archive, stack)
        assert [origin for origin, _ in found] == [
            f"{archive}, member ../one.a",
            f"{archive}, member two.a",
        ]
        assert [file.read_text() for _, file in found] == [
            "content of ../one.a",
            "content of two.a",
        ]
        assert {file.suffix for _, file in found} == {".x"}
        # A member's own path leads nowhere.
        assert len({file.parent for _, file in found}) == 1
        assert found[0][1].parent != archive.parent
    assert not found[0][1].parent.exists()


def test_an_archive_without_a_wanted_member_or_cut_short_is_refused(archive):
    with contextlib.ExitStack() as stack:
        with pytest.raises(InputError, match=r"some.zip.*found \.\./one.a, three.b.*ask again"):
            unpack(archive, stack, ending=".c")
        archive.write_bytes(archive.read_bytes()[:60])
        with pytest.raises(InputError, match=r"some.zip.*cut short"):
            unpack(archive, stack)
