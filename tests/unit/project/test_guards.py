"""The guards of the test suite itself: the network is closed, and missing data is said aloud."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from helpers import guards

# The kernel itself refuses this address, so that nothing is sent even if the guard is broken.
BROADCAST = ("255.255.255.255", 9)


@pytest.mark.parametrize("method", ["connect", "connect_ex"])
def test_connections_to_other_machines_are_refused(method: str) -> None:
    with socket.socket() as client, pytest.raises(guards.NetworkError, match=r"255\.255"):
        getattr(client, method)(BROADCAST)


def test_datagrams_to_other_machines_are_refused() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as client, pytest.raises(guards.NetworkError):
        client.sendto(b"x", BROADCAST)


def test_host_names_are_refused() -> None:
    with socket.socket() as client, pytest.raises(guards.NetworkError, match="host.invalid"):
        client.connect(("host.invalid", 80))


def test_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as client:
        client.connect(server.getsockname())
        assert client.getpeername() == server.getsockname()


def test_unix_sockets_are_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the whole path may be longer than a socket's may be
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind("here")
        server.listen()
        client.connect("here")
        assert client.getpeername() == "here"


def test_observed_data_is_found_beside_the_project(tmp_path: Path) -> None:
    (tmp_path / "shared" / "data").mkdir(parents=True)
    assert guards.find_shared(tmp_path / "main", {}) == tmp_path / "shared"


def test_another_folder_of_observed_data_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "elsewhere" / "data").mkdir(parents=True)
    environ = {"CARBONSCAPE_SHARED": str(tmp_path / "elsewhere"), "CARBONSCAPE_REQUIRE": "shared"}
    assert guards.find_shared(tmp_path / "main", environ) == tmp_path / "elsewhere"


def refusal(project: Path, environ: dict[str, str]) -> tuple[type[BaseException], str]:
    """Return how and why a test would end; a bare skip in here would end this test, unnoticed."""
    with pytest.raises((pytest.skip.Exception, pytest.fail.Exception)) as caught:
        guards.find_shared(project, environ)
    return caught.type, str(caught.value)


def test_absent_data_skips_with_the_reason(tmp_path: Path) -> None:
    kind, reason = refusal(tmp_path / "main", {})
    assert kind is pytest.skip.Exception
    assert f"no folder {tmp_path / 'shared' / 'data'}" in reason


def test_absent_data_fails_where_it_is_required(tmp_path: Path) -> None:
    kind, reason = refusal(tmp_path / "main", {"CARBONSCAPE_REQUIRE": "shared"})
    assert kind is pytest.fail.Exception
    assert "CARBONSCAPE_REQUIRE=shared" in reason


def test_a_misspelt_requirement_fails(tmp_path: Path) -> None:
    (tmp_path / "shared" / "data").mkdir(parents=True)
    kind, reason = refusal(tmp_path / "main", {"CARBONSCAPE_REQUIRE": "shred"})
    assert kind is pytest.fail.Exception
    assert "shred" in reason


def cluster(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], programs: set[str], *, root: bool
) -> tuple[type[BaseException], str] | bool:
    """Return how and why a test on a SLURM would end, or whether the packages are there."""
    monkeypatch.setattr(guards.shutil, "which", lambda name: name if name in programs else None)
    try:
        return guards.find_cluster(environ, root=root)
    except (pytest.skip.Exception, pytest.fail.Exception) as ended:
        return type(ended), str(ended)


SLURM = {"slurmctld", "slurmd", "munged"}
TRY, REQUIRE = {"CARBONSCAPE_TRY": "cluster"}, {"CARBONSCAPE_REQUIRE": "shared,cluster"}


def test_a_plain_run_starts_no_slurm_even_where_it_could(monkeypatch: pytest.MonkeyPatch) -> None:
    kind, reason = cluster(monkeypatch, {}, SLURM, root=True)
    assert kind is pytest.skip.Exception
    assert reason == "`make test-cluster` alone installs and starts a SLURM."


@pytest.mark.parametrize("environ", [TRY, REQUIRE], ids=["tried", "required"])
@pytest.mark.parametrize(
    ("programs", "root", "reason"),
    [
        (SLURM, False, "only root can start a SLURM on this machine"),
        (set(), True, "there is no apt-get to install slurm-wlm and munge with"),
    ],
    ids=["no root", "no apt-get"],
)
def test_where_no_slurm_can_be_had_the_reason_is_given(
    monkeypatch: pytest.MonkeyPatch,
    environ: dict[str, str],
    programs: set[str],
    root: bool,
    reason: str,
) -> None:
    ended = cluster(monkeypatch, environ, programs, root=root)
    assert isinstance(ended, tuple)
    assert ended[0] is (pytest.fail.Exception if environ is REQUIRE else pytest.skip.Exception)
    assert ended[1].startswith(reason)


@pytest.mark.parametrize(("programs", "there"), [(SLURM, True), ({"apt-get"}, False)])
def test_packages_are_installed_only_where_they_are_not(
    monkeypatch: pytest.MonkeyPatch, programs: set[str], there: bool
) -> None:
    assert cluster(monkeypatch, TRY, programs, root=True) is there
