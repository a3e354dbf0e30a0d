"""Who asks Earth Engine: credentials from the client's own places, and the project.

A service account (``GOOGLE_APPLICATION_CREDENTIALS``), or what ``earthengine authenticate`` or
``gcloud auth application-default login`` has left. No secret passes through the configuration.
"""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import ee

from carbonscape.core.errors import DownloadError
from carbonscape.fetch.earth_engine.answers import ask
from carbonscape.fetch.retry import Policy

#: Base address for many requests that each need little computing (developers.google.com/
#: earth-engine/guides/processing_environments).
HIGH_VOLUME = "https://earthengine-highvolume.googleapis.com"

#: How many times longer than other services Earth Engine may be silent: it computes for up to
#: five minutes before it answers.
_PATIENCE = 5.5
_LABEL = "Earth Engine"
_lock = threading.Lock()
_current: tuple[Any, ...] = ()


def client_name() -> str:
    """Return package and version of the client."""
    return f"earthengine-api {ee.__version__}"


def start(base: str = "", *, policy: Policy) -> None:
    """Make the client of this process ready, unless it is so already.

    Args:
        base: base address; that of the high-volume endpoint by default. On 127.0.0.1 no
            credentials are needed or sent.
        policy: bounds on attempts and time.

    Raises:
        DownloadError: there are no credentials or no project, or the service refuses them.
    """
    global _current
    base = (base or HIGH_VOLUME).rstrip("/")
    local = urlsplit(base).hostname == "127.0.0.1"
    if not local and urlsplit(base).scheme != "https":
        raise DownloadError(
            f"{_LABEL}: the address '{base}' of the config key 'fetch.hosts.earth_engine' is not "
            "https: credentials would be readable on the way; correct the key, or leave it out."
        )
    seconds = policy.timeout_seconds * _PATIENCE
    with _lock:
        wanted = (base, seconds, *_from_environment())
        if wanted == _current and ee.data.is_initialized():
            return
        _current = ()
        ee.Reset()
        credentials = _anonymous() if local else _credentials()
        project = _project() or _own_project(credentials) or ("local" if local else "")
        if not project:
            raise DownloadError(
                f"{_LABEL}: no Google Cloud project is set; export EE_PROJECT with the id of a "
                "project that is registered for Earth Engine: docs/accounts.md."
            )
        # The client's own repetitions know neither Retry-After nor the bounds of the workflow.
        ee.data.setMaxRetries(0)
        # ee.data.setDeadline needs a client that is ready, and would come too late for a service
        # that never answers the first request.
        ee.data._get_state().deadline_ms = 1000 * seconds
        # A list of deprecated data sets, from another server and without any time limit. Which
        # data sets are used is decided by the registry of sources.
        ee.deprecation.deprecated_assets = {"": None}
        ask(
            lambda: ee.Initialize(credentials, url=base, project=project),
            policy=policy,
            label=_LABEL,
        )
        _current = wanted


def _from_environment() -> tuple[str, ...]:
    """Return what decides on account and project."""
    names = ("GOOGLE_APPLICATION_CREDENTIALS", "EE_PROJECT", "GOOGLE_CLOUD_PROJECT")
    return tuple(os.environ.get(name, "") for name in names)


def _project() -> str:
    """Return the project that the environment names, if it does."""
    return os.environ.get("EE_PROJECT") or os.environ.get("GOOGLE_CLOUD_PROJECT") or ""


def _own_project(credentials: Any) -> str:
    """Return the project that credentials belong to, if they say."""
    named = (getattr(credentials, name, None) for name in ("quota_project_id", "project_id"))
    return next((str(name) for name in named if name), "")


def _anonymous() -> Any:
    """Return credentials that say nothing."""
    return ee.data.google.auth.credentials.AnonymousCredentials()


def _credentials() -> Any:
    """Return the user's credentials.

    Raises:
        DownloadError: there are none, or the file that should hold them does not.
    """
    path = os.environ.get("GOOGLE_APPLICATION_CREDENTIALS", "")
    if path and _kind_of(Path(path)) == "service_account":
        try:
            return ee.ServiceAccountCredentials(None, key_file=path)
        except (ValueError, KeyError, ee.EEException) as error:
            raise DownloadError(
                f"{_LABEL}: the file of GOOGLE_APPLICATION_CREDENTIALS ({path}) is no complete key "
                "of a service account; download it again from the Google Cloud console."
            ) from error
    try:
        return ee.data.get_persistent_credentials()
    except (ee.EEException, ValueError) as error:
        raise DownloadError(
            f"{_LABEL}: there are no credentials on this machine; run `earthengine authenticate`, "
            "or export GOOGLE_APPLICATION_CREDENTIALS with the path of a service account's key: "
            "docs/accounts.md."
        ) from error


def _kind_of(path: Path) -> str:
    """Return the kind of credentials that a file holds."""
    try:
        return str(json.loads(path.read_text(encoding="utf-8")).get("type", ""))
    except OSError as error:
        raise DownloadError(
            f"{_LABEL}: the file of GOOGLE_APPLICATION_CREDENTIALS ({path}) cannot be read "
            f"({error.strerror}); correct the variable, or unset it."
        ) from error
    except (ValueError, AttributeError) as error:
        raise DownloadError(
            f"{_LABEL}: the file of GOOGLE_APPLICATION_CREDENTIALS ({path}) is not JSON; it should "
            "be the key of a service account, downloaded from the Google Cloud console."
        ) from error
