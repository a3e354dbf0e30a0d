"""Bad inputs, one at a time, and what a job says of each: rows of docs/refusals.md."""

from __future__ import annotations

import contextlib
import io
import os
import re
import socket
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np

from carbonscape.core.jobs import job


@dataclass(frozen=True)
class Bad:
    """A bad input.

    Attributes:
        kind: of input, a heading of the document.
        what: is bad about it, in words.
        rule: whose job reads it.
        run: makes it in a folder, and reads it as the rule does.
    """

    kind: str
    what: str
    rule: str
    run: Callable[[Path], Any]


def said(bad: Bad, folder: Path) -> tuple[int, str]:
    """Return exit status and sentence of a job that reads a bad input, paths made stable."""
    stderr, code = io.StringIO(), 0
    data = folder / "data"
    data.mkdir()
    with contextlib.redirect_stderr(stderr):
        try:
            with job(str(folder / "log.txt"), bad.rule):
                bad.run(data)
        except SystemExit as end:
            code = int(end.code)
    lines = re.findall(rf"^carbonscape: {bad.rule}: (.*)$", stderr.getvalue(), re.MULTILINE)
    sentence = lines[-1] if lines else ""
    # Servers of tests have another port each time.
    sentence = re.sub(r"http://127\.0\.0\.1:\d+", "https://archive.example", sentence)
    sentence = re.sub(r"attempts over \d+:\d\d", "attempts over 0:00", sentence)
    return code, sentence.replace(str(data), "/data")


def put(path: Path, content: bytes | str) -> Path:
    """Write a file and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def odd(path: Path, kind: str) -> Path:
    """Make something that is no file under the name of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        here = Path.cwd()
        # The path of a socket must be short.
        os.chdir(path.parent)
        try:
            with socket.socket(socket.AF_UNIX) as made:
                made.bind(path.name)
        finally:
            os.chdir(here)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "circle":
        path.symlink_to(path.name)
    else:
        path.symlink_to("/data/gone")
    return path


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a ZIP archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def grid(
    path: Path,
    variables: dict[str, Any],
    *,
    days: tuple[int, ...] = (366,),
    lat: tuple[float, ...] = (45.0, -45.0),
    lon: tuple[float, ...] = (-120.0, 0.0, 120.0),
    kind: str = "u1",
    units: dict[str, str] | None = None,
    since: str = "days since 2000-01-01",
) -> Path:
    """Write variables, each of one value, on (time, lat, lon)."""
    with netCDF4.Dataset(path, "w") as file:
        for name, values in (("time", days), ("lat", lat), ("lon", lon)):
            file.createDimension(name, len(values))
            file.createVariable(name, "f8", (name,))[:] = values
        file["time"].units = since
        for name, value in variables.items():
            variable = file.createVariable(name, kind, ("time", "lat", "lon"))
            variable.set_auto_maskandscale(False)
            if units:
                variable.units = units[name]
            variable[:] = np.full(variable.shape, value, kind)
    return path


def declared(path: Path, name: str, **sizes: int) -> Path:
    """Write a file that declares a variable of which nothing was ever written."""
    with netCDF4.Dataset(path, "w") as file:
        for dim, size in sizes.items():
            file.createDimension(dim, size)
        file.createVariable(
            name, "f4", tuple(sizes), chunksizes=tuple(min(100, n) for n in sizes.values())
        )
    return path


def cut(path: Path, share: float = 0.5) -> Path:
    """Keep the first part of a file."""
    os.truncate(path, int(share * path.stat().st_size))
    return path
