"""What the first bytes of a downloaded file say: the right format, or a web page in its place."""

from __future__ import annotations

import os

from carbonscape.core.errors import DownloadError

#: First bytes of each format that is asked for.
_BEGINNINGS: dict[str, tuple[bytes, ...]] = {
    "netcdf": (b"\x89HDF\r\n\x1a\n", b"CDF\x01", b"CDF\x02", b"CDF\x05"),
    "zip": (b"PK\x03\x04", b"PK\x05\x06"),
    "tiff": (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"),
}
#: A request for netCDF may be answered by a ZIP archive of netCDF files (Climate Data Store).
_BEGINNINGS["netcdf or zip"] = _BEGINNINGS["netcdf"] + _BEGINNINGS["zip"]


def require_content(path: str | os.PathLike[str], content: str, label: str) -> None:
    """Refuse a file whose first bytes are not those of its format.

    Args:
        path: the file.
        content: ``netcdf``, ``zip``, ``netcdf or zip``, ``tiff``; empty for any but a web page.
        label: what was asked for, for the message.

    Raises:
        DownloadError: it is a web page (usually one to log in), a message, or another format.
    """
    with open(path, "rb") as stream:
        require_beginning(stream.read(512), content, label)


def require_beginning(beginning: bytes, content: str, label: str) -> None:
    """Refuse the first bytes of a file if they are not those of its format.

    Raises:
        DownloadError: as :func:`require_content`.
    """
    if is_web_page(beginning):
        raise DownloadError(
            f"{label}: the service answered with a web page instead of the file: usually the page "
            "to log in. Check the account (docs/accounts.md), then run the same command again."
        )
    if not beginning:
        raise DownloadError(
            f"{label}: the service delivered an empty file, expected {content or 'content'}; run "
            "the same command again, and report it to the archive if that repeats."
        )
    if content and not beginning.startswith(_BEGINNINGS[content]):
        raise DownloadError(
            f"{label}: the file begins with {beginning[:8]!r}, expected {content}; the archive "
            "may have changed its format: see docs/sources.md for what is expected."
        )


def is_web_page(beginning: bytes) -> bool:
    """Say whether a file begins as HTML does; XML that is none is not meant."""
    text = beginning.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return text.startswith((b"<!doctype html", b"<html", b"<head", b"<body"))
