"""What Earth Engine's answers mean: busy, too heavy for one request, or refused for good."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import ee
import requests

from carbonscape.core.errors import DownloadError
from carbonscape.fetch.retry import PASSING, BusyError, Policy, asked_wait, repeat

Result = TypeVar("Result")

#: Errors of the libraries that the client is made of, as it imports them itself: they come with
#: it, and are no requirements of this workflow.
HttpError = ee.data.googleapiclient.errors.HttpError
account_errors = ee.data.google.auth.exceptions

#: Parts of messages that say: ask for less at once (any status; 400 as a rule).
_HEAVY = (
    "user memory limit exceeded",
    "computation timed out",
    "total request size",
    "pixel grid dimensions",
    "too many pixels",
    "output of image computation is too large",
    "response size exceeds limit",
)
#: Parts of messages that say: ask again later, though the status may be 400.
_BUSY = ("too many concurrent", "quota exceeded", "capacity exceeded", "rate limit", "try again")
#: Parts of messages that say: this project cannot be used.
_UNREGISTERED = (
    "not registered",
    "not signed up",
    "has not been used in project",
    "required permission to use project",
    "is disabled",
)


class TooHeavyError(Exception):
    """A request that the service refuses for its size, its memory or its time."""


def ask(call: Callable[[], Result], *, policy: Policy, label: str) -> Result:
    """Make a request of the client until it succeeds or is refused for good.

    Args:
        call: makes it once, by functions of ``ee``.
        policy: bounds on attempts and time.
        label: what is asked for, for messages.

    Raises:
        TooHeavyError: less must be asked for at once.
        DownloadError: refused, or no success within the bounds; the text says what to do.
    """

    def attempt() -> Result:
        try:
            return call()
        except ee.EEException as error:
            raise _meaning(str(error), *_status_of(error.__context__), label) from error
        except HttpError as error:
            raise _meaning(error.reason, *_status_of(error), label) from error
        except requests.TooManyRedirects as error:
            raise DownloadError(
                f"{label}: the request is sent on again and again; a proxy may want a login: run "
                "the same command from a network without one."
            ) from error
        except (ConnectionError, account_errors.TransportError) as error:
            if isinstance(error.__cause__, requests.exceptions.SSLError):
                raise DownloadError(
                    f"{label}: the certificate of Earth Engine is not trusted by this machine; "
                    "name those of your proxy in REQUESTS_CA_BUNDLE."
                ) from error
            raise BusyError("the connection could not be made, or broke") from error
        except account_errors.GoogleAuthError as error:
            if error.retryable:
                raise BusyError("the service that knows the account is busy") from error
            raise DownloadError(
                f"{label}: Earth Engine does not accept the credentials (expired, or withdrawn); "
                "run `earthengine authenticate`, or renew the key of the service account: "
                "docs/accounts.md."
            ) from error
        except TimeoutError as error:
            raise BusyError("Earth Engine did not answer in time") from error
        except http.client.HTTPException as error:
            raise BusyError("the connection broke in the middle of the answer") from error

    return repeat(attempt, policy=policy, label=label)


def _status_of(error: BaseException | None) -> tuple[int, Mapping[str, Any]]:
    """Return status and headers of the answer behind an error of the client; 0 if none is known."""
    if not isinstance(error, HttpError):
        return 0, {}
    return int(error.resp.status), {"Retry-After": error.resp.get("retry-after", "")}


def _meaning(text: str, status: int, headers: Mapping[str, Any], label: str) -> Exception:
    """Return what a refusal of the service means for the request."""
    words = text.lower()
    if any(part in words for part in _HEAVY):
        return TooHeavyError(text)
    if status in PASSING or any(part in words for part in _BUSY):
        return BusyError(f"Earth Engine is busy ({_short(text)})", after=asked_wait(headers))
    if any(part in words for part in _UNREGISTERED):
        return DownloadError(
            f"{label}: the Google Cloud project is not registered for Earth Engine, or this "
            f"account may not use it ({_short(text)}); register it at "
            "https://code.earthengine.google.com/register and name it in EE_PROJECT: "
            "docs/accounts.md."
        )
    if status in (401, 403):
        return DownloadError(
            f"{label}: Earth Engine refuses access (HTTP {status}, {_short(text)}); check the "
            "account and its project: docs/accounts.md."
        )
    if "not found" in words or status == 404:
        return DownloadError(
            f"{label}: Earth Engine has no such data set any more ({_short(text)}); it may have "
            "been replaced by a new version: `snakemake check_sources` compares the registry with "
            "the archive, and docs/sources.md says what is expected."
        )
    return DownloadError(
        f"{label}: Earth Engine refuses the request ({_short(text)}); if that repeats, report it "
        "with the log of this job."
    )


def _short(text: str) -> str:
    """Return the beginning of a message on one line."""
    line = " ".join(text.split())
    return line if len(line) <= 200 else f"{line[:200]}..."
