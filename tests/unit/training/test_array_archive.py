"""Archives of arrays: what comes back, and what is refused before memory is taken for it."""

from __future__ import annotations

import contextlib
import io
import json
import math
import os
import tracemalloc
import zipfile
from collections.abc import Iterator

import numpy as np
import pytest

from carbonscape.training.array_archive import (
    MAX_EXPANSION,
    DamagedArchiveError,
    array_of_bytes,
    array_to_bytes,
    pack,
    read_state,
    state_of_members,
    state_to_members,
    unpack,
)

RNG = np.random.default_rng(0)
ARRAYS = {
    "float64": RNG.normal(size=(3, 4)),
    "float32": RNG.normal(size=5).astype(np.float32),
    "by column": np.asfortranarray(RNG.normal(size=(3, 4))),
    "whole": np.arange(-3, 3),
    "bytes": np.arange(7, dtype=np.uint8),
    "truth": np.array([True, False]),
    "text": np.array(["Tharandt", "Hyytiälä"]),
    "no axis": np.array(2.5),
    "empty": np.empty((0, 3)),
    "no number": np.array([np.nan, np.inf, -0.0, 5e-324]),
    "big endian": np.arange(4, dtype=">i4"),
}


@pytest.mark.parametrize("name", list(ARRAYS))
def test_an_array_comes_back_bit_for_bit(name: str) -> None:
    values = ARRAYS[name]
    found = array_of_bytes(array_to_bytes(values))
    assert (found.dtype, found.shape) == (values.dtype, values.shape)
    assert found.tobytes("A") == values.tobytes("A")
    assert found.flags.f_contiguous == values.flags.f_contiguous
    assert found.flags.writeable


def test_a_state_comes_back_as_it_was() -> None:
    values = {"epoch": 3, "share": 0.1, "names": ["a", "ü"], "of": {"x": None, "y": [True, 1e300]}}
    state = {**values, "weights/a.b": ARRAYS["float32"], "number": np.float64(0.1)}
    members = unpack(pack(state_to_members(state, "month04-member0/")))
    found = state_of_members(members | {"month04-time/x.npy": b""}, "month04-member0/")
    assert {name: found[name] for name in values} == values
    assert found["weights/a.b"].tobytes() == ARRAYS["float32"].tobytes()
    assert found["number"].shape == ()
    assert float(found["number"]) == 0.1


