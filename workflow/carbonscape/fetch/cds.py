"""Files of the Climate and the Atmosphere Data Store (Copernicus), one of a month or a year.

A job waits in the store's queue for minutes to days. Which job belongs to which request is kept
in a file beside the target, so that a run that was interrupted takes its jobs up again instead of
asking for the same once more. A request that the store finds too large is cut, and its parts are
joined.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ecmwf.datastores import Remote

from carbonscape.core.errors import DownloadError
from carbonscape.core.io import read_json, write_json
from carbonscape.core.progress import format_duration
from carbonscape.fetch.cds_client import (
    CLIENT,
    FailedError,
    ForgottenError,
    StoreClient,
    TooLargeError,
)
from carbonscape.fetch.cds_files import join_parts, require_delivery
from carbonscape.fetch.cds_requests import Order, build_order
from carbonscape.fetch.receipts import write_receipt
from carbonscape.fetch.retry import POLICY, Policy
from carbonscape.fetch.transfer import NotThereError, download
from carbonscape.fetch.want import Want
from carbonscape.sources.requests import CdsRequest
from carbonscape.sources.services import ATMOSPHERE_DATA_STORE

logger = logging.getLogger(__name__)

#: Seconds between two lines of the log while a job waits.
_EVERY = 60.0
#: States of a job, in words.
_STATES = {
    "accepted": "in the queue of the {store}",
    "running": "being prepared by the {store}",
    "successful": "ready at the {store}",
}


def fetch(want: Want, *, policy: Policy = POLICY) -> None:
    """Fetch one file of a data store, and write its receipt.

    Args:
        want: the file; the request of its source is a
            :class:`~carbonscape.sources.requests.CdsRequest`.
        policy: bounds on time and attempts; ``total_seconds`` bounds the time in the queue too.

    Raises:
        DownloadError: no key, a licence that is not accepted, a request that is refused, a job
            that failed or takes longer than the policy allows, or a file that holds something
            else; the text says what to do.
    """
    store, order, label = _prepared(want, policy)
    target = Path(want.target)
    target.parent.mkdir(parents=True, exist_ok=True)
    retrieval = _Retrieval(store, target, label, policy)
    parts = retrieval.gather(order, [retrieval.submit(order)], whole=order)
    if [part.path for part in parts] != [target]:
        try:
            join_parts(
                [part.path for part in parts],
                target,
                label,
                validate=lambda file: require_delivery(file, order, label),
            )
        except DownloadError:
            # Parts that do not fit are no better the next time.
            retrieval.finish(parts)
            raise
    write_receipt(
        target,
        source=want.source.name,
        request={
            "store": store.address,
            "dataset": order.dataset,
            "inputs": dict(order.inputs),
            "requests": len(parts),
        },
        client=CLIENT,
        digest=parts[0].digest if len(parts) == 1 else "",
    )
    retrieval.finish(parts)


def check(want: Want, *, policy: Policy = POLICY) -> str:
    """Ask whether a store offers what is wanted, and return what it costs; nothing is ordered.

    Whether the licence is accepted shows only when something is ordered.

    Raises:
        DownloadError: it does not, or it does not answer.
    """
    store, order, label = _prepared(want, policy)
    offered = store.offered(order.dataset, order.inputs, label)
    for key in ("variable", "year", "month", "day"):
        values = order.inputs.get(key, [])
        asked = values if isinstance(values, list) else [values]
        absent = [value for value in asked if value not in offered.get(key, asked)]
        if absent:
            raise DownloadError(
                f"{label}: {order.dataset} has no {key} {', '.join(absent)}; the "
                f"{store.name} offers {', '.join(map(str, offered[key][:20])) or 'none'}: see "
                f"{store.page(order.dataset)}?tab=download."
            )
    costs = store.cost(order.dataset, order.inputs, label)
    limits = costs.get("max_costs", {})
    told = [
        f"{value:g} of {float(limits[kind]):g}"
        for kind, value in costs.get("costs", {}).items()
        if kind in limits
    ]
    parts = ", so that it is asked in parts" if costs.get("max_costs_exceeded") else ""
    fields = f"{len(order.variables)} variables at {order.times} times"
    return f"{order.dataset}, {fields}, cost {' and '.join(told) or 'unknown'}{parts}"


def _prepared(want: Want, policy: Policy) -> tuple[StoreClient, Order, str]:
    """Return the store, the order and what to call it in messages."""
    request = want.files.request
    assert isinstance(request, CdsRequest)
    order = build_order(request, want.when, want.area)
    store = "ads" if want.source.service == ATMOSPHERE_DATA_STORE else "cds"
    label = f"{want.source.name or request.dataset} {want.when}"
    return StoreClient(store, want.hosts, policy), order, label


@dataclass(frozen=True)
class _Part:
    """A file that arrived: the whole, or a part of it."""

    path: Path
    digest: str


@dataclass(frozen=True)
class _Job:
    """An order and its job; none where the store wants the order in parts, or it has arrived."""

    order: Order
    remote: Remote | None
    reclaimed: bool = False
    arrived: bool = False


class _Retrieval:
    """One file on its way from a store."""

    def __init__(self, store: StoreClient, target: Path, label: str, policy: Policy) -> None:
        self.store, self.target, self.label, self.policy = store, target, label, policy
        self.end = time.monotonic() + policy.total_seconds
        self.state = target.with_name(f".{target.name}.jobs.json")

    def submit(self, order: Order, *, again: bool = False) -> _Job:
        """Return the job of an order: the one of an earlier run, or a new one."""
        key, jobs = order.key(self.store.address), self._jobs()
        if key in jobs and not again:
            try:
                remote = self.store.reclaim(jobs[key], self.label, order.dataset)
            except (ForgottenError, FailedError):
                pass
            else:
                text = "%s: taking up the job %s of an earlier run"
                logger.info(text, self.label, jobs[key], extra={"waiting": True})
                return _Job(order, remote, reclaimed=True)
        try:
            remote = self.store.submit(order.dataset, order.inputs, self.label)
        except TooLargeError as error:
            self._require_parts(order, str(error))
            return _Job(order, None)
        write_json(self.state, {**self._jobs(), key: remote.request_id})
        return _Job(order, remote)

    def _jobs(self) -> dict[str, str]:
        """Return the jobs of this file by the key of their orders."""
        return read_json(self.state) if self.state.exists() else {}

    def _forget(self, order: Order) -> None:
        """Forget the job of an order, so that a later run asks again."""
        jobs = self._jobs()
        jobs.pop(order.key(self.store.address), None)
        write_json(self.state, jobs)

    def _require_parts(self, order: Order, reason: str) -> None:
        """Refuse a request that is too large and cannot be cut any further."""
        if not order.parts():
            raise DownloadError(
                f"{self.label}: the {self.store.name} finds even one field of {order.dataset} too "
                f"large ({reason}); name a smaller region in the configuration."
            )

    def gather(self, order: Order, jobs: Sequence[_Job], *, whole: Order) -> list[_Part]:
        """Return the files of some jobs, cutting in parts what is too large.

        All jobs that can be handed in are in the queue before the first is waited for.
        """
        ready: list[_Job] = []
        waiting = list(jobs)
        while waiting:
            job = waiting.pop(0)
            if job.remote is None and not job.arrived:
                parts = [self._part_job(part, whole) for part in job.order.parts()]
                waiting = [*parts, *waiting]
            else:
                ready.append(job)
        found: list[_Part] = []
        for job in ready:
            try:
                found.append(self._receive(job, self._place(job.order, whole)))
            except TooLargeError as error:
                self._forget(job.order)
                self._require_parts(job.order, str(error))
                found += self.gather(job.order, [_Job(job.order, None)], whole=whole)
        return found

    def _part_job(self, order: Order, whole: Order) -> _Job:
        """Return the job of a part; none is needed for one that an earlier run received."""
        if self._place(order, whole).exists():
            return _Job(order, None, arrived=True)
        return self.submit(order)

    def _place(self, order: Order, whole: Order) -> Path:
        """Return where the file of an order goes."""
        if order == whole:
            return self.target
        key = order.key(self.store.address)
        return self.target.with_name(f".{self.target.name}.{key}{self.target.suffix}")

    def _receive(self, job: _Job, path: Path) -> _Part:
        """Wait for a job and download its file; ask once more where it is gone."""
        order = job.order
        if job.arrived:
            return _Part(path, "")
        try:
            return self._attempt(job, path)
        except (ForgottenError, NotThereError, FailedError) as error:
            self._forget(order)
            if isinstance(error, FailedError) and not job.reclaimed:
                raise DownloadError(
                    f"{self.label}: the {self.store.name} could not make the file: {error}. Its "
                    f"status stands on {self.store.page('')}requests; run the same command again "
                    "later."
                ) from error
        logger.info(
            "%s: the job of an earlier run is gone or failed; asking again",
            self.label,
            extra={"waiting": True},
        )
        fresh = self.submit(order, again=True)
        if fresh.remote is None:
            raise TooLargeError("the limit of the store has changed")
        try:
            return self._attempt(fresh, path)
        except (ForgottenError, FailedError) as error:
            self._forget(order)
            raise DownloadError(
                f"{self.label}: the {self.store.name} was asked twice and did not make the file: "
                f"{error}. Its status stands on {self.store.page('')}requests; run the same "
                "command again later."
            ) from error

    def _attempt(self, job: _Job, path: Path) -> _Part:
        """Wait for a job and download its file."""
        order, remote = job.order, job.remote
        assert remote is not None
        self._wait(remote, order)
        result = self.store.result(remote, self.label, order.dataset)
        size: Any = result.asset.get("file:size")

        def validate(file: Path) -> None:
            try:
                require_delivery(file, order, self.label)
            except DownloadError:
                # The next run asks for it anew.
                self._forget(order)
                raise

        delivery = download(
            result.location,
            path,
            size=int(size) if size is not None else None,
            content="netcdf or zip",
            validate=validate,
            label=self.label,
            policy=self.policy,
        )
        return _Part(path, delivery.sha256)

    def _wait(self, remote: Remote, order: Order) -> None:
        """Wait until a job is ready, saying where it stands."""
        start = last_line = time.monotonic()
        before, pause = "", self.policy.base_seconds
        while True:
            told = self.store.look(remote, self.label, order.dataset)
            status = str(told.get("status", ""))
            now = time.monotonic()
            if status != before or now - last_line >= _EVERY:
                words = _STATES.get(status, status).format(store=self.store.name)
                since = format_duration(now - start)
                text = "%s: %s, job %s, waiting for %s"
                arguments = (self.label, words, remote.request_id, since)
                logger.info(text, *arguments, extra={"waiting": True})
                before, last_line = status, now
            if status == "successful":
                return
            if status in ("dismissed", "deleted"):
                raise ForgottenError(f"the job was {status}")
            if status not in ("accepted", "running"):
                raise self.store.failure(remote, self.label, order.dataset, told)
            if now + pause > self.end:
                raise DownloadError(
                    f"{self.label}: still {_STATES[status].format(store=self.store.name)} after "
                    f"{format_duration(now - start)}; the job {remote.request_id} goes on without "
                    "this run: run the same command again later, it takes the job up."
                )
            time.sleep(pause)
            pause = min(pause * 1.5, self.policy.cap_seconds)

    def finish(self, parts: Sequence[_Part]) -> None:
        """Remove what only an unfinished file needs."""
        for part in parts:
            if part.path != self.target:
                part.path.unlink(missing_ok=True)
        self.state.unlink(missing_ok=True)
