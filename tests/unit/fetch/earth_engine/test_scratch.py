"""Finished pieces beside the file that they are for."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from carbonscape.fetch.earth_engine.scratch import Scratch


def test_pieces_are_found_by_what_was_asked(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / "file.nc")
    assert scratch.folder.name == ".file.nc.pieces"
    one = scratch.key("expression", {"width": 3, "height": 2})
    assert one == Scratch(tmp_path / "file.nc").key("expression", {"height": 2, "width": 3})
    assert one != scratch.key("another expression", {"width": 3, "height": 2})
    assert not scratch.has(one)
    values = np.arange(6, dtype="int16").reshape(2, 3)
    assert scratch.save(one, {"lai": values, "share": values.astype("uint8")}) > 0
    assert scratch.is_sound(one)
    found = scratch.load(one, "lai")
    np.testing.assert_array_equal(found, values)
    assert found.dtype == np.int16
    scratch.mark_split("other")
    assert scratch.is_split("other")
    assert not scratch.is_split(one)
    scratch.remove()
    assert not scratch.folder.exists()
    scratch.remove()


def test_a_damaged_piece_counts_as_none(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / "file.nc")
    scratch.save("key", {"lai": np.arange(1000)})
    path = scratch.folder / "key.npz"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(content)
    assert not scratch.is_sound("key")
    assert not path.exists()
