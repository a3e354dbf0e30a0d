"""Mistakes that a recipe could make, put into the expression that the client has sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

Mistake = Callable[[str], str]


class Mistaken:
    """Makes a mistake in every expression, and says whether there was anything to mistake.

    Attributes:
        made: whether an expression has changed.
    """

    def __init__(self, mistake: Mistake) -> None:
        self.mistake, self.made = mistake, False

    def __call__(self, text: str) -> str:
        """Return an expression with the mistake."""
        plain = json.dumps(json.loads(text), sort_keys=True)
        wrong = json.dumps(json.loads(self.mistake(plain)), sort_keys=True)
        self.made |= wrong != plain
        return wrong


def words(old: str, new: str) -> Mistake:
    """Take another text wherever one stands alone: a band, a date."""
    return lambda text: text.replace(f'"{old}"', f'"{new}"')


def instead(old: str, new: str) -> Mistake:
    """Call another function."""
    return words(old, new)


def skip(function: str, argument: str) -> Mistake:
    """Leave a function out: what went in comes out."""

    def change(invocation: dict[str, Any], values: dict[str, Any]) -> Any:
        return invocation["arguments"][argument] if invocation["functionName"] == function else None

    return lambda text: _walk(text, change)


def number(function: str, old: float, new: float, argument: str = "image2") -> Mistake:
    """Give a function another number."""

    def change(invocation: dict[str, Any], values: dict[str, Any]) -> Any:
        arguments = invocation["arguments"]
        named = invocation["functionName"] == function and argument in arguments
        if named and _constant(arguments[argument], values) == old:
            arguments[argument] = {"constantValue": new}
        return None

    return lambda text: _walk(text, change)


def _constant(node: Any, values: dict[str, Any]) -> Any:
    """Return the number that a node is, if it is one."""
    if "valueReference" in node:
        return _constant(values[node["valueReference"]], values)
    if "constantValue" in node:
        return node["constantValue"]
    invocation = node.get("functionInvocationValue", {})
    if invocation.get("functionName") == "Image.constant":
        return _constant(invocation["arguments"]["value"], values)
    return None


def _walk(text: str, change: Callable[[dict[str, Any], dict[str, Any]], Any]) -> str:
    """Show every invocation to a function, which may put something in its place."""
    expression = json.loads(text)
    values = expression["values"]

    def visit(node: Any) -> Any:
        if isinstance(node, list):
            return [visit(part) for part in node]
        if not isinstance(node, dict):
            return node
        node = {name: visit(part) for name, part in node.items()}
        if "functionInvocationValue" in node:
            other = change(node["functionInvocationValue"], values)
            return node if other is None else other
        return node

    expression["values"] = {name: visit(node) for name, node in values.items()}
    return json.dumps(expression, sort_keys=True)
