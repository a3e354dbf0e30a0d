"""The way to a data store: where its key comes from, and what it says in which words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from carbonscape.core.errors import ConfigError, DownloadError
from carbonscape.fetch.cds_client import FailedError, ForgottenError, StoreClient, TooLargeError
from helpers.cds_server import KEY, CdsServer, cds_server
from helpers.web_server import says

INPUTS = {
    "variable": ["2m_temperature"], "daily_statistic": "daily_mean", "time_zone": "utc+00:00",
    "frequency": "1_hourly", "year": "2015", "month": ["01"], "day": ["01"],
}  # fmt: skip
DATASET = "derived-era5-land-daily-statistics"


@pytest.fixture
def settings(tmp_path, monkeypatch):
    path = tmp_path / "cdsapirc"
    monkeypatch.setenv("CDSAPI_RC", str(path))
    for name in ("CDSAPI_URL", "CDSAPI_KEY"):
        monkeypatch.delenv(name, raising=False)
    return path


@pytest.fixture
def store(settings) -> Iterator[CdsServer]:
    with cds_server(lambda *_: b"file") as running:
        settings.write_text(f"url: {running.address}\nkey: {KEY}\n")
        yield running


def test_without_a_key_both_lines_and_the_file_are_named(settings, quick):
    with pytest.raises(DownloadError) as refusal:
        StoreClient("cds", {}, quick)
    text = str(refusal.value)
    assert "url: https://cds.climate.copernicus.eu/api" in text
    assert "key: <your token>" in text
    assert str(settings) in text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("url: https://x/api\nkey: 12345:a-secret-of-old\n", "holds a colon"),
        ("url: https://x/api/v2\nkey: abc\n", "is that of the service that closed in 2024"),
    ],
)
def test_settings_of_the_old_service_are_refused_early(settings, quick, content, words):
    settings.write_text(content)
    with pytest.raises(DownloadError, match=words) as refusal:
        StoreClient("cds", {}, quick)
    assert "a-secret-of-old" not in str(refusal.value)


def test_a_key_goes_to_no_unprotected_address(settings, quick):
    settings.write_text(f"key: {KEY}\n")
    with pytest.raises(ConfigError, match="begins with https://"):
        StoreClient("ads", {"ads": "http://example.org/api"}, quick)


def test_one_file_serves_both_stores(store, settings, quick, monkeypatch):
    other = {"ads": store.address}
    assert StoreClient("cds", {}, quick).address == store.address
    assert StoreClient("ads", other, quick).address == store.address
    settings.write_text(f"url: https://ads.atmosphere.copernicus.eu/api\nkey: {KEY}\n")
    assert StoreClient("cds", {"cds": store.address}, quick).address == store.address
    monkeypatch.setenv("CDSAPI_URL", store.address)
    assert StoreClient("cds", {}, quick).address == store.address


def test_a_job_is_submitted_looked_at_and_found_again(store, quick):
    client = StoreClient("cds", {}, quick)
    job = client.submit(DATASET, INPUTS, "file")
    assert job.request_id == "job-1"
    states = [client.look(job, "file", DATASET)["status"] for _ in range(3)]
    assert states == ["accepted", "running", "successful"]
    again = client.reclaim("job-1", "file", DATASET)
    assert client.result(again, "file", DATASET).asset["file:size"] == 4
    with pytest.raises(ForgottenError):
        client.reclaim("job-7", "file", DATASET)
    store.web.script = [says(403, b'{"title": "permission denied"}')]
    with pytest.raises(ForgottenError, match="permission denied"):
        client.reclaim("job-1", "file", DATASET)


@pytest.mark.parametrize(
    ("status", "content", "error", "words"),
    [
        (403, '{"title": "cost limits exceeded"}', TooLargeError, "cost"),
        (400, '{"detail": "Request too large. Cost 64512 over 60000 limit."}', TooLargeError, "64"),
        (413, "", TooLargeError, "413"),
        (400, '{"detail": "number of items 9 exceeds 5"}', TooLargeError, "items"),
        (403, '{"title": "required licences not accepted"}', DownloadError, "manage-licences"),
        (403, '{"title": "forbidden"}', DownloadError, "HTTP 403: forbidden"),
        (422, "oops", DownloadError, "no reason given"),
    ],
)
def test_refusals_are_told_apart(store, quick, status, content, error, words):
    client = StoreClient("cds", {}, quick)
    store.web.script = [says(200, b'{"id": "x", "links": []}'), says(status, content.encode())]
    with pytest.raises(error, match=words):
        client.submit(DATASET, INPUTS, "file")


def test_the_wait_in_the_text_of_the_store_is_kept(store, quick):
    client = StoreClient("cds", {}, quick)
    text = b'{"detail": "Rate limit exceeded. Please wait 9000 seconds."}'
    store.web.script = [says(429, text)]
    with pytest.raises(DownloadError, match="limiting requests .HTTP 429"):
        client.submit(DATASET, INPUTS, "file")
    assert len(store.submitted) == 0


def test_a_page_in_place_of_an_answer_is_waited_for(store, quick):
    client = StoreClient("cds", {}, quick)
    store.web.script = [says(200, b"<html>maintenance</html>")] * 2
    assert client.submit(DATASET, INPUTS, "file").request_id == "job-1"


def test_an_answer_in_an_unknown_form_is_a_sentence(store, quick):
    client = StoreClient("cds", {}, quick)
    store.web.script = [says(200, b'{"id": "x"}'), says(201, b'{"jobID": "j", "links": []}')]
    with pytest.raises(DownloadError, match="in a form that cdsapi 0.7.7 does not know"):
        client.submit(DATASET, INPUTS, "file")


def test_the_reason_of_a_failure_is_the_end_of_its_traceback_or_of_its_log(store, quick):
    client = StoreClient("cds", {}, quick)
    store.queue, store.failures = (), ["Traceback (most):\n  line\nValueError: tape broken"]
    job = client.submit(DATASET, INPUTS, "file")
    error = client.failure(job, "file", DATASET, {})
    assert isinstance(error, FailedError)
    assert "tape broken" in str(error)
    assert "line" not in str(error)
    store.jobs.clear()
    told = {"metadata": {"log": [["t", "started"], ["t", "ERROR out of memory"]]}}
    assert "out of memory" in str(client.failure(job, "file", DATASET, told))
    large = {"metadata": {"log": [["t", "Request too large. Cost 9 over 5 limit"]]}}
    assert isinstance(client.failure(job, "file", DATASET, large), TooLargeError)


def test_a_store_that_is_down_for_a_while_does_not_end_the_wait(store, quick):
    client = StoreClient("cds", {}, quick)
    job = client.submit(DATASET, INPUTS, "file")
    store.web.script = [says(503)] * (quick.attempts + 3)
    assert client.look(job, "file", DATASET)["status"] == "accepted"


def test_nothing_is_said_to_the_log_of_the_client(store, quick, caplog, capsys):
    with caplog.at_level(0):
        StoreClient("cds", {}, quick).submit(DATASET, INPUTS, "file")
    said = capsys.readouterr()
    assert KEY not in caplog.text + said.out + said.err
