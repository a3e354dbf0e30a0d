"""NASA's Earthdata on 127.0.0.1, with TLS: login, catalogue (CMR) and archive behind one address.

The wire protocol is that of earthaccess 0.17.0 (design/data-sources.md, section 12.3). A client
trusts the certificate if REQUESTS_CA_BUNDLE names ``certificate``.
"""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import http.server
import ipaddress
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from helpers.web_server import Answer, Asked, serve_file

TOKEN = "a-secret-bearer-token"
USER, PASSWORD = "somebody", "a-secret-password"


@dataclass
class EarthdataServer:
    """What Earthdata holds, and what it was asked.

    Attributes:
        address: base address, such as https://127.0.0.1:1234.
        certificate: file of the certificate.
        collections: content by name of the granule, by short name and version.
        asked: requests in their order.
        script: answers that go before those below, as of :class:`helpers.web_server.WebServer`.
        cut_files: bytes after which the connection breaks, one for each file that is asked for.
        token: what opens everything.
        approved: whether the user has approved the application of the archive.
        elsewhere: base address of the files in the catalogue, if it is another one.
        redirect: address that each request for a file is sent on to.
        sizes: how the catalogue states sizes: ``bytes``, ``MB``, or empty for not at all.
        size_error: bytes by which they are wrong.
        checksums: whether the catalogue states them.
        page: largest number of granules in one answer.
        complaints: what was wrong with requests.
    """

    address: str = ""
    certificate: Path = Path()
    collections: dict[tuple[str, str], dict[str, bytes]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    script: list[Callable[[Asked], Answer | None]] = field(default_factory=list)
    cut_files: list[int] = field(default_factory=list)
    token: str = TOKEN
    approved: bool = True
    elsewhere: str = ""
    redirect: str = ""
    sizes: str = "bytes"
    size_error: int = 0
    checksums: dict[str, str] = field(default_factory=dict)
    page: int = 2000
    complaints: list[str] = field(default_factory=list)

    def add(self, collection: str, version: str, name: str, content: bytes) -> None:
        """Put a granule into the archive."""
        self.collections.setdefault((collection, version), {})[name] = content

    def add_folder(self, collection: str, version: str, folder: Path) -> None:
        """Put the granules of a folder into the archive, such as simulated ones."""
        for path in sorted(folder.glob("*.nc4")):
            self.add(collection, version, path.name, path.read_bytes())

    def paths(self, beginning: str) -> list[str]:
        """Return the paths that were asked for and begin so."""
        return [unquote(asked.path) for asked in self.asked if asked.path.startswith(beginning)]

    def answer(self, request: Asked) -> Answer:
        """Return the answer to a request."""
        if self.script:
            scripted = self.script.pop(0)(request)
            if scripted is not None:
                return scripted
        path = urlsplit(request.path).path
        if path == "/api/users/find_or_create_token":
            return self._login(request)
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return _json(401, {"errors": ["Token does not exist"]})
        if path == "/search/granules.umm_json":
            return self._search(request)
        name = path.rpartition("/")[2]
        if not path.startswith("/data/"):
            return 404, {}, b""
        if not self.approved:
            return 403, {}, b"<html>EULA not accepted</html>"
        if self.redirect:
            return 302, {"Location": f"{self.redirect}/{name}"}, b""
        files = {key: value for held in self.collections.values() for key, value in held.items()}
        return serve_file(files[name], request) if name in files else (404, {}, b"")

    def _login(self, request: Asked) -> Answer:
        """Answer user and password with a token."""
        expected = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {expected}":
            # The client answers this once with user and password.
            return _json(401, {"error": "invalid_credentials"})
        return _json(200, {"access_token": self.token, "expiration_date": "1/1/2030"})

    def _search(self, request: Asked) -> Answer:
        """Answer a search of granules, page by page."""
        query = {key: values[0] for key, values in parse_qs(urlsplit(request.path).query).items()}
        if set(query) != {"short_name", "version", "temporal[]", "page_size"}:
            self.complaints.append(f"search by {sorted(query)}")
            return _json(400, {"errors": ["unexpected parameters"]})
        start, _, end = query["temporal[]"].partition(",")
        held = self.collections.get((query["short_name"], query["version"]), {})
        items = [
            self._item(name, content)
            for name, content in sorted(held.items())
            if _overlaps(_day(name), start, end)
        ]
        size = min(int(query["page_size"]), self.page)
        first = int(request.headers.get("cmr-search-after", "0"))
        page = items[first : first + size]
        headers = {"CMR-Hits": str(len(items))}
        if page:
            headers["CMR-Search-After"] = str(first + len(page))
        status, named, body = _json(200, {"hits": len(items), "took": 1, "items": page})
        return status, {**named, **headers}, body

    def _item(self, name: str, content: bytes) -> dict:
        """Return a granule as the catalogue describes it (UMM-G)."""
        base = self.elsewhere or f"{self.address}/data"
        size = len(content) + self.size_error
        entry: dict = {"Name": "Not provided"}
        if self.sizes == "bytes":
            entry["SizeInBytes"] = size
        elif self.sizes == "MB":
            entry |= {"Size": round(size / 2**20, 5), "SizeUnit": "MB"}
        if name in self.checksums:
            entry["Checksum"] = {"Value": self.checksums[name], "Algorithm": "MD5"}
        return {
            "meta": {"concept-id": f"G-{name}", "provider-id": "GES_DISC", "native-id": name},
            "umm": {
                "GranuleUR": name,
                "RelatedUrls": [
                    {"URL": f"https://docserver/{name}.html", "Type": "VIEW RELATED INFORMATION"},
                    {"URL": f"s3://gesdisc-cumulus-prod-protected/{name}", "Type": "GET DATA"},
                    {"URL": f"{base}/{name}", "Type": "GET DATA"},
                ],
                "DataGranule": {"ArchiveAndDistributionInformation": [entry]},
                "CollectionReference": {"ShortName": "x", "Version": "y"},
            },
        }


def _day(name: str) -> dt.date:
    """Return the day in the name of a Lite file."""
    return dt.datetime.strptime(name.split("_")[2], "%y%m%d").date()


def _overlaps(day: dt.date, start: str, end: str) -> bool:
    """Say whether a granule lies in a span: its last orbit ends after midnight."""
    begins = dt.datetime.combine(day, dt.time(0, 10))
    ends = begins + dt.timedelta(days=1, minutes=20)
    first, last = (dt.datetime.fromisoformat(text.rstrip("Z")) for text in (start, end))
    return ends >= first and begins <= last


def _json(status: int, content: object) -> Answer:
    """Return an answer of JSON."""
    return status, {"Content-Type": "application/json"}, json.dumps(content).encode()


def write_certificate(folder: Path) -> Path:
    """Write a certificate for 127.0.0.1 that signs itself, with its key, and return the file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = folder / "earthdata.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + secret)
    return path


@contextlib.contextmanager
def earthdata_server(certificate: Path) -> Iterator[EarthdataServer]:
    """Run Earthdata while the block lasts.

    Args:
        certificate: what :func:`write_certificate` returned.
    """
    server = EarthdataServer(certificate=certificate)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _respond(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Asked(self.command, self.path, headers, self.rfile.read(length))
            server.asked.append(request)
            status, named, body = server.answer(request)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **named}.items():
                self.send_header(name, value)
            self.end_headers()
            if server.cut_files and self.path.startswith("/data/") and status in (200, 206):
                self.wfile.write(body[: server.cut_files.pop(0)])
                self.wfile.flush()
                self.close_connection = True
                return
            self.wfile.write(body)

        do_GET = do_POST = _respond  # noqa: N815

        def log_message(self, *args: object) -> None:
            """Keep quiet."""

        def handle(self) -> None:
            """Answer requests; a client that goes away is none of our business."""
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                super().handle()

    listener = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listener.socket = context.wrap_socket(listener.socket, server_side=True)
    listener.daemon_threads = True
    server.address = f"https://127.0.0.1:{listener.server_address[1]}"
    thread = threading.Thread(target=listener.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown()
        listener.server_close()
