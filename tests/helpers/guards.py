"""What keeps tests honest: no network, and observed data that is there or is missed aloud."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[2]

#: What CARBONSCAPE_REQUIRE may ask for.
REQUIREMENTS = ("shared",)


class NetworkError(RuntimeError):
    """A test tried to reach another machine (no OSError, lest a retry loop swallow it)."""


def find_shared(project: Path, environ: Mapping[str, str]) -> Path:
    """Return the folder of observed data, or skip or fail the test that asks for it."""
    required = [word for word in environ.get("CARBONSCAPE_REQUIRE", "").split(",") if word]
    unknown = [word for word in required if word not in REQUIREMENTS]
    if unknown:
        pytest.fail(
            f"CARBONSCAPE_REQUIRE asks for {unknown}, but knows only {list(REQUIREMENTS)}.",
            pytrace=False,
        )
    folder = Path(environ.get("CARBONSCAPE_SHARED") or project.parent / "shared")
    if (folder / "data").is_dir():
        return folder
    reason = f"observed data is not here: no folder {folder / 'data'} (CARBONSCAPE_SHARED may name "
    reason += "the folder that holds data/)"
    if "shared" in required:
        pytest.fail(f"{reason}, and CARBONSCAPE_REQUIRE=shared wants it.", pytrace=False)
    pytest.skip(f"{reason}.")


@contextlib.contextmanager
def closed_network() -> Iterator[None]:
    """Refuse every connection of this process but those to this machine itself."""

    def closed(original: Any, address_at: int) -> Any:
        def guarded(self: socket.socket, *args: Any) -> Any:
            if self.family in (socket.AF_INET, socket.AF_INET6):
                _check_address(args[address_at])
            return original(self, *args)

        return guarded

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", closed(socket.socket.connect, 0))
        patch.setattr(socket.socket, "connect_ex", closed(socket.socket.connect_ex, 0))
        patch.setattr(socket.socket, "sendto", closed(socket.socket.sendto, -1))
        yield


def _check_address(address: Any) -> None:
    """Refuse an internet address that is not this machine's own."""
    host = address[0]
    if host == "localhost":
        return
    try:
        own = ipaddress.ip_address(host).is_loopback
    except ValueError:
        own = False
    if not own:
        raise NetworkError(f"a test tried to reach {host}; tests use this machine alone.")
