"""Writing artefacts: whole or not at all, and sentences for full and closed disks."""

from __future__ import annotations

import errno
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from carbonscape.core import io
from carbonscape.core.errors import InputError, ResultError
from carbonscape.core.io import atomic_path, read_json, sha256, write_json, write_text
from carbonscape.core.tables import Column, TableSchema, write_table
from carbonscape.fluxes.features.series import write_site_series


def names(folder: Path) -> list[str]:
    """Return the names in a folder, hidden ones among them."""
    return sorted(os.listdir(folder))


# --- whole -------------------------------------------------------------------------------------


def test_a_file_appears_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "table.csv.gz"
    with atomic_path(path) as temporary:
        assert temporary.parent == path.parent, "a move between disks is not atomic"
        assert temporary.suffix == ".gz", "libraries choose a format by the suffix"
        assert temporary.name.startswith("."), "a look into the folder shows half a file"
        temporary.write_text("x")
        assert not path.exists()
    assert path.read_text() == "x"
    assert names(path.parent) == ["table.csv.gz"]


def test_an_old_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "old and longer")
    write_text(path, "new")
    assert path.read_text() == "new"


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o007, 0o660)])
def test_colleagues_can_read_results(tmp_path: Path, mask: int, mode: int) -> None:
    before = os.umask(mask)
    try:
        write_text(tmp_path / "a.txt", "x")
        assert os.umask(mask) == mask, "the process's mask was changed"
    finally:
        os.umask(before)
    assert (tmp_path / "a.txt").stat().st_mode & 0o777 == mode


# --- or not at all -----------------------------------------------------------------------------


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, RuntimeError])
def test_a_failure_leaves_nothing(tmp_path: Path, error: type[BaseException]) -> None:
    def fail() -> None:
        with atomic_path(tmp_path / "a.txt") as temporary:
            temporary.write_text("half")
            raise error("in the middle")

    with pytest.raises(error, match="in the middle"):
        fail()
    assert names(tmp_path) == []


def test_a_failure_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_json(path, {"old": 1})
    with pytest.raises(TypeError):
        write_json(path, {"new": object()})
    with pytest.raises(UnicodeEncodeError):
        write_text(path, "half a pair: \ud800")
    assert read_json(path) == {"old": 1}
    assert names(tmp_path) == ["a.json"]


# --- no room -----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_no_room_is_said_in_a_sentence(tmp_path: Path, number: int) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")

    def fail() -> None:
        with atomic_path(path) as temporary:
            temporary.write_text("half")
            raise OSError(number, os.strerror(number))

    with pytest.raises(ResultError, match="the disk is full") as caught:
        fail()
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "config key 'results'" in message
    assert "run the same command again" in message
    assert isinstance(caught.value.__cause__, OSError)
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a.txt"]


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 kB."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        pytest.skip("this machine does not allow mounting a tmpfs")
    yield disk
    # Lazy, because HDF5 holds on to a file that it could not write until the process ends.
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


NOISE = np.random.default_rng(0).normal(size=50_000)
NUMBERS = TableSchema("numbers", (Column("x", "number", "noise"),))
WRITERS = {
    "a.txt": lambda path: write_text(path, "x" * 200_000),
    "a.json": lambda path: write_json(path, list(range(50_000))),
    "a.parquet": lambda path: write_table(pd.DataFrame({"x": NOISE}), path, NUMBERS),
    "a.csv": lambda path: write_table(pd.DataFrame({"x": NOISE}), path, NUMBERS),
    "a.nc": lambda path: write_site_series(xr.Dataset({"x": ("step", NOISE)}), path),
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_disk_that_is_really_full(full_disk: Path, name: str) -> None:
    with pytest.raises(ResultError, match="the disk is full") as caught:
        WRITERS[name](full_disk / name)
    assert str(caught.value).startswith(f"{full_disk / name}: ")
    assert names(full_disk) == []


def test_a_limit_on_the_size_of_files(tmp_path: Path) -> None:
    code = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))\n"
        "from carbonscape.core.errors import ResultError\n"
        "from carbonscape.core.io import write_text\n"
        "try:\n    write_text(sys.argv[1], 'x' * 50000)\n"
        "except ResultError as refusal:\n    print(refusal)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a.txt")],
        env={**os.environ, "PYTHONPATH": str(Path(io.__file__).parents[2])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "the disk is full" in done.stdout
    assert names(tmp_path) == []


def test_an_error_of_a_library_is_not_taken_for_a_full_disk(tmp_path: Path) -> None:
    def fail() -> None:
        with atomic_path(tmp_path / "a.nc"):
            raise RuntimeError("NetCDF: Bad chunk sizes.")

    with pytest.raises(RuntimeError, match="Bad chunk sizes"):
        fail()
    assert names(tmp_path) == []


# --- no permission -----------------------------------------------------------------------------


def test_no_permission_is_said_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Raised by hand, because root may write everywhere.
    def refuse(**options: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(io.tempfile, "mkstemp", refuse)
    with pytest.raises(ResultError, match="no permission to write here") as caught:
        write_text(tmp_path / "a.txt", "x")
    assert str(caught.value).startswith(f"{tmp_path / 'a.txt'}: ")
    assert f"make the folder {tmp_path} writable" in str(caught.value)
    assert "config key 'results'" in str(caught.value)


def test_a_folder_that_is_really_closed(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    closed.chmod(0o500)
    if os.access(closed, os.W_OK):
        pytest.skip("this user may write to every folder")
    with pytest.raises(ResultError, match="no permission"):
        write_text(closed / "a.txt", "x")


def test_other_errors_of_the_system_stay_what_they_are(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OSError, match="file") as caught:
        write_text(tmp_path / "file" / "a.txt", "x")
    assert caught.type in (NotADirectoryError, FileExistsError)


# --- text, JSON, checksums ---------------------------------------------------------------------


def test_text_is_written_as_utf8(tmp_path: Path) -> None:
    write_text(tmp_path / "a.txt", "R² of Köppen\n")
    assert (tmp_path / "a.txt").read_bytes() == b"R\xc2\xb2 of K\xc3\xb6ppen\n"


def test_json_has_one_form(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"b": [1], "a": "°C"})
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    assert text == '{\n  "a": "°C",\n  "b": [\n    1\n  ]\n}\n'
    assert read_json(tmp_path / "a.json") == {"a": "°C", "b": [1]}


def test_json_that_is_absent_or_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    with pytest.raises(InputError, match=f"^{path}: no such file.$"):
        read_json(path)
    path.write_text('{"a": ')
    with pytest.raises(InputError, match="delete it and run again") as caught:
        read_json(path)
    assert str(caught.value).startswith(f"{path}: ")
    path.write_bytes(b'"\xff"')
    with pytest.raises(InputError, match="not readable JSON"):
        read_json(path)


def test_checksum_of_known_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    # FIPS 180-2, appendix B.1.
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256(tmp_path / "a") == known
    (tmp_path / "a").write_bytes(b"abcd" * 1_000_000)
    assert sha256(tmp_path / "a") == hashlib.sha256(b"abcd" * 1_000_000).hexdigest()
