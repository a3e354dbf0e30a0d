"""The layers of the papers' networks in words: what each reads, its shape and its parameters.

A scheme of a network needs neither torch nor a trained model. Numbers of parameters are those of
the networks that ``build`` makes; a test compares them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from carbonscape.models.entry import Shape


@dataclass(frozen=True)
class Layer:
    """One step of a network.

    Attributes:
        name: what a figure writes.
        output: shape of what it returns for one sample: ``44 x 64``.
        reads: names of the layers that it reads; none for an input.
        parameters: trained numbers in it, in all its repetitions.
        block: name of the block that it is repeated with; empty for none.
    """

    name: str
    output: str
    reads: tuple[str, ...] = ()
    parameters: int = 0
    block: str = ""


def described(models: Iterable[str]) -> str | None:
    """Return the first of some models whose layers are listed here, or None."""
    return next((name for name in models if name in _LISTS), None)


def what_decides(section: Mapping[str, Any], models: Iterable[str]) -> dict[str, Any]:
    """Return what the layers of a product's network follow from, and nothing else.

    Args:
        section: the product's section of the configuration.
        models: the models of the run, in the registry's order.

    Returns:
        ``model`` (None without a described one), its ``options`` that are no part of the training,
        and of ``section`` what the number of steps, variables and classes follows from.
    """
    model = described(models)
    options = section["models"][model] if model else {}
    return {
        "model": model,
        "options": {key: options[key] for key in _KEYS.get(model, ())},
        "section": {
            part: {key: section[part][key] for key in keys if key in section[part]}
            for part, keys in _SHAPED_BY.items()
            if part in section
        },
    }


def layers_of(model: str, shape: Shape, options: Mapping[str, Any]) -> list[Layer]:
    """Return the layers of a network in the order of its computation.

    Args:
        model: name in the registry, one that :func:`described` returns.
        shape: what the network is built for.
        options: its section of the configuration; keys of the training loop are not read.
    """
    return _LISTS[model](shape, options)


def _linear(inputs: int, outputs: int) -> int:
    """Return the parameters of a linear layer."""
    return (inputs + 1) * outputs


def _fluxformer(shape: Shape, options: Mapping[str, Any]) -> list[Layer]:
    """Return the layers of :class:`carbonscape.models.fluxformer.FluxFormer`."""
    width, inner, count = options["width"], options["feedforward"], options["layers"]
    hidden, encoded = options["context_hidden"], options["context_width"]
    joined = options["context"] == "projection"
    beside = encoded * len(shape.classes) if joined else 0
    steps = shape.steps
    grown = f"{steps} × {width}"
    block = f"encoder block, {count} times" if count > 1 else "encoder block"
    layers = [
        Layer("series", f"{steps} × {shape.variables}"),
        Layer(
            "linear projection", f"{steps} × {width - beside}", ("series",),
            _linear(shape.variables, width - beside),
        ),
    ]  # fmt: skip
    contexts = []
    for source, classes in shape.classes.items():
        label = {"esa_cci": "ESA-CCI", "igbp": "IGBP"}.get(source, source)
        first, encoder = f"PFT of {label}", f"PFT encoder of {label}"
        size = _linear(classes, hidden) + _linear(hidden, hidden) + _linear(hidden, encoded)
        layers.append(Layer(first, f"{classes} classes"))
        layers.append(Layer(encoder, f"{encoded}", (first,), size))
        contexts.append(encoder)
    last = "linear projection"
    if contexts and joined:
        layers.append(Layer("concatenation at each step", grown, (last, *contexts)))
        last = "concatenation at each step"
    attention = _linear(width, 3 * width) + _linear(width, width)
    layers += [
        Layer(f"times √{width}, plus positions", grown, (last,), steps * width),
        Layer(
            f"self-attention, {options['heads']} heads", grown,
            (f"times √{width}, plus positions",), count * attention, block,
        ),
        Layer(
            "add, batch norm", grown,
            (f"self-attention, {options['heads']} heads", f"times √{width}, plus positions"),
            count * 2 * width, block,
        ),
        Layer(
            f"feed-forward, {inner} channels", grown, ("add, batch norm",),
            count * (_linear(width, inner) + _linear(inner, width)), block,
        ),
        Layer(
            "add, batch norm again", grown,
            (f"feed-forward, {inner} channels", "add, batch norm"),
            count * 2 * width, block,
        ),
        Layer("GELU, flattening", f"{steps * width:,}", ("add, batch norm again",)),
    ]  # fmt: skip
    waiting = () if joined else tuple(contexts)
    size = _linear(steps * width + encoded * len(waiting), 1)
    layers.append(Layer("linear output", "1", ("GELU, flattening", *waiting), size))
    return layers


def _at_bilstm(shape: Shape, options: Mapping[str, Any]) -> list[Layer]:
    """Return the layers of :class:`carbonscape.models.at_bilstm.AttentionBiLSTM`."""
    units, steps = options["units"], shape.steps
    grown = f"{steps} × {2 * units}"
    layers = [Layer("series", f"{steps} × {shape.variables}")]
    channels = shape.variables
    for number in range(1, options["layers"] + 1):
        # Weights of four gates for inputs and state, and two bias vectors, in each direction.
        size = 2 * 4 * units * (channels + units + 2)
        name = f"BiLSTM {number}, 2 × {units} units"
        layers.append(Layer(name, grown, (layers[-1].name,), size))
        channels = 2 * units
    last = layers[-1].name
    return [
        *layers,
        Layer("dense over steps, softmax", grown, (last,), _linear(steps, steps)),
        Layer("product with the weights", grown, (last, "dense over steps, softmax")),
        Layer(f"dropout {options['dropout']:g}, flattening", f"{steps * 2 * units:,}",
              ("product with the weights",)),
        Layer("linear output", "1", (f"dropout {options['dropout']:g}, flattening",),
              _linear(steps * 2 * units, 1)),
    ]  # fmt: skip


#: Keys of a network's options that are read here.
_KEYS: Mapping[str | None, tuple[str, ...]] = {
    "fluxformer": (
        *("width", "heads", "layers", "feedforward"),
        *("context", "context_hidden", "context_width"),
    ),
    "at_bilstm": ("units", "layers", "dropout"),
}

#: Keys of a product's section from which the shape of its network follows.
_SHAPED_BY: Mapping[str, tuple[str, ...]] = {
    "features": ("step", "variables", "steps"),
    "product": ("models", "window", "pfts"),
    "figures": ("time_input",),
}

_LISTS: Mapping[str, Callable[[Shape, Mapping[str, Any]], list[Layer]]] = {
    "fluxformer": _fluxformer,
    "at_bilstm": _at_bilstm,
}
