"""Which client fetches a file: that of its request."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from carbonscape.core.errors import ConfigError
from carbonscape.fetch.want import Want
from carbonscape.sources.registry import get_source
from carbonscape.sources.requests import (
    Address,
    Catalogue,
    CdsRequest,
    Cells,
    Deposit,
    Granules,
    TowerPixels,
)

#: Module by kind of request; imported when used, for each brings a client of its own.
CLIENTS = {
    Address: "https",
    Deposit: "https",
    Catalogue: "https",
    CdsRequest: "cds",
    Granules: "earthdata",
    Cells: "earth_engine.client",
    TowerPixels: "earth_engine.client",
}


def fetch_file(
    target: str | Path,
    *,
    source: str,
    kind: str,
    when: str,
    sites: str | Path | None = None,
    settings: Mapping[str, Any],
) -> None:
    """Fetch one file of a source: it, and its receipt, are there when this returns.

    Args:
        target: where it goes.
        source: name of the source.
        kind: which of its kinds of files.
        when: year, month or day; empty for all.
        sites: table of the towers, for files of places.
        settings: what it depends on beside: cell, area, versions, hosts, options.

    Raises:
        DownloadError: the service does not deliver.
        ConfigError: nothing is known of how to fetch it.
    """
    record = get_source(source)
    request = record.files[kind].request
    if request is None:
        raise ConfigError(
            f"the {record.title} cannot be fetched: {record.service.name} hands it to persons "
            "alone; docs/readers.md says where its files go."
        )
    client = importlib.import_module(f"carbonscape.fetch.{CLIENTS[type(request)]}")
    client.fetch(
        Want(
            source=record,
            kind=kind,
            when=when,
            target=Path(target),
            sites=Path(sites) if sites else None,
            **settings,
        )
    )
