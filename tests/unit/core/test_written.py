"""The sizes that jobs note, and files that are shorter than noted."""

from __future__ import annotations

from pathlib import Path

import pytest

from carbonscape.core.written import Cut, find_cut, forget, note, note_of


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """The log of a job."""
    path = tmp_path / "logs" / "mosaic_flux-gpp.log"
    path.parent.mkdir()
    return path


def made(folder: Path, **sizes: int) -> list[Path]:
    """Write files of some sizes."""
    paths = [folder / name for name in sizes]
    for path, size in zip(paths, sizes.values(), strict=True):
        path.write_bytes(bytes(size))
    return paths


def test_whole_files_are_not_named(tmp_path: Path, log: Path) -> None:
    note(log, made(tmp_path, a=10, b=20, empty=0))
    assert note_of(log).name == "mosaic_flux-gpp.sizes"
    assert find_cut(log.parent) == []


@pytest.mark.parametrize("size", [0, 1, 19])
def test_a_file_that_was_cut_short_is_named(tmp_path: Path, log: Path, size: int) -> None:
    note(log, made(tmp_path, a=10, b=20))
    path = tmp_path / "b"
    path.write_bytes(bytes(size))
    assert find_cut(log.parent) == [Cut(path, size, 20)]
    assert str(find_cut(log.parent)[0]) == f"{path} was cut short ({size} bytes of 20)"


def test_a_deleted_or_longer_file_is_not_cut(tmp_path: Path, log: Path) -> None:
    note(log, made(tmp_path, a=10, b=20))
    (tmp_path / "a").unlink()
    (tmp_path / "b").write_bytes(bytes(21))
    assert find_cut(log.parent) == []


def test_a_job_that_starts_again_is_not_compared_with_its_past(tmp_path: Path, log: Path) -> None:
    note(log, made(tmp_path, a=10))
    forget(log)
    made(tmp_path, a=5)
    assert find_cut(log.parent) == []
    forget(log)


def test_a_later_job_counts(tmp_path: Path, log: Path) -> None:
    note(log, made(tmp_path, a=10))
    note(log, made(tmp_path, a=5))
    assert find_cut(log.parent) == []
    assert [path.name for path in log.parent.iterdir()] == ["mosaic_flux-gpp.sizes"]


def test_what_is_not_there_or_a_folder_is_not_noted(tmp_path: Path, log: Path) -> None:
    note(log, [tmp_path / "absent", tmp_path])
    assert not note_of(log).exists()


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"a": "x"}', "\x00"])
def test_a_damaged_note_says_nothing(log: Path, text: str) -> None:
    note_of(log).write_text(text)
    assert find_cut(log.parent) == []


def test_no_logs_no_cuts(tmp_path: Path) -> None:
    assert find_cut(tmp_path / "absent") == []
