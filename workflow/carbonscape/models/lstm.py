"""LSTM: recurrent layers that read the window from its oldest step to the month itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from carbonscape.models.entry import Entry, Shape
from carbonscape.models.recurrent import RecurrentNetwork

ENTRY = Entry(kind="network", label="LSTM", role="paper", wings=("fluxes", "columns"))


def build(shape: Shape, options: Mapping[str, Any]) -> RecurrentNetwork:
    """Return an untrained LSTM; ``options`` are keywords of :class:`RecurrentNetwork`."""
    return RecurrentNetwork("lstm", shape, both_ways=False, **options)
