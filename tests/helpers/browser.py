"""A headless Chromium over its WebDriver, for tests of pages: no package is needed."""

from __future__ import annotations

import base64
import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

#: Why tests of pages are skipped, if they are.
LACKS = "" if shutil.which("chromium") and shutil.which("chromedriver") else "no chromium here"


class Browser:
    """A session of the browser."""

    def __init__(self, address: str, session: str) -> None:
        self.address, self.session = address, session

    def call(self, method: str, path: str, **body: Any) -> Any:
        """Send a command of the session."""
        return _send(method, f"{self.address}/session/{self.session}/{path}", body)

    def run(self, code: str, *values: Any) -> Any:
        """Run JavaScript in the page, and return its value."""
        return self.call("POST", "execute/sync", script=code, args=list(values))

    def size(self, width: int, height: int) -> None:
        """Give the page a size in pixels."""
        told = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        name = "Emulation.setDeviceMetricsOverride"
        self.call("POST", "goog/cdp/execute", cmd=name, params=told)

    def keys(self, *names: str) -> None:
        """Press keys, one after the other."""
        actions = [{"type": kind, "value": name} for name in names for kind in ("keyDown", "keyUp")]
        self.call("POST", "actions", actions=[{"type": "key", "id": "keys", "actions": actions}])

    def picture(self, path: Path) -> None:
        """Write what is seen as PNG."""
        path.write_bytes(base64.b64decode(self.call("GET", "screenshot")))

    def log(self, kind: str) -> list[dict[str, Any]]:
        """Return what was logged since: ``browser`` (errors) or ``performance`` (requests)."""
        return self.call("POST", "se/log", type=kind)

    def requests(self) -> list[str]:
        """Return the addresses that were asked for."""
        events = [json.loads(one["message"])["message"] for one in self.log("performance")]
        return [
            event["params"]["request"]["url"]
            for event in events
            if event["method"] == "Network.requestWillBeSent"
        ]


@contextmanager
def open_browser(folder: Path) -> Iterator[Browser]:
    """Start a browser whose profile lies in a folder."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    driver = subprocess.Popen(
        ["chromedriver", f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    arguments += [f"--user-data-dir={folder / 'profile'}", "--no-first-run"]
    wanted = {
        "goog:chromeOptions": {"args": arguments, "binary": shutil.which("chromium")},
        "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
    }
    session = ""
    try:
        _wait(address)
        begun = _send("POST", f"{address}/session", {"capabilities": {"alwaysMatch": wanted}})
        session = begun["sessionId"]
        yield Browser(address, session)
    finally:
        if session:
            _send("DELETE", f"{address}/session/{session}", None)
        driver.terminate()
        driver.wait(30)


def _wait(address: str) -> None:
    for _ in range(200):
        try:
            return _send("GET", f"{address}/status", None)
        except urllib.error.URLError:
            time.sleep(0.1)
    raise TimeoutError(address)


def _send(method: str, url: str, body: Any) -> Any:
    data = json.dumps(body).encode() if method == "POST" else None
    request = urllib.request.Request(url, data=data, method=method)
    request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)["value"]
    except urllib.error.HTTPError as error:
        raise AssertionError(json.load(error)["value"]["message"]) from error
