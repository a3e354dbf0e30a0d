"""What repositories and catalogues list, as their interfaces answer."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from carbonscape.core.errors import DownloadError
from carbonscape.core.limits import Limit
from carbonscape.fetch import repositories
from carbonscape.fetch.repositories import (
    Entry,
    JsonClient,
    choose,
    list_record,
    search_invenio,
    search_stac,
)
from carbonscape.fetch.transfer import new_session
from helpers.web_server import says


@pytest.fixture
def client(quick) -> JsonClient:
    return JsonClient(new_session(), quick, "MetaFlux (2001)")


def answers(content) -> bytes:
    return json.dumps(content).encode()


MD5 = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("kind", "record", "path", "answer", "checksum"),
    [
        (
            "zenodo",
            "7761881",
            "/api/records/7761881",
            {"files": [{"key": "a.nc", "size": 5, "checksum": f"md5:{MD5}",
                        "links": {"self": "http://h/a"}}]},
            f"md5:{MD5}",
        ),
        (
            "figshare",
            "21789074",
            "/v2/articles/21789074/files",
            [{"name": "a.nc", "size": 5, "computed_md5": MD5, "download_url": "http://h/a"}],
            f"md5:{MD5}",
        ),
        (
            "invenio",
            "8hm1f-w5492",
            "/api/records/8hm1f-w5492/files",
            {"entries": [{"key": "a.nc", "size": 5, "checksum": f"md5:{MD5}",
                          "links": {"content": "http://h/a"}}]},
            f"md5:{MD5}",
        ),
    ],
)  # fmt: skip
def test_files_of_a_record(server, client, kind, record, path, answer, checksum):
    server.files[path] = answers(answer)
    assert list_record(kind, server.address, record, client) == [
        Entry("a.nc", "http://h/a", 5, checksum)
    ]


def test_dataverse_is_asked_by_doi(server, client):
    server.files["/api/datasets/:persistentId/"] = answers(
        {"data": {"latestVersion": {"files": [
            {"dataFile": {"id": 7, "filename": "a.nc", "filesize": 5, "md5": MD5}}
        ]}}}
    )  # fmt: skip
    found = list_record("dataverse", server.address, "10.7910/DVN/4WDTD8", client)
    assert found == [Entry("a.nc", f"{server.address}/api/access/datafile/7", 5, f"md5:{MD5}")]
    assert "persistentId=doi%3A10.7910%2FDVN%2F4WDTD8" in server.asked[0].path


@pytest.mark.parametrize("kind", ["zenodo", "figshare", "invenio", "dataverse"])
def test_another_form_of_answer_is_a_sentence(server, client, kind):
    server.script = [says(200, b'{"status": "moved"}')]
    with pytest.raises(DownloadError, match=r"MetaFlux .*another form than is documented|lists no"):
        list_record(kind, server.address, "1", client)


def test_a_maintenance_page_is_a_sentence(server, client):
    server.script = [says(200, b"<html>back soon</html>")]
    with pytest.raises(DownloadError, match="answered no JSON"):
        list_record("zenodo", server.address, "1", client)


def test_an_absent_record_is_a_sentence(server, client):
    with pytest.raises(DownloadError, match="HTTP 404.*check_sources"):
        list_record("zenodo", server.address, "1", client)


def test_a_busy_catalogue_is_asked_again(server, client):
    server.files["/api/records/1"] = answers(
        {"files": [{"key": "a", "size": 1, "checksum": "", "links": {"self": "u"}}]}
    )
    server.script = [says(429, Retry_After="0"), says(503)]
    assert list_record("zenodo", server.address, "1", client)[0].name == "a"


def test_stac_is_asked_for_a_month_page_by_page(server, client):
    def item(day: str) -> dict:
        return {
            "assets": {
                "download": {"href": f"{server.address}/d/{day}?sig=x", "title": f"SIF_{day}.nc",
                             "file:size": 9, "roles": ["data"]},
                "picture": {"href": f"{server.address}/p.png", "roles": ["thumbnail"]},
            }
        }  # fmt: skip

    pages = [
        {"features": [item("2019-02-01")],
         "links": [{"rel": "next", "href": f"{server.address}/search?page=2"}]},
        {"features": [item("2019-02-28")], "links": []},
    ]  # fmt: skip
    server.script = [says(200, answers(page)) for page in pages]
    found = search_stac(server.address, "L2B_SIF___", "2019-02", client)
    assert [entry.name for entry in found] == ["SIF_2019-02-01.nc", "SIF_2019-02-28.nc"]
    query = parse_qs(urlsplit(server.asked[0].path).query)
    assert query["datetime"] == ["2019-02-01T00:00:00Z/2019-02-28T23:59:59Z"]
    assert query["collections"] == ["L2B_SIF___"]
    assert server.asked[1].path == "/search?page=2"


def test_a_search_without_end_is_refused(server, client, monkeypatch):
    monkeypatch.setattr("carbonscape.fetch.repositories._MOST_PAGES", 3)
    page = {"features": [], "links": [{"rel": "next", "href": f"{server.address}/search"}]}
    server.script = [says(200, answers(page))] * 9
    with pytest.raises(DownloadError, match="does not end after 3 pages"):
        search_stac(server.address, "c", "2019-02", client)


def test_records_of_a_search_are_listed_one_by_one(server, client):
    server.script = [
        says(200, answers({"hits": {"hits": [{"id": "a"}, {"id": "b"}]}, "links": {}}))
    ]
    for record in "ab":
        server.files[f"/api/records/{record}/files"] = answers(
            {"entries": [{"key": f"{record}.nc", "size": 1, "links": {"content": "u"}}]}
        )
    found = search_invenio(server.address, "tccon", client)
    assert [entry.name for entry in found] == ["a.nc", "b.nc"]


def test_names_are_chosen_by_date():
    entries = [Entry("M_2001.nc", "u"), Entry("M_2002.nc", "u"), Entry("readme", "u")]
    assert choose(entries, r"M_%Y\.nc", "2002", "label") == [entries[1]]
    with pytest.raises(DownloadError, match=r"fits 'M_1999\\.nc'; it has M_2001.nc, M_2002.nc"):
        choose(entries, r"M_%Y\.nc", "1999", "label")


def test_an_answer_that_does_not_end_is_refused(server, client, monkeypatch):
    monkeypatch.setattr(repositories, "ANSWER_BYTES", Limit(1000, "bytes", "1"))
    server.script = [says(200, b"[" + b" " * 200_000)]
    with pytest.raises(DownloadError, match="does not end .* expected at most 1,000"):
        client.json(f"{server.address}/a")


def test_an_answer_that_comes_too_slowly_is_refused(server, client, monkeypatch):
    monkeypatch.setattr(repositories, "_TIMES", -1)
    server.script = [says(200, b"[]")]
    with pytest.raises(DownloadError, match="does not end"):
        client.json(f"{server.address}/a")


def test_an_answer_of_lists_in_lists_is_no_json(server, client):
    server.script = [says(200, b"[" * 200_000)]
    with pytest.raises(DownloadError, match="answered no JSON"):
        client.json(f"{server.address}/a")


def test_more_files_than_any_record_has_are_refused(server, client, monkeypatch):
    monkeypatch.setattr(repositories, "LISTED_FILES", Limit(1, "files", "1"))
    part = {"name": "a.nc", "size": 5, "computed_md5": MD5, "download_url": "http://h/a"}
    server.script = [says(200, answers([part, part]))]
    with pytest.raises(DownloadError, match="more than 1 files"):
        list_record("figshare", server.address, "1", client)


@pytest.mark.parametrize(
    "wrong", [{"name": None}, {"name": ["a"]}, {"size": "5"}, {"download_url": {"a": 1}}]
)
def test_a_file_described_in_another_form_is_refused(server, client, wrong):
    part = {"name": "a.nc", "size": 5, "computed_md5": MD5, "download_url": "http://h/a"} | wrong
    server.script = [says(200, answers([part]))]
    with pytest.raises(DownloadError, match="answered in another form than is documented"):
        list_record("figshare", server.address, "1", client)


def test_a_catalogue_that_leads_out_of_the_web_is_not_followed(server, client):
    server.script = [says(302, Location="file:///etc/passwd")]
    with pytest.raises(DownloadError, match="none of the web"):
        client.json(f"{server.address}/a")
