"""Downloading one file: whole and checked under its name, or resumed the next time.

What was received so far lies beside the target under a name that begins with a dot and ends in
``.part``; it survives a kill, and the next attempt asks for the rest only (``Range``), provided
that the service still has the same file (``If-Range``).
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import requests

from carbonscape.core.errors import DownloadError
from carbonscape.core.io import read_json, write_json
from carbonscape.core.limits import DOWNLOAD_BYTES
from carbonscape.fetch.content import require_content
from carbonscape.fetch.progress import ByteProgress, format_bytes
from carbonscape.fetch.receipts import address_without_query
from carbonscape.fetch.retry import (
    PASSING,
    POLICY,
    BusyError,
    Policy,
    asked_wait,
    reason_of,
    repeat,
)

#: Who asks; some archives refuse a request that does not say.
USER_AGENT = "carbonscape (workflow of carbon-cycle research; python-requests)"

#: Bytes that are written at a time: no more than that is lost when a connection breaks.
_BLOCK = 1 << 16
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
#: Bytes after which the room on the disk is looked at again.
_LOOK = 1 << 26
#: Room that is left beside a file, so that logs and receipts can still be written.
_SPARE = 50_000_000


@dataclass(frozen=True)
class Delivery:
    """A file that has arrived.

    Attributes:
        path: where it lies.
        size: bytes.
        sha256: of its content.
        resumed: bytes that an earlier, interrupted run had received.
    """

    path: Path
    size: int
    sha256: str
    resumed: int


def new_session() -> requests.Session:
    """Return a session that says who asks."""
    session = requests.Session()
    session.headers["User-Agent"] = USER_AGENT
    return session


def download(
    url: str,
    target: str | os.PathLike[str],
    *,
    session: requests.Session | None = None,
    headers: Mapping[str, str] | None = None,
    size: int | None = None,
    checksum: str = "",
    content: str = "",
    validate: Callable[[Path], None] | None = None,
    label: str = "",
    policy: Policy = POLICY,
) -> Delivery:
    """Download a file, going on where an earlier run was interrupted.

    Args:
        url: its address.
        target: where it goes; it gets this name only when all checks have passed.
        session: session with what the service needs to know the user.
        headers: further headers of the request.
        size: bytes that the catalogue of the archive states, if it does.
        checksum: ``md5:`` or ``sha256:`` and digits, if the archive publishes one.
        content: format, as of :func:`carbonscape.fetch.content.require_content`.
        validate: looks into the complete file and raises a refusal.
        label: what it is, for messages; by default the name of the target.
        policy: bounds on time and attempts.

    Returns:
        What arrived.

    Raises:
        DownloadError: the service does not deliver, or delivers something else; the text says
            what to do. Of a broken connection or a full disk the received part is kept, of a
            wrong file nothing.
    """
    target = Path(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    transfer = _Transfer(
        url,
        target,
        session or new_session(),
        dict(headers or {}),
        size,
        label or target.name,
        policy,
    )
    resumed = transfer.received()
    for last in (False, True):
        repeat(transfer.attempt, policy=policy, label=transfer.label)
        try:
            digest = transfer.check(checksum, content)
            if validate is not None:
                validate(transfer.part)
        except _DamagedError as damage:
            # A damaged copy is fetched once more from the start: a proxy or a bad line may have
            # damaged it.
            transfer.forget()
            if last:
                raise DownloadError(str(damage)) from damage
            resumed = 0
            continue
        except Exception:
            transfer.forget()
            raise
        break
    length = transfer.received()
    os.replace(transfer.part, target)
    transfer.forget()
    return Delivery(target, length, digest, resumed)


def part_path(target: str | os.PathLike[str]) -> Path:
    """Return where the received part of a file lies."""
    target = Path(target)
    return target.with_name(f".{target.name}.part")


class _DamagedError(Exception):
    """A complete file that is not the one of the archive."""


class _Transfer:
    """One file on its way."""

    def __init__(
        self,
        url: str,
        target: Path,
        session: requests.Session,
        headers: dict[str, str],
        size: int | None,
        label: str,
        policy: Policy,
    ) -> None:
        self.url, self.session, self.headers = url, session, headers
        self.size, self.label, self.policy = size, label, policy
        self.part = part_path(target)
        self.state = self.part.with_name(f"{self.part.name}.json")
        self.end = time.monotonic() + policy.total_seconds
        self.address = address_without_query(url)

    def received(self) -> int:
        """Return how many bytes are there."""
        return self.part.stat().st_size if self.part.exists() else 0

    def forget(self) -> None:
        """Remove what was received."""
        self.part.unlink(missing_ok=True)
        self.state.unlink(missing_ok=True)

    def attempt(self) -> None:
        """Ask once for what is missing."""
        before, validator = self._resumable()
        if self.size is not None and before == self.size:
            return
        headers = {**self.headers, "Accept-Encoding": "identity"}
        if before:
            headers |= {"Range": f"bytes={before}-", "If-Range": validator}
        self.session.max_redirects = self.policy.redirects
        try:
            with self.session.get(
                self.url, headers=headers, stream=True, timeout=self.policy.timeout_seconds
            ) as response:
                self._receive(response, before)
        except requests.TooManyRedirects as error:
            raise DownloadError(
                f"{self.label}: {self.address} sends the request on more than "
                f"{self.policy.redirects} times; the archive may have moved the file, or wants a "
                "login that this client does not have: see docs/accounts.md."
            ) from error
        except requests.exceptions.SSLError as error:
            raise DownloadError(
                f"{self.label}: {reason_of(error)} ({self.address}); install its certificates, or "
                "name them in REQUESTS_CA_BUNDLE where a proxy has its own."
            ) from error
        except (requests.exceptions.ChunkedEncodingError, requests.ConnectionError) as error:
            raise BusyError(reason_of(error), progress=self.received() > before) from error
        except requests.exceptions.InvalidSchema as error:
            raise DownloadError(
                f"{self.label}: the service names an address that is none of the web (from "
                f"{self.address}): it is not followed; report it to the archive."
            ) from error
        except (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema) as error:
            raise DownloadError(
                f"{self.label}: '{self.address}' is no address; check the config key 'fetch.hosts'."
            ) from error

    def _resumable(self) -> tuple[int, str]:
        """Return how many bytes of the same file are there, and what tells that it is the same."""
        if not self.part.exists() or not self.state.exists():
            self.forget()
            return 0, ""
        state = read_json(self.state)
        if state.get("address") != self.address or not state.get("validator"):
            self.forget()
            return 0, ""
        return self.received(), state["validator"]

    def _receive(self, response: requests.Response, before: int) -> None:
        """Write what comes to the part."""
        if response.status_code == 416 and before:
            # Nothing lies behind what is there: complete, unless the file has changed.
            total = response.headers.get("Content-Range", "").rpartition("/")[2]
            if total.isdigit() and int(total) == before:
                return
            self.forget()
            raise BusyError("the file has changed at the archive")
        self._require_success(response)
        if self.url.startswith("https:") and not response.url.startswith("https:"):
            raise DownloadError(
                f"{self.label}: {self.address} sends the request on to an address without "
                "encryption, where anybody on the way could change the file: it is not followed; "
                "report it to the archive."
            )
        start = before if response.status_code == 206 else 0
        if start and not response.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
            self.forget()
            raise BusyError("the service continued at another place of the file")
        announced = response.headers.get("Content-Length", "")
        total = start + int(announced) if announced.isdigit() else 0
        if self.size is not None and total and total != self.size:
            self.forget()
            raise DownloadError(
                f"{self.label}: the service announces {total:,} bytes, its catalogue states "
                f"{self.size:,}; the file is being replaced, or the answer is an error page: try "
                "again later, and report it to the archive if that repeats."
            )
        total = total or self.size or 0
        self._require_room(total - start)
        write_json(self.state, {"address": self.address, "validator": _validator(response)})
        progress = ByteProgress(self.label, total, done=start)
        try:
            with self.part.open("ab" if start else "wb") as stream:
                for block in response.iter_content(_BLOCK):
                    self._require_end(progress.done + len(block))
                    stream.write(block)
                    progress.advance(len(block))
                    if time.monotonic() > self.end:
                        raise DownloadError(
                            f"{self.label}: not complete after "
                            f"{self.policy.total_seconds / 3600:.3g} hours ("
                            f"{format_bytes(progress.done)}); what was received is kept: run the "
                            "same command again."
                        )
        except OSError as error:
            if error.errno in _NO_ROOM:
                raise self._no_room(total - self.received()) from error
            raise
        if total and self.received() < total:
            raise BusyError("the connection broke in the middle of the file", progress=True)

    def _require_end(self, received: int) -> None:
        """Refuse a file that goes on behind the size that is stated, or that any file has."""
        most = DOWNLOAD_BYTES.most if self.size is None else self.size
        if received > most:
            self.forget()
            raise DownloadError(
                f"{self.label}: the service sends more than {most:,} bytes, "
                f"{'which no file has' if self.size is None else 'which its catalogue states'}; "
                "nothing of it is kept: report it to the archive."
            )
        if received % _LOOK < _BLOCK:
            # A file of unknown size would fill the disk for everybody else.
            self._require_room(1)

    def _require_success(self, response: requests.Response) -> None:
        """Refuse an answer that is no file."""
        code = response.status_code
        if code in (200, 206):
            return
        if code in PASSING:
            words = {429: "the service is limiting requests", 503: "the service is busy"}
            reason = f"{words.get(code, 'the service failed')} (HTTP {code})"
            raise BusyError(reason, after=asked_wait(response.headers))
        where = address_without_query(response.url)
        if code in (401, 403):
            raise DownloadError(
                f"{self.label}: the service refuses access (HTTP {code}, {where}): the login is "
                "absent, expired, or has not accepted the conditions of the data; "
                "docs/accounts.md says what each archive needs."
            )
        if code in (404, 410):
            raise NotThereError(
                f"{self.label}: the archive has no such file any more (HTTP {code}, {where}); its "
                "version or address may have changed: `snakemake check_sources` compares the "
                "registry with the archive."
            )
        raise DownloadError(
            f"{self.label}: the service answered HTTP {code} ({where}), expected the file; if "
            "that repeats, report it with the log of this job."
        )

    def _require_room(self, missing: int) -> None:
        """Refuse a download that the disk cannot hold, before it begins."""
        if missing > 0 and shutil.disk_usage(self.part.parent).free < missing + _SPARE:
            raise self._no_room(missing)

    def _no_room(self, missing: int) -> DownloadError:
        """Return the refusal of a full disk."""
        return DownloadError(
            f"{self.label}: the disk that holds '{self.part.parent}' has no room for the "
            f"{format_bytes(max(missing, 0))} that are missing; what was received is kept: free "
            "some space, or point the config key 'raw' at a larger disk, and run the same command "
            "again."
        )

    def check(self, checksum: str, content: str) -> str:
        """Compare the complete file with what the archive says of it; return its SHA-256."""
        if self.size is not None and self.received() != self.size:
            raise _DamagedError(
                f"{self.label}: {self.received():,} bytes arrived, the catalogue states "
                f"{self.size:,}; both of two attempts were wrong: report it to the archive."
            )
        require_content(self.part, content, self.label)
        kind, _, expected = checksum.partition(":")
        digests = {name: hashlib.new(name) for name in {"sha256", kind or "sha256"}}
        with self.part.open("rb") as stream:
            while block := stream.read(1 << 20):
                for digest in digests.values():
                    digest.update(block)
        if expected and digests[kind].hexdigest() != expected.lower():
            raise _DamagedError(
                f"{self.label}: the {kind} of the file is {digests[kind].hexdigest()}, the archive "
                f"publishes {expected}; both of two attempts were wrong: do not use this file, and "
                "report it to the archive."
            )
        return digests["sha256"].hexdigest()


class NotThereError(DownloadError):
    """The service has no file at an address."""


def _validator(response: requests.Response) -> str:
    """Return what tells whether a file has changed since: a strong entity tag, or its date."""
    tag = response.headers.get("ETag", "")
    return tag if tag and not tag.startswith("W/") else response.headers.get("Last-Modified", "")
