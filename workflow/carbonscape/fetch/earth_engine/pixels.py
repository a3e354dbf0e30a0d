"""Asking for the cells of a file: piece by piece, a few at once, none of them twice."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ee
import numpy as np
from numpy.typing import NDArray

from carbonscape.core.errors import DownloadError
from carbonscape.core.progress import Progress
from carbonscape.fetch.earth_engine.answers import TooHeavyError, ask
from carbonscape.fetch.earth_engine.recipes import Field
from carbonscape.fetch.earth_engine.scratch import Scratch
from carbonscape.fetch.earth_engine.window import FLOOR, Piece, Window
from carbonscape.fetch.progress import format_bytes
from carbonscape.fetch.retry import Policy

#: Requests at once. Earth Engine takes 40 of a project; a run may fetch several files at a time.
AT_ONCE = 8

#: Largest distance, in cells, at which a centre is where it should be.
_TOLERANCE = 1e-3


@dataclass(frozen=True)
class Step:
    """A time of a file, and the expression that gives its fields.

    Attributes:
        name: for messages.
        image: all fields, nothing masked.
        text: the expression as it is sent; part of what pieces are named by.
    """

    name: str
    image: ee.Image
    text: str

    @classmethod
    def of(cls, name: str, image: ee.Image) -> Step:
        """Return a step whose expression is written out."""
        return cls(name, image, image.serialize())


class PieceProgress(Progress):
    """Counts finished pieces, and the bytes that came."""

    received = 0

    def describe(self) -> str:
        """Return one line: pieces, bytes, since when, how much longer."""
        return f"{super().describe()}, {format_bytes(self.received)} received"


class Pixels:
    """Fetches the fields of steps on the cells of a window.

    Args:
        window: the cells.
        fields: what the expressions give.
        scratch: where finished pieces are kept.
        policy: bounds on attempts and time.
        label: the file, for messages.
    """

    def __init__(
        self,
        window: Window,
        *,
        fields: Sequence[Field],
        scratch: Scratch,
        policy: Policy,
        label: str,
    ) -> None:
        self.window, self.fields, self.scratch = window, tuple(fields), scratch
        self.policy, self.label = policy, label

    def check_grid(self) -> None:
        """Ask where the first cells lie, and compare.

        Raises:
            DownloadError: the service places its grid elsewhere than this client believes.
        """
        first = Piece(self.window.rows[0], self.window.cols[0], *(min(2, n) for n in self._shape()))
        image = ee.Image.pixelLonLat().toDouble()
        found = self._compute(image, first, "the position of the grid")
        for axis, name, expected in (
            ("latitude", "latitude", self.window.lat[: first.height, None]),
            ("longitude", "longitude", self.window.lon[None, : first.width]),
        ):
            apart = np.abs(np.asarray(found[name], dtype=np.float64) - expected)
            if not (apart <= _TOLERANCE * self.window.grid.cell).all():
                raise DownloadError(
                    f"{self.label}: Earth Engine places the first cell at {axis} "
                    f"{float(found[name][0, 0]):g}, expected {float(expected[0, 0]):g}; its rules "
                    "for grids have changed: report this, and use no file of this version."
                )

    def fetch(self, steps: Sequence[Step], *, side: int) -> None:
        """Fetch every piece of every step that is not there yet.

        Args:
            steps: the times of the file.
            side: cells along a side of a piece.

        Raises:
            DownloadError: a piece cannot be had; the others that are finished are kept.
        """
        wanted = [(step, piece) for step in steps for piece in self.window.cut(side)]
        missing = [(step, piece) for step, piece in wanted if not self._complete(step, piece)]
        done = len(wanted) - len(missing)
        progress = PieceProgress(f"{self.label}: pieces", len(wanted), done=done)
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            futures = [pool.submit(self._fetch_piece, step, piece) for step, piece in missing]
            try:
                for future in concurrent.futures.as_completed(futures):
                    progress.received += future.result()
                    progress.advance()
            except BaseException:
                # What waits is given up; what runs ends first, and is kept.
                pool.shutdown(wait=True, cancel_futures=True)
                raise

    def load(self, step: Step, field: Field, *, side: int) -> NDArray:
        """Return one field (lat, lon) of a step that is complete, put together from its pieces."""
        whole = np.empty(self.window.shape, dtype=field.dtype)
        for piece in self.window.cut(side):
            self._place(whole, step, piece, field.name)
        return whole

    def _shape(self) -> tuple[int, int]:
        return self.window.shape

    def _key(self, step: Step, piece: Piece) -> str:
        return self.scratch.key(step.text, self.window.request_grid(piece))

    def _complete(self, step: Step, piece: Piece) -> bool:
        """Say whether a piece, or all parts that it was split into, are there."""
        key = self._key(step, piece)
        if self.scratch.is_split(key):
            return all(self._complete(step, part) for part in piece.quarters())
        return self.scratch.is_sound(key)

    def _place(self, whole: NDArray, step: Step, piece: Piece, name: str) -> None:
        """Copy a piece into an array of the window."""
        key = self._key(step, piece)
        if self.scratch.is_split(key):
            for part in piece.quarters():
                self._place(whole, step, part, name)
        else:
            whole[self.window.place(piece)] = self.scratch.load(key, name)

    def _fetch_piece(self, step: Step, piece: Piece) -> int:
        """Fetch a piece, in four if the service cannot give it at once; return the bytes."""
        key = self._key(step, piece)
        if not self.scratch.is_split(key):
            if self.scratch.is_sound(key):
                return 0
            try:
                found = self._compute(step.image, piece, step.name)
            except TooHeavyError as error:
                if max(piece.height, piece.width) <= FLOOR:
                    raise DownloadError(
                        f"{self.label}: Earth Engine cannot compute even {piece.height} x "
                        f"{piece.width} cells of {step.name} at once ({error}); run the same "
                        "command again at another time, and report it if that repeats."
                    ) from error
                self.scratch.mark_split(key)
            else:
                self.scratch.save(key, self._typed(found, step.name))
                return int(found.nbytes)
        return sum(self._fetch_piece(step, part) for part in piece.quarters())

    def _compute(self, image: ee.Image, piece: Piece, name: str) -> NDArray[Any]:
        """Ask for one piece: a structured array (row, column), a field each band."""
        request = {
            "expression": image,
            "fileFormat": "NUMPY_NDARRAY",
            "grid": self.window.request_grid(piece),
        }
        label = f"{self.label}, {name}"
        try:
            found = ask(lambda: ee.data.computePixels(request), policy=self.policy, label=label)
        except (ValueError, EOFError) as error:
            raise DownloadError(
                f"{label}: the answer is no array of numpy; a proxy may have put a page of its own "
                "in its place: run the same command again from a network without one."
            ) from error
        if found.dtype.names is None or found.shape != (piece.height, piece.width):
            raise DownloadError(
                f"{label}: the answer has the shape {found.shape}, expected bands on "
                f"{piece.height} x {piece.width} cells; run the same command again, and report it "
                "if that repeats."
            )
        return found

    def _typed(self, found: NDArray[Any], name: str) -> dict[str, NDArray]:
        """Return the fields of an answer in the types in which they are stored."""
        arrays = {}
        for field in self.fields:
            if field.name not in (found.dtype.names or ()):
                raise DownloadError(
                    f"{self.label}, {name}: the answer has the bands {found.dtype.names}, and no "
                    f"{field.name}; report this with the log of this job."
                )
            values = found[field.name]
            arrays[field.name] = typed = np.ascontiguousarray(values.astype(field.dtype))
            if field.dtype != "float32" and not np.array_equal(typed, values):
                raise DownloadError(
                    f"{self.label}, {name}: {field.name} holds values that {field.dtype} cannot "
                    "hold; report this with the log of this job."
                )
        return arrays
