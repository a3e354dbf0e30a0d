"""What plain HTTPS delivers: files at known addresses, of records, and of catalogues."""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import requests

from carbonscape.core.errors import ConfigError, DownloadError
from carbonscape.core.io import write_json
from carbonscape.fetch.content import require_beginning, require_content
from carbonscape.fetch.members import extract_member
from carbonscape.fetch.progress import format_bytes
from carbonscape.fetch.receipts import write_receipt
from carbonscape.fetch.repositories import (
    Entry,
    JsonClient,
    choose,
    first_bytes,
    list_record,
    search_invenio,
    search_stac,
)
from carbonscape.fetch.retry import POLICY, Policy
from carbonscape.fetch.transfer import Delivery, NotThereError, download, new_session
from carbonscape.fetch.want import Want
from carbonscape.sources.requests import Address, Deposit
from carbonscape.sources.services import HOSTS

logger = logging.getLogger(__name__)

CLIENT = f"requests {requests.__version__}"


def fetch(want: Want, *, policy: Policy = POLICY) -> None:
    """Download a file, or the files of a month and their listing.

    Args:
        want: a file whose request is an :class:`Address`, :class:`Deposit` or :class:`Catalogue`.
        policy: bounds on time and attempts.

    Raises:
        DownloadError: the service does not deliver.
        ConfigError: a base address of the configuration is none.
    """
    request = want.files.request
    base = base_address(request.host, want.hosts)
    client = JsonClient(new_session(), policy, f"{want.source.title} ({want.target.name})")
    if isinstance(request, Address):
        _fetch_address(want, request, base, client)
    elif want.files.listing:
        entries = _every_days(entries_of(want, base, client), want.options.get("every_days", 1))
        fetch_listed(want, entries, request.content, client, choice=CHOICES.get(want.source.name))
    else:
        _fetch_deposit(want, request, base, client)


def check(want: Want, *, policy: Policy = POLICY) -> str:
    """Ask whether the archive has what is wanted, and return what it has.

    Raises:
        DownloadError: it does not, or it does not answer.
    """
    request = want.files.request
    base = base_address(request.host, want.hosts)
    client = JsonClient(new_session(), policy, want.source.title)
    if not isinstance(request, Address):
        entries = entries_of(want, base, client)
        size = sum(entry.size or 0 for entry in entries)
        return f"{len(entries)} files, {format_bytes(size)}, such as {entries[0].name}"
    path = _paths(want, request)[0]
    size, beginning = first_bytes(f"{base}/{path}", client)
    require_beginning(beginning, request.content, client.label)
    return f"{path.rpartition('/')[2]}, {format_bytes(size)}"


def base_address(host: str, hosts: Mapping[str, str]) -> str:
    """Return the base address of a service, that of the configuration first.

    Raises:
        ConfigError: what the configuration says is no address.
    """
    base = hosts.get(host) or HOSTS[host]
    if not base.startswith(("https://", "http://127.0.0.1")):
        raise ConfigError(
            f"config key 'fetch.hosts.{host}' is '{base}', expected an address that begins with "
            f"https://, such as {HOSTS[host]}."
        )
    return base.rstrip("/")


def entries_of(want: Want, base: str, client: JsonClient) -> list[Entry]:
    """Return the files that the archive lists for what is wanted."""
    request = want.files.request
    if isinstance(request, Deposit):
        entries = list_record(request.kind, base, request.record, client)
    elif request.kind == "stac":
        entries = search_stac(base, request.collection, want.when, client)
    else:
        entries = search_invenio(base, request.collection, client)
    return choose(entries, request.name, want.when, client.label)


def _every_days(entries: list[Entry], days: int) -> list[Entry]:
    """Return the files of every n-th day, from the first of the month on."""
    if days == 1:
        return entries
    return [entry for entry in entries if (int(_day(entry.name)[-2:] or 1) - 1) % days == 0]


def _day(name: str) -> str:
    """Return the day (YYYY-MM-DD) in the name of a file; empty if there is none."""
    found = re.search(r"\d{4}-\d\d-\d\d", name)
    return found.group() if found else ""


def _fetch_address(want: Want, request: Address, base: str, client: JsonClient) -> None:
    """Download a file at a known address, or at the next one where it is not there."""
    paths = _paths(want, request)
    for number, path in enumerate(paths):
        url = f"{base}/{path}"
        try:
            delivery = download(
                url,
                want.target,
                session=client.session,
                checksum=request.checksum,
                content=request.content,
                label=client.label,
                policy=client.policy,
            )
        except NotThereError:
            if number + 1 == len(paths):
                raise
            continue
        _receipt(want, want.target, {"url": url}, delivery)
        return


