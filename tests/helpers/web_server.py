"""A web server on 127.0.0.1 that behaves as a test tells it to."""

from __future__ import annotations

import contextlib
import hashlib
import http.server
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

#: Headers of an answer, its status and its body.
Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Asked:
    """A request that came: method, path, headers (names in lower case), body."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class WebServer:
    """What answers, and what was asked so far.

    Attributes:
        address: base address, such as http://127.0.0.1:1234.
        asked: requests in their order.
        files: content by path; answered with Range, ETag and length.
        script: answers that go before: each is called with the request, and returns an answer,
            None to go on as usual.
        cut_after: bytes of the body after which the connection breaks, one for each answer.
    """

    address: str = ""
    asked: list[Asked] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    script: list[Callable[[Asked], Answer | None]] = field(default_factory=list)
    cut_after: list[int] = field(default_factory=list)

    def paths(self) -> list[str]:
        """Return the paths that were asked for."""
        return [request.path for request in self.asked]

    def answer(self, request: Asked) -> Answer:
        """Return the answer to a request."""
        if self.script:
            scripted = self.script.pop(0)(request)
            if scripted is not None:
                return scripted
        path = request.path.partition("?")[0]
        if path not in self.files:
            return 404, {}, b"no such file"
        return serve_file(self.files[path], request)


def serve_file(content: bytes, request: Asked) -> Answer:
    """Return a file, or the part of it that is asked for."""
    tag = f'"{hashlib.md5(content).hexdigest()}"'
    headers = {"ETag": tag, "Accept-Ranges": "bytes"}
    wanted = request.headers.get("range", "")
    if wanted.startswith("bytes=") and request.headers.get("if-range", tag) == tag:
        start = int(wanted.removeprefix("bytes=").split("-")[0])
        if start >= len(content):
            return 416, {"Content-Range": f"bytes */{len(content)}"}, b""
        headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        return 206, headers, content[start:]
    return 200, headers, content


def says(status: int, body: bytes = b"", **headers: str) -> Callable[[Asked], Answer]:
    """Return a step of a script that answers the same whatever is asked."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda request: (status, named, body)


@contextlib.contextmanager
def web_server() -> Iterator[WebServer]:
    """Run a server while the block lasts."""
    server = WebServer()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # or each answer waits for 40 ms

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
            if self.command == "HEAD":
                return
            if server.cut_after and status in (200, 206):
                # The connection breaks: less comes than was announced.
                self.wfile.write(body[: server.cut_after.pop(0)])
                self.wfile.flush()
                self.close_connection = True
                return
            self.wfile.write(body)

        do_GET = do_POST = do_HEAD = do_DELETE = _respond  # noqa: N815

        def log_message(self, *args: object) -> None:
            """Keep quiet."""

        def handle(self) -> None:
            """Answer requests; a client that goes away is none of our business."""
            with contextlib.suppress(ConnectionError):
                super().handle()

    listener = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener.daemon_threads = True
    server.address = f"http://127.0.0.1:{listener.server_address[1]}"
    thread = threading.Thread(target=listener.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown()
        listener.server_close()
