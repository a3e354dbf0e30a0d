"""The real client of the data stores against a store on this machine: queue, refusals, rests."""

from __future__ import annotations

import dataclasses
import io
import json
import logging
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import pytest

from carbonscape.core.errors import DownloadError
from carbonscape.fetch import cds
from carbonscape.fetch.want import Want
from carbonscape.sources.registry import get_source
from helpers.cds_server import KEY, SHORT, CdsServer, cds_server, made_netcdf
from helpers.guards import PROJECT
from helpers.web_server import says


@pytest.fixture
def store(tmp_path, monkeypatch) -> Iterator[CdsServer]:
    monkeypatch.setenv("CDSAPI_RC", str(tmp_path / "cdsapirc"))
    monkeypatch.setenv("CDSAPI_KEY", KEY)
    monkeypatch.delenv("CDSAPI_URL", raising=False)
    with cds_server(lambda _, inputs: made_netcdf(inputs, inputs["variable"], tmp_path)) as running:
        yield running
        assert running.complaints == []


@pytest.fixture
def want(store, tmp_path):
    def make(source: str = "era5_land", kind: str = "state", when: str = "2015-02", **more) -> Want:
        target = Path(get_source(source).files[kind].path(tmp_path / "raw", when))
        hosts = {"cds": store.address, "ads": store.address}
        return Want(get_source(source), kind, when, target, hosts=hosts, **more)

    return make


def left(want: Want) -> list[str]:
    return sorted(path.name for path in want.target.parent.iterdir())


def contents(path: Path) -> dict[str, Any]:
    with netCDF4.Dataset(path) as data:
        stamps = netCDF4.num2date(data["valid_time"][:], data["valid_time"].units)
        fields = {
            name: np.ma.filled(data[name][:], np.nan).tobytes()
            for name, variable in data.variables.items()
            if variable.ndim == 3 or name in ("latitude", "longitude")
        }
        return {**fields, "times": [str(stamp)[:10] for stamp in stamps]}


def test_a_month_waits_in_the_queue_and_arrives(store, want, quick, caplog):
    wanted = want()
    with caplog.at_level(logging.INFO):
        cds.fetch(wanted, policy=quick)
    (asked,) = store.submitted
    assert asked == {
        "dataset": "derived-era5-land-daily-statistics",
        "variable": ["2m_temperature", "2m_dewpoint_temperature"],
        "daily_statistic": "daily_mean",
        "time_zone": "utc+00:00",
        "frequency": "1_hourly",
        "year": "2015",
        "month": ["02"],
        "day": [f"{day:02d}" for day in range(1, 29)],
    }
    assert wanted.target.read_bytes() == store.jobs["job-1"]["file"]
    assert left(wanted) == [wanted.target.name, f"{wanted.target.name}.receipt.json"]
    lines = [record.message for record in caplog.records if getattr(record, "waiting", False)]
    told = ["in the queue of the Climate Data Store", "being prepared by", "ready at the Climate"]
    assert all(any(words in line for line in lines) for words in told)


def test_the_receipt_says_what_was_asked_and_no_secret(store, want, quick):
    wanted = want(area=(50.0, 5.0, 45.0, 9.0))
    cds.fetch(wanted, policy=quick)
    text = wanted.target.with_name(f"{wanted.target.name}.receipt.json").read_text()
    receipt = json.loads(text)
    assert KEY not in text
    assert receipt["client"] == "cdsapi 0.7.7"
    assert receipt["source"] == "era5_land"
    assert receipt["request"]["inputs"]["area"] == [50.0, 5.0, 45.0, 9.0]
    assert receipt["size"] == wanted.target.stat().st_size
    assert store.submitted[0]["area"] == [50.0, 5.0, 45.0, 9.0]


@pytest.mark.parametrize(
    ("source", "kind", "when", "fields"),
    [
        ("era5_land", "totals", "2016-02", 29 * 3),
        ("era5_land_monthly", "year", "2015", 12 * 6),
        ("egg4", "year", "2018", 12),
    ],
)
def test_every_source_is_asked_as_the_store_expects(store, want, quick, source, kind, when, fields):
    wanted = want(source, kind, when)
    cds.fetch(wanted, policy=quick)
    (asked,) = store.submitted
    days = len(asked.get("day", [""]))
    assert len(asked["variable"]) * len(asked["month"]) * days == fields
    assert wanted.target.exists()


