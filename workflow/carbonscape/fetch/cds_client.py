"""One user's way to the Climate or the Atmosphere Data Store, with the client of ECMWF.

Jobs are submitted and watched, never waited for by the client itself: its own patience is 500
attempts of two minutes. Its logging is kept off, since it would write the key.
"""

from __future__ import annotations

import dataclasses
import os
import re
import warnings
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import cdsapi
import cdsapi.api
import requests
from ecmwf.datastores import Remote, Results
from ecmwf.datastores.processing import LinkError, ProcessingFailedError

from carbonscape.core.errors import ConfigError, DownloadError
from carbonscape.fetch.retry import PASSING, BusyError, Policy, asked_wait, repeat

Result = TypeVar("Result")

#: Package that asks, for receipts.
CLIENT = f"cdsapi {version('cdsapi')}"

#: Name and address of each store.
STORES = {
    "cds": ("Climate Data Store", "https://cds.climate.copernicus.eu/api"),
    "ads": ("Atmosphere Data Store", "https://ads.atmosphere.copernicus.eu/api"),
}

#: How the stores say that a request is larger than they allow.
_TOO_LARGE = re.compile(
    r"cost limits? exceeded|request (is )?too large|too many (items|fields)"
    r"|number of (items|fields)|exceeds? the limit",
    re.IGNORECASE,
)


class TooLargeError(Exception):
    """A request that the store allows in parts only; the text is its reason."""


class ForgottenError(Exception):
    """A job or its result that the store does not have any more."""


class FailedError(Exception):
    """A job that failed; the text is the store's reason."""


