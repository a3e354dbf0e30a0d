"""Receipts say what came from where, and no secret."""

from __future__ import annotations

import hashlib
import json

from carbonscape.fetch.receipts import address_without_query, receipt_path, write_receipt


def test_a_receipt_tells_request_time_size_and_digest(tmp_path):
    target = tmp_path / "file.nc"
    target.write_bytes(b"content")
    written = write_receipt(
        target,
        source="era5_land",
        request={"variable": ["2m_temperature"], "year": 2001},
        client="cdsapi 0.7.7",
    )
    assert written == receipt_path(target) == tmp_path / "file.nc.receipt.json"
    receipt = json.loads(written.read_text())
    assert receipt.pop("time").endswith("+00:00")
    assert receipt == {
        "file": "file.nc",
        "source": "era5_land",
        "request": {"variable": ["2m_temperature"], "year": 2001},
        "client": "cdsapi 0.7.7",
        "size": 7,
        "sha256": hashlib.sha256(b"content").hexdigest(),
    }


def test_no_secret_gets_into_a_receipt(tmp_path):
    target = tmp_path / "file.nc"
    target.write_bytes(b"content")
    request = {
        "url": "https://user:hunter2@archive.org/a/file.nc?X-Amz-Signature=hunter2#hunter2",
        "headers": {"Authorization": "Bearer hunter2", "PRIVATE-TOKEN": "hunter2"},
        "parts": [{"api_key": "hunter2"}],
    }
    text = write_receipt(target, source="s", request=request, client="requests").read_text()
    assert "hunter2" not in text
    assert "https://archive.org/a/file.nc" in text


def test_an_address_keeps_its_port():
    assert address_without_query("http://127.0.0.1:80/a?b=c") == "http://127.0.0.1:80/a"
