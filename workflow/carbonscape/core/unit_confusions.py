"""Whole records that look as if they had another unit or sign: rules, verdicts, refusals.

A value can be possible although its column is wrong: a vapour pressure deficit of 1.4 is dry air
in kPa and nearly saturated air in hPa. A rule therefore judges a statistic of a whole record
against two ranges: outside the usual one a record is suspicious, outside the possible one physics
forbids it. The usual mistakes and their factors say what the value would be taken for.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from carbonscape.core import findings
from carbonscape.core.errors import InputError


@dataclass(frozen=True)
class Mistake:
    """A usual confusion: what the record may really hold, and by which factor it then differs."""

    name: str
    factor: float


@dataclass(frozen=True)
class UnitRule:
    """What a statistic of a whole record tells of its unit.

    Attributes:
        quantity: name of the column, or of the quantity.
        unit: the unit that it should have.
        statistic: what is computed, as words that follow "the".
        usual: lowest and highest value of records known to be right, with a margin.
        possible: lowest and highest value that physics allows.
        mistakes: usual confusions.
    """

    quantity: str
    unit: str
    statistic: str
    usual: tuple[float, float]
    possible: tuple[float, float] = (-math.inf, math.inf)
    mistakes: tuple[Mistake, ...] = ()

    def likely(self, value: float) -> list[str]:
        """Return the mistakes that would make a value usual, the simplest factor first."""
        low, high = self.usual
        return [mistake.name for mistake in self.mistakes if low <= value / mistake.factor <= high]

    def judge(self, item: str, value: float) -> Verdict | None:
        """Return what is wrong with the record of an item, or None.

        Args:
            item: identifier of the tower, or name of the variable.
            value: its statistic; NaN: it cannot be judged.
        """
        (low, high), (lowest, highest) = self.usual, self.possible
        if math.isnan(value) or low <= value <= high:
            return None
        end = f"at least {low:g}" if value < low else f"at most {high:g}"
        said = (
            f"the {self.statistic} is {value:.3g}, usual is {end}; expected {self.quantity} in "
            f"{self.unit}"
        )
        likely = self.likely(value)
        if likely:
            said += f", it looks like {' or '.join(likely[:2])}"
        return Verdict(item, said, impossible=not lowest <= value <= highest)


@dataclass(frozen=True)
class Verdict:
    """What is wrong with a whole record.

    Attributes:
        item: identifier of the tower, or name of the variable.
        reason: a clause.
        impossible: whether physics forbids it; else it is suspicious.
    """

    item: str
    reason: str
    impossible: bool


def settle(
    verdicts: Iterable[Verdict],
    *,
    origin: str,
    source: str,
    accept: Collection[str],
    remedy: str,
    kind: str = "tower",
    warned: bool = True,
) -> None:
    """Warn of suspicious and of accepted records, refuse the impossible ones.

    Args:
        verdicts: what was found.
        origin: file, or what the records are, for the refusal.
        source: name of the source in the registry.
        accept: items and sources whose impossible records only warn
            (config key ``inputs.accept_implausible``).
        remedy: what to do, for the refusal.
        kind: ``tower`` or ``variable``.
        warned: whether to state what is suspicious or accepted; another step may have done so.

    Raises:
        InputError: a record is impossible and not accepted; names each such item.
    """
    refused: dict[str, str] = {}
    odd: dict[str, list[str]] = {}
    for verdict in verdicts:
        accepted = source in accept or verdict.item in accept
        if verdict.impossible and not accepted:
            refused.setdefault(verdict.item, verdict.reason)
            continue
        by_key = " (accepted by the config key inputs.accept_implausible)"
        reason = verdict.reason + (by_key if verdict.impossible else "")
        odd.setdefault(verdict.item, []).append(reason)
    if warned:
        for item, reasons in odd.items():
            findings.warn(item, "; ".join(reasons), source=source, kind=kind)
    if refused:
        raise InputError(f"{origin}: {_listed(refused)}; {remedy}.")


def _listed(refused: dict[str, str]) -> str:
    """Return the refused items; those with the same fault follow the first one."""
    items = list(refused)
    first = f"{items[0]}: {refused[items[0]]}"
    if len(items) == 1:
        return first
    shown = ", ".join(items[1:9]) + (", ..." if len(items) > 9 else "")
    return f"{first} (and {len(items) - 1} more: {shown})"


def of_most(
    verdicts: Sequence[Verdict], *, judged: int, share: float = 0.5, at_least: int = 5
) -> bool:
    """Say whether so many records are suspicious that the whole column has another unit.

    One odd record may be true; the same oddity at half of the towers is a unit.

    Args:
        verdicts: of one rule, one a record.
        judged: number of records that the rule could judge.
        share: of the records judged.
        at_least: records.
    """
    return len(verdicts) >= max(at_least, share * judged)
