"""Who asks: credentials from the client's own places, a project, and what is said without them."""

from __future__ import annotations

import json
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ee
import pytest

from carbonscape.core.errors import DownloadError
from carbonscape.fetch.earth_engine import session
from carbonscape.fetch.retry import Policy
from helpers.earth_engine_server import EarthEngine, refusal
from helpers.web_server import Answer, Asked

SECRET = "a-private-key-that-nobody-may-see"


@pytest.fixture(autouse=True)
def _plain_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without any credentials, and a client that is not ready."""
    for name in ("GOOGLE_APPLICATION_CREDENTIALS", "EE_PROJECT", "GOOGLE_CLOUD_PROJECT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(session, "_current", ())

    def nothing() -> Any:
        raise ee.EEException("Please authorize access to your Earth Engine account")

    monkeypatch.setattr(ee.data, "get_persistent_credentials", nothing)


def service_account(tmp_path: Path) -> Path:
    """Write a key as the Google Cloud console gives it, but for the key."""
    path = tmp_path / "key.json"
    path.write_text(
        json.dumps(
            {
                "type": "service_account",
                "project_id": "forests",
                "private_key": SECRET,
                "client_email": "robot@forests.iam.gserviceaccount.com",
                "token_uri": "http://127.0.0.1:1/token",
            }
        )
    )
    return path


def test_on_this_machine_no_credentials_are_needed_or_sent(
    engine: EarthEngine, patient: Policy
) -> None:
    seen: list[Asked] = []
    engine.start_fault = lambda request: seen.append(request)
    session.start(engine.address, policy=patient)
    assert [request.path.partition("?")[0] for request in seen] == [
        "/$discovery/rest",
        "/$discovery/rest",
        "/v1alpha/projects/local/algorithms",
    ]
    assert not any("authorization" in request.headers for request in seen)
    assert ee.Number(3).serialize()
    # Ready once is enough.
    session.start(engine.address, policy=patient)
    assert len(seen) == 3


def test_the_project_is_that_of_the_environment(
    engine: EarthEngine, patient: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Asked] = []
    engine.start_fault = lambda request: seen.append(request)
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "general")
    session.start(engine.address, policy=patient)
    assert "/projects/general/" in seen[-1].path
    monkeypatch.setenv("EE_PROJECT", "forests")
    session.start(engine.address, policy=patient)
    assert "/projects/forests/" in seen[-1].path


def test_no_other_server_is_asked(
    engine: EarthEngine, patient: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(ee.deprecation.urllib.request, "urlopen", asked.append)
    session.start(engine.address, policy=patient)
    assert not asked


def test_without_credentials_there_is_a_sentence(patient: Policy) -> None:
    with pytest.raises(
        DownloadError, match="no credentials on this machine; run `earthengine auth"
    ):
        session.start(policy=patient)


def test_without_project_there_is_a_sentence(
    patient: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Nobody:
        quota_project_id = None

    monkeypatch.setattr(ee.data, "get_persistent_credentials", Nobody)
    with pytest.raises(DownloadError, match="no Google Cloud project is set; export EE_PROJECT"):
        session.start(policy=patient)


def test_credentials_go_over_https_alone(patient: Policy) -> None:
    with pytest.raises(DownloadError, match=r"'http://example.org' of the config key 'fetch.hosts"):
        session.start("http://example.org", policy=patient)


def test_a_service_account_brings_its_project(
    patient: Policy, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = service_account(tmp_path)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    asked: dict[str, Any] = {}

    def credentials(email: str | None, key_file: str) -> Any:
        asked["key_file"] = key_file
        return SimpleNamespace(project_id="forests", quota_project_id=None)

    def initialize(credentials: Any, url: str, project: str) -> None:
        asked.update(url=url, project=project)

    monkeypatch.setattr(ee, "ServiceAccountCredentials", credentials)
    monkeypatch.setattr(ee, "Initialize", initialize)
    session.start(policy=patient)
    assert asked == {
        "key_file": str(path),
        "url": "https://earthengine-highvolume.googleapis.com",
        "project": "forests",
    }
    # The bounds of the workflow, not those of the client.
    assert ee.data._get_state().max_retries == 0
    assert ee.data._get_state().deadline_ms == 11_000


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "cannot be read"),
        ("not JSON", "is not JSON"),
        ("[]", "is not JSON"),
        ('{"type": "service_account"}', "is no complete key"),
    ],
)
def test_a_key_that_is_none_is_refused(
    text: str | None,
    reason: str,
    patient: Policy,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    path = tmp_path / "key.json"
    if text is not None:
        path.write_text(text)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    with pytest.raises(DownloadError, match=reason):
        session.start(policy=patient)


def test_no_message_holds_a_secret(
    patient: Policy, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(service_account(tmp_path)))
    with pytest.raises(DownloadError, match="is no complete key") as caught:
        session.start(policy=patient)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (
            refusal(403, "Earth Engine API has not been used in project 123 before or it is "
                    "disabled."),
            "is not registered for Earth Engine, or this account may not use it .*/register",
        ),
        (
            refusal(403, "Caller does not have required permission to use project forests."),
            "is not registered for Earth Engine",
        ),
        (refusal(401, "Request had invalid credentials."), "does not accept the credentials"),
        (refusal(403, "Forbidden."), "refuses access .*403"),
    ],
)  # fmt: skip
def test_what_the_service_refuses_at_the_start_is_a_sentence(
    answer: Answer, reason: str, engine: EarthEngine, patient: Policy
) -> None:
    engine.start_fault = lambda request: answer if "algorithms" in request.path else None
    with pytest.raises(DownloadError, match=reason):
        session.start(engine.address, policy=patient)


def test_a_start_is_tried_again(engine: EarthEngine, patient: Policy) -> None:
    left = [3]

    def busy(request: Asked) -> Answer | None:
        left[0] -= 1
        return refusal(503, "unavailable") if left[0] >= 0 else None

    engine.start_fault = busy
    session.start(engine.address, policy=patient)
    assert ee.data.is_initialized()


def test_a_service_that_never_answers_is_given_up(engine: EarthEngine) -> None:
    def sleeps(request: Asked) -> None:
        time.sleep(0.6)

    engine.start_fault = sleeps
    policy = Policy(attempts=2, base_seconds=0.01, timeout_seconds=0.05)
    begin = time.monotonic()
    with pytest.raises(DownloadError, match="no success in 2 attempts .* did not answer in time"):
        session.start(engine.address, policy=policy)
    assert time.monotonic() - begin < 3


def test_a_redirect_without_end_is_refused(engine: EarthEngine, patient: Policy) -> None:
    engine.start_fault = lambda request: (302, {"Location": request.path}, b"")
    with pytest.raises(DownloadError, match="sent on again and again"):
        session.start(engine.address, policy=patient)


def test_the_client_says_its_version() -> None:
    assert session.client_name() == f"earthengine-api {ee.__version__}"
