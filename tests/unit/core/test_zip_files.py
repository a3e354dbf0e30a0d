"""ZIP archives that are made to fill the memory or the disk are refused before they do."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from carbonscape.core import zip_files
from carbonscape.core.errors import InputError
from carbonscape.core.limits import Limit
from carbonscape.core.zip_files import open_zip, read_blocks

TEXT = b"".join(b"%d\n" % number for number in range(5000))


def packed(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream


def content_of(stream: io.BytesIO, name: str = "a", **options) -> bytes:
    archive = open_zip(stream, origin="x.zip", remedy="fetch it again")
    return b"".join(read_blocks(archive, name, origin="x.zip", remedy="fetch it again", **options))


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_a_member_is_unpacked(method):
    assert content_of(packed({"a": TEXT}, method)) == TEXT


def test_a_small_member_may_grow_by_any_factor():
    assert content_of(packed({"a": bytes(3_000_000)})) == bytes(3_000_000)


def test_a_member_that_grows_beyond_reason_is_refused_unpacked():
    with pytest.raises(InputError, match=r"x\.zip: it would grow from .* to 50,000,000 bytes, exp"):
        content_of(packed({"a": bytes(50_000_000)}))


def test_a_member_larger_than_any_is_refused_by_its_stated_size():
    limit = Limit(1000, "bytes of a test", "5")
    with pytest.raises(InputError, match="found 23,890, expected at most 1,000 bytes of a test"):
        content_of(packed({"a": TEXT}), limit=limit)


def test_no_more_comes_than_an_archive_states():
    # The stated size is a lie: a thousand bytes of ten millions.
    stream = packed({"a": bytes(10_000_000)})
    raw = stream.getvalue().replace(struct.pack("<L", 10_000_000), struct.pack("<L", 1000))
    blocks = read_blocks(
        open_zip(io.BytesIO(raw), origin="x", remedy="-"), "a", origin="x", remedy="-"
    )
    # The check sum of what comes is not that of what was packed.
    with pytest.raises(zipfile.BadZipFile, match="CRC"):
        next(blocks)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_cannot_be_bounded_are_refused(method):
    with pytest.raises(NotImplementedError, match="not supported"):
        content_of(packed({"a": TEXT}, method))


def test_more_members_than_any_archive_has_are_refused_before_they_are_listed(monkeypatch):
    stream = packed({f"{number}": b"" for number in range(50)})
    monkeypatch.setattr(zip_files, "ZIP_MEMBERS", Limit(40, "files", "5"))
    monkeypatch.setattr(zipfile, "ZipFile", None)  # it is not asked
    with pytest.raises(InputError, match="found 50, expected at most 40 files"):
        open_zip(stream, origin="x", remedy="-")


def test_an_archive_that_states_fewer_members_than_it_has_is_refused_too(monkeypatch):
    raw = packed({f"{number}": b"" for number in range(50)}).getvalue()
    at = raw.rindex(b"PK\x05\x06")
    raw = raw[: at + 8] + struct.pack("<2H", 1, 1) + raw[at + 12 :]
    monkeypatch.setattr(zip_files, "ZIP_MEMBERS", Limit(40, "files", "5"))
    with pytest.raises(InputError, match="found 50"):
        open_zip(io.BytesIO(raw), origin="x", remedy="-")


def test_the_count_of_zip64_is_read(monkeypatch):
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 10)
    stream = packed({f"{number}": b"" for number in range(50)})
    assert b"PK\x06\x07" in stream.getvalue()
    monkeypatch.setattr(zip_files, "ZIP_MEMBERS", Limit(40, "files", "5"))
    monkeypatch.setattr(zipfile, "ZipFile", None)
    with pytest.raises(InputError, match="found 50"):
        open_zip(stream, origin="x", remedy="-")


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06", b"no archive", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_archive_is_left_to_the_library(content):
    try:
        open_zip(io.BytesIO(content), origin="x", remedy="-")
    except zipfile.BadZipFile:
        return
    assert len(content) == 22  # an archive without files
