"""Granules of NASA's Earthdata (OCO-2 and OCO-3 Lite), a month at a time.

The target is a listing of the month; the granules lie beside it. All months of a span are of one
version: which one is decided once, by what the catalogue holds for the whole span, and kept in a
file beside the listings.
"""

from __future__ import annotations

import calendar
import logging
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import requests

from carbonscape.core.errors import DownloadError
from carbonscape.core.io import read_json, sha256, write_json
from carbonscape.fetch.content import require_beginning
from carbonscape.fetch.earthdata_client import CLIENT, Account
from carbonscape.fetch.earthdata_granules import (
    Granule,
    choose_version,
    newest_of_days,
    parse_granules,
)
from carbonscape.fetch.progress import format_bytes
from carbonscape.fetch.receipts import receipt_path, write_receipt
from carbonscape.fetch.repositories import JsonClient, first_bytes
from carbonscape.fetch.retry import POLICY, Policy
from carbonscape.fetch.transfer import download
from carbonscape.fetch.want import Want
from carbonscape.sources.requests import Granules

logger = logging.getLogger(__name__)


def fetch(want: Want, *, policy: Policy = POLICY) -> None:
    """Download the granules of a month that are not there, then write the listing of the month.

    The listing is JSON: ``collection``, ``version``, ``month``, ``client``, and ``granules`` with
    ``name``, ``day``, ``size`` [bytes], ``url`` and ``sha256`` of each. It is empty for a month in
    which the instrument measured nothing (OCO-2: August 2017 in parts).

    Args:
        want: its target is the listing, ``when`` a month (YYYY-MM), ``versions`` are tried in
            their order; ``options["span"]`` may hold first and last month of the run.
        policy: bounds on time and attempts, those on time for each granule.

    Raises:
        DownloadError: no account, an expired token, conditions that are not accepted, a catalogue
            or archive that does not answer, no granule of these versions, or listings of another
            version beside it; the text says what to do.
    """
    request = want.files.request
    assert isinstance(request, Granules)
    label = f"{want.source.name or request.collection} {want.when}"
    span = _span(want)
    account = Account(want.hosts, policy, label)
    version = _version_of_span(want, account, request.collection, span, label)
    _refuse_other_version(want, version, span, label)
    chosen = _granules_of(want, account, request.collection, version)
    if not chosen:
        _refuse_gap_of_version(want, account, request.collection, version, label)
    content = {
        "collection": request.collection,
        "version": version,
        "month": want.when,
        "granules": _obtain_all(want, chosen, version, account),
        "client": CLIENT,
    }
    write_json(want.target, content)
    asked = {"collection": request.collection, "version": version, "month": want.when}
    write_receipt(want.target, source=want.source.name, request=asked, client=CLIENT)


def check(want: Want, *, policy: Policy = POLICY) -> str:
    """Ask whether the archive has the versions and the month that are wanted, and return what.

    The first bytes of one granule are fetched, for only then it shows whether the user may.

    Raises:
        DownloadError: it does not, or it does not answer.
    """
    request, span = want.files.request, _span(want)
    assert isinstance(request, Granules)
    account = Account(want.hosts, policy, f"{want.source.name or request.collection} {want.when}")
    wanted = list(want.versions or want.source.versions)
    version, counts = _decide(want, account, request.collection, wanted, span)
    found = _granules_of(want, account, request.collection, version)
    text = f"{counts[version]} granules of version {version} from {span[0]} to {span[1]}"
    if not found:
        return f"{text}, none in {want.when}"
    with account.session() as session:
        session.headers.update(account.headers(found[0].url))
        size, beginning = first_bytes(found[0].url, JsonClient(session, policy, account.label))
    require_beginning(beginning, "netcdf", account.label)
    return f"{text}, such as {found[0].name} with {format_bytes(size)}"


def _span(want: Want) -> tuple[str, str]:
    """Return first and last month of the run, at least the month that is wanted."""
    first, last = want.options.get("span") or (want.when, want.when)
    return min(first, want.when), max(last, want.when)


def _days(first: str, last: str) -> tuple[str, str]:
    """Return the first day of a month and the last day of another."""
    year, month = map(int, last.split("-"))
    return f"{first}-01", f"{last}-{calendar.monthrange(year, month)[1]:02d}"


def _version_of_span(
    want: Want, account: Account, collection: str, span: tuple[str, str], label: str
) -> str:
    """Return the version of the span, decided by the first month of it that is fetched."""
    kept = want.target.with_name(f".version_{span[0]}_{span[1]}.json")
    wanted = list(want.versions or want.source.versions)
    if kept.exists():
        decided = read_json(kept)
        if decided.get("collection") == collection and decided.get("wanted") == wanted:
            return decided["version"]
    version, counts = _decide(want, account, collection, wanted, span)
    text = "%s: version %s is taken from %s to %s (granules by version: %s)"
    logger.info(text, label, version, *span, counts, extra={"waiting": True})
    content = {"collection": collection, "wanted": wanted, "version": version, "granules": counts}
    want.target.parent.mkdir(parents=True, exist_ok=True)
    write_json(kept, content)
    return version


