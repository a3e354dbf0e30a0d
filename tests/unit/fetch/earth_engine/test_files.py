"""The file as a whole: layout, receipt, what is refused, a process that is killed."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from carbonscape.core.errors import DownloadError
from carbonscape.core.grid import Grid
from carbonscape.fetch.earth_engine import files
from carbonscape.fetch.earth_engine.recipes import RECIPES
from carbonscape.fetch.earth_engine.window import MOST_BYTES, MOST_SIDE
from helpers.earth_engine_server import EarthEngine, refusal
from helpers.earth_engine_server_archive import CELL
from helpers.guards import PROJECT
from helpers.web_server import Answer


def test_a_file_says_what_it_is(fetch_file: Callable[..., Path]) -> None:
    path = fetch_file("mod17a2h", options={"gpp_confidence": 1})
    with xr.open_dataset(path) as data:
        assert data.attrs["source"] == "MODIS/006/MOD17A2H"
        assert data.attrs["version"] == "006"
        assert data.attrs["screening"] == "confidence <= 1"
        assert data.attrs["title"].startswith("MOD17A2H.006")
        assert "history" not in data.attrs
        Grid(CELL).require(data["lat"].values, data["lon"].values, str(path))
        assert data["gpp"].attrs["units"] == "gC m-2 d-1"
        # A mean, or nothing: never a nought for nothing.
        nothing = data["gpp_images"].values == 0
        np.testing.assert_array_equal(np.isnan(data["gpp"].values), nothing)
        assert (data["gpp_good_share"].values[nothing] == 0).all()


def test_a_receipt_says_what_was_asked(fetch_file: Callable[..., Path]) -> None:
    path = fetch_file("mod11a1")
    receipt = json.loads((path.parent / "file.nc.receipt.json").read_text())
    assert receipt["source"] == "mod11a1"
    assert receipt["client"].startswith("earthengine-api 1.")
    assert receipt["size"] == path.stat().st_size
    request = receipt["request"]
    assert request["asset"] == "MODIS/061/MOD11A1"
    assert (request["year"], request["steps"], request["images"]) == (2019, 2, 4)
    assert request["cell"] == CELL
    assert len(request["expressions_sha256"]) == 64
    assert sorted(item.name for item in path.parent.iterdir()) == [
        "file.nc",
        "file.nc.receipt.json",
    ]


def test_the_same_request_gives_the_same_bytes(fetch_file: Callable[..., Path]) -> None:
    one = fetch_file("mod44b", target="one.nc").read_bytes()
    assert fetch_file("mod44b", target="two.nc").read_bytes() == one


def test_a_part_of_the_globe_holds_its_cells_alone(
    engine: EarthEngine, fetch_file: Callable[..., Path]
) -> None:
    whole = fetch_file("mod13a2", target="whole.nc")
    part = fetch_file("mod13a2", target="part.nc", area=(60.0, -90.0, -30.0, 30.0))
    with xr.open_dataset(whole) as every, xr.open_dataset(part) as some:
        assert some["lat"].values.tolist() == [45.0, 15.0, -15.0]
        assert some["lon"].values.tolist() == [-75.0, -45.0, -15.0, 15.0]
        for name in some.data_vars:
            expected = every[name].sel(lat=some["lat"], lon=some["lon"])
            np.testing.assert_array_equal(some[name].values, expected.values)
    assert engine.pieces()[-1]["dimensions"] == {"width": 4, "height": 3}


# --- what the archive no longer has --------------------------------------------------------------


def test_a_band_that_was_renamed_is_refused(
    engine: EarthEngine, fetch_file: Callable[..., Path], tmp_path: Path
) -> None:
    engine.world.renamed["Psn_QC"] = "QC"
    with pytest.raises(
        DownloadError,
        match=r"file\.nc: images of MODIS/006/MOD17A2H have no band Psn_QC \(they have Gpp, QC\).*"
        "check_sources",
    ):
        fetch_file("mod17a2h")
    assert not list(tmp_path.iterdir())
    assert not engine.pieces()


def test_a_collection_that_is_gone_is_refused(
    engine: EarthEngine, fetch_file: Callable[..., Path]
) -> None:
    engine.world.gone.add("MODIS/006/MOD17A2H")
    with pytest.raises(
        DownloadError,
        match=r"Earth Engine has no such data set any more .*MODIS/006/MOD17A2H' not found.*"
        "check_sources",
    ):
        fetch_file("mod17a2h")


def test_a_year_without_images_is_refused(
    engine: EarthEngine, fetch_file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine.world.archive, "images", lambda *args: iter(()))
    with pytest.raises(DownloadError, match="MODIS/061/MOD13A2 has no image of 2019; docs/sources"):
        fetch_file("mod13a2")


def test_bits_that_have_changed_their_meaning_are_noticed(
    engine: EarthEngine, fetch_file: Callable[..., Path], tmp_path: Path
) -> None:
    engine.world.archive.constant["FparLai_QC"] = 255
    with pytest.raises(DownloadError, match="not one cell of the globe has a value in 2019"):
        fetch_file("modis_lai")
    assert not (tmp_path / "file.nc").exists()


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("mod13a2", "evi", 0),
        ("mod13a2", "evi_images", 1),
        ("mod13a2", "evi_good_share", 101),
        ("mod13a2", "evi_good_share", 5),
        ("modis_lai", "fpar", 0),
        ("mcd12q1", "land_share", 0),
    ],
)
def test_values_that_contradict_each_other_are_refused(
    name: str,
    field: str,
    value: int,
    fetch_file: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    load = files.Pixels.load

    def changed(self: Any, step: Any, wanted: Any, *, side: int) -> np.ndarray:
        values = load(self, step, wanted, side=side)
        if wanted.name == field:
            # A cell without anything.
            values[0, 0] = value
        return values

    monkeypatch.setattr(files.Pixels, "load", changed)
    with pytest.raises(DownloadError, match=rf"{field}\w* contradicts the values beside it"):
        fetch_file(name)


def test_a_full_disk_is_a_sentence_and_keeps_what_came(
    engine: EarthEngine, fetch_file: Callable[..., Path], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(files, "side_of", lambda recipe, cell: 4)
    save, left = np.savez_compressed, [6]

    def full(*args: Any, **arrays: Any) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        save(*args, **arrays)

    monkeypatch.setattr(np, "savez_compressed", full)
    with pytest.raises(DownloadError, match=r"file\.nc: the disk that holds .* is full.*'raw'"):
        fetch_file("mod13a2")
    assert len(list((tmp_path / ".file.nc.pieces").iterdir())) == 6
    assert not (tmp_path / "file.nc").exists()


# --- how much at once ----------------------------------------------------------------------------


def test_pieces_keep_the_limits_of_the_service() -> None:
    for recipe in RECIPES.values():
        size = sum(np.dtype(field.dtype).itemsize for field in recipe.fields)
        for cell in (0.05, 0.1, 1.0):
            side = files.side_of(recipe, cell)
            assert 16 <= side <= MOST_SIDE
            assert side * side * size <= MOST_BYTES
    # Many images of many pixels: less at once.
    assert files.side_of(RECIPES["mod10a1"], 0.05) < files.side_of(RECIPES["mod13a2"], 0.05)


# --- a process that is killed --------------------------------------------------------------------

_CHILD = """
import sys
from pathlib import Path
from carbonscape.fetch.earth_engine import files, pixels
from carbonscape.fetch.earth_engine.client import fetch
from carbonscape.fetch.want import Want
from carbonscape.sources.registry import get_source
files.side_of = lambda recipe, cell: 4
pixels.AT_ONCE = 1
hosts = {"earth_engine": sys.argv[1]}
fetch(Want(get_source("mod13a2"), "xco2_grid", "2019", Path(sys.argv[2]), cell=30.0, hosts=hosts))
"""


def test_a_process_that_is_killed_leaves_its_finished_pieces(
    engine: EarthEngine, fetch_file: Callable[..., Path], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    whole = fetch_file("mod13a2", target="whole.nc").read_bytes()
    monkeypatch.setattr(files, "side_of", lambda recipe, cell: 4)
    target = tmp_path / "file.nc"
    scratch = tmp_path / ".file.nc.pieces"
    child: list[subprocess.Popen] = []
    left = [5]

    def kills(method: str, body: dict[str, Any]) -> Answer | None:
        if method == "computePixels" and "pixelLonLat" not in json.dumps(body):
            left[0] -= 1
            if left[0] < 0:
                child[0].send_signal(signal.SIGKILL)
                return refusal(503, "too late")
        return None

    engine.fault = kills
    environ = {**os.environ, "PYTHONPATH": str(PROJECT / "workflow")}
    command = [sys.executable, "-c", _CHILD, engine.address, str(target)]
    child.append(subprocess.Popen(command, env=environ))
    assert child[0].wait(60) == -signal.SIGKILL
    # One at a time: each is kept before the next is asked for.
    finished = len(list(scratch.glob("[!.]*.npz")))
    assert finished == 5
    assert not target.exists()
    engine.fault = lambda method, body: None
    before = len(engine.pieces())
    assert fetch_file("mod13a2").read_bytes() == whole
    # Two months in three by two pieces.
    assert len(engine.pieces()) - before == 12 - finished
    assert not scratch.exists()
