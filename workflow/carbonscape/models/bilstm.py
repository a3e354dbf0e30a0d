"""BiLSTM: recurrent layers that read the window from both ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from carbonscape.models.entry import Entry, Shape
from carbonscape.models.recurrent import RecurrentNetwork

ENTRY = Entry(kind="network", label="BiLSTM", role="paper")


def build(shape: Shape, options: Mapping[str, Any]) -> RecurrentNetwork:
    """Return an untrained BiLSTM; ``options`` are keywords of :class:`RecurrentNetwork`."""
    return RecurrentNetwork("bilstm", shape, both_ways=True, **options)
