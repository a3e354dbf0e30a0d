"""Archives are asked for little, and what they answer is said source by source."""

from __future__ import annotations

import json

import pytest

from carbonscape.core.errors import DownloadError
from carbonscape.fetch.check import Finding, text_of
from carbonscape.fetch.https import check
from carbonscape.fetch.want import Want
from carbonscape.sources.registry import get_source
from helpers.web_server import says

PFT = "/neodc/esacci/land_cover/data/pft/v2.0.8/ESACCI-LC-L4-PFT-Map-300m-P1Y-2001-v2.0.8.nc"


def want(name, kind, when, server, tmp_path) -> Want:
    source = get_source(name)
    hosts = {source.files[kind].request.host: server.address}
    return Want(source, kind, when, tmp_path / "file", hosts=hosts)


def test_the_beginning_of_a_file_is_enough(server, tmp_path, quick):
    server.files[PFT] = b"\x89HDF\r\n\x1a\n" + bytes(1_999_992)
    found = check(want("esa_cci_pft", "grid", "2001", server, tmp_path), policy=quick)
    assert found == "ESACCI-LC-L4-PFT-Map-300m-P1Y-2001-v2.0.8.nc, 2 MB"
    assert server.asked[0].headers["range"] == "bytes=0-511"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "answer", [says(404), says(200, b"<html>moved</html>"), says(200, b"GRIB")]
)
def test_another_answer_is_a_refusal(server, tmp_path, quick, answer):
    server.script = [answer]
    with pytest.raises(DownloadError, match="ESA-CCI"):
        check(want("esa_cci_pft", "grid", "2001", server, tmp_path), policy=quick)


def test_records_are_listed_only(server, tmp_path, quick):
    server.files["/v2/articles/21789074/files"] = json.dumps(
        [{"name": "koppen_geiger_tif.zip", "size": 9e7, "computed_md5": "", "download_url": "u"}]
    ).encode()
    found = check(want("koppen", "map", "", server, tmp_path), policy=quick)
    assert found == "1 files, 90 MB, such as koppen_geiger_tif.zip"
    assert len(server.asked) == 1


def test_what_was_found_is_counted():
    good, bad = Finding("koppen", "map", True, "1 file"), Finding("tccon", "sites", False, "gone")
    assert text_of([good]).endswith("All 1 archives have what the registry says.")
    text = text_of([good, bad])
    assert "REFUSED tccon (sites): gone" in text
    assert text.endswith("1 of 2 requests were refused.")
