"""Trainings that would not end: refused before anything starts.

Only the standard library is used here: every cluster job parses the Snakefile again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from carbonscape.core.errors import ConfigError
from carbonscape.core.job_graph import PlannedJob
from carbonscape.costs.rates import Rate, cost_of, rates_of
from carbonscape.costs.work import WorkOf, about

#: Verbs of the rules that train.
TRAINING_VERBS = ("train", "crossvalidate", "search")
KEY = "longest_training_days"


@dataclass(frozen=True)
class Endless:
    """A training that takes longer than the configuration allows.

    Attributes:
        job: it.
        product: that it is about.
        model: that it trains.
        days: that it would take on its threads.
    """

    job: PlannedJob
    product: str
    model: str
    days: float


def is_training(rule: str) -> bool:
    """Say whether a rule trains models."""
    return rule.startswith(TRAINING_VERBS)


def find_endless(
    jobs: Iterable[PlannedJob],
    work_of: Mapping[str, WorkOf],
    rates: Sequence[Rate],
    *,
    days: float | None,
    gpu: Iterable[str] = (),
) -> list[Endless]:
    """Return the trainings that take longer than some days, the longest first.

    Args:
        jobs: of the run.
        work_of: what a job does, by the product that it is about.
        rates: measured.
        days: that one training may take; None for any.
        gpu: models that are trained on an accelerator.
    """
    found = []
    gpu = set(gpu)
    for job in jobs:
        if days is None or not is_training(job.rule):
            continue
        product = about(job)
        for model, work in work_of[product](job).items():
            cost = cost_of(work, rates_of(rates, job.rule, model), gpu=model in gpu)
            took = max(cost.core_s / job.threads, cost.gpu_s) / 86400
            if took > days:
                found.append(Endless(job, product, model, took))
    return sorted(found, key=lambda one: -one.days)


def sentence_of(endless: Sequence[Endless], *, days: float, device: str) -> str:
    """Return what to say about trainings that would not end.

    Args:
        endless: at least one.
        days: that the configuration allows.
        device: the configuration's word.
    """
    first, rest = endless[0], len(endless) - 1
    words = ", ".join(
        value for name, value in first.job.wildcards.items() if name not in ("model", "product")
    )
    further = f", and {rest} more like it" if rest else ""
    samples = (
        f"fewer samples ({first.product}.samples.max_samples)"
        if first.product == "xco2"
        else f"fewer members or windows ({first.product}.crossval)"
    )
    return (
        f"config key '{KEY}' allows {_days(days)} for one training, but the training of "
        f"{first.model} ({first.job.rule}: {words}) would take about {_days(first.days)} on "
        f"{first.job.threads} core(s) with device '{device}'{further}. Expected is a run that "
        f"ends: choose {samples}, fewer epochs ({first.product}.models.{first.model}.epochs), an "
        f"accelerator ('device'), or other models; or set '{KEY}' to null to train all the same. "
        "`snakemake plan_costs` shows what everything costs."
    )


def _days(days: float) -> str:
    """Return a number of days in words."""
    return f"{days:,.0f} days" if days >= 10 else f"{days:.2g} days"


def refuse_endless(endless: Sequence[Endless], *, days: float | None, device: str) -> None:
    """Refuse a run with trainings that would not end.

    Raises:
        ConfigError: there are such.
    """
    if endless and days is not None:
        raise ConfigError(sentence_of(endless, days=days, device=device))