def _decide(
    want: Want, account: Account, collection: str, wanted: list[str], span: tuple[str, str]
) -> tuple[str, dict[str, int]]:
    """Return the version that the catalogue has the whole span of, and granules by version."""
    days = _days(*span)
    counts = {version: account.count(collection, version, *days) for version in wanted}
    version = choose_version(counts, wanted)
    if not version:
        raise DownloadError(
            f"{account.label}: the catalogue of Earthdata has no granule of {collection} version "
            f"{' or '.join(wanted)} between {span[0]} and {span[1]}; the archive removes old "
            f"versions: see https://disc.gsfc.nasa.gov/datasets?keywords={collection}, and add the "
            f"newer one to the config key 'xco2.soundings.{want.source.name}.versions'."
        )
    return version, counts


def _refuse_other_version(want: Want, version: str, span: tuple[str, str], label: str) -> None:
    """Refuse to mix versions: listings of the span that are there must be of the same."""
    for path in sorted(want.target.parent.glob("listing_*.json")):
        month = re.fullmatch(r"listing_(\d{4}-\d\d)\.json", path.name)
        if month is None or not span[0] <= month[1] <= span[1] or path == want.target:
            continue
        found = read_json(path)
        if found.get("granules") and found.get("version") != version:
            raise DownloadError(
                f"{label}: {path} lists granules of version {found.get('version')}, this run takes "
                f"version {version} from {span[0]} to {span[1]}; versions are never mixed: delete "
                "the listings and granules of one of them, or name the version that is there "
                f"first in the config key 'xco2.soundings.{want.source.name}.versions'."
            )


def _granules_of(want: Want, account: Account, collection: str, version: str) -> list[Granule]:
    """Return the granules of the month, one a day."""
    records = account.search(collection, version, *_days(want.when, want.when))
    found = parse_granules(records, want.files.found)
    if records and not found:
        raise DownloadError(
            f"{account.label}: none of the {len(records)} granules of {collection} {version} has a "
            f"file whose name fits '{want.files.found}'; the archive may have renamed them: report "
            "it to carbonscape."
        )
    return newest_of_days(found, want.when)


def _refuse_gap_of_version(
    want: Want, account: Account, collection: str, version: str, label: str
) -> None:
    """Refuse a month that only another version has; a gap of the instrument is none of ours."""
    for other in want.versions or want.source.versions:
        if other != version and _granules_of(want, account, collection, other):
            raise DownloadError(
                f"{label}: version {version} of {collection}, which this run takes, has no granule "
                f"of this month, version {other} has; name the latter first in the config key "
                f"'xco2.soundings.{want.source.name}.versions' and start with an empty folder."
            )
    text = "%s: the archive has no granule of this month; its listing is empty"
    logger.warning(text, label, extra={"waiting": True})


def _obtain_all(
    want: Want, chosen: Sequence[Granule], version: str, account: Account
) -> list[dict[str, Any]]:
    """Download the granules that are not there, and return an entry of the listing for each."""
    entries = []
    with account.session() as session:
        for number, granule in enumerate(chosen, 1):
            place = f"{account.label}, {granule.name} ({number} of {len(chosen)})"
            digest = _obtain(want, granule, version, account, session, place)
            size = want.target.with_name(granule.name).stat().st_size
            entry = {"name": granule.name, "day": granule.day, "size": size, "sha256": digest}
            entries.append({**entry, "url": granule.url})
    return entries


def _obtain(
    want: Want,
    granule: Granule,
    version: str,
    account: Account,
    session: requests.Session,
    label: str,
) -> str:
    """Download a granule if it is not there; return its SHA-256."""
    path = want.target.with_name(granule.name)
    if path.is_file():
        return _digest_of_present(path, granule)
    delivery = download(
        granule.url,
        path,
        session=session,
        headers=account.headers(granule.url),
        size=granule.size,
        checksum=granule.checksum,
        content="netcdf",
        validate=lambda file: _require_size(file, granule, label),
        label=label,
        policy=account.policy,
    )
    asked: dict[str, Any] = {"version": version, "month": want.when, "url": granule.url}
    asked |= {"collection": want.source.dataset, "checksum": granule.checksum}
    write_receipt(
        path, source=want.source.name, request=asked, client=CLIENT, digest=delivery.sha256
    )
    return delivery.sha256


def _digest_of_present(path: Path, granule: Granule) -> str:
    """Return the SHA-256 of a granule that is there; it is used as it is."""
    size = path.stat().st_size
    if not granule.has_size(size):
        stated = granule.size if granule.size is not None else round(granule.about)
        text = (
            "%s: this file has %s bytes, the catalogue states %s; it is used as it is: delete it "
            "and the listing to fetch that of the archive."
        )
        logger.warning(text, path, f"{size:,}", f"{stated:,}", extra={"waiting": True})
    receipt = receipt_path(path)
    if receipt.exists() and (content := read_json(receipt)).get("size") == size:
        return content["sha256"]
    return sha256(path)


def _require_size(path: Path, granule: Granule, label: str) -> None:
    """Refuse a file whose size is not even about that of the catalogue."""
    size = path.stat().st_size
    if not granule.has_size(size):
        raise DownloadError(
            f"{label}: {size:,} bytes arrived, the catalogue states about {granule.about:,.0f}; "
            "run the same command again, and report it to the archive if that repeats."
        )
