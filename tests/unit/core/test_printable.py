"""What comes from inputs is shown on one line, and cannot steer a terminal."""

from __future__ import annotations

import pytest

from carbonscape.archives.site_list import read_site_list
from carbonscape.core.errors import InputError, ResultError
from carbonscape.core.printable import printable, unprintable


def test_signs_that_cannot_be_printed_are_written_as_escapes():
    assert not unprintable("Zürich 東京 a b.csv")
    for text in ("a\n", "\t", "a\udc80", "\u2028", "\x1b[31m"):
        assert unprintable(text)
        assert not unprintable(printable(text))
    assert printable("a\nb") == "a\\nb"
    assert printable("Zürich") == "Zürich"


def test_a_refusal_is_one_line_whatever_an_input_holds(tmp_path):
    path = tmp_path / "sites.csv"
    name = "A\x1b]0;owned\x07\u2028B"
    row = f"{name},1,2,ENF,Dfb\n"
    path.write_text(f"site,lat,lon,igbp,koppen\n{row}{row}", encoding="utf-8")
    with pytest.raises(InputError) as refusal:
        read_site_list(path)
    assert "A\\x1b]0;owned\\x07\\u2028B is doubled" in str(refusal.value)
    assert not unprintable(str(refusal.value))


def test_a_refusal_does_not_fill_the_screen():
    text = str(ResultError("begin " + "x" * 1_000_000 + " end"))
    assert len(text) < 6000
    assert text.startswith("begin x")
    assert text.endswith("x end")
    assert str(InputError("short: a sentence.")) == "short: a sentence."
