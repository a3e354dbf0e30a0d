"""Downloads that break, lie, or never end: each is resumed or refused in one sentence."""

from __future__ import annotations

import dataclasses
import errno
import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from carbonscape.core.errors import DownloadError, InputError
from carbonscape.core.limits import Limit
from carbonscape.fetch import transfer
from carbonscape.fetch.transfer import NotThereError, download, part_path
from helpers.guards import PROJECT
from helpers.web_server import says

NETCDF = b"\x89HDF\r\n\x1a\n" + bytes(range(256)) * 4000
BLOCK = 1 << 16
SHA = hashlib.sha256(NETCDF).hexdigest()


@pytest.fixture
def target(tmp_path) -> Path:
    return tmp_path / "raw" / "file.nc"


@pytest.fixture
def url(server) -> str:
    server.files["/file.nc"] = NETCDF
    return f"{server.address}/file.nc"


def left(target: Path) -> list[str]:
    return sorted(path.name for path in target.parent.iterdir())


def test_a_file_arrives_whole_and_leaves_nothing_beside(server, url, target, quick):
    found = download(url, target, policy=quick, content="netcdf", size=len(NETCDF))
    assert target.read_bytes() == NETCDF
    assert (found.size, found.sha256, found.resumed) == (len(NETCDF), SHA, 0)
    assert left(target) == ["file.nc"]
    assert "carbonscape" in server.asked[0].headers["user-agent"]


def test_a_cut_connection_is_resumed_from_where_it_broke(server, url, target, quick):
    server.cut_after = [4 * BLOCK, 3 * BLOCK]
    download(url, target, policy=quick, checksum=f"sha256:{SHA}")
    assert target.read_bytes() == NETCDF
    starts = [asked.headers.get("range", "") for asked in server.asked]
    assert starts == ["", f"bytes={4 * BLOCK}-", f"bytes={7 * BLOCK}-"]


def test_a_line_that_breaks_often_does_not_use_up_the_attempts(server, url, target, quick):
    server.cut_after = [BLOCK] * 9
    download(url, target, policy=quick)
    assert target.read_bytes() == NETCDF
    assert len(server.asked) == 10 > quick.attempts


def test_a_later_run_asks_for_the_rest_only(server, url, target, quick):
    server.cut_after = [6 * BLOCK]
    server.script = [lambda asked: None, *[says(503)] * 10]
    with pytest.raises(DownloadError, match="no success in 5 attempts"):
        download(url, target, policy=quick)
    assert not target.exists()
    server.script.clear()
    assert download(url, target, policy=quick).resumed == 6 * BLOCK
    assert target.read_bytes() == NETCDF
    assert server.asked[-1].headers["range"] == f"bytes={6 * BLOCK}-"


def test_a_file_that_has_changed_since_is_fetched_from_the_start(server, url, target, quick):
    server.cut_after = [6 * BLOCK]
    server.script = [lambda asked: None, *[says(503)] * 10]
    with pytest.raises(DownloadError):
        download(url, target, policy=quick)
    server.script.clear()
    server.files["/file.nc"] = other = NETCDF[::-1]
    download(url, target, policy=quick)
    assert target.read_bytes() == other


def test_a_killed_download_goes_on(server, url, target, quick):
    # A server that stops in the middle of the file and keeps the connection.
    def slow(asked):
        time.sleep(0.2)
        return None

    server.cut_after = [9 * BLOCK]
    server.script = [lambda asked: None, slow, *[slow] * 50]
    code = (
        "import sys\nfrom carbonscape.fetch.retry import Policy\n"
        "from carbonscape.fetch.transfer import download\n"
        "download(sys.argv[1], sys.argv[2], policy=Policy(base_seconds=30))\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, url, str(target)],
        env={**os.environ, "PYTHONPATH": str(PROJECT / "workflow")},
    )
    part = part_path(target)
    end = time.monotonic() + 20
    while not (part.exists() and part.stat().st_size == 9 * BLOCK) and time.monotonic() < end:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not target.exists()
    assert part.stat().st_size == 9 * BLOCK
    server.script.clear()
    assert download(url, target, policy=quick).resumed == 9 * BLOCK
    assert target.read_bytes() == NETCDF