def test_bytes_depend_on_the_members_alone() -> None:
    members = {"b": b"2" * 99, "a": b"1"}
    assert pack(members) == pack(dict(sorted(members.items())))
    assert len(pack(members)) < len(pack(members, compressed=False))
    assert unpack(pack(members, compressed=False)) == unpack(pack(members)) == members


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ({"pair": (1, 2)}, "'pair' of the type tuple"),
        ({"of": {1: "x"}}, "'of' of the type dict"),
        ({"function": math.sin}, "'function' of the type builtin"),
        ({"objects": np.array([None])}, "'objects' of the type object"),
        ({"days": np.array(["2015-01-01"], dtype="M8[D]")}, "'days' of the type datetime64"),
        ({"../x": np.zeros(1)}, "the name '../x', expected letters"),
        ({"a b": 1}, "the name 'a b', expected letters"),
        ({3: 1}, "the name 3, expected letters"),
    ],
)
def test_what_cannot_be_kept_is_named(state, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        state_to_members(state)


@contextlib.contextmanager
def little_memory() -> Iterator[None]:
    """Ensure that what is done takes no more than some megabytes."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < 2e7
    finally:
        tracemalloc.stop()


def header(text: str, content: bytes = b"", *, version: bytes = b"\x01\x00") -> bytes:
    """Return an array in the form NPY with any header."""
    head = text.encode("latin1").ljust(117) + b"\n"
    return b"\x93NUMPY" + version + len(head).to_bytes(2, "little") + head + content


def described(kind: str, shape: str, *, by_column: bool = False) -> str:
    return f"{{'descr': {kind}, 'fortran_order': {by_column}, 'shape': {shape}, }}"


HEADERS = {
    "objects": (header(described("'|O'", "(1,)"), b"cos\nsystem\n"), "the type"),
    "objects inside": (header(described("[('a', '|O')]", "(1,)"), b"\0" * 8), "the type"),
    "records": (header(described("[('a', '<f8')]", "(1,)"), b"\0" * 8), "the type"),
    "huge": (header(described("'<f8'", f"({10**15},)"), b"\0" * 8), "has 8 bytes"),
    "overflowing": (header(described("'<f8'", f"({2**62}, 4)"), b""), "has 0 bytes"),
    "negative": (header(described("'<f8'", "(-1, -1)"), b"\0" * 8), "the shape"),
    "short": (header(described("'<f8'", "(3,)"), b"\0" * 16), "has 16 bytes"),
    "long": (header(described("'<f8'", "(1,)"), b"\0" * 16), "has 16 bytes"),
    "no type": (header(described("'zzz'", "(1,)")), "no readable header"),
    "a call": (header("__import__('os').system('true')"), "no readable header"),
    "deep": (header("[" * 116), "no readable header"),
    "version 2": (header(described("'<f8'", "(0,)"), version=b"\x02\x00"), "NPY 1.0"),
    "no magic": (b"cos\nsystem\n(S'true'\ntR.", "no readable header"),
    "nothing": (b"", "no readable header"),
}


@pytest.mark.parametrize("name", list(HEADERS))
def test_an_array_of_another_form_is_refused(name: str) -> None:
    content, message = HEADERS[name]
    with little_memory(), pytest.raises(DamagedArchiveError, match=message):
        array_of_bytes(content)


def zipped(members: list[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a ZIP archive with any names."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=method)
    return buffer.getvalue()


@pytest.mark.parametrize("name", ["/etc/x", "../x", "a/../b", "a\\b", "a//b", "", "a b", "ä"])
def test_a_name_that_we_never_write_is_refused(name: str) -> None:
    with pytest.raises(DamagedArchiveError, match="a member has the name"):
        unpack(zipped([(name, b"1")]))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_given_twice_is_refused() -> None:
    with pytest.raises(DamagedArchiveError, match=r"two members have the name 'a\.npy'"):
        unpack(zipped([("a.npy", b"1"), ("a.npy", b"2")]))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_another_method_is_refused(method: int) -> None:
    with pytest.raises(DamagedArchiveError, match="is not compressed by deflate"):
        unpack(zipped([("a.npy", b"1")], method))


def test_a_file_that_promises_far_more_than_it_holds_is_refused_unread() -> None:
    bomb = zipped([(f"{number}.npy", bytes(4_000_000)) for number in range(50)])
    assert len(bomb) < 250_000
    with (
        little_memory(),
        pytest.raises(DamagedArchiveError, match="200 MB in a file of 0.2 MB"),
    ):
        unpack(bomb)
    # What is read is below the limit: zeros are kept, too, of which small archives have many.
    assert len(unpack(zipped([("a.npy", bytes(4_000_000))]))["a.npy"]) == 4_000_000
    assert 10 <= MAX_EXPANSION <= 1000


def test_a_member_is_expanded_no_further_than_it_says() -> None:
    content = bytearray(zipped([("a.npy", bytes(50_000_000))]))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = content.index(mark) + offset
        content[place : place + 4] = (1000).to_bytes(4, "little")
    with little_memory(), pytest.raises(DamagedArchiveError, match="CRC"):
        unpack(bytes(content))


def test_a_changed_byte_changes_no_number() -> None:
    """Names and the list of members have no checksum of their own; run.json has the file's."""
    members = state_to_members({"a": RNG.normal(size=20), "epoch": 3})
    whole = pack(members)
    refused = 0
    for place in range(len(whole)):
        content = bytearray(whole)
        content[place] ^= 0xFF
        try:
            found = unpack(bytes(content))
        except DamagedArchiveError:
            refused += 1
        else:
            assert set(found.values()) <= set(members.values())
    assert refused > len(whole) / 2


@pytest.mark.parametrize("cut", [0, 1, 10, 40, 100])
def test_a_file_that_is_cut_short_is_refused(cut: int) -> None:
    whole = pack(state_to_members({"a": RNG.normal(size=20)}))
    with pytest.raises(DamagedArchiveError):
        unpack(whole[: len(whole) - cut - 1])


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"x.pkl": b"cos\nsystem\n"}, "neither an array nor"),
        ({"values.json": b"[1]"}, "a list, expected a mapping"),
        ({"values.json": b"cos\nsystem\n"}, "are not JSON"),
        ({"values.json": b"[" * 100_000}, "are not JSON"),
        ({"values.json": b"\xff"}, "are not JSON"),
    ],
)
def test_a_member_of_another_form_is_refused(members, message: str) -> None:
    with pytest.raises(DamagedArchiveError, match=message):
        state_of_members(members)


def test_only_a_file_is_read(tmp_path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name in ("folder", "pipe"):
        with pytest.raises(OSError, match="not a file"):
            read_state(tmp_path / name)
    with pytest.raises(FileNotFoundError):
        read_state(tmp_path / "absent")
    (tmp_path / "file").write_bytes(pack(state_to_members({"epoch": 3})))
    assert read_state(tmp_path / "file") == {"epoch": 3}
    assert json.loads(unpack((tmp_path / "file").read_bytes())["values.json"]) == {"epoch": 3}