def test_a_failed_job_tells_the_reason_of_the_store(store, want, quick):
    store.failures = ["Traceback (most recent call last):\n  File x\nMarsError: no data on tape 7"]
    wanted = want()
    with pytest.raises(DownloadError, match=r"could not make the file: .*MarsError: no data on"):
        cds.fetch(wanted, policy=quick)
    assert not wanted.target.exists()
    cds.fetch(wanted, policy=quick)
    assert len(store.submitted) == 2


def test_a_licence_that_is_not_accepted_names_the_page(store, want, quick):
    store.refused = {"derived-era5-land-daily-statistics"}
    page = "/datasets/derived-era5-land-daily-statistics?tab=download#manage-licences"
    with pytest.raises(DownloadError) as refusal:
        cds.fetch(want(), policy=quick)
    assert page in str(refusal.value)
    assert "licence" in str(refusal.value)
    assert len([path for path in store.web.paths() if path.endswith("execution")]) == 1


@pytest.mark.parametrize("limit", [20, 5])
def test_a_request_over_the_limit_is_cut_and_joined_to_the_same(store, want, quick, limit):
    whole = want()
    cds.fetch(whole, policy=quick)
    expected = contents(whole.target)
    whole.target.unlink()
    store.submitted.clear()
    store.jobs.clear()
    store.limit, store.queue = limit, ()
    cds.fetch(whole, policy=quick)
    assert contents(whole.target) == expected
    assert len(expected["times"]) == 28
    sizes = [len(asked["variable"]) * len(asked["day"]) for asked in store.submitted]
    assert sum(sizes) == 56
    assert max(sizes) <= limit
    assert left(whole) == [whole.target.name, f"{whole.target.name}.receipt.json"]


def test_a_year_is_cut_by_variables_then_by_months(store, want, quick):
    wanted = want("era5_land_monthly", "year", "2015")
    cds.fetch(wanted, policy=quick)
    expected = contents(wanted.target)
    store.submitted.clear()
    store.limit, store.queue = 6, ()
    cds.fetch(dataclasses.replace(wanted, target=wanted.target.with_name("again.nc")), policy=quick)
    assert contents(wanted.target.with_name("again.nc")) == expected
    assert {(len(a["variable"]), len(a["month"])) for a in store.submitted} == {(1, 6)}


def test_all_parts_are_in_the_queue_before_the_first_is_waited_for(store, want, quick):
    store.limit = 20
    cds.fetch(want(), policy=quick)
    paths = store.web.paths()
    last = max(n for n, path in enumerate(paths) if path.endswith("/execution"))
    first = min(n for n, path in enumerate(paths) if "/jobs/" in path)
    assert last < first


def test_a_request_that_cannot_be_cut_is_a_sentence(store, want, quick):
    store.limit = 0
    with pytest.raises(DownloadError, match="even one field of .* too large .*reduce your"):
        cds.fetch(want(), policy=quick)


def test_a_zip_archive_under_a_netcdf_name_is_kept_as_it_came(store, want, quick, tmp_path):
    def zipped(_, inputs):
        sink = io.BytesIO()
        with zipfile.ZipFile(sink, "w") as archive:
            for name in inputs["variable"]:
                archive.writestr(f"data_{SHORT[name]}.nc", made_netcdf(inputs, [name], tmp_path))
        return sink.getvalue()

    plain = want()
    cds.fetch(plain, policy=quick)
    expected = contents(plain.target)
    store.make = zipped
    cds.fetch(plain, policy=quick)
    assert zipfile.is_zipfile(plain.target)
    # Parts that come as archives are joined like others.
    store.limit, store.queue = 30, ()
    cds.fetch(plain, policy=quick)
    assert contents(plain.target) == expected


