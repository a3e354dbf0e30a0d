"""Guards of a training: each bad input a sentence, and nothing said about good ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from carbonscape.core.errors import ResultError
from carbonscape.models.block import Block
from carbonscape.products.gpp import PRODUCT as GPP
from carbonscape.training.guards import (
    Place,
    require_predictable,
    require_trainable,
    unseen_classes,
)

PLACE = Place("lstm", split=1, fold=2, month=7)
VARIABLES = ["LAI", "VPD", "TP"]
#: A year whose months are one step each.
MONTH_ENDS = tuple(range(12))


def block(igbp: tuple[int, ...] = (0, 4, 4, 9, 9), *, steps: int = 12) -> Block:
    """Return samples of July of the given IGBP classes (from 0), with a second cover."""
    n = len(igbp)
    random = np.random.default_rng(3)
    return Block(
        series=random.normal(size=(n, steps, 3)).astype(np.float32),
        context={
            "igbp": np.eye(17, dtype=np.float32)[list(igbp)],
            "esa_cci": np.tile(np.float32([0.5, 0.5, 0.0]), (n, 1)),
        },
        month=np.full(n, 7),
        target=np.arange(n, dtype=np.float64),
    )


def with_value(value: float, *places: tuple[int, int, int], of: Block | None = None) -> Block:
    """Return samples with a value at (sample, step, variable)."""
    of = of or block()
    series = of.series.copy()
    for place in places:
        series[place] = value
    return of.with_series(series)


def with_context(source: str, sample: int, values: list[float] | float) -> Block:
    """Return samples, one of which has another land cover."""
    whole = block()
    context = {name: vectors.copy() for name, vectors in whole.context.items()}
    context[source][sample] = values
    return replace(whole, context=context)


def both_refuse(samples: Block, match: str, **keywords) -> None:
    """Refuse as training and as held-out samples."""
    keywords = {"place": PLACE, "variables": VARIABLES, "product": GPP, **keywords}
    with pytest.raises(ResultError, match=match.replace("PART", "training")):
        require_trainable(samples, **keywords)
    with pytest.raises(ResultError, match=match.replace("PART", "held-out")):
        require_predictable(samples, **keywords)


def test_good_samples_pass_in_silence(caplog) -> None:
    assert require_trainable(block(), place=PLACE, variables=VARIABLES, product=GPP) == []
    require_predictable(block(), place=PLACE, variables=VARIABLES, product=GPP)
    assert unseen_classes(block(), block(), place=PLACE) == []
    assert not caplog.records


def test_a_place_says_which_model() -> None:
    assert str(PLACE) == "lstm, fold 2 of split 1, month 7"
    assert str(Place("mlp", split=101, fold=0)) == "mlp, fold 0 of split 101"


# --- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [0, 1])
def test_too_few_samples(n: int) -> None:
    few = block().take(np.arange(n))
    with pytest.raises(
        ResultError, match=f"month 7: {n} training samples are too few .* 'gpp.crossval.folds'"
    ):
        require_trainable(few, place=PLACE, variables=VARIABLES, product=GPP)
    require_predictable(few, place=PLACE, variables=VARIABLES, product=GPP)
    require_trainable(block().take(np.arange(2)), place=PLACE, variables=VARIABLES, product=GPP)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_an_observation_that_is_no_number(value: float) -> None:
    target = np.array([0.0, value, 2.0, value, 4.0])
    samples = replace(block(), target=target)
    with pytest.raises(ResultError, match="observed GPP of 2 of 5 training samples is no finite"):
        require_trainable(samples, place=PLACE, variables=VARIABLES, product=GPP)
    # The observations of held-out samples are nobody's business.
    require_predictable(samples, place=PLACE, variables=VARIABLES, product=GPP)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_window_with_a_missing_or_infinite_value(value: float) -> None:
    samples = with_value(value, (0, 3, 1), (0, 4, 1), (4, 11, 1))
    both_refuse(
        samples,
        r"^lstm, fold 2 of split 1, month 7: predictor VPD is missing or infinite in the windows "
        r"of 2 of 5 PART samples; .* 'gpp.features.incomplete_windows'",
    )


def test_all_affected_predictors_are_named() -> None:
    both_refuse(
        with_value(np.nan, (0, 3, 2), (1, 0, 0)), "predictor LAI, TP is missing .* of 2 of 5"
    )


def test_a_yearly_block_may_be_missing_after_the_month_only() -> None:
    after = with_value(np.nan, *((k, step, v) for k in range(5) for step in range(7, 12)
                                 for v in range(3)))  # fmt: skip
    keywords = {"place": PLACE, "variables": VARIABLES, "product": GPP, "month_ends": MONTH_ENDS}
    assert require_trainable(after, **keywords) == []
    require_predictable(after, **keywords)
    both_refuse(after, "predictor LAI, VPD, TP is missing .* 5 of 5 PART")
    # July's own step is needed.
    both_refuse(
        with_value(np.nan, (3, 6, 0), of=after), "predictor LAI .* of 1 of 5", month_ends=MONTH_ENDS
    )
    # An infinite value is nowhere right.
    both_refuse(
        with_value(np.inf, (3, 9, 0), of=after), "predictor LAI .* of 1 of 5", month_ends=MONTH_ENDS
    )


def test_each_sample_of_a_yearly_block_has_its_own_month() -> None:
    samples = replace(block(), month=np.array([1, 2, 7, 11, 12]))
    keywords = {"place": PLACE, "variables": VARIABLES, "product": GPP, "month_ends": MONTH_ENDS}
    require_predictable(with_value(np.nan, (0, 1, 0), (3, 11, 0), of=samples), **keywords)
    for place in ((0, 0, 0), (1, 1, 0), (4, 11, 0)):
        with pytest.raises(ResultError, match="of 1 of 5"):
            require_predictable(with_value(np.nan, place, of=samples), **keywords)


@pytest.mark.parametrize("values", [0.0, np.nan, [np.nan, 1.0, 0.0]])
def test_land_cover_that_is_not_known(values) -> None:
    both_refuse(
        with_context("esa_cci", 3, values),
        r"month 7: 1 of 5 PART samples have no esa_cci land cover .* 'gpp.crossval.pfts'",
    )
    both_refuse(with_context("igbp", 0, 0.0), "1 of 5 PART samples have no igbp land cover")


def test_without_land_cover_there_is_none_to_miss() -> None:
    bare = replace(block(), context={})
    assert require_trainable(bare, place=PLACE, variables=VARIABLES, product=GPP) == []
    assert unseen_classes(bare, bare, place=PLACE) == []


# --- warnings ------------------------------------------------------------------------------------


def test_a_constant_target_is_said(caplog) -> None:
    samples = replace(block(), target=np.full(5, 1.5))
    (sentence,) = require_trainable(samples, place=PLACE, variables=VARIABLES, product=GPP)
    assert "month 7: the observed GPP of all 5 training samples is 1.5 gC m-2 d-1" in sentence
    assert sentence in caplog.text


@pytest.mark.parametrize("month_ends", [(), MONTH_ENDS])
def test_a_constant_predictor_is_said(month_ends, caplog) -> None:
    series = block().series.copy()
    series[:, :, 2] = 4.25
    if month_ends:
        series[:, 7:] = np.nan
    (sentence,) = require_trainable(
        block().with_series(series),
        place=PLACE,
        variables=VARIABLES,
        product=GPP,
        month_ends=month_ends,
    )
    assert "month 7: predictor TP is 4.25 in every step of every training window" in sentence
    assert "'gpp.features.variables'" in sentence
    assert sentence in caplog.text


def test_classes_that_no_training_sample_has_are_said(caplog) -> None:
    training, held_out = block((0, 4, 4, 9, 9)), block((0, 5, 10, 10, 9))
    (sentence,) = unseen_classes(training, held_out, place=PLACE)
    assert sentence == (
        "lstm, fold 2 of split 1, month 7: no training sample has the igbp land cover CSH, WET, "
        "which 3 of 5 held-out samples have; the model is asked about a class that it has never "
        "seen."
    )
    assert sentence in caplog.text
    # The other way round is no trouble.
    assert unseen_classes(block((0, 4, 9)), block((0, 4, 4)), place=PLACE) == []


def test_fractions_count_from_anything_above_zero() -> None:
    held_out = with_context("esa_cci", 1, [0.0, 0.99, 0.01])
    (sentence,) = unseen_classes(block(), held_out, place=PLACE)
    assert "the esa_cci land cover class 3, which 1 of 5 held-out samples have" in sentence
    (sentence,) = unseen_classes(
        block(), held_out, place=PLACE, names={"esa_cci": ["trees", "grass", "snow"]}
    )
    assert "the esa_cci land cover snow, which 1 of 5" in sentence
    assert unseen_classes(held_out, held_out, place=PLACE) == []
    assert unseen_classes(block(), held_out.take(np.arange(0)), place=PLACE) == []
