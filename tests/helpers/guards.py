"""What keeps tests honest: no network, and observed data that is there or is missed aloud."""

from __future__ import annotations

import contextlib
import ipaddress
import shutil
import socket
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import pytest

PROJECT = Path(__file__).resolve().parents[2]

#: What CARBONSCAPE_REQUIRE may ask for.
REQUIREMENTS = ("shared", "cluster")


class NetworkError(RuntimeError):
    """A test tried to reach another machine (no OSError, lest a retry loop swallow it)."""


def find_shared(project: Path, environ: Mapping[str, str]) -> Path:
    """Return the folder of observed data, or skip or fail the test that asks for it."""
    required = required_here(environ)
    folder = Path(environ.get("CARBONSCAPE_SHARED") or project.parent / "shared")
    if (folder / "data").is_dir():
        return folder
    reason = f"observed data is not here: no folder {folder / 'data'} (CARBONSCAPE_SHARED may name "
    reason += "the folder that holds data/)"
    missing(reason, "shared", required)


def required_here(environ: Mapping[str, str]) -> list[str]:
    """Return what CARBONSCAPE_REQUIRE asks for; a word that it does not know fails the test."""
    required = [word for word in environ.get("CARBONSCAPE_REQUIRE", "").split(",") if word]
    unknown = [word for word in required if word not in REQUIREMENTS]
    if unknown:
        pytest.fail(
            f"CARBONSCAPE_REQUIRE asks for {unknown}, but knows only {list(REQUIREMENTS)}.",
            pytrace=False,
        )
    return required


def missing(reason: str, word: str, required: Sequence[str]) -> NoReturn:
    """Fail the test whose need is missing where it is required, or skip it; both say why."""
    if word in required:
        pytest.fail(f"{reason}, and CARBONSCAPE_REQUIRE={word} wants it.", pytrace=False)
    pytest.skip(f"{reason}.")


def find_cluster(environ: Mapping[str, str], *, root: bool) -> bool:
    """Say whether a SLURM may be installed here, or skip or fail the test that asks for one.

    A plain `make test` installs nothing: CARBONSCAPE_TRY=cluster asks for it where it can be had,
    CARBONSCAPE_REQUIRE=cluster in any case.

    Returns:
        Whether the packages are installed already.
    """
    required = required_here(environ)
    if "cluster" not in required and environ.get("CARBONSCAPE_TRY") != "cluster":
        missing("`make test-cluster` alone installs and starts a SLURM", "cluster", required)
    installed = all(shutil.which(name) for name in ("slurmctld", "slurmd", "munged"))
    if not root:
        missing("only root can start a SLURM on this machine", "cluster", required)
    if not installed and not shutil.which("apt-get"):
        missing("there is no apt-get to install slurm-wlm and munge with", "cluster", required)
    return installed


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
