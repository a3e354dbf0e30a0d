"""Networks trained as a stack: equal to the same networks trained alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from carbonscape.core.errors import ResultError
from carbonscape.models.block import Block
from carbonscape.models.layers import ByteDropout
from carbonscape.models.registry import get_model
from carbonscape.products.gpp import PRODUCT as GPP
from carbonscape.training.accelerated import fit_tasks_stacked, group_tasks
from carbonscape.training.crossval import run_task
from carbonscape.training.experiment import Experiment, Task
from carbonscape.training.network import TrainedNetwork, Trainer
from carbonscape.training.stacked import StackedTrainer, StackSchedule, can_stack, fit_stacked
from carbonscape.training.stacked_parts import StackedDropout

NAMES = ["LAI", "T2M"]
LOOP = {
    "epochs": 4, "batch_size": 8, "learning_rate": 0.003, "optimiser": "radam",
    "weight_decay": 0.0, "clip_norm": 1.0, "schedule": "constant", "members": 1,
}  # fmt: skip
ENCODER = {
    "width": 8, "heads": 2, "layers": 2, "feedforward": 16, "dropout": 0.0,
    "context": "projection", "context_hidden": 8, "context_width": 3,
}  # fmt: skip
PERCEPTRON = {
    "width": 6, "layers": 2, "hidden": 12, "dropout": 0.0, "context": "head",
    "context_hidden": 8, "context_width": 3,
}  # fmt: skip
OPTIONS = {
    "fluxformer": ENCODER | LOOP,
    "mlp": PERCEPTRON | LOOP,
    "fluxformer_annual": ENCODER | LOOP,
}
#: With batches of 8: 5 batches, the last of 5; 4, the last of 9; 3, the last of 4.
SIZES = (37, 33, 20)
MONTH_ENDS = list(range(12))


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


def samples(n: int, seed: int) -> Block:
    """GPP is twice the mean of variable 0 plus 0, 3 or -3 for the class."""
    random = np.random.default_rng(seed)
    series = (random.normal(size=(n, 4, 2)) * [5, 100] + [20, 1000]).astype(np.float32)
    classes = random.integers(0, 3, n)
    target = 2 * series[:, :, 0].mean(axis=1) + np.array([0.0, 3.0, -3.0])[classes]
    context = {"igbp": np.eye(3, dtype=np.float32)[classes]}
    return Block(series, context, np.ones(n, dtype=np.int64), target)


def site_years(n: int, seed: int) -> Block:
    """Years of twelve steps, of which each has two known months: one at random and December."""
    random = np.random.default_rng(seed)
    row = np.repeat(np.arange(n), 2)
    series = (random.normal(size=(n, 12, 2)) * [5, 100] + [20, 1000]).astype(np.float32)[row]
    month = np.where(np.arange(2 * n) % 2, 12, random.integers(1, 12, 2 * n))
    classes = np.eye(3, dtype=np.float32)[random.integers(0, 3, n)][row]
    return Block(series, {"igbp": classes}, month, series[:, 0, 0] + month, row)


def blocks_of(name: str, sizes=SIZES) -> list[Block]:
    make = site_years if name == "fluxformer_annual" else samples
    return [make(n, seed) for seed, n in enumerate(sizes)]


def keywords(name: str, **changes) -> dict:
    ends = MONTH_ENDS if name == "fluxformer_annual" else ()
    options = OPTIONS[name] | changes
    return {"variables": NAMES, "options": options, "month_ends": ends, "product": GPP}


def alone(name: str, block: Block, seed: int, dtype=torch.float64, **changes) -> TrainedNetwork:
    trainer = Trainer(get_model(name), block, seed=seed, dtype=dtype, **keywords(name, **changes))
    trainer.run(trainer.loop.epochs)
    return trainer.result()


def assert_same_network(found: TrainedNetwork, expected: TrainedNetwork, atol: float) -> None:
    found_state, state = found.module.state_dict(), expected.module.state_dict()
    assert found_state.keys() == state.keys()
    for key, values in state.items():
        torch.testing.assert_close(
            found_state[key], values, rtol=0, atol=atol, msg=lambda m, key=key: f"{key}: {m}"
        )
    assert (found.offset, found.scale) == (expected.offset, expected.scale)
    np.testing.assert_array_equal(found.scaler.mean, expected.scaler.mean)


# --- equal to the same networks alone ------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(OPTIONS))
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"weight_decay": 0.02, "schedule": "one_cycle"},
        {"optimiser": "adamw", "weight_decay": 0.1, "schedule": "one_cycle", "clip_norm": 0.1},
    ],
    ids=["radam", "radam-decay-one_cycle", "adamw-clipped"],
)
def test_a_stack_gives_the_networks_that_are_trained_alone(name, changes):
    blocks, seeds = blocks_of(name), [1, 2, 3]
    found = fit_stacked(get_model(name), blocks, seeds=seeds, dtype=torch.float64,
                        **keywords(name, **changes))  # fmt: skip
    for network, block, seed in zip(found, blocks, seeds, strict=True):
        # AdamW divides gradients that are zero but for rounding (of biases before batch
        # normalisation) by themselves, which makes 1e-10 of them.
        assert_same_network(network, alone(name, block, seed, **changes), atol=1e-8)
    # The three are not one: other samples, and other seeds.
    first, second = (network.module.head.state_dict() or network.module.state_dict()
                     for network in found[:2])  # fmt: skip
    assert any((first[key] - second[key]).abs().max() > 1e-3 for key in first)


@pytest.mark.parametrize("name", sorted(OPTIONS))
def test_weights_count_in_a_stack_as_they_do_alone(name):
    # Batches of light samples alone weigh less than one sample.
    blocks = [
        replace(block, weight=np.random.default_rng(seed).uniform(0.01, 0.2, len(block)))
        for seed, block in enumerate(blocks_of(name))
    ]
    shared = {"dtype": torch.float64, **keywords(name, batch_size=4)}
    found = fit_stacked(get_model(name), blocks, seeds=[1, 2, 3], **shared)
    for network, block, seed in zip(found, blocks, [1, 2, 3], strict=True):
        assert_same_network(network, alone(name, block, seed, batch_size=4), atol=1e-8)
        plain = alone(name, replace(block, weight=None), seed, batch_size=4)
        pairs = zip(network.module.parameters(), plain.module.parameters(), strict=True)
        assert max((one - other).abs().max() for one, other in pairs) > 1e-4


def test_many_steps_of_radam_use_its_rectified_rate():
    blocks = blocks_of("mlp")
    found = fit_stacked(get_model("mlp"), blocks, seeds=[1, 2, 3], dtype=torch.float64,
                        **keywords("mlp", epochs=30))  # fmt: skip
    for network, block, seed in zip(found, blocks, [1, 2, 3], strict=True):
        assert_same_network(network, alone("mlp", block, seed, epochs=30), atol=1e-8)


def test_in_single_precision_predictions_agree():
    blocks = blocks_of("fluxformer")
    found = fit_stacked(get_model("fluxformer"), blocks, seeds=[1, 2, 3], **keywords("fluxformer"))
    for network, block, seed in zip(found, blocks, [1, 2, 3], strict=True):
        expected = alone("fluxformer", block, seed, dtype=torch.float32)
        np.testing.assert_allclose(network.predict(block), expected.predict(block), atol=0.02)


def test_a_model_does_not_move_where_it_has_no_batch():
    trainer = StackedTrainer(get_model("fluxformer"), blocks_of("fluxformer"), seeds=[1, 2, 3],
                             dtype=torch.float64, **keywords("fluxformer"))  # fmt: skip
    index = trainer.schedule.draw(trainer.generators)
    numbers = trainer.optimiser.plan(0, trainer.schedule.steps)
    kept = []
    for step, width in enumerate(trainer.schedule.widths):
        trainer._step(step, index[:, step, :width], numbers[step])
        parts = [trainer.values, trainer.optimiser.first, trainer.optimiser.second]
        kept.append([part.clone() for part in [*parts, *trainer.buffers.values()]])
    # The models have 5, 4 and 3 batches: nothing of the last changes after the third step.
    for before, after in zip(kept[2], kept[4], strict=True):
        assert torch.equal(before[2], after[2])
        assert not torch.equal(before[0], after[0])
    assert torch.equal(kept[3][0][1], kept[4][0][1])
    assert not torch.equal(kept[2][0][1], kept[3][0][1])


def test_schedule_pads_with_rows_of_the_batch():
    schedule = StackSchedule([5, 3], 2, "cpu", torch.float64)
    # Batches 0-2 and 2-5 (the fifth joins), and 0-3: the third of three joins too.
    assert (schedule.steps, schedule.widths, schedule.full) == ([2, 1], [3, 3], [False, False])
    assert schedule.position.view(2, 2, 3).tolist() == [
        [[0, 1, 0], [2, 3, 4]],
        [[0, 1, 2], [0, 0, 0]],
    ]
    assert schedule.weight.tolist() == [[[1, 1, 0], [1, 1, 1]], [[1, 1, 1], [0, 0, 0]]]
    assert schedule.counted.tolist() == [[[1, 1, 0], [1, 1, 1]], [[1, 1, 1], [1, 1, 1]]]
    assert schedule.moves.tolist() == [[1, 1], [1, 0]]
    order = schedule.draw([torch.Generator().manual_seed(k) for k in range(2)])
    assert sorted(order[0, 1].tolist() + order[0, 0, :2].tolist()) == [0, 1, 2, 3, 4]
    # The second model's rows lie after the first's five.
    assert sorted(order[1, 0].tolist()) == [5, 6, 7]


# --- dropout -------------------------------------------------------------------------------------


def test_masks_are_drawn_for_every_model_apart():
    torch.manual_seed(5)
    dropout = StackedDropout(ByteDropout(0.25))
    values = torch.vmap(dropout, randomness="different")(torch.ones(6, 40_000))
    kept = values > 0
    # Four standard errors of a share of 40,000, and of a correlation.
    np.testing.assert_allclose(kept.double().mean(1), 0.75, atol=4 * 0.433 / 200)
    np.testing.assert_allclose(values[kept], 4 / 3, rtol=1e-6)
    correlation = np.corrcoef(kept.double().numpy())[np.triu_indices(6, 1)]
    assert np.abs(correlation).max() < 4 / 200


def test_dropout_changes_a_training_and_its_seeds_repeat_it():
    blocks = blocks_of("fluxformer", (24, 24))
    run = [
        fit_stacked(get_model("fluxformer"), blocks, seeds=[1, 2],
                    **keywords("fluxformer", dropout=dropout))[0].predict(blocks[0])
        for dropout in (0.3, 0.3, 0.0)
    ]  # fmt: skip
    np.testing.assert_array_equal(run[0], run[1])
    assert np.abs(run[0] - run[2]).max() > 1e-3


def test_twins_part_only_where_there_is_dropout():
    block = samples(24, 0)
    for dropout, apart in ((0.0, False), (0.3, True)):
        first, second = fit_stacked(get_model("fluxformer"), [block, block], seeds=[1, 1],
                                    **keywords("fluxformer", dropout=dropout))  # fmt: skip
        distance = np.abs(first.predict(block) - second.predict(block)).max()
        assert (distance > 1e-3) == apart


# --- refusals ------------------------------------------------------------------------------------


def test_a_model_that_diverges_is_named_and_leaves_the_others_alone():
    trainer = StackedTrainer(get_model("fluxformer"), blocks_of("fluxformer"), seeds=[1, 2, 3],
                             **keywords("fluxformer"))  # fmt: skip
    with torch.no_grad():
        trainer.values[1, 0] = float("nan")
    with pytest.raises(ResultError, match=r"model 1 of the stack's 3.*learning_rate") as found:
        trainer.run(2)
    assert "epoch 1 of 2" in str(found.value)
    assert "and of" not in str(found.value)
    assert torch.isfinite(trainer.values[[0, 2]]).all()
    assert trainer.values[1].isnan().all()


def test_recurrent_networks_and_trees_are_not_stacked():
    stackable = [name for name in OPTIONS if can_stack(get_model(name))]
    assert stackable == list(OPTIONS)
    for name in ("lstm", "bilstm", "random_forest", "climatology", "blend"):
        assert not can_stack(get_model(name))


def test_a_recurrent_network_is_refused():
    options = PERCEPTRON | LOOP
    del options["hidden"]
    with pytest.raises(RuntimeError, match="recurrent"):
        fit_stacked(get_model("lstm"), blocks_of("mlp"), variables=NAMES, options=options,
                    seeds=[1, 2, 3], product=GPP)  # fmt: skip


# --- tasks of a cross-validation -----------------------------------------------------------------


def experiment(**changes) -> Experiment:
    block = samples(90, 7)
    block = replace(block, month=np.tile([1, 2], 45))
    return Experiment(
        block=block, fold=np.arange(90) // 2 % 3, model="fluxformer",
        options=OPTIONS["fluxformer"] | {"members": 2}, variables=NAMES, seed=3, split=0,
        lengths={1: 2, 2: 4}, site=np.full(90, "AA-Aaa"), product=GPP, **changes,
    )  # fmt: skip


def test_tasks_trained_as_stacks_give_the_parts_of_tasks_trained_alone():
    setup = experiment()
    found = dict(fit_tasks_stacked(setup, setup.tasks()))
    assert list(found) == setup.tasks()
    for task, part in found.items():
        expected = run_task(setup, task)
        np.testing.assert_allclose(part.predicted, expected.predicted, atol=0.02)
        np.testing.assert_allclose(part.spread, expected.spread, atol=0.02)
        assert part.cost[2] == expected.cost[2]
        assert list(part.warnings) == list(expected.warnings)


def test_a_stack_holds_one_length_one_configuration_and_not_too_many():
    slower = OPTIONS["fluxformer"] | {"members": 2, "learning_rate": 0.001}
    setup = experiment(fold_options={1: slower})
    stacks = group_tasks(setup, setup.tasks(), most=120)
    assert stacks == [
        [Task(0, 2), Task(2, 2)], [Task(1, 2)], [Task(0, 1), Task(2, 1)], [Task(1, 1)]
    ]  # fmt: skip
    # Two networks fill a stack of two: one task with its members.
    assert [len(group) for group in group_tasks(setup, setup.tasks(), most=2)] == [1] * 6
