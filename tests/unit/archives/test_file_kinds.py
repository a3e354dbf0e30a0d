"""What is no netCDF is named for what it is."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile

import netCDF4
import numpy as np
import pytest

from carbonscape.archives.file_kinds import folder_kind, kind_of
from carbonscape.archives.netcdf import open_netcdf
from carbonscape.core.errors import InputError


def tar(content: bytes) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        member = tarfile.TarInfo("a.nc")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x0e\x03\x13\x01" + bytes(100), "HDF4, as NASA delivers tiles of MODIS; .*Earth Engine"),
        (b"GRIB\x00\x00\x01\x02", "no netCDF file but GRIB; request it as netCDF"),
        (gzip.compress(b"CDF\x01", mtime=0), "but compressed with gzip; unpack it"),
        (bz2.compress(b"CDF\x01"), "but compressed with bzip2; unpack it"),
        (lzma.compress(b"CDF\x01"), "but compressed with xz; unpack it"),
        (tar(b"CDF\x01"), "but a tar archive; unpack it"),
        (b"II*\x00\x08\x00", "but a TIFF image"),
        (b"%PDF-1.7", "but a PDF document"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "a pointer of Git LFS"),
        (b"\x00\x05\x16\x07\x00\x02", "an AppleDouble file of macOS"),
        (b"<!DOCTYPE html><html>", "a web page or a message of the server"),
        (b'{"detail": "not found"}', "a web page or a message of the server"),
        (b"time,lat,lon\n", r"begins with b'time,lat'\); expected netCDF-3, netCDF-4 or a ZIP"),
    ],
)
def test_a_file_of_another_kind_is_named(tmp_path, content, words):
    path = tmp_path / "a.nc"
    path.write_bytes(content)
    with pytest.raises(InputError, match=f"a.nc: .*{words}"), open_netcdf(path):
        pass
    assert not kind_of(content).endswith(".")


def test_a_zarr_store_and_a_folder_are_named(tmp_path):
    store = tmp_path / "era5.nc"
    store.mkdir()
    with pytest.raises(InputError, match="this is a folder .with 0 entries"), open_netcdf(store):
        pass
    (store / "data_0.nc").touch()
    assert "a folder (with data_0.nc in it), expected one netCDF file" in folder_kind(store)
    for name in (".zgroup", "zarr.json"):
        (store / name).touch()
        with pytest.raises(InputError, match="this is a Zarr store"), open_netcdf(store):
            pass
        (store / name).unlink()


def test_an_archive_without_netcdf_names_its_members(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.nc", "w") as archive:
        archive.writestr("data.grib", b"GRIB")
    words = "ZIP archive without any .nc file .found data.grib.; request it as netCDF"
    with pytest.raises(InputError, match=words), open_netcdf(tmp_path / "a.nc"):
        pass


def test_what_macos_adds_to_an_archive_is_passed_over(tmp_path):
    with netCDF4.Dataset(tmp_path / "b.nc", "w") as file:
        file.createDimension("x", 2)
        file.createVariable("x", "f8", ("x",))[:] = np.arange(2)
    with zipfile.ZipFile(tmp_path / "a.nc", "w") as archive:
        archive.write(tmp_path / "b.nc", "data_0.nc")
        archive.writestr("__MACOSX/._data_0.nc", b"\x00\x05\x16\x07")
    with open_netcdf(tmp_path / "a.nc") as datasets:
        assert len(datasets) == 1
