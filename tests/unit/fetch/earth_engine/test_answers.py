"""What refusals of Earth Engine mean."""

from __future__ import annotations

import http.client
import json
from typing import Any

import ee
import pytest
import requests

from carbonscape.core.errors import DownloadError
from carbonscape.fetch.earth_engine.answers import HttpError, TooHeavyError, account_errors, ask
from carbonscape.fetch.retry import Policy

QUICK = Policy(attempts=2, base_seconds=0.001, cap_seconds=0.002, longest_asked=5)


def refused(status: int, message: str, **headers: str) -> Any:
    """Return a call that the client reports as it does, and how often it was made."""
    made: list[int] = []

    def call() -> None:
        made.append(status)
        try:
            response = ee.data.httplib2.Response({"status": status, **headers})
            content = json.dumps({"error": {"message": message}}).encode()
            raise HttpError(response, content)
        except HttpError:
            raise ee.EEException(message)  # noqa: B904 - as the client does

    return call, made


@pytest.mark.parametrize(
    "message",
    [
        "User memory limit exceeded.",
        "Computation timed out.",
        "Total request size (5 bytes) must be less than or equal to 4 bytes.",
        "Pixel grid dimensions (40000x1) must be less than or equal to 32768.",
    ],
)
def test_what_is_too_heavy_is_asked_once(message: str) -> None:
    call, made = refused(400, message)
    with pytest.raises(TooHeavyError, match="exceeded|timed out|less than"):
        ask(call, policy=QUICK, label="x.nc")
    assert len(made) == 1


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (429, "Too many requests."),
        (503, "The service is currently unavailable."),
        (500, "An internal error has occurred."),
        (400, "Too many concurrent aggregations."),
        (400, "Earth Engine capacity exceeded."),
    ],
)
def test_what_is_busy_is_asked_again(status: int, message: str) -> None:
    call, made = refused(status, message)
    with pytest.raises(DownloadError, match="x.nc: no success in 2 attempts .* Engine is busy"):
        ask(call, policy=QUICK, label="x.nc")
    assert len(made) == 2


def test_a_wait_that_is_asked_for_and_too_long_is_not_kept() -> None:
    call, made = refused(429, "Too many requests.", **{"Retry-After": "6"})
    with pytest.raises(DownloadError, match="no success in 1 attempts"):
        ask(call, policy=QUICK, label="x.nc")
    assert len(made) == 1


@pytest.mark.parametrize(
    ("status", "message", "reason"),
    [
        (400, "Image.select: Band pattern 'X' did not match any bands.", "refuses the request"),
        (401, "Request had invalid credentials.", r"refuses access \(HTTP 401"),
        (403, "Permission denied.", r"refuses access \(HTTP 403"),
        (403, "Project 7 is not registered to use Earth Engine.", "code.earthengine.google.com"),
        (400, "ImageCollection asset 'A/B' not found (does not exist).", "no such data set"),
        (404, "gone", "no such data set"),
    ],
)
def test_what_is_refused_for_good_is_asked_once(status: int, message: str, reason: str) -> None:
    call, made = refused(status, message)
    with pytest.raises(DownloadError, match=f"^x.nc: .*{reason}"):
        ask(call, policy=QUICK, label="x.nc")
    assert len(made) == 1


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ConnectionResetError(), "connection could not be made, or broke"),
        (TimeoutError(), "did not answer in time"),
        (http.client.IncompleteRead(b""), "broke in the middle"),
        (account_errors.TransportError(), "connection could not be made"),
        (account_errors.RefreshError("503", retryable=True), "knows the account is busy"),
    ],
)
def test_broken_connections_are_made_again(error: Exception, reason: str) -> None:
    made: list[int] = []

    def call() -> None:
        made.append(1)
        raise error

    with pytest.raises(DownloadError, match=f"no success in 2 attempts .*{reason}"):
        ask(call, policy=QUICK, label="x.nc")
    assert len(made) == 2


def test_credentials_that_have_expired_are_a_sentence() -> None:
    def call() -> None:
        raise account_errors.RefreshError("invalid_grant: token expired")

    with pytest.raises(DownloadError, match="does not accept the credentials .* authenticate"):
        ask(call, policy=QUICK, label="x.nc")


def test_a_certificate_that_is_not_trusted_is_a_sentence() -> None:
    def call() -> None:
        raise ConnectionError("x") from requests.exceptions.SSLError("self-signed")

    with pytest.raises(DownloadError, match="certificate .* REQUESTS_CA_BUNDLE"):
        ask(call, policy=QUICK, label="x.nc")


def test_a_long_message_is_cut() -> None:
    call, _ = refused(400, "word " * 200)
    with pytest.raises(DownloadError) as caught:
        ask(call, policy=QUICK, label="x.nc")
    assert len(str(caught.value)) < 400
