"""What a file is that is no netCDF, by its first bytes, and what to do about it."""

from __future__ import annotations

from pathlib import Path

_AGAIN = "delete it and fetch it again"
_FETCH = "request it as netCDF"
_UNPACK = "unpack it"

#: First bytes -> what that is, and what to do. Longer beginnings go first.
_BEGINNINGS = (
    (
        b"\x0e\x03\x13\x01",
        "HDF4, as NASA delivers tiles of MODIS",
        "this workflow reads MODIS as the fetch step exports it from Earth Engine, on cells or "
        "pixels of longitude and latitude (docs/readers.md); fetch it so",
    ),
    (b"GRIB", "GRIB", f"{_FETCH} (Climate Data Store: data_format 'netcdf'), or convert it"),
    (b"BUFR", "BUFR", _FETCH),
    (b"\x1f\x8b", "compressed with gzip", f"{_UNPACK} (gunzip)"),
    (b"BZh", "compressed with bzip2", f"{_UNPACK} (bunzip2)"),
    (b"\xfd7zXZ\x00", "compressed with xz", f"{_UNPACK} (unxz)"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", f"{_UNPACK} (unzstd)"),
    (b"\x1f\x9d", "compressed with compress (.Z)", f"{_UNPACK} (uncompress)"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", _UNPACK),
    (b"Rar!\x1a\x07", "a RAR archive", _UNPACK),
    (b"II*\x00", "a TIFF image (GeoTIFF)", _FETCH),
    (b"MM\x00*", "a TIFF image (GeoTIFF)", _FETCH),
    (b"II+\x00", "a TIFF image (BigTIFF)", _FETCH),
    (b"\x89PNG", "a PNG image", _FETCH),
    (b"\xff\xd8\xff", "a JPEG image", _FETCH),
    (b"%PDF", "a PDF document", _AGAIN),
    (b"PAR1", "a Parquet table", _FETCH),
    (b"ARROW1", "an Arrow table", _FETCH),
    (
        b"version https://git-lfs",
        "a pointer of Git LFS, not the file itself",
        "fetch the content (git lfs pull)",
    ),
    (b"\x05\x16\x07\x00", "an AppleDouble file of macOS", "give the file without '._' in its name"),
    (b"\x00\x05\x16\x07", "an AppleDouble file of macOS", "give the file without '._' in its name"),
)
_WEB = (b"<!doctype", b"<html", b"<?xml", b"<head", b"{")
_WEB_PAGE = (
    "this is a web page or a message of the server, expected netCDF: the download failed (a login "
    f"or a licence may be missing); {_AGAIN}"
)
_ZARR = (".zgroup", ".zarray", ".zattrs", ".zmetadata", "zarr.json")


def kind_of(start: bytes) -> str:
    """Return what is wrong with a file that is no netCDF, and what to do: a clause.

    Args:
        start: its first 512 bytes.
    """
    if start.lstrip().lower().startswith(_WEB):
        return _WEB_PAGE
    for beginning, kind, advice in _BEGINNINGS:
        if start.startswith(beginning):
            return f"this is no netCDF file but {kind}; {advice}"
    if start[257:262] == b"ustar":
        return f"this is no netCDF file but a tar archive; {_UNPACK}"
    return (
        f"this is no netCDF file (it begins with {start[:8]!r}); expected netCDF-3, netCDF-4 or a "
        "ZIP archive of them"
    )


def folder_kind(path: Path) -> str:
    """Return what is wrong with a folder in the place of a file: a clause."""
    names = {entry.name for entry in path.iterdir()}
    if names & set(_ZARR) or path.suffix == ".zarr":
        return (
            "this is a Zarr store (a folder), expected one netCDF file; write it as netCDF "
            "(xarray.open_zarr(...).to_netcdf(...)), or fetch the original file"
        )
    inside = sorted(name for name in names if name.lower().endswith((".nc", ".nc4", ".zip")))
    found = f"with {inside[0]} in it" if inside else f"with {len(names)} entries"
    return f"this is a folder ({found}), expected one netCDF file; put the file itself there"
