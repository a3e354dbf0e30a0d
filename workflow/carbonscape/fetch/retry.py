"""When a request is repeated, how long one waits in between, and when one gives up.

Only what may pass by itself is asked again: a connection that broke, a service that is busy or
failing (429, 500, 502, 503, 504). A wrong request, missing rights and an absent file stay as they
are however often one asks.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import requests
import tenacity

from carbonscape.core.errors import DownloadError
from carbonscape.core.progress import format_duration

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

#: Answers after which the same request may succeed.
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True)
class Policy:
    """Bounds of a request and of its repetitions.

    Attributes:
        attempts: how often a request is made in a row without any progress.
        base_seconds: longest wait after the first attempt; it doubles with each one.
        cap_seconds: longest wait of its own accord.
        longest_asked: longest wait that a service may ask for (``Retry-After``).
        timeout_seconds: how long a service may be silent.
        total_seconds: how long one file may take, all attempts together.
        redirects: how often a request may be sent elsewhere.
    """

    attempts: int = 6
    base_seconds: float = 2.0
    cap_seconds: float = 120.0
    longest_asked: float = 3600.0
    timeout_seconds: float = 60.0
    total_seconds: float = 24 * 3600.0
    redirects: int = 10


#: What every download uses unless a test asks for less patience.
POLICY = Policy()


class BusyError(Exception):
    """A request that may succeed later.

    Attributes:
        after: seconds that the service asks to wait; none if it says nothing.
        progress: whether something was received, so that the next attempt is a first one.
    """

    def __init__(self, reason: str, *, after: float | None = None, progress: bool = False) -> None:
        super().__init__(reason)
        self.after = after
        self.progress = progress


def repeat(call: Callable[[], Result], *, policy: Policy, label: str) -> Result:
    """Make a request until it succeeds, is refused for good, or the policy is used up.

    Args:
        call: makes the request once; raises :class:`BusyError`, or an error of the connection,
            where it may be repeated.
        policy: bounds.
        label: what is asked for, for messages.

    Raises:
        DownloadError: all attempts failed; names the last reason.
    """
    waits = _Waits(policy, label)
    attempts = tenacity.Retrying(
        retry=tenacity.retry_if_exception(_may_pass),
        stop=waits.stop,
        wait=waits.next,
        before_sleep=waits.tell,
        reraise=True,
        sleep=time.sleep,
    )
    try:
        return attempts(call)
    except (BusyError, requests.RequestException) as error:
        if not _may_pass(error):
            raise
        raise DownloadError(
            f"{label}: no success in {waits.made} attempts over "
            f"{format_duration(time.monotonic() - waits.start)}; the last reason: "
            f"{reason_of(error)}. What was received is kept: run the same command again later."
        ) from error


def reason_of(error: BaseException) -> str:
    """Return why a request failed, in words without addresses (which may hold a secret)."""
    if isinstance(error, BusyError):
        return str(error)
    if isinstance(error, requests.Timeout):
        return "the service did not answer in time"
    if isinstance(error, requests.exceptions.SSLError):
        return "the certificate of the service is not trusted by this machine"
    if isinstance(error, requests.ConnectionError):
        return "the connection could not be made, or broke"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection broke in the middle of the file"
    return type(error).__name__


def asked_wait(headers: Any) -> float | None:
    """Return the seconds that ``Retry-After`` asks for (a number or a date), if it does."""
    text = headers.get("Retry-After", "")
    if not text:
        return None
    try:
        return max(float(text), 0.0)
    except ValueError:
        pass
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    return max((moment - dt.datetime.now(dt.UTC)).total_seconds(), 0.0)


def _may_pass(error: BaseException) -> bool:
    """Say whether the same request may succeed later."""
    if isinstance(error, requests.exceptions.SSLError | requests.TooManyRedirects):
        return False
    return isinstance(
        error,
        BusyError
        | requests.ConnectionError
        | requests.Timeout
        | requests.exceptions.ChunkedEncodingError,
    )


class _Waits:
    """Counts attempts, and says how long to wait before the next."""

    def __init__(self, policy: Policy, label: str) -> None:
        self.policy, self.label = policy, label
        self.start = time.monotonic()
        self.made = self.fruitless = 0

    def stop(self, state: tenacity.RetryCallState) -> bool:
        """Say whether enough was tried."""
        error = self._count(state)
        late = time.monotonic() - self.start >= self.policy.total_seconds
        asked = getattr(error, "after", None) or 0.0
        return late or self.fruitless >= self.policy.attempts or asked > self.policy.longest_asked

    def next(self, state: tenacity.RetryCallState) -> float:
        """Return the seconds to wait: what was asked for, or a random part of a doubling span."""
        error = self._count(state)
        doubled = self.policy.base_seconds * 2 ** max(self.fruitless - 1, 0)
        span = min(doubled, self.policy.cap_seconds)
        # Noise in what was asked for too: many jobs that wait for one service would come at once.
        asked = getattr(error, "after", None)
        return random.uniform(span / 2, span) if asked is None else asked + random.uniform(0, 1)

    def _count(self, state: tenacity.RetryCallState) -> BaseException | None:
        """Count an attempt, whichever asks first, and return why it failed."""
        error = state.outcome.exception() if state.outcome else None
        if state.attempt_number > self.made:
            self.made = state.attempt_number
            # An attempt that received a part of the file is no failure: a large file over a poor
            # connection breaks often, and each time a piece less is missing.
            progress = isinstance(error, BusyError) and error.progress
            self.fruitless = 0 if progress else self.fruitless + 1
        return error

    def tell(self, state: tenacity.RetryCallState) -> None:
        """Log why and how long one waits."""
        error = state.outcome.exception() if state.outcome else None
        seconds = state.next_action.sleep if state.next_action else 0.0
        logger.info(
            "%s: %s; next attempt in %s",
            self.label,
            reason_of(error) if error else "",
            format_duration(seconds),
            extra={"waiting": True},
        )