def test_a_job_of_an_earlier_run_is_taken_up(store, want, quick):
    store.queue = ("accepted",) * 10**6
    short = dataclasses.replace(quick, total_seconds=0.1)
    wanted = want()
    with pytest.raises(DownloadError, match=r"still in the queue .* job job-1 goes on .* again"):
        cds.fetch(wanted, policy=short)
    assert f".{wanted.target.name}.jobs.json" in left(wanted)
    store.queue = ()
    cds.fetch(wanted, policy=quick)
    assert len(store.submitted) == 1
    assert left(wanted) == [wanted.target.name, f"{wanted.target.name}.receipt.json"]


def test_parts_of_an_earlier_run_are_not_asked_for_again(store, want, quick):
    store.limit = 20
    wanted = want()
    # The second of the parts cannot be fetched.
    store.file_script = [lambda _: None, says(503)]
    with pytest.raises(DownloadError, match="no success in 1 attempts"):
        cds.fetch(wanted, policy=dataclasses.replace(quick, attempts=1))
    before = len(store.submitted)
    # What has arrived is not asked for, though the store has forgotten its job.
    del store.jobs["job-1"]
    cds.fetch(wanted, policy=quick)
    assert before == len(store.submitted) == 4
    assert len(contents(wanted.target)["times"]) == 28


@pytest.mark.parametrize("state", ["forgotten", "failed", "dismissed"])
def test_a_job_that_is_gone_is_asked_for_once_more(store, want, quick, state):
    store.queue = ("accepted",) * 10**6
    wanted = want()
    with pytest.raises(DownloadError):
        cds.fetch(wanted, policy=dataclasses.replace(quick, total_seconds=0.05))
    if state == "forgotten":
        store.jobs.clear()
    elif state == "failed":
        store.jobs["job-1"]["failure"] = "Traceback\nMarsError: lost"
    store.queue = ()
    if state == "dismissed":
        store.jobs["job-1"]["looks"], store.queue = 0, ("dismissed",) * 9
        store.web.script = [_then(lambda: setattr(store, "queue", ()), "execution")] * 20
    cds.fetch(wanted, policy=quick)
    assert len(store.submitted) == 2
    assert wanted.target.exists()


def _then(act, word):
    def step(request):
        if request.path.endswith(word):
            act()

    return step


