"""The receipt beside each downloaded file: what was asked, of whom, when, and what came."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from carbonscape.core.io import sha256, write_json

#: Keys whose values never stand in a receipt, wherever they come from.
_SECRET = re.compile(r"token|key|password|secret|signature|authorization|credential", re.IGNORECASE)


def receipt_path(target: str | os.PathLike[str]) -> Path:
    """Return where the receipt of a file lies."""
    target = Path(target)
    return target.with_name(f"{target.name}.receipt.json")


def write_receipt(
    target: str | os.PathLike[str],
    *,
    source: str,
    request: Mapping[str, Any],
    client: str,
    digest: str = "",
) -> Path:
    """Write the receipt of a file that is in place.

    Args:
        target: the file.
        source: name of its source.
        request: what was asked for; secrets in it are left out.
        client: package and version that asked.
        digest: SHA-256 of the file, if it is known already.

    Returns:
        The receipt: JSON with source, request, client, time (UTC), size [bytes] and sha256.
    """
    target = Path(target)
    receipt = receipt_path(target)
    content = {
        "file": target.name,
        "source": source,
        "request": without_secrets(request),
        "client": client,
        "time": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "size": target.stat().st_size,
        "sha256": digest or sha256(target),
    }
    write_json(receipt, content)
    return receipt


def without_secrets(value: Any, key: str = "") -> Any:
    """Return a request without what is secret: values of such keys, queries of addresses."""
    if _SECRET.search(key) and isinstance(value, str):
        return "(left out)"
    if isinstance(value, Mapping):
        return {str(name): without_secrets(part, str(name)) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [without_secrets(part) for part in value]
    if isinstance(value, str) and value.startswith(("http://", "https://")):
        return address_without_query(value)
    return value


def address_without_query(url: str) -> str:
    """Return an address without user, password, query and fragment: signatures stand there."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", ""))
