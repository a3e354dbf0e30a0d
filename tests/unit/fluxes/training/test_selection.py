"""Selection: inside the training sites of each fold, whatever happens to the held-out samples."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from carbonscape.core.errors import ConfigError, ResultError
from carbonscape.fluxes.training.selection import inner_experiment, options_of, select_options
from carbonscape.models.block import Block
from carbonscape.products.gpp import PRODUCT as GPP
from carbonscape.products.product import Product
from carbonscape.training.seeds import child_seed

SITES = [f"S{number:02d}" for number in range(12)]
MONTHS = (1, 4, 7)


@dataclass(frozen=True)
class Experiment:
    """The fields of carbonscape.training.experiment.Experiment."""

    block: Block
    site: np.ndarray
    fold: np.ndarray
    model: str
    options: dict[str, Any]
    variables: list[str]
    seed: int
    split: int
    lengths: dict[int, int]
    product: Product = GPP
    excluded: np.ndarray | None = None


def experiment(*, yearly: bool = False) -> Experiment:
    """Return 12 sites in 3 folds, 3 months each, whose target is twice the last predictor."""
    random = np.random.default_rng(8)
    n, steps = len(SITES) * len(MONTHS), 12 if yearly else 4
    month = np.tile(MONTHS, len(SITES))
    series = random.normal(size=(n, steps, 2)).astype(np.float32)
    last = month - 1 if yearly else np.full(n, steps - 1)
    target = 2.0 * series[np.arange(n), last, 0]
    if yearly:
        series[np.arange(steps) > last[:, None]] = np.nan
    block = Block(
        series=series,
        context={"igbp": random.random((n, 3)).astype(np.float32)},
        month=month,
        target=target.astype(np.float64),
        year_row=np.repeat(np.arange(len(SITES)), len(MONTHS)) if yearly else None,
    )
    return Experiment(
        block=block,
        site=np.repeat(SITES, len(MONTHS)),
        fold=np.repeat(np.arange(len(SITES)) % 3, len(MONTHS)),
        model="lstm",
        options={"slope": 1.0, "noise": 0.0, "epochs": 5},
        variables=["LAI", "T2M"],
        seed=42,
        split=1,
        lengths={} if yearly else {1: 1, 4: 2, 7: 4},
    )


def run(inner: Experiment) -> np.ndarray:
    """Predict by the option ``slope``; the fit reads nothing else of the targets."""
    last = inner.block.month - 1 if inner.block.year_row is not None else -1
    rows = np.arange(len(inner.block))
    return inner.options["slope"] * inner.block.series[rows, last, 0].astype(np.float64)


def regress(inner: Experiment) -> np.ndarray:
    """Predict by a slope learnt on the other inner folds, mixed with ``noise``."""
    last = inner.block.month - 1 if inner.block.year_row is not None else -1
    x = inner.block.series[np.arange(len(inner.block)), last, 0].astype(np.float64)
    predicted = np.empty(len(x))
    for fold in np.unique(inner.fold):
        train = inner.fold != fold
        slope = (x[train] @ inner.block.target[train]) / (x[train] @ x[train])
        random = np.random.default_rng(child_seed(inner.seed, "crossval", inner.split, int(fold)))
        predicted[~train] = slope * x[~train] + inner.options["noise"] * random.normal(
            size=(~train).sum()
        )
    return predicted


CANDIDATES = [{"slope": 1.0}, {"slope": 1.9}, {"slope": 3.0}]


# --- the choice ----------------------------------------------------------------------------------


@pytest.mark.parametrize("yearly", [False, True])
def test_the_better_candidate_is_chosen_with_its_error(yearly: bool) -> None:
    outer = experiment(yearly=yearly)
    choices = select_options(outer, CANDIDATES, inner_folds=4, run=run)
    assert list(choices) == [0, 1, 2]
    for fold, (index, scores, rows, predicted) in choices.items():
        assert index == 1
        # What the chosen one predicted inside serves the weights of blends.
        np.testing.assert_array_equal(rows, np.flatnonzero(outer.fold != fold))
        np.testing.assert_allclose(predicted, 0.95 * outer.block.target[rows], rtol=1e-6)
        # Target is 2 x: the error of a slope s is |2 - s| times the root mean square of x.
        size = np.sqrt(np.mean((outer.block.target[outer.fold != fold] / 2) ** 2))
        np.testing.assert_allclose(scores["rmse"], np.array([1.0, 0.1, 1.0]) * size, rtol=1e-6)
        assert scores["chosen"].tolist() == [False, True, False]
        assert scores["samples"].tolist() == [24, 24, 24]
        assert scores["fold"].tolist() == [fold] * 3
        assert scores["overrides"].tolist() == [
            '{"slope": 1.0}', '{"slope": 1.9}', '{"slope": 3.0}'
        ]  # fmt: skip


def test_folds_may_choose_differently() -> None:
    outer = experiment()
    # In fold 0 the target is the predictor itself, so that the others see a mix of slopes.
    target = np.where(outer.fold == 0, -1.0, 2.0) * outer.block.target / 2
    outer = replace(outer, block=replace(outer.block, target=target))
    choices = select_options(outer, [{"slope": 0.5}, {"slope": 2.0}], inner_folds=2, run=run)
    assert choices[0].index == 1
    assert [choices[fold].index for fold in (1, 2)] == [0, 0]


def test_of_equal_candidates_the_first_is_chosen() -> None:
    tied = [{"slope": 3.0}, {"slope": 1.0}, {"epochs": 9}, {}]
    choices = select_options(experiment(), tied, inner_folds=3, run=run)
    assert [choice.index for choice in choices.values()] == [0, 0, 0]
    choices = select_options(experiment(), [{"slope": 9.0}, *tied[1:]], inner_folds=3, run=run)
    assert [choice.index for choice in choices.values()] == [1, 1, 1]


def test_the_budget_is_the_number_of_candidates() -> None:
    calls = []

    def count(inner: Experiment) -> np.ndarray:
        calls.append(inner)
        return run(inner)

    choices = select_options(experiment(), CANDIDATES, inner_folds=2, run=count)
    assert len(calls) == 3 * len(CANDIDATES)
    table = pd.concat([choice.scores for choice in choices.values()])
    assert len(table) == 9
    assert (table["candidates"] == 3).all()


def test_a_single_candidate_is_no_work() -> None:
    def never(inner: Experiment) -> np.ndarray:
        raise AssertionError

    choices = select_options(experiment(), [{"slope": 7.0}], inner_folds=99, run=never)
    assert [choice.index for choice in choices.values()] == [0, 0, 0]
    for choice in choices.values():
        assert choice.scores["candidates"].tolist() == [1]
        assert choice.scores["chosen"].tolist() == [True]
        assert choice.scores["rmse"].isna().all()
        assert (len(choice.rows), len(choice.predicted)) == (0, 0)


def test_a_single_candidate_is_run_where_its_predictions_are_wanted() -> None:
    outer = experiment()
    choices = select_options(outer, [{"slope": 1.5}], inner_folds=2, run=run, always=True)
    for fold, choice in choices.items():
        inside = outer.fold != fold
        np.testing.assert_allclose(choice.predicted, 0.75 * outer.block.target[inside], rtol=1e-6)
        np.testing.assert_array_equal(choice.rows, np.flatnonzero(inside))
        assert choice.scores["rmse"].notna().all()


def with_lower(*, yearly: bool = False) -> Experiment:
    """Return an experiment in which every site's month 4 is only trained on, outside its fold."""
    outer = experiment(yearly=yearly)
    lower = outer.block.month == 4
    fold = np.where(lower, -1, outer.fold)
    excluded = lower & (outer.fold == np.arange(3)[:, None])
    return replace(outer, fold=fold, excluded=excluded)


