"""Pieces: split where they are too heavy, waited for where the service is busy, never lost."""

from __future__ import annotations

import json
import logging
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from carbonscape.core.errors import DownloadError
from carbonscape.fetch.earth_engine import files, pixels
from carbonscape.fetch.earth_engine.pixels import PieceProgress
from helpers.earth_engine_server import EarthEngine, refusal
from helpers.web_server import Answer

Body = dict[str, Any]


def is_piece(method: str, body: Body) -> bool:
    return method == "computePixels" and "pixelLonLat" not in json.dumps(body)


def cells_of(body: Body) -> int:
    size = body["grid"]["dimensions"]
    return size["width"] * size["height"]


def corner(grid: Body) -> tuple[float, float, int, int]:
    affine, size = grid["affineTransform"], grid["dimensions"]
    return affine["translateX"], affine["translateY"], size["width"], size["height"]


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces of at most five cells along a side, split down to two."""
    monkeypatch.setattr(files, "side_of", lambda recipe, cell: 5)
    monkeypatch.setattr(pixels, "FLOOR", 2)


@pytest.fixture
def whole(fetch_file: Callable[..., Path]) -> bytes:
    """The file that one request a step gives."""
    return fetch_file("mod13a2", target="whole.nc").read_bytes()


def test_pieces_meet_without_seams(
    whole: bytes, small_pieces: None, engine: EarthEngine, fetch_file: Callable[..., Path]
) -> None:
    before = len(engine.pieces())
    assert fetch_file("mod13a2").read_bytes() == whole
    found = Counter(map(corner, engine.pieces()[before:]))
    # Two months, 12 x 6 cells in three by two equal pieces.
    assert set(found.values()) == {2}
    assert sorted(found) == [
        (lon, lat, 4, 3) for lon in (-180.0, -60.0, 60.0) for lat in (0.0, 90.0)
    ]


@pytest.mark.parametrize(
    "message",
    [
        "User memory limit exceeded.",
        "Computation timed out.",
        "Total request size (60000000 bytes) must be less than or equal to 50331648 bytes.",
    ],
)
def test_a_request_that_is_too_heavy_is_split(
    message: str,
    whole: bytes,
    small_pieces: None,
    engine: EarthEngine,
    fetch_file: Callable[..., Path],
) -> None:
    def heavy(method: str, body: Body) -> Answer | None:
        return refusal(400, message) if is_piece(method, body) and cells_of(body) > 4 else None

    engine.fault = heavy
    assert fetch_file("mod13a2").read_bytes() == whole
    sizes = Counter(corner(grid)[2:] for grid in engine.pieces())
    # Two months at once (by the fixture); then each of six pieces, and its four parts.
    assert sizes == {(12, 6): 2, (4, 3): 12, (2, 2): 24, (2, 1): 24}


def test_what_cannot_be_split_any_more_is_refused_in_a_sentence(
    small_pieces: None, engine: EarthEngine, fetch_file: Callable[..., Path], tmp_path: Path
) -> None:
    def heavy(method: str, body: Body) -> Answer | None:
        return refusal(400, "Computation timed out.") if is_piece(method, body) else None

    engine.fault = heavy
    with pytest.raises(
        DownloadError, match=r"file\.nc: Earth Engine cannot compute even 2 x 2 cells of 2019-0"
    ):
        fetch_file("mod13a2")
    assert not (tmp_path / "file.nc").exists()


def test_a_storm_of_refusals_for_too_many_requests_is_waited_for(
    whole: bytes, small_pieces: None, engine: EarthEngine, fetch_file: Callable[..., Path]
) -> None:
    lock, times = threading.Lock(), Counter()

    def storm(method: str, body: Body) -> Answer | None:
        key = json.dumps(body, sort_keys=True)
        with lock:
            times[key] += 1
            if times[key] == 1:
                return refusal(429, "Too many concurrent aggregations.")
            if times[key] == 2:
                return refusal(503, "The service is currently unavailable.")
            # A quota can be reported as a wrong request.
            if times[key] == 3:
                return refusal(400, "Quota exceeded for quota metric 'requests'.")
        return None

    engine.fault = storm
    assert fetch_file("mod13a2").read_bytes() == whole
    assert set(times.values()) == {4}


def test_a_service_that_stays_busy_is_given_up_in_a_sentence(
    small_pieces: None, engine: EarthEngine, fetch_file: Callable[..., Path]
) -> None:
    engine.fault = lambda method, body: (
        refusal(429, "Too many requests.") if is_piece(method, body) else None
    )
    with pytest.raises(
        DownloadError,
        match=r"file\.nc, 2019-0\d-01: no success in 4 attempts .* Earth Engine is busy \(Too many "
        r"requests\.\).*What was received is kept: run the same command again later",
    ):
        fetch_file("mod13a2")


def test_a_kill_loses_no_finished_piece(
    whole: bytes, small_pieces: None, engine: EarthEngine, fetch_file: Callable[..., Path],
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    monkeypatch.setattr(pixels, "AT_ONCE", 1)
    lock, left = threading.Lock(), [7]

    def dies(method: str, body: Body) -> Answer | None:
        if not is_piece(method, body):
            return None
        with lock:
            left[0] -= 1
            return None if left[0] >= 0 else refusal(403, "killed")

    engine.fault = dies
    with pytest.raises(DownloadError, match="refuses access"):
        fetch_file("mod13a2")
    scratch = tmp_path / ".file.nc.pieces"
    finished = len(list(scratch.glob("*.npz")))
    assert finished == 7
    assert not (tmp_path / "file.nc").exists()
    engine.fault = lambda method, body: None
    before = len(engine.pieces())
    with caplog.at_level(logging.INFO):
        assert fetch_file("mod13a2").read_bytes() == whole
    assert len(engine.pieces()) - before == 12 - finished
    assert "taking up an earlier run, 7 of 12 are done" in caplog.text
    # Nothing is left of the pieces.
    assert not scratch.exists()


def test_what_was_too_heavy_before_a_kill_is_not_asked_as_a_whole_again(
    whole: bytes, small_pieces: None, engine: EarthEngine, fetch_file: Callable[..., Path]
) -> None:
    def fails(method: str, body: Body) -> Answer | None:
        if not is_piece(method, body):
            return None
        return refusal(400, "Computation timed out.") if cells_of(body) > 4 else refusal(403, "no")

    engine.fault = fails
    with pytest.raises(DownloadError):
        fetch_file("mod13a2")
    refused = {json.dumps(body) for method, body in engine.asked if is_piece(method, body)
               and cells_of(body) > 4 and cells_of(body) < 72}  # fmt: skip
    engine.fault = lambda method, body: None
    engine.asked.clear()
    assert fetch_file("mod13a2").read_bytes() == whole
    asked = {json.dumps(body) for method, body in engine.asked}
    assert refused
    assert not refused & asked


def test_a_damaged_piece_is_fetched_again(
    whole: bytes, small_pieces: None, engine: EarthEngine, fetch_file: Callable[..., Path],
    tmp_path: Path,
) -> None:  # fmt: skip
    left = [3]

    def dies(method: str, body: Body) -> Answer | None:
        left[0] -= is_piece(method, body)
        return refusal(403, "no") if left[0] < 0 else None

    engine.fault = dies
    with pytest.raises(DownloadError):
        fetch_file("mod13a2")
    pieces = sorted((tmp_path / ".file.nc.pieces").glob("*.npz"))
    pieces[0].write_bytes(pieces[0].read_bytes()[:100])
    engine.fault = lambda method, body: None
    assert fetch_file("mod13a2").read_bytes() == whole


def test_another_choice_of_pixels_takes_up_no_piece(
    small_pieces: None, engine: EarthEngine, fetch_file: Callable[..., Path]
) -> None:
    left = [5]

    def dies(method: str, body: Body) -> Answer | None:
        left[0] -= is_piece(method, body)
        return refusal(403, "no") if left[0] < 0 else None

    engine.fault = dies
    with pytest.raises(DownloadError):
        fetch_file("mod17a2h", options={"gpp_confidence": 3})
    engine.fault = lambda method, body: None
    before = len(engine.pieces())
    fetch_file("mod17a2h", options={"gpp_confidence": 1})
    # Three months in six pieces.
    assert len(engine.pieces()) - before == 18


def test_a_grid_that_the_service_places_elsewhere_is_refused(
    engine: EarthEngine, fetch_file: Callable[..., Path]
) -> None:
    engine.shift = 15.0
    with pytest.raises(DownloadError, match="first cell at longitude -150, expected -165"):
        fetch_file("mod13a2")
    assert not engine.pieces()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((200, {}, b"<html>log in</html>"), "no array of numpy"),
        ((200, {}, b""), "no array of numpy"),
    ],
)
def test_another_answer_than_an_array_is_refused(
    answer: Answer, reason: str, engine: EarthEngine, fetch_file: Callable[..., Path]
) -> None:
    engine.fault = lambda method, body: answer if is_piece(method, body) else None
    with pytest.raises(DownloadError, match=reason):
        fetch_file("mod13a2")


def test_another_size_of_the_answer_is_refused(
    engine: EarthEngine, fetch_file: Callable[..., Path]
) -> None:
    def smaller(method: str, body: Body) -> Answer | None:
        if is_piece(method, body):
            body["grid"]["dimensions"]["height"] -= 1
        return None

    engine.fault = smaller
    with pytest.raises(DownloadError, match=r"shape \(5, 12\), expected bands on 6 x 12 cells"):
        fetch_file("mod13a2")


def test_a_connection_that_breaks_is_tried_again(
    whole: bytes, engine: EarthEngine, fetch_file: Callable[..., Path]
) -> None:
    broken = [2]

    def breaks(method: str, body: Body) -> Answer | None:
        if is_piece(method, body) and broken[0]:
            broken[0] -= 1
            # Announces more than comes.
            return 200, {"Content-Length": "100000", "Connection": "close"}, b"\x93NUMPY"
        return None

    engine.fault = breaks
    assert fetch_file("mod13a2").read_bytes() == whole
    assert broken == [0]


def test_progress_shows_pieces_bytes_and_time() -> None:
    progress = PieceProgress("x.nc: pieces", 4)
    progress.received = 2_000_000
    progress.start -= 60
    progress.advance()
    text = progress.describe()
    assert text.startswith("x.nc: pieces: 1/4 in 1:0")
    assert "about 3:0" in text
    assert text.endswith("left, 2 MB received")


def test_requests_at_once_are_bounded(
    small_pieces: None, engine: EarthEngine, fetch_file: Callable[..., Path]
) -> None:
    lock, running, most = threading.Lock(), [0], [0]
    gate = threading.Event()

    def counts(method: str, body: Body) -> Answer | None:
        if is_piece(method, body):
            with lock:
                running[0] += 1
                most[0] = max(most[0], running[0])
            gate.wait(0.02)
            with lock:
                running[0] -= 1
        return None

    engine.fault = counts
    fetch_file("mod11a1")
    assert 1 < most[0] <= pixels.AT_ONCE <= 40
