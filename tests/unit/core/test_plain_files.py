"""What has the name of a file and is none is refused in a sentence, at once."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path

import pytest

from carbonscape.core.errors import InputError
from carbonscape.core.limits import Limit
from carbonscape.core.plain_files import (
    load_json,
    no_file,
    read_limited,
    read_record,
    refuse_larger,
    require_file,
    unreadable,
)
from carbonscape.core.printable import printable

SMALL = Limit(10, "bytes of a test", "5")


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """A folder with one of each kind that is no file."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "nowhere").symlink_to(tmp_path / "nothing")
    (tmp_path / "circle").symlink_to("circle")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "to_pipe").symlink_to("pipe")
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(tmp_path / "socket"))
    (tmp_path / "device").symlink_to("/dev/zero")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("folder", "this is a folder, expected a file; put the file itself there"),
        ("nowhere", "this is a link that leads nowhere (to "),
        ("circle", "this is a link that leads in a circle, expected a file; "),
        ("pipe", "this is a pipe, expected a file; "),
        ("to_pipe", "this is a pipe, expected a file; "),
        ("socket", "this is a socket, expected a file; "),
        ("device", "this is a device, expected a file; "),
        ("absent", "no such file."),
        ("x" * 300, "cannot be read (File name too long)."),
        ("a\0b", "a zero byte stands in this path"),
    ],
    ids=lambda value: value[:10].replace("\0", "0"),
)
def test_what_is_no_file_is_refused_by_its_kind(odd, name, found):
    path = odd / name
    with pytest.raises(InputError) as refusal:
        require_file(path)
    assert str(refusal.value).startswith(printable(f"{path}: {found}"))
    with pytest.raises(InputError):
        read_limited(path, SMALL, remedy="take it away")
    assert no_file(path)


@pytest.mark.parametrize(
    ("number", "remedy"),
    [(errno.EACCES, "make it readable (chmod u+r), and"), (errno.EIO, "move it to a disk that")],
)
def test_a_file_that_may_not_be_read_is_refused_with_what_to_do(tmp_path, number, remedy):
    found = unreadable(tmp_path / "a.nc", OSError(number, os.strerror(number)))
    assert str(found).startswith(f"{tmp_path}/a.nc: cannot be read ({os.strerror(number)}); ")
    assert remedy in str(found)


def test_a_file_and_a_link_to_one_are_read(tmp_path):
    (tmp_path / "file").write_bytes(b"0123456789")
    (tmp_path / "link").symlink_to("file")
    assert no_file(tmp_path / "link") == ""
    assert require_file(tmp_path / "link") == tmp_path / "link"
    assert read_limited(tmp_path / "link", SMALL, remedy="-") == b"0123456789"


def test_a_file_that_is_larger_than_any_is_refused_unread(tmp_path):
    path = tmp_path / "large"
    with path.open("wb") as stream:
        stream.truncate(1 << 40)  # a terabyte that takes no room
    with pytest.raises(InputError, match="found 1,099,511,627,776, expected at most 10 bytes of a"):
        read_limited(path, SMALL, remedy="take it away")


def test_a_file_whose_size_the_system_does_not_state_is_bounded_too():
    if not os.path.isfile("/proc/self/smaps") or os.stat("/proc/self/smaps").st_size:
        pytest.skip("this system has no files without a size")
    with pytest.raises(InputError, match="found 11, expected at most 10"):
        read_limited("/proc/self/smaps", SMALL, remedy="take it away")


def test_numbers_up_to_the_bound_pass():
    refuse_larger(10, SMALL, origin="x", remedy="-")
    with pytest.raises(InputError, match=r"x: found 11, expected at most 10 bytes of a test; this"):
        refuse_larger(11, SMALL, origin="x", remedy="-")


def test_json_of_endless_lists_is_no_traceback(tmp_path):
    path = tmp_path / "a.json"
    path.write_text('{"a": [1]}')
    assert read_record(path, remedy="-") == {"a": [1]}
    with pytest.raises(ValueError, match="too deep"):
        load_json("[" * 200_000)