def test_samples_only_trained_on_stay_so_inside_the_training_sites() -> None:
    outer = with_lower()
    for fold in range(3):
        inner = inner_experiment(outer, fold, 4)
        lower = inner.block.month == 4
        assert not set(inner.site) & set(outer.site[outer.fold == fold])
        assert (inner.fold[lower] == -1).all()
        assert sorted(set(inner.fold[~lower].tolist())) == [0, 1, 2, 3]
        # While a site's other months are held out, its month 4 is not trained on.
        home = dict(zip(inner.site[~lower], inner.fold[~lower], strict=True))
        expected = [[low and home[s] == k for low, s in zip(lower, inner.site, strict=True)]
                    for k in range(4)]  # fmt: skip
        assert inner.excluded.tolist() == expected
        assert set(inner.lengths) == {1, 7}


def test_samples_only_trained_on_have_no_part_in_the_score() -> None:
    outer = with_lower()
    lower = outer.block.month == 4
    target = np.where(lower, 1000.0, outer.block.target)
    spoilt = replace(outer, block=replace(outer.block, target=target))

    def known(inner: Experiment) -> np.ndarray:
        return np.where(inner.fold >= 0, run(inner), np.nan)

    found = select_options(spoilt, CANDIDATES, inner_folds=4, run=known)
    assert list(found) == [0, 1, 2]
    for fold, (index, scores, rows, predicted) in found.items():
        assert index == 1
        # Nor in the predictions on which weights are fitted.
        np.testing.assert_array_equal(rows, np.flatnonzero((outer.fold != fold) & ~lower))
        assert np.isfinite(predicted).all()
        x = outer.block.target[(outer.fold != fold) & ~lower] / 2
        np.testing.assert_allclose(scores["rmse"][0], np.sqrt(np.mean(x**2)), rtol=1e-6)
        assert scores["samples"].tolist() == [16, 16, 16]


