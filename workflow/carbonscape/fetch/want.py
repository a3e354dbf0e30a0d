"""One file that is wanted of an archive, and the settings of the run that it depends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from carbonscape.sources.source import Files, Source


@dataclass(frozen=True)
class Want:
    """A file of a source that is not there yet.

    Attributes:
        source: its source.
        kind: which of the source's kinds of files.
        when: year, month or day that it holds (YYYY, YYYY-MM, YYYY-MM-DD); empty for all.
        target: where it goes.
        cell: size of a grid cell in degrees, of files on the cells of a product.
        area: north, west, south and east in degrees, if only a part of the globe is wanted.
        sites: table of the towers (site, lat, lon), of files of places.
        versions: versions that are taken, in the order in which they are tried.
        hosts: base address of each service, where it is not the one of its client.
        options: choices of the configuration that decide which pixels count.
    """

    source: Source
    kind: str
    when: str
    target: Path
    cell: float = 0.0
    area: tuple[float, float, float, float] | None = None
    sites: Path | None = None
    versions: tuple[str, ...] = ()
    hosts: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def files(self) -> Files:
        """The kind of files that it is one of."""
        return self.source.files[self.kind]
