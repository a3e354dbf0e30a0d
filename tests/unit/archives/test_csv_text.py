"""Tables made to take all memory or all time are refused within seconds."""

from __future__ import annotations

import gzip
import io
import resource
import time
import zipfile

import pytest

from carbonscape.archives import csv_text
from carbonscape.archives.csv_text import read_csv_text
from carbonscape.archives.fluxnet import read_towers
from carbonscape.archives.predictors import read_predictors
from carbonscape.core.errors import InputError
from carbonscape.core.limits import Limit

NAME = "FLX_AA-One_FLUXNET2015_SUBSET_MM_2001-2002_1-4"
HEADER = b"TIMESTAMP,NEE_VUT_REF,NEE_VUT_REF_QC,RECO_NT_VUT_REF,GPP_DT_VUT_REF,GPP_NT_VUT_REF\n"
ROW = b"200101,-1.5,0.9,2.5,4.25,4\n"


def zipped(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def refusal_of_tower(folder, content: bytes, suffix: str = "zip") -> str:
    """Return why a tower is refused, which takes neither time nor memory."""
    path = folder / f"{NAME}.{suffix}"
    path.write_bytes(content)
    start, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(InputError) as refusal:
        read_towers([path])
    assert time.monotonic() - start < 10
    # Kilobytes.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000
    assert str(refusal.value).startswith(str(path))
    return str(refusal.value)


def test_a_small_zip_of_a_hundred_megabytes_of_rows(tmp_path):
    found = refusal_of_tower(tmp_path, zipped({f"{NAME}.csv": HEADER + ROW * 4_000_000}))
    assert "found 108,000,083, expected at most 33,554,432 bytes of a monthly FLUXNET" in found


def test_rows_that_fit_the_bytes_but_no_calendar(tmp_path):
    found = refusal_of_tower(tmp_path, HEADER + ROW * 100_000, "csv")
    assert "found 2,401, expected at most 2,400 lines of a monthly FLUXNET file" in found


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (b"x" * 30_000_000, "line 1: found 30,000,000, expected at most 1,048,576 characters"),
        (b",".join(b"%d" % number for number in range(5_000_000))[:30_000_000], "line 1: found"),
        (b",".join(b"c%d" % number for number in range(100_000)), "at most 5,000 columns"),
        (b"\n" * 30_000_000, "file is empty"),
        (b'"' + b"a\n" * 10_000_000, "field larger than field limit"),
        (b"," * 4000, "column '' stands there twice"),
    ],
    ids=["one word", "words", "columns", "blank", "quote", "doubled"],
)
def test_long_lines(tmp_path, line, found):
    assert found in refusal_of_tower(tmp_path, line, "csv")


def test_zips_in_zips_in_zips(tmp_path):
    content = HEADER
    for number in range(5):
        content = zipped({f"inner{number}.zip" if number else f"{NAME}.csv": content})
    path = tmp_path / "towers.zip"
    path.write_bytes(content)
    with pytest.raises(InputError, match="found 4, expected at most 3 ZIP archives inside one"):
        read_towers([path])


def test_zeros_in_a_zip_in_a_zip(tmp_path):
    inner = zipped({f"{NAME}.csv": bytes(30_000_000)})
    assert "it would grow from" in refusal_of_tower(tmp_path, inner)
    path = tmp_path / "towers.zip"
    path.write_bytes(zipped({"inner.zip": zipped({"a.zip": bytes(1 << 28)})}))
    with pytest.raises(InputError, match=r"member inner\.zip, member a\.zip: it would grow from"):
        read_towers([path])


def test_a_small_gzip_of_endless_rows(tmp_path):
    path = tmp_path / "predictors_monthly.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as stream:
        for _ in range(140):
            stream.write(b"US-Ha1,2001,1,2.5\n" * 60_000)
    assert path.stat().st_size < 2_000_000
    with pytest.raises(InputError, match=r"unpacked: found 134,217,729, expected at most"):
        read_predictors(path)


def test_cells_and_lines_are_bounded(monkeypatch):
    content = b"a,b\n" + b"1,2\n" * 100
    read_csv_text(content, origin="x.csv", remedy="-")
    monkeypatch.setattr(csv_text, "TABLE_CELLS", Limit(150, "cells", "1"))
    with pytest.raises(InputError, match="found 152, expected at most 150 cells"):
        read_csv_text(content, origin="x.csv", remedy="-")