def test_chosen_options_replace_those_of_the_experiment() -> None:
    outer = experiment()
    choices = select_options(outer, CANDIDATES, inner_folds=3, run=run)
    expected = {"slope": 1.9, "noise": 0.0, "epochs": 5}
    assert options_of(outer, CANDIDATES, choices) == dict.fromkeys((0, 1, 2), expected)
    assert outer.options["slope"] == 1.0


# --- nothing of the held-out samples is read -----------------------------------------------------

NOISY = [{"noise": 0.3}, {"noise": 0.31}, {"noise": 0.29}]


@pytest.mark.parametrize("yearly", [False, True])
@pytest.mark.parametrize("change", ["permuted", "replaced"])
def test_held_out_samples_change_no_choice(yearly: bool, change: str) -> None:
    outer = experiment(yearly=yearly)
    before = select_options(outer, NOISY, inner_folds=4, run=regress)
    for fold in range(3):
        changed = replace(outer, block=spoil(outer, fold, change))
        after = select_options(changed, NOISY, inner_folds=4, run=regress)
        assert after[fold].index == before[fold].index
        pd.testing.assert_frame_equal(after[fold].scores, before[fold].scores, check_exact=True)
        # The other folds train on these samples: the change is one that can be seen.
        for other in {0, 1, 2} - {fold}:
            assert not after[other].scores["rmse"].equals(before[other].scores["rmse"])


def spoil(outer: Experiment, fold: int, change: str) -> Block:
    """Return the samples, of which those of one fold have other values in everything."""
    random = np.random.default_rng(fold)
    target, series = outer.block.target.copy(), outer.block.series.copy()
    cover = outer.block.context["igbp"].copy()
    for month in MONTHS:
        rows = np.flatnonzero((outer.fold == fold) & (outer.block.month == month))
        # Each in an order of its own, and within a month: yearly series end with it.
        for values in (target, series, cover):
            values[rows] = values[random.permutation(rows)] if change == "permuted" else 50.0
    return replace(outer.block, target=target, series=series, context={"igbp": cover})


def test_inner_experiments_hold_the_training_sites_alone() -> None:
    outer = experiment()
    for fold in range(3):
        inner = inner_experiment(outer, fold, 4)
        assert set(inner.site) == set(outer.site[outer.fold != fold])
        np.testing.assert_array_equal(inner.block.target, outer.block.target[outer.fold != fold])
        per_site = pd.DataFrame({"site": inner.site, "fold": inner.fold}).groupby("site")["fold"]
        assert per_site.nunique().max() == 1
        assert per_site.first().value_counts().to_dict() == dict.fromkeys(range(4), 2)
        assert (inner.split, inner.lengths, inner.options) == (1, outer.lengths, outer.options)


def test_years_held_out_leave_all_sites_for_the_inner_folds() -> None:
    outer = experiment()
    by_year = replace(outer, fold=np.arange(len(outer.fold)) % 3)
    assert set(inner_experiment(by_year, 0, 4).site) == set(SITES)


def test_a_yearly_block_keeps_its_rows() -> None:
    outer = experiment(yearly=True)
    inner = inner_experiment(outer, 2, 3)
    np.testing.assert_array_equal(inner.block.year_row, outer.block.year_row[outer.fold != 2])
    assert inner.lengths == {}


