"""Layers in words are those of the networks: the same parameters, and every input is read."""

from __future__ import annotations

import pytest

from carbonscape.evaluation.network_layers import NETWORK_LAYERS, layer_table, write_layers
from carbonscape.models.entry import Shape
from carbonscape.models.layer_lists import described, layers_of, what_decides
from carbonscape.models.registry import get_model

FLUXFORMER = {
    "width": 24, "heads": 4, "layers": 2, "feedforward": 40, "dropout": 0.1,
    "context_hidden": 9, "context_width": 5,
}  # fmt: skip
BOTH = {"esa_cci": 14, "igbp": 17}


@pytest.mark.parametrize(
    ("model", "shape", "options"),
    [
        ("fluxformer", Shape(11, 7, BOTH), FLUXFORMER | {"context": "projection"}),
        ("fluxformer", Shape(11, 7, BOTH), FLUXFORMER | {"context": "head"}),
        ("fluxformer", Shape(4, 6, {}), FLUXFORMER | {"context": "projection", "layers": 1}),
        ("at_bilstm", Shape(3, 16, {}), {"units": 6, "layers": 3, "dropout": 0.5}),
        ("at_bilstm", Shape(5, 17, {}), {"units": 4, "layers": 1, "dropout": 0.0}),
    ],
)
def test_parameters_are_those_of_the_network(model, shape, options) -> None:
    built = get_model(model).build(shape, options)
    layers = layers_of(model, shape, options | {"epochs": 3})
    assert sum(one.parameters for one in layers) == sum(p.numel() for p in built.parameters())
    names = [one.name for one in layers]
    assert len(names) == len(set(names))
    for at, one in enumerate(layers):
        assert set(one.reads) <= set(names[:at])
    read = {name for one in layers for name in one.reads}
    assert set(names) - read == {"linear output"}


def test_training_decides_no_layer() -> None:
    options = FLUXFORMER | {"context": "head", "epochs": 30, "members": 2}
    section = {
        "models": {"fluxformer": options, "mlp": {}},
        "features": {"step": "monthly", "variables": ["LAI"], "max_gap_steps": 4},
        "product": {"models": ["fluxformer"], "window": "1m", "pfts": ["igbp"], "tile_cells": 9},
        "crossval": {},
    }
    told = what_decides(section, ["mlp", "fluxformer"])
    assert told["model"] == "fluxformer"
    assert told["options"] == {k: v for k, v in options.items()
                               if k not in ("epochs", "members", "dropout")}  # fmt: skip
    assert told["section"] == {
        "features": {"step": "monthly", "variables": ["LAI"]},
        "product": {"models": ["fluxformer"], "window": "1m", "pfts": ["igbp"]},
    }
    assert layers_of("fluxformer", Shape(4, 1, {"igbp": 17}), told["options"])
    assert what_decides(section, ["mlp"]) | {"section": None} == {
        "model": None, "options": {}, "section": None,
    }  # fmt: skip


def test_only_networks_of_the_papers_are_described(tmp_path) -> None:
    assert described(["mlp", "at_bilstm", "fluxformer"]) == "at_bilstm"
    assert described(["mlp"]) is None
    assert layer_table("mlp", []).empty
    path = tmp_path / "layers.csv"
    write_layers(path, "mlp", [])
    assert path.read_text() == ",".join(NETWORK_LAYERS.names) + "\n"
