"""One user's way to NASA's Earthdata, with the client earthaccess: login, catalogue, sessions.

The client's own objects are used, not its module-wide login: that one would probe whether it runs
in Amazon's cloud, and keep the login for the whole process. It has no bound on time, no check of
size and no resumption either: those are added here and in :mod:`carbonscape.fetch.transfer`.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from earthaccess import Auth, DataGranules
from earthaccess.auth import netrc_path
from earthaccess.exceptions import LoginAttemptFailure, LoginStrategyUnavailable
from earthaccess.system import PROD, System

from carbonscape.core.errors import ConfigError, DownloadError
from carbonscape.fetch.retry import PASSING, BusyError, Policy, asked_wait, repeat

Result = TypeVar("Result")

#: Package that asks, for receipts.
CLIENT = f"earthaccess {version('earthaccess')}"

#: Where a user's token, and the conditions of data, are looked after.
_PROFILE = "https://urs.earthdata.nasa.gov/profile"
#: What an archive of data is called where a user approves it.
_APPLICATION = "NASA GESDISC DATA ARCHIVE"
#: Hosts that may see the token.
_TRUSTED = (".earthdata.nasa.gov", ".eosdis.nasa.gov", ".earthdatacloud.nasa.gov")


class Account:
    """A login at Earthdata, and what it may ask.

    Args:
        hosts: ``earthdata`` may name a base address in place of the services' own.
        policy: bounds on time and attempts.
        label: what is wanted, for messages.

    Raises:
        DownloadError: there are no credentials, or they are refused.
        ConfigError: the base address is none that a token may go to.
    """

    def __init__(self, hosts: Mapping[str, str], policy: Policy, label: str) -> None:
        self.policy, self.label = policy, label
        base = hosts.get("earthdata", "").rstrip("/")
        base = f"https://{base}" if base and "://" not in base else base
        if base and not base.startswith("https://"):
            raise ConfigError(
                f"config key 'fetch.hosts.earthdata' is '{base}', expected an address that begins "
                "with https://: the token goes there; leave it out for NASA's own."
            )
        self._system = _system(base) if base else PROD
        self._host = urlsplit(base).netloc
        self._auth = repeat(self._login, policy=policy, label=label)

    def _login(self) -> Auth:
        """Log in with what the environment or .netrc holds; never ask at the keyboard."""
        environment = ("EARTHDATA_TOKEN", "EARTHDATA_USERNAME")
        strategy = "environment" if any(map(os.environ.get, environment)) else "netrc"
        machine = self._system.edl_hostname
        try:
            return Auth().login(strategy=strategy, system=self._system)
        except LoginStrategyUnavailable as error:
            raise DownloadError(
                f"{self.label}: no account of Earthdata was found; set EARTHDATA_TOKEN (made on "
                f"{_PROFILE}, tab Generate Token), or write the line 'machine {machine} login "
                f"<user> password <password>' to the file '{netrc_path()}'; docs/accounts.md shows "
                "each step."
            ) from error
        except LoginAttemptFailure as error:
            if _is_outage(str(error)):
                raise BusyError("Earthdata Login is busy") from error
            where = "EARTHDATA_USERNAME and EARTHDATA_PASSWORD"
            where = where if strategy == "environment" else f"the file '{netrc_path()}'"
            raise DownloadError(
                f"{self.label}: Earthdata Login refuses user and password; compare {where} with "
                f"what {_PROFILE} accepts."
            ) from error
        except requests.exceptions.JSONDecodeError as error:
            raise BusyError("Earthdata Login answered with something unreadable") from error

    def count(self, collection: str, release: str, first: str, last: str) -> int:
        """Return how many granules of a version the catalogue has between two days."""
        with self._query(collection, release, first, last) as query:
            return self._ask(query.hits)

    def search(self, collection: str, release: str, first: str, last: str) -> list[dict[str, Any]]:
        """Return the catalogue's records (UMM-G) of all granules between two days.

        Raises:
            DownloadError: the catalogue is down, or returns other than it has announced.
        """
        with self._query(collection, release, first, last) as query, warnings.catch_warnings():
            # The client warns of what it will call its own methods in version 1.
            warnings.simplefilter("ignore", FutureWarning)
            announced = self._ask(query.hits)
            found = self._ask(lambda: query.get(announced)) if announced else []
        if len(found) < announced:
            raise DownloadError(
                f"{self.label}: the catalogue of Earthdata announced {announced} granules and "
                f"returned {len(found)}; run the same command again."
            )
        return [dict(granule) for granule in found]

    @contextlib.contextmanager
    def _query(
        self, collection: str, release: str, first: str, last: str
    ) -> Iterator[DataGranules]:
        """Yield a query of granules whose time overlaps the days from first to last."""
        query = DataGranules(self._auth)
        session = query.session
        session.request = functools.partial(session.request, timeout=self.policy.timeout_seconds)
        with session:
            yield query.parameters(short_name=collection, version=release, temporal=(first, last))

    def _ask(self, call: Callable[[], Result]) -> Result:
        """Ask the catalogue until there is an answer; turn a refusal into words."""

        def once() -> Result:
            try:
                return call()
            except RuntimeError as error:
                raise self._in_words(error) from error
            except requests.exceptions.JSONDecodeError as error:
                raise BusyError("the catalogue answered with something unreadable") from error
            except (KeyError, TypeError) as error:
                raise DownloadError(
                    f"{self.label}: the catalogue of Earthdata answered in a form that {CLIENT} "
                    "does not know; see whether there is a newer version of carbonscape."
                ) from error

        return repeat(once, policy=self.policy, label=f"{self.label}, catalogue")

    def _in_words(self, error: RuntimeError) -> Exception:
        """Return what an error of the catalogue means."""
        response = getattr(error.__cause__, "response", None)
        code = response.status_code if response is not None else 0
        if code in PASSING:
            text = f"the catalogue of Earthdata is busy (HTTP {code})"
            return BusyError(text, after=asked_wait(response.headers))
        if code == 401:
            return self._expired(code)
        return DownloadError(
            f"{self.label}: the catalogue of Earthdata refuses the search (HTTP {code}: "
            f"{_errors(str(error))}); its state stands on https://status.earthdata.nasa.gov."
        )

    def _expired(self, code: int) -> DownloadError:
        """Return the refusal of a token."""
        return DownloadError(
            f"{self.label}: Earthdata does not accept the token (HTTP {code}): tokens expire after "
            f"60 days. Make a new one on {_PROFILE}, tab Generate Token, and set EARTHDATA_TOKEN "
            "(or use user and password)."
        )

    def session(self) -> requests.Session:
        """Return a session for files: the token goes with :meth:`headers`, to trusted hosts."""
        session = self._auth.get_session()
        session.headers.pop("Authorization", None)
        session.hooks["response"].append(self._refuse)
        return session

    def headers(self, url: str) -> dict[str, str]:
        """Return what identifies the user towards the host of an address.

        The header is one of the request, not of the session: requests drops it where it is
        redirected to another host.

        Raises:
            DownloadError: the host is none of Earthdata's.
        """
        parts = urlsplit(url)
        ours = (parts.hostname or "").endswith(_TRUSTED) or parts.netloc == self._host
        if parts.scheme != "https" or not ours:
            raise DownloadError(
                f"{self.label}: the catalogue names the address '{parts.scheme}://{parts.netloc}', "
                "which is none of Earthdata's; the token is not sent there. Report it to "
                "carbonscape: the archive may have moved."
            )
        return {"Authorization": f"Bearer {self._auth.token['access_token']}"}

    def _refuse(self, response: requests.Response, **_: Any) -> requests.Response:
        """Say in words why a file is refused."""
        if response.status_code in (401, 403):
            response.close()
        if response.status_code == 401:
            raise self._expired(401)
        if response.status_code == 403:
            raise DownloadError(
                f"{self.label}: the archive refuses the file (HTTP 403): log in on {_PROFILE}, and "
                f"under Applications, Authorized Apps approve '{_APPLICATION}' and accept its "
                "conditions (EULA); then run the same command again."
            )
        return response


def _system(base: str) -> System:
    """Return the services of Earthdata behind one base address."""
    return System(f"{base}/search/", f"{base}/status/", f"{base}/status/api", urlsplit(base).netloc)


def _is_outage(text: str) -> bool:
    """Say whether Earthdata Login failed rather than refused: it tells no code, a refusal is JSON.

    The client drops the status of the answer.
    """
    body = text.partition("\n")[2].strip()
    try:
        return not isinstance(json.loads(body), dict)
    except ValueError:
        return True


def _errors(text: str) -> str:
    """Return the reasons in an answer of the catalogue: ``{"errors": [...]}``."""
    try:
        reasons = json.loads(text)["errors"]
    except (ValueError, KeyError, TypeError):
        return "no reason given"
    return "; ".join(map(str, reasons))[:300]
