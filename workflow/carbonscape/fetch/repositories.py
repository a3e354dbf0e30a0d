"""Which files a repository or a catalogue has: names, addresses, sizes and checksums.

Zenodo, figshare, Dataverse and InvenioRDM (CaltechDATA) list the files of a record; a STAC
catalogue lists the items of a span of time. All answer JSON over plain HTTPS without a login.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import requests

from carbonscape.core.errors import DownloadError
from carbonscape.core.limits import ANSWER_BYTES, LISTED_FILES
from carbonscape.core.plain_files import load_json
from carbonscape.fetch.receipts import address_without_query
from carbonscape.fetch.retry import PASSING, BusyError, Policy, asked_wait, repeat

#: Answers of a search that are read: one that goes on for ever is refused.
_MOST_PAGES = 500

#: An answer may take this many times as long as a service may be silent.
_TIMES = 10


@dataclass(frozen=True)
class Entry:
    """A file that an archive has.

    Attributes:
        name: of the file.
        url: its address.
        size: bytes; none if the archive does not say.
        checksum: ``md5:`` or ``sha256:`` and digits; empty if the archive does not say.
    """

    name: str
    url: str
    size: int | None = None
    checksum: str = ""

    def __post_init__(self) -> None:
        """Refuse what a catalogue may write in the place of a text or a number."""
        texts = all(isinstance(text, str) for text in (self.name, self.url, self.checksum))
        if not texts or not (self.size is None or isinstance(self.size, int | float)):
            raise TypeError("a name, an address, a size or a checksum is of another type")


class JsonClient:
    """Asks for JSON, and waits where the service asks to."""

    def __init__(self, session: requests.Session, policy: Policy, label: str) -> None:
        self.session, self.policy, self.label = session, policy, label

    def json(self, url: str, params: Mapping[str, Any] | None = None) -> Any:
        """Return the answer to a request.

        Raises:
            DownloadError: the service does not answer, refuses, or answers something else.
        """
        return repeat(lambda: self._once(url, params), policy=self.policy, label=self.label)

    def _once(self, url: str, params: Mapping[str, Any] | None) -> Any:
        """Ask once."""
        where = address_without_query(url)
        try:
            with self.session.get(
                url, params=params, timeout=self.policy.timeout_seconds, stream=True
            ) as response:
                return self._answer(response, where)
        except (requests.exceptions.InvalidSchema, requests.exceptions.InvalidURL) as error:
            raise DownloadError(
                f"{self.label}: the catalogue names an address that is none of the web ({where}): "
                "it is not followed; report it to the archive."
            ) from error

    def _answer(self, response: requests.Response, where: str) -> Any:
        """Return what an answer says."""
        if response.status_code in PASSING:
            raise BusyError(
                f"the service is busy (HTTP {response.status_code})",
                after=asked_wait(response.headers),
            )
        if response.status_code != 200:
            raise DownloadError(
                f"{self.label}: the catalogue {where} answered HTTP {response.status_code}, "
                "expected a list of files; the record may have moved: `snakemake check_sources` "
                "compares the registry with the archives."
            )
        try:
            return load_json(self._content(response, where))
        except ValueError as error:
            raise DownloadError(
                f"{self.label}: the catalogue {where} answered no JSON (a login or a maintenance "
                "page?); open it in a browser, and run the same command again later."
            ) from error

    def _content(self, response: requests.Response, where: str) -> bytes:
        """Return an answer that ends in time and is no larger than there may be."""
        content = bytearray()
        end = time.monotonic() + _TIMES * self.policy.timeout_seconds
        for block in response.iter_content(1 << 16):
            content += block
            if len(content) > ANSWER_BYTES.most or time.monotonic() > end:
                raise DownloadError(
                    f"{self.label}: the answer of the catalogue {where} does not end (after "
                    f"{len(content):,} bytes; expected at most {ANSWER_BYTES.most:,}); try again "
                    "later, and report it to the archive if that repeats."
                )
        return bytes(content)


def first_bytes(url: str, client: JsonClient) -> tuple[int, bytes]:
    """Return the size of a file and its first bytes, without fetching the rest.

    Raises:
        DownloadError: it is not there, or the service does not answer.
    """

    def once() -> tuple[int, bytes]:
        with client.session.get(
            url,
            headers={"Range": "bytes=0-511", "Accept-Encoding": "identity"},
            stream=True,
            timeout=client.policy.timeout_seconds,
        ) as response:
            code = response.status_code
            if code in PASSING:
                raise BusyError(f"HTTP {code}", after=asked_wait(response.headers))
            if code not in (200, 206):
                raise DownloadError(
                    f"{client.label}: {address_without_query(url)} answered HTTP {code}, expected "
                    "the file; its version or address may have changed."
                )
            whole = response.headers.get("Content-Range", "").rpartition("/")[2]
            size = whole if whole.isdigit() else response.headers.get("Content-Length", "0")
            return int(size), next(response.iter_content(512), b"")

    return repeat(once, policy=client.policy, label=client.label)


def list_record(kind: str, base: str, record: str, client: JsonClient) -> list[Entry]:
    """Return the files of a record.

    Args:
        kind: zenodo, figshare, dataverse or invenio.
        base: base address of the repository.
        record: identifier there.
        client: asks.

    Raises:
        DownloadError: the repository does not answer as its interface is documented.
    """
    try:
        entries = _KINDS[kind](base, record, client)
    except (KeyError, TypeError, AttributeError) as error:
        raise _changed(client.label, base, error) from error
    _require_few(entries, client)
    if not entries:
        raise DownloadError(f"{client.label}: the record {record} of {base} lists no file.")
    return entries


def _zenodo(base: str, record: str, client: JsonClient) -> list[Entry]:
    """Return the files of a record of Zenodo."""
    answer = client.json(f"{base}/api/records/{record}")
    return [
        Entry(part["key"], part["links"]["self"], part["size"], part["checksum"])
        for part in answer["files"]
    ]


def _figshare(base: str, record: str, client: JsonClient) -> list[Entry]:
    """Return the files of an article of figshare."""
    answer = client.json(f"{base}/v2/articles/{record}/files", {"page_size": 1000})
    return [
        Entry(part["name"], part["download_url"], part["size"], f"md5:{part['computed_md5']}")
        for part in answer
    ]


def _dataverse(base: str, record: str, client: JsonClient) -> list[Entry]:
    """Return the files of a data set of Dataverse, in their original formats."""
    answer = client.json(f"{base}/api/datasets/:persistentId/", {"persistentId": f"doi:{record}"})
    files = [part["dataFile"] for part in answer["data"]["latestVersion"]["files"]]
    return [
        Entry(
            part["filename"],
            f"{base}/api/access/datafile/{part['id']}",
            part["filesize"],
            f"md5:{part['md5']}" if part.get("md5") else "",
        )
        for part in files
    ]


def _invenio(base: str, record: str, client: JsonClient) -> list[Entry]:
    """Return the files of a record of InvenioRDM."""
    answer = client.json(f"{base}/api/records/{record}/files")
    return [
        Entry(part["key"], part["links"]["content"], part.get("size"), part.get("checksum", ""))
        for part in answer["entries"]
    ]


_KINDS: dict[str, Callable[[str, str, JsonClient], list[Entry]]] = {
    "zenodo": _zenodo,
    "figshare": _figshare,
    "dataverse": _dataverse,
    "invenio": _invenio,
}


def search_invenio(base: str, words: str, client: JsonClient) -> list[Entry]:
    """Return the files of all newest records of InvenioRDM that a search finds.

    Raises:
        DownloadError: the repository does not answer as its interface is documented.
    """
    found: list[Entry] = []
    try:
        url = f"{base}/api/records"
        params: dict[str, Any] | None = {"q": words, "size": 100, "sort": "newest"}
        for hits in _pages(url, params, client, lambda answer: answer["links"].get("next")):
            for record in hits["hits"]["hits"]:
                found += _invenio(base, str(record["id"]), client)
                _require_few(found, client)
    except (KeyError, TypeError, AttributeError) as error:
        raise _changed(client.label, base, error) from error
    return found


def search_stac(base: str, collection: str, month: str, client: JsonClient) -> list[Entry]:
    """Return the files of a collection of a STAC catalogue whose items lie in a month.

    Args:
        base: address of the catalogue.
        collection: its identifier.
        month: YYYY-MM.
        client: asks.

    Raises:
        DownloadError: the catalogue does not answer as STAC is specified.
    """
    year, number = map(int, month.split("-"))
    last = calendar.monthrange(year, number)[1]
    params = {
        "collections": collection,
        "datetime": f"{month}-01T00:00:00Z/{month}-{last:02d}T23:59:59Z",
        "limit": 100,
    }
    found = []
    try:
        for page in _pages(f"{base}/search", params, client, _next_link):
            for item in page["features"]:
                found += [_asset(asset) for asset in item["assets"].values() if _is_data(asset)]
            _require_few(found, client)
    except (KeyError, TypeError, AttributeError) as error:
        raise _changed(client.label, base, error) from error
    return found


def _require_few(found: list[Entry], client: JsonClient) -> None:
    """Refuse more files than there may be."""
    if len(found) > LISTED_FILES.most:
        raise DownloadError(
            f"{client.label}: the catalogue lists more than {LISTED_FILES.most:,} files for one "
            "request; its interface may have changed: report it with the log of this job."
        )


def _asset(asset: Mapping[str, Any]) -> Entry:
    """Return the file of an asset; its checksum is a multihash, of which SHA-256 is read."""
    name = unquote(urlsplit(asset["href"]).path).rpartition("/")[2]
    multihash = str(asset.get("file:checksum", ""))
    checksum = f"sha256:{multihash[4:]}" if multihash.startswith("1220") else ""
    title = str(asset.get("title", ""))
    return Entry(
        title if title.endswith(".nc") else name, asset["href"], asset.get("file:size"), checksum
    )


def _is_data(asset: Mapping[str, Any]) -> bool:
    """Say whether an asset holds data, and is no picture or description."""
    roles = asset.get("roles") or ["data"]
    return "data" in roles


def _next_link(page: Mapping[str, Any]) -> str | None:
    """Return the address of the next page of a STAC search."""
    return next((link["href"] for link in page.get("links", []) if link.get("rel") == "next"), None)


def _pages(
    url: str,
    params: Mapping[str, Any] | None,
    client: JsonClient,
    following: Callable[[Any], str | None],
) -> Iterator[Any]:
    """Yield the pages of a search."""
    for _ in range(_MOST_PAGES):
        answer = client.json(url, params)
        yield answer
        url, params = following(answer) or "", None
        if not url:
            return
    raise DownloadError(
        f"{client.label}: the search of {address_without_query(url)} does not end after "
        f"{_MOST_PAGES} pages; report it to the archive."
    )


def choose(entries: list[Entry], pattern: str, when: str, label: str) -> list[Entry]:
    """Return the entries whose names match a pattern, of one name the first.

    Args:
        entries: what an archive lists.
        pattern: regular expression with a date as in ``strftime``.
        when: the year, month or day (YYYY, YYYY-MM, YYYY-MM-DD) that replaces it, or empty.
        label: for the message.

    Raises:
        DownloadError: none does; names what is there.
    """
    if "%" in pattern:
        pattern = dt.date.fromisoformat(f"{when}-01-01"[:10]).strftime(pattern)
    found: dict[str, Entry] = {}
    for entry in entries:
        if re.fullmatch(pattern, entry.name):
            found.setdefault(entry.name, entry)
    if not found:
        names = ", ".join(sorted({entry.name for entry in entries})[:5]) or "nothing"
        raise DownloadError(
            f"{label}: the archive lists no file whose name fits '{pattern}'; it has {names}"
            f"{' and more' if len(entries) > 5 else ''}: a new version may name its files in "
            "another way (docs/sources.md says what is expected)."
        )
    return list(found.values())


def _changed(label: str, base: str, error: Exception) -> DownloadError:
    """Return the refusal of an answer of another form."""
    return DownloadError(
        f"{label}: {base} answered in another form than is documented ({type(error).__name__}: "
        f"{error}); its interface may have changed: report it with the log of this job."
    )