@pytest.mark.parametrize("status", [429, 503])
def test_a_storm_of_refusals_is_waited_for(server, url, target, quick, status):
    server.script = [says(status, b"busy", Retry_After="0")] * 3
    download(url, target, policy=quick)
    assert target.read_bytes() == NETCDF
    assert len(server.asked) == 4


@pytest.mark.parametrize("status", [429, 503])
def test_a_storm_that_does_not_end_is_a_sentence(server, url, target, quick, status):
    server.script = [says(status)] * 20
    with pytest.raises(DownloadError, match=rf"4 attempts .*HTTP {status}.*run the same command"):
        download(url, target, policy=quick)
    assert len(server.asked) == quick.attempts


def test_the_wait_that_a_service_asks_for_is_kept(server, url, target, quick):
    server.script = [says(429, Retry_After="1")]
    start = time.monotonic()
    download(url, target, policy=quick)
    assert time.monotonic() - start >= 1


def test_a_service_that_asks_for_a_day_is_not_waited_for(server, url, target, quick):
    server.script = [says(503, Retry_After="86400")]
    with pytest.raises(DownloadError, match="no success in 1 attempts"):
        download(url, target, policy=quick)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_what_no_repetition_can_help_is_asked_once(server, url, target, quick, status):
    server.script = [says(status)] * 5
    with pytest.raises(DownloadError, match=f"HTTP {status}"):
        download(url, target, policy=quick)
    assert len(server.asked) == 1
    assert left(target) == []


def test_an_absent_file_is_told_apart(server, target, quick):
    with pytest.raises(NotThereError, match="check_sources"):
        download(f"{server.address}/gone.nc", target, policy=quick)


def test_a_login_page_is_no_file(server, url, target, quick):
    server.script = [says(200, b"\n<!DOCTYPE html><html>Earthdata Login</html>")]
    with pytest.raises(DownloadError, match="web page.*docs/accounts.md"):
        download(url, target, policy=quick)
    assert left(target) == []


@pytest.mark.parametrize("body", [b"", b"not found, sorry"])
def test_another_format_is_refused(server, url, target, quick, body):
    server.script = [says(200, body)]
    with pytest.raises(DownloadError, match=r"empty file|begins with b'not foun', expected netcdf"):
        download(url, target, policy=quick, content="netcdf")
    assert left(target) == []


def test_a_wrong_length_is_refused_before_the_transfer(server, url, target, quick):
    with pytest.raises(DownloadError, match="announces 1,024,008 bytes, its catalogue states 5"):
        download(url, target, policy=quick, size=5)
    assert left(target) == []


def test_a_damaged_copy_is_fetched_once_more(server, url, target, quick):
    server.script = [says(200, NETCDF[:-1] + b"x")]
    download(url, target, policy=quick, checksum=f"md5:{hashlib.md5(NETCDF).hexdigest()}")
    assert target.read_bytes() == NETCDF
    assert len(server.asked) == 2


def test_a_checksum_that_stays_wrong_is_refused(server, url, target, quick):
    with pytest.raises(DownloadError, match=r"sha256 of the file is .* publishes 00"):
        download(url, target, policy=quick, checksum="sha256:00")
    assert len(server.asked) == 2
    assert left(target) == []


def test_what_the_look_inside_refuses_gets_no_name(url, target, quick):
    def inside(path: Path) -> None:
        raise InputError("no variable t2m")

    with pytest.raises(InputError, match="t2m"):
        download(url, target, policy=quick, validate=inside)
    assert left(target) == []


def test_a_server_that_never_answers_is_given_up(server, url, target, quick):
    server.script = [lambda asked: time.sleep(2)] * 9
    policy = dataclasses.replace(quick, timeout_seconds=0.1, attempts=2)
    with pytest.raises(DownloadError, match="2 attempts .*(did not answer|connection)"):
        download(url, target, policy=policy)


def test_nobody_listens(target, quick):
    with pytest.raises(DownloadError, match="connection could not be made"):
        download("http://127.0.0.1:9/file.nc", target, policy=quick)