def test_a_month_that_only_held_out_samples_have_is_left_out() -> None:
    outer = experiment()
    month = outer.block.month.copy()
    month[(outer.fold != 0) & (month == 7)] = 4
    outer = replace(outer, block=replace(outer.block, month=month))
    assert inner_experiment(outer, 0, 2).lengths == {1: 1, 4: 2}
    assert inner_experiment(outer, 1, 2).lengths == {1: 1, 4: 2, 7: 4}


def test_seeds_differ_between_folds_and_splits_and_from_the_outer_one() -> None:
    outer = experiment()
    seeds = {
        inner_experiment(replace(outer, split=split), fold, 2).seed
        for split in (0, 1)
        for fold in range(3)
    }
    assert len(seeds) == 6
    assert outer.seed not in seeds
    again = inner_experiment(outer, 1, 2)
    assert again.seed == inner_experiment(outer, 1, 2).seed
    assert again.fold.tolist() == inner_experiment(outer, 1, 2).fold.tolist()


def test_candidates_of_a_fold_meet_the_same_folds_and_seed() -> None:
    seen: dict[int, list[tuple]] = {}

    def note(inner: Experiment) -> np.ndarray:
        seen.setdefault(inner.seed, []).append((inner.fold.tolist(), inner.options["slope"]))
        return run(inner)

    select_options(experiment(), CANDIDATES, inner_folds=3, run=note)
    assert len(seen) == 3
    for visits in seen.values():
        assert [slope for _, slope in visits] == [1.0, 1.9, 3.0]
        assert visits[0][0] == visits[1][0] == visits[2][0]


# --- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["refused", "nan", "overflow", "shape"])
def test_a_candidate_that_diverges_loses_and_says_why(how: str, caplog) -> None:
    def diverge(inner: Experiment) -> np.ndarray:
        if inner.options["slope"] != 1.9:
            return run(inner)
        if how == "refused":
            raise ResultError("the loss is not finite.")
        if how == "shape":
            return run(inner)[:-1]
        return np.full(len(inner.block), np.nan if how == "nan" else 1e200)

    choices = select_options(experiment(), CANDIDATES, inner_folds=3, run=diverge)
    sentence = "the loss is not finite." if how == "refused" else "lstm returned predictions that"
    for choice in choices.values():
        # Slopes 1 and 3 miss by the same: 1 is as good but for rounding.
        assert choice.index != 1
        assert choice.scores["rmse"].isna().tolist() == [False, True, False]
        assert choice.scores["refusal"][1].startswith(sentence)
        assert choice.scores["refusal"][0] == ""
    assert "selection, outer fold 2, candidate 1: " + sentence in caplog.text


def test_when_all_candidates_are_refused_so_is_the_selection() -> None:
    def refuse(inner: Experiment) -> np.ndarray:
        raise ResultError(f"slope {inner.options['slope']:g} diverged.")

    with pytest.raises(
        ResultError,
        match="lstm, fold 0 of split 1: none of the 3 candidates .* the first: slope 1 diverged.",
    ):
        select_options(experiment(), CANDIDATES, inner_folds=3, run=refuse)


def test_other_errors_are_not_taken_for_a_bad_candidate() -> None:
    def broken(inner: Experiment) -> np.ndarray:
        raise KeyError("slope")

    with pytest.raises(KeyError):
        select_options(experiment(), CANDIDATES, inner_folds=3, run=broken)


def test_an_unknown_option_or_no_candidate_is_refused() -> None:
    with pytest.raises(
        ConfigError,
        match=r"candidate 1 for 'gpp.models.lstm' sets 'slop', .* \(slope, noise, epochs\)",
    ):
        select_options(experiment(), [{}, {"slop": 1}], inner_folds=3, run=run)
    with pytest.raises(ConfigError, match="no candidate for 'gpp.models.lstm'"):
        select_options(experiment(), [], inner_folds=3, run=run)


@pytest.mark.parametrize("inner_folds", [1, 9])
def test_inner_folds_must_fit_the_training_sites(inner_folds: int) -> None:
    with pytest.raises(
        ConfigError, match=rf"is {inner_folds}, but fold 0 of split 1 trains on 8 sites; .* 2 to 8"
    ):
        select_options(experiment(), CANDIDATES, inner_folds=inner_folds, run=run)
    assert len(set(inner_experiment(experiment(), 0, 8).fold)) == 8
