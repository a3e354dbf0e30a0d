"""Rules on whole records: what is suspicious, what is impossible, and what becomes of each."""

from __future__ import annotations

import math

import pytest

from carbonscape.core import findings
from carbonscape.core.errors import InputError
from carbonscape.core.unit_confusions import Mistake, UnitRule, Verdict, of_most, settle

RULE = UnitRule(
    "VPD", "hPa", "quantile of VPD", usual=(0.1, 1.0), possible=(0.0, 2.0),
    mistakes=(Mistake("kPa", 0.1), Mistake("Pa", 100.0)),
)  # fmt: skip


@pytest.mark.parametrize(
    ("value", "impossible", "part"),
    [
        (0.05, False, "usual is at least 0.1; expected VPD in hPa, it looks like kPa"),
        (1.5, False, "quantile of VPD is 1.5, usual is at most 1; expected VPD in hPa"),
        (50.0, True, "it looks like Pa"),
        (-1.0, True, "usual is at least 0.1"),
    ],
)
def test_a_value_outside_the_usual_range_is_judged(value, impossible, part):
    verdict = RULE.judge("AA-One", value)
    assert verdict.item == "AA-One"
    assert verdict.impossible is impossible
    assert part in verdict.reason


@pytest.mark.parametrize("value", [0.1, 0.5, 1.0, math.nan])
def test_usual_values_and_unknown_ones_are_not(value):
    assert RULE.judge("AA-One", value) is None


def test_only_mistakes_that_make_the_value_usual_are_named():
    assert RULE.likely(0.05) == ["kPa"]
    assert RULE.likely(5.0) == []


SUSPICIOUS, IMPOSSIBLE = Verdict("AA-One", "odd", False), Verdict("AA-Two", "absurd", True)


def settled(verdicts, **options):
    with findings.collected() as found:
        settle(
            verdicts, origin="table.csv", source="fluxnet2015", remedy="correct it",
            **({"accept": ()} | options),
        )  # fmt: skip
    return [(f.outcome, f.item, f.reason) for f in found]


def test_suspicious_records_warn_and_impossible_ones_are_refused():
    assert settled([SUSPICIOUS]) == [("warning", "AA-One", "odd")]
    with pytest.raises(InputError, match=r"^table\.csv: AA-Two: absurd; correct it\.$"):
        settled([SUSPICIOUS, IMPOSSIBLE])


def test_an_item_is_warned_of_once():
    again = Verdict("AA-One", "strange", False)
    assert settled([SUSPICIOUS, again]) == [("warning", "AA-One", "odd; strange")]


@pytest.mark.parametrize("accept", [["AA-Two"], ["fluxnet2015"]])
def test_accepted_records_warn_by_the_key(accept):
    ((outcome, item, reason),) = settled([IMPOSSIBLE], accept=accept)
    assert (outcome, item) == ("warning", "AA-Two")
    assert reason == "absurd (accepted by the config key inputs.accept_implausible)"
    assert settled([IMPOSSIBLE], accept=accept, warned=False) == []


def test_a_refusal_names_the_other_items():
    many = [Verdict(f"AA-{n:03d}", "absurd", True) for n in range(12)]
    with pytest.raises(InputError, match=r"AA-000: absurd \(and 11 more: AA-001, .*AA-008, \.\.\."):
        settled(many)


@pytest.mark.parametrize(
    ("suspicious", "judged", "expected"), [(4, 4, False), (5, 10, True), (5, 11, False)]
)
def test_half_of_the_records_and_five_of_them_make_a_unit(suspicious, judged, expected):
    assert of_most([SUSPICIOUS] * suspicious, judged=judged) is expected
