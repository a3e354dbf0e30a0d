"""How the files of a source are asked for: one record a kind of service.

A record says what is asked, not how: the clients of ``carbonscape.fetch`` do that. Only the
standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class CdsRequest:
    """A request of the Climate or the Atmosphere Data Store: one file of a month or a year.

    Attributes:
        dataset: its name there.
        inputs: keys of the request beside ``year``, ``month``, ``day`` and ``area``.
        names: short names of the variables that the file must hold, such as ``t2m``.
        days: whether ``day`` is asked for (every day of the month).
        times: number of times that a file of one month must hold; 0 for one a day.
    """

    dataset: str
    inputs: Mapping[str, Any]
    names: tuple[str, ...]
    days: bool = False
    times: int = 0


@dataclass(frozen=True)
class Granules:
    """Granules of a collection of Earthdata, of which a month is listed and downloaded.

    Attributes:
        collection: its short name.
    """

    collection: str


@dataclass(frozen=True)
class Cells:
    """Images of Earth Engine, screened and aggregated to the cells of a grid there.

    Attributes:
        recipe: which of ``carbonscape.fetch.earth_engine.recipes`` makes them.
    """

    recipe: str


@dataclass(frozen=True)
class TowerPixels:
    """Pixels of Earth Engine around every tower.

    Attributes:
        recipe: which of ``carbonscape.fetch.earth_engine.recipes`` takes them.
    """

    recipe: str


@dataclass(frozen=True)
class Address:
    """A file that plain HTTPS delivers.

    Attributes:
        host: key of ``services.HOSTS``, the base address.
        path: what follows the base address; a date stands in it as in ``strftime``.
        content: what its first bytes must say: netcdf, tiff, zip, or empty for anything.
        checksum: ``md5:`` or ``sha256:`` and digits, where the archive publishes one.
        fallbacks: paths that are tried where the service has no such file.
    """

    host: str
    path: str
    content: str = ""
    checksum: str = ""
    fallbacks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Deposit:
    """A file, or all files, of a record of a repository that lists them with their checksums.

    Attributes:
        host: key of ``services.HOSTS``, the base address.
        kind: how the repository is asked: zenodo, figshare, dataverse or invenio.
        record: identifier of the record.
        name: what the names of its files must match whole, a regular expression with a date as
            in ``strftime``.
        content: as of :class:`Address`.
        member: of a ZIP archive, the member that is wanted.
    """

    host: str
    kind: str
    record: str
    name: str
    content: str = ""
    member: str = ""


@dataclass(frozen=True)
class Catalogue:
    """Files whose names and addresses a search of the archive tells.

    Attributes:
        host: key of ``services.HOSTS``, the base address.
        kind: how it is asked: stac (items of a month) or invenio (files of all records).
        collection: of the catalogue; of invenio, words that the records are searched by.
        name: as of :class:`Deposit`.
        content: as of :class:`Address`.
    """

    host: str
    kind: str
    collection: str
    name: str
    content: str = ""


Request = CdsRequest | Granules | Cells | TowerPixels | Address | Deposit | Catalogue
