"""What a run is asked about its costs: the work of all its jobs, and whether it would end.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from carbonscape.core.cluster import Cluster
from carbonscape.core.job_graph import PlannedJob
from carbonscape.core.resources import wants_gpu
from carbonscape.costs.limits import find_endless, is_training, refuse_endless, sentence_of
from carbonscape.costs.rates import rates_of_project
from carbonscape.costs.work import WorkOf, work_rows
from carbonscape.models.registry import get_model

#: There where a driver of an accelerator is loaded.
_DRIVER = Path("/dev/nvidiactl")


@dataclass(frozen=True)
class Estimate:
    """Estimates of a run.

    Attributes:
        work_of: what a job does, by the product that it is about.
        root: folder of the project, with its tables of rates.
        device: where networks are trained: the configuration's word.
        cluster: where the run is, None for this machine.
        longest: days that one training may take; None for any.
    """

    work_of: Mapping[str, WorkOf]
    root: str
    device: str
    cluster: Cluster | None
    longest: float | None

    def uses_gpu(self, job: PlannedJob) -> bool:
        """Say whether a job trains on an accelerator.

        With ``auto`` on this machine that is so where a driver is loaded.
        """
        model = job.wildcards.get("model")
        if model is None or not is_training(job.rule):
            return False
        kind = get_model(model).kind
        here = self.device == "auto" and self.cluster is None and _DRIVER.exists()
        return wants_gpu(self.device, kind, self.cluster) or (here and kind == "network")

    def plan(self, jobs: Sequence[PlannedJob]) -> dict[str, Any]:
        """Return ``rows`` of :func:`work_rows`, and the ``refusal`` of the run or nothing."""
        endless = self._endless(jobs)
        return {
            "rows": work_rows(jobs, self.work_of, uses_gpu=self.uses_gpu),
            "refusal": sentence_of(endless, days=self.longest or 0, device=self.device)
            if endless
            else "",
        }

    def check(self, jobs: Sequence[PlannedJob]) -> None:
        """Refuse jobs that would not end.

        Raises:
            ConfigError: there are such.
        """
        refuse_endless(self._endless(jobs), days=self.longest, device=self.device)

    def _endless(self, jobs: Sequence[PlannedJob]) -> list[Any]:
        """Return the trainings that take too long."""
        trained = [job for job in jobs if "model" in job.wildcards and is_training(job.rule)]
        if self.longest is None or not trained:
            return []
        gpu = {job.wildcards["model"] for job in trained if self.uses_gpu(job)}
        return find_endless(
            trained, self.work_of, rates_of_project(self.root), days=self.longest, gpu=gpu
        )
