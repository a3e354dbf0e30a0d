"""The way to Earthdata: which hosts may see the token, and what a login needs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from carbonscape.core.errors import ConfigError, DownloadError
from carbonscape.fetch import earthdata
from carbonscape.fetch.earthdata_client import Account
from carbonscape.fetch.want import Want
from carbonscape.sources.registry import get_source
from helpers.earthdata_server import TOKEN, EarthdataServer, earthdata_server, write_certificate
from helpers.web_server import says


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    return write_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def nasa(certificate, monkeypatch) -> Iterator[EarthdataServer]:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    monkeypatch.setenv("EARTHDATA_TOKEN", TOKEN)
    with earthdata_server(certificate) as server:
        yield server


@pytest.fixture
def account(nasa, quick) -> Account:
    return Account({"earthdata": nasa.address}, quick, "oco2")


@pytest.mark.parametrize(
    "host", ["data.gesdisc.earthdata.nasa.gov", "oco2.gesdisc.eosdis.nasa.gov"]
)
def test_hosts_of_earthdata_see_the_token(account, host):
    assert account.headers(f"https://{host}/data/x") == {"Authorization": f"Bearer {TOKEN}"}


@pytest.mark.parametrize(
    "address",
    [
        "http://data.gesdisc.earthdata.nasa.gov/x",
        "https://earthdata.nasa.gov.example.org/x",
        "https://evilearthdata.nasa.gov/x",
        "https://example.org/.earthdata.nasa.gov/x",
        "https://data.earthdata.nasa.gov@example.org/x",
        "https://127.0.0.1:1/x",
    ],
)
def test_no_other_host_sees_it(account, address):
    with pytest.raises(DownloadError, match="the token is not sent there") as refusal:
        account.headers(address)
    assert TOKEN not in str(refusal.value)


def test_a_session_has_no_token_of_its_own(account):
    with account.session() as session:
        assert "Authorization" not in session.headers


def test_the_address_must_be_protected(quick):
    with pytest.raises(ConfigError, match="fetch.hosts.earthdata.*begins with https://"):
        Account({"earthdata": "http://127.0.0.1:1"}, quick, "oco2")


def test_host_and_port_are_enough(nasa, quick):
    account = Account({"earthdata": nasa.address.removeprefix("https://")}, quick, "oco2")
    assert account.count("OCO2_L2_Lite_FP", "11r", "2015-01-01", "2015-01-31") == 0


def test_a_token_needs_no_login_and_no_other_machine(account, nasa):
    # The login of the whole module would probe 169.254.169.254.
    assert nasa.asked == []
    assert "earthaccess" in sys.modules


def test_granules_are_counted_and_found_by_version_and_days(account, nasa):
    for day in (1, 2):
        name = f"oco2_LtCO2_15010{day}_B11100Ar_230524221540s.nc4"
        nasa.add("OCO2_L2_Lite_FP", "11.1r", name, b"x")
    days = ("2015-01-01", "2015-01-31")
    assert account.count("OCO2_L2_Lite_FP", "11.1r", *days) == 2
    assert account.count("OCO2_L2_Lite_FP", "11r", *days) == 0
    assert account.search("OCO2_L2_Lite_FP", "11r", *days) == []
    found = account.search("OCO2_L2_Lite_FP", "11.1r", *days)
    assert [granule["umm"]["GranuleUR"][:17] for granule in found] == [
        "oco2_LtCO2_150101",
        "oco2_LtCO2_150102",
    ]
    # The granule of the last day of December ends in January.
    assert account.count("OCO2_L2_Lite_FP", "11.1r", "2015-01-03", "2015-01-31") == 1


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (says(200, b"{}"), "in a form that earthaccess 0.17.0 does not know"),
        (says(500), "the catalogue of Earthdata is busy .HTTP 500"),
        (says(400, b'{"errors": ["Parameter [x] is unknown."]}'), r"400: Parameter .x. is unknown"),
        (says(404, b"<html>gone</html>"), "HTTP 404: no reason given"),
    ],
)
def test_a_catalogue_that_is_down_is_a_sentence(account, nasa, answer, words):
    nasa.script = [answer] * 9
    with pytest.raises(DownloadError, match=words):
        account.count("OCO2_L2_Lite_FP", "11r", "2015-01-01", "2015-01-31")


def test_granules_of_a_folder_are_served(nasa, tmp_path):
    name = "oco3_LtCO2_200105_B10400Br_220318000000s.nc4"
    (tmp_path / name).write_bytes(b"x")
    nasa.add_folder("OCO3_L2_Lite_FP", "10.4r", tmp_path)
    assert nasa.collections == {("OCO3_L2_Lite_FP", "10.4r"): {name: b"x"}}


@pytest.fixture
def want(nasa, tmp_path) -> Want:
    target = tmp_path / "oco3" / "listing_2020-01.json"
    hosts = {"earthdata": nasa.address}
    return Want(get_source("oco3"), "granules", "2020-01", target, hosts=hosts)


def test_a_check_asks_for_the_first_bytes_of_one_granule(nasa, want, quick):
    name = "oco3_LtCO2_200105_B10400Br_220318000000s.nc4"
    nasa.add("OCO3_L2_Lite_FP", "10.4r", name, b"\x89HDF\r\n\x1a\n" + b"x" * 2000)
    text = earthdata.check(want, policy=quick)
    assert text == (
        f"1 granules of version 10.4r from 2020-01 to 2020-01, such as {name} with 2.01 kB"
    )
    (asked,) = [asked for asked in nasa.asked if asked.path.startswith("/data/")]
    assert asked.headers["range"] == "bytes=0-511"
    assert not want.target.parent.exists()
    nasa.approved = False
    with pytest.raises(DownloadError, match="NASA GESDISC DATA ARCHIVE"):
        earthdata.check(want, policy=quick)


def test_a_check_of_an_archive_without_the_versions_is_a_sentence(nasa, want, quick):
    with pytest.raises(DownloadError, match="no granule of OCO3_L2_Lite_FP version 10.4r or 11r"):
        earthdata.check(want, policy=quick)
