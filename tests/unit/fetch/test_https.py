"""Files at addresses, of records and of catalogues, through the sources of the registry."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path

import pytest

from carbonscape.core.errors import ConfigError, DownloadError
from carbonscape.fetch.dispatch import fetch_file
from carbonscape.fetch.https import base_address, fetch, latest_of_site
from carbonscape.fetch.repositories import Entry
from carbonscape.fetch.want import Want
from carbonscape.sources.registry import get_source
from helpers.web_server import says

NETCDF = b"\x89HDF\r\n\x1a\n" + b"values" * 1000
TIFF = b"II*\x00" + b"pixels"


def want(name: str, kind: str, when: str, target: Path, server, **more) -> Want:
    host = get_source(name).files[kind].request.host
    return Want(get_source(name), kind, when, target, hosts={host: server.address}, **more)


def answers(content) -> bytes:
    return json.dumps(content).encode()


def receipt(path: Path) -> dict:
    return json.loads(path.with_name(f"{path.name}.receipt.json").read_text())


def test_a_year_of_esa_cci_is_fetched_by_its_address(server, tmp_path, quick):
    path = "/neodc/esacci/land_cover/data/pft/v2.0.8/ESACCI-LC-L4-PFT-Map-300m-P1Y-2004-v2.0.8.nc"
    server.files[path] = NETCDF
    target = tmp_path / "ESACCI-LC-L4-PFT-Map-300m-P1Y-2004-v2.0.8.nc"
    fetch(want("esa_cci_pft", "grid", "2004", target, server), policy=quick)
    assert target.read_bytes() == NETCDF
    assert receipt(target)["request"] == {"url": f"{server.address}{path}"}
    assert receipt(target)["sha256"] == hashlib.sha256(NETCDF).hexdigest()


def test_the_corrected_version_is_taken_where_the_first_is_gone(server, tmp_path, quick):
    server.files[
        "/neodc/esacci/land_cover/data/pft/v2.0.81/ESACCI-LC-L4-PFT-Map-300m-P1Y-2004-v2.0.81.nc"
    ] = NETCDF
    target = tmp_path / "map.nc"
    fetch(want("esa_cci_pft", "grid", "2004", target, server), policy=quick)
    assert "v2.0.81.nc" in receipt(target)["request"]["url"]


def test_a_year_that_is_nowhere_is_refused(server, tmp_path, quick):
    with pytest.raises(DownloadError, match=r"ESA-CCI .*no such file any more.*v2\.0\.81"):
        fetch(want("esa_cci_pft", "grid", "2004", tmp_path / "map.nc", server), policy=quick)
    assert list(tmp_path.iterdir()) == []


def koppen_of(server, members: dict[str, bytes]) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    server.files["/files/1"] = content = buffer.getvalue()
    server.files["/v2/articles/21789074/files"] = answers(
        [{"name": "koppen_geiger_tif.zip", "download_url": f"{server.address}/files/1",
          "size": len(content), "computed_md5": hashlib.md5(content).hexdigest()}]
    )  # fmt: skip


def test_the_map_of_climates_is_taken_out_of_its_archive(server, tmp_path, quick):
    koppen_of(
        server, {"1991_2020/koppen_geiger_0p1.tif": TIFF, "1961_1990/koppen_geiger_0p1.tif": b""}
    )
    target = tmp_path / "koppen_geiger_0p1.tif"
    fetch(want("koppen", "map", "", target, server), policy=quick)
    assert target.read_bytes() == TIFF
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        target.name,
        f"{target.name}.receipt.json",
    ]


def test_another_arrangement_of_the_archive_is_refused(server, tmp_path, quick):
    koppen_of(server, {"koppen_geiger_0p1.tif": TIFF})
    with pytest.raises(DownloadError, match="holds 0 files '1991_2020/koppen_geiger_0p1.tif'"):
        fetch(want("koppen", "map", "", tmp_path / "k.tif", server), policy=quick)
    assert not (tmp_path / "k.tif").exists()


@pytest.fixture
def sif(server):
    """Three days of TROPOSIF in February 2019."""
    names = [f"TROPOSIF_L2B_2019-02-{day:02d}.nc" for day in (1, 2, 3)]
    for name in names:
        server.files[f"/d/{name}"] = NETCDF + name.encode()
    server.files["/search"] = answers(
        {"features": [
            {"assets": {"download": {"href": f"{server.address}/d/{name}", "roles": ["data"],
                                     "file:size": len(NETCDF) + len(name)}}}
            for name in names
        ]}
    )  # fmt: skip
    return names


def test_a_month_of_fluorescence_is_listed_and_fetched(server, sif, tmp_path, quick):
    listing = tmp_path / "listing_2019-02.json"
    fetch(want("tropomi_sif", "days", "2019-02", listing, server), policy=quick)
    assert [entry["name"] for entry in json.loads(listing.read_text())["granules"]] == sif
    assert json.loads(listing.read_text())["granules"][2]["day"] == "2019-02-03"
    for name in sif:
        assert (tmp_path / name).read_bytes() == NETCDF + name.encode()
        assert receipt(tmp_path / name)["source"] == "tropomi_sif"


def test_every_second_day_can_be_taken(server, sif, tmp_path, quick):
    listing = tmp_path / "listing_2019-02.json"
    settings = {"options": {"every_days": 2}}
    fetch(want("tropomi_sif", "days", "2019-02", listing, server, **settings), policy=quick)
    assert [entry["name"] for entry in json.loads(listing.read_text())["granules"]] == sif[::2]
    assert not (tmp_path / sif[1]).exists()


def test_days_that_are_there_are_not_fetched_again(server, sif, tmp_path, quick):
    (tmp_path / sif[0]).write_bytes(b"put there by hand")
    listing = tmp_path / "listing_2019-02.json"
    fetch(want("tropomi_sif", "days", "2019-02", listing, server), policy=quick)
    assert (tmp_path / sif[0]).read_bytes() == b"put there by hand"
    assert f"/d/{sif[0]}" not in server.paths()


def test_an_interrupted_month_has_no_listing_and_goes_on(server, sif, tmp_path, quick):
    listing = tmp_path / "listing_2019-02.json"
    lost = server.files.pop(f"/d/{sif[2]}")
    with pytest.raises(DownloadError, match="2019-02-03"):
        fetch(want("tropomi_sif", "days", "2019-02", listing, server), policy=quick)
    assert not listing.exists()
    server.files[f"/d/{sif[2]}"] = lost
    server.asked.clear()
    fetch(want("tropomi_sif", "days", "2019-02", listing, server), policy=quick)
    assert listing.exists()
    assert [path for path in server.paths() if path.startswith("/d/")] == [f"/d/{sif[2]}"]


def test_of_each_tccon_site_the_newest_file_is_taken():
    names = [
        "iz20140102_20190101.public.qc.nc",
        "iz20140102_20210908.public.qc.nc",
        "iz20070501_20300101.public.nc",
        "ma20141001_20150624.public.nc",
    ]
    chosen = latest_of_site([Entry(name, "u") for name in names])
    assert [entry.name for entry in chosen] == [names[1], names[3]]


def test_a_mirror_is_an_address_of_https():
    assert base_address("ceda", {"ceda": "https://mirror.org/"}) == "https://mirror.org"
    with pytest.raises(ConfigError, match=r"'fetch.hosts.ceda' is 'http://mirror.org'"):
        base_address("ceda", {"ceda": "http://mirror.org"})


def test_a_login_page_is_told(server, tmp_path, quick):
    server.script = [says(200, b"<!doctype html><title>Sign in</title>")]
    with pytest.raises(DownloadError, match="web page"):
        fetch(want("esa_cci_pft", "grid", "2004", tmp_path / "map.nc", server), policy=quick)


def test_the_client_is_found_by_the_request(server, tmp_path):
    koppen_of(server, {"1991_2020/koppen_geiger_0p1.tif": TIFF})
    target = tmp_path / "k.tif"
    settings = {"cell": 0.1, "hosts": {"figshare": server.address}, "options": {}}
    fetch_file(target, source="koppen", kind="map", when="", settings=settings)
    assert target.read_bytes() == TIFF


def test_what_persons_alone_get_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="FLUXNET2015 .* cannot be fetched: fluxnet.org"):
        fetch_file(tmp_path / "x", source="fluxnet2015", kind="towers", when="", settings={})