def _paths(want: Want, request: Address) -> list[str]:
    """Return the paths that are tried for a date, in their order."""
    day = dt.date.fromisoformat(f"{want.when or '2000'}-01-01"[:10])
    return [day.strftime(path).lstrip("/") for path in (request.path, *request.fallbacks)]


def _fetch_deposit(want: Want, request: Deposit, base: str, client: JsonClient) -> None:
    """Download one file of a record, or a member of it."""
    entries = entries_of(want, base, client)
    if len(entries) > 1:
        raise DownloadError(
            f"{client.label}: the record {request.record} has {len(entries)} files whose names fit "
            f"'{request.name}' ({', '.join(entry.name for entry in entries[:5])}), expected one."
        )
    entry = entries[0]
    if not request.member:
        delivery = _download(entry, want.target, request.content, client)
        _receipt(want, want.target, {"url": entry.url, "checksum": entry.checksum}, delivery)
        return
    packed = want.target.with_name(Path(entry.name).name)
    kept = packed.exists()
    if not kept:
        _download(entry, packed, "zip", client)
    extract_member(packed, request.member, want.target, client.label)
    require_content(want.target, request.content, client.label)
    _receipt(want, want.target, {"url": entry.url, "member": request.member}, None)
    if not kept:
        packed.unlink()


def fetch_listed(
    want: Want,
    entries: Sequence[Entry],
    content: str,
    client: JsonClient,
    *,
    choice: Callable[[Sequence[Entry]], list[Entry]] | None = None,
) -> None:
    """Download files that are not there yet, then write the listing that names them.

    Args:
        want: its target is the listing.
        entries: the files.
        content: their format.
        client: its session and policy are used.
        choice: which of the entries are taken; by default all.
    """
    chosen = choice(entries) if choice else list(entries)
    found = []
    for entry in sorted(chosen, key=lambda entry: entry.name):
        target = want.target.with_name(Path(entry.name).name)
        if not target.is_file():
            delivery = _download(entry, target, content, client)
            _receipt(want, target, {"url": entry.url, "checksum": entry.checksum}, delivery)
        elif entry.size is not None and target.stat().st_size != entry.size:
            # A file that was put there by hand is used as it is; its reader finds one cut short.
            logger.warning(
                "%s: this file has %s bytes, the archive states %s; it is used as it is: delete "
                "it to fetch that of the archive.",
                target,
                f"{target.stat().st_size:,}",
                f"{entry.size:,}",
                extra={"waiting": True},
            )
        found.append({"name": target.name, "day": _day(entry.name), "size": entry.size})
    listing = {
        "source": want.source.name,
        "when": want.when,
        "granules": found,
        "client": CLIENT,
    }
    write_json(want.target, listing)


def latest_of_site(entries: Sequence[Entry]) -> list[Entry]:
    """Return one TCCON file of each site: of the newest version the one that ends last.

    Names tell site and dates, such as ``iz20140102_20210908.public.qc.nc``; ``.qc`` stands in
    those of GGG2020.
    """
    by_site: dict[str, list[tuple[bool, str, str, Entry]]] = defaultdict(list)
    for entry in entries:
        key = (".qc." in entry.name, entry.name[11:19], entry.name[2:10])
        by_site[entry.name[:2]].append((*key, entry))
    return [max(versions, key=lambda v: v[:3])[3] for versions in by_site.values()]


#: Which of the files of a source are taken where it has several of the same content.
CHOICES: dict[str, Callable[[Sequence[Entry]], list[Entry]]] = {"tccon": latest_of_site}


def _download(entry: Entry, target: Path, content: str, client: JsonClient) -> Delivery:
    """Download a file that an archive lists."""
    return download(
        entry.url,
        target,
        session=client.session,
        size=entry.size,
        checksum=entry.checksum if entry.checksum.startswith(("md5:", "sha256:")) else "",
        content=content,
        label=f"{client.label.partition(' (')[0]} ({target.name})",
        policy=client.policy,
    )


def _receipt(want: Want, target: Path, request: Mapping[str, Any], found: Delivery | None) -> None:
    """Write the receipt of a file."""
    write_receipt(
        target,
        source=want.source.name,
        request=request,
        client=CLIENT,
        digest=found.sha256 if found else "",
    )
