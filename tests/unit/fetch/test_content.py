"""The first bytes of a file tell what it is."""

from __future__ import annotations

import pytest

from carbonscape.core.errors import DownloadError
from carbonscape.fetch.content import is_web_page, require_content


@pytest.mark.parametrize(
    ("beginning", "content"),
    [
        (b"\x89HDF\r\n\x1a\n", "netcdf"),
        (b"CDF\x02", "netcdf"),
        (b"PK\x03\x04", "zip"),
        (b"PK\x03\x04", "netcdf or zip"),
        (b"II*\x00", "tiff"),
        (b"site,lat,lon", ""),
    ],
)
def test_the_right_formats_pass(tmp_path, beginning, content):
    path = tmp_path / "file"
    path.write_bytes(beginning + b"rest")
    require_content(path, content, "file")


@pytest.mark.parametrize("content", ["netcdf", "zip", "tiff", "netcdf or zip"])
def test_other_formats_are_refused(tmp_path, content):
    path = tmp_path / "file"
    path.write_bytes(b"GRIB....")
    with pytest.raises(DownloadError, match=f"begins with b'GRIB....', expected {content}"):
        require_content(path, content, "file")


@pytest.mark.parametrize(
    "page", [b"<!DOCTYPE html>", b"\xef\xbb\xbf\n<HTML>", b"  <html lang='en'>"]
)
def test_a_web_page_is_none_of_them(tmp_path, page):
    assert is_web_page(page)
    path = tmp_path / "file"
    path.write_bytes(page)
    with pytest.raises(DownloadError, match="web page"):
        require_content(path, "", "file")


def test_xml_is_no_web_page():
    assert not is_web_page(b"<?xml version='1.0'?><ListBucketResult>")
