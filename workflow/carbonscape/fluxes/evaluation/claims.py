"""The paper's claims about the cross-validation of GPP, and what a run says about each.

A claim names scores and their order, or a score and a range. Its verdict follows from intervals
that hold the choice of sites (and of splits, where there are several): a run that cannot tell two
models apart says so, whichever is ahead.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from math import inf

from carbonscape.evaluation.scorecards import (
    FAILS,
    HOLDS,
    NOT_RUN,
    UNRESOLVED,
    UNTESTABLE,
    Outcome,
)
from carbonscape.fluxes.evaluation.evidence import ALL, Evidence, Interval, Part
from carbonscape.fluxes.settings import PFT_SETTINGS, Setting
from carbonscape.models.registry import models_of

#: The models that the paper compares.
PAPER_MODELS = tuple(name for name, entry in models_of("fluxes").items() if entry.role == "paper")

#: Windows of a fixed length.
FIXED = ("1m", "6m", "12m")

#: A difference of R2 below which the paper calls two sources of land cover largely similar: the
#: least gain that it reports for either.
SIMILAR = 0.02

#: Rounding of the paper's numbers, which have two decimals.
ROUNDING = 0.005

#: How far beyond a reported range an interval may reach that is said to agree with it.
REACH = 0.1

#: Scores that a cell of the scorecard names one by one.
_NAMED = 4

#: What the mean seasonal cycle of a climate may mean in the paper: the cycles of its sites, or
#: their mean.
READINGS = {"cycle": "seasonal_cycle", "climate_cycle": "climate_cycle"}

#: The three models of fixed windows to which PFT brought 3 to 6 %, and those with about 1 %.
GAINING, HARDLY_GAINING = ("fluxformer", "random_forest", "xgboost"), ("lstm", "bilstm", "mlp")


@dataclass(frozen=True)
class Question:
    """What a claim is put to.

    Attributes:
        evidence: the run's cross-validation.
        pft: the PFT setting that stands for "with PFT": that of the figures.
    """

    evidence: Evidence
    pft: str

    def setting(self, model: str, window: str = "jan_to_m", pft: str | None = None) -> Setting:
        """Return a setting, with PFT by default."""
        return Setting(model, pft or self.pft, window)

    def run(self, settings: Sequence[Setting]) -> list[Setting]:
        """Return those settings that the run has."""
        return [setting for setting in settings if setting in self.evidence.settings]


Claim = Callable[[Question], Outcome]

_NOT_RUN = Outcome(NOT_RUN, verdict=UNTESTABLE)


def within(interval: Interval, low: float, high: float) -> str:
    """Judge a number against a reported range, whose ends are rounded.

    It fails where its interval lies outside, and holds where the interval overlaps the range and
    reaches at most ``REACH`` beyond: a wider one would agree with almost any number.
    """
    low, high = low - ROUNDING, high + ROUNDING
    if interval.low > high or interval.high < low:
        return FAILS
    narrow = interval.low >= low - REACH and interval.high <= high + REACH
    return HOLDS if narrow else UNRESOLVED


def above(interval: Interval, limit: float = 0.0) -> str:
    """Judge whether a number is above a limit."""
    if interval.low > limit:
        return HOLDS
    return FAILS if interval.high < limit else UNRESOLVED


def all_of(verdicts: Sequence[str]) -> str:
    """Return the verdict of a claim of several parts: one that fails is enough to fail."""
    for verdict in (FAILS, UNTESTABLE, UNRESOLVED):
        if verdict in verdicts:
            return verdict
    return HOLDS


def score_within(
    settings: Sequence[tuple[str, str | None]], part: Part, low: float, high: float | None = None
) -> Claim:
    """Return the claim that R2 of settings, each (model, PFT setting), is in a range.

    Without an upper end it is the claim that R2 is above the lower one.
    """

    def judge(ask: Question) -> Outcome:
        found = {}
        for setting in ask.run([ask.setting(model, pft=pft) for model, pft in settings]):
            if (score := ask.evidence.score(setting, part)) is not None:
                found[setting] = score
        if not found:
            return _NOT_RUN
        test = partial(above, limit=low) if high is None else partial(within, low=low, high=high)
        values = [score.value for score in found.values()]
        return Outcome(
            _list({_name(one, [*found]): score.text() for one, score in found.items()}),
            _outside(min(values), max(values), low, inf if high is None else high),
            all_of([test(score) for score in found.values()]),
        )

    return judge


def score_below(limit: float, part: Part, *, but: str) -> Claim:
    """Return the claim that R2 of all models of the paper but one is below a limit."""

    def judge(ask: Question) -> Outcome:
        wanted = ask.run([ask.setting(model) for model in PAPER_MODELS if model != but])
        found = {one.model: ask.evidence.score(one, part) for one in wanted}
        found = {model: score for model, score in found.items() if score is not None}
        if not found:
            return _NOT_RUN
        opposite = {HOLDS: FAILS, FAILS: HOLDS}
        verdicts = [above(score, limit) for score in found.values()]
        return Outcome(
            _list({model: score.text() for model, score in found.items()}),
            verdict=all_of([opposite.get(verdict, verdict) for verdict in verdicts]),
        )

    return judge


def first(model: str, part: Part = ALL) -> Claim:
    """Return the claim that a model has the highest R2 of the paper's, January to M, with PFT.

    Where not all of them were run, being ahead of the others resolves nothing.
    """

    def judge(ask: Question) -> Outcome:
        settings = ask.run([ask.setting(name) for name in PAPER_MODELS])
        scores = {one: ask.evidence.score(one, part) for one in settings}
        ranked = sorted(
            (one for one in settings if scores[one] is not None),
            key=lambda one: scores[one].value,
            reverse=True,
        )
        own = ask.setting(model)
        if own not in ranked or len(ranked) < 2:
            return _NOT_RUN
        pairs = [(own, other) for other in ranked if other != own]
        found = ask.evidence.differences(pairs, part)
        if found is None:
            return _NOT_RUN
        verdict = all_of([above(one) for one in found])
        run = ", ".join(f"{one.model} {scores[one].value:.3f}" for one in ranked[:3])
        if len(ranked) < len(PAPER_MODELS):
            run += f" ({len(ranked)} of {len(PAPER_MODELS)} models)"
            verdict = UNRESOLVED if verdict == HOLDS else verdict
        return Outcome(run, f"{model} minus {pairs[0][1].model} {_signed(found[0])}", verdict)

    return judge


def gain_of_pft(models: Sequence[str], windows: Sequence[str], low: float, high: float) -> Claim:
    """Return the claim that PFT adds so much R2 to models in windows."""

    def judge(ask: Question) -> Outcome:
        pairs = [
            (ask.setting(model, window), ask.setting(model, window, "none"))
            for model in models
            for window in windows
        ]
        return _differences(ask, pairs, partial(_gain, low=low, high=high))

    return judge


def _gain(interval: Interval, *, low: float, high: float) -> str:
    """Judge a gain that has a size: in the range, and above zero."""
    if within(interval, low, high) == FAILS:
        return FAILS
    return above(interval)


def ahead(model: str, *, pft: tuple[str, str], part: Part) -> Claim:
    """Return the claim that one PFT setting of a model is ahead of another."""

    def judge(ask: Question) -> Outcome:
        pair = tuple(ask.setting(model, pft=name) for name in pft)
        return _differences(ask, [pair], above, part)

    return judge


def similar(pft: tuple[str, str], limit: float) -> Claim:
    """Return the claim that two PFT settings differ by less than a limit, in all models."""

    def judge(ask: Question) -> Outcome:
        pairs = [tuple(ask.setting(model, pft=name) for name in pft) for model in PAPER_MODELS]
        return _differences(ask, pairs, partial(_close, limit=limit))

    return judge


def _close(interval: Interval, *, limit: float) -> str:
    """Judge whether a difference is smaller than a limit."""
    if max(abs(interval.low), abs(interval.high)) < limit:
        return HOLDS
    return FAILS if interval.low > limit or interval.high < -limit else UNRESOLVED


def longer_is_better(models: Sequence[str], longer: Sequence[str], shorter: Sequence[str]) -> Claim:
    """Return the claim that some windows have a higher R2 than others, in all models."""

    def judge(ask: Question) -> Outcome:
        pairs = [
            (ask.setting(model, one), ask.setting(model, other))
            for model in models
            for one in longer
            for other in shorter
        ]
        return _differences(ask, pairs, above)

    return judge


def no_better(models: Sequence[str], window: str, than: str) -> Claim:
    """Return the claim that a window is generally no better than another one.

    It fails where the window is resolved to be better in more than half of the models, and holds
    where it is so in none and ahead in less than half of them.
    """

    def judge(ask: Question) -> Outcome:
        pairs = [(ask.setting(model, window), ask.setting(model, than)) for model in models]
        found = _differences(ask, pairs, above)
        differences = ask.evidence.differences(_available(ask, pairs)) or []
        better = sum(one.low > 0 for one in differences)
        in_front = sum(one.value > 0 for one in differences)
        verdict = found.verdict
        if differences:
            verdict = UNRESOLVED
            if better > len(differences) / 2:
                verdict = FAILS
            elif not better and in_front < len(differences) / 2:
                verdict = HOLDS
        return Outcome(found.run, found.difference, verdict)

    return judge


def _available(
    ask: Question, pairs: Sequence[tuple[Setting, Setting]]
) -> list[tuple[Setting, Setting]]:
    """Return the pairs of which the run has both on the same samples."""
    return [pair for pair in pairs if ask.evidence.comparable(pair)]


def _differences(
    ask: Question,
    pairs: Sequence[tuple[Setting, Setting]],
    test: Callable[[Interval], str],
    part: Part = ALL,
) -> Outcome:
    """Return the finding of a claim about all of several differences.

    Where only some of them were run, that these agree with the claim resolves nothing.
    """
    usable = _available(ask, pairs)
    found = ask.evidence.differences(usable, part)
    if found is None:
        return _NOT_RUN
    verdict = all_of([test(one) for one in found])
    if len(usable) < len(pairs) and verdict == HOLDS:
        verdict = UNRESOLVED
    named = list(dict.fromkeys(setting for pair in usable for setting in pair))
    scores = {_name(one, named): ask.evidence.score(one, part) for one in named}
    run = _list({name: f"{score.value:.3f}" for name, score in scores.items()})
    compared = f"{len(usable)} of {len(pairs)} comparisons"
    if len(named) > _NAMED:
        run = f"{compared}; R² in table S1"
    elif len(usable) < len(pairs):
        run += f" ({compared})"
    ranked = sorted(zip(found, usable, strict=True), key=lambda item: item[0].value)
    shown = [ranked[0]] if len(ranked) == 1 else [ranked[0], ranked[-1]]
    words = ("",) if len(shown) == 1 else ("lowest ", "highest ")
    text = "; ".join(
        f"{word}{_signed(interval)}" + (f" {_place(pair)}" if len(ranked) > 1 else "")
        for word, (interval, pair) in zip(words, shown, strict=True)
    )
    return Outcome(run, text, verdict)


def _place(pair: tuple[Setting, Setting]) -> str:
    """Return where a difference was found: the model, and its window if that is the same."""
    one, other = pair
    return one.model + (f" {one.window}" if one.window == other.window else "")


def _name(setting: Setting, among: Sequence[Setting]) -> str:
    """Return as much of a setting as tells it from the others; its PFT setting if nothing does."""
    differing = [len({getattr(one, name) for one in among}) > 1 for name in Setting._fields]
    parts = [part for part, differs in zip(setting, differing, strict=True) if differs]
    return " ".join(parts) or setting.pft


def _list(texts: dict[str, str]) -> str:
    """Return ``name value`` of each."""
    return ", ".join(f"{name} {text}" for name, text in texts.items())


def _signed(interval: Interval) -> str:
    """Return a difference with its sign."""
    return interval.text(signed=True)


def _outside(lowest: float, highest: float, low: float, high: float) -> str:
    """Return how far the nearest value is from a range, "" where one is inside."""
    if highest < low:
        return f"{highest - low:+.3f}"
    return f"{lowest - high:+.3f}" if lowest > high else ""


_ALL_PFTS = [("fluxformer", pft) for pft in PFT_SETTINGS]
_WITH_BOTH = [("fluxformer", "igbp_esa_cci")]

#: What the cross-validation says about each claim, by the id of the reported value.
CLAIMS: dict[str, Claim] = {
    "cv_r2": score_within([("fluxformer", None)], ALL, 0.73, 0.73),
    "first_model": first("fluxformer"),
    "pft_gain": gain_of_pft(PAPER_MODELS, ["jan_to_m"], 0.02, 0.05),
    "pft_gain_fixed": gain_of_pft(GAINING, FIXED, 0.03, 0.06),
    "pft_gain_networks": gain_of_pft(HARDLY_GAINING, FIXED, 0.01, 0.01),
    "pft_sources": similar(("esa_cci", "igbp"), SIMILAR),
    "shortest_window": longer_is_better(PAPER_MODELS, ("6m", "12m"), ("1m",)),
    "window_12m": no_better(PAPER_MODELS, "12m", "6m"),
    "varied_window": longer_is_better(("fluxformer", "bilstm", "mlp"), ("jan_to_m",), FIXED),
    **{
        f"monthly_first_{climate}": first("fluxformer", Part("monthly", climate))
        for climate in ("tropical", "temperate", "continental", "polar")
    },
    "monthly_first_arid": first("bilstm", Part("monthly", "arid")),
    "esa_tropical": ahead("fluxformer", pft=("esa_cci", "igbp"), part=Part("monthly", "tropical")),
    "esa_arid": ahead("bilstm", pft=("esa_cci", "igbp"), part=Part("monthly", "arid")),
    **{
        f"{reading}_{climate}": score_within(_ALL_PFTS, Part(quantity, climate), 0.95)
        for climate in ("tropical", "temperate", "continental")
        for reading, quantity in READINGS.items()
    },
    **{
        f"{reading}_arid": score_within(_ALL_PFTS, Part(quantity, "arid"), 0.14, 0.61)
        for reading, quantity in READINGS.items()
    },
    "cycle_arid_others": score_below(0.0, Part("seasonal_cycle", "arid"), but="fluxformer"),
    **{
        f"{reading}_polar": score_within(_WITH_BOTH, Part(quantity, "polar"), 0.91, 0.91)
        for reading, quantity in READINGS.items()
    },
    "cycle_polar_lstm": score_within(
        [("lstm", "igbp_esa_cci")], Part("seasonal_cycle", "polar"), 0.92, 0.92
    ),
    **{
        f"cycle_first_{climate}": first("fluxformer", Part("seasonal_cycle", climate))
        for climate in ("tropical", "arid", "temperate", "continental")
    },
}