def test_a_kill_between_queue_and_download_asks_for_nothing_twice(store, want, quick, monkeypatch):
    wanted = want()

    def killed(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(cds, "download", killed)
    with pytest.raises(KeyboardInterrupt):
        cds.fetch(wanted, policy=quick)
    monkeypatch.undo()
    monkeypatch.setenv("CDSAPI_KEY", KEY)
    cds.fetch(wanted, policy=quick)
    assert len(store.submitted) == 1


def test_a_run_that_is_killed_in_the_queue_leaves_its_job_to_the_next(store, want, quick):
    store.queue = ("accepted",) * 10**6
    wanted = want()
    code = (
        "import sys\nfrom pathlib import Path\nfrom carbonscape.fetch import cds\n"
        "from carbonscape.fetch.want import Want\n"
        "from carbonscape.sources.registry import get_source\n"
        "cds.fetch(Want(get_source('era5_land'), 'state', '2015-02', Path(sys.argv[1]),\n"
        "               hosts={'cds': sys.argv[2]}))\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(wanted.target), store.address],
        env={**os.environ, "PYTHONPATH": str(PROJECT / "workflow")},
    )
    end = time.monotonic() + 20
    while not any("/jobs/" in path for path in store.web.paths()) and time.monotonic() < end:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    store.queue = ()
    cds.fetch(wanted, policy=quick)
    assert len(store.submitted) == 1
    assert left(wanted) == [wanted.target.name, f"{wanted.target.name}.receipt.json"]


def test_a_cut_connection_is_resumed(store, want, quick):
    wanted = want()
    store.cut_files = [100_000]
    cds.fetch(wanted, policy=quick)
    files = [asked for asked in store.web.asked if "/files/" in asked.path]
    assert [asked.headers.get("range", "") for asked in files] == ["", "bytes=65536-"]
    assert wanted.target.read_bytes() == store.jobs["job-1"]["file"]
    assert len(store.submitted) == 1


def test_a_wrong_length_is_refused(store, want, quick):
    store.size_error = 17
    with pytest.raises(DownloadError, match=r"announces [\d,]+ bytes, its catalogue states"):
        cds.fetch(want(), policy=quick)


def test_a_web_page_is_refused(store, want, quick):
    store.make = lambda *_: b"<!DOCTYPE html><html>log in</html>"
    wanted = want()
    with pytest.raises(DownloadError, match="web page instead of the file"):
        cds.fetch(wanted, policy=quick)
    assert not wanted.target.exists()


def test_a_missing_variable_and_a_missing_day_are_refused(store, want, quick, tmp_path):
    wanted = want()
    store.make = lambda _, inputs: made_netcdf(inputs, ["2m_temperature"], tmp_path)
    with pytest.raises(DownloadError, match="holds t2m, expected t2m, d2m"):
        cds.fetch(wanted, policy=quick)
    short = {"day": [f"{day:02d}" for day in range(1, 20)]}
    store.make = lambda _, inputs: made_netcdf({**inputs, **short}, inputs["variable"], tmp_path)
    with pytest.raises(DownloadError, match="holds 19 times .* expected 28"):
        cds.fetch(wanted, policy=quick)
    other = {"month": ["04"]}
    store.make = lambda _, inputs: made_netcdf({**inputs, **other}, inputs["variable"], tmp_path)
    with pytest.raises(DownloadError, match="2015-04 to 2015-04.* expected 28 .2015-02"):
        cds.fetch(wanted, policy=quick)
    assert not wanted.target.exists()


@pytest.mark.parametrize("status", [429, 503])
def test_a_storm_is_waited_for(store, want, quick, status):
    store.web.script = [says(200, b"{}"), *[says(status)] * 3]
    cds.fetch(want(), policy=quick)
    assert len(store.submitted) == 1


def test_the_wait_that_the_store_asks_for_is_kept(store, want, quick):
    store.web.script = [says(200, b"{}"), says(429, Retry_After="0.3")]
    start = time.monotonic()
    cds.fetch(want(), policy=quick)
    assert time.monotonic() - start >= 0.3


def test_a_storm_that_does_not_end_is_a_sentence(store, want, quick):
    store.web.script = [says(503)] * 50
    with pytest.raises(DownloadError, match=r"no success in 4 attempts .*HTTP 503"):
        cds.fetch(want(), policy=quick)


def test_a_store_that_never_answers_is_a_sentence(store, want, quick):
    def silent(_):
        time.sleep(0.3)

    store.web.script = [says(200, b'{"messages": []}'), *[silent] * 20]
    policy = dataclasses.replace(quick, attempts=2, timeout_seconds=0.1)
    with pytest.raises(DownloadError, match="did not answer in time"):
        cds.fetch(want(), policy=policy)


def test_a_wrong_key_is_a_sentence_without_it(store, want, quick, monkeypatch):
    monkeypatch.setenv("CDSAPI_KEY", "wrong-secret-token")
    with pytest.raises(DownloadError, match="does not know the key .HTTP 401") as refusal:
        cds.fetch(want(), policy=quick)
    assert "wrong-secret-token" not in str(refusal.value)
    posts = [asked for asked in store.web.asked if asked.method == "POST"]
    assert posts == []


def test_an_unknown_data_set_and_a_wrong_request_are_sentences(store, want, quick):
    wanted = want()
    files = wanted.files
    for dataset, inputs, words in (
        ("gone", {}, "has no data set gone"),
        ("reanalysis-era5-land", {"variable": ("2m_temperature",)}, "refuses the request"),
    ):
        request = dataclasses.replace(files.request, dataset=dataset, inputs=inputs)
        source = dataclasses.replace(
            wanted.source, files={"state": dataclasses.replace(files, request=request)}
        )
        with pytest.raises(DownloadError, match=words):
            cds.fetch(dataclasses.replace(wanted, source=source), policy=quick)
    assert len(store.complaints) == 1
    store.complaints.clear()
