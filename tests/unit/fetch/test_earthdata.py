"""The real client of Earthdata against an Earthdata on this machine: versions, gaps, refusals."""

from __future__ import annotations

import calendar
import dataclasses
import hashlib
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from earthaccess.auth import BasicAuthResponseHook

from carbonscape.core.errors import DownloadError
from carbonscape.fetch import earthdata
from carbonscape.fetch.want import Want
from carbonscape.sources.registry import get_source
from helpers.earthdata_server import (
    PASSWORD,
    TOKEN,
    USER,
    EarthdataServer,
    earthdata_server,
    write_certificate,
)
from helpers.web_server import says, web_server

HDF5 = b"\x89HDF\r\n\x1a\n"
BUILDS = {"11r": "B11014Ar", "11.1r": "B11100Ar", "11.2r": "B11210Ar"}
OCO2 = "OCO2_L2_Lite_FP"


class LoginHook(BasicAuthResponseHook):
    """What sends user and password: to the login alone, which has a host of its own in reality."""

    def __init__(self, host, auth):
        # The client compares host names without their ports.
        super().__init__(host.partition(":")[0], auth)

    def __call__(self, r, **kwargs):
        return super().__call__(r, **kwargs) if "/api/users/" in r.url else r


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    return write_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def nasa(certificate, tmp_path, monkeypatch) -> Iterator[EarthdataServer]:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("EARTHDATA_TOKEN", TOKEN)
    for name in ("EARTHDATA_USERNAME", "EARTHDATA_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("earthaccess.auth.BasicAuthResponseHook", LoginHook)
    with earthdata_server(certificate) as server:
        yield server
        assert server.complaints == []


@pytest.fixture
def want(nasa, tmp_path) -> Callable[..., Want]:
    def make(month: str = "2015-01", span: tuple[str, str] | None = None, **more) -> Want:
        target = tmp_path / "raw" / "oco2" / f"listing_{month}.json"
        options = {"span": span} if span else {}
        versions = more.pop("versions", ("11r", "11.1r", "11.2r"))
        hosts = {"earthdata": nasa.address}
        return Want(
            get_source("oco2"), "granules", month, target, hosts=hosts, versions=versions,
            options=options, **more,
        )  # fmt: skip

    return make


def name_of(day: str, version: str = "11.1r", produced: str = "230524221540") -> str:
    return f"oco2_LtCO2_{day.replace('-', '')[2:]}_{BUILDS[version]}_{produced}s.nc4"


def fill(nasa, month: str, version: str = "11.1r", days: range | None = None) -> None:
    """Put a granule a day into the archive, each of a content of its own."""
    year, number = map(int, month.split("-"))
    for day in days or range(1, calendar.monthrange(year, number)[1] + 1):
        name = name_of(f"{month}-{day:02d}", version)
        nasa.add(OCO2, version, name, HDF5 + name.encode() * 300)


def listing(want: Want) -> dict:
    return json.loads(want.target.read_text())


def test_a_month_is_downloaded_and_listed(nasa, want, quick):
    fill(nasa, "2014-12")
    fill(nasa, "2015-01", days=range(1, 4))
    fill(nasa, "2015-02")
    wanted = want()
    earthdata.fetch(wanted, policy=quick)
    found = listing(wanted)
    assert (found["collection"], found["version"], found["month"]) == (OCO2, "11.1r", "2015-01")
    assert found["client"] == "earthaccess 0.17.0"
    assert [entry["day"] for entry in found["granules"]] == [f"2015-01-0{day}" for day in (1, 2, 3)]
    for entry in found["granules"]:
        content = wanted.target.with_name(entry["name"]).read_bytes()
        assert content == nasa.collections[OCO2, "11.1r"][entry["name"]]
        assert entry["size"] == len(content)
        assert entry["sha256"] == hashlib.sha256(content).hexdigest()
        assert entry["url"] == f"{nasa.address}/data/{entry['name']}"
        assert wanted.target.with_name(f"{entry['name']}.receipt.json").exists()
    searches = [path for path in nasa.paths("/search/") if "page_size=0" not in path]
    assert searches
    assert all("temporal[]=2015-01-01T00:00:00Z,2015-01-31T23:59:59Z" in path for path in searches)


def test_no_secret_is_written(nasa, want, quick, tmp_path, caplog):
    fill(nasa, "2015-01", days=range(1, 3))
    earthdata.fetch(want(), policy=quick)
    texts = [path.read_bytes() for path in (tmp_path / "raw").rglob("*") if path.is_file()]
    assert len(texts) > 4
    assert not any(TOKEN.encode() in text for text in texts)
    assert TOKEN not in caplog.text


def test_user_and_password_of_the_environment_work(nasa, want, quick, monkeypatch):
    fill(nasa, "2015-01", days=range(1, 2))
    monkeypatch.delenv("EARTHDATA_TOKEN")
    monkeypatch.setenv("EARTHDATA_USERNAME", USER)
    monkeypatch.setenv("EARTHDATA_PASSWORD", PASSWORD)
    earthdata.fetch(want(), policy=quick)
    assert len(listing(want())["granules"]) == 1


def test_a_netrc_works(nasa, want, quick, monkeypatch, tmp_path):
    fill(nasa, "2015-01", days=range(1, 2))
    monkeypatch.delenv("EARTHDATA_TOKEN")
    machine = nasa.address.removeprefix("https://")
    line = f"machine {machine} login {USER} password {PASSWORD}\n"
    (tmp_path / "netrc").write_text(line)
    (tmp_path / "netrc").chmod(0o600)
    earthdata.fetch(want(), policy=quick)
    assert len(listing(want())["granules"]) == 1


def test_without_an_account_a_sentence_says_what_to_write_where(nasa, want, quick, monkeypatch):
    monkeypatch.delenv("EARTHDATA_TOKEN")
    with pytest.raises(DownloadError, match=r"EARTHDATA_TOKEN .*'machine 127.0.0.1:\d+ log.*netrc"):
        earthdata.fetch(want(), policy=quick)
    assert nasa.asked == []


def test_a_wrong_password_is_a_sentence_without_it(nasa, want, quick, monkeypatch):
    monkeypatch.delenv("EARTHDATA_TOKEN")
    monkeypatch.setenv("EARTHDATA_USERNAME", USER)
    monkeypatch.setenv("EARTHDATA_PASSWORD", "a-wrong-one")
    with pytest.raises(DownloadError, match="refuses user and password") as refusal:
        earthdata.fetch(want(), policy=quick)
    assert "a-wrong-one" not in str(refusal.value)


def test_an_expired_token_is_a_sentence(nasa, want, quick):
    fill(nasa, "2015-01")
    nasa.token = "a newer one"
    with pytest.raises(DownloadError, match=r"does not accept the token .*60 days.*Make a new one"):
        earthdata.fetch(want(), policy=quick)
    assert len(nasa.asked) == 1


def test_a_token_that_expires_between_search_and_download(nasa, want, quick):
    fill(nasa, "2015-01")

    def expire(request):
        if request.path.startswith("/data/"):
            nasa.token = "a newer one"

    nasa.script = [expire] * 20
    with pytest.raises(DownloadError, match="does not accept the token"):
        earthdata.fetch(want(), policy=quick)
    assert not want().target.exists()


def test_an_application_that_is_not_approved_is_named(nasa, want, quick):
    fill(nasa, "2015-01")
    nasa.approved = False
    with pytest.raises(DownloadError, match=r"approve 'NASA GESDISC DATA ARCHIVE' .*EULA"):
        earthdata.fetch(want(), policy=quick)
    assert len(nasa.paths("/data/")) == 1


def test_a_page_to_log_in_is_no_granule(nasa, want, quick):
    fill(nasa, "2015-01", days=range(1, 2))
    name = name_of("2015-01-01")
    page = b"<!DOCTYPE html><html>Earthdata Login</html>"
    nasa.add(OCO2, "11.1r", name, page)
    with pytest.raises(DownloadError, match="web page instead of the file"):
        earthdata.fetch(want(), policy=quick)
    assert not want().target.exists()
    assert not want().target.with_name(name).exists()


def test_the_first_version_that_has_the_whole_span_is_taken_for_all_of_it(nasa, want, quick):
    span = ("2015-01", "2015-03")
    # What is left of an old version: its first month, which alone would be enough for it.
    fill(nasa, "2015-01", "11r")
    for month in ("2015-01", "2015-02", "2015-03"):
        fill(nasa, month, "11.1r", days=range(1, 29))
        fill(nasa, month, "11.2r")
    nasa.collections[OCO2, "11.1r"].popitem()
    earthdata.fetch(want("2015-01", span), policy=quick)
    counts = [path for path in nasa.paths("/search/") if "page_size=0" in path]
    earthdata.fetch(want("2015-02", span), policy=quick)
    assert {listing(want(month))["version"] for month in ("2015-01", "2015-02")} == {"11.1r"}
    # Decided once: three counts of the span, and one of each month before it is searched.
    again = [path for path in nasa.paths("/search/") if "page_size=0" in path]
    assert (len(counts), len(again)) == (4, 5)
    assert "temporal[]=2015-01-01T00:00:00Z,2015-03-31T23:59:59Z" in counts[0]


def test_listings_of_another_version_are_not_mixed_with(nasa, want, quick):
    span = ("2015-01", "2015-02")
    fill(nasa, "2015-01", "11r", days=range(1, 4))
    fill(nasa, "2015-02", "11r", days=range(1, 4))
    earthdata.fetch(want("2015-01", span), policy=quick)
    fill(nasa, "2015-02", "11.1r", days=range(1, 4))
    other = want("2015-02", span, versions=("11.1r",))
    with pytest.raises(DownloadError, match=r"listing_2015-01.json lists .* 11r, .*never mixed"):
        earthdata.fetch(other, policy=quick)


def test_a_month_without_any_granule_has_an_empty_listing(nasa, want, quick):
    fill(nasa, "2017-07", days=range(1, 20))
    wanted = want("2017-08", ("2017-07", "2017-09"))
    earthdata.fetch(wanted, policy=quick)
    assert listing(wanted)["granules"] == []


def test_a_month_that_only_another_version_has_is_refused(nasa, want, quick):
    fill(nasa, "2017-07", "11r")
    fill(nasa, "2017-08", "11.1r", days=range(1, 3))
    wanted = want("2017-08", ("2017-07", "2017-08"))
    with pytest.raises(DownloadError, match=r"11r .* no granule of this month, version 11.1r has"):
        earthdata.fetch(wanted, policy=quick)


def test_a_collection_without_any_granule_is_refused(nasa, want, quick):
    with pytest.raises(DownloadError, match=r"no granule of OCO2_L2_Lite_FP version 11r or 11.1r"):
        earthdata.fetch(want(), policy=quick)


def test_of_two_granules_of_a_day_the_one_produced_last_is_taken(nasa, want, quick):
    for produced in ("230524221540", "230601120000", "230101000000"):
        name = name_of("2015-01-05", "11.1r", produced)
        nasa.add(OCO2, "11.1r", name, HDF5 + produced.encode())
    earthdata.fetch(want(), policy=quick)
    (entry,) = listing(want())["granules"]
    assert "230601120000" in entry["name"]
    assert len(nasa.paths("/data/")) == 1


def test_a_catalogue_of_many_pages_is_read_to_its_end(nasa, want, quick):
    for number in range(2100):
        name = name_of("2015-01-05", "11.1r", f"{230000000000 + number}")
        nasa.add(OCO2, "11.1r", name, HDF5 + str(number).encode())
    earthdata.fetch(want(), policy=quick)
    (entry,) = listing(want())["granules"]
    assert "230000002099" in entry["name"]
    pages = [asked for asked in nasa.asked if "page_size=2000" in asked.path]
    assert [asked.headers.get("cmr-search-after", "") for asked in pages] == ["", "2000"]


def test_a_catalogue_that_returns_less_than_it_announced_is_refused(nasa, want, quick):
    fill(nasa, "2015-01")
    nasa.page = 5
    with pytest.raises(DownloadError, match="announced 31 granules and returned 5"):
        earthdata.fetch(want(), policy=quick)


def test_a_granule_that_is_there_is_used_as_it_is(nasa, want, quick):
    fill(nasa, "2015-01", days=range(1, 4))
    earthdata.fetch(want(), policy=quick)
    before = listing(want())
    want().target.unlink()
    asked = len(nasa.paths("/data/"))
    # One without a receipt: put there by hand.
    want().target.with_name(f"{name_of('2015-01-02')}.receipt.json").unlink()
    earthdata.fetch(want(), policy=quick)
    assert len(nasa.paths("/data/")) == asked
    assert listing(want()) == before


def test_a_kill_loses_no_granule_that_has_arrived(nasa, want, quick, monkeypatch):
    fill(nasa, "2015-01", days=range(1, 6))
    original, calls = earthdata.download, []

    def killed(*args, **kwargs):
        calls.append(args)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return original(*args, **kwargs)

    monkeypatch.setattr(earthdata, "download", killed)
    with pytest.raises(KeyboardInterrupt):
        earthdata.fetch(want(), policy=quick)
    assert not want().target.exists()
    monkeypatch.setattr(earthdata, "download", original)
    earthdata.fetch(want(), policy=quick)
    assert len(nasa.paths("/data/")) == 5
    assert len(listing(want())["granules"]) == 5


def test_a_cut_connection_is_resumed(nasa, want, quick):
    name = name_of("2015-01-01")
    nasa.add(OCO2, "11.1r", name, HDF5 + bytes(range(256)) * 1000)
    nasa.cut_files = [100_000]
    earthdata.fetch(want(), policy=quick)
    files = [asked for asked in nasa.asked if asked.path.startswith("/data/")]
    assert [asked.headers.get("range", "") for asked in files] == ["", "bytes=65536-"]
    assert all(asked.headers["authorization"] == f"Bearer {TOKEN}" for asked in files)
    assert want().target.with_name(name).read_bytes() == nasa.collections[OCO2, "11.1r"][name]


def test_a_size_other_than_that_of_the_catalogue_is_refused(nasa, want, quick):
    fill(nasa, "2015-01", days=range(1, 2))
    nasa.size_error = 9
    with pytest.raises(DownloadError, match=r"announces [\d,]+ bytes, its catalogue states"):
        earthdata.fetch(want(), policy=quick)
    nasa.sizes, nasa.size_error = "MB", 5000
    with pytest.raises(DownloadError, match="bytes arrived, the catalogue states about"):
        earthdata.fetch(want(), policy=quick)
    nasa.size_error = 0
    earthdata.fetch(want(), policy=quick)
    want().target.unlink()
    nasa.sizes = ""
    earthdata.fetch(want(), policy=quick)


def test_a_wrong_checksum_is_refused(nasa, want, quick):
    fill(nasa, "2015-01", days=range(1, 2))
    name = name_of("2015-01-01")
    nasa.checksums[name] = "0" * 32
    with pytest.raises(DownloadError, match="the md5 of the file is"):
        earthdata.fetch(want(), policy=quick)
    nasa.checksums[name] = hashlib.md5(nasa.collections[OCO2, "11.1r"][name]).hexdigest().upper()
    earthdata.fetch(want(), policy=quick)


def test_the_token_is_not_sent_to_another_host_by_a_redirect(nasa, want, quick):
    fill(nasa, "2015-01", days=range(1, 2))
    name = name_of("2015-01-01")
    with web_server() as other:
        other.files[f"/{name}"] = nasa.collections[OCO2, "11.1r"][name]
        nasa.redirect = other.address
        # That host has no encryption either, so that what it sends is not taken.
        with pytest.raises(DownloadError, match="without encryption"):
            earthdata.fetch(want(), policy=quick)
    (asked,) = other.asked
    assert "authorization" not in asked.headers


def test_the_token_is_not_sent_to_an_address_that_is_none_of_earthdatas(nasa, want, quick):
    fill(nasa, "2015-01", days=range(1, 2))
    with web_server() as other:
        nasa.elsewhere = other.address
        with pytest.raises(DownloadError, match="the token is not sent there"):
            earthdata.fetch(want(), policy=quick)
    assert other.asked == []


@pytest.mark.parametrize("status", [429, 503])
def test_a_storm_is_waited_for(nasa, want, quick, status):
    fill(nasa, "2015-01", days=range(1, 2))
    nasa.script = [says(status)] * 3
    earthdata.fetch(want(), policy=quick)
    nasa.script = [says(status)] * 20
    want().target.unlink()
    with pytest.raises(DownloadError, match=rf"no success in 4 attempts .*HTTP {status}"):
        earthdata.fetch(want(), policy=quick)


def test_a_login_that_is_down_is_waited_for(nasa, want, quick, monkeypatch):
    fill(nasa, "2015-01", days=range(1, 2))
    monkeypatch.delenv("EARTHDATA_TOKEN")
    monkeypatch.setenv("EARTHDATA_USERNAME", USER)
    monkeypatch.setenv("EARTHDATA_PASSWORD", PASSWORD)
    nasa.script = [says(503, b"<html>down</html>")] * 4
    earthdata.fetch(want(), policy=quick)
    assert len(listing(want())["granules"]) == 1


def test_a_service_that_never_answers_is_a_sentence(nasa, want, quick):
    def silent(_):
        time.sleep(0.4)

    nasa.script = [silent] * 20
    policy = dataclasses.replace(quick, attempts=2, timeout_seconds=0.1)
    with pytest.raises(DownloadError, match="did not answer in time"):
        earthdata.fetch(want(), policy=policy)
