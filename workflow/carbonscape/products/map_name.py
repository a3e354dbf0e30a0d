"""Names of finished maps: ``<model>-<variant>``, put together and taken apart in one place."""

from __future__ import annotations

from typing import NamedTuple


class MapName(NamedTuple):
    """What a map is made with.

    Attributes:
        model: name in the registry.
        variant: of its predictors: the setting of the plant functional types of a flux, the time
            encoding of a column; empty for what is no map of ours, such as ``oco``.
    """

    model: str
    variant: str

    @classmethod
    def parse(cls, name: str) -> MapName:
        """Take a name apart."""
        model, _, variant = name.partition("-")
        return cls(model, variant)

    @property
    def name(self) -> str:
        """The name, as in folders and tables."""
        return "-".join(part for part in self if part)
