"""Settings of an experiment on tower fluxes: windows, land cover and ways of holding out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NamedTuple

#: Window settings in the paper's order (section 3.2.1).
PAPER_WINDOWS = ("jan_to_m", "1m", "6m", "12m")

#: The same and the control that separates the effect of a window from that of monthly models:
#: twelve monthly models that all read twelve months.
#: And twelve months that hold the predicted one in their middle, beyond the paper.
WINDOWS = (*PAPER_WINDOWS, "12m_monthly", "12m_centred")

#: Settings of the plant functional types in the paper's order (section 3.2.1).
PFT_SETTINGS = ("none", "esa_cci", "igbp", "igbp_esa_cci")

#: Ways of holding samples out that are no random dealing of sites.
CROSSVAL_SCHEMES = ("spatial", "temporal", "climate")


class Setting(NamedTuple):
    """One cell of the matrix: what identifies a cross-validation beside its scheme.

    Attributes:
        model: name in the registry.
        pft: setting of the plant functional types.
        window: of the predictors.
    """

    model: str
    pft: str
    window: str

    @property
    def name(self) -> str:
        """Return the name in files: ``<model>-<pft>-<window>``."""
        return "-".join(self)

    @classmethod
    def parse(cls, path: str | os.PathLike[str]) -> tuple[str, Setting]:
        """Read ``.../<scheme>/<model>-<pft>-<window>.<ending>``: the scheme and the setting.

        Raises:
            ValueError: the path does not follow that pattern.
        """
        path = Path(path)
        model, pft, window = path.name.split(".")[0].split("-")
        return path.parent.name, cls(model, pft, window)


def split_of(scheme: str) -> int:
    """Return the number of a random split of the sites from its name, ``split_<number>``.

    Raises:
        ValueError: the scheme is no random split.
    """
    prefix, _, number = scheme.partition("_")
    if prefix != "split":
        raise ValueError(f"the scheme '{scheme}' is no random split of the sites")
    return int(number)


def parse_experiment(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read ``.../split_<split>/<model>-<pft>-<window>.<ending>`` as split, model, pft, window.

    Raises:
        ValueError: the path does not follow that pattern.
    """
    scheme, setting = Setting.parse(path)
    return {"split": split_of(scheme), **setting._asdict()}