class StoreClient:
    """Where requests to one store are handed in.

    Args:
        store: ``cds`` or ``ads``.
        hosts: base addresses in place of the stores' own.
        policy: bounds on time and attempts.

    Raises:
        DownloadError: there is no key, or one of the old service.
        ConfigError: the address is none that a key may go to.
    """

    def __init__(self, store: str, hosts: Mapping[str, str], policy: Policy) -> None:
        self.name, own = STORES[store]
        self.policy = policy
        settings = _settings()
        stated = settings.get("url", "") if store == "cds" else ""
        # One file serves both stores: the address of the other one is not meant here.
        other = urlsplit(STORES["ads"][1]).hostname
        stated = "" if urlsplit(stated).hostname == other else stated
        self.address = (hosts.get(store) or stated or own).rstrip("/")
        if not self.address.startswith(("https://", "http://127.0.0.1")):
            raise ConfigError(
                f"{self.name}: its address is '{self.address}' (config key 'fetch.hosts.{store}', "
                f"CDSAPI_URL or '{_settings_file()}'), expected one that begins with https://: the "
                f"key goes there. That of the store is {own}."
            )
        self._client = self._connect(self._key(settings))

    def _key(self, settings: Mapping[str, str]) -> str:
        """Return the user's key; refuse its absence and the form of the old service."""
        key = settings.get("key", "")
        lines = f"'url: {STORES['cds'][1]}' and 'key: <your token>'"
        where = f"'{_settings_file()}' (or CDSAPI_KEY)"
        page = f"{self.page('')}profile"
        if not key:
            raise DownloadError(
                f"{self.name}: no key was found; write the two lines {lines} to the file {where}. "
                f"The token stands on {page}; docs/accounts.md shows each step."
            )
        if ":" in key:
            raise DownloadError(
                f"{self.name}: the key in {where} holds a colon, as those of the service that "
                f"closed in 2024; replace it by the token on {page}, which has none."
            )
        if self.address.endswith("/api/v2"):
            raise DownloadError(
                f"{self.name}: the address '{self.address}' in '{_settings_file()}' is that of the "
                f"service that closed in 2024; write the two lines {lines} there."
            )
        return key

    def _connect(self, key: str) -> cdsapi.Client:
        """Return the client; it is told to try once, since attempts are counted here."""
        with warnings.catch_warnings():
            # That the store's messages cannot be read is no reason to warn.
            warnings.simplefilter("ignore")
            return cdsapi.Client(
                url=self.address,
                key=key,
                quiet=True,
                progress=False,
                wait_until_complete=False,
                timeout=self.policy.timeout_seconds,
                retry_max=1,
                sleep_max=1,
                info_callback=_keep_quiet,
                warning_callback=_keep_quiet,
                error_callback=_keep_quiet,
                debug_callback=_keep_quiet,
            )

    def page(self, dataset: str) -> str:
        """Return the address of a data set's page, or of the store."""
        base = self.address.removesuffix("/api")
        return f"{base}/datasets/{dataset}" if dataset else f"{base}/"

    def submit(self, dataset: str, inputs: Mapping[str, Any], label: str) -> Remote:
        """Hand in a request and return its job at once.

        Raises:
            TooLargeError: the store wants it in parts.
            DownloadError: it is refused; the text says why and what to do.
        """
        return self._ask(lambda: self._client.retrieve(dataset, dict(inputs)), label, dataset)

    def offered(self, dataset: str, inputs: Mapping[str, Any], label: str) -> dict[str, Any]:
        """Return the values that the store offers for each key of a request.

        Raises:
            DownloadError: the key or the data set is not known.
        """
        client = self._client.client
        self._ask(client.check_authentication, label, dataset)
        return self._ask(lambda: client.apply_constraints(dataset, dict(inputs)), label, dataset)

    def cost(self, dataset: str, inputs: Mapping[str, Any], label: str) -> dict[str, Any]:
        """Return what a request costs: ``costs`` and ``max_costs`` by kind."""
        client = self._client.client
        return self._ask(lambda: client.estimate_costs(dataset, dict(inputs)), label, dataset)

    def reclaim(self, job: str, label: str, dataset: str) -> Remote:
        """Return a job that was handed in before.

        Raises:
            ForgottenError: the store does not have it any more.
        """
        return self._ask(lambda: self._client.client.get_remote(job), label, dataset, job=True)

    def look(self, remote: Remote, label: str, dataset: str) -> dict[str, Any]:
        """Return what the store says of a job now: its ``status`` above all.

        Who waits for days is not put off by a store that is down for an hour.
        """
        patient = dataclasses.replace(self.policy, attempts=5 * self.policy.attempts)
        return self._ask(lambda: remote.json, label, dataset, job=True, policy=patient)

    def result(self, remote: Remote, label: str, dataset: str) -> Results:
        """Return where the file of a finished job lies."""
        return self._ask(remote.get_results, label, dataset, job=True)

    def failure(
        self, remote: Remote, label: str, dataset: str, told: Mapping[str, Any]
    ) -> Exception:
        """Return why a job failed: what the store says of it, or the end of the job's log.

        Args:
            remote: the job.
            label, dataset: for messages.
            told: what :meth:`look` returned.
        """
        try:
            self.result(remote, label, dataset)
        except (FailedError, TooLargeError) as error:
            return error
        except (ForgottenError, DownloadError):
            pass
        lines = [str(line[-1]) for line in told.get("metadata", {}).get("log", []) if line]
        return _failed(lines[-1] if lines else "it gives no reason")

    def _ask(
        self,
        call: Callable[[], Result],
        label: str,
        dataset: str,
        *,
        job: bool = False,
        policy: Policy | None = None,
    ) -> Result:
        """Ask until there is an answer; turn a refusal into words."""

        def once() -> Result:
            try:
                return call()
            except ProcessingFailedError as error:
                raise _failed(str(error)) from error
            except requests.exceptions.JSONDecodeError as error:
                raise BusyError(f"the {self.name} answered with something unreadable") from error
            except (KeyError, LinkError, AssertionError) as error:
                raise DownloadError(
                    f"{label}: the {self.name} answered in a form that {CLIENT} does not know; "
                    "see whether there is a newer version of carbonscape."
                ) from error
            except requests.HTTPError as error:
                raise self._in_words(error, label, dataset, job) from error

        return repeat(once, policy=policy or self.policy, label=label)

    def _in_words(
        self, error: requests.HTTPError, label: str, dataset: str, job: bool
    ) -> Exception:
        """Return what an error of the store means."""
        response = error.response
        code, reason = response.status_code, _reason(response)
        if _TOO_LARGE.search(reason) or code == 413:
            return TooLargeError(reason or f"HTTP {code}")
        if code in PASSING:
            words = "is limiting requests" if code == 429 else "is busy"
            text = f"the {self.name} {words} (HTTP {code})"
            asked = asked_wait(response.headers)
            # The stores write how long to wait in the text: "Please wait 30 seconds."
            told = re.search(r"wait (\d+) second", reason)
            return BusyError(text, after=float(told[1]) if told and asked is None else asked)
        if code == 401:
            return DownloadError(
                f"{label}: the {self.name} does not know the key (HTTP 401); compare "
                f"'{_settings_file()}' (or CDSAPI_KEY) with the token on {self.page('')}profile."
            )
        if code == 403 and re.search(r"licen[cs]e|terms|polic", reason, re.IGNORECASE):
            return DownloadError(
                f"{label}: the licence of {dataset} is not accepted yet (HTTP 403); log in, accept "
                f"it once on {self.page(dataset)}?tab=download#manage-licences, and run the same "
                "command again."
            )
        # A job that another key has handed in is as good as gone.
        if code in (403, 404, 410) and job:
            return ForgottenError(reason or f"HTTP {code}")
        if code in (404, 410):
            return DownloadError(
                f"{label}: the {self.name} has no data set {dataset} (HTTP {code}); it may have "
                f"been renamed: see {self.page('')}datasets, and report it to carbonscape."
            )
        if job and code == 400:
            return _failed(reason or "it gives no reason")
        return DownloadError(
            f"{label}: the {self.name} refuses the request for {dataset} (HTTP {code}: "
            f"{reason or 'no reason given'}); compare it with the form on "
            f"{self.page(dataset)}?tab=download."
        )


def _failed(reason: str) -> Exception:
    """Return the failure of a job, or that its request is too large."""
    return TooLargeError(reason) if _TOO_LARGE.search(reason) else FailedError(_short(reason))


def _reason(response: requests.Response) -> str:
    """Return the words of an answer: title, detail and the end of a traceback."""
    try:
        content = response.json()
    except ValueError:
        return ""
    if not isinstance(content, dict):
        return ""
    words = [str(content[key]) for key in ("title", "detail", "traceback") if content.get(key)]
    return _short("\n".join(words))


def _short(text: str) -> str:
    """Return a text as one line: of a traceback, its last line only."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if any(line.startswith("Traceback") for line in lines):
        first = next(n for n, line in enumerate(lines) if line.startswith("Traceback"))
        lines = [*lines[:first], lines[-1]]
    return ": ".join(dict.fromkeys(lines))[-500:]


def _settings_file() -> Path:
    """Return where the client looks for address and key."""
    return Path(os.environ.get("CDSAPI_RC") or Path.home() / ".cdsapirc")


def _settings() -> dict[str, str]:
    """Return address and key as the client finds them: the environment goes before the file."""
    path = _settings_file()
    found = dict(cdsapi.api.read_config(path)) if path.is_file() else {}
    for name in ("url", "key"):
        if value := os.environ.get(f"CDSAPI_{name.upper()}"):
            found[name] = value
    return found


def _keep_quiet(*args: Any, **kwargs: Any) -> None:
    """Take a message of the client and say nothing."""
