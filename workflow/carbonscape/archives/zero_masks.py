"""Masked pixels that were delivered as 0: noticed by what a file as a whole lacks.

Earth Engine answers 0 for a masked pixel in every type, unless the image was unmasked with a
sentinel. Where 0 is a value of the product and the best quality as well, such a pixel looks like an
observation: bare ground, no snow, no light. No single pixel tells, but the file does: over an area
with sea or night in it some pixel must have nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from carbonscape.core import findings
from carbonscape.core.errors import InputError

#: Share of the pixels of a large part of the globe that may be 0 with the best quality: land has
#: 29 percent of its area and, as the poles count more, some 36 percent of the pixels.
MOST_ZEROS = 0.5


class _Raw(Protocol):
    """What the test needs to know of a raw variable."""

    name: str
    fill: int
    best: int | None
    valid: tuple[float, float] | None


@dataclass
class ZeroMask:
    """Counts what was read of a file.

    Attributes:
        origin: its name, for messages.
        value, quality: the variables; without a quality every 0 counts.
        sentinel: number by which to export masked pixels.
        wide: whether the file spans so much of the globe that sea must lie in it.
        source: name of the source in the registry.
        accept: whether it is warned of, not refused.
        most: share of the pixels that may be 0 with the best quality, whatever is missing.
    """

    origin: str
    value: _Raw
    quality: _Raw | None
    sentinel: str
    wide: bool
    source: str
    accept: bool
    most: float = MOST_ZEROS
    _counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("pixels", "zeros", "missing"), 0)
    )

    @classmethod
    def of(
        cls,
        origin: str,
        value: _Raw,
        quality: _Raw | None = None,
        *,
        sentinel: str,
        wide: bool,
        source: str,
        accept: bool,
        most: float = MOST_ZEROS,
    ) -> ZeroMask:
        """Return the count of a file of which nothing was read yet."""
        return cls(origin, value, quality, sentinel, wide, source, accept, most)

    def look_at(self, raw: Mapping[str, NDArray]) -> None:
        """Count raw values by the name of the variable."""
        values = raw[self.value.name]
        zero, missing = values == 0, _without_meaning(values, self.value)
        if self.quality is not None:
            quality = raw[self.quality.name]
            zero = zero & (quality == self.quality.best)
            missing = missing | _without_meaning(quality, self.quality)
        for name, number in (
            ("pixels", values.size),
            ("zeros", int(np.count_nonzero(zero))),
            ("missing", int(np.count_nonzero(missing))),
        ):
            self._counts[name] += number

    def judge(self) -> None:
        """Refuse, or warn of, what was read.

        Raises:
            InputError: over a large part of the globe no pixel is missing although some are 0, or
                more are 0 with the best quality than there is land.
        """
        pixels, zeros, missing = self._counts.values()
        too_many = self.wide and zeros > self.most * pixels
        if not zeros or (missing and not too_many):
            return
        # Without a quality, few pixels that are all 0 may as well be what is there.
        if not self.wide and self.quality is None:
            return
        best = ""
        if self.quality is not None:
            best = f" with the best quality ({self.quality.name} {self.quality.best})"
        found = (
            f"{self.value.name} is 0{best} in {zeros} of {pixels} pixels, "
            f"and {missing or 'none'} of them {'is' if missing == 1 else 'are'} missing"
        )
        remedy = (
            "Earth Engine delivers masked pixels as 0; export them by a number that is no value, "
            f"such as {self.value.name} {self.sentinel}: image.unmask({self.sentinel})"
        )
        if self.wide and not self.accept:
            raise InputError(
                f"{self.origin}: {found}, over an area with sea in it, where some must be: {remedy}"
                f" (accepted if the config key 'inputs.accept_implausible' holds {self.source!r})."
            )
        findings.warn(self.origin, f"{found}: is there no sea and no night? {remedy}",
                      source=self.source)  # fmt: skip


def _without_meaning(values: NDArray, raw: _Raw) -> NDArray[np.bool_]:
    """Say which raw values are none of the product: fill values and codes."""
    if values.dtype.kind == "f":
        return ~np.isfinite(values) | (values < -9000) | (values > 1e30)
    if raw.valid is None:
        return values == raw.fill
    return (values < raw.valid[0]) | (values > raw.valid[1])