def test_an_endless_redirect_ends(server, url, target, quick):
    server.script = [says(302, Location="/file.nc")] * 30
    with pytest.raises(DownloadError, match="more than 5 times"):
        download(url, target, policy=quick)


def test_a_redirect_is_followed(server, url, target, quick):
    server.script = [says(302, Location="/file.nc?Signature=secret")]
    download(url, target, policy=quick)
    assert target.read_bytes() == NETCDF


def test_a_full_disk_is_told_before_the_transfer(url, target, quick, monkeypatch):
    usage = transfer.shutil.disk_usage("/")._replace(free=1000)
    monkeypatch.setattr(transfer.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(DownloadError, match=r"no room for the 1.02 MB .*config key 'raw'"):
        download(url, target, policy=quick)


def test_a_disk_that_fills_up_keeps_what_was_received(server, url, target, quick, monkeypatch):
    real = transfer.ByteProgress.advance

    def full(self, units=1):
        real(self, units)
        if self.done > 500_000:
            raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(transfer.ByteProgress, "advance", full)
        with pytest.raises(DownloadError, match="has no room"):
            download(url, target, policy=quick)
    assert part_path(target).stat().st_size >= 500_000
    assert download(url, target, policy=quick).resumed >= 500_000
    assert target.read_bytes() == NETCDF


def test_no_message_shows_what_an_address_is_signed_with(server, target, quick):
    with pytest.raises(DownloadError) as refusal:
        download(f"{server.address}/x.nc?token=hunter2", target, policy=quick)
    assert "hunter2" not in str(refusal.value)


def chunked(body: bytes, pieces: int) -> bytes:
    """Return a body that states no length, in pieces of which each states its own."""
    return b"".join(b"%x\r\n%s\r\n" % (len(body), body) for _ in range(pieces)) + b"0\r\n\r\n"


@pytest.mark.parametrize("size", [None, 2 * BLOCK])
def test_a_file_that_does_not_end_is_refused_and_nothing_of_it_kept(
    server, target, quick, monkeypatch, size
):
    monkeypatch.setattr(transfer, "DOWNLOAD_BYTES", Limit(3 * BLOCK, "bytes", "1"))
    body = chunked(NETCDF[:BLOCK], 8)
    server.script = [says(200, body, Transfer_Encoding="chunked", Content_Length="")]
    with pytest.raises(DownloadError, match=r"the service sends more than [\d,]+ bytes, which"):
        download(f"{server.address}/file.nc", target, policy=quick, size=size)
    assert left(target) == []
    assert len(server.asked) == 1


def test_a_file_of_unknown_size_leaves_room_on_the_disk(server, target, quick, monkeypatch):
    monkeypatch.setattr(transfer, "_LOOK", BLOCK)
    free = iter([10**9, 10**9, 10**9, 10**6])
    monkeypatch.setattr(
        transfer.shutil, "disk_usage", lambda _: type("Disk", (), {"free": next(free, 0)})
    )
    body = chunked(NETCDF[:BLOCK], 8)
    server.script = [says(200, body, Transfer_Encoding="chunked", Content_Length="")]
    with pytest.raises(DownloadError, match="has no room"):
        download(f"{server.address}/file.nc", target, policy=quick)
    assert not target.exists()


@pytest.mark.parametrize("where", ["file:///etc/passwd", "ftp://127.0.0.1/x", "data:,x"])
def test_a_redirect_out_of_the_web_is_not_followed(server, target, quick, where):
    server.script = [says(302, Location=where)]
    with pytest.raises(DownloadError, match="an address that is none of the web .*not followed"):
        download(f"{server.address}/file.nc", target, policy=quick)
    assert left(target) == []


def test_a_redirect_to_an_address_without_encryption_is_not_followed(
    server, url, target, quick, monkeypatch
):
    session = transfer.new_session()
    # As if the first address were one with encryption.
    ask = session.get
    monkeypatch.setattr(
        session, "get", lambda address, **kw: ask(address.replace("https:", "http:"), **kw)
    )
    with pytest.raises(DownloadError, match="without encryption"):
        download(url.replace("http:", "https:"), target, session=session, policy=quick)
    assert left(target) == []
